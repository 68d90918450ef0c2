"""The words side of the search: BM25 by SQLite's FTS5, in the same database and transaction as the catalog.

The table holds no text of its own (a contentless FTS5 table): whoever deletes a row hands its words in again.
BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from math import log
from threading import Lock

import numpy as np
import snowballstemmer
from numpy.typing import NDArray
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, select, text

Keys = NDArray[np.int64]
"""Keys of passages, ascending."""

# The rarest terms decide; each common one more costs milliseconds and changes nothing.
MAX_TERMS = 12
# How many passages are scored: each costs FTS5 a look-up of its length, about two microseconds.
MAX_SCORED = 2_000
# A title says what an article is about, but every passage of the article has the same one.
TITLE_WEIGHT = 0.5

STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be because been before being between both but by can could did do "
    "does doing down during each few for from further had has have having he her here hers him his how i if in into is "
    "it its itself just me more most my no nor not of off on once only or other our out over own same she should so "
    "some such than that the their them then there these they this those through to too under until up very was we "
    "were what when where which while who whom whose why will with would you your".split()
)

_WORD = re.compile(r"[^\W_]+")
_ACCENTED = re.compile(r"([A-Za-z])[\u0300-\u036f]+")
_ACCENTS = re.compile("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")
_NEAR = 24  # the longest words are a little shorter than this
_POSSESSIVE = re.compile(r"['’]s\b")
_COUNTS = Table("word_counts", MetaData(), Column("term", String), Column("doc", Integer))
_STEMMER = snowballstemmer.stemmer("porter")
_STEMMING = Lock()  # the stemmer holds the word that it is at

_RANKED = text(
    "SELECT rowid, -rank AS score FROM words "
    "WHERE words MATCH :terms AND rowid >= :first AND rank MATCH :weights ORDER BY rank"
)
# The sign + keeps SQLite from asking FTS5 anew for each key; only what passes is scored.
_RANKED_AMONG = text(
    "SELECT rowid, -bm25(words, :title_weight, 1.0) AS score FROM words "
    "WHERE words MATCH :terms AND +rowid IN (SELECT value FROM json_each(:keys)) ORDER BY score DESC, rowid"
)
_MATCHING = text("SELECT rowid FROM words WHERE words MATCH :terms ORDER BY rowid")
_NEWEST = text("SELECT rowid FROM words WHERE words MATCH :terms ORDER BY rowid DESC LIMIT 1 OFFSET :place")


def put(connection: Connection, rows: Iterable[tuple[int, str, str]]) -> None:
    """Add passages: (key, title, body) each."""
    _write(connection, "INSERT INTO words(rowid, title, body) VALUES (:key, :title, :body)", rows)


def delete(connection: Connection, rows: Iterable[tuple[int, str, str]]) -> None:
    """Take passages out: (key, title, body) each, with the very words they were put in with."""
    _write(connection, "INSERT INTO words(words, rowid, title, body) VALUES ('delete', :key, :title, :body)", rows)


def merge(connection: Connection) -> None:
    """Write the whole index anew: until then it holds the words of passages that went beside the note that they did."""
    connection.execute(text("INSERT INTO words(words) VALUES ('optimize')"))


def search(
    connection: Connection, question: str, k: int, admitted: Keys | None, counts: Mapping[str, int]
) -> dict[int, float]:
    """The keys of the `k` passages that share most with the question, each with its BM25 score (higher is better).

    `admitted` are the keys that may be found; None admits all. `counts` are those of the question's stems. Where the
    words stand in more passages than MAX_SCORED, those count that have one of the rarest, and of these the newest that
    are admitted.
    """
    rarest = _rarest(words_asked(question), counts)
    if not rarest:
        return {}
    matching, passages = _affordable(rarest)
    if admitted is not None:
        if len(admitted) <= MAX_SCORED:
            return _ranked_among(connection, _any_of(rarest), admitted, k)
        return _ranked_among(connection, matching, _newest_of(connection, matching, admitted), k)
    past = connection.scalar(_NEWEST, {"terms": matching, "place": MAX_SCORED}) if passages > MAX_SCORED else None
    values = {"terms": matching, "first": (past or 0) + 1, "weights": f"bm25({TITLE_WEIGHT}, 1.0)"}
    return {row.rowid: row.score for row in islice(connection.execute(_RANKED, values), k)}


def counts_of(connection: Connection, stems: Sequence[str]) -> dict[str, int]:
    """In how many passages each of the stems stands; those that stand in none are left out."""
    found = connection.execute(select(_COUNTS.c.term, _COUNTS.c.doc).where(_COUNTS.c.term.in_(stems)))
    return {row.term: row.doc for row in found}


def rarity(stems: Iterable[str], counts: Mapping[str, int], passages: int) -> dict[str, float]:
    """How much each stemmed word tells: its inverse document frequency among `passages` passages."""
    return {stem: log(1 + passages / (1 + counts.get(stem, 0))) for stem in stems}


def folded(words: str) -> str:
    """As the table compares words: in lower case, Latin letters without accents."""
    if _ACCENTS.search(words):
        words = unicodedata.normalize("NFC", _ACCENTED.sub(r"\1", unicodedata.normalize("NFD", words)))
    return words.lower()


def words_of(words: str) -> list[str]:
    """The words one by one, as the table has them before it takes their stems."""
    return _WORD.findall(folded(words))


def word_end(text: str, start: int) -> int:
    """Where the word that begins there ends."""
    found = _WORD.match(text, start)
    return found.end() if found else start


def word_after(text: str, end: int) -> str:
    """The word that follows; empty for none."""
    found = _WORD.search(text, end, end + _NEAR)
    return found.group() if found else ""


def word_before(text: str, start: int) -> str:
    """The word that precedes; empty for none."""
    words = _WORD.findall(text, max(start - _NEAR, 0), start)
    return words[-1] if words else ""


def words_asked(question: str) -> list[str]:
    """Each word of the question once, without those that say nothing where there are others."""
    words = list(dict.fromkeys(words_of(_POSSESSIVE.sub("", question))))
    return [word for word in words if word not in STOP_WORDS] or words


def terms_of(question: str) -> list[str]:
    """The stems of the words asked, each once."""
    return list(dict.fromkeys(stem(word) for word in words_asked(question)))


@lru_cache(maxsize=131_072)
def stem(word: str) -> str:
    """The word's stem, as the table has it (Porter, An Algorithm for Suffix Stripping, 1980). Never empty."""
    if len(word) < 3:  # nor does FTS5 take one from so short a word
        return word
    with _STEMMING:
        return str(_STEMMER.stemWord(word))


