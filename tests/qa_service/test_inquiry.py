"""What is asked of whom, before anything is searched."""

from datetime import date

import pytest

from qa_service.inquiry import asked_of_its_day
from qa_service.scope import ScopedQuestion, read_scope

TODAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("How many people had fled by 3 March 2022?", date(2022, 3, 3)),
        ("How many refugees were there on March 11, 2022?", date(2022, 3, 11)),
        ("How many had arrived by the 1st of april 2022?", date(2022, 4, 1)),
        ("How many had arrived by 31 February 2022?", None),
        ("How many people fled in March 2022?", None),
        ("Who resigned on 3 March 2022?", None),
    ],
)
def test_a_number_may_be_asked_of_a_day(text: str, day: date | None) -> None:
    assert asked_of_its_day(read_scope(text, (), TODAY)).day == day


def test_the_day_is_not_in_the_words_that_are_searched() -> None:
    question = asked_of_its_day(read_scope("How many people had fled by 3 March 2022?", (), TODAY))
    assert question.text == "How many people had fled?"


def test_a_question_whose_scope_is_not_read_is_of_no_day() -> None:
    question = asked_of_its_day(ScopedQuestion("How many people had fled by 3 March 2022?", None))
    assert (question.text, question.day) == ("How many people had fled by 3 March 2022?", None)
