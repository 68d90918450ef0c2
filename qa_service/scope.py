"""What a question itself says about where to look: publishers, dates, "latest". Pure.

It narrows the filters that the question was asked with, never widens them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from qa_service.answer import Scope
from qa_service.dates import Dated, dates_named
from qa_service.publishers import Named, publishers_named, unknown_publishers
from vector_store.article import Filters
from vector_store.lexical import STOP_WORDS

# The adjective goes, its noun stays: "the latest number".
_FRESHEST = re.compile(
    r"\b(?:latest|newest|most recent|most up-to-date|up-to-date|current)\b(?= [a-z])"
    r"(?! (?:account|accounts|affairs|on|of|about|from|in)\b)"
    r"|\btoday['’]s\b",
    re.IGNORECASE,
)
_BY_NOW = re.compile(
    r",?\s*\b(?:so far|(?:as of|until|till|up to|by) (?:now|today|yet)|right now|just now|at the moment"
    r"|at present|currently|presently|nowadays|these days|to date|(?<!from )(?-i:now)(?! (?:on|that)\b))\b",
    re.IGNORECASE,
)
# "When was it to open at first, and when now?" asks for both.
_ONCE = re.compile(r"\b(?:at first|originally|initially|formerly)\b", re.IGNORECASE)
_LATEST = re.compile(r"\b(?:the (?:very )?(?:latest|newest|most recent)|latest)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScopedQuestion:
    """A question, where it says to look, and what remains to be searched there."""

    text: str
    """Without the words that would only mislead the search: "according to Reuters", "last week", "so far"."""
    scope: Scope | None
    """None where it says nothing."""
    day: date | None = None
    """The one day that it names and asks something of: "by 3 March", "on 3 March"."""
    unknown: tuple[str, ...] = ()
    """Publishers that it wants to hear and the archive lacks; nothing is narrowed for them."""


def read_scope(question: str, publishers: Sequence[str], today: date, *, newest: date | None = None) -> ScopedQuestion:
    """Read from the question where to look.

    `publishers`: those of the archive, best always as the same tuple. `today`: what "last week" is counted from.
    `newest`: the day of the archive's newest article; a date without a year is the latest one not after it.
    """
    named = publishers_named(question, publishers)
    dated = dates_named(question, today, newest, reports=_report_ends(question, named))
    fresh = _freshness(question)
    unknown = unknown_publishers(question, publishers)
    if not (named or dated or fresh):
        return ScopedQuestion(question, None, None, unknown)
    # What is demanded leaves no room for what is only preferred.
    counting = [one for one in dated if one.strict] or dated
    first, last = _period(counting)
    spans = [(one.start, one.end) for one in named] + [(one.start, one.end) for one in counting]
    spans = sorted({*spans, *((start, end) for start, end, _ in fresh)})
    scope = Scope(
        words=tuple(question[start:end].strip(" ,") for start, end in spans),
        sources=tuple(dict.fromkeys(publisher for one in named for publisher in one.publishers)),
        published_from=first,
        published_to=last,
        strict=bool(first or last) and counting[0].strict,
        newest_first=bool(fresh) or any(one.newest_first for one in dated),
    )
    edits = [(one.start, one.end, one.instead) for one in named]
    edits += [(one.start, one.end, "") for one in dated if one.strict]
    edits += [(start, end, instead) for start, end, instead in fresh if instead is not None]
    day = dated[0].day if len(dated) == 1 else None
    return ScopedQuestion(_edited(question, edits), scope, day, unknown)


def merged(read: Scope | None, event: Scope) -> Scope:
    """With the days of an event, where the question names no other days."""
    if read is None:
        return event
    if read.published_from or read.published_to:
        return read
    days = {"published_from": event.published_from, "published_to": event.published_to}
    return read.model_copy(update={**days, "words": (*read.words, *event.words)})


def narrowed(filters: Filters, scope: Scope) -> Filters | None:
    """The filters with all that the scope demands: its publishers and, where it is strict, its period.

    None where the two have nothing in common: nothing may be searched then. (No `Filters` could say so: empty lists
    admit all.) A strict period leaves out articles without a date, as any date filter does.
    """
    sources = _common(filters.sources, scope.sources)
    if sources is None:
        return None
    narrower = filters.model_copy(update={"sources": sources})
    return narrower.within(scope.published_from, scope.published_to) if scope.strict else narrower


def preferred(filters: Filters, scope: Scope) -> Filters | None:
    """What comes first where the period is only preferred; None where none is, or it leaves nothing of the filters.

    `filters` are those that `narrowed` gave.
    """
    if scope.strict or (scope.published_from is None and scope.published_to is None):
        return None
    return filters.within(scope.published_from, scope.published_to)


def _common(asked: tuple[str, ...], named: tuple[str, ...]) -> tuple[str, ...] | None:
    if not asked or not named:
        return asked or named
    folded = {name.casefold() for name in named}
    return tuple(source for source in asked if source.casefold() in folded) or None


def _period(dated: Sequence[Dated]) -> tuple[date | None, date | None]:
    """Of several periods all that they cover, of several bounds the widest; both together as far as they agree."""
    whole = [(one.first, one.last) for one in dated if one.first and one.last]
    firsts = [min(first for first, _ in whole)] if whole else []
    lasts = [max(last for _, last in whole)] if whole else []
    lower = [one.first for one in dated if one.first and not one.last]
    upper = [one.last for one in dated if one.last and not one.first]
    firsts += [min(lower)] if lower else []
    lasts += [max(upper)] if upper else []
    first, last = max(firsts, default=None), min(lasts, default=None)
    return (None, None) if first and last and first > last else (first, last)


def _report_ends(question: str, named: Iterable[Named]) -> tuple[int, ...]:
    """Where a date would begin that says when the publisher reported."""
    return tuple(
        one.end + len(question[one.end :]) - len(question[one.end :].lstrip(" ,")) for one in named if one.reports
    )


def _freshness(question: str) -> list[tuple[int, int, str | None]]:
    """The words that ask for the newest, and what stands for them in the search; None: they stay."""
    if _ONCE.search(question):
        return []
    found: list[tuple[int, int, str | None]] = []
    for match in _FRESHEST.finditer(question):
        found.append((match.start(), match.end(), "the" if match.group().lower().startswith("today") else ""))
    found += [(match.start(), match.end(), "") for match in _BY_NOW.finditer(question)]
    for match in _LATEST.finditer(question):
        if not any(start < match.end() and match.start() < end for start, end, _ in found):
            found.append((match.start(), match.end(), None))
    return found


def _edited(question: str, edits: Iterable[tuple[int, int, str]]) -> str:
    """With the edits made and the spaces and commas put right; as it was, where no word of content would remain."""
    text, at = "", 0
    for start, end, instead in sorted(edits):
        if start >= at:
            text += question[at:start] + instead
            at = end
    text += question[at:]
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" +(?=[?.!,;])", "", text)
    text = re.sub(r"^[\s,;:]+|,(?=[?.!])|[\s,;:]+$", "", text).strip()
    if not any(word.lower() not in STOP_WORDS for word in re.findall(r"\w+", text)):
        return question
    return text[0].upper() + text[1:]
