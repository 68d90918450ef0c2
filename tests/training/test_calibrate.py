"""Probabilities that mean what they say, and negatives that do not answer."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from qa_service.reader import Calibration, Signs
from training.calibrate import Weighed, cross_fitted, curve, expected_error, fit, save
from training.data import Asked, Paragraph
from training.negatives import mine
from vector_store.article import Article, Passage
from vector_store.embedding import Embedder


def question(rng: random.Random, number: int) -> Weighed:
    """Three spans; the higher the model's score, the likelier it is right."""
    passage = Passage(Article(str(number), "", "word"), 0, 4)
    scores = [rng.uniform(-8, 8) for _ in range(3)]
    right = [rng.random() < 1 / (1 + np.exp(-score)) for score in scores]
    signs = np.array([[score, rng.random(), 0.0, 0.0] for score in scores])
    return Weighed(signs, np.array(right), ((passage, passage),) * 3, 1.0)


def test_the_fit_finds_what_decides() -> None:
    rng = random.Random(1)
    calibration = fit([question(rng, number) for number in range(1_500)])
    assert calibration.weights[0] == pytest.approx(1.0, abs=0.15)
    assert abs(calibration.weights[1]) < 0.5
    sure = calibration.span(Signs(score=6, coverage=0.5, unknown_names=0, misfit=0))
    assert sure > 0.95
    assert calibration.whole(sure, 0) > 0.9


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    calibration = Calibration((0.5, 0.2, -1.0, -2.0, -0.25), (0.9, 0.3, -0.1))
    save(calibration, tmp_path / "calibration.json")
    assert Calibration.of(str(tmp_path)) == calibration
    assert json.loads((tmp_path / "calibration.json").read_text())["signs"][0] == "score"


def test_agreement_raises_confidence() -> None:
    calibration = Calibration.of("bundled")
    assert calibration.whole(0.6, 1) >= calibration.whole(0.6, 0)
    assert calibration.whole(0.6, 9) == calibration.whole(0.6, 2)


def test_expected_error_is_the_distance_of_confidence_from_the_truth() -> None:
    assert expected_error([0.95] * 10, [True] * 10) == pytest.approx(0.05)
    assert expected_error([0.75, 0.75, 0.25, 0.25], [True, False, False, False]) == pytest.approx(0.25)


def test_the_curve_tells_what_a_threshold_means() -> None:
    judged = [(0.9, True, True), (0.45, True, True), (0.65, False, True), (0.35, False, False), (0.75, False, False)]
    first, *lines = curve(judged)
    assert first.startswith("3 answerable, 2 not")
    assert "at 0.5: right 0.333, wrong 0.333; not answerable: refused 0.500" in lines


def test_every_question_is_judged_by_a_fit_that_has_not_seen_it() -> None:
    rng = random.Random(2)
    examples = [question(rng, number) for number in range(300)]
    judged = cross_fitted(examples)
    assert len(judged) == 300
    assert expected_error([one[0] for one in judged], [one[1] for one in judged]) < 0.1


def test_hard_negatives_look_right_and_do_not_answer(tmp_path: Path, embedder: Embedder) -> None:
    texts = [
        "The mayor of Halvern is Ilse Marquand, a former teacher.",
        "The mayor of Lowick is Otto Brandt, a former pilot.",
        "The recipe asks for flour, butter and three eggs.",
        "In Halvern people remember that Ilse Marquand was once a teacher.",
    ]
    asked = Asked("Who is the mayor of Halvern?", ((24, 37),))
    paragraphs = [Paragraph("a", text, (asked,) if at == 0 else ()) for at, text in enumerate(texts)]
    assert texts[0][24:37] == "Ilse Marquand"
    mine(paragraphs, embedder, 1, 1, tmp_path / "mined.jsonl")
    (row,) = [json.loads(line) for line in (tmp_path / "mined.jsonl").read_text().splitlines()]
    assert row["question"] == asked.question
    assert row["passages"][0] == texts[1]
    assert not {texts[0], texts[3]} & set(row["passages"])
