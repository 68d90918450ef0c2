"""What the catalog holds, in numbers: how many articles, of whom, from when to when, and how many on each day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Date, func, literal_column, select

from vector_store.article import Filters
from vector_store.phrases import holding
from vector_store.schema import ARTICLES, NEWEST, PASSAGES, REVISIONS, admitting

PASSAGE_COUNT = select(func.count()).select_from(PASSAGES)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the catalog holds. The period covers the dated articles; None when there is none."""

    articles: int
    passages: int
    sources: tuple[str, ...]
    published_from: datetime | None
    published_to: datetime | None


NOTHING = Overview(0, 0, (), None, None)
State = tuple[int, datetime | None]
"""How many articles there are, and when the last revision was recorded: another one after every change of them."""


def overview(connection: Connection, filters: Filters) -> Overview:
    """What there is among the articles that the filters admit."""
    newest = select(REVISIONS).join(ARTICLES, NEWEST).where(*admitting(filters)).subquery()
    span = connection.execute(
        select(func.count(), func.min(newest.c.published), func.max(newest.c.published)).select_from(newest)
    ).one()
    sources = connection.scalars(
        select(newest.c.source).where(newest.c.source.is_not(None)).distinct().order_by(newest.c.source)
    ).all()
    cut = PASSAGE_COUNT
    if not filters.empty:
        cut = cut.where(PASSAGES.c.article_id.in_(select(newest.c.article_id)))
    return Overview(span[0], connection.scalar(cut) or 0, tuple(sources), span[1], span[2])


def state(connection: Connection) -> State:
    """What to compare in order to know whether any article came, changed or went."""
    articles = connection.scalar(select(func.count()).select_from(ARTICLES)) or 0
    # The last row, not the latest time: for that all rows would be read, with their texts.
    last = select(REVISIONS.c.recorded).order_by(literal_column("rowid").desc()).limit(1)
    return articles, connection.scalar(last)


def published_days(connection: Connection, phrases: Sequence[str], filters: Filters) -> dict[date | None, int]:
    """How many of the admitted articles that hold any of the phrases came out on each day (UTC; None: undated).

    No phrases: all admitted articles.
    """
    day = func.date(REVISIONS.c.published, type_=Date)
    query = select(day, func.count()).join(ARTICLES, NEWEST).where(*admitting(filters)).group_by(day)
    if phrases:
        # Added to a column, nothing keeps SQLite from its index: scanning two small ones beats 50,000 look-ups.
        having = select(PASSAGES.c.article_id).where((PASSAGES.c.key + 0).in_(holding(phrases)))
        query = query.where((REVISIONS.c.article_id + "").in_(having))
    return {day: count for day, count in connection.execute(query)}
