"""What a question asks for."""

import pytest

from qa_service.question import Kind, read_question, same_name, stem


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How many people have fled?", "quantity"),
        ("how long did they wait at the border?", "quantity"),
        ("What is the number of dead?", "quantity"),
        ("How much does the tram cost?", "money"),
        ("How much money did the UN ask for?", "money"),
        ("What was Orlund's revenue?", "money"),
        ("What share of them are children?", "share"),
        ("What was the turnout?", "share"),
        ("Who is the mayor of Kyiv?", "person"),
        ("Which former president carried a Kalashnikov?", "person"),
        ("To whom did she speak?", "person"),
        ("When did the storm arrive?", "date"),
        ("Since when has he been in office?", "date"),
        ("Where did they cross?", "place"),
        ("Which country took most refugees?", "place"),
        ("Why was the airspace closed?", "reason"),
        ("What caused the fire?", "reason"),
        ("Did anyone die?", "statement"),
        ("Is there a travel ban?", "statement"),
        ("What does Moscow want?", "thing"),
        ("refugees Poland", "thing"),
    ],
)
def test_the_question_words_tell_what_is_asked_for(text: str, kind: Kind) -> None:
    assert read_question(text).kind == kind


@pytest.mark.parametrize("polite", ["Can you tell me ", "Please tell me ", "Do you know ", "I would like to know "])
def test_politeness_is_no_part_of_the_question(polite: str) -> None:
    assert read_question(f"{polite}how many people have fled?").kind == "quantity"


def test_names_are_the_capitalised_words_except_the_first() -> None:
    assert read_question("How many refugees has Poland taken in?").names == ("Poland",)
    assert read_question("Has NATO answered?").names == ("NATO",)
    assert read_question("HOW MANY PEOPLE FLED UKRAINE?").names == ()


def test_what_is_counted_is_the_noun_after_how_many() -> None:
    assert read_question("How many homes lost power?").counted == stem("homes")
    assert read_question("How many Ukrainian refugees came?").of_people
    assert not read_question("How many homes lost power?").of_people


def test_a_question_about_the_future_is_known() -> None:
    assert read_question("How many people could flee?").about_future
    assert not read_question("How many people have fled?").about_future


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("Which countries have taken in most refugees?", True),
        ("Who are the candidates?", True),
        ("Which country has taken in most refugees?", False),
        ("Who is the mayor?", False),
        ("How many countries were there?", False),
    ],
)
def test_a_question_may_ask_for_several(text: str, several: bool) -> None:
    assert read_question(text).several == several


@pytest.mark.parametrize(
    "text", ["?", "…", "🙂🙂", "the of and", "'", "who", "O'", "x" * 2_000, "¿Quién?", "谁是市长？"]
)
def test_any_text_can_be_read(text: str) -> None:
    assert read_question(text).text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kiev", "Kyiv"),
        ("Zelensky", "Zelenskyy"),
        ("Ukraine", "Ukrainians"),
        ("Odessa", "Odesa"),
        ("Poland", "Poland's"),
    ],
)
def test_spellings_of_one_name_are_one_name(one: str, other: str) -> None:
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Iran", "Iraq"), ("Niger", "Nigeria"), ("Slovakia", "Slovenia"), ("Austria", "Australia"), ("Lviv", "Kyiv")],
)
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert not same_name(one, other)
