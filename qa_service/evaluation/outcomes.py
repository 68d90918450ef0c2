"""Outcomes: one answer held against what was known to be right. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from qa_service.answer import Wire
from qa_service.evaluation.cases import Case, Gold
from qa_service.evaluation.respondents import Given, Reference
from qa_service.evaluation.scoring import exact_match, holds, token_f1
from vector_store.article import Article

Verdict = Literal["right", "wrong", "refused", "rightly refused", "should have refused", "error"]
VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "refused", "rightly refused", "should have refused", "error")
GOOD: frozenset[Verdict] = frozenset({"right", "rightly refused"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gold quote stands in its article."""

    article: str
    quote: str | None
    spans: tuple[tuple[int, int], ...]
    """Every (start, end) of the quote that counts; empty where the article's text is not known."""

    def met_by(self, reference: Reference) -> bool | None:
        """Whether the reference lies on the quote; None: on its article, and more cannot be told."""
        if reference.article_id != self.article:
            return False
        start, end = reference.start_char, reference.end_char
        if self.spans and start is not None and end is not None:
            return any(first < end and start < last for first, last in self.spans)
        if self.quote and reference.quote:
            return _within(self.quote, reference.quote) or _within(reference.quote, self.quote)
        return None


class Citing(Wire):
    """How an answer cites, counted."""

    cited: int
    from_gold: int
    """Citations from an article that holds the answer."""
    told: int
    """`cited` where it can be told whether each lies on a gold quote, else 0."""
    on_quote: int
    """Those of the told that do."""
    reached: bool
    """Whether one lies on a gold quote, or on a gold article where no more can be told."""


class Outcome(Wire):
    """What became of one question."""

    id: str
    question: str
    answers: tuple[str, ...]
    kind: str | None
    tags: tuple[str, ...]
    verdict: Verdict
    lead: str | None = None
    """The sentence that leads; None for a refusal."""
    short_answer: str | None = None
    candidate: str | None = None
    """The words that would have answered, where it was refused."""
    confidence: float | None = None
    latency_ms: float | None = None
    em: float = 0
    f1: float = 0
    answered_em: float = 0
    """What `em` is if it is answered, whatever the confidence."""
    answered_f1: float = 0
    would_be_right: bool = False
    """Whether the answer is right if it is given, whatever the confidence."""
    citing: Citing | None = None
    """None: there is no gold to judge by. A refusal cites nothing."""
    rank: int | None = None
    """The place, from 1, of the first passage on a gold quote; None: there is none."""
    read: int | None = None
    """How many passages were read; None: not told, or no gold to look for."""
    as_of_right: bool | None = None
    """None: not judged."""
    error: str | None = None

    @property
    def answerable(self) -> bool:
        """Whether the articles hold an answer."""
        return bool(self.answers)

    @property
    def good(self) -> bool:
        """Right, or rightly refused."""
        return self.verdict in GOOD


def place(gold: Gold, articles: Mapping[str, Article]) -> Place:
    """Where the gold quote stands, by the articles' texts."""
    article = articles.get(gold.article)
    if gold.quote is None or article is None:
        return Place(gold.article, gold.quote, ())
    starts = _starts(gold.quote, article.text) if gold.start is None else [gold.start]
    return Place(gold.article, gold.quote, tuple((start, start + len(gold.quote)) for start in starts))


def misplaced(case: Case, articles: Mapping[str, Article]) -> bool:
    """Whether a gold article is not there, or does not hold its quote at the place that is named."""
    return any(_misplaced(gold, articles) for gold in case.gold)


def judge(case: Case, given: Given, latency_ms: float, places: Sequence[Place]) -> Outcome:
    """The outcome of an answered case; `places` are those of its gold quotes."""
    words = given.short_answer or ""
    em, f1 = _scores(case, None if given.refused else words)
    # A refusal that names no candidate stays one at any threshold.
    answered_em, answered_f1 = _scores(case, given.candidate if given.refused else words)
    return _outcome(case).model_copy(
        update={
            "verdict": _verdict(case, given),
            "lead": None if given.refused else given.lead,
            "short_answer": None if given.refused else given.short_answer,
            "candidate": given.candidate if given.refused else None,
            "confidence": given.confidence,
            "latency_ms": round(latency_ms, 3),
            "em": em,
            "f1": f1,
            "answered_em": answered_em,
            "answered_f1": answered_f1,
            "would_be_right": holds(given.candidate or "", case.answers) if given.refused else _right(case, given),
            "citing": _citing(case, given, places),
            "rank": _rank(given.passages or (), places),
            "read": len(given.passages) if given.passages is not None and places else None,
            "as_of_right": given.as_of == case.as_of if case.as_of and not given.refused else None,
        }
    )


def failed(case: Case, reason: str) -> Outcome:
    """The outcome of a case to which no answer came."""
    return _outcome(case).model_copy(update={"error": reason})


def _outcome(case: Case) -> Outcome:
    return Outcome(
        id=case.id, question=case.question, answers=case.answers, kind=case.kind, tags=case.tags, verdict="error"
    )


def _scores(case: Case, words: str | None) -> tuple[float, float]:
    """Exact match and F1 of the words; None: a refusal, which is right where there is no answer and only there."""
    if words is None or not case.answers:
        refused_rightly = float(words is None and not case.answers)
        return refused_rightly, refused_rightly
    return exact_match(words, case.answers), token_f1(words, case.answers)


def _right(case: Case, given: Given) -> bool:
    return holds(given.lead, case.answers) or holds(given.short_answer or "", case.answers)


def _verdict(case: Case, given: Given) -> Verdict:
    if not case.answers:
        return "rightly refused" if given.refused else "should have refused"
    if given.refused:
        return "refused"
    return "right" if _right(case, given) else "wrong"


def _citing(case: Case, given: Given, places: Sequence[Place]) -> Citing | None:
    if not case.answers or not places:
        return None
    cited = () if given.refused else given.cited
    met = [_best(reference, places) for reference in cited]
    gold = {place.article for place in places}
    told = any(place.quote for place in places) and None not in met
    return Citing(
        cited=len(cited),
        from_gold=sum(reference.article_id in gold for reference in cited),
        told=len(met) if told else 0,
        on_quote=met.count(True) if told else 0,
        reached=any(one is not False for one in met),
    )


def _rank(passages: Sequence[Reference], places: Sequence[Place]) -> int | None:
    ranks = (rank for rank, passage in enumerate(passages, start=1) if _best(passage, places) is not False)
    return next(ranks, None)


def _best(reference: Reference, places: Sequence[Place]) -> bool | None:
    """Of what the places say the best: on a quote, perhaps, no."""
    met = [place.met_by(reference) for place in places]
    if True in met:
        return True
    return None if None in met else False


def _misplaced(gold: Gold, articles: Mapping[str, Article]) -> bool:
    article = articles.get(gold.article)
    if article is None or gold.quote is None:
        return article is None
    start = gold.start
    return gold.quote not in article.text if start is None else not article.text.startswith(gold.quote, start)


def _starts(quote: str, text: str) -> list[int]:
    return [found.start() for found in re.finditer(f"(?={re.escape(quote)})", text)]


def _within(words: str, others: str) -> bool:
    return " ".join(words.split()) in " ".join(others.split())
