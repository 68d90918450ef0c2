"""When feeds are refreshed: each at its time while the service runs, or when somebody asks for it; four at once.

A feed that fails, or a refresh that breaks, costs no other feed anything.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Condition, Event, Thread

from qa_service.feeds.refresh import FeedRefresher, now_utc
from vector_store.errors import FeedNotFoundError, NewsError
from vector_store.feed import Feed, Trouble
from vector_store.feeds import Feeds

_AT_ONCE = 4
# A computer that slept has not counted the time: look at the clock now and then.
_LONGEST_SLEEP = timedelta(minutes=1)
# What cannot even be written down, as on a full disk, is not tried again at once.
_AFTER_TROUBLE = timedelta(minutes=5)

log = logging.getLogger(__name__)


class FeedSchedule:
    """Refreshes in the background. Its methods may be called from any thread and never wait for a refresh."""

    def __init__(self, feeds: Feeds, refresher: FeedRefresher, clock: Callable[[], datetime] = now_utc) -> None:
        self._feeds = feeds
        self._refresher = refresher
        self._clock = clock
        self._changed = Condition()
        self._running: set[str] = set()
        self._put_off: dict[str, tuple[datetime, Trouble]] = {}
        self._stopping = Event()
        self._thread: Thread | None = None
        self._pool = ThreadPoolExecutor(_AT_ONCE, "feed")

    def start(self) -> None:
        """From now on refresh every feed at its time."""
        with self._changed:
            if self._thread is None:
                self._stopping = Event()
                self._thread = Thread(target=self._keep, args=(self._stopping,), name="feeds")
                self._thread.start()

    def stop(self) -> None:
        """Refresh nothing more, and have what is under way end soon; it stays due. May be started again."""
        with self._changed:
            thread, self._thread = self._thread, None
            self._stopping.set()
            self._changed.notify_all()
        if thread is not None:
            thread.join()

    def close(self) -> None:
        """The same for good, and wait for what is under way."""
        self.stop()
        self._pool.shutdown(cancel_futures=True)

    def wake(self) -> None:
        """Look at the feeds and the clock again: one was added, or the time moved."""
        with self._changed:
            self._changed.notify_all()

    def add(self, url: str, minutes: int | None) -> Feed:
        """Keep the feed at this address, which is asked for its title first, and refresh it soon.

        Raises FetchRefusedError, FetchFailedError, and UnreadableSourceError where there is neither feed nor sitemap.
        """
        feed = self._refresher.new_feed(url, minutes)
        self._feeds.add(feed)
        self.wake()
        return feed

    def refresh(self, feed_id: str) -> None:
        """Refresh this feed now, whatever its time, unless that is under way. Raises FeedNotFoundError."""
        self._feeds.feed(feed_id)
        with self._changed:
            self._begin(feed_id)

    @property
    def refreshing(self) -> frozenset[str]:
        """The feeds of which a refresh is under way or about to be."""
        with self._changed:
            return frozenset(self._running)

    def known(self, feed: Feed) -> Feed:
        """The feed with what could not be written down of its last refresh, as on a full disk."""
        with self._changed:
            put_off = self._put_off.get(feed.id)
        if put_off is None:
            return feed
        again, trouble = put_off
        return replace(feed, failures=feed.failures + 1, last_error=trouble, next_check=again)

    def minutes(self, feed: Feed) -> int:
        """Between two checks of this feed while it answers."""
        return self._refresher.minutes(feed)

    def _keep(self, stopping: Event) -> None:
        with self._changed:
            while not stopping.is_set():
                sleep = min(self._begin_due(), _LONGEST_SLEEP)
                self._changed.wait(max(sleep.total_seconds(), 0))

    def _begin_due(self) -> timedelta:
        """Begin what is due; the time until the next feed is."""
        now = self._clock()
        try:
            waiting = self._feeds.waiting()
        except Exception as error:
            log.error("the feeds cannot be read: %s", error)
            return _AFTER_TROUBLE
        off = {feed_id: again for feed_id, (again, _) in self._put_off.items()}
        times = {feed_id: max(due, off.get(feed_id, due)) for feed_id, due in waiting}
        for feed_id, due in times.items():
            if due <= now:
                self._begin(feed_id)
        left = [due - now for feed_id, due in times.items() if feed_id not in self._running]
        return min(left, default=_LONGEST_SLEEP)

    def _begin(self, feed_id: str) -> None:
        if feed_id not in self._running:
            self._pool.submit(self._refresh, feed_id, self._stopping)
            self._running.add(feed_id)

    def _refresh(self, feed_id: str, stopping: Event) -> None:
        put_off = None
        try:
            if not stopping.is_set():
                self._refresher.refresh(feed_id, stopping)
        except FeedNotFoundError:
            log.info("the feed %s was deleted while it was refreshed", feed_id)
        except NewsError as error:
            log.error("the feed %s cannot be refreshed: %s", feed_id, error)
            put_off = (self._clock() + _AFTER_TROUBLE, Trouble.of(error))
        except Exception:
            log.exception("the feed %s cannot be refreshed", feed_id)
            trouble = Trouble("internal_error", "Refreshing it failed in the service; report what its log says.")
            put_off = (self._clock() + _AFTER_TROUBLE, trouble)
        with self._changed:
            self._running.discard(feed_id)
            self._put_off.pop(feed_id, None)
            if put_off is not None:
                self._put_off[feed_id] = put_off
            self._changed.notify_all()
