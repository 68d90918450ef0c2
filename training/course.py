"""What the reader is shown, in four lessons: first short texts, to see many questions; then long ones that mislead.

A question costs as much as the text it is asked of. The first lesson therefore shows an answer among a few sentences;
the second shows whole passages, half of them without an answer: SQuAD 2.0's unanswerable questions, paragraphs whose
answering sentence is left out, and passages that our own retriever finds for the question and that do not answer it.
The third goes on with the rest of the data, and with the paragraphs of the same article most like the question. The
fourth is like the third, drawn anew from everything, with twice as many passages that mislead.
"""

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from tokenizers import Tokenizer

from training.examples import (
    Asking,
    Corpus,
    Example,
    Pieces,
    around_answer,
    not_here,
    tokenize,
    without_answer,
)

Mined = Sequence[tuple[Asking, Sequence[str]]]
"""Questions, each with passages that were retrieved for it and do not hold its answer."""

WHOLE = 225
"""Pieces of a passage with its question: a passage of the service's store, and a little more."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """How many examples of each kind."""

    squad: int
    qamr: int
    contrast: int
    """Answerable questions of the paragraphs that unanswerable ones were written for."""
    unanswerable: int
    left_out: int
    """The paragraph without the answering sentence."""
    elsewhere: int
    """Another paragraph of the same article."""
    akin: int
    """The other paragraphs of the same article that share most with the question."""
    mined: int
    pieces: tuple[int, int]
    """The least and the most pieces of an example."""


SHORT = Lesson(
    squad=20_000,
    qamr=6_000,
    contrast=0,
    unanswerable=3_000,
    left_out=3_000,
    elsewhere=3_000,
    akin=0,
    mined=0,
    pieces=(40, 120),
)
LONG = Lesson(
    squad=8_000,
    qamr=0,
    contrast=3_000,
    unanswerable=3_100,
    left_out=1_500,
    elsewhere=0,
    akin=0,
    mined=5_000,
    pieces=(120, WHOLE),
)
REST = Lesson(
    squad=46_000,
    qamr=2_500,
    contrast=4_500,
    unanswerable=5_000,
    left_out=5_000,
    elsewhere=0,
    akin=12_000,
    mined=8_000,
    pieces=(80, WHOLE),
)
AGAIN = Lesson(
    squad=80_000,
    qamr=4_000,
    contrast=8_000,
    unanswerable=9_000,
    left_out=8_000,
    elsewhere=2_000,
    akin=20_000,
    mined=16_000,
    pieces=(80, WHOLE),
)
_AKIN_PIECES = 120


class Course:
    """The sets that may be used, and the lessons drawn from them: the same for the same seed."""

    def __init__(self, squad: Corpus, unanswerable: Corpus, qamr: Corpus, seed: int) -> None:
        self._rng = random.Random(seed)
        self._squad, self._qamr, self._unanswerable = squad, qamr, unanswerable
        shuffled = self._shuffled
        self._answered = cycle(shuffled([one for one in squad.asking if one.answer]))
        self._spoken = cycle(shuffled([one for one in qamr.asking if one.answer]))
        self._contrast = cycle(shuffled([one for one in unanswerable.asking if one.answer]))
        self._impossible = cycle(shuffled([one for one in unanswerable.asking if not one.answer]))
        self._neighbours: dict[str, list[int]] = {}
        for at, paragraph in enumerate(squad.paragraphs):
            self._neighbours.setdefault(paragraph.article, []).append(at)

    def short(self) -> list[Example]:
        """The first lesson."""
        return list(self._draw(SHORT))

    def long(self, mined: Mined, tokenizer: Tokenizer) -> list[Example]:
        """The second lesson."""
        return [*self._draw(LONG), *self._mined(LONG, mined, tokenizer)]

    def rest(self, mined: Mined, tokenizer: Tokenizer) -> list[Example]:
        """The third lesson."""
        return self._misled(REST, mined, tokenizer)

    def again(self, mined: Mined, tokenizer: Tokenizer) -> list[Example]:
        """The fourth lesson."""
        return self._misled(AGAIN, mined, tokenizer)

    def _misled(self, lesson: Lesson, mined: Mined, tokenizer: Tokenizer) -> list[Example]:
        return [*self._draw(lesson), *self._mined(lesson, mined, tokenizer), *self._akin(lesson)]

    def _draw(self, lesson: Lesson) -> Iterator[Example]:
        yield from self._each(self._squad, self._answered, lesson.squad, around_answer, lesson.pieces)
        yield from self._each(self._qamr, self._spoken, lesson.qamr, around_answer, lesson.pieces)
        whole = (WHOLE, WHOLE) if lesson.pieces[1] == WHOLE else lesson.pieces
        yield from self._each(self._unanswerable, self._contrast, lesson.contrast, around_answer, whole)
        yield from self._each(self._unanswerable, self._impossible, lesson.unanswerable, not_here, whole)
        yield from self._each(self._squad, self._answered, lesson.left_out, without_answer, lesson.pieces)
        for asking in islice(self._answered, lesson.elsewhere):
            at = self._rng.choice(self._neighbours[self._squad.paragraphs[asking.paragraph].article])
            if asking.asked.question and at != asking.paragraph:
                yield not_here(asking, self._squad.pieces[at], self._rng.randint(*lesson.pieces), self._rng)

    def _each(
        self,
        corpus: Corpus,
        source: Iterator[Asking],
        count: int,
        made: Callable[[Asking, Pieces, int, random.Random], Example | None],
        pieces: tuple[int, int],
    ) -> Iterator[Example]:
        for asking in islice(source, count):
            example = made(asking, corpus.pieces[asking.paragraph], self._rng.randint(*pieces), self._rng)
            if example is not None:
                yield example

    def _mined(self, lesson: Lesson, mined: Mined, tokenizer: Tokenizer) -> Iterator[Example]:
        """One misleading passage for each question, the most misleading ones oftener."""
        for asking, passages in islice(cycle(mined), lesson.mined if mined else 0):
            text = passages[min(int(self._rng.expovariate(1.0)), len(passages) - 1)]
            passage = tokenize(tokenizer, text)
            yield Example(asking.ids, passage.ids[: WHOLE - len(asking.ids)], 0, 0)

    def _akin(self, lesson: Lesson) -> Iterator[Example]:
        """The likest paragraphs oftener; never one that holds the answer's words."""
        corpus = self._squad
        pieces = [frozenset(of.ids.tolist()) for of in corpus.pieces]
        spread = Counter(piece for of in pieces for piece in of)
        telling = {piece: math.log(len(pieces) / count) for piece, count in spread.items()}
        for asking in islice(self._answered, lesson.akin):
            paragraph = corpus.paragraphs[asking.paragraph]
            answer = paragraph.text[slice(*asking.asked.spans[0])].lower()
            asked = frozenset(asking.ids.tolist())
            others = [
                at
                for at in self._neighbours[paragraph.article]
                if at != asking.paragraph and answer not in corpus.paragraphs[at].text.lower()
            ]
            others.sort(key=lambda at: -sum(telling[piece] for piece in asked & pieces[at]))
            if others:
                at = others[min(int(self._rng.expovariate(0.8)), len(others) - 1)]
                yield not_here(asking, corpus.pieces[at], self._rng.randint(_AKIN_PIECES, WHOLE), self._rng)

    def _shuffled(self, asking: list[Asking]) -> list[Asking]:
        self._rng.shuffle(asking)
        return asking
