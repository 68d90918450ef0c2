"""The words inside a sentence that answer."""

import pytest

from qa_service.question import read_question
from qa_service.spans import answer_span, measured

MAYOR = "The former boxer and current mayor of Kiev, Vitali Klichko, spoke of a hard night, as Petro Dolin had before."
RECEIVED = "Moldova and Poland have become the main hosts with 20,000 and 30,000 Ukrainian citizens, respectively."
LISTED = "Romania has received 757,000, Russia 550,000, Hungary 471,000 and Slovakia 343,000."


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("How many people have fled?", "Some 70,000 people left in two days, in 14 columns.", "Some 70,000"),
        ("How many refugees has Poland taken in?", RECEIVED, "30,000"),
        ("How many refugees has Moldova taken in?", RECEIVED, "20,000"),
        ("How many refugees has Romania received?", LISTED, "757,000"),
        ("How many refugees has Hungary received?", LISTED, "471,000"),
        ("How many homes are without power?", "Two men died and 310,000 homes have no power.", "310,000"),
        ("How much did the tram cost?", "The tram, with 17 stops, cost 412 million crowns.", None),
        ("How much does the UN ask for?", "The UN asks 40 states for $1.7 billion.", "$1.7 billion"),
        ("What share are children?", "Of 3 million refugees, 43 per cent are children.", "43 per cent"),
        ("Who is the mayor of Kiev?", MAYOR, "Vitali Klichko"),
        ("Who is the NATO Secretary General?", "NATO Secretary General Jens Stoltenberg spoke.", "Jens Stoltenberg"),
        ("When did the storm arrive?", "The storm arrived on 11 January 2023 with rain.", "11 January 2023"),
        ("Since when has Lavrov been in office?", "Lavrov has been in office since 2004.", "2004"),
        ("Where did the refugees cross?", "The refugees crossed at Medyka in the night.", "Medyka"),
        (
            "Why do they fly around?",
            "They fly around because the airspace is closed.",
            "because the airspace is closed",
        ),
    ],
)
def test_the_span_is_of_the_kind_that_is_asked_for(question: str, text: str, answer: str | None) -> None:
    span = answer_span(read_question(question), text)
    found = text[span.start : span.end] if span else None
    if answer is None:
        assert found is None or "412 million" in found
    else:
        assert found == answer


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many people have fled?", "The column was 14 kilometres long and cost 3 million euros."),
        ("Who is the mayor of Kiev?", "The mayor of Kiev spoke on Friday."),
        ("When did it happen?", "It happened without warning."),
        ("What does Moscow want?", "Moscow wants talks with Kyiv on 3 March."),
    ],
)
def test_nothing_of_another_kind_is_taken(question: str, text: str) -> None:
    assert answer_span(read_question(question), text) is None


def test_a_number_said_of_a_place_nobody_asked_about_fits_less() -> None:
    question = read_question("How many people have fled Ukraine?")
    of_poland = answer_span(question, "Over half, 2.8 million, fled first to Poland.")
    of_all = answer_span(question, "Some 5 million people have fled Ukraine.")
    assert of_poland is not None
    assert of_all is not None
    assert of_poland.fit < of_all.fit


@pytest.mark.parametrize(
    ("question", "text", "found", "whole"),
    [
        ("How many refugees has Poland taken in?", RECEIVED, "20,000", "30,000"),
        ("How many people have fled?", "It led some 70,000 people to leave.", "70", "some 70,000"),
        (
            "Which countries took most?",
            "Moldova and Poland have become the main hosts.",
            "Poland",
            "Moldova and Poland",
        ),
        ("Which countries took most?", "Poland, Moldova, and the Czech Republic did.", "Moldova", None),
        ("Who is the mayor?", "The mayor Ilse Marquand and Otto Brandt met.", "Ilse Marquand", "Ilse Marquand"),
    ],
)
def test_what_a_model_found_is_made_whole(question: str, text: str, found: str, whole: str | None) -> None:
    start = text.index(found)
    span = measured(read_question(question), text, start, start + len(found))
    assert text[span.start : span.end] == (whole or "Poland, Moldova, and the Czech Republic")


@pytest.mark.parametrize(
    ("question", "words", "fit"),
    [
        ("How many people have fled?", "on foot", 0.0),
        ("How many people have fled?", "70,000 people", 1.0),
        ("How many people have fled?", "3 million euros", 0.0),
        ("Who is the mayor?", "the council", 0.0),
        ("Who is the mayor?", "Ilse Marquand", 1.0),
        ("When did it happen?", "without warning", 0.0),
        ("When did it happen?", "Thursday", 1.0),
        ("What does Moscow want?", "talks", 0.5),
    ],
)
def test_how_well_the_words_are_of_the_kind_asked_for(question: str, words: str, fit: float) -> None:
    assert measured(read_question(question), words, 0, len(words)).fit == fit


@pytest.mark.parametrize(("name", "number"), [("Romania", "757,000"), ("Hungary", "471,000"), ("Slovakia", "343,000")])
def test_in_a_list_the_asked_names_own_number_is_taken_whatever_the_model_found(name: str, number: str) -> None:
    found = LISTED.index("550,000")
    span = measured(read_question(f"How many refugees has {name} received?"), LISTED, found, found + len("550,000"))
    assert LISTED[span.start : span.end] == number


def test_a_number_beside_a_name_that_is_no_list_stays_what_the_model_found() -> None:
    text = "Poland has 38 million inhabitants. It has taken in 2.8 million refugees."
    found = text.index("2.8 million")
    span = measured(read_question("How many refugees has Poland taken in?"), text, found, found + len("2.8 million"))
    assert text[span.start : span.end] == "2.8 million"
