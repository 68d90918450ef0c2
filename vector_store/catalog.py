"""The truth, in SQL: articles, their revisions, the newest one's passages and vectors, and the words index.

Chroma is a copy of the vectors kept here. `index_changes` lists the passages that it has not been told of yet,
written in the same transaction as the passages themselves.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, delete, func, insert, select

from vector_store import holdings, lexical
from vector_store.article import Article, Filters, Passage
from vector_store.changes import Change, Record, change_between, recorded
from vector_store.copies import copies_of, resettle
from vector_store.database import migrate, shrink, writing
from vector_store.errors import ArticleNotFoundError
from vector_store.feeds import forget_name
from vector_store.holdings import Overview, State
from vector_store.passages import STORED, Stored, Vectors, forget, stacked, store, stored_of, vector
from vector_store.revisions import newest_of, newest_of_all
from vector_store.schema import (
    ALL_NEWEST,
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

OnDelete = Callable[[Connection, str], None]
"""Called with the id of the article."""


_OF_NEWEST_MODEL = func.length(PASSAGES.c.vector) == (
    select(func.length(PASSAGES.c.vector)).order_by(PASSAGES.c.key.desc()).limit(1).scalar_subquery()
)


class Catalog:
    """Articles in and out of the database. Every method may raise StorageError and CatalogDamagedError."""

    def __init__(self, engine: Engine, on_delete: OnDelete | None = None) -> None:
        """`on_delete` is called in every transaction that deletes an article."""
        migrate(engine, Path(__file__).parent / "migrations" / "versions", "vector_store_version")
        self._engine = engine
        self._on_delete = on_delete

    @property
    def path(self) -> Path:
        """The file that holds it."""
        return Path(self._engine.url.database or "")

    def change(self, article: Article) -> Change:
        """What recording the article would mean; nothing is written."""
        return self.changes([article])[0]

    def changes(self, articles: Sequence[Article]) -> list[Change]:
        """What recording them one after the other would mean, in order; nothing is written."""
        with self._engine.connect() as connection:
            known = newest_of_all(connection, {article.id for article in articles})
        changes = []
        for article in articles:
            changes.append(change_between(known.get(article.id), article))
            known[article.id] = changes[-1].article
        return changes

    def known(self, articles: Sequence[Article]) -> set[str]:
        """The ids of those that are stored exactly as they are."""
        return {change.article.id for change in self.changes(articles) if change.status == "unchanged"}

    def record(self, records: Iterable[Record]) -> list[Change]:
        """Store new revisions with their passages, all of them or none, in one transaction.

        The changes come back with the articles that theirs are copies of.
        """
        with writing(self._engine).begin() as connection:
            return [recorded(connection, record) for record in records]

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
            copies = copies_of(connection, article_id)
            connection.execute(delete(ARTICLES).where(ARTICLES.c.id == article_id))
            resettle(connection, copies)
            forget_name(connection, article_id)
            if self._on_delete is not None:
                self._on_delete(connection, article_id)

    def compact(self) -> None:
        """Take what was deleted out of the file, to the last word, and give its space back.

        Raises ArchiveBusyError when others keep reading or writing.
        """
        with writing(self._engine).begin() as connection:
            lexical.merge(connection)
        shrink(self._engine)

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """The newest revision, or the given one. Raises ArticleNotFoundError."""
        which = NEWEST if revision is None else REVISIONS.c.revision == revision
        query = select(REVISIONS, ARTICLES.c.duplicate_of).join(ARTICLES, ARTICLES.c.id == REVISIONS.c.article_id)
        with self._engine.connect() as connection:
            row = connection.execute(query.where(ARTICLES.c.id == article_id, which)).one_or_none()
            if row is None:
                known = connection.scalar(select(ARTICLES.c.id).where(ARTICLES.c.id == article_id))
                raise ArticleNotFoundError(article_id, revision if known else None)
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
        query = ALL_NEWEST.where(*admitting(filters))
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
            articles = newest_of_all(connection, ids)
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
        """The passages that these keys stand for, as an index sees them; as in `batches`, of the newest model only."""
        query = STORED.where(PASSAGES.c.key.in_(list(keys)), _OF_NEWEST_MODEL)
        with self._engine.connect() as connection:
            return [stored_of(row) for row in connection.execute(query)]

    def batches(self, size: int) -> Iterator[list[Stored]]:
        """Every passage as an index sees it, `size` at a time, in order of key.

        An unfinished reindex leaves vectors of two models: where they differ in length, only the newer ones count.
        """
        query = STORED.where(_OF_NEWEST_MODEL).order_by(PASSAGES.c.key).limit(size)
        last = 0
        while True:
            with self._engine.connect() as connection:
                rows = connection.execute(query.where(PASSAGES.c.key > last)).all()
            if not rows:
                return
            last = rows[-1].key
            yield [stored_of(row) for row in rows]

    def keys(self) -> list[int]:
        """The key of every passage that `batches` gives, ascending."""
        with self._engine.connect() as connection:
            return list(connection.scalars(select(PASSAGES.c.key).where(_OF_NEWEST_MODEL).order_by(PASSAGES.c.key)))

    def articles(self) -> Iterator[Article]:
        """Every article's newest revision."""
        with self._engine.connect() as connection:
            ids = connection.scalars(select(ARTICLES.c.id).order_by(ARTICLES.c.id)).all()
        for article_id in ids:
            yield self.article(article_id)

    def index_changes(self, after: int = 0) -> list[tuple[int, int]]:
        """(number, key) of each passage that came or went and that the index has not been told of, oldest first."""
        query = select(INDEX_CHANGES).where(INDEX_CHANGES.c.number > after).order_by(INDEX_CHANGES.c.number)
        with self._engine.connect() as connection:
            return [(row.number, row.key) for row in connection.execute(query)]

    def index_told(self, up_to: int, **facts: str) -> None:
        """The index knows every change up to this number; in the same transaction, what is to be remembered of it."""
        with writing(self._engine).begin() as connection:
            connection.execute(delete(INDEX_CHANGES).where(INDEX_CHANGES.c.number <= up_to))
            for name, value in facts.items():
                _remember(connection, name, value)

    def fact(self, name: str) -> str | None:
        """A remembered fact about the catalog or its index, such as the embedding model's name."""
        with self._engine.connect() as connection:
            return connection.scalar(select(FACTS.c.value).where(FACTS.c.name == name))

    def remember(self, name: str, value: str) -> None:
        """Set a fact."""
        with writing(self._engine).begin() as connection:
            _remember(connection, name, value)


def _remember(connection: Connection, name: str, value: str) -> None:
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
