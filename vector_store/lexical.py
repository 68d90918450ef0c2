"""The words side of the search: BM25 by SQLite's FTS5, in the same database and transaction as the catalog.

The table holds no text of its own (a contentless FTS5 table): whoever deletes a row hands its words in again.
BM25: Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009.
"""

import re
from collections.abc import Iterable, Sequence
from math import log

from sqlalchemy import Column, Connection, Float, Integer, MetaData, Select, String, Table, literal_column, select, text

# The rarest terms decide; each common one more costs milliseconds and changes nothing.
MAX_TERMS = 12
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
_WORDS = Table("words", MetaData(), Column("rowid", Integer))
_ROWID = _WORDS.c.rowid
_COUNTS = Table("word_counts", MetaData(), Column("term", String), Column("doc", Integer))


def put(connection: Connection, rows: Iterable[tuple[int, str, str]]) -> None:
    """Add passages: (key, title, body) each."""
    _write(connection, "INSERT INTO words(rowid, title, body) VALUES (:key, :title, :body)", rows)


def delete(connection: Connection, rows: Iterable[tuple[int, str, str]]) -> None:
    """Take passages out: (key, title, body) each, with the very words they were put in with."""
    _write(connection, "INSERT INTO words(words, rowid, title, body) VALUES ('delete', :key, :title, :body)", rows)


def search(connection: Connection, question: str, k: int, admitted: Select[tuple[int]] | None) -> dict[int, float]:
    """The keys of the `k` passages that share most with the question, each with its BM25 score (higher is better).

    `admitted` selects the keys that may be found; None admits all.
    """
    terms = _rarest(connection, _terms(question))
    if not terms:
        return {}
    score = literal_column(f"-bm25(words, {TITLE_WEIGHT}, 1.0)", Float).label("score")
    matching = text("words MATCH :terms").bindparams(terms=" OR ".join(f'"{term}"' for term in terms))
    query = select(_ROWID, score).select_from(_WORDS).where(matching)
    if admitted is not None:
        query = query.where(_ROWID.in_(admitted))
    found = connection.execute(query.order_by(score.desc(), _ROWID).limit(k))
    return {row.rowid: row.score for row in found}


def rarity(connection: Connection, stems: Sequence[str], passages: int) -> dict[str, float]:
    """How much each stemmed word tells: its inverse document frequency among `passages` passages."""
    found = connection.execute(select(_COUNTS.c.term, _COUNTS.c.doc).where(_COUNTS.c.term.in_(stems)))
    counts = {row.term: row.doc for row in found}
    return {stem: log(1 + passages / (1 + counts.get(stem, 0))) for stem in stems}


def _write(connection: Connection, statement: str, rows: Iterable[tuple[int, str, str]]) -> None:
    values = [{"key": key, "title": title, "body": body} for key, title, body in rows]
    if values:
        connection.execute(text(statement), values)


def _terms(question: str) -> list[str]:
    words = list(dict.fromkeys(_WORD.findall(re.sub(r"['’]s\b", "", question.lower()))))
    return [word for word in words if word not in STOP_WORDS] or words


def _rarest(connection: Connection, terms: list[str]) -> list[str]:
    if len(terms) <= MAX_TERMS:
        return terms
    # A term that is stored stemmed has no count under its own spelling and passes for rare, which costs little.
    found = connection.execute(select(_COUNTS.c.term, _COUNTS.c.doc).where(_COUNTS.c.term.in_(terms)))
    counts = {row.term: row.doc for row in found}
    return sorted(terms, key=lambda term: counts.get(term, 0))[:MAX_TERMS]
