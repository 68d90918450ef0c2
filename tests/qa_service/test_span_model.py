"""Models that find the answering words: ours, and any of transformers' form."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering, BertModel

from qa_service.errors import ReaderModelError
from qa_service.span_model import (
    BUNDLED,
    BundledModel,
    ScoredSpan,
    SpanModel,
    TransformersModel,
    best_spans,
    load_span_model,
)
from vector_store.embedding import bundled_folder, plain_tokenizer
from vector_store.encoder import Pieces, Rows

MAYOR = "The city council met on Monday. The mayor of Halvern, Ilse Marquand, opened the new bridge in March."


@pytest.fixture(scope="module")
def bundled() -> BundledModel:
    return BundledModel()


@pytest.fixture(scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question answering model of the hub's form, with weights that mean nothing."""
    folder = tmp_path_factory.mktemp("small")
    config = BertConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(str(bundled_folder())).save_pretrained(str(folder))
    return folder


class Marking:
    """Finds the word "here", wherever it stands: shows what is seen of a text."""

    window = 48

    def __init__(self) -> None:
        self.tokenizer: Tokenizer = plain_tokenizer(bundled_folder())
        self._here = self.tokenizer.token_to_id("here")

    def logits(self, pairs: Sequence[Pieces]) -> list[Rows]:
        return [
            np.array([[9.0, 9.0] if of == self._here else [0.0, 0.0] for of in ids], np.float32) for ids, _ in pairs
        ]


def best_of(model: SpanModel, question: str, text: str) -> ScoredSpan:
    (span,) = best_spans(model, question, [text])
    assert span is not None
    return span


def test_the_bundled_reader_finds_a_name(bundled: BundledModel) -> None:
    best = best_of(bundled, "Who is the mayor of Halvern?", MAYOR)
    assert MAYOR[best.start : best.end] == "Ilse Marquand"
    assert best.score > 0


def test_it_says_when_the_text_does_not_answer(bundled: BundledModel) -> None:
    for question in ("What is the price of oil?", "How many people were killed by the storm?"):
        assert best_of(bundled, question, MAYOR).score < 0


def test_scores_compare_across_texts(bundled: BundledModel) -> None:
    others = ["The mayor of Lowick opened a school.", "Halvern lies on a river.", "Marquand is a common name there."]
    scores = [best_of(bundled, "Who is the mayor of Halvern?", text).score for text in (*others, MAYOR)]
    assert scores.index(max(scores)) == 3


def test_a_text_is_read_the_same_alone_and_among_others(bundled: BundledModel) -> None:
    texts = [MAYOR, "Halvern lies on a river.", MAYOR * 3]
    together = best_spans(bundled, "Who is the mayor?", texts)
    for at, text in enumerate(texts):
        alone, among = best_of(bundled, "Who is the mayor?", text), together[at]
        assert among is not None
        assert (alone.start, alone.end) == (among.start, among.end)
        assert alone.score == pytest.approx(among.score, abs=1.0)


@settings(max_examples=60, deadline=None)
@given(before=st.integers(0, 200), after=st.integers(0, 200))
def test_a_long_text_is_read_to_its_end(before: int, after: int) -> None:
    text = "far " * before + "here" + " off" * after
    best = best_of(Marking(), "Where is it?", text)
    assert text[best.start : best.end] == "here"


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=300), question=st.text(min_size=1, max_size=200))
def test_any_text_gives_places_inside_it(bundled: BundledModel, text: str, question: str) -> None:
    (span,) = best_spans(bundled, question, [text])
    assert span is None or 0 <= span.start < span.end <= len(text)


def test_words_are_never_cut(bundled: BundledModel) -> None:
    text = "Donaudampfschifffahrtsgesellschaft announced 70,000 cancellations."
    for question in ("Who announced cancellations?", "How many cancellations?", "What was announced?"):
        span = best_of(bundled, question, text)
        assert not text[max(span.start - 1, 0) : span.start].isalnum() or span.start == 0
        assert not text[span.end : span.end + 1].isalnum()


def test_an_answer_never_goes_from_one_paragraph_into_the_next(bundled: BundledModel) -> None:
    text = "All is well, says the prefect.\n\nVitali Klitschko, the mayor of Kyiv, spoke on Friday."
    span = best_of(bundled, "Who is the mayor of Kyiv?", text)
    assert text[span.start : span.end] == "Vitali Klitschko"
    for at in range(0, len(text), 7):
        broken = text[:at] + "\n \n" + text[at:]
        found = best_of(bundled, "Who is the mayor of Kyiv?", broken)
        assert "\n \n" not in broken[found.start : found.end]


def test_a_question_longer_than_any_window_is_shortened(bundled: BundledModel) -> None:
    assert best_of(bundled, "Who is the mayor of Halvern " + "and so on " * 180 + "?", MAYOR).end <= len(MAYOR)


def test_a_model_of_the_hub_s_form_takes_its_place(small_model: Path) -> None:
    model = load_span_model(str(small_model))
    assert isinstance(model, TransformersModel)
    for text in (MAYOR, MAYOR * 30):
        assert 0 <= best_of(model, "Who is the mayor?", text).start < len(text)


def test_the_default_is_ours() -> None:
    assert isinstance(load_span_model(BUNDLED), BundledModel)


def test_a_model_that_is_not_trained_to_answer_is_refused(tmp_path: Path) -> None:
    BertModel(
        BertConfig(vocab_size=30522, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    ).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(str(bundled_folder())).save_pretrained(str(tmp_path))
    with pytest.raises(ReaderModelError, match="not trained for question answering"):
        load_span_model(str(tmp_path))


@pytest.mark.parametrize("content", [None, "", "{", json.dumps({"model_type": "nothing"})])
def test_a_folder_without_a_sound_model_is_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(ReaderModelError) as refusal:
        load_span_model(str(tmp_path))
    assert refusal.value.model == str(tmp_path)
