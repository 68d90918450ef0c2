"""Articles → catalog and index: new, changed, unchanged or copies; each whole or not at all."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from threading import Lock

import numpy as np

from vector_store.article import Article, Passage
from vector_store.catalog import Catalog, Change, Record, Status
from vector_store.chunking import passages_of
from vector_store.embedding import Embedder
from vector_store.errors import EmbeddingModelChangedError, InvalidArticleError
from vector_store.index import Index, Progress
from vector_store.passages import Vectors
from vector_store.revisions import words_digest

# Embedded in one go, about 64 passages: enough to fill the processor, few enough to show progress.
_BATCH_CHARS = 50_000
EMBEDDED_BY = "embedding_model"
"""The catalog's fact that names the model of its vectors."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one article; by the time it is yielded it is durable and searchable."""

    id: str
    revision: int
    status: Status
    duplicate_of: str | None
    passages: int


class Ingester:
    """The one writer of catalog and index. Its methods may be called from any thread; they take turns."""

    def __init__(self, catalog: Catalog, index: Index, embedder: Embedder, max_article_bytes: int = 5_000_000) -> None:
        self._catalog = catalog
        self._index = index
        self._embedder = embedder
        self._max_article_bytes = max_article_bytes
        self._turn = Lock()

    def check_model(self) -> None:
        """Raise EmbeddingModelChangedError when the stored vectors are not of the present model."""
        stored = self._catalog.fact(EMBEDDED_BY)
        if stored is None:
            self._catalog.remember(EMBEDDED_BY, self._embedder.name)
        elif stored != self._embedder.name:
            raise EmbeddingModelChangedError(stored, self._embedder.name)

    def check(self, article: Article) -> None:
        """Raise InvalidArticleError when the article is longer than allowed."""
        size = len(article.text.encode())
        if size > self._max_article_bytes:
            raise InvalidArticleError(
                f"The text has {size:,} bytes; the limit is {self._max_article_bytes:,}. "
                "Split it, or raise QA_MAX_ARTICLE_BYTES.",
                article.id,
            )

    def add(self, articles: Iterable[Article]) -> Iterator[Ingested]:
        """Take articles in, a batch at a time; yields one result for each, in order.

        Raises InvalidArticleError at the first one that `check` refuses, StorageError when the disk does;
        what was yielded before stays.
        """
        batch: list[Article] = []
        for article in articles:
            self.check(article)
            if any(_collide(article, other) for other in batch):
                yield from self._store(batch)
                batch = []
            batch.append(article)
            if sum(len(other.text) for other in batch) >= _BATCH_CHARS:
                yield from self._store(batch)
                batch = []
        yield from self._store(batch)

    def delete(self, article_id: str) -> None:
        """Take an article out of everything. Raises ArticleNotFoundError."""
        with self._turn:
            self._catalog.delete(article_id)
            self._index.catch_up()

    def reindex(self, progress: Progress | None = None) -> None:
        """Cut and embed every article anew with the present model, then rebuild the index."""
        with self._turn:
            # Until the end the vectors are of two models: no model may claim them.
            self._catalog.remember(EMBEDDED_BY, f"an unfinished reindex by {self._embedder.name}")
            total = self._catalog.overview().articles
            for done, article in enumerate(self._catalog.articles(), start=1):
                passages = self._passages(article)
                self._catalog.replace_passages(article, passages, self._vectors(passages))
                if progress is not None:
                    progress(done, total)
            self._catalog.remember(EMBEDDED_BY, self._embedder.name)
            self._index.rebuild()

    def _store(self, articles: Sequence[Article]) -> list[Ingested]:
        with self._turn:
            changes = [self._catalog.change(article) for article in articles]
            changed = [change for change in changes if change.status != "unchanged"]
            cut = [self._passages(change.article) for change in changed]
            vectors = self._vectors([passage for passages in cut for passage in passages])
            ends = list(accumulate(len(passages) for passages in cut))
            parts = np.split(vectors, ends[:-1]) if changed else []
            self._catalog.record(map(Record, changed, cut, parts))
            self._index.catch_up()
            return [self._result(change) for change in changes]

    def _passages(self, article: Article) -> list[Passage]:
        return list(passages_of(article, self._embedder, self._embedder.room(article.title)))

    def _vectors(self, passages: Sequence[Passage]) -> Vectors:
        """Each passage is embedded under its title, which often names what the passage only calls "it"."""
        if not passages:
            return np.empty((0, 0), dtype=np.float32)
        return self._embedder.encode(
            [f"{self._embedder.heading(passage.article.title)}\n{passage.text}" for passage in passages]
        )

    def _result(self, change: Change) -> Ingested:
        article = change.article
        passages = self._catalog.passage_count(article.id)
        return Ingested(article.id, article.revision, change.status, change.duplicate_of, passages)


def _collide(article: Article, other: Article) -> bool:
    """Whether what one of them means depends on the other's being stored before."""
    return article.id == other.id or words_digest(article) == words_digest(other)
