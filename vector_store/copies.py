"""Which articles are copies of which, in SQL. The first of them counts as the source; all stay articles of their own.

An article that is a copy names the first one in `duplicate_of`; one that is not stands in `copy_bands`, where its
copies find it. So a look-up costs the same however many copies there are.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, union_all, update

from vector_store.article import Article
from vector_store.near_copies import BANDS, bands, copied
from vector_store.revisions import newest_of, words_digest
from vector_store.schema import ALL_NEWEST, ARTICLES, COPY_BANDS, NEWEST, REVISIONS, article_of

# Texts of one mould (weather, lottery) have most in common with thousands; what few have tells a copy's original.
_MOST_PER_BAND = 50
_MOST_COMPARED = 5

_OF_BAND = [
    select(COPY_BANDS).where(COPY_BANDS.c.digest == bindparam(f"band{band}")).limit(_MOST_PER_BAND)
    for band in range(BANDS)
]
_SHARING = union_all(*(select(query.subquery()) for query in _OF_BAND))


def settle(connection: Connection, article: Article) -> str | None:
    """Find the place of an article that came or changed: the first one that it is a copy of, if there is any.

    What was a copy of its former words finds its place anew.
    """
    copies = copies_of(connection, article.id)
    original = _link(connection, article)
    resettle(connection, copies)
    return original


def copies_of(connection: Connection, article_id: str) -> list[str]:
    """The ids of the articles that are its copies, as they were recorded."""
    query = select(ARTICLES.c.id).join(REVISIONS, NEWEST).where(ARTICLES.c.duplicate_of == article_id)
    return list(connection.scalars(query.order_by(REVISIONS.c.recorded, ARTICLES.c.id)))


def resettle(connection: Connection, copies: Sequence[str]) -> None:
    """Find these articles' places anew: without their original, the first of them becomes that of the others."""
    for article_id in copies:
        copy = newest_of(connection, article_id)
        assert copy is not None
        _link(connection, copy)


def _link(connection: Connection, article: Article) -> str | None:
    connection.execute(delete(COPY_BANDS).where(COPY_BANDS.c.article_id == article.id))
    original = _with_the_same_words(connection, article)
    if original is None and (digests := bands(article.text)):
        original = _nearly_the_same(connection, article, digests)
        if original is None:
            rows = [{"digest": digest, "article_id": article.id} for digest in digests]
            connection.execute(insert(COPY_BANDS), rows)
    connection.execute(update(ARTICLES).where(ARTICLES.c.id == article.id).values(duplicate_of=original))
    return original


def _with_the_same_words(connection: Connection, article: Article) -> str | None:
    same = (REVISIONS.c.words_digest == words_digest(article)) & (ARTICLES.c.id != article.id)
    query = select(ARTICLES.c.id).join(REVISIONS, NEWEST).where(same, ARTICLES.c.duplicate_of.is_(None))
    return connection.scalar(query.order_by(REVISIONS.c.recorded, ARTICLES.c.id).limit(1))


def _nearly_the_same(connection: Connection, article: Article, digests: Sequence[int]) -> str | None:
    shared = connection.execute(_SHARING, {f"band{number}": digest for number, digest in enumerate(digests)}).all()
    if not shared:
        return None
    having = Counter(row.digest for row in shared)
    weights: defaultdict[str, float] = defaultdict(float)
    for row in shared:
        weights[row.article_id] += 1 / having[row.digest]
    likeliest = sorted(weights, key=lambda article_id: -weights[article_id])[:_MOST_COMPARED]
    query = ALL_NEWEST.where(ARTICLES.c.id.in_(likeliest)).order_by(REVISIONS.c.recorded, ARTICLES.c.id)
    others = map(article_of, connection.execute(query))
    return next((other.id for other in others if copied(article.text, other.text)), None)
