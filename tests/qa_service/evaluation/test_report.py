"""Cases are asked one after the other, and what comes of it is summed up."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from qa_service.errors import PeerError
from qa_service.evaluation.cases import Case, read_cases, selected
from qa_service.evaluation.outcomes import Citing, Outcome
from qa_service.evaluation.report import RATIOS, Figures, Report, Run, among, asked, gold_warnings, report
from qa_service.evaluation.respondents import Given, Here, Turn
from qa_service.service import SAMPLES, Service
from tests.qa_service.test_sample_questions import QUESTIONS
from vector_store.article import Article
from vector_store.sources import articles_from

MARQUAND = "lantern-2022-10-14-halvern-marquand"
RUN = Run.model_validate(
    {
        "name": "run",
        "file": "questions.jsonl",
        "digest": "",
        "half": "all",
        "limit": None,
        "given": False,
        "respondent": "this service",
        "version": "0",
        "seed": 1,
        "started": "2024-01-01T00:00:00Z",
    }
)


class Parrot:
    """Says the question again, as the answer; it remembers what was asked, and fails when told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, list[str], tuple[str, ...]]] = []

    def ask(self, question: str, earlier: Sequence[Turn], articles: tuple[str, ...]) -> Given:
        self.heard.append((question, [turn.given.text for turn in earlier], articles))
        if "fail" in question:
            raise PeerError("http://parrot", "HTTP 500")
        return Given(text=question, status="answered")


def case(name: str, *answers: str, **fields: object) -> Case:
    return Case.model_validate({"id": name, "question": f"{name}?", "answers": answers} | fields)


def outcome(name: str, verdict: str, **fields: object) -> Outcome:
    answers = () if verdict in ("rightly refused", "should have refused") else ("x",)
    lead = "x" if verdict in ("right", "wrong", "should have refused") else None
    whole = {
        "id": name,
        "question": "?",
        "answers": answers,
        "kind": None,
        "tags": (),
        "verdict": verdict,
        "lead": lead,
    }
    return Outcome.model_validate(whole | fields)


def test_earlier_questions_are_asked_first_and_only_the_last_is_judged() -> None:
    parrot = Parrot()
    started = time.perf_counter()
    (one,) = asked([case("c", "c?", after=["a?", "b?"])], parrot, {}, given=False)
    passed = (time.perf_counter() - started) * 1000
    assert parrot.heard == [("a?", [], ()), ("b?", ["a?"], ()), ("c?", ["a?", "b?"], ())]
    assert (one.id, one.verdict) == ("c", "right")
    assert one.latency_ms is not None
    assert 0 < one.latency_ms < passed


def test_a_question_is_given_its_own_articles_when_reading_alone_is_measured() -> None:
    parrot = Parrot()
    cases = [case("a", gold=[{"article": "x"}, {"article": "x"}]), case("b", within=["y"], gold=[{"article": "x"}])]
    list(asked(cases, parrot, {}, given=True))
    assert [articles for _, _, articles in parrot.heard] == [("x",), ("y",)]


def test_a_failure_ends_nothing_and_counts_as_no_answer() -> None:
    outcomes = list(asked([case("a", "a?"), case("fail", "x"), case("c", after=["fail"])], Parrot(), {}, given=False))
    assert [one.verdict for one in outcomes] == ["right", "error", "error"]
    assert "HTTP 500" in str(outcomes[1].error)
    summed = report(RUN, outcomes, [])
    assert (summed.questions, summed.verdicts) == (3, {"right": 1, "error": 2})
    assert (summed.figures.right.value, summed.figures.right.of) == (1, 1)


def test_every_figure_has_a_rule_and_a_meaning() -> None:
    assert set(RATIOS) == set(Figures.model_fields)
    assert all(field.title and field.description for field in Figures.model_fields.values())


def test_figures_are_shares_of_the_right_questions() -> None:
    cited = Citing(cited=4, from_gold=3, told=2, on_quote=1, reached=True)
    outcomes = [
        outcome("1", "right", em=1, f1=1, citing=cited, rank=1, read=12, as_of_right=True),
        outcome("2", "wrong", em=0, f1=0.5, citing=Citing(cited=1, from_gold=0, told=0, on_quote=0, reached=False)),
        outcome("3", "refused", citing=Citing(cited=0, from_gold=0, told=0, on_quote=0, reached=False), rank=6, read=9),
        outcome("4", "right", em=0, f1=0.5, read=12, as_of_right=False),
        outcome("5", "rightly refused", em=1, f1=1, rank=1, read=12),
        outcome("6", "should have refused", em=0, f1=0),
    ]
    figures = report(RUN, outcomes, []).figures
    assert {name: (getattr(figures, name).value, getattr(figures, name).of) for name in RATIOS} == {
        "right": (2 / 4, 4),
        "wrong": (1 / 4, 4),
        "refused": (1 / 4, 4),
        "rightly_refused": (1 / 2, 2),
        "should_have_refused": (1 / 2, 2),
        "right_of_answered": (2 / 4, 4),
        "em": (2 / 6, 6),
        "f1": (3 / 6, 6),
        "em_answerable": (1 / 4, 4),
        "f1_answerable": (2 / 4, 4),
        "as_of": (1 / 2, 2),
        "citation_precision": (3 / 5, 5),
        "citation_precision_quote": (1 / 2, 2),
        "citation_recall": (1 / 3, 3),
        "hit_1": (1 / 3, 3),
        "hit_5": (1 / 3, 3),
        "hit_k": (2 / 3, 3),
        "mrr": (pytest.approx((1 + 1 / 6) / 3), 3),
    }


