"""Revisions in and out of their tables, and which articles are copies of one another."""

from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import Connection, func, insert, select, update

from vector_store.article import Article
from vector_store.schema import ARTICLES, NEWEST, REVISIONS, article_of


def newest_of(connection: Connection, article_id: str) -> Article | None:
    """The article as it is now; None for an unknown id."""
    query = select(REVISIONS).join(ARTICLES, NEWEST).where(ARTICLES.c.id == article_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else article_of(row)


def words_digest(article: Article) -> str:
    """The same for articles whose texts differ in nothing but case and white space."""
    return sha256(" ".join(article.text.casefold().split()).encode()).hexdigest()


def first_with_same_words(connection: Connection, article: Article) -> str | None:
    """The id of the article of which this one is a copy, when there is one."""
    same = (REVISIONS.c.words_digest == words_digest(article)) & (ARTICLES.c.id != article.id)
    query = select(ARTICLES.c.id).join(REVISIONS, NEWEST).where(same, ARTICLES.c.duplicate_of.is_(None))
    return connection.scalar(query.order_by(REVISIONS.c.recorded, ARTICLES.c.id).limit(1))


def bequeath_copies(connection: Connection, article_id: str) -> None:
    """The articles that were copies of this one are from now on copies of the first among them."""
    copies = ARTICLES.c.duplicate_of == article_id
    heir = connection.scalar(select(func.min(ARTICLES.c.id)).where(copies))
    connection.execute(update(ARTICLES).where(copies).values(duplicate_of=heir))
    connection.execute(update(ARTICLES).where(ARTICLES.c.id == heir).values(duplicate_of=None))


def store_revision(connection: Connection, article: Article, duplicate_of: str | None) -> None:
    """Record it as the newest revision; the first one makes the article."""
    if article.revision == 1:
        connection.execute(insert(ARTICLES).values(id=article.id, revision=1, duplicate_of=duplicate_of))
    else:
        connection.execute(
            update(ARTICLES)
            .where(ARTICLES.c.id == article.id)
            .values(revision=article.revision, duplicate_of=duplicate_of)
        )
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
