"""What a short text mentions: names, noun phrases, dates, sources, and where each stands. Pure.

No tagger: closed lists of function words and common verbs say where a phrase ends. Offsets count code points.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from qa_service.coreference.grammar import (
    AUXILIARIES,
    DETERMINERS,
    FUNCTION_WORDS,
    NOUNS_TOO,
    PREPOSITIONS,
    RANKS,
    VERBS,
    Word,
    is_verb,
    words,
)
from qa_service.coreference.kinds import DATE, DEMONYM, ConstituentKind, kind_of

_NAME_WORD = r"[A-Z][\w.&'’-]*"
SOURCE = re.compile(
    rf"\b(?P<preposition>according to|as reported by"
    rf"|in the words of) (?P<core>(?:the )?{_NAME_WORD}(?: {_NAME_WORD})*)",
    re.I,
)
TITLE = re.compile(r"[\"“](?=[A-Z])[^\"“”]{2,60}[\"”]")
"""A name in quotation marks, such as a song's."""
YEAR = re.compile(r"\b[12]\d{3}\b")


@dataclass(frozen=True, slots=True)
class Constituent:
    """A phrase of a text: `text[start:end]`, without the preposition, whose phrase starts at `lead`."""

    lead: int
    start: int
    end: int
    text: str
    preposition: str
    """In lower case; empty where none stands before it."""
    kind: ConstituentKind
    named: bool
    """Whether a name is in it."""
    inner: bool
    """Whether it is part of a longer phrase: "Halvern" of "the recount in Halvern"."""
    asked: bool
    """Whether it is what a "how many" or "which" asks for: "people" in "How many people have fled?"."""

    @property
    def plural(self) -> bool:
        """Whether "they" may stand for it."""
        return self.kind == "group"


@lru_cache(maxsize=4_096)
def constituents(text: str) -> tuple[Constituent, ...]:
    """The phrases in the order in which they start; a longer one before those that are part of it."""
    found = [_scope(match, "source") for match in SOURCE.finditer(text)]
    found += [_scope(match, "date") for match in DATE.finditer(text) if not _inside(match.start("core"), found)]
    found += [_title(match) for match in TITLE.finditer(text) if not _inside(match.start(), found)]
    found += _phrases(text, words(text), found)
    return tuple(sorted(found, key=lambda one: (one.start, -one.end)))


def _scope(match: re.Match[str], kind: ConstituentKind) -> Constituent:
    preposition = (match["preposition"] or "").lower()
    return Constituent(
        match.start(),
        match.start("core"),
        match.end("core"),
        match["core"],
        preposition,
        kind,
        kind == "source",
        False,
        False,
    )


def _title(match: re.Match[str]) -> Constituent:
    text = re.sub(r"[,.](?=[\"”]$)", "", match.group())
    return Constituent(match.start(), match.start(), match.end(), text, "", "thing", True, False, False)


def _inside(at: int, found: list[Constituent]) -> bool:
    return any(one.lead <= at < one.end for one in found)


def _phrases(text: str, all_words: list[Word], taken: list[Constituent]) -> list[Constituent]:
    reading = _Reading(text, all_words, taken)
    found: list[Constituent] = []
    at = 0
    while at < len(all_words):
        end = reading.phrase(at)
        if end is None:
            reading.pass_by(at)
            at += 1
            continue
        found += reading.told(at, end)
        at = end
    return found


