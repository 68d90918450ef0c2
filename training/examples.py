"""Paragraphs and questions → what the model sees: word pieces, and the first and last piece of the answer."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from training.data import Asked, Paragraph, Span
from vector_store.sentences import sentences

CLS, SEP = 101, 102
# Longer questions are cut in training only; the service cuts the passage instead.
MAX_QUESTION = 48
LONGEST = 320
"""Pieces of an example: the few longer ones (a table without a full stop) are left out."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as word pieces, with the place of each in the text and the pieces of each sentence (end exclusive)."""

    text: str
    ids: NDArray[np.int32]
    places: NDArray[np.int32]
    """(pieces, 2)"""
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """[CLS] question [SEP] passage [SEP]. `start` and `end` (inclusive) count from [CLS]; 0: not answered here."""

    question: NDArray[np.int32]
    passage: NDArray[np.int32]
    start: int
    end: int

    def __len__(self) -> int:
        return len(self.question) + len(self.passage) + 3


@dataclass(frozen=True, slots=True)
class Asking:
    """A question with its pieces, the paragraph it was asked of, and the pieces that answer (none: no answer)."""

    asked: Asked
    paragraph: int
    ids: NDArray[np.int32]
    answer: Span | None
    """First piece and the one after the last."""


class Corpus:
    """Tokenized paragraphs and their questions."""

    def __init__(self, paragraphs: Sequence[Paragraph], tokenizer: Tokenizer) -> None:
        self.paragraphs = list(paragraphs)
        self._tokenizer = tokenizer
        encoded = tokenizer.encode_batch([paragraph.text for paragraph in paragraphs], add_special_tokens=False)
        self.pieces = [_pieces(p.text, one.ids, one.offsets) for p, one in zip(paragraphs, encoded, strict=True)]
        self.asking = [asking for at in range(len(self.paragraphs)) for asking in self._asking(at)]

    def _asking(self, at: int) -> list[Asking]:
        paragraph, pieces = self.paragraphs[at], self.pieces[at]
        questions = self._tokenizer.encode_batch([a.question for a in paragraph.asked], add_special_tokens=False)
        found = []
        for asked, encoded in zip(paragraph.asked, questions, strict=True):
            answer = _covered(pieces.places, asked.spans[0]) if asked.spans else None
            if answer is not None or not asked.spans:
                found.append(Asking(asked, at, np.array(encoded.ids[:MAX_QUESTION], np.int32), answer))
        return found


def tokenize(tokenizer: Tokenizer, text: str) -> Pieces:
    """One text's pieces."""
    encoded = tokenizer.encode(text, add_special_tokens=False)
    return _pieces(text, encoded.ids, encoded.offsets)


def _pieces(text: str, ids: list[int], offsets: list[Span]) -> Pieces:
    places = np.array(offsets, np.int32).reshape(-1, 2)
    bounds = [_covered(places, span) for span in sentences(text)]
    return Pieces(text, np.array(ids, np.int32), places, tuple(bound for bound in bounds if bound is not None))


def _covered(places: NDArray[np.int32], span: Span) -> Span | None:
    inside = np.flatnonzero((places[:, 1] > span[0]) & (places[:, 0] < span[1]))
    return (int(inside[0]), int(inside[-1]) + 1) if len(inside) else None


def around_answer(asking: Asking, pieces: Pieces, budget: int, rng: random.Random) -> Example:
    """The answer's sentences with as many whole neighbours, before and after at random, as the budget holds."""
    assert asking.answer is not None
    first, last = asking.answer
    at = [n for n, (start, end) in enumerate(pieces.sentences) if start < last and end > first]
    low, high = _widened(pieces.sentences, (at[0], at[-1]), budget - len(asking.ids), rng)
    begin, stop = pieces.sentences[low][0], pieces.sentences[high][1]
    offset = len(asking.ids) + 2 - begin
    return Example(asking.ids, pieces.ids[begin:stop], first + offset, last - 1 + offset)


def without_answer(asking: Asking, pieces: Pieces, budget: int, rng: random.Random) -> Example | None:
    """The paragraph's sentences on one side of the answer; None without any, or if the answer stands there too."""
    assert asking.answer is not None
    first, last = asking.answer
    sides = [
        [n for n, (_, end) in enumerate(pieces.sentences) if end <= first],
        [n for n, (start, _) in enumerate(pieces.sentences) if start >= last],
    ]
    answering = [n for n, (start, end) in enumerate(pieces.sentences) if start < last and end > first]
    side = rng.choice([side for side in sides if side] or [[]])
    side = [n for n in side if n not in answering]
    if not side:
        return None
    nearest = side[-1] if side[-1] < answering[0] else side[0]
    low, high = _widened(pieces.sentences, (nearest, nearest), budget - len(asking.ids), rng, (side[0], side[-1]))
    begin, stop = pieces.sentences[low][0], pieces.sentences[high][1]
    text = pieces.text[pieces.places[begin][0] : pieces.places[stop - 1][1]].lower()
    words = pieces.text[pieces.places[first][0] : pieces.places[last - 1][1]].lower()
    return None if words in text else Example(asking.ids, pieces.ids[begin:stop], 0, 0)


def not_here(asking: Asking, pieces: Pieces, budget: int, rng: random.Random) -> Example:
    """A stretch of a text that does not answer."""
    count = len(pieces.sentences)
    start = rng.randrange(count)
    low, high = _widened(pieces.sentences, (start, start), budget - len(asking.ids), rng)
    begin, stop = pieces.sentences[low][0], pieces.sentences[high][1]
    return Example(asking.ids, pieces.ids[begin : min(stop, begin + 2 * budget)], 0, 0)


def _widened(bounds: Sequence[Span], within: Span, budget: int, rng: random.Random, limits: Span | None = None) -> Span:
    """The sentences from `within`'s first to its last (inclusive), and as many neighbours as the budget holds."""
    low, high = within
    least, most = limits or (0, len(bounds) - 1)
    while True:
        fitting = [
            (a, b)
            for a, b in ((low - 1, high), (low, high + 1))
            if a >= least and b <= most and bounds[b][1] - bounds[a][0] <= budget
        ]
        if not fitting:
            return low, high
        low, high = rng.choice(fitting)


def batches(examples: Sequence[Example], pieces: int, rng: random.Random) -> list[list[Example]]:
    """Batches of examples of like length, in random order, each of about `pieces` pieces with its padding."""
    order = list(examples)
    rng.shuffle(order)
    made: list[list[Example]] = []
    for chunk in range(0, len(order), 2048):
        batch: list[Example] = []
        for example in sorted(order[chunk : chunk + 2048], key=len):
            if batch and len(example) * (len(batch) + 1) > pieces:
                made.append(batch)
                batch = []
            batch.append(example)
        made.append(batch)
    rng.shuffle(made)
    return [kept for batch in made if (kept := [example for example in batch if len(example) <= LONGEST])]


def padded(batch: Sequence[Example]) -> dict[str, NDArray[np.int64]]:
    """The model's inputs and labels, (batch, longest)."""
    longest = max(map(len, batch))
    ids = np.zeros((len(batch), longest), np.int64)
    mask, segment = np.zeros_like(ids), np.zeros_like(ids)
    for row, example in enumerate(batch):
        length, passage = len(example), len(example.question) + 2
        ids[row, :length] = np.concatenate([[CLS], example.question, [SEP], example.passage, [SEP]])
        mask[row, :length] = 1
        segment[row, passage:length] = 1
    start = np.array([example.start for example in batch])
    end = np.array([example.end for example in batch])
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": segment, "start": start, "end": end}
