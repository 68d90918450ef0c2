"""Two runs over the same questions."""

from collections.abc import Sequence

import pytest

from qa_service.evaluation.comparison import compare
from qa_service.evaluation.outcomes import Outcome
from qa_service.evaluation.report import Report, report
from tests.qa_service.evaluation.test_report import RUN, outcome


def run(*outcomes: Outcome, digest: str = "") -> Report:
    return report(RUN.model_copy(update={"digest": digest}), outcomes, [])


def verdicts(names: Sequence[str]) -> list[Outcome]:
    return [outcome(str(number), verdict, latency_ms=number) for number, verdict in enumerate(names, start=1)]


def test_what_became_right_and_what_did_not_stay_so_is_named() -> None:
    before = run(*verdicts(["wrong", "refused", "right", "should have refused", "right"]))
    after = run(*verdicts(["right", "right", "refused", "rightly refused", "right"]))
    compared = compare(after, before)
    assert (compared.gained, compared.lost) == (("1", "2", "4"), ("3",))
    assert compared.p == pytest.approx(2 * (1 + 4) / 16)
    assert compared.latency is not None
    assert compared.latency.p50 == 3


def test_a_difference_is_this_run_less_the_other() -> None:
    (right, *_) = compare(
        run(*verdicts(["right"] * 4)), run(*verdicts(["right", "wrong", "wrong", "wrong"]))
    ).differences
    assert (right.figure, right.this.value, right.other.value, right.difference.value) == ("right", 1, 0.25, 0.75)
    assert right.difference.low is not None
    assert right.difference.low > 0


def test_only_questions_that_both_runs_answered_are_compared() -> None:
    this = run(outcome("1", "right"), outcome("2", "right"), outcome("3", "right"), digest="a")
    other = run(
        outcome("1", "wrong"),
        outcome("2", "error", error="HTTP 500"),
        outcome("3", "wrong", question="Another question of the same number?"),
        digest="b",
    )
    compared = compare(this, other)
    assert (compared.shared, compared.gained, compared.same_file) == (1, ("1",), False)


def test_a_run_does_not_differ_from_itself() -> None:
    this = run(*verdicts(["right", "wrong", "rightly refused"]))
    compared = compare(this, this)
    assert (compared.gained, compared.lost, compared.p, compared.same_file) == ((), (), 1, True)
    assert {row.difference.value for row in compared.differences} <= {0, None}
