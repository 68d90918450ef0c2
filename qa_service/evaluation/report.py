"""Evaluation: cases are asked, and what comes of it becomes a Report."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from pydantic import AwareDatetime, Field

from qa_service.answer import Wire
from qa_service.evaluation.cases import Case
from qa_service.evaluation.outcomes import VERDICTS, Outcome, Verdict, failed, judge, misplaced, place
from qa_service.evaluation.respondents import Given, Respondent, Turn
from qa_service.evaluation.scoring import (
    BestThreshold,
    Calibration,
    Estimate,
    Latency,
    Ratio,
    RiskCoverage,
    best_threshold,
    calibration,
    latency,
    risk_coverage,
    share,
)
from vector_store.article import Article
from vector_store.errors import NewsError
from vector_store.retriever import Retriever

_SHOWN = 5


class Run(Wire):
    """Who was asked what, and how: the same again gives the same figures."""

    name: str
    """What this run is called in a table of several."""
    file: str
    digest: str
    """SHA-256 of the file."""
    half: str
    limit: int | None
    given: bool
    """Whether each question was limited to its own articles, so that only reading is measured."""
    among: int | None = None
    """How many misleading articles stood beside each question's own, to which it was limited."""
    hide_own: bool = False
    """Whether those alone were there."""
    respondent: str
    version: str
    """Of this program, which judged."""
    settings: tuple[str, ...] = ()
    """Those of this service that are not the defaults."""
    seed: int
    started: AwareDatetime
    interrupted: bool = False


class Figures(Wire):
    """The shares that sum a run up, each with its interval. Questions to which no answer came are left out."""

    right: Estimate = Field(title="right")
    """Of the answerable questions: the leading sentence or the short answer holds an accepted answer."""
    wrong: Estimate = Field(title="wrong")
    """Of the answerable questions: answered, but not so."""
    refused: Estimate = Field(title="refused")
    """Of the answerable questions: the articles were said not to say."""
    rightly_refused: Estimate = Field(title="rightly refused")
    """Of the unanswerable questions."""
    should_have_refused: Estimate = Field(title="should have refused")
    """Of the unanswerable questions: answered all the same."""
    right_of_answered: Estimate = Field(title="right when it answers")
    """Of all questions that were answered."""
    em: Estimate = Field(title="EM")
    """The short answer is an accepted one, as SQuAD's script compares; for an unanswerable question, a refusal is."""
    f1: Estimate = Field(title="F1")
    """How far the short answer's words are those of the nearest accepted one; unanswerable questions as for EM."""
    em_answerable: Estimate = Field(title="EM, answerable")
    """The same of the answerable questions alone."""
    f1_answerable: Estimate = Field(title="F1, answerable")
    """The same of the answerable questions alone."""
    as_of: Estimate = Field(title="as of the right day")
    """Of the answers to questions with an expected day."""
    citation_precision: Estimate = Field(title="citations from a gold article")
    """Of the citations of the answers to answerable questions."""
    citation_precision_quote: Estimate = Field(title="citations on a gold quote")
    """The same, but they share characters with a gold quote."""
    citation_recall: Estimate = Field(title="citation recall")
    """Of the answerable questions: a citation is on a gold quote, or on a gold article where no more is known."""
    hit_1: Estimate = Field(title="hit@1")
    """Of the answerable questions: the first passage is on a gold quote, or article where no more is known."""
    hit_5: Estimate = Field(title="hit@5")
    """The same of one of the first five passages."""
    hit_k: Estimate = Field(title="hit@k")
    """The same of any passage that was read."""
    mrr: Estimate = Field(title="MRR")
    """The mean of 1/rank of the first such passage, 0 where there is none."""


class Group(Wire):
    """The questions of one kind or one tag."""

    name: str
    questions: int
    verdicts: dict[Verdict, int]
    em: float
    f1: float


class Thresholds(Wire):
    """The best scores that another threshold would have given. Chosen on the questions they are told of: a ceiling."""

    em: BestThreshold
    f1: BestThreshold


class Report(Wire):
    """All that a run measured, and what became of each question."""

    format: Literal[1] = 1
    run: Run
    questions: int
    verdicts: dict[Verdict, int]
    figures: Figures
    thresholds: Thresholds | None
    """None where the server tells no confidence."""
    risk_coverage: RiskCoverage | None
    calibration: Calibration | None
    latency: Latency | None
    by_kind: tuple[Group, ...]
    by_tag: tuple[Group, ...]
    warnings: tuple[str, ...]
    outcomes: tuple[Outcome, ...]


RATIOS: Mapping[str, Callable[[Outcome], Ratio | None]] = {
    "right": lambda one: _of(one.answerable, one.verdict == "right"),
    "wrong": lambda one: _of(one.answerable, one.verdict == "wrong"),
    "refused": lambda one: _of(one.answerable, one.verdict == "refused"),
    "rightly_refused": lambda one: _of(not one.answerable, one.verdict == "rightly refused"),
    "should_have_refused": lambda one: _of(not one.answerable, one.verdict == "should have refused"),
    "right_of_answered": lambda one: _of(one.lead is not None, one.verdict == "right"),
    "em": lambda one: (one.em, 1),
    "f1": lambda one: (one.f1, 1),
    "em_answerable": lambda one: _of(one.answerable, one.em),
    "f1_answerable": lambda one: _of(one.answerable, one.f1),
    "as_of": lambda one: _of(one.as_of_right is not None, one.as_of_right or False),
    "citation_precision": lambda one: (one.citing.from_gold, one.citing.cited) if one.citing else None,
    "citation_precision_quote": lambda one: (one.citing.on_quote, one.citing.told) if one.citing else None,
    "citation_recall": lambda one: (one.citing.reached, 1) if one.citing else None,
    "hit_1": lambda one: _hit(one, 1),
    "hit_5": lambda one: _hit(one, 5),
    "hit_k": lambda one: _hit(one, None),
    "mrr": lambda one: _of(_searched(one), 1 / one.rank if one.rank else 0),
}
"""What a question adds to each of the Figures; None or a denominator of 0: nothing."""


