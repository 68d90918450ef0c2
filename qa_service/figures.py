"""Reported values of one subject over time: which leads, which agree with it, which differ, which are earlier."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qa_service.answer import Figure
from qa_service.findings import Finding
from qa_service.quantities import Quantity, same_value
from qa_service.question import PEOPLE, Question, stem

# A finding this much weaker than the best one is about something else.
_AS_GOOD = 0.5
_MOST_EARLIER = 10
# For so long a count stands for the day that is asked about.
_STILL_TRUE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Findings of one quantity. `lead` is of the newest day; `agreeing` and `differing` are of that day too."""

    lead: Finding
    agreeing: tuple[Finding, ...]
    differing: tuple[Finding, ...]
    earlier: tuple[Finding, ...]
    """Newest first, one for each day and value."""


def timeline(question: Question, findings: Sequence[Finding]) -> Timeline | None:
    """The findings that report the quantity asked for, put in order; None when the best one holds none."""
    if not findings or _quantity(findings[0]) is None:
        return None
    best = findings[0]
    told = [finding for finding in findings if _comparable(question, best, finding)]
    newest = max((day for finding in told if (day := day_of(finding)) is not None), default=None)
    of_that_day = [finding for finding in told if day_of(finding) == newest] or [best]
    lead = of_that_day[0]
    rest = [finding for finding in of_that_day[1:] if _source(finding) != _source(lead)]
    before = sorted(
        (finding for finding in told if (day := day_of(finding)) is not None and newest is not None and day < newest),
        key=lambda finding: day_of(finding) or date.min,
        reverse=True,
    )
    return Timeline(
        lead=lead,
        agreeing=_distinct([finding for finding in rest if _same(finding, lead)], by_value=False),
        differing=_distinct([finding for finding in rest if not _same(finding, lead)], by_value=True),
        earlier=_distinct(before, by_value=True)[:_MOST_EARLIER],
    )


def told_of_day(finding: Finding, day: date) -> bool:
    """Whether it was reported on that day or the two before, or names the day itself."""
    reported = day_of(finding)
    named = re.search(rf"\b(?:{day.day} {day:%B}|{day:%B} {day.day})\b", finding.quote.text)
    return named is not None or (reported is not None and timedelta(0) <= day - reported <= _STILL_TRUE)


def figure(finding: Finding, citation: int) -> Figure:
    """The finding's quantity as the contract shows it. The finding must have one."""
    quantity = _quantity(finding)
    assert quantity is not None
    return Figure(
        value=quantity.value,
        unit=quantity.unit,
        text=quantity.text,
        as_of=day_of(finding),
        modality=quantity.modality,
        citation=citation,
    )


def day_of(finding: Finding) -> date | None:
    """The day of publication, in the publisher's own time zone."""
    published = finding.quote.article.published
    return published.date() if published else None


def _quantity(finding: Finding) -> Quantity | None:
    return finding.found.quantity if finding.found else None


def _source(finding: Finding) -> str:
    """Copies of one text are one source."""
    return finding.quote.article.origin


def _comparable(question: Question, best: Finding, finding: Finding) -> bool:
    quantity, other = _quantity(best), _quantity(finding)
    if quantity is None or other is None or finding.score < best.score * _AS_GOOD:
        return False
    real = question.about_future or other.modality != "could" or quantity.modality == "could"
    return real and _subject(quantity) == _subject(other)


def _subject(quantity: Quantity) -> str:
    """What is counted, so far that two reports of it have the same: people by any name, else the head noun."""
    stems = [stem(word) for word in quantity.unit.split()]
    if not stems or any(word in PEOPLE for word in stems) or any(word[:1].isupper() for word in quantity.unit.split()):
        return "people or bare"
    return stems[-1]


def _same(one: Finding, other: Finding) -> bool:
    first, second = _quantity(one), _quantity(other)
    return first is not None and second is not None and same_value(first, second)


def _distinct(findings: Sequence[Finding], *, by_value: bool) -> tuple[Finding, ...]:
    """Without what repeats: the same day and value, or (not by value) the same source."""
    kept: list[Finding] = []
    for finding in findings:
        repeated = any(
            (by_value and _same(finding, other) and day_of(finding) == day_of(other))
            or _source(finding) == _source(other)
            for other in kept
        )
        if not repeated:
            kept.append(finding)
    return tuple(kept)
