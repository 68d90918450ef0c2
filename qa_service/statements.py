"""A yes/no question and passages → the statement that decides it.

No words inside the sentence answer such a question, so each sentence is weighed as a whole: by its meaning (embedding),
and by the question's words and names that it and its surroundings hold.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import reduce
from operator import or_

import numpy as np

from qa_service.coverage import Terms, Words, terms_of, words_of
from qa_service.findings import Finding, Reading, is_prose, quote_of
from qa_service.question import Question
from qa_service.spans import Span, answer_span
from vector_store.article import Hit, Passage
from vector_store.embedding import Embedder
from vector_store.sentences import sentences

# Embedding a sentence costs 4 ms on two cores: only the likeliest are.
_EMBEDDED = 16
# Looking for names and numbers costs a tenth of that.
_LOOKED_INTO = 40


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a sentence, each from 0 to 1 (`similarity` from -1)."""

    similarity: float
    """Cosine of question and sentence."""
    prominence: float
    """How far its similarity stands above the median of the sentences that were read."""
    coverage: float
    """The share of the question's words, by rarity, in the sentence."""
    nearby: float
    """The same in the sentence and the one before it."""
    unknown_names: float
    """The share of the question's names that not even the passage or the title has."""
    fit: float
    """How well the words found fit the kind of thing asked for; 0.5 where no kind is asked for."""


@dataclass(frozen=True, slots=True)
class _Texts:
    """The words of a candidate, of it with the sentence before, and of its passage and title."""

    sentence: Words
    window: Words
    around: Words


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit, with the sentence before it in the same passage."""

    passage: Passage
    sentence: Passage
    before: Passage | None
    words: _Texts

    @property
    def window(self) -> Passage:
        """The sentence together with the one before it."""
        start = self.before.start if self.before else self.sentence.start
        return Passage(self.sentence.article, start, self.sentence.end)


# Logistic regression over Evidence in its order, then the constant; `benchmarks/fit_reader.py` fits them.
WEIGHTS = (1.33, 5.45, 1.55, 2.7, -2.5, 1.29)
BIAS = -7.0


class StatementReader:
    """Weighs sentences. `rarity` gives the weight of each stem: rare words decide."""

    def __init__(self, embedder: Embedder, rarity: Callable[[Sequence[str]], Mapping[str, float]]) -> None:
        self._embedder = embedder
        self._rarity = rarity

    def read(self, question: Question, hits: Sequence[Hit]) -> Reading:
        """Every hit's sentences, weighed; nothing in them is taken for an instruction."""
        weighed = self.weigh(question, hits)
        findings = sorted((_finding(*pair) for pair in weighed), key=lambda finding: -finding.score)
        return Reading(tuple(findings), findings[0].score if findings else 0.0)

    def weigh(self, question: Question, hits: Sequence[Hit]) -> list[tuple[Candidate, Evidence]]:
        """The likeliest sentences with what speaks for them."""
        candidates = _candidates(hits)
        rarity = self._rarity(question.terms)
        terms = terms_of(question, rarity, [one.words.sentence for one in candidates], self._embedder.word_vectors)
        candidates.sort(key=lambda one: -terms.coverage(one.words.window) - terms.coverage(one.words.sentence))
        weighed = [(candidate, _evidence(terms, candidate)) for candidate in candidates[:_LOOKED_INTO]]
        weighed.sort(key=lambda pair: -probability(pair[1]))
        likely = weighed[:_EMBEDDED]
        vectors = self._embedder.encode_recurring(
            [question.text, *(candidate.sentence.text for candidate, _ in likely)]
        )
        similar = vectors[1:] @ vectors[0]
        usual = float(np.median(similar)) if likely else 0.0
        return [
            (candidate, replace(evidence, similarity=float(cosine), prominence=float(cosine) - usual))
            for (candidate, evidence), cosine in zip(likely, similar, strict=True)
        ]


def probability(evidence: Evidence) -> float:
    """The evidence as one number from 0 to 1."""
    total = sum(weight * part for weight, part in zip(WEIGHTS, astuple(evidence), strict=True))
    return 1 / (1 + math.exp(-(total + BIAS)))


def _candidates(hits: Sequence[Hit]) -> list[Candidate]:
    return [candidate for hit in hits for candidate in _candidates_in(hit.passage)]


def _candidates_in(passage: Passage) -> list[Candidate]:
    """The passage's sentences. Every word is looked at once, however many sentences it is near."""
    spans = [
        Passage(passage.article, passage.start + start, passage.start + end) for start, end in sentences(passage.text)
    ]
    words = [words_of(span.text) for span in spans]
    around = reduce(or_, words, words_of(passage.article.title))
    prose = [is_prose(span.text) for span in spans]
    found = []
    for at, span in enumerate(spans):
        if prose[at]:
            leans = at > 0 and prose[at - 1]
            texts = _Texts(words[at], words[at - 1] | words[at] if leans else words[at], around)
            found.append(Candidate(passage, span, spans[at - 1] if leans else None, texts))
    return found


def _evidence(terms: Terms, candidate: Candidate) -> Evidence:
    question, window, texts = terms.question, candidate.window, candidate.words
    span = answer_span(question, window.text)
    inside = span is not None and window.start + span.start >= candidate.sentence.start
    counted = _counted(question, span)
    return Evidence(
        similarity=0.0,
        prominence=0.0,
        coverage=terms.coverage(texts.sentence, counted if inside else None),
        nearby=terms.coverage(texts.window, counted),
        unknown_names=1 - texts.around.share_of(question.names),
        fit=0.5 if question.kind in ("thing", "statement") else (span.fit if span else 0.0),
    )


def _counted(question: Question, span: Span | None) -> str | None:
    """What the question counts, where the span counts the same under another word: refugees, citizens."""
    return question.counted if span is not None and span.quantity is not None and span.fit >= 0.8 else None


def _finding(candidate: Candidate, evidence: Evidence) -> Finding:
    sentence = candidate.sentence
    quote = quote_of(candidate.passage, sentence.start, sentence.end)
    return Finding(quote, probability(evidence), None, None)
