"""The truth, in SQL: articles, their revisions, the newest one's passages and vectors, and the words index.

Chroma is a copy of the vectors kept here. `index_changes` lists the passages that it has not been told of yet,
written in the same transaction as the passages themselves.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, delete, func, insert, select

from vector_store import holdings, lexical
from vector_store.article import Article, Filters, Passage
from vector_store.database import migrate, writing
from vector_store.errors import ArticleNotFoundError
from vector_store.holdings import Overview, State
from vector_store.passages import STORED, Stored, Vectors, forget, stacked, store, stored_of, vector
from vector_store.revisions import bequeath_copies, first_with_same_words, newest_of, store_revision, words_digest
from vector_store.schema import (
    ARTICLES,
    FACTS,
    INDEX_CHANGES,
    NEWEST,
    PASSAGES,
    REVISIONS,
    admitted_keys,
    admitting,
    article_of,
    listed_after,
)

Status = Literal["created", "updated", "unchanged", "duplicate"]


@dataclass(frozen=True, slots=True)
class Change:
    """What an incoming article means to the catalog; `article` carries the revision that it is or becomes."""

    article: Article
    status: Status
    duplicate_of: str | None = None
    """The first article that has the same words, when there is one."""


@dataclass(frozen=True, slots=True)
class Record:
    """A change with the passages of its article and their vectors (aligned, float32 of length 1)."""

    change: Change
    passages: Sequence[Passage]
    vectors: Vectors


class Catalog:
    """Articles in and out of the database. Every method may raise StorageError and CatalogDamagedError."""

    def __init__(self, engine: Engine) -> None:
        migrate(engine, Path(__file__).parent / "migrations" / "versions", "vector_store_version")
        self._engine = engine

    def change(self, article: Article) -> Change:
        """What recording the article would mean; nothing is written."""
        with self._engine.connect() as connection:
            current = newest_of(connection, article.id)
            copy_of = first_with_same_words(connection, article)
        if current is None:
            return Change(replace(article, revision=1), "duplicate" if copy_of else "created", copy_of)
        if replace(article, revision=current.revision) == current:
            return Change(current, "unchanged", copy_of)
        return Change(replace(article, revision=current.revision + 1), "updated", copy_of)

    def record(self, records: Iterable[Record]) -> None:
        """Store new revisions with their passages, all of them or none, in one transaction."""
        with writing(self._engine).begin() as connection:
            for record in records:
                before = newest_of(connection, record.change.article.id)
                if before is not None:
                    forget(connection, before)
                    if words_digest(before) != words_digest(record.change.article):
                        bequeath_copies(connection, before.id)
                store_revision(connection, record.change.article, record.change.duplicate_of)
                store(connection, record.passages, record.vectors)

    def replace_passages(self, article: Article, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Cut the same revision in another way."""
        with writing(self._engine).begin() as connection:
            forget(connection, article)
            store(connection, passages, vectors)

    def delete(self, article_id: str) -> None:
        """Take the article with all its revisions out; from then on it is no part of any search or answer.

        Raises ArticleNotFoundError.
        """
        with writing(self._engine).begin() as connection:
            article = newest_of(connection, article_id)
            if article is None:
                raise ArticleNotFoundError(article_id)
            forget(connection, article)
            bequeath_copies(connection, article_id)
            connection.execute(delete(ARTICLES).where(ARTICLES.c.id == article_id))

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """The newest revision, or the given one. Raises ArticleNotFoundError."""
        with self._engine.connect() as connection:
            newest = newest_of(connection, article_id)
            if newest is None:
                raise ArticleNotFoundError(article_id)
            if revision is None or revision == newest.revision:
                return newest
            of_revision = (REVISIONS.c.article_id == article_id) & (REVISIONS.c.revision == revision)
            row = connection.execute(select(REVISIONS).where(of_revision)).one_or_none()
        if row is None:
            raise ArticleNotFoundError(article_id, revision)
        return article_of(row)

    def revisions(self, article_id: str) -> list[tuple[int, datetime]]:
        """Each revision of the article and when it was recorded, oldest first; empty for an unknown id."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(REVISIONS.c.revision, REVISIONS.c.recorded)
                .where(REVISIONS.c.article_id == article_id)
                .order_by(REVISIONS.c.revision)
            )
            return [(row.revision, row.recorded) for row in rows]

    def page(self, filters: Filters, words: str, after: tuple[datetime | None, str] | None, size: int) -> list[Article]:
        """Up to `size` articles, newest publication first, undated last; then by id.

        `words` keeps those that share a word with it (empty: all).
        `after` is the (published, id) of the last article of the page before.
        """
        query = select(REVISIONS).join(ARTICLES, NEWEST).where(*admitting(filters))
        if after is not None:
            query = query.where(listed_after(*after))
        query = query.order_by(REVISIONS.c.published.desc().nulls_last(), REVISIONS.c.article_id).limit(size)
        with self._engine.connect() as connection:
            if words.strip():
                keys = _worded(connection, words, _keys(connection, filters), 1_000)[0]
                having = select(PASSAGES.c.article_id).where(PASSAGES.c.key.in_(keys))
                query = query.where(REVISIONS.c.article_id.in_(having))
            return [article_of(row) for row in connection.execute(query)]

    def overview(self, filters: Filters = Filters()) -> Overview:
        """What there is among the articles that the filters admit: counts, publishers, period."""
        with self._engine.connect() as connection:
            return holdings.overview(connection, filters)

    def state(self) -> State:
        """What to compare in order to know whether any article came, changed or went."""
        with self._engine.connect() as connection:
            return holdings.state(connection)

    def published_days(self, phrases: Sequence[str], filters: Filters = Filters()) -> dict[date | None, int]:
        """How many of the admitted articles that hold any of the phrases (none: all) came out on each day (UTC)."""
        with self._engine.connect() as connection:
            return holdings.published_days(connection, phrases, filters)

    def passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        """The passages that these keys stand for; a key whose revision is gone stands for none."""
        query = select(PASSAGES.c.key, PASSAGES.c.article_id, PASSAGES.c.start, PASSAGES.c.end)
        with self._engine.connect() as connection:
            places = connection.execute(query.where(PASSAGES.c.key.in_(keys))).all()
            ids = {place.article_id for place in places}
            newest = select(REVISIONS).join(ARTICLES, NEWEST).where(ARTICLES.c.id.in_(ids))
            articles = {row.article_id: article_of(row) for row in connection.execute(newest)}
        return {place.key: Passage(articles[place.article_id], place.start, place.end) for place in places}

    def passage_count(self, article_id: str) -> int:
        """How many passages the article has; 0 for an unknown id."""
        query = select(func.count()).select_from(PASSAGES).where(PASSAGES.c.article_id == article_id)
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0

    def vectors(self, keys: Iterable[int]) -> dict[int, NDArray[np.float32]]:
        """The vector of each key that is a passage."""
        query = select(PASSAGES.c.key, PASSAGES.c.vector).where(PASSAGES.c.key.in_(list(keys)))
        with self._engine.connect() as connection:
            return {row.key: vector(row.vector) for row in connection.execute(query)}

    def admitted(self, filters: Filters) -> tuple[list[int], Vectors]:
        """The keys of every passage that the filters admit, and their vectors, aligned."""
        query = select(PASSAGES.c.key, PASSAGES.c.vector).where(PASSAGES.c.key.in_(admitted_keys(filters)))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(PASSAGES.c.key)).all()
        return [row.key for row in rows], stacked([row.vector for row in rows])

    def best_words(self, question: str, filters: Filters, k: int) -> dict[int, float]:
        """The keys of the `k` admitted passages that share most words with the question, and their BM25 scores."""
        with self._engine.connect() as connection:
            return _worded(connection, question, _keys(connection, filters), k)[0]

    def worded(self, question: str, admitted: lexical.Keys | None, k: int) -> tuple[dict[int, float], dict[str, float]]:
        """The same where the admitted passages are known (None: all), and the rarity of the question's stems."""
        with self._engine.connect() as connection:
            found, counts = _worded(connection, question, admitted, k)
            passages = connection.scalar(holdings.PASSAGE_COUNT) or 0
        return found, lexical.rarity(lexical.terms_of(question), counts, passages)

    def rarity(self, stems: Sequence[str]) -> dict[str, float]:
        """How much each stemmed word (Porter) tells: its inverse document frequency, higher for rarer words."""
        with self._engine.connect() as connection:
            passages = connection.scalar(holdings.PASSAGE_COUNT) or 0
            return lexical.rarity(stems, lexical.counts_of(connection, stems), passages)

    def stored(self, keys: Iterable[int]) -> list[Stored]:
        """The passages that these keys stand for, as an index sees them."""
        with self._engine.connect() as connection:
            return [stored_of(row) for row in connection.execute(STORED.where(PASSAGES.c.key.in_(list(keys))))]

    def batches(self, size: int) -> Iterator[list[Stored]]:
        """Every passage as an index sees it, `size` at a time, in order of key.

        An unfinished reindex leaves vectors of two models: where they differ in length, only the newer ones count.
        """
        newest = select(func.length(PASSAGES.c.vector)).order_by(PASSAGES.c.key.desc()).limit(1).scalar_subquery()
        query = STORED.where(func.length(PASSAGES.c.vector) == newest).order_by(PASSAGES.c.key).limit(size)
        last = 0
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(query.where(PASSAGES.c.key > last)).all()
            if not rows:
                return
            last = rows[-1].key
            yield [stored_of(row) for row in rows]

    def articles(self) -> Iterator[Article]:
        """Every article's newest revision."""
        with self._engine.connect() as connection:
            ids = connection.scalars(select(ARTICLES.c.id).order_by(ARTICLES.c.id)).all()
        for article_id in ids:
            yield self.article(article_id)

    def index_changes(self) -> list[tuple[int, int]]:
        """(number, key) of each passage that came or went and that the index has not been told of, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(INDEX_CHANGES).order_by(INDEX_CHANGES.c.number))
            return [(row.number, row.key) for row in rows]

    def index_told(self, up_to: int) -> None:
        """The index knows every change up to this number."""
        with writing(self._engine).begin() as connection:
            connection.execute(delete(INDEX_CHANGES).where(INDEX_CHANGES.c.number <= up_to))

    def fact(self, name: str) -> str | None:
        """A remembered fact about the catalog or its index, such as the embedding model's name."""
        with self._engine.connect() as connection:
            return connection.scalar(select(FACTS.c.value).where(FACTS.c.name == name))

    def remember(self, name: str, value: str) -> None:
        """Set a fact."""
        with writing(self._engine).begin() as connection:
            connection.execute(delete(FACTS).where(FACTS.c.name == name))
            connection.execute(insert(FACTS).values(name=name, value=value))


def _worded(
    connection: Connection, question: str, admitted: lexical.Keys | None, k: int
) -> tuple[dict[int, float], dict[str, int]]:
    """The best passages by words, and in how many passages each stem stands."""
    counts = lexical.counts_of(connection, lexical.terms_of(question))
    return lexical.search(connection, question, k, admitted, counts), counts


def _keys(connection: Connection, filters: Filters) -> lexical.Keys | None:
    """The keys that the filters admit; None for all."""
    if filters.empty:
        return None
    return np.array(connection.scalars(admitted_keys(filters).order_by(PASSAGES.c.key)).all(), dtype=np.int64)
