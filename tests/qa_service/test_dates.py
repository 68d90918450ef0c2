"""Which dates a question names, and what the word before each makes of it."""

from datetime import date

import pytest

from qa_service.dates import Dated, dates_named

WEDNESDAY = date(2022, 3, 9)


def only(question: str) -> Dated:
    (found,) = dates_named(question, WEDNESDAY)
    return found


@pytest.mark.parametrize(
    ("question", "words", "first", "last"),
    [
        ("What happened on 3 March?", "on 3 March", "2022-03-03", "2022-03-06"),
        ("what happened on 3 march", "on 3 march", "2022-03-03", "2022-03-06"),
        ("What happened in March 2022?", "in March 2022", "2022-03-01", "2022-05-01"),
        ("Who won in 2021?", "in 2021", "2021-01-01", "2022-12-31"),
        ("In 2021 Ruritania invaded whom?", "In 2021", "2021-01-01", "2022-12-31"),
        ("Who has died since Monday?", "since Monday", "2022-03-07", None),
        ("What changed after 1 March?", "after 1 March", "2022-03-02", None),
        ("Who left before 3 March?", "before 3 March", None, "2022-03-02"),
        ("Who left before the end of February 2022?", "before the end of February 2022", None, "2022-02-28"),
        ("Who left until 3 March?", "until 3 March", None, "2022-03-03"),
        ("Who had left by 8 March?", "by 8 March", None, "2022-03-08"),
        ("How high was inflation in the year to January 2022?", "to January 2022", "2022-01-01", "2022-03-03"),
        ("What happened between 1 and 7 March?", "between 1 and 7 March", "2022-03-01", "2022-03-14"),
        ("And from 28 December to 3 January 2022?", "from 28 December to 3 January 2022", "2021-12-28", "2022-01-10"),
        ("And from 24 February 2021 until 3 March?", "from 24 February 2021 until 3 March", "2021-02-24", "2021-03-11"),
        ("What happened 1–7 March 2022?", "1–7 March 2022", "2022-03-01", "2022-03-14"),
        ("What happened March 1-7, 2022?", "March 1-7, 2022", "2022-03-01", "2022-03-14"),
        ("How do January and February 2022 compare?", "January and February 2022", "2022-01-01", "2022-04-28"),
        ("What was said in Monday's debate?", "in Monday", "2022-03-07", "2022-03-10"),
        ("What do last year's accounts show?", "last year", "2021-01-01", "2022-12-31"),
    ],
)
def test_a_date_prefers_the_days_when_it_may_be_reported(
    question: str, words: str, first: str | None, last: str | None
) -> None:
    found = only(question)
    assert question[found.start : found.end] == words
    assert found.first == (date.fromisoformat(first) if first else None)
    assert found.last == (date.fromisoformat(last) if last else None)
    assert not found.strict


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What happened last week?", "2022-02-28", "2022-03-07"),  # reports of the morning after count
        ("What happened yesterday?", "2022-03-08", "2022-03-09"),
        ("What happened 3 days ago?", "2022-03-06", "2022-03-07"),
        ("What happened in the last 24 hours?", "2022-03-08", "2022-03-09"),
        ("What happened this month?", "2022-03-01", "2022-03-31"),
        ("Who has died since yesterday?", "2022-03-08", None),
        ("Which articles from last week name her?", "2022-02-28", "2022-03-06"),
        ("Which articles from 3 March name her?", "2022-03-03", "2022-03-03"),
        ("Which reports published before 3 March name her?", None, "2022-03-02"),
        ("What was reported on 3 March?", "2022-03-03", "2022-03-03"),
        ("What is in articles between 1 and 7 March?", "2022-03-01", "2022-03-07"),
    ],
)
def test_what_is_relative_or_said_of_the_report_is_strict(question: str, first: str | None, last: str | None) -> None:
    found = only(question)
    assert found.strict
    assert found.first == (date.fromisoformat(first) if first else None)
    assert found.last == (date.fromisoformat(last) if last else None)


def test_cases_reported_in_a_year_may_be_told_later() -> None:
    assert not only("How many cases were reported in 2021?").strict


@pytest.mark.parametrize(
    "question",
    [
        "How many of the 2,000 people fled?",
        "Did over 2000 people die?",
        "Was it visited by 2000 people?",
        "Who may enter in 30 minutes?",
        "Which of the 3 may enter?",
        "May 12 people enter?",
        "Did people march in Kyiv?",
        "How many took part in the march?",
        "Who was appointed by May?",
        "Who met with April Jones?",
        "Which city fell in the Second World War?",
        "Who won the 2022 World Cup?",
        "What happened in 2022 World Cup matches?",
        "What was sold on Black Friday?",
        "What did he say before the election?",
        "Did prices fall?",
        "What springs from the rock?",
        "What is today's toll?",
        "In March 30 people died where?",
        "Who scored 3-1 at 24/7 speed in 1.5 hours?",
        "What costs $2000?",
        "Will it open on 5 December?",  # not last December
        "What happened on 31 June?",
        "refugees Poland",
        "",
    ],
)
def test_names_and_numbers_are_no_dates(question: str) -> None:
    assert dates_named(question, WEDNESDAY) == []


@pytest.mark.parametrize(
    ("question", "newest_first"),
    [
        ("How many had fled by 8 March?", True),
        ("Who held the town as of 8 March?", True),
        ("How many fled before 8 March?", True),
        ("Who fled before 8 March?", False),
        ("How many are expected by the end of 2022?", False),
        ("How many fled on 8 March?", False),
        ("How many live there today?", True),
    ],
)
def test_a_state_is_wanted_as_it_was_last(question: str, newest_first: bool) -> None:
    assert only(question).newest_first is newest_first


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("How many had fled by 8 March?", date(2022, 3, 8)),
        ("How many were there on March 7, 2022?", date(2022, 3, 7)),
        ("How many fled in February?", None),
        ("How many fled before 8 March?", None),
        ("How many fled yesterday?", None),
    ],
)
def test_one_day_that_a_number_is_asked_of_is_known(question: str, day: date | None) -> None:
    assert only(question).day == day


def test_the_preposition_holds_for_each_of_several() -> None:
    found = dates_named("How many fled in 2020, 2021 and 2022?", WEDNESDAY)
    assert [dated.first for dated in found] == [date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1)]


def test_without_a_year_a_date_is_not_after_the_newest_article_but_last_week_is_todays() -> None:
    newest = date(2021, 6, 1)
    assert dates_named("What happened on 3 March?", WEDNESDAY, newest)[0].first == date(2021, 3, 3)
    assert dates_named("What happened last week?", WEDNESDAY, newest)[0].first == date(2022, 2, 28)
