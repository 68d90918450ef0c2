"""Revisions of articles, in and out of their tables."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import Connection, insert, select, update

from vector_store.article import Article
from vector_store.schema import ALL_NEWEST, ARTICLES, REVISIONS, article_of


def newest_of(connection: Connection, article_id: str) -> Article | None:
    """The article as it is now; None for an unknown id."""
    return newest_of_all(connection, [article_id]).get(article_id)


def newest_of_all(connection: Connection, article_ids: Collection[str]) -> dict[str, Article]:
    """Those of the articles that there are, as they are now."""
    rows = connection.execute(ALL_NEWEST.where(ARTICLES.c.id.in_(article_ids)))
    return {row.article_id: article_of(row) for row in rows}


def current_revisions(connection: Connection, article_ids: Collection[str]) -> dict[str, int]:
    """The number of the newest revision of each of the articles that there are."""
    rows = connection.execute(select(ARTICLES.c.id, ARTICLES.c.revision).where(ARTICLES.c.id.in_(article_ids)))
    return {row.id: row.revision for row in rows}


def same_content(one: Article, other: Article) -> bool:
    """Whether they are the same but for the revision; also by which clock they were published, for it tells the day."""
    return replace(one, revision=other.revision) == other and _offset(one.published) == _offset(other.published)


def words_digest(article: Article) -> str:
    """The same for articles whose texts differ in nothing but case and white space."""
    return sha256(" ".join(article.text.casefold().split()).encode()).hexdigest()


def store_revision(connection: Connection, article: Article) -> None:
    """Record it as the newest revision; the first one makes the article."""
    if article.revision == 1:
        connection.execute(insert(ARTICLES).values(id=article.id, revision=1))
    else:
        this = ARTICLES.c.id == article.id
        connection.execute(update(ARTICLES).where(this).values(revision=article.revision))
    connection.execute(
        insert(REVISIONS).values(
            article_id=article.id,
            revision=article.revision,
            title=article.title,
            text=article.text,
            url=article.url,
            source=article.source,
            source_folded=article.source.casefold() if article.source else None,
            author=article.author,
            published=article.published,
            published_offset=_offset(article.published),
            language=article.language,
            words_digest=words_digest(article),
            recorded=datetime.now(UTC),
        )
    )


def _offset(published: datetime | None) -> int | None:
    """Minutes ahead of UTC."""
    offset = published.utcoffset() if published else None
    return None if offset is None else int(offset.total_seconds() // 60)
