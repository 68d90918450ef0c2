"""A feed and how it goes, as it is shown: these models are the wire format."""

from dataclasses import asdict
from typing import Literal

from pydantic import AwareDatetime, Field

from qa_service.answer import Wire
from vector_store.feed import Feed, Seen, Trouble
from vector_store.submission import WebAddress

FeedStatus = Literal["new", "ok", "failing", "gone"]


class NewFeed(Wire):
    """Where a feed is."""

    url: WebAddress
    """RSS, Atom, JSON Feed, or a sitemap."""
    minutes: int | None = Field(default=None, ge=1, le=10_080)
    """Between two checks; None: as QA_FEED_MINUTES says."""


class RefreshResult(Wire):
    """What the last refresh that was answered made of the entries; those that had not changed are not counted."""

    created: int
    updated: int
    unchanged: int
    """The feed says that they changed, but their pages did not."""
    duplicate: int
    failed: int
    withdrawn: int
    """Changed, but their article was deleted here: it does not come back."""
    left: int
    """More than one refresh takes: they come with the next ones."""


class FeedError(Wire):
    """Why something failed: a stable code, and a sentence that says what to do."""

    code: str
    detail: str


class FeedState(Wire):
    """A feed and how it goes."""

    id: str
    url: str
    title: str | None
    status: FeedStatus
    """`gone`: the server says for good; it is not asked any more unless it is refreshed by hand."""
    refreshing: bool
    """Whether a refresh is under way."""
    minutes: int
    """Between two checks while it answers."""
    added_at: AwareDatetime
    checked_at: AwareDatetime | None
    """When it was last asked."""
    succeeded_at: AwareDatetime | None
    """When it last answered."""
    next_check_at: AwareDatetime | None
    """Later than `minutes` where it fails; None where it is gone."""
    failures: int
    """How often in a row it failed."""
    last_error: FeedError | None
    """Why it failed the last time; None once it answers."""
    articles: int
    """How many of its entries became articles."""
    result: RefreshResult
    problems: list[str]
    """What of its document cannot be read."""

    @classmethod
    def of(cls, feed: Feed, *, refreshing: bool, minutes: int, articles: int) -> "FeedState":
        """The feed as it is kept, with what is known of it elsewhere."""
        return cls(
            id=feed.id,
            url=feed.url,
            title=feed.title,
            status=_status(feed),
            refreshing=refreshing,
            minutes=minutes,
            added_at=feed.added,
            checked_at=feed.checked,
            succeeded_at=feed.succeeded,
            next_check_at=feed.next_check,
            failures=feed.failures,
            last_error=FeedError(**asdict(feed.last_error)) if feed.last_error else None,
            articles=articles,
            result=RefreshResult(**asdict(feed.result)),
            problems=list(feed.problems),
        )


class EntryError(FeedError):
    """Why an entry of a feed gave no article when it was last tried."""

    origin: str
    """The entry: its address, else its title."""
    tried_at: AwareDatetime
    attempts: int
    given_up: bool
    """Whether it is not tried again unless it changes."""
    article_id: str | None
    """The article that it gave before, which stays."""

    @classmethod
    def of(cls, seen: Seen, error: Trouble) -> "EntryError":
        """What became of the entry."""
        return cls(
            **asdict(error),
            origin=seen.name,
            tried_at=seen.tried,
            attempts=seen.attempts,
            given_up=seen.given_up,
            article_id=seen.article_id,
        )


class FeedReport(FeedState):
    """A feed with the entries that fail, the latest first, at most 20."""

    errors: list[EntryError]


class FeedList(Wire):
    """Every feed, the one added last comes first."""

    feeds: list[FeedState]


def _status(feed: Feed) -> FeedStatus:
    if feed.next_check is None:
        return "gone"
    if feed.failures:
        return "failing"
    return "ok" if feed.succeeded else "new"
