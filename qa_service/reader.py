"""Question and passages → the words that answer, and how likely it is that the articles answer at all.

A trained span model reads every passage; its scores are comparable across passages. What it finds is weighed together
with what it does not look at: the question's rare words and names in the quote, and whether the words found are of the
kind asked for. The weights are fitted on held-out questions (`training.calibrate`).
"""

import json
import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Self

from qa_service.coverage import Terms, WordVectors, terms_of, words_of
from qa_service.excerpts import Excerpt, excerpts
from qa_service.findings import Finding, Reading, agreeing, quote_of
from qa_service.question import Question
from qa_service.span_model import FOLDER, ScoredSpan, SpanModel, best_spans
from qa_service.spans import Span, measured
from qa_service.statements import StatementReader
from vector_store.article import Hit, Passage
from vector_store.sentences import sentences

Rarity = Callable[[Sequence[str]], Mapping[str, float]]
"""Stems → how much each of them tells."""

# What is read before anything is decided: about 600 word pieces, a tenth of a second on two cores.
_FIRST_WORDS = 420
# From this probability on the rest is not read.
_SURE = 0.6
_SENTENCES_SHIFT = 0.69
_FAR_MORE = 0.4
# What later reports may correct, so that these are read too.
_CHANGING = frozenset({"quantity", "money", "share", "date"})
CALIBRATION = "calibration.json"
"""Where `training.calibrate` writes it, in the folder of the model."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a span."""

    score: float
    """By how much it is likelier than no answer in its passage: the logarithm that the model gives, at most ±12."""
    coverage: float
    """The share of the question's words, by rarity, in the quote and the title; akin words count in part."""
    unknown_names: float
    """The share of the question's names that neither passage nor title has."""
    misfit: float
    """How little the words are of the kind asked for, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Signs → probability: a logistic regression for each span, a second one (Platt, 1999) for the best of them."""

    weights: tuple[float, ...]
    """One for each of the `Signs`, in their order, then the constant."""
    answer: tuple[float, float, float]
    """For the logarithm of the best span's odds, for the articles that agree with it, and the constant."""

    @classmethod
    def of(cls, model: str) -> Self:
        """The one that lies in the model's folder, else the bundled model's."""
        own = Path(model) / CALIBRATION
        stored = json.loads((own if own.exists() else FOLDER / CALIBRATION).read_text())
        slope, agreeing, constant = stored["answer"]
        return cls(tuple(stored["weights"]), (slope, agreeing, constant))

    def span(self, signs: Signs) -> float:
        """The probability that the span answers."""
        values = (*astuple(signs), 1.0)
        return _sigmoid(sum(weight * value for weight, value in zip(self.weights, values, strict=True)))

    def whole(self, best: float, agreeing: int) -> float:
        """The probability that the best span answers, `agreeing` independent articles saying the same."""
        slope, agreement, constant = self.answer
        return _sigmoid(slope * math.log(best / (1 - best)) + agreement * min(agreeing, 2) + constant)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A span, counted from the start of the quote that holds it, and what speaks for it."""

    quote: Passage
    span: Span
    signs: Signs


class Reader:
    """Reads passages. Yes/no questions, whose answer is no span, go to the `StatementReader`."""

    def __init__(
        self,
        model: SpanModel,
        calibration: Calibration,
        statements: StatementReader,
        rarity: Rarity,
        vectors: WordVectors,
    ) -> None:
        """`rarity` gives the weight of each stem, `vectors` tell which words are akin."""
        self._model = model
        self._calibration = calibration
        self._statements = statements
        self._rarity = rarity
        self._word_vectors = vectors

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """What answers, best first; nothing in the passages is taken for an instruction.

        The most promising excerpts are read first. Only where they leave it open whether the articles answer, the rest
        is read too: nothing is refused unread. Of numbers and dates, newer articles are read in any case.
        """
        if question.kind == "statement":
            return self._statements.read(question, hits)
        weighed: list[Weighed] = []
        reading = Reading((), 0.0)
        for turn in self._turns(question, hits):
            if reading.answerable >= _SURE:
                turn = _newer(turn, reading.findings[0]) if question.kind in _CHANGING else []
            weighed += self._weigh(question, turn) if turn else []
            reading = self._reading(weighed)
        if reading.answerable >= _SURE:
            return reading
        return _seconded(reading, self._statements.read(question, hits).findings)

    def weigh(self, question: Question, hits: Sequence[Hit]) -> list[Weighed]:
        """Every span that may answer, in all that the hits hold."""
        return [one for turn in self._turns(question, hits) for one in self._weigh(question, turn)]

    def _turns(self, question: Question, hits: Sequence[Hit]) -> list[list[Excerpt]]:
        """What is read first, and what is read then."""
        ordered = excerpts(Terms(question, self._rarity(question.terms), {}), hits)
        words = accumulate(len(one.passage.text.split()) for one in ordered)
        first = max(bisect_right(list(words), _FIRST_WORDS), 1)
        return [turn for turn in (ordered[:first], ordered[first:]) if turn]

    def _weigh(self, question: Question, turn: Sequence[Excerpt]) -> list[Weighed]:
        rarity = self._rarity(question.terms)
        terms = terms_of(question, rarity, [words_of(one.passage.text) for one in turn], self._word_vectors)
        spans = best_spans(self._model, question.text, [one.passage.text for one in turn])
        return [_seen(terms, one, span) for one, span in zip(turn, spans, strict=True) if span is not None]

    def _reading(self, weighed: Sequence[Weighed]) -> Reading:
        findings = sorted((_finding(one, self._calibration) for one in weighed), key=lambda one: -one.score)
        if not findings:
            return Reading((), 0.0)
        agree = len(agreeing(findings[0], findings[1:]))
        return Reading(tuple(findings), self._calibration.whole(findings[0].score, agree))


def _newer(turn: Sequence[Excerpt], finding: Finding) -> list[Excerpt]:
    """Of articles that came out later than the one that answers."""
    known = finding.quote.article.published
    return [one for one in turn if known and (one.passage.article.published or known) > known]


def _seconded(reading: Reading, sentences: Sequence[Finding]) -> Reading:
    """Where the model is not sure, the sentences' own weight is a second opinion on what it found in them."""
    findings = []
    for finding in reading.findings:
        quote = finding.quote
        opinions = [one.score for one in sentences if _overlap(one.quote, quote)]
        findings.append(replace(finding, score=max([finding.score, *map(_as_sure, opinions)])))
    findings.sort(key=lambda one: -one.score)
    raised = bool(findings) and findings[0].score > reading.findings[0].score
    return Reading(tuple(findings), max(reading.answerable, findings[0].score if raised else 0.0))


