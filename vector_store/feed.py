"""A feed that is followed, and an entry of it as it was last tried: what is kept of them."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Self

from vector_store.article import canonical_url
from vector_store.errors import NewsError

MAX_ATTEMPTS = 5
"""How often an entry that fails is tried before it is given up, until it changes."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a refresh made of a feed's entries; those that had not changed are not counted.

    `withdrawn` changed, but their article was deleted here, so that it does not come back. `left` are beyond what one
    refresh may do: they come with the next ones.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    failed: int = 0
    withdrawn: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why asking a feed, or reading an entry, failed: an error's stable code and its sentence."""

    code: str
    detail: str

    @classmethod
    def of(cls, error: NewsError) -> Self:
        """What the error says."""
        return cls(error.code, str(error))


@dataclass(frozen=True, slots=True)
class Feed:
    """An address that lists articles, and how asking it went.

    `minutes` between two checks, None where the service's own setting decides. `etag` and `modified` are what the
    server said of the document that was last read; from `whole_from` on it is read again even if it has not changed,
    for it has entries that are then to be tried. `checked` is the last attempt, `succeeded` the last one that was
    answered; `failures` counts those since. `next_check` is None where the server said that the feed is gone for good.
    `problems` are entries of the document that could not be read.
    """

    id: str
    url: str
    added: datetime
    minutes: int | None = None
    title: str | None = None
    etag: str | None = None
    modified: str | None = None
    whole_from: datetime | None = None
    checked: datetime | None = None
    succeeded: datetime | None = None
    next_check: datetime | None = None
    failures: int = 0
    last_error: Trouble | None = None
    result: Result = Result()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry of a feed as it was last tried: the `article_id` that it became, or the `error` and how many times.

    `fingerprint` is another one when the entry changes; `name` is what to call it to people. An entry that failed
    after it had become an article has both.
    """

    key: str
    fingerprint: str
    name: str
    tried: datetime
    article_id: str | None = None
    error: Trouble | None = None
    attempts: int = 0

    @property
    def given_up(self) -> bool:
        """Whether it is not tried again until it changes."""
        return self.error is not None and self.attempts >= MAX_ATTEMPTS


def feed_id_of(url: str) -> str:
    """The id of the feed at this address."""
    return f"feed_{sha256(canonical_url(url).encode()).hexdigest()[:20]}"
