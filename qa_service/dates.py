"""Which dates a question names, and whether the word before each makes it a period or a bound. Pure.

The grammar finds the phrase ("before the end of April", "between 1 and 7 March"); `periods` reads it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from qa_service.periods import BARE, MONTH, NTH, PHRASE, RELATIVE, WEEKDAY, YEAR, Period, read_period

Sense = Literal["in", "from", "to", "state"]
"""A period, its lower bound, its upper bound, or a state that is true up to it ("by 8 March", "as of")."""

# Most questions have none of these and are done after one look.
_ANY = re.compile(
    r"\d{4}|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|day\b|\bago\b"
    r"|\b(?:last|past|previous|recent|this|spring|summer|autumn|fall|winter|week|[qh][1-4])\b",
    re.IGNORECASE,
)
_LEADS: dict[str, Sense] = {
    **dict.fromkeys(("since", "starting", "starting on", "starting in", "as from", "from", "after"), "from"),
    **dict.fromkeys(("before", "prior to", "until", "up until", "till", "up to", "no later than"), "to"),
    **dict.fromkeys(("by", "as of", "as at"), "state"),
    **dict.fromkeys(("on", "in", "during", "throughout", "within", "over", "for", "of", "to", "dated"), "in"),
}
_LEAD = "|".join(sorted(_LEADS, key=len, reverse=True))
_DATE = re.compile(rf"(?<![\w$£€.,-])(?:(?P<lead>{_LEAD})\s+)?(?P<phrase>{PHRASE})(?![\w%]|-\w)", re.IGNORECASE)
_RANGE = re.compile(
    rf"\b(?:between|from)\s+(?P<one>{PHRASE}|{NTH})\s+(?:and|to|until|till|through)\s+(?P<two>{PHRASE})(?!\w)"
    rf"|(?:\b(?:on|in|of|for|during)\s+)?\b(?P<one_of>(?:{NTH} )?{MONTH}|{NTH}) (?:and|or|to|with)"
    rf" (?P<two_of>(?:{NTH} )?{MONTH} {YEAR})(?!\w)"
    r"|(?:\b(?:on|in|of|from|over|during)\s+)?\b"
    rf"(?:(?P<day1>{NTH})\s?[-–—]\s?(?P<day2>{NTH}(?: of)? {MONTH}(?:,? {YEAR})?)"
    rf"|(?P<month>{MONTH}) (?P<day3>{NTH})\s?[-–—]\s?(?P<day4>{NTH})(?P<year>,? {YEAR})?)(?!\w)",
    re.IGNORECASE,
)
# "reported before 3 March": what is dated is the report.
_PUBLISHING = re.compile(
    r"\b(?:published|written|wrote|articles?|reports?|stories|story|news|coverage|headlines?|dispatch(?:es)?)\s+$",
    re.IGNORECASE,
)
# Of "how many deaths were reported in 2021" the deaths are of 2021, and the report may be later.
_REPORTED = re.compile(r"\breport(?:ed)?\s+$", re.IGNORECASE)
_COUNTED = re.compile(r"\bhow (?:many|much)\b|\bnumber of\b", re.IGNORECASE)
_FORECAST = re.compile(
    r"\b(?:could|will|would|expect\w*|forecast\w*|predict\w*|project(?:s|ed)|plan(?:s|ned)?|scheduled)\b", re.IGNORECASE
)
_JOINED = re.compile(r",?\s*(?:and|or|to|with|than|versus|,)\s+(?:the\s+)?", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s")
_SEASON = re.compile(r"(?:the )?(?:spring|summer|autumn|fall|winter)", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"{MONTH} {NTH}", re.IGNORECASE)
_NOUN = re.compile(r"\s+[a-z]+")
# After a bare year these go on with the sentence; another word would be what is counted: "by 2000 people".
_GOES_ON = frozenset(
    "a about according after and are as at be before but by compared did do does for from had has have how if in into "
    "is it its of on or over so than that the their there these they this to under until versus was were what when "
    "where which while who why will with would".split()
)
_NAMES_TOO = re.compile(r"may|march|april|june|august", re.IGNORECASE)
_SURE_LEADS = frozenset({"in", "since", "during", "throughout", "until", "till", "up until", "prior to", "as of"})
# An event's reports come on its day and the next few; a year's figures may take a year.
_LEAST_TAIL = timedelta(days=3)
_RELATIVE_TAIL = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dated:
    """What the words `question[start:end]` say about when; `first` and `last` bound the days of publication."""

    start: int
    end: int
    first: date | None
    last: date | None
    strict: bool
    """Whether reports outside are out of the question; else they come second."""
    newest_first: bool
    """Whether the state at the end is asked for."""
    day: date | None
    """The one day that is named, when something is asked of that day."""


def dates_named(question: str, today: date, newest: date | None = None, reports: tuple[int, ...] = ()) -> list[Dated]:
    """The dates of a question, in order.

    A date without a year is the latest one not after `newest`, the day of the newest article, nor after `today`;
    "last week" is always today's. `reports` are the places where words end that make what follows a report's date
    ("did Reuters report").
    """
    if not _ANY.search(question):
        return []
    reader = _Reader(question, today, min(today, newest or today), reports)
    found = list(reader.ranges())
    lead = ""
    for match in _DATE.finditer(question):
        if any(match.start() < other.end and other.start < match.end() for other in found):
            continue
        joined = found and found[-1].end <= match.start() and _JOINED.fullmatch(question[found[-1].end : match.start()])
        lead = (match["lead"] or (lead if joined else "")).lower()
        dated = reader.dated(match, lead)
        if dated is not None:
            found.append(dated)
    return sorted(found, key=lambda dated: dated.start)


@dataclass(frozen=True, slots=True)
class _Reader:
    question: str
    today: date
    reference: date
    """Dates without a year are not after it."""
    reports: tuple[int, ...]

    def ranges(self) -> Iterator[Dated]:
        for match in _RANGE.finditer(self.question):
            period = _range(match, self.reference)
            if period is not None:
                strict = self.published(match.start())
                last = period.last if strict else _with_tail(period)
                yield Dated(match.start(), match.end(), period.first, last, strict, False, None)

    def dated(self, match: re.Match[str], lead: str) -> Dated | None:
        phrase, after = match["phrase"], self.question[match.end() :]
        forecast = bool(_FORECAST.search(self.question))
        relative = bool(RELATIVE.fullmatch(phrase))
        if _misleading(self.question, match, lead) or (forecast and not relative and not _has_year(phrase)):
            return None
        of_today = relative or WEEKDAY.fullmatch(phrase)
        period = read_period(phrase, self.today if of_today else self.reference)
        if period is None:
            return None
        start = match.start() if match["lead"] else match.start("phrase")
        published = self.published(start)
        is_today = phrase.lower() == "today"
        strict = published or (relative and not is_today and not _POSSESSIVE.match(after))
        sense = _sense(lead, relative, published)
        first, last = _bounds(lead, sense, phrase, period)
        if sense == "in" and not published:
            over = period.last < self.today
            last = period.last + _RELATIVE_TAIL * over if strict else _with_tail(period)
        state = sense == "state" or (sense == "to" and bool(_COUNTED.search(self.question)))
        return Dated(
            start=start,
            end=match.end(),
            first=first,
            last=last,
            strict=strict,
            newest_first=is_today or (state and not published and not forecast),
            day=period.first if period.days == 1 and sense in ("in", "state") and not relative else None,
        )

    def published(self, start: int) -> bool:
        """Whether what is dated from there on is the report, not what it tells."""
        before = self.question[:start]
        reported = _REPORTED.search(before) and not _COUNTED.search(self.question)
        return bool(start in self.reports or _PUBLISHING.search(before) or reported)


def _range(match: re.Match[str], reference: date) -> Period | None:
    if match["month"]:
        year = match["year"] or ""
        one, two = (f"{match['month']} {match[day]}{year}" for day in ("day3", "day4"))
    else:
        one = match["one"] or match["one_of"] or match["day1"]
        two = match["two"] or match["two_of"] or match["day2"]
    if re.fullmatch(NTH, one):
        one = re.sub(rf"^.*?(?={MONTH})", f"{one} ", two, flags=re.IGNORECASE)
    if _has_year(one) or not _has_year(two):
        first = read_period(one, reference)
        last = read_period(two, first.first + timedelta(days=364)) if first else None
    else:
        last = read_period(two, reference)
        first = read_period(one, last.last) if last else None
    return Period(first.first, last.last) if first and last and first.first <= last.last else None


def _has_year(phrase: str) -> bool:
    return re.search(YEAR, phrase) is not None


def _sense(lead: str, relative: bool, published: bool) -> Sense:
    if lead == "from" and (relative or published):  # "articles from last week" are those of the week
        return "in"
    return _LEADS.get(lead, "in")


def _bounds(lead: str, sense: Sense, phrase: str, period: Period) -> tuple[date | None, date | None]:
    if sense == "from":
        return (period.last + timedelta(days=1) if lead == "after" else period.first), None
    if sense == "in":
        return period.first, period.last
    up_to = lead in ("before", "prior to") and not re.match(
        r"(?:the )?(?:very )?(?:end|close) of", phrase, re.IGNORECASE
    )
    return None, (period.first - timedelta(days=1) if up_to else period.last)


def _with_tail(period: Period) -> date:
    return period.last + max(_LEAST_TAIL, timedelta(days=min(period.days, 366)))


def _misleading(question: str, match: re.Match[str], lead: str) -> bool:
    """Whether the words are a name or a number rather than a date: May, 2,000, Black Friday, the 2022 World Cup."""
    phrase, after = match["phrase"], question[match.end() :]
    if phrase.lower() == "today":
        return bool(_POSSESSIVE.match(after)) or lead not in ("", "on", "since")
    if _SEASON.fullmatch(phrase):
        return lead not in ("in", "during", "since", "until")
    if BARE.fullmatch(phrase.lower().removeprefix("the ")):
        return _bare_misleading(phrase, lead, after, at_start=match.start() == 0)
    if lead == "in" and _MONTH_DAY.fullmatch(phrase):  # "In March 30 people died"
        return True
    name = _NAMES_TOO.search(phrase)
    if name is None or _has_year(phrase) or lead not in ("", "of", "for", "over", "to", "within"):
        return False
    # "of the 3 may enter", "May 12 people enter?"
    return (name.group().islower() and not question.islower()) or match.start() + name.start() == 0


def _bare_misleading(phrase: str, lead: str, after: str, *, at_start: bool) -> bool:
    """The same of a month, a year or a weekday with nothing else."""
    if phrase.lower().startswith("the "):  # the march, the 2022 World Cup
        return True
    if _POSSESSIVE.match(after):
        return not WEEKDAY.fullmatch(phrase)
    if not lead or (not at_start and re.match(r"\s+[A-Z]", after)):
        return True
    if _NAMES_TOO.fullmatch(phrase):
        return lead not in _SURE_LEADS
    following = _NOUN.match(after)
    return phrase.isdigit() and following is not None and following.group().strip() not in _GOES_ON
