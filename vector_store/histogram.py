"""How many articles were published when: bars of one interval, few enough to be drawn side by side.

A bar's days are days in UTC, as the days of `Filters` are, so that a bar's days as a filter admit what it counts.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Interval = Literal["day", "week", "month", "year", "decade", "century"]

MAX_BARS = 60
"""How many bars there are at most. Centuries may be up to 100: there is no wider interval."""

# A month or a year is so many of the calendar's months; the first and last day are those that a filter can name.
_MONTHS: dict[Interval, int] = {"month": 1, "year": 12, "decade": 120, "century": 1_200}
_DAYS: dict[Interval, int] = {"day": 1, "week": 7}
_FIRST, _LAST = date(2, 1, 1), date(9998, 12, 31)


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles published from `first` to `last`, both days included."""

    first: date
    last: date
    articles: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars without a gap from the oldest article's to the newest's; the empty ones between are there too."""

    interval: Interval
    bars: tuple[Bar, ...]
    undated: int
    """Articles whose date is unknown: they are in no bar."""
    articles: int
    """All of them, the undated ones included."""


def histogram(published: Mapping[date | None, int]) -> Histogram:
    """The articles of each day (None: undated) in bars of the shortest interval that needs no more than MAX_BARS."""
    days = {min(max(day, _FIRST), _LAST): count for day, count in published.items() if day is not None}
    undated, articles = published.get(None, 0), sum(published.values())
    if not days:
        return Histogram("day", (), undated, articles)
    interval, numbers = _divided(min(days), max(days))
    counts: Counter[int] = Counter()
    for day, count in days.items():
        counts[_number(interval, day)] += count
    bars = (Bar(*_days(interval, number), counts[number]) for number in numbers)
    return Histogram(interval, tuple(bars), undated, articles)


def _divided(first: date, last: date) -> tuple[Interval, range]:
    intervals: tuple[Interval, ...] = (*_DAYS, *_MONTHS)
    divided = [(interval, range(_number(interval, first), _number(interval, last) + 1)) for interval in intervals]
    return next(((interval, numbers) for interval, numbers in divided if len(numbers) <= MAX_BARS), divided[-1])


def _number(interval: Interval, day: date) -> int:
    """Which day, week (from Monday), month, … since the beginning of the calendar the day is in."""
    if interval in _DAYS:
        return (day.toordinal() - 1) // _DAYS[interval]
    return (day.year * 12 + day.month - 1) // _MONTHS[interval]


def _days(interval: Interval, number: int) -> tuple[date, date]:
    """The first and the last day of that number, as far as a filter can name them."""
    return max(_start(interval, number), _FIRST), min(_start(interval, number + 1) - timedelta(days=1), _LAST)


def _start(interval: Interval, number: int) -> date:
    if interval in _DAYS:
        return date.fromordinal(number * _DAYS[interval] + 1)
    year, month = divmod(number * _MONTHS[interval], 12)
    return date(year, month + 1, 1) if 0 < year <= _LAST.year else (_FIRST if year == 0 else date.max)
