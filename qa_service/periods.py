"""Words for a day, week, month, quarter, season or year → the days that they mean. Pure.

dateparser reads days, months, years and "3 days ago"; halves, seasons, parts and "the last 3 days" are made of these.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

_FULL_MONTH = r"(?:january|february|march|april|may|june|july|august|september|sept|october|november|december)\b"
_SHORT_MONTH = r"(?:jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)\b\.?"
_MONTH = rf"(?:{_FULL_MONTH}|{_SHORT_MONTH})"
_YEAR = r"(?:19|20)\d\d\b(?![%°]|[.,]\d)"
_NTH = r"\d{1,2}(?:st|nd|rd|th)?\b(?![.,:]\d|%)"
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_NUMBER = r"(?:\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_UNIT = r"(?:hour|day|week|month|year)s?"
_SEASON = r"(?:spring|summer|autumn|fall|winter)"
_ORDINAL = r"(?:first|second|third|fourth|1st|2nd|3rd|4th|last)"
_MONTH_OF_YEAR = rf"{_MONTH}(?:,?(?: of)? {_YEAR})"
_WHOLE = rf"(?:{_MONTH_OF_YEAR}|{_FULL_MONTH}|{_YEAR}|(?:last|this) (?:week|month|year))"
_DAY = (
    rf"(?:(?:{_WEEKDAY},? )?(?:the )?{_NTH}(?: of)? {_MONTH}(?:,? {_YEAR})?"
    rf"|(?:{_WEEKDAY},? )?{_MONTH} (?:the )?{_NTH}(?:,? {_YEAR})?"
    r"|\d{4}-\d\d-\d\d\b|\b\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d\d\b)"
)

_ORDER = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 0}
_COUNTS = {"": "1", "a": "1", "few": "3", "recent": "7", "couple of": "2", "several": "7"}
_SEASON_STARTS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # months, as on the northern half


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    def with_(self, other: "Period") -> "Period":
        """The shortest period that covers both."""
        return Period(min(self.first, other.first), max(self.last, other.last))


def read_period(words: str, today: date) -> Period | None:
    """The days that a phrase of `PHRASE` means; None for what is no day, as 31 June.

    Without a year it is the latest such period that has begun by `today`. Of 3/4/2022, the day comes first where both
    readings are days.
    """
    words = " ".join(words.lower().removeprefix("the ").split())
    for pattern, reading in _READINGS:
        match = pattern.fullmatch(words)
        if match is not None:
            try:
                return reading(match, today)
            except (ValueError, OverflowError):
                return None
    return None


@lru_cache(maxsize=1_024)
def _read(words: str, today: date) -> Period | None:
    """What dateparser makes of it."""
    # Imported here: it costs 0.13 s, and its first date 0.2 s more, which a question without dates need not wait for.
    from dateparser.date import DateDataParser

    settings = {
        "RELATIVE_BASE": datetime.combine(today, time.min),
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "first",
        "PREFER_MONTH_OF_YEAR": "first",
        "DATE_ORDER": "DMY",
        "PARSERS": ["relative-time", "absolute-time"],
    }
    found = DateDataParser(languages=["en"], settings=settings).get_date_data(words)
    return _around(found.date_obj.date(), found.period) if found.date_obj else None


def _around(day: date, unit: str) -> Period:
    """The calendar week, month, quarter or year that the day lies in."""
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    if unit == "month":
        return _months(day.year, day.month, 1)
    if unit == "quarter":
        return _months(day.year, (day.month - 1) // 3 * 3 + 1, 3)
    if unit == "year":
        return _months(day.year, 1, 12)
    return Period(day, day)


def _months(year: int, month: int, count: int) -> Period:
    after = year * 12 + month - 1 + count
    return Period(date(year, month, 1), date(after // 12, after % 12 + 1, 1) - timedelta(days=1))


def _plain(match: re.Match[str], today: date) -> Period | None:
    return _read(match.group(), today)


def _current(match: re.Match[str], today: date) -> Period | None:
    if match["unit"] == "weekend":
        return _weekend(_around(today, "week"))
    if match["unit"] in ("morning", "afternoon", "evening"):
        return Period(today, today)
    return _around(today, match["unit"])


def _previous(match: re.Match[str], today: date) -> Period | None:
    unit = match["unit"]
    if unit == "night":
        return Period(today - timedelta(days=1), today)
    week = _read("last week", today)
    return _weekend(week) if unit == "weekend" and week else _read(f"last {unit}", today)


def _weekend(week: Period) -> Period:
    return Period(week.last - timedelta(days=1), week.last)


def _previous_named(match: re.Match[str], today: date) -> Period | None:
    """ "last March", said in March, is not this one."""
    found = _read(match["name"], today)
    if found is not None and found.last >= today:
        return _read(match["name"], found.first - timedelta(days=1))
    return found


def _running(match: re.Match[str], today: date) -> Period | None:
    """The last 3 days: up to today."""
    unit = match["unit"].removesuffix("s")
    count = _COUNTS.get(match["number"] or "", match["number"])
    if unit == "hour":
        return Period(today - timedelta(days=(int(count) + 23) // 24 if count.isdigit() else 1), today)
    days = _read(f"{count} {unit}s ago" if unit == "day" else f"{count} {unit} ago", today)
    if days is None:
        return None
    # The library's week or month ago is a whole one; here it starts on the same day of it.
    day = {"week": days.first + timedelta(days=today.weekday()), "month": _same_day(days, today)}.get(unit, days.first)
    return Period(date(days.first.year, today.month, min(today.day, 28)) if unit == "year" else day, today)


def _same_day(month: Period, today: date) -> date:
    return month.first.replace(day=min(today.day, month.last.day))


def _part(match: re.Match[str], today: date) -> Period | None:
    """The first, middle or last third: "early March", "the end of 2022"."""
    whole = read_period(match["whole"], today)
    if whole is None:
        return None
    third = timedelta(days=max(round(whole.days / 3) - 1, 0))
    part = match["part"]
    if part in ("beginning", "start", "early"):
        return Period(whole.first, whole.first + third)
    if part in ("end", "close", "late"):
        return Period(whole.last - third, whole.last)
    return Period(whole.first + third + timedelta(days=1), whole.last - third - timedelta(days=1))


def _fraction(match: re.Match[str], today: date) -> Period | None:
    """Halves and quarters of a year, halves of a month; of two that are named, both and what is between."""
    whole = read_period(match["whole"], today)
    parts = 4 if match["unit"].startswith("quarter") else 2
    if whole is None:
        return None
    found = None
    for name in (match["one"], match["two"] or match["one"]):
        number = _ORDER[name] or parts
        if number > parts:
            return None
        found = one.with_(found) if (one := _nth(whole, number, parts)) and found else one
    return found


def _nth(whole: Period, number: int, parts: int) -> Period:
    if whole.days > 360:
        return _months(whole.first.year, 1 + (number - 1) * 12 // parts, 12 // parts)
    return Period(
        whole.first + timedelta(days=whole.days * (number - 1) // parts),
        whole.first + timedelta(days=whole.days * number // parts - 1),
    )


def _short_fraction(match: re.Match[str], today: date) -> Period:
    parts = 4 if match["unit"] == "q" else 2
    return _nth(_months(int(match["year"]), 1, 12), int(match["number"]), parts)


def _week_of_month(match: re.Match[str], today: date) -> Period | None:
    month = read_period(match["whole"], today)
    if month is None:
        return None
    number = _ORDER[match["one"]]
    first = month.first + timedelta(days=7 * (number - 1)) if number else month.last - timedelta(days=6)
    return Period(first, first + timedelta(days=6))


def _week_of_day(match: re.Match[str], today: date) -> Period | None:
    day = read_period(match["day"], today)
    return _around(day.first, "week") if day else None


def _season(match: re.Match[str], today: date) -> Period | None:
    start = _SEASON_STARTS[match["season"]]
    if match["year"]:
        return _months(int(match["year"]), start, 3)
    year = today.year if date(today.year, start, 1) <= today else today.year - 1
    found = _months(year, start, 3)
    return _months(year - 1, start, 3) if match["which"] == "last" and found.last >= today else found


def _slashed(match: re.Match[str], today: date) -> Period:
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    day = date(year, two, one) if two <= 12 else date(year, one, two)
    return Period(day, day)


def _iso(match: re.Match[str], today: date) -> Period:
    day = date.fromisoformat(match.group())
    return Period(day, day)


_Reading = Callable[[re.Match[str], date], Period | None]
# Longer forms stand before those that they contain.
_FORMS: tuple[tuple[str, _Reading], ...] = (
    (
        rf"(?P<one>{_ORDINAL})(?: and (?:the )?(?P<two>{_ORDINAL}))? (?P<unit>quarters?|half|halves)"
        rf" of (?P<whole>{_WHOLE})",
        _fraction,
    ),
    (rf"(?P<unit>[qh])(?P<number>[1-4]),?(?: of)? (?P<year>{_YEAR})", _short_fraction),
    (rf"(?P<one>{_ORDINAL}) week (?:of|in) (?P<whole>{_MONTH_OF_YEAR}|{_FULL_MONTH})", _week_of_month),
    (rf"week of (?P<day>{_DAY})", _week_of_day),
    (rf"(?:very )?(?P<part>beginning|start|middle|end|close) of (?P<whole>{_WHOLE})", _part),
    (rf"(?P<part>early|mid|late)[ -](?P<whole>{_MONTH_OF_YEAR}|{_FULL_MONTH}|{_YEAR})", _part),
    (rf"(?:(?P<which>last|this) )?(?P<season>{_SEASON})(?:(?: of)? (?P<year>{_YEAR}))?", _season),
    (r"day before yesterday|yesterday|today", _plain),
    (rf"(?P<number>{_NUMBER}) (?P<unit>{_UNIT}) ago", _plain),
    (
        rf"(?:last|past|previous) (?:(?P<number>{_NUMBER}|few|couple of|several) )?"
        r"(?P<unit>(?:hour|day|week|month|year)s)",
        _running,
    ),
    (r"past(?P<number>) (?P<unit>hour|day|week|month|year)", _running),
    (r"(?P<number>recent) (?P<unit>days|weeks|months)", _running),
    (r"(?:last|previous) (?P<unit>week|month|year|weekend|night)", _previous),
    (rf"last (?P<name>{_WEEKDAY}|{_FULL_MONTH})", _previous_named),
    (r"this (?P<unit>week|month|year|quarter|weekend|morning|afternoon|evening)", _current),
    (r"(?P<one>\d{1,2})[/.](?P<two>\d{1,2})[/.](?P<year>(?:19|20)\d\d)", _slashed),
    (r"\d{4}-\d\d-\d\d", _iso),
    (_DAY, _plain),
    (_MONTH_OF_YEAR, _plain),
    (_FULL_MONTH, _plain),
    (_YEAR, _plain),
    (_WEEKDAY, _plain),
)
_READINGS = tuple((re.compile(pattern), reading) for pattern, reading in _FORMS)

PHRASE = r"(?:the )?(?:" + "|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern) for pattern, _ in _FORMS) + ")"
"""A regular expression for every phrase that `read_period` reads, to be used without regard to case."""
NTH, MONTH, YEAR = _NTH, _MONTH, _YEAR
BARE = re.compile(rf"{_FULL_MONTH}|{_YEAR}|{_WEEKDAY}", re.IGNORECASE)
"""What may also be a name or a number, unless a preposition stands before it."""
WEEKDAY = re.compile(_WEEKDAY, re.IGNORECASE)
RELATIVE = re.compile(
    r"(?:the )?(?:.*\b(?:ago|yesterday|today)"
    r"|(?:last|past|previous|recent|this) (?!(?:quarter|half|week) (?:of|in)\b).*"
    r"|.* of (?:last|this) (?:week|month|year))",
    re.IGNORECASE,
)
"""Phrases that are counted from today."""