def _write(connection: Connection, statement: str, rows: Iterable[tuple[int, str, str]]) -> None:
    values = [{"key": key, "title": title, "body": body} for key, title, body in rows]
    if values:
        connection.execute(text(statement), values)


def _rarest(words: Iterable[str], counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """The words with the number of passages that have them, the rarest first."""
    return sorted(((word, counts.get(stem(word), 0)) for word in words), key=lambda pair: pair[1])[:MAX_TERMS]


def _affordable(rarest: Sequence[tuple[str, int]]) -> tuple[str, int]:
    """What finds the passages that have one of the rarest words, and how many they are at most.

    As many words as MAX_SCORED has room for; the others count where they stand beside them.
    """
    telling, passages = 1, rarest[0][1]
    while telling < len(rarest) and passages + rarest[telling][1] <= MAX_SCORED:
        passages += rarest[telling][1]
        telling += 1
    if telling == len(rarest):
        return _any_of(rarest), passages
    return f"({_any_of(rarest[:telling])}) AND ({_any_of(rarest)})", passages


def _any_of(words: Iterable[tuple[str, int]]) -> str:
    return " OR ".join(f'"{word}"' for word, _ in words)


def _ranked_among(connection: Connection, matching: str, admitted: Keys, k: int) -> dict[int, float]:
    values = {"terms": matching, "keys": json.dumps(admitted.tolist()), "title_weight": TITLE_WEIGHT}
    return {row.rowid: row.score for row in islice(connection.execute(_RANKED_AMONG, values), k)}


def _newest_of(connection: Connection, matching: str, admitted: Keys) -> Keys:
    """The newest MAX_SCORED of the admitted passages that match."""
    keys = np.array(connection.scalars(_MATCHING, {"terms": matching}).all(), dtype=np.int64)
    places = np.minimum(np.searchsorted(admitted, keys), len(admitted) - 1)
    newest: Keys = keys[admitted[places] == keys][-MAX_SCORED:]
    return newest
