"""Feeds and which of their entries were taken in, in the catalog's database. Nothing here reaches the network."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from vector_store.database import UtcDateTime, writing
from vector_store.errors import FeedNotFoundError
from vector_store.feed import Feed, Result, Seen, Trouble

# Bound variables of one statement; SQLite allows more.
_KEYS_AT_ONCE = 500

_TABLES = MetaData()
_TROUBLE = JSON(none_as_null=True)
_FEEDS = Table(
    "feeds",
    _TABLES,
    Column("id", String, primary_key=True),
    Column("url", String),
    Column("minutes", Integer),
    Column("added", UtcDateTime),
    Column("title", String),
    Column("etag", String),
    Column("modified", String),
    Column("whole_from", UtcDateTime),
    Column("checked", UtcDateTime),
    Column("succeeded", UtcDateTime),
    Column("next_check", UtcDateTime),
    Column("failures", Integer),
    Column("last_error", _TROUBLE),
    Column("result", JSON),
    Column("problems", JSON),
)
_ENTRIES = Table(
    "feed_entries",
    _TABLES,
    Column("feed_id", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("fingerprint", String),
    Column("name", String),
    Column("tried", UtcDateTime),
    Column("article_id", String),
    Column("error", _TROUBLE),
    Column("attempts", Integer),
)
# What a person decides; the rest is what refreshes find out.
_GIVEN = ("id", "url", "added", "minutes")


def forget_name(connection: Connection, article_id: str) -> None:
    """In the transaction that deletes an article: its headline does not stay in the feeds that listed it."""
    of_it = _ENTRIES.c.article_id == article_id
    connection.execute(update(_ENTRIES).where(of_it).values(name=_ENTRIES.c.key))


class Feeds:
    """Feeds in and out of the database, whose tables the catalog makes.

    Every method may raise StorageError and CatalogDamagedError.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, feed: Feed) -> None:
        """Keep a new feed; one that is there already stays as it is."""
        with writing(self._engine).begin() as connection:
            connection.execute(insert(_FEEDS).values(**_values(feed)).on_conflict_do_nothing())

    def feed(self, feed_id: str) -> Feed:
        """Raises FeedNotFoundError."""
        with self._engine.connect() as connection:
            row = connection.execute(select(_FEEDS).where(_FEEDS.c.id == feed_id)).one_or_none()
        if row is None:
            raise FeedNotFoundError(feed_id)
        return _feed_of(row)

    def feeds(self) -> list[Feed]:
        """Every feed, the one added last comes first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_FEEDS).order_by(_FEEDS.c.added.desc(), _FEEDS.c.id))
            return [_feed_of(row) for row in rows]

    def waiting(self) -> list[tuple[str, datetime]]:
        """The id and the next check of every feed that has one, the earliest first."""
        query = select(_FEEDS.c.id, _FEEDS.c.next_check).where(_FEEDS.c.next_check.is_not(None))
        with self._engine.connect() as connection:
            return [(row.id, row.next_check) for row in connection.execute(query.order_by(_FEEDS.c.next_check))]

    def check_every(self, feed_id: str, minutes: int) -> None:
        """From its next check on."""
        with writing(self._engine).begin() as connection:
            connection.execute(_FEEDS.update().where(_FEEDS.c.id == feed_id).values(minutes=minutes))

    def delete(self, feed_id: str) -> None:
        """Forget the feed and which entries it had; its articles stay. Raises FeedNotFoundError."""
        with writing(self._engine).begin() as connection:
            if connection.execute(delete(_FEEDS).where(_FEEDS.c.id == feed_id)).rowcount == 0:
                raise FeedNotFoundError(feed_id)

    def refreshed(self, feed: Feed) -> None:
        """Keep what a refresh found out. Raises FeedNotFoundError where the feed was deleted meanwhile."""
        found_out = {name: value for name, value in _values(feed).items() if name not in _GIVEN}
        with writing(self._engine).begin() as connection:
            changed = connection.execute(_FEEDS.update().where(_FEEDS.c.id == feed.id).values(**found_out))
        if changed.rowcount == 0:
            raise FeedNotFoundError(feed.id)

    def seen(self, feed_id: str, keys: Sequence[str]) -> dict[str, Seen]:
        """Those of these entries that were tried before."""
        found: dict[str, Seen] = {}
        with self._engine.connect() as connection:
            for some in _batches(keys):
                query = select(_ENTRIES).where(_ENTRIES.c.feed_id == feed_id, _ENTRIES.c.key.in_(some))
                found |= {row.key: _seen_of(row) for row in connection.execute(query)}
        return found

    def saw(self, feed_id: str, entries: Sequence[Seen]) -> None:
        """Keep how trying these entries went. Raises FeedNotFoundError where the feed was deleted meanwhile."""
        if not entries:
            return
        rows = [asdict(entry) | {"feed_id": feed_id} for entry in entries]
        with writing(self._engine).begin() as connection:
            if not _exists(connection, feed_id):
                raise FeedNotFoundError(feed_id)
            put = insert(_ENTRIES)
            changed = {column.name: put.excluded[column.name] for column in _ENTRIES.c if not column.primary_key}
            connection.execute(put.on_conflict_do_update(index_elements=["feed_id", "key"], set_=changed), rows)

    def forget_unlisted(self, feed_id: str, listed: Iterable[str], before: datetime) -> None:
        """Forget the entries last tried before then that the feed does not list any more."""
        old = select(_ENTRIES.c.key).where(_ENTRIES.c.feed_id == feed_id, _ENTRIES.c.tried < before)
        with writing(self._engine).begin() as connection:
            gone = set(connection.scalars(old)) - set(listed)
            for some in _batches(sorted(gone)):
                connection.execute(delete(_ENTRIES).where(_ENTRIES.c.feed_id == feed_id, _ENTRIES.c.key.in_(some)))

    def errors(self, feed_id: str, limit: int) -> list[Seen]:
        """The entries that failed when they were last tried, the latest first."""
        query = select(_ENTRIES).where(_ENTRIES.c.feed_id == feed_id, _ENTRIES.c.error.is_not(None))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(_ENTRIES.c.tried.desc(), _ENTRIES.c.key).limit(limit))
            return [_seen_of(row) for row in rows]

    def article_count(self, feed_id: str) -> int:
        """How many entries became articles."""
        query = select(func.count()).where(_ENTRIES.c.feed_id == feed_id, _ENTRIES.c.article_id.is_not(None))
        with self._engine.connect() as connection:
            return connection.scalar(query) or 0


def _exists(connection: Connection, feed_id: str) -> bool:
    return connection.scalar(select(_FEEDS.c.id).where(_FEEDS.c.id == feed_id)) is not None


def _values(feed: Feed) -> dict[str, object]:
    return asdict(feed) | {"problems": list(feed.problems)}


def _feed_of(row: Row[tuple[object, ...]]) -> Feed:
    fields = row._asdict()
    read = {"result": Result(**row.result), "problems": tuple(row.problems), "last_error": _trouble(row.last_error)}
    return Feed(**fields | read)


def _seen_of(row: Row[tuple[object, ...]]) -> Seen:
    fields = row._asdict()
    del fields["feed_id"]
    return Seen(**fields | {"error": _trouble(row.error)})


def _trouble(told: dict[str, str] | None) -> Trouble | None:
    return Trouble(**told) if told else None


def _batches(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + _KEYS_AT_ONCE] for start in range(0, len(keys), _KEYS_AT_ONCE))
