"""What the model is shown: whole sentences, with the answer where the labels say, or nowhere."""

import random

import numpy as np
import pytest
from tokenizers import Tokenizer

from training.course import WHOLE, Course
from training.data import Asked, Paragraph
from training.examples import (
    CLS,
    LONGEST,
    SEP,
    Corpus,
    Example,
    around_answer,
    batches,
    not_here,
    padded,
    without_answer,
)
from vector_store.embedding import bundled_folder, plain_tokenizer

TEXT = " ".join(f"On day {n} the town of Place{n} counted {n}00 guests, more than before." for n in range(1, 30))
ASKED = Asked("How many guests did Place7 count?", ((TEXT.index("700"), TEXT.index("700") + 3),))
IMPOSSIBLE = Asked("How many guests did Place99 count?", ())


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return plain_tokenizer(bundled_folder())


@pytest.fixture(scope="module")
def corpus(tokenizer: Tokenizer) -> Corpus:
    other = Paragraph("Towns", "Nothing was counted in the hills. The road was closed.", ())
    return Corpus([Paragraph("Towns", TEXT, (ASKED, IMPOSSIBLE)), other], tokenizer)


def shown(example: Example, tokenizer: Tokenizer) -> str:
    return str(tokenizer.decode(list(example.passage)))


@pytest.mark.parametrize("budget", [20, 60, 200])
def test_the_answer_stands_where_the_labels_say(corpus: Corpus, tokenizer: Tokenizer, budget: int) -> None:
    for seed in range(20):
        example = around_answer(corpus.asking[0], corpus.pieces[0], budget, random.Random(seed))
        ids = [CLS, *example.question, SEP, *example.passage, SEP]
        assert tokenizer.decode([int(of) for of in ids[example.start : example.end + 1]]) == "700"
        assert len(example.passage) <= max(budget, 20)
        assert shown(example, tokenizer).startswith("on day")


def test_without_the_answer_it_is_nowhere(corpus: Corpus, tokenizer: Tokenizer) -> None:
    for seed in range(20):
        example = without_answer(corpus.asking[0], corpus.pieces[0], 100, random.Random(seed))
        assert example is not None
        assert (example.start, example.end) == (0, 0)
        assert "700" not in shown(example, tokenizer)


def test_a_single_sentence_cannot_be_shown_without_its_answer(tokenizer: Tokenizer) -> None:
    alone = Corpus([Paragraph("One", "It had 700 guests.", (Asked("How many?", ((7, 10),)),))], tokenizer)
    assert without_answer(alone.asking[0], alone.pieces[0], 100, random.Random(1)) is None


def test_what_is_not_here_has_no_place(corpus: Corpus) -> None:
    example = not_here(corpus.asking[0], corpus.pieces[1], 100, random.Random(1))
    assert (example.start, example.end) == (0, 0)


def test_batches_hold_every_example_but_the_overlong_and_waste_little() -> None:
    rng = random.Random(3)
    question = np.array([5, 6], np.int32)
    examples = [Example(question, np.full(rng.randint(10, 200), 7, np.int32), 0, 0) for _ in range(500)]
    overlong = Example(question, np.full(LONGEST, 7, np.int32), 0, 0)
    made = batches([*examples, overlong], 2_000, random.Random(1))
    assert sorted(len(one) for batch in made for one in batch) == sorted(map(len, examples))
    assert all(max(map(len, batch)) * len(batch) <= 2_000 for batch in made)
    assert sum(sum(map(len, batch)) / (max(map(len, batch)) * len(batch)) for batch in made) / len(made) > 0.9


def test_padding_is_masked_and_the_passage_is_the_second_segment() -> None:
    short = Example(np.array([5], np.int32), np.array([7, 8], np.int32), 3, 4)
    long = Example(np.array([5], np.int32), np.array([7, 8, 9, 10], np.int32), 0, 0)
    made = padded([short, long])
    assert made["input_ids"].tolist() == [[CLS, 5, SEP, 7, 8, SEP, 0, 0], [CLS, 5, SEP, 7, 8, 9, 10, SEP]]
    assert made["attention_mask"].sum(axis=1).tolist() == [6, 8]
    assert made["token_type_ids"].tolist() == [[0, 0, 0, 1, 1, 1, 0, 0], [0, 0, 0, 1, 1, 1, 1, 1]]
    assert made["start"].tolist() == [3, 0]


def test_a_course_is_the_same_for_the_same_seed_and_half_of_its_long_lesson_misleads(
    corpus: Corpus, tokenizer: Tokenizer
) -> None:
    mined = [(corpus.asking[0], ["Place8 had visitors.", "Nobody counted."])]
    first, again = (Course(corpus, corpus, corpus, seed=1).long(mined, tokenizer) for _ in range(2))
    assert [(one.start, len(one)) for one in first] == [(one.start, len(one)) for one in again]
    unanswered = sum(one.start == 0 for one in first) / len(first)
    assert 0.4 < unanswered < 0.6
    assert all(len(one) <= WHOLE + 60 for one in first)


def test_the_rest_shows_paragraphs_like_the_question_and_never_as_its_answer(tokenizer: Tokenizer) -> None:
    like = Paragraph("Towns", "Guests of Place7 did count their day by the hills.", ())
    unlike = Paragraph("Towns", "Nothing grew there.", ())
    elsewhere = Paragraph("Rivers", "Guests of Place7 did count the guests.", ())
    rest = Corpus([Paragraph("Towns", TEXT, (ASKED,)), like, unlike, elsewhere], tokenizer)
    examples = Course(rest, Corpus([Paragraph("Towns", TEXT, (ASKED, IMPOSSIBLE))], tokenizer), rest, seed=1).rest(
        [], tokenizer
    )
    texts = [(shown(one, tokenizer), one.start) for one in examples[-2_000:]]
    likely = sum("hills" in text for text, _ in texts)
    assert likely > sum("grew" in text for text, _ in texts) > 0
    assert not any("counted 700" in text or "count the guests" in text for text, _ in texts)
    assert {start for _, start in texts} == {0}
