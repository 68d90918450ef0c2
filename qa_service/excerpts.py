"""Passages → excerpts of whole sentences, the likeliest first, for not all need be read. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa_service.coverage import Terms, words_of
from qa_service.findings import is_prose, leans_back
from qa_service.spans import answer_span
from vector_store.article import Hit, Passage
from vector_store.sentences import sentences

# About 80 word pieces: with its question a third of what a passage has.
_WORDS = 60


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a hit's passage; `promise` orders them before any is read."""

    hit: Hit
    passage: Passage
    promise: float


def excerpts(terms: Terms, hits: Sequence[Hit]) -> list[Excerpt]:
    """All of the hits' passages, cut into excerpts, most promising first."""
    cut = [Excerpt(hit, passage, _promise(terms, hit, passage)) for hit in hits for passage in parts(hit.passage)]
    return sorted(cut, key=lambda one: -one.promise)


def parts(passage: Passage) -> Iterator[Passage]:
    """The passage in stretches of whole sentences; one that leans on the sentence before stays with it."""
    bounds = [(passage.start + start, passage.start + end) for start, end in sentences(passage.text)]
    text = passage.article.text
    begin = 0
    for at in range(1, len(bounds) + 1):
        long = len(text[bounds[begin][0] : bounds[at - 1][1]].split()) >= _WORDS
        if at == len(bounds) or (long and not _together(text[slice(*bounds[at - 1])], text[slice(*bounds[at])])):
            yield Passage(passage.article, bounds[begin][0], bounds[at - 1][1])
            begin = at


def _together(before: str, sentence: str) -> bool:
    """A sentence that leans on the one before; a heading and what it heads."""
    return leans_back(sentence) or not is_prose(before)


def _promise(terms: Terms, hit: Hit, passage: Passage) -> float:
    """The search's score, the question's words in it, and whether it holds the kind of thing asked for."""
    words = words_of(passage.text) | words_of(passage.article.title)
    span = answer_span(terms.question, passage.text)
    kind = terms.question.kind not in ("thing", "statement", "reason")
    return hit.score + terms.coverage(words) + (span.fit if span and kind else 0.0)