def among(cases: Sequence[Case], retriever: Retriever, others: int, *, hide_own: bool) -> list[Case]:
    """The answerable questions, each limited to its articles and the others that the search ranks highest.

    With `hide_own` those others alone are left, and to refuse is right. Questions that bring up no others are left out.
    """
    made = []
    for case in cases:
        own = {gold.article for gold in case.gold}
        found = dict.fromkeys(
            hit.passage.article.id for hit in retriever.search(case.question, k=others * 4 + len(own))
        )
        misleading = [article for article in found if article not in own][:others]
        if not misleading:
            continue
        if case.answers and hide_own:
            made.append(case.model_copy(update={"within": tuple(misleading), "answers": (), "gold": (), "as_of": None}))
        elif case.answers:
            made.append(case.model_copy(update={"within": (*own, *misleading)}))
    return made


def asked(
    cases: Sequence[Case], respondent: Respondent, articles: Mapping[str, Article], *, given: bool
) -> Iterator[Outcome]:
    """Ask one after the other. A question to which no answer comes is an outcome too."""
    for case in cases:
        places = [place(gold, articles) for gold in case.gold]
        try:
            answer, milliseconds = _answer(case, respondent, case.given if given else ())
        except NewsError as error:
            yield failed(case, str(error))
        else:
            yield judge(case, answer, milliseconds, places)


def report(run: Run, outcomes: Sequence[Outcome], warnings: Sequence[str]) -> Report:
    """Sum the outcomes up."""
    held = [outcome for outcome in outcomes if outcome.error is None]
    judged = [(one.confidence, one.would_be_right) for one in held if one.confidence is not None]
    return Report(
        run=run,
        questions=len(outcomes),
        verdicts=_verdicts(outcomes),
        figures=Figures(**{name: share(ratios(held, name), run.seed) for name in RATIOS}),
        thresholds=_thresholds(held),
        risk_coverage=risk_coverage(judged),
        calibration=calibration(judged),
        latency=latency(times(held)),
        by_kind=_groups(held, lambda one: [one.kind] if one.kind else []),
        by_tag=_groups(held, lambda one: one.tags),
        warnings=tuple(warnings),
        outcomes=tuple(outcomes),
    )


def ratios(outcomes: Sequence[Outcome], figure: str) -> list[Ratio]:
    """What each outcome adds to the figure, in their order."""
    return [RATIOS[figure](outcome) or (0, 0) for outcome in outcomes]


def times(outcomes: Sequence[Outcome]) -> list[float]:
    """How long each answer took, in milliseconds."""
    return [outcome.latency_ms for outcome in outcomes if outcome.latency_ms is not None]


def gold_warnings(cases: Sequence[Case], articles: Mapping[str, Article]) -> list[str]:
    """Of gold that is not in the articles: its questions cannot be judged rightly."""
    lost = [case.id for case in cases if misplaced(case, articles)]
    if not lost:
        return []
    more = f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
    shown = ", ".join(lost[:_SHOWN])
    return [f"A gold article is missing, or does not hold its quote: {shown}{more}. Citations and hits suffer."]


def _answer(case: Case, respondent: Respondent, articles: tuple[str, ...]) -> tuple[Given, float]:
    earlier: list[Turn] = []
    for question in case.after:
        earlier.append(Turn(question, respondent.ask(question, earlier, articles)))
    started = time.perf_counter()
    answer = respondent.ask(case.question, earlier, articles)
    return answer, (time.perf_counter() - started) * 1000


def _of(counts: bool, value: float) -> Ratio | None:
    return (value, 1) if counts else None


def _hit(outcome: Outcome, within: int | None) -> Ratio | None:
    hit = outcome.rank is not None and (within is None or outcome.rank <= within)
    return _of(_searched(outcome), hit)


def _searched(outcome: Outcome) -> bool:
    return outcome.answerable and outcome.read is not None


def _thresholds(outcomes: Sequence[Outcome]) -> Thresholds | None:
    sure = [(one, one.confidence) for one in outcomes if one.confidence is not None]
    refused = [float(not one.answerable) for one, _ in sure]
    em = best_threshold([(sureness, one.answered_em, no) for (one, sureness), no in zip(sure, refused, strict=True)])
    f1 = best_threshold([(sureness, one.answered_f1, no) for (one, sureness), no in zip(sure, refused, strict=True)])
    return Thresholds(em=em, f1=f1) if em and f1 else None


def _groups(outcomes: Sequence[Outcome], names: Callable[[Outcome], Sequence[str]]) -> tuple[Group, ...]:
    held: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for name in names(outcome):
            held.setdefault(name, []).append(outcome)
    return tuple(_group(name, held[name]) for name in sorted(held))


def _group(name: str, outcomes: Sequence[Outcome]) -> Group:
    em, f1 = (sum(values) / len(outcomes) for values in zip(*((one.em, one.f1) for one in outcomes), strict=True))
    return Group(name=name, questions=len(outcomes), verdicts=_verdicts(outcomes), em=em, f1=f1)


def _verdicts(outcomes: Sequence[Outcome]) -> dict[Verdict, int]:
    counts = Counter(outcome.verdict for outcome in outcomes)
    return {verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]}
