"""The words of a question, found in a passage."""

import pytest

from qa_service.highlights import Highlighter, looked_for
from qa_service.question import read_question
from vector_store.article import Article, Passage


def marked(question: str, text: str, start: int = 0) -> list[str]:
    article = Article("a", "", text)
    places = Highlighter(read_question(question)).places(Passage(article, start, len(text)))
    return [text[start:end] for start, end in places]


@pytest.mark.parametrize(
    ("question", "text", "found"),
    [
        ("How many refugees fled?", "A refugee FLED to the fleeing refugees.", ["refugee", "FLED", "refugees"]),
        ("Who is the mayor of Halvern?", "The mayor of the city who is of age.", ["mayor"]),
        ("Where is Ukraine?", "Ukrainians and the Ukrainian army; ukraine.", ["Ukrainians", "Ukrainian", "ukraine"]),
        ("the mayor of Kiev", "Kyiv's mayor, in kyiv", ["Kyiv", "mayor"]),
        ("Halvern's mayor", "Halvern’s Mayor", ["Halvern", "Mayor"]),
        ("cafe in Zürich", "Cafe\u0301 Zurich, ZÜRICH, CAFÉ", ["Cafe\u0301", "Zurich", "ZÜRICH", "CAFÉ"]),
        ("covid-19 in nursing-homes", "Covid 19: a home, nursing.", ["Covid", "19", "home", "nursing"]),
        ("Did 70,000 flee?", "70,000 and 70 or 000; 70.000", ["70,000", "70.000"]),
        ("What did the U.S. say?", "The U.S. and us, a u, an s.", ["U.S"]),
        ("vitamin C", "Vitamin C and D", ["Vitamin", "C"]),
        ("well-known state-of-the-art", "the art of a known state", ["art", "known", "state"]),
        ("Київ", "Столиця київ.", ["київ"]),
        ("storm", "", []),
        ("🌪️?!", "🌪️ storm", []),
        ("who was it", "Who was it?", []),
    ],
)
def test_content_words_are_found_in_every_form_and_nothing_else(question: str, text: str, found: list[str]) -> None:
    assert marked(question, text) == found


def test_places_are_code_points_of_the_article_and_not_of_the_passage() -> None:
    text = "😀 storm 😀 é storm"
    assert marked("storm", text, start=3) == ["storm"]
    assert Highlighter(read_question("storm")).places(Passage(Article("a", "", text), 7, len(text))) == [(12, 17)]


def test_places_are_in_order_and_apart() -> None:
    text = "Of 1,000,000 or 1,000 people. " * 3
    places = Highlighter(read_question("1,000,000 000 people 1,000 People?")).places(
        Passage(Article("a", "", text), 0, len(text))
    )
    edges = [edge for place in places for edge in place]
    assert edges == sorted(edges)
    assert len(places) == len(set(places)) == 9


def test_a_question_of_stop_words_or_signs_looks_for_nothing() -> None:
    assert looked_for(read_question("who was it that they were?")) == ()
    assert looked_for(read_question('?!… " * ()')) == ()


def test_the_longest_question_is_looked_for_whole() -> None:
    assert len(looked_for(read_question(" ".join(f"word{number}" for number in range(280))[:2_000]))) > 200
