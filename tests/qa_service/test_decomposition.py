import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_service.decomposition import MOST_PARTS, bridge, extreme, parts

SEVERAL = {
    "How many people were told to leave before the storm, and how many really went?": (
        "How many people were told to leave before the storm?",
        "How many really went?",
    ),
    "Who won the election and when was it held?": ("Who won the election?", "When was it held?"),
    "When was it opened? Who paid for it?": ("When was it opened?", "Who paid for it?"),
    "In which year did the plant open, and in which year will it close?": (
        "In which year did the plant open?",
        "In which year will it close?",
    ),
}
COMPARED = {
    "Which country has taken in more refugees, Poland or Romania?": (
        ("How many refugees has Poland taken in?", "How many refugees has Romania taken in?"),
        ("Poland", "Romania"),
        "most",
    ),
    "Who got fewer votes, Renner or Marquand?": (
        ("How many votes did Renner get?", "How many votes did Marquand get?"),
        ("Renner", "Marquand"),
        "least",
    ),
    "Which country took in the most refugees, Poland, Hungary or Moldova?": (
        (
            "How many refugees did Poland take in?",
            "How many refugees did Hungary take in?",
            "How many refugees did Moldova take in?",
        ),
        ("Poland", "Hungary", "Moldova"),
        "most",
    ),
    "Have more people fled to Poland or Romania?": (
        ("How many people have fled to Poland?", "How many people have fled to Romania?"),
        ("Poland", "Romania"),
        "most",
    ),
    "Did more people go to Poland or to Romania by 8 March 2022?": (
        ("How many people went to Poland by 8 March 2022?", "How many people went to Romania by 8 March 2022?"),
        ("Poland", "Romania"),
        "most",
    ),
    "Which country has taken in more refugees, Poland or Romania, according to Northline?": (
        (
            "How many refugees has Poland taken in, according to Northline?",
            "How many refugees has Romania taken in, according to Northline?",
        ),
        ("Poland", "Romania"),
        "most",
    ),
    "Who is younger, Tobias Renner or Ilse Marquand?": (
        ("How old is Tobias Renner?", "How old is Ilse Marquand?"),
        ("Tobias Renner", "Ilse Marquand"),
        "least",
    ),
    "How many refugees are in Poland and in Romania?": (
        ("How many refugees are in Poland?", "How many refugees are in Romania?"),
        ("Poland", "Romania"),
        None,
    ),
    "What do Grandi and Guterres say about the camps?": (
        ("What does Grandi say about the camps?", "What does Guterres say about the camps?"),
        ("Grandi", "Guterres"),
        None,
    ),
    "How did Orlund's sales compare in the first and second quarters of 2022?": (
        (
            "What were Orlund's sales in the first quarter of 2022?",
            "What were Orlund's sales in the second quarter of 2022?",
        ),
        ("first quarter", "second quarter"),
        None,
    ),
}
SINGLE = (
    "How many people have fled Ukraine?",
    "What happened in Bosnia and Herzegovina?",
    "What does the Food and Agriculture Organization do?",
    "Do you know what happened and who did it?",
    "Was it Poland or Romania?",
    "Did the mayor and the council agree?",
    "What did he say about war and peace?",
    "and to Poland?",
    "What is the difference between Poland and Romania?",
    "What was agreed between Renner and Marquand?",
    "Compare Poland and Romania.",
    "",
)
BRIDGES = {
    "How old is the man who runs Orlund Power?": ("Who runs Orlund Power?", "How old is Jonas Falk?"),
    "Where is the plant that Orlund wants to close?": (
        "Which plant does Orlund want to close?",
        "Where is Jonas Falk?",
    ),
    "How old is the mayor of Halvern?": ("Who is the mayor of Halvern?", "How old is Jonas Falk?"),
    "Where was the woman who runs Tessel Motors born?": ("Who runs Tessel Motors?", "Where was Jonas Falk born?"),
    "When was Halvern's mayor elected?": ("Who is Halvern's mayor?", "When was Jonas Falk elected?"),
}


@pytest.mark.parametrize(("question", "expected"), SEVERAL.items())
def test_several_questions_in_one_are_told_apart(question: str, expected: tuple[str, ...]) -> None:
    found = parts(question)
    assert found is not None
    assert (found.questions, found.names) == (expected, ())


@pytest.mark.parametrize(("question", "expected"), COMPARED.items())
def test_a_comparison_asks_the_same_of_each(
    question: str, expected: tuple[tuple[str, ...], tuple[str, ...], str | None]
) -> None:
    found = parts(question)
    assert found is not None
    assert (found.questions, found.names, found.wanted) == expected


@pytest.mark.parametrize("question", SINGLE)
def test_a_single_question_has_no_parts(question: str) -> None:
    assert parts(question) is None


def test_a_question_of_too_many_parts_is_asked_as_it_stands() -> None:
    names = "Poland, Hungary, Moldova, Slovakia and Romania"
    assert len(names.split(" ")) > MOST_PARTS
    assert parts(f"How many refugees are in {names}?") is None
    assert parts("How many came? " * 5) is None


@pytest.mark.parametrize(("question", "steps"), BRIDGES.items())
def test_a_described_subject_is_asked_for_first(question: str, steps: tuple[str, str]) -> None:
    found = bridge(question)
    assert found is not None
    assert (found.first, found.second("Jonas Falk")) == steps


@pytest.mark.parametrize(
    "question",
    ["Who is the mayor of Halvern?", "How many people have fled?", "What is the name of the company that left?"],
)
def test_what_asks_for_the_described_itself_has_no_first_step(question: str) -> None:
    assert bridge(question) is None


def test_the_extreme_of_equal_values_is_not_known() -> None:
    assert extreme([3.0, 5.0], "most") == 1
    assert extreme([3.0, 5.0], "least") == 0
    assert extreme([5.0, 3.0, 5.0], "most") is None


@given(st.text(max_size=200) | st.text(alphabet="AB or,and who?the of", max_size=400))
def test_any_text_can_be_looked_at(text: str) -> None:
    found = parts(text)
    assert found is None or 2 <= len(found.questions) <= MOST_PARTS
    bridge(text)