def test_confidence_is_judged_by_what_would_have_been_said() -> None:
    outcomes = [
        outcome("1", "right", confidence=0.9, would_be_right=True, answered_em=1, answered_f1=1),
        outcome("2", "should have refused", confidence=0.8),
        outcome("3", "refused", confidence=0.4, would_be_right=True, answered_em=1, answered_f1=1),
        outcome("4", "rightly refused", confidence=0.1),
    ]
    summed = report(RUN, outcomes, [])
    assert summed.risk_coverage is not None
    assert summed.risk_coverage.points == ((1 / 4, 0), (2 / 4, 1 / 2), (3 / 4, 1 / 3), (1, 2 / 4))
    assert summed.thresholds is not None
    # Above 0.9: one right answer and two right refusals.
    assert (summed.thresholds.em.score, summed.thresholds.em.threshold) == (3 / 4, 0.9)
    assert summed.calibration is not None


def test_who_tells_no_confidence_is_not_judged_by_it() -> None:
    summed = report(RUN, [outcome("1", "right")], [])
    assert (summed.thresholds, summed.risk_coverage, summed.calibration) == (None, None, None)


def test_kinds_and_tags_are_told_apart() -> None:
    outcomes = [
        outcome("1", "right", kind="who", tags=("a", "b"), em=1, f1=1),
        outcome("2", "wrong", kind="who", tags=("b",), f1=0.5),
        outcome("3", "refused"),
    ]
    summed = report(RUN, outcomes, [])
    (who,) = summed.by_kind
    assert (who.name, who.questions, who.verdicts, who.em, who.f1) == ("who", 2, {"right": 1, "wrong": 1}, 0.5, 0.75)
    assert [(group.name, group.questions) for group in summed.by_tag] == [("a", 1), ("b", 2)]


def test_gold_that_is_lost_is_said_and_counted() -> None:
    cases = [case(str(number), "x", gold=[{"article": "a", "quote": "lost"}]) for number in range(7)]
    (warning,) = gold_warnings([*cases, case("kept", gold=[{"article": "a"}])], {"a": Article("a", "A", "text")})
    assert "0, 1, 2, 3, 4 and 2 more" in warning
    assert gold_warnings([case("kept", gold=[{"article": "a"}])], {"a": Article("a", "A", "text")}) == []


def test_a_report_survives_its_file() -> None:
    summed = report(RUN, [outcome("1", "right", confidence=0.5, would_be_right=True)], ["Mind."])
    assert Report.model_validate_json(summed.model_dump_json()) == summed


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return selected(read_cases(QUESTIONS), half="tune", limit=20, seed=4)


def evaluated(service: Service, cases: Sequence[Case], given: bool = False) -> Report:
    articles = {one.id: one for one in articles_from([Path(SAMPLES)]) if isinstance(one, Article)}
    outcomes = list(asked(cases, Here(service.answerer, 0), articles, given=given))
    return report(RUN, [one.model_copy(update={"latency_ms": 1.0}) for one in outcomes], gold_warnings(cases, articles))


def test_the_same_run_gives_the_same_report(sample_service: Service, cases: list[Case]) -> None:
    once = evaluated(sample_service, cases)
    assert once == evaluated(sample_service, cases)
    assert once.warnings == ()
    assert once.questions == 20
    assert once.figures.right.value
    assert once.figures.citation_precision_quote.value
    assert once.figures.hit_k.value


def test_with_the_articles_given_the_search_hits(sample_service: Service, cases: list[Case]) -> None:
    answerable = [case for case in cases if case.answers]
    opened, given = evaluated(sample_service, answerable), evaluated(sample_service, answerable, given=True)
    assert given.figures.citation_precision.value == 1
    assert given.figures.mrr.value is not None
    assert opened.figures.mrr.value is not None
    assert given.figures.mrr.value >= opened.figures.mrr.value


def test_an_answerable_question_can_be_put_among_the_most_misleading_articles(sample_service: Service) -> None:
    mayor = case("m", "Marquand", question="Who is the mayor of Halvern?", gold=[{"article": MARQUAND}])
    oil = case("oil", question="What is the price of oil?")
    (beside,) = among([mayor, oil], sample_service.retriever, 3, hide_own=False)
    assert beside.given[0] == MARQUAND
    assert len(set(beside.given)) == 4
    assert beside.answers == mayor.answers
    (alone,) = among([mayor, oil], sample_service.retriever, 3, hide_own=True)
    assert alone.given == beside.given[1:]
    assert (alone.answers, alone.gold) == ((), ())
