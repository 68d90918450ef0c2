"""Words for days and longer → the days that they mean."""

import re
from datetime import date

import pytest

from qa_service.periods import PHRASE, RELATIVE, Period, read_period

WEDNESDAY = date(2022, 3, 9)


def period(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("3 March 2022", "2022-03-03", "2022-03-03"),
        ("the 3rd of March 2022", "2022-03-03", "2022-03-03"),
        ("March 3, 2022", "2022-03-03", "2022-03-03"),
        ("Thursday, 3 March 2022", "2022-03-03", "2022-03-03"),
        ("Feb. 24, 2022", "2022-02-24", "2022-02-24"),
        ("2022-03-03", "2022-03-03", "2022-03-03"),
        ("03/04/2022", "2022-04-03", "2022-04-03"),
        ("3/14/2022", "2022-03-14", "2022-03-14"),
        ("3.4.2022", "2022-04-03", "2022-04-03"),
        ("March 2022", "2022-03-01", "2022-03-31"),
        ("February of 2024", "2024-02-01", "2024-02-29"),
        ("2021", "2021-01-01", "2021-12-31"),
        ("the first half of 2022", "2022-01-01", "2022-06-30"),
        ("second half of March 2022", "2022-03-16", "2022-03-31"),
        ("the first and second quarters of 2022", "2022-01-01", "2022-06-30"),
        ("the last quarter of 2022", "2022-10-01", "2022-12-31"),
        ("Q3 2021", "2021-07-01", "2021-09-30"),
        ("H2 2021", "2021-07-01", "2021-12-31"),
        ("the first week of March 2022", "2022-03-01", "2022-03-07"),
        ("the last week of February 2022", "2022-02-22", "2022-02-28"),
        ("the week of 9 March 2022", "2022-03-07", "2022-03-13"),
        ("the end of February 2022", "2022-02-20", "2022-02-28"),
        ("early March 2022", "2022-03-01", "2022-03-10"),
        ("mid-March 2022", "2022-03-11", "2022-03-21"),
        ("the summer of 2021", "2021-06-01", "2021-08-31"),
        ("winter 2021", "2021-12-01", "2022-02-28"),
    ],
)
def test_a_date_with_a_year_is_the_same_on_every_day(words: str, first: str, last: str) -> None:
    assert read_period(words, WEDNESDAY) == period(first, last)
    assert read_period(words.upper(), date(2022, 12, 1)) == period(first, last)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("yesterday", "2022-03-08", "2022-03-08"),
        ("the day before yesterday", "2022-03-07", "2022-03-07"),
        ("today", "2022-03-09", "2022-03-09"),
        ("this morning", "2022-03-09", "2022-03-09"),
        ("last night", "2022-03-08", "2022-03-09"),
        ("3 days ago", "2022-03-06", "2022-03-06"),
        ("two weeks ago", "2022-02-21", "2022-02-27"),
        ("2 months ago", "2022-01-01", "2022-01-31"),
        ("last week", "2022-02-28", "2022-03-06"),
        ("this week", "2022-03-07", "2022-03-13"),
        ("last weekend", "2022-03-05", "2022-03-06"),
        ("this month", "2022-03-01", "2022-03-31"),
        ("last year", "2021-01-01", "2021-12-31"),
        ("the end of last year", "2021-09-01", "2021-12-31"),
        ("the last 3 days", "2022-03-06", "2022-03-09"),
        ("the past week", "2022-03-02", "2022-03-09"),
        ("the last 24 hours", "2022-03-08", "2022-03-09"),
        ("the last two months", "2022-01-09", "2022-03-09"),
        ("the past few days", "2022-03-06", "2022-03-09"),
        ("recent days", "2022-03-02", "2022-03-09"),
        ("the past year", "2021-03-09", "2022-03-09"),
        ("last March", "2021-03-01", "2021-03-31"),
        ("last winter", "2021-12-01", "2022-02-28"),
        ("Monday", "2022-03-07", "2022-03-07"),
        ("last Monday", "2022-03-07", "2022-03-07"),
    ],
)
def test_relative_words_are_counted_from_today(words: str, first: str, last: str) -> None:
    assert read_period(words, WEDNESDAY) == period(first, last)


@pytest.mark.parametrize(
    ("words", "first"),
    [("9 March", "2022-03-09"), ("10 March", "2021-03-10"), ("March", "2022-03-01"), ("April", "2021-04-01"),
     ("29 February", "2020-02-29")],
)  # fmt: skip
def test_without_a_year_it_is_the_latest_that_has_begun(words: str, first: str) -> None:
    found = read_period(words, WEDNESDAY)
    assert found is not None
    assert found.first == date.fromisoformat(first)


@pytest.mark.parametrize(
    "words",
    ["31 June", "32 March 2022", "2022-13-01", "99/99/2022", "the third half of 2022", "people", "2,000", "may be"],
)
def test_what_is_no_day_has_no_period(words: str) -> None:
    assert read_period(words, WEDNESDAY) is None


@pytest.mark.parametrize("words", ["999 years ago", "the last 999 years", "999 weeks ago", "the last 999 hours"])
def test_long_ago_is_a_period_too(words: str) -> None:
    found = read_period(words, WEDNESDAY)
    assert found is not None
    assert found.first <= found.last


@pytest.mark.parametrize(
    ("words", "relative"),
    [("last week", True), ("3 days ago", True), ("the end of last year", True), ("this spring", True),
     ("the last quarter of 2022", False), ("the last week of March", False), ("3 March", False), ("Monday", False)],
)  # fmt: skip
def test_relative_is_what_is_counted_from_today(words: str, relative: bool) -> None:
    assert re.fullmatch(PHRASE, words, re.IGNORECASE)
    assert bool(RELATIVE.fullmatch(words)) is relative
