from datetime import date

import pytest

from qa_service.event_bounds import EventBound, Side, bounded, event_bound, told_period
from qa_service.periods import Period


@pytest.mark.parametrize(
    ("question", "event", "side"),
    [
        ("What did the polls say before the election?", "the election", "before"),
        ("What has happened since the recount in Halvern?", "the recount in Halvern", "after"),
        ("Who promised help after Storm Ysolde?", "Storm Ysolde", "after"),
        ("Which roads were closed during the storm?", "the storm", "during"),
        ("What was said ahead of the mayoral election?", "the mayoral election", "before"),
    ],
)
def test_an_event_bounds_a_question(question: str, event: str, side: Side) -> None:
    found = event_bound(question)
    assert found is not None
    assert (found.event, found.side, found.question) == (event, side, f"When was {event}?")


@pytest.mark.parametrize(
    "question",
    [
        "When was the first poll before the election?",
        "Who won the election?",
        "What did Renner do before the age of 30?",
        "How many people had fled before 3 March 2022?",
    ],
)
def test_other_questions_are_not_bounded(question: str) -> None:
    assert event_bound(question) is None


def test_the_day_of_an_answer_is_counted_from_its_report() -> None:
    assert told_period("on Sunday", date(2022, 10, 3)) == Period(date(2022, 10, 2), date(2022, 10, 2))
    assert told_period("12 January", date(2023, 1, 15)) == Period(date(2023, 1, 12), date(2023, 1, 12))
    assert told_period("a long time ago", date(2023, 1, 15)) is None


def test_the_sides_of_an_event() -> None:
    days = Period(date(2022, 10, 2), date(2022, 10, 3))
    sides = {side: bounded(EventBound("", "", side), days) for side in ("before", "after", "during")}
    assert {side: (one.published_from, one.published_to) for side, one in sides.items()} == {
        "before": (None, date(2022, 10, 1)),
        "after": (date(2022, 10, 2), None),
        "during": (date(2022, 10, 2), date(2022, 10, 3)),
    }
    assert not any(one.strict for one in sides.values())
