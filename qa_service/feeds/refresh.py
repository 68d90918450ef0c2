"""One refresh of one feed: ask it, have its new and changed entries taken in, and say when to ask again."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from random import Random
from threading import Event

from qa_service.feeds.document import FeedDocuments, Listing
from qa_service.feeds.entries import EntryIntake, key_of, to_try, tried_again
from vector_store.errors import FetchFailedError, UnreadableSourceError
from vector_store.feed import Feed, Result, Trouble, feed_id_of
from vector_store.feeds import Feeds

LONGEST_WAIT = timedelta(days=1)
"""How long a feed that fails is left alone at most."""

# An entry that its feed no longer lists is known for as long, should it be listed again.
_REMEMBERED = timedelta(days=90)
_PROBLEMS_KEPT = 20
_LONGEST_TITLE = 500

log = logging.getLogger(__name__)


def now_utc() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def next_check(
    now: datetime, interval: timedelta, failures: int, retry_after: float | None, random: Random
) -> datetime:
    """When to ask a feed again that failed so many times in a row: after the interval where it did not.

    Exponential back-off with jitter over all of it: between the interval and its double, fourfold, and so on up to a
    day; never before the seconds that the server asked to wait.
    """
    factor: int = 2 ** min(failures, 20)
    longest = max(interval, min(LONGEST_WAIT, factor * interval))
    wait = interval + (longest - interval) * random.random()
    return now + max(wait, timedelta(seconds=retry_after or 0))


class FeedRefresher:
    """Asks feeds. Its methods may be called from any thread, but for one feed from one at a time."""

    def __init__(
        self,
        feeds: Feeds,
        documents: FeedDocuments,
        intake: EntryIntake,
        minutes: int,
        random: Random,
        clock: Callable[[], datetime] = now_utc,
    ) -> None:
        """`minutes` between two checks of a feed that has no number of its own."""
        self._feeds = feeds
        self._documents = documents
        self._intake = intake
        self._minutes = minutes
        self._random = random
        self._clock = clock

    def new_feed(self, url: str, minutes: int | None) -> Feed:
        """The feed at this address, which is asked for its title; it is due at once, and not yet kept.

        Raises FetchRefusedError, FetchFailedError, and UnreadableSourceError where there is neither feed nor sitemap.
        """
        listing = self._documents.read(url)
        title = listing.title[:_LONGEST_TITLE] if listing and listing.title else None
        now = self._clock()
        return Feed(feed_id_of(url), url, now, minutes, title=title, next_check=now)

    def minutes(self, feed: Feed) -> int:
        """Between two checks of this feed while it answers."""
        return feed.minutes or self._minutes

    def refresh(self, feed_id: str, stopping: Event) -> Feed:
        """Ask the feed and take in what is new or changed; the feed as it is then, which is kept.

        What fails in the feed or its entries is written down there and raises nothing. Once `stopping` is set, it ends
        soon, and the feed stays due. Raises FeedNotFoundError, StorageError, CatalogDamagedError.
        """
        feed = self._feeds.feed(feed_id)
        try:
            refreshed = self._asked(feed, stopping)
        except UnreadableSourceError as error:
            refreshed = self._failed(feed, error)
        if stopping.is_set():
            return feed
        self._feeds.refreshed(refreshed)
        return refreshed

    def _asked(self, feed: Feed, stopping: Event) -> Feed:
        now = self._clock()
        whole = feed.whole_from is not None and feed.whole_from <= now
        etag, modified = (None, None) if whole else (feed.etag, feed.modified)
        listing = self._documents.read(feed.url, etag=etag, modified=modified)
        answered = replace(feed, checked=now, succeeded=now, failures=0, last_error=None, result=Result())
        if listing is not None:
            answered = self._taken_in(answered, listing, stopping)
        return replace(answered, next_check=self._next_check(answered))

    def _taken_in(self, feed: Feed, listing: Listing, stopping: Event) -> Feed:
        now, interval = self._clock(), timedelta(minutes=self.minutes(feed))
        keys = [key_of(entry) for entry in listing.entries]
        seen = self._feeds.seen(feed.id, keys)
        waiting = to_try(listing.entries, seen, now, interval)
        result = self._intake.take_in(feed.id, waiting, seen, now, stopping)
        self._feeds.forget_unlisted(feed.id, keys, now - _REMEMBERED)
        tried = self._feeds.seen(feed.id, keys).values()
        again = [due for entry in tried if (due := tried_again(entry, interval))]
        return replace(
            feed,
            title=listing.title[:_LONGEST_TITLE] if listing.title else feed.title,
            etag=listing.etag,
            modified=listing.modified,
            whole_from=now if result.left else min(again, default=None),
            result=result,
            problems=listing.problems[:_PROBLEMS_KEPT],
        )

    def _failed(self, feed: Feed, error: UnreadableSourceError) -> Feed:
        log.info("%s", error)
        failed = replace(feed, checked=self._clock(), failures=feed.failures + 1, last_error=Trouble.of(error))
        status, retry_after = (error.status, error.retry_after) if isinstance(error, FetchFailedError) else (None, None)
        gone = status == HTTPStatus.GONE
        return replace(failed, next_check=None if gone else self._next_check(failed, retry_after))

    def _next_check(self, feed: Feed, retry_after: float | None = None) -> datetime:
        interval = timedelta(minutes=self.minutes(feed))
        return next_check(self._clock(), interval, feed.failures, retry_after, self._random)
