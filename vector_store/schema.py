"""The catalog's tables, and the filters said in SQL."""

from datetime import datetime, timedelta, timezone

from sqlalchemy import Column, ColumnElement, Integer, LargeBinary, MetaData, Row, Select, String, Table, and_, select

from vector_store.article import Article, Filters
from vector_store.database import UtcDateTime

_TABLES = MetaData()
ARTICLES = Table(
    "articles",
    _TABLES,
    Column("id", String, primary_key=True),
    Column("revision", Integer),
    Column("duplicate_of", String),
)
REVISIONS = Table(
    "revisions",
    _TABLES,
    Column("article_id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", String),
    Column("text", String),
    Column("url", String),
    Column("source", String),
    Column("source_folded", String),
    Column("author", String),
    Column("published", UtcDateTime),
    Column("published_offset", Integer),
    Column("language", String),
    Column("words_digest", String),
    Column("recorded", UtcDateTime),
)
PASSAGES = Table(
    "passages",
    _TABLES,
    Column("key", Integer, primary_key=True),
    Column("article_id", String),
    Column("start", Integer),
    Column("end", Integer),
    Column("vector", LargeBinary),
)
COPY_BANDS = Table(
    "copy_bands",
    _TABLES,
    Column("digest", Integer, primary_key=True),
    Column("article_id", String, primary_key=True),
)
"""What the texts that are no copies have in common with their copies, by `near_copies.bands`."""
INDEX_CHANGES = Table("index_changes", _TABLES, Column("number", Integer, primary_key=True), Column("key", Integer))
FACTS = Table("facts", _TABLES, Column("name", String, primary_key=True), Column("value", String))

NEWEST = (ARTICLES.c.id == REVISIONS.c.article_id) & (ARTICLES.c.revision == REVISIONS.c.revision)
"""Joins an article to its newest revision."""
ALL_NEWEST = select(REVISIONS, ARTICLES.c.duplicate_of).join(ARTICLES, NEWEST)
"""Selects every article as it is now, for `article_of`."""


def admitting(filters: Filters) -> list[ColumnElement[bool]]:
    """`Filters.admit` in SQL, over REVISIONS."""
    conditions: list[ColumnElement[bool]] = []
    if filters.article_ids:
        conditions.append(REVISIONS.c.article_id.in_(filters.article_ids))
    if filters.sources:
        conditions.append(REVISIONS.c.source_folded.in_([source.casefold() for source in filters.sources]))
    period: list[ColumnElement[bool]] = []
    if filters.published_from is not None:
        period.append(REVISIONS.c.published >= filters.published_from)
    if filters.published_to is not None:
        period.append(REVISIONS.c.published <= filters.published_to)
    if period and filters.undated:
        period = [and_(*period) | REVISIONS.c.published.is_(None)]
    return conditions + period


def admitted_keys(filters: Filters) -> Select[tuple[int]]:
    """Selects the key of every passage that the filters admit."""
    articles = select(REVISIONS.c.article_id).join(ARTICLES, NEWEST).where(*admitting(filters))
    return select(PASSAGES.c.key).where(PASSAGES.c.article_id.in_(articles))


def article_of(row: Row[tuple[object, ...]]) -> Article:
    """The article that a row of REVISIONS holds, with the article's `duplicate_of`."""
    return Article(
        id=row.article_id,
        title=row.title,
        text=row.text,
        revision=row.revision,
        url=row.url,
        source=row.source,
        author=row.author,
        published=_in_its_zone(row.published, row.published_offset),
        language=row.language,
        duplicate_of=row.duplicate_of,
    )


def _in_its_zone(published: datetime | None, offset: int | None) -> datetime | None:
    """With the publisher's own offset (minutes): a report of 00:30 in Warsaw is of that day, not of the day before."""
    return None if published is None else published.astimezone(timezone(timedelta(minutes=offset or 0)))


def listed_after(published: datetime | None, article_id: str) -> ColumnElement[bool]:
    """What comes after this article in a list by publication, newest first, undated last, then by id."""
    same_moment = REVISIONS.c.published.is_(None) if published is None else REVISIONS.c.published == published
    later = same_moment & (REVISIONS.c.article_id > article_id)
    if published is not None:
        later = later | (REVISIONS.c.published < published) | REVISIONS.c.published.is_(None)
    return later