def _overlap(one: Passage, other: Passage) -> bool:
    return one.article.id == other.article.id and one.start < other.end and other.start < one.end


def _as_sure(weight: float) -> float:
    """A sentence's weight as a probability: 0.25 was the threshold of version 0.1, as 0.4 is now."""
    bounded = min(max(weight, 1e-6), 1 - 1e-6)
    return _sigmoid(math.log(bounded / (1 - bounded)) + _SENTENCES_SHIFT)


def _finding(one: Weighed, calibration: Calibration) -> Finding:
    start = one.quote.start
    words = Passage(one.quote.article, start + one.span.start, start + one.span.end)
    return Finding(one.quote, calibration.span(one.signs), words, one.span)


def _seen(terms: Terms, excerpt: Excerpt, scored: ScoredSpan) -> Weighed:
    whole, part = excerpt.hit.passage, excerpt.passage
    quote = _with_what_follows(terms, whole, quote_of(whole, part.start + scored.start, part.start + scored.end))
    offset = part.start - quote.start
    span = measured(terms.question, quote.text, scored.start + offset, scored.end + offset)
    title = words_of(whole.article.title)
    signs = Signs(
        score=max(-12.0, min(12.0, scored.score)),
        coverage=terms.coverage(words_of(quote.text) | title),
        unknown_names=1 - (words_of(whole.text) | title).share_of(terms.question.names),
        misfit=1 - span.fit,
    )
    return Weighed(quote, span, signs)


def _with_what_follows(terms: Terms, whole: Passage, quote: Passage) -> Passage:
    """With the next sentence, where that one holds far more of the question: it carries the claim."""
    after = sentences(whole.article.text[quote.end : whole.end])
    if not after:
        return quote
    end = quote.end + after[0][1]
    longer = Passage(quote.article, quote.start, end)
    gain = terms.coverage(words_of(longer.text)) - terms.coverage(words_of(quote.text))
    return longer if gain > _FAR_MORE else quote


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))
