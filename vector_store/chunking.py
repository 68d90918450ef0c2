"""Article → Passages: whole sentences, as many as the embedder reads at once.

An embedder silently cuts what is longer than its window, so the count is always its own tokenizer's.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from vector_store.article import Article, Passage
from vector_store.sentences import sentences

_LONGEST_PIECE = 32
"""Code points that a word piece may stand for on average: a tokenizer may call a megabyte without a space one piece."""

_BATCH = 50_000
"""Code points that are tokenized at once: enough to keep the cores busy, little enough for a small machine."""

Span = tuple[int, int]
"""Start and end of a slice, in code points, end exclusive."""


class Tokenizer(Protocol):
    """What chunking asks of the embedder's tokenizer."""

    def token_offsets(self, texts: Sequence[str]) -> list[list[Span]]:
        """The place of every word piece in each of the texts: no special tokens, nothing truncated.

        Places may be empty or shared, as where one character is written out as several.
        """


def passages_of(article: Article, tokenizer: Tokenizer, limit: int) -> Iterator[Passage]:
    """The passages that hold the article: in order, none overlapping, nothing but whitespace between them.

    `limit` is the number of word pieces that a passage's own text may have. A passage is whole sentences; it stops at
    the end of a paragraph once it is half full. Only a sentence beyond the limit is cut, between words where it can be.
    A single character that has more than `limit` pieces becomes a passage all the same.
    """
    if limit < 1:
        raise ValueError(f"a passage needs room for at least one word piece, not {limit}")
    text = article.text
    units = _units(text, tokenizer, limit)
    spans = _fitting(text, _packed(text, units, limit), tokenizer, limit)
    return (Passage(article, start, end) for start, end in spans)


def _units(text: str, tokenizer: Tokenizer, limit: int) -> Iterator[tuple[Span, int]]:
    """What is kept together, with its number of pieces: sentences, and the parts of those beyond the limit."""
    for [(start, end)], pieces in _tokenized(text, _windows(text), tokenizer):
        if _fits(end - start, len(pieces), limit):
            yield (start, end), len(pieces)
        else:
            yield from _parts(text, (start, end), [start + place for place, _ in pieces], limit)


def _windows(text: str) -> Iterator[list[Span]]:
    """The sentences, those without any end in stretches that can be tokenized at once."""
    for start, end in sentences(text):
        while end - start > _BATCH:
            cut = _break(text, start, start + _BATCH)
            yield [_trimmed(text, start, cut)]
            start, _ = _trimmed(text, cut, end)
        yield [(start, end)]


def _tokenized(
    text: str, drafts: Iterable[list[Span]], tokenizer: Tokenizer
) -> Iterator[tuple[list[Span], list[Span]]]:
    """Each draft (neighbouring spans) with the pieces of its text as a whole, their places counted from its start."""
    for batch in _batches(drafts):
        texts = [text[draft[0][0] : draft[-1][1]] for draft in batch]
        yield from zip(batch, tokenizer.token_offsets(texts), strict=True)


def _batches(drafts: Iterable[list[Span]]) -> Iterator[list[list[Span]]]:
    batch: list[list[Span]] = []
    size = 0
    for draft in drafts:
        batch.append(draft)
        size += draft[-1][1] - draft[0][0]
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _fits(length: int, pieces: int, limit: int) -> bool:
    return pieces <= limit and length <= limit * _LONGEST_PIECE


def _parts(text: str, span: Span, piece_starts: list[int], limit: int) -> Iterator[tuple[Span, int]]:
    """A sentence beyond the limit, cut into parts that are as long as the limit lets them be."""
    start, end = span
    first = 0
    while start < end and not _fits(end - start, len(piece_starts) - first, limit):
        beyond = piece_starts[first + limit] if first + limit < len(piece_starts) else end
        cut = _break(text, start, min(beyond, start + limit * _LONGEST_PIECE))
        after = bisect_left(piece_starts, cut, first)
        yield _trimmed(text, start, cut), after - first
        start, _ = _trimmed(text, cut, end)
        first = after
    if start < end:
        yield (start, end), len(piece_starts) - first


def _break(text: str, start: int, at: int) -> int:
    """The best place to cut text[start:] at or before `at`: at a space, else before a character with its marks."""
    at = min(max(at, start + 1), len(text))
    if at == len(text):
        return at
    for place in range(at, start, -1):
        if text[place].isspace():
            return place
    for place in range(at, start, -1):
        if not _clings(text, place):
            return place
    return at


def _clings(text: str, place: int) -> bool:
    """Whether the character at `place` belongs to the one before it: accents, skin tones, joined emoji."""
    mark = text[place]
    return (
        unicodedata.category(mark).startswith("M")
        or "\U0001f3fb" <= mark <= "\U0001f3ff"
        or "\u200d" in (mark, text[place - 1])
    )


def _trimmed(text: str, start: int, end: int) -> Span:
    """The span without whitespace at its ends; an empty one lies at `end`."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _packed(text: str, units: Iterable[tuple[Span, int]], limit: int) -> Iterator[list[Span]]:
    """Neighbouring units together, as many as fit; from half full on, a paragraph's end is the end."""
    draft: list[Span] = []
    total = 0
    for (start, end), pieces in units:
        if draft:
            paragraph_ends = text.find("\n", draft[-1][1], start) >= 0
            if not _fits(end - draft[0][0], total + pieces, limit) or (paragraph_ends and total * 2 >= limit):
                yield draft
                draft, total = [], 0
        draft.append((start, end))
        total += pieces
    if draft:
        yield draft


def _fitting(text: str, drafts: Iterable[list[Span]], tokenizer: Tokenizer, limit: int) -> Iterator[Span]:
    """The drafts as single spans; one whose whole text has more pieces than its parts had is halved until it fits."""
    for draft, pieces in _tokenized(text, drafts, tokenizer):
        start, end = draft[0][0], draft[-1][1]
        if len(pieces) <= limit or end - start == 1:
            yield start, end
        else:
            yield from _fitting(text, _halves(text, draft), tokenizer, limit)


def _halves(text: str, draft: list[Span]) -> list[list[Span]]:
    """The draft in two, between its units if it has several."""
    if len(draft) > 1:
        return [draft[: len(draft) // 2], draft[len(draft) // 2 :]]
    [(start, end)] = draft
    cut = _break(text, start, (start + end) // 2)
    return [[_trimmed(text, start, cut)], [_trimmed(text, cut, end)]]
