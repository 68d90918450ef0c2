"""Measures, each against values worked out by hand, and against what must hold for any input."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_service.evaluation.scoring import (
    Bin,
    Estimate,
    best_threshold,
    calibration,
    difference,
    exact_match,
    holds,
    latency,
    mcnemar,
    normalised,
    risk_coverage,
    share,
    token_f1,
)

words = st.text(st.sampled_from("ab c.A"), max_size=12)
confidence = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
judged = st.lists(st.tuples(confidence, st.booleans()), min_size=1, max_size=30)


def test_words_are_compared_as_by_squads_script() -> None:
    assert normalised("  The U.S. President's\ta-b an ") == "us presidents ab"
    assert exact_match("the Norman Conquest!", ["1066", "Norman conquest"]) == 1
    assert exact_match("Normans", ["Norman"]) == 0


def test_f1_counts_shared_words_against_the_nearest_accepted_answer() -> None:
    # Of "quick brown fox" two of three words are accepted, which are two of "quick red fox"'s three.
    assert token_f1("the quick brown fox", ["quick red fox"]) == pytest.approx(2 / 3)
    # One of two said words, the whole of the accepted one: precision 1/2, recall 1.
    assert token_f1("5.3 million", ["nothing like it", "million"]) == pytest.approx(2 / 3)
    # A word that is said twice is shared once.
    assert token_f1("fox fox", ["fox"]) == pytest.approx(2 / 3)


def test_where_nothing_is_accepted_only_silence_is_right() -> None:
    assert (exact_match("", []), token_f1("", [])) == (1, 1)
    assert (exact_match("Paris", []), token_f1("Paris", [])) == (0, 0)
    assert (exact_match("", ["Paris"]), token_f1("", ["Paris"])) == (0, 0)


@given(said=words, accepted=st.lists(words, max_size=3))
def test_an_exact_match_has_an_f1_of_1_and_no_f1_leaves_0_to_1(said: str, accepted: list[str]) -> None:
    assert exact_match(said, accepted) <= token_f1(said, accepted) <= 1


@given(one=words, other=words)
def test_f1_does_not_care_which_of_two_is_the_gold(one: str, other: str) -> None:
    assert token_f1(one, [other]) == token_f1(other, [one])


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("Some 5.3  million\npeople fled.", "5.3 MILLION people"),
        ("They fled (1,500 of them).", "1,500"),
        ("It rose to 5.", "5"),
        ("It costs $5, he said.", "$5"),
        ("“Straße” is German.", "STRASSE"),
    ],
)
def test_an_answer_is_held_whatever_case_and_spacing(text: str, accepted: str) -> None:
    assert holds(text, ["something else", accepted])


@pytest.mark.parametrize(
    ("text", "accepted"),
    [("15 fled", "5"), ("5.3 million", "5"), ("2,500 fled", "500"), ("1,500 fled", "1"), ("party", "art"), ("a", " ")],
)
def test_a_piece_of_a_word_or_number_is_not_an_answer(text: str, accepted: str) -> None:
    assert not holds(text, [accepted])


def test_a_share_is_of_what_counts() -> None:
    estimate = share([(1, 1), (0, 1), (0, 0), (2, 2)], seed=1)
    assert (estimate.value, estimate.of) == (0.75, 4)
    assert share([(0, 0)], seed=1) == Estimate()
    assert share([], seed=1) == Estimate()


def test_the_interval_is_as_wide_as_statistics_says() -> None:
    estimate = share([(number % 2, 1) for number in range(400)], seed=7)
    assert estimate.low is not None
    assert estimate.high is not None
    # 1.96 standard errors of a half of 400: 0.049.
    assert 0.5 - estimate.low == pytest.approx(0.049, abs=0.01)
    assert estimate.high - 0.5 == pytest.approx(0.049, abs=0.01)


@given(st.lists(st.booleans(), min_size=1, max_size=20), st.integers(0, 5))
def test_a_seed_gives_the_same_interval_again_and_it_stays_within_0_to_1(values: list[bool], seed: int) -> None:
    estimate = share([(value, 1) for value in values], seed)
    assert estimate == share([(value, 1) for value in values], seed)
    assert estimate.low is not None
    assert estimate.high is not None
    assert 0 <= estimate.low <= estimate.high <= 1


def test_a_difference_is_paired() -> None:
    these = [(number % 2, 1) for number in range(100)]
    same = difference(these, these, seed=3)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    others = [(0, 1)] * 100
    apart = difference(these, others, seed=3)
    assert apart.value == 0.5
    assert apart.low is not None
    assert 0.35 < apart.low < 0.45
    assert difference(these, [(0, 0)] * 100, seed=3) == Estimate()


def test_mcnemars_test_is_the_exact_one() -> None:
    assert mcnemar(1, 9) == mcnemar(9, 1) == pytest.approx(2 * (1 + 10) / 1024)
    assert mcnemar(0, 0) == 1
    assert mcnemar(5, 5) == 1
    assert mcnemar(2_000, 0) < 1e-300


def test_risk_grows_as_less_sure_answers_are_given() -> None:
    curve = risk_coverage([(0.7, True), (0.9, True), (0.8, False)])
    assert curve is not None
    assert curve.points == ((1 / 3, 0), (2 / 3, 1 / 2), (1, 1 / 3))
    assert curve.aurc == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    assert risk_coverage([]) is None


def test_equal_confidences_are_answered_together() -> None:
    curve = risk_coverage([(0.5, True), (0.5, False)])
    assert curve is not None
    assert (curve.points, curve.aurc) == (((1, 0.5),), 0.5)


@given(judged, st.integers(0, 9))
def test_the_curve_does_not_depend_on_the_order_of_the_questions(values: list[tuple[float, bool]], seed: int) -> None:
    shuffled = random.Random(seed).sample(values, len(values))
    curve = risk_coverage(values)
    assert curve == risk_coverage(shuffled)
    assert curve is not None
    assert curve.points[-1] == (1, [right for _, right in values].count(False) / len(values))
    assert 0 <= curve.aurc <= 1


def test_calibration_compares_confidence_with_the_share_right_bin_by_bin() -> None:
    measured = calibration([(0.9, True), (1.0, False), (0.05, False), (0.0, False)])
    assert measured is not None
    assert measured.bins[0] == Bin(questions=2, confidence=0.025, right=0)
    assert measured.bins[9] == Bin(questions=2, confidence=0.95, right=0.5)
    assert measured.bins[1:9] == (None,) * 8
    assert measured.ece == pytest.approx((2 * 0.025 + 2 * 0.45) / 4)
    assert calibration([]) is None


@given(judged)
def test_every_question_is_in_one_bin(values: list[tuple[float, bool]]) -> None:
    measured = calibration(values)
    assert measured is not None
    assert sum(one.questions for one in measured.bins if one) == len(values)
    assert 0 <= measured.ece <= 1


@given(st.lists(st.tuples(confidence, st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from([0.0, 1.0])), min_size=1))
def test_the_best_threshold_is_the_best_of_all_that_could_be_tried(scores: list[tuple[float, float, float]]) -> None:
    def mean(threshold: float) -> float:
        return sum(answered if sure >= threshold else refused for sure, answered, refused in scores) / len(scores)

    best = best_threshold(scores)
    assert best is not None
    tried = [mean(threshold) for threshold in [2.0, *(sure for sure, _, _ in scores)]]
    assert best.score == pytest.approx(max(tried))
    assert mean(2.0 if best.threshold is None else best.threshold) == pytest.approx(best.score)


def test_where_nothing_was_told_there_is_no_threshold() -> None:
    assert best_threshold([]) is None


def test_percentiles_lie_between_the_times() -> None:
    times = latency([float(number) for number in range(1, 101)])
    assert times is not None
    assert (times.mean, times.p50) == (50.5, 50.5)
    assert times.p95 == pytest.approx(95.05)
    assert times.p99 == pytest.approx(99.01)
    assert latency([]) is None
