"""A made-up archive of any size: news-like in its word frequencies, lengths, dates and publishers, without a meaning.

Words follow Zipf's law (Zipf, Human Behavior and the Principle of Least Effort, 1949), vectors lie in clusters, so that
indexes meet about what they would meet in an archive that somebody wrote. The same seed makes the same archive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from math import ceil

import numpy as np
from numpy.typing import NDArray

from vector_store.article import Article, Passage
from vector_store.catalog import Catalog
from vector_store.changes import Record
from vector_store.embedding import BundledModel, bundled_folder
from vector_store.lexical import STOP_WORDS
from vector_store.passages import Vectors

DIMENSION = 384
PASSAGES_EACH = 4
WORDS_EACH = 150
SOURCES = [f"Gazette {number}" for number in range(20)]
FIRST_DAY = datetime(2021, 1, 1, tzinfo=UTC)
DAYS = 5 * 365
_VOCABULARY = 60_000
_CLUSTERS = 500
# How far passages stray from the middle of their cluster: the cosine of two of one cluster is about 0.6.
_SPREAD = 0.8


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was made from a passage's words, and a vector near that passage's."""

    text: str
    vector: NDArray[np.float32]


class Archive:
    """`passages` passages, four to an article."""

    def __init__(self, passages: int, seed: int = 7) -> None:
        self.articles = ceil(passages / PASSAGES_EACH)
        self._seed = seed
        drawn = np.random.default_rng(seed)
        self._words = _vocabulary(drawn)
        self._cumulated = np.cumsum(1 / (np.arange(len(self._words)) + 2.7))
        self._middles = _normal(drawn.normal(size=(_CLUSTERS, DIMENSION)))

    def article(self, number: int) -> tuple[Article, list[tuple[int, int]], Vectors]:
        """The article with the spans and vectors of its passages."""
        drawn = np.random.default_rng((self._seed, number))
        texts = [self._prose(drawn, WORDS_EACH) for _ in range(PASSAGES_EACH)]
        ends = np.cumsum([len(text) + 2 for text in texts]).tolist()
        spans = [(end - len(text) - 2, end - 2) for end, text in zip(ends, texts, strict=True)]
        article = Article(
            id=f"a{number}",
            title=self._prose(drawn, 8).rstrip("."),
            text="\n\n".join(texts),
            source=SOURCES[int(drawn.integers(len(SOURCES)))],
            published=FIRST_DAY + timedelta(minutes=int(drawn.integers(DAYS * 24 * 60))),
        )
        middle = self._middles[int(drawn.integers(_CLUSTERS))]
        noise = _normal(drawn.normal(size=(PASSAGES_EACH, DIMENSION)))
        return article, spans, _normal(middle + _SPREAD * noise)

    def record(self, catalog: Catalog, numbers: range, batch: int = 500) -> None:
        """Put the articles of these numbers into the catalog."""
        for start in range(0, len(numbers), batch):
            catalog.record(list(self._records(catalog, numbers[start : start + batch])))

    def questions(self, count: int) -> list[Asked]:
        """Five words of some passage that are no stop words, as frequent as they come, among four stop words."""
        drawn = np.random.default_rng((self._seed, 0, 1))
        return [self._question(drawn) for _ in range(count)]

    def _records(self, catalog: Catalog, numbers: range) -> Iterator[Record]:
        for number in numbers:
            article, spans, vectors = self.article(number)
            change = catalog.change(article)
            yield Record(change, [Passage(change.article, start, end) for start, end in spans], vectors)

    def _question(self, drawn: np.random.Generator) -> Asked:
        article, spans, vectors = self.article(int(drawn.integers(self.articles)))
        at = int(drawn.integers(len(spans)))
        words = [word.strip(".").lower() for word in article.text[slice(*spans[at])].split()]
        telling = list(dict.fromkeys(word for word in words if word not in STOP_WORDS))
        picked = drawn.permutation(len(telling))[:5]
        text = "What was the {} {} of {} that {} {}?".format(*(telling[place] for place in picked))
        return Asked(text, _normal(vectors[at] + 0.8 * _normal(drawn.normal(size=(1, DIMENSION))))[0])

    def _prose(self, drawn: np.random.Generator, length: int) -> str:
        ranks = np.searchsorted(self._cumulated, drawn.random(length) * self._cumulated[-1])
        words = [self._words[rank] for rank in ranks.tolist()]
        sentences = [" ".join(words[start : start + 20]).capitalize() + "." for start in range(0, length, 20)]
        return " ".join(sentences)


class Aimed(BundledModel):
    """The bundled model, at its full price; a known question's vector is then the one it was made with."""

    def __init__(self, questions: list[Asked]) -> None:
        super().__init__(bundled_folder())
        self._vectors = {question.text: question.vector for question in questions}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension)."""
        computed = super().encode(texts)
        return np.stack([self._vectors.get(text, vector) for text, vector in zip(texts, computed, strict=True)])


def _vocabulary(drawn: np.random.Generator) -> list[str]:
    """Words by rank: English's stop words lead, as they do in English; the others are made of syllables."""
    syllables = ["".join(pair) for pair in product("bdfgklmnprstvz", "aeiou")]
    made: dict[str, None] = {}
    while len(made) < _VOCABULARY:
        count = int(drawn.integers(2, 5))
        made["".join(syllables[int(at)] for at in drawn.integers(len(syllables), size=count))] = None
    return [*sorted(STOP_WORDS), *made]


def _normal(rows: NDArray[np.floating]) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), dtype=np.float32)
