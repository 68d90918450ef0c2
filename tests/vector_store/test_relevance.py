"""The signs that speak for a passage: each rises with what it is named for, and with nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vector_store.lexical import terms_of
from vector_store.relevance import WEIGHTS, Signs, sought, spread

QUESTION = "Which cities did Ada Moreau visit in 2019?"


def signs(body: str, question: str = QUESTION, title: str = "") -> Signs:
    """All of the question's words equally rare."""
    return sought(question, dict.fromkeys(terms_of(question), 2.0)).signs(0.5, title, body)


def test_the_weights_sum_to_one() -> None:
    assert Signs(1, 1, 1, 1, 1).score == pytest.approx(1)
    assert min(WEIGHTS.meaning, WEIGHTS.words, WEIGHTS.together, WEIGHTS.order, WEIGHTS.names) > 0


def test_a_passage_without_the_words_has_its_meaning_only() -> None:
    assert signs("Honeybees sleep in winter.") == Signs(0.5, 0, 0, 0, 0)


def test_words_count_in_whatever_form_and_only_whole() -> None:
    assert signs("She visits a city.").together == signs("They visited these cities.").together > 0
    assert signs("The revisited capacity, adapted.").words == 0


def test_a_word_twice_counts_more_than_once_and_less_than_two_words() -> None:
    once, twice, two = (signs(text).words for text in ("A city, or so.", "A city, a city.", "Visit a city."))
    assert once < twice < two


def test_a_long_passage_counts_less_for_the_same_words() -> None:
    assert signs("A city. " + "Bees hum. " * 90).words < signs("A city. Bees hum.").words


def test_words_far_from_each_other_are_not_together() -> None:
    apart = "Ada Moreau spoke. " + "Honeybees sleep in winter. " * 12 + "A visit to two cities."
    assert signs(apart).together < signs("Ada Moreau spoke of a visit to two cities.").together


def test_a_word_of_the_title_is_together_with_every_passage() -> None:
    assert signs("A visit.", title="Ada Moreau").together == signs("A visit of Ada Moreau.").together
    assert signs("Ada Moreau.", title="Ada Moreau").together == signs("She.", title="Ada Moreau").together


def test_order_is_that_of_the_question() -> None:
    assert signs("Ada Moreau spoke.").order > signs("Moreau, Ada. Spoke.").order == 0
    assert signs("A visit in 2019.").order > signs("A visit, 2019.").order == 0


def test_names_are_words_with_a_capital_and_numbers_but_not_the_first_word() -> None:
    assert signs("Moreau").names == pytest.approx(1 / 3)
    assert signs("Ada Moreau", title="In 2019").names == 1
    assert signs("Which cities?").names == 0
    assert signs("Bees", "what do bees do?").names == 0


@settings(max_examples=300, deadline=None)
@given(question=st.text(max_size=60), body=st.text(max_size=200), title=st.text(max_size=30))
def test_every_sign_of_any_text_lies_between_nought_and_one(question: str, body: str, title: str) -> None:
    for text in (body, question, f"{body} {question} {body}"):
        found = signs(text, question, title)
        for value in (found.words, found.together, found.order, found.names, found.score):
            assert 0 <= value <= 1 + 1e-9


def test_cosines_are_spread_from_the_least_to_the_greatest() -> None:
    assert spread({1: 0.1, 2: 0.5, 3: 0.3}) == pytest.approx({1: 0.0, 2: 1.0, 3: 0.5})


def test_cosines_that_lie_close_together_are_not_torn_apart() -> None:
    assert spread({1: 0.50, 2: 0.51}) == pytest.approx({1: 0.0, 2: 0.05})
    assert spread({7: 0.4}) == {7: 0.0}
    assert spread({}) == {}