class _Reading:
    """One pass over the words. `waiting`: an auxiliary has come and its verb has not."""

    def __init__(self, text: str, all_words: list[Word], taken: list[Constituent]) -> None:
        self._text, self._words, self._taken = text, all_words, taken
        self._waiting = False

    def pass_by(self, at: int) -> None:
        low = self._words[at].low
        if low in AUXILIARIES:
            self._waiting = low not in ("is", "are", "was", "were", "be", "been")
        elif low in VERBS:
            self._waiting = False

    def phrase(self, at: int) -> int | None:
        """Where the phrase that starts at this word ends; None where none starts."""
        if not self._may_start(at):
            return None
        end = self._noun_end(at)
        if end is None:
            return None
        while (more := self._attached(at, end)) is not None:
            end = more
        return end - 1 if self._has_predicate(at, end) else end

    def _has_predicate(self, at: int, end: int) -> bool:
        """Whether its last word is what is asked of it: "Was the revival successful?"."""
        after_be = at > 0 and self._words[at - 1].low in ("is", "are", "was", "were")
        opens = at == 1 or self._words[0].low in ("why", "how")
        return after_be and opens and end == len(self._words) and end - at >= 3 and not self._is_name(end - 1)

    def told(self, at: int, end: int) -> list[Constituent]:
        """The phrase, and the names and phrases within it."""
        found = [self._constituent(at, end, inner=False)]
        for inner in range(at + 1, end):
            if (
                self._words[inner - 1].low in PREPOSITIONS
                and (stop := self._noun_end(inner)) is not None
                and stop <= end
            ):
                found.append(self._constituent(inner, stop, inner=True))
        first = self._noun_end(at)
        if first is not None and first < end:
            found.append(self._constituent(at, first, inner=True))
        return found + [self._owner(at, inner) for inner in range(at, end - 1) if self._owns(at, inner)]

    def _owns(self, at: int, inner: int) -> bool:
        """Whether the names up to this word own what follows: "Adam Lambert" in "Adam Lambert's image"."""
        return self._words[inner].low.endswith(("'s", "s'")) and self._is_name(inner)

    def _owner(self, at: int, inner: int) -> Constituent:
        first = inner
        while first > at and self._is_name(first - 1):
            first -= 1
        if first > at and self._words[first - 1].low == "the":
            first -= 1
        start, stop = self._words[first].start, self._words[inner].end
        text = re.sub(r"['’]s?$", "", self._text[start:stop])
        return Constituent(start, start, start + len(text), text, "", kind_of(text), True, True, False)

    def _may_start(self, at: int) -> bool:
        word, before = self._words[at], self._words[at - 1].low if at else ""
        if _inside(word.start, self._taken):
            return False
        if word.low in DETERMINERS:
            return at + 1 < len(self._words) and not _inside(self._words[at + 1].start, self._taken)
        if self._is_name(at):
            return True
        if not self._is_content(at) or (word.low in VERBS and (before in ("to", "what", "which") or not before)):
            return False
        return before in PREPOSITIONS or before in ("many", "much", "which", "what", "whose", "as")

    def _is_name(self, at: int) -> bool:
        word = self._words[at]
        if not word.text[0].isupper() or (word.low in FUNCTION_WORDS and not (at and word.text.isupper())):
            return False
        if at > 0 or len(self._words) == 1 or word.low.endswith("'s") or self._gap(1):
            return True
        # The first word has a capital anyway.
        return self._words[1].text[0].isupper() or (is_verb(self._words[1].text) and not is_verb(word.text))

    def _is_content(self, at: int) -> bool:
        return self._words[at].low not in FUNCTION_WORDS and not _inside(self._words[at].start, self._taken)

    def _noun_end(self, at: int) -> int | None:
        """After the words that belong together without a preposition; None where there are none."""
        end = at + 1 if self._words[at].low in DETERMINERS else at
        while end > at and end + 1 < len(self._words) and self._words[end].low in RANKS and self._is_content(end + 1):
            end += 1
        first = end
        while end < len(self._words) and (self._is_content(end) or self._is_name(end)):
            if end > first and (self._ends_before(end, first) or self._gap(end)):
                break
            end += 1
        return end if end > first else None

    def _ends_before(self, at: int, first: int) -> bool:
        low, before = self._words[at].low, self._words[at - 1].low
        if self._is_name(at):
            return False
        bare = first == 0 or self._words[first - 1].low not in DETERMINERS
        if (
            bare
            and self._is_name(at - 1)
            and not before.endswith(("'s", "s'"))
            and not DEMONYM.fullmatch(before.title())
        ):
            return True
        if low in NOUNS_TOO:
            return self._waiting or self._words[at - 1].low in _PLURAL_COUNTED
        return low in VERBS or low.endswith("ed") or low.endswith("ly")

    def _gap(self, at: int) -> bool:
        """Whether more than a space, such as a comma, stands before the word."""
        return self._text[self._words[at - 1].end : self._words[at].start].strip(' "“”') != ""

    def _attached(self, at: int, end: int) -> int | None:
        """After "of …", and "in …", "at …" where they tell which one is meant: "the fire at the plant"."""
        if end + 1 >= len(self._words) or self._gap(end):
            return None
        low = self._words[end].low
        definite = self._words[at].low == "the" or "'" in self._words[at].low
        common = not self._words[end - 1].text[0].isupper()
        attaches = low == "of" or (
            definite and common and low in ("in", "at", "on", "into", "for", "with", "against", "between")
        )
        follows = self._words[end + 1].low in DETERMINERS or self._is_name(end + 1) or low == "of"
        return self._noun_end(end + 1) if attaches and follows and self._may_start(end + 1) else None

    def _constituent(self, at: int, end: int, *, inner: bool) -> Constituent:
        start, stop = self._words[at].start, self._words[end - 1].end
        before = self._words[at - 1] if at else None
        preposition = before if before is not None and before.low in PREPOSITIONS else None
        named = any(self._is_name(one) for one in range(at, end))
        text = self._text[start:stop]
        return Constituent(
            lead=preposition.start if preposition else start,
            start=start,
            end=stop,
            text=text,
            preposition=preposition.low if preposition else "",
            kind=kind_of(text, preposition.low if preposition else ""),
            named=named,
            inner=inner,
            asked=before is not None and before.low in ("many", "much", "which", "what"),
        )


_PLURAL_COUNTED = frozenset("people children men women".split())
