"""What an incoming article means to the catalog, and recording it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from vector_store.article import Article, Passage
from vector_store.copies import settle
from vector_store.passages import Vectors, forget, store
from vector_store.revisions import newest_of, same_content, store_revision

Status = Literal["created", "updated", "unchanged", "duplicate"]


@dataclass(frozen=True, slots=True)
class Change:
    """What an incoming article means; `article` carries the revision that it is or becomes."""

    article: Article
    status: Status
    duplicate_of: str | None = None
    """The first article that has the same words or nearly so, if any. Of new words it is known once they are recorded:
    until then `status` is not "duplicate"."""


@dataclass(frozen=True, slots=True)
class Record:
    """A change with the passages of its article and their vectors (aligned, float32 of length 1)."""

    change: Change
    passages: Sequence[Passage]
    vectors: Vectors


def change_between(current: Article | None, article: Article) -> Change:
    """What an article means where this one, or none, has its id."""
    if current is None:
        return Change(replace(article, revision=1), "created")
    if same_content(article, current):
        return Change(current, "unchanged", current.duplicate_of)
    return Change(replace(article, revision=current.revision + 1), "updated", current.duplicate_of)


def recorded(connection: Connection, record: Record) -> Change:
    """Record it: the passages of the revision before leave, and the copies of either one's words find their place."""
    change, article = record.change, record.change.article
    before = newest_of(connection, article.id)
    if before is not None:
        forget(connection, before)
    store_revision(connection, article)
    store(connection, record.passages, record.vectors)
    original = settle(connection, article)
    return replace(change, status="duplicate" if before is None and original else change.status, duplicate_of=original)
