"""Articles → catalog and index: new, changed, unchanged or copies; each whole or not at all."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import accumulate
from threading import Lock

import numpy as np

from vector_store.article import Article, Passage
from vector_store.catalog import Catalog
from vector_store.changes import Change, Record, Status
from vector_store.chunking import passages_of
from vector_store.embedding import Embedder
from vector_store.errors import EmbeddingModelChangedError, InvalidArticleError
from vector_store.index import Index, Progress
from vector_store.passages import Vectors
from vector_store.runtimes import Encode

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


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Articles cut and given to be embedded. Of those that the catalog already has, `cut` knows nothing."""

    batch: "_Batch"
    cut: Mapping[int, Sequence[Passage]]
    """The passages of `batch.articles[at]`."""
    vectors: "Future[Vectors]"
    """Of all of them, one after the other."""


class Ingester:
    """The one writer of catalog and index. Its methods may be called from any thread; they write in turn."""

    def __init__(
        self,
        catalog: Catalog,
        index: Index,
        embedder: Embedder,
        max_article_bytes: int = 5_000_000,
        encode: Encode | None = None,
    ) -> None:
        """`encode` embeds in place of the embedder, with its model."""
        self._catalog = catalog
        self._index = index
        self._embedder = embedder
        self._max_article_bytes = max_article_bytes
        self._encode = encode or embedder.encode
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
        line: deque[_Prepared] = deque()
        refused: InvalidArticleError | None = None
        with ThreadPoolExecutor(1, "embedding") as embedding:
            try:
                for batch in _batches(map(self._checked, articles)):
                    if line and not batch.ids.isdisjoint(line[0].batch.ids):
                        yield from self._record(line.popleft())
                    # While this one is embedded, the one before is written and the next one is read.
                    line.append(self._prepare(batch, embedding))
                    if len(line) > 1:
                        yield from self._record(line.popleft())
            except InvalidArticleError as error:
                refused = error
            while line:
                yield from self._record(line.popleft())
        if refused is not None:
            raise refused

    def delete(self, article_id: str) -> None:
        """Take an article out of everything. Raises ArticleNotFoundError."""
        with self._turn:
            self._catalog.delete(article_id)
            self._index.catch_up()

    @contextmanager
    def held(self) -> Iterator[None]:
        """No article comes or goes meanwhile."""
        with self._turn:
            yield

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

    def _checked(self, article: Article) -> Article:
        self.check(article)
        return article

    def _prepare(self, batch: "_Batch", embedding: ThreadPoolExecutor) -> _Prepared:
        known = self._catalog.known(batch.articles)
        cut = {at: self._passages(article) for at, article in enumerate(batch.articles) if article.id not in known}
        passages = [passage for of_article in cut.values() for passage in of_article]
        return _Prepared(batch, cut, embedding.submit(self._vectors, passages))

    def _record(self, prepared: _Prepared) -> list[Ingested]:
        """Decided only now, in turn: another thread may have stored one of the articles meanwhile."""
        vectors = prepared.vectors.result()
        ends = accumulate(map(len, prepared.cut.values()))
        parts = dict(zip(prepared.cut, np.split(vectors, list(ends)[:-1]), strict=True)) if prepared.cut else {}
        with self._turn:
            changes = self._catalog.changes(prepared.batch.articles)
            recorded = self._catalog.record(
                self._recordable(change, prepared.cut.get(at), parts.get(at))
                for at, change in enumerate(changes)
                if change.status != "unchanged"
            )
            self._index.catch_up()
            told = iter(recorded)
            return [self._result(change if change.status == "unchanged" else next(told)) for change in changes]

    def _recordable(self, change: Change, cut: Sequence[Passage] | None, vectors: Vectors | None) -> Record:
        if cut is None or vectors is None:  # it was known when it was prepared, and has been deleted or changed since
            cut = self._passages(change.article)
            vectors = self._vectors(cut)
        return Record(change, [replace(passage, article=change.article) for passage in cut], vectors)

    def _passages(self, article: Article) -> list[Passage]:
        return list(passages_of(article, self._embedder, self._embedder.room(article.title)))

    def _vectors(self, passages: Sequence[Passage]) -> Vectors:
        """Each passage is embedded under its title, which often names what the passage only calls "it"."""
        if not passages:
            return np.empty((0, 0), dtype=np.float32)
        return self._encode(
            [f"{self._embedder.heading(passage.article.title)}\n{passage.text}" for passage in passages]
        )

    def _result(self, change: Change) -> Ingested:
        article = change.article
        passages = self._catalog.passage_count(article.id)
        return Ingested(article.id, article.revision, change.status, change.duplicate_of, passages)


@dataclass(slots=True)
class _Batch:
    """Articles that are embedded in one go, no two of them revisions of one."""

    articles: list[Article] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    size: int = 0

    def add(self, article: Article) -> None:
        """One more."""
        self.articles.append(article)
        self.ids.add(article.id)
        self.size += len(article.text)


def _batches(articles: Iterable[Article]) -> Iterator[_Batch]:
    batch = _Batch()
    for article in articles:
        if batch.articles and (batch.size >= _BATCH_CHARS or article.id in batch.ids):
            yield batch
            batch = _Batch()
        batch.add(article)
    if batch.articles:
        yield batch
