"""Passages in the database: with their vectors, in the words index, and on the list of what Chroma has to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, delete, insert, select

from vector_store import lexical
from vector_store.article import Article, Passage
from vector_store.schema import ARTICLES, INDEX_CHANGES, NEWEST, PASSAGES, REVISIONS

Vectors = NDArray[np.float32]
"""(n, dimension), each of length 1."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage as an index sees it. `source` is case-folded, as filters compare it."""

    key: int
    vector: NDArray[np.float32]
    article_id: str
    source: str | None
    published: datetime | None


STORED = (
    select(PASSAGES.c.key, PASSAGES.c.vector, ARTICLES.c.id, REVISIONS.c.source_folded, REVISIONS.c.published)
    .join(ARTICLES, ARTICLES.c.id == PASSAGES.c.article_id)
    .join(REVISIONS, NEWEST)
)
"""Selects every passage as an index sees it."""


def store(connection: Connection, passages: Sequence[Passage], vectors: Vectors) -> None:
    """Put passages in; `vectors` are aligned with them."""
    words = []
    for passage, vector in zip(passages, vectors, strict=True):
        values = {
            "article_id": passage.article.id,
            "start": passage.start,
            "end": passage.end,
            "vector": vector.astype(np.float16).tobytes(),
        }
        (key,) = connection.execute(insert(PASSAGES).values(values)).inserted_primary_key or (0,)
        words.append((key, passage.article.title, passage.text))
    lexical.put(connection, words)
    _tell_index(connection, [key for key, _, _ in words])


def forget(connection: Connection, article: Article) -> None:
    """Take the article's passages out; `article` is the revision that they were cut from."""
    query = select(PASSAGES.c.key, PASSAGES.c.start, PASSAGES.c.end).where(PASSAGES.c.article_id == article.id)
    rows = connection.execute(query).all()
    lexical.delete(connection, [(row.key, article.title, article.text[row.start : row.end]) for row in rows])
    connection.execute(delete(PASSAGES).where(PASSAGES.c.article_id == article.id))
    _tell_index(connection, [row.key for row in rows])


def vector(stored: bytes) -> NDArray[np.float32]:
    """A stored (float16) vector."""
    return np.frombuffer(stored, dtype=np.float16).astype(np.float32)


def stored_of(row: "Row[int, bytes, str, str | None, datetime | None]") -> Stored:
    """The passage that a row of STORED holds."""
    return Stored(row.key, vector(row.vector), row.id, row.source_folded, row.published)


def stacked(stored: Sequence[bytes]) -> Vectors:
    """Stored vectors as rows; (0, 0) for none."""
    if not stored:
        return np.empty((0, 0), dtype=np.float32)
    return np.stack([vector(one) for one in stored])


def _tell_index(connection: Connection, keys: list[int]) -> None:
    if keys:
        connection.execute(insert(INDEX_CHANGES), [{"key": key} for key in keys])
