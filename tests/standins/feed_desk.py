"""The real parts of feeds over a store: they reach this machine, pause for nobody, and a test sets their time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event
from time import monotonic, sleep

from qa_service.feeds.document import FeedDocuments
from qa_service.feeds.entries import EntryIntake
from qa_service.feeds.refresh import FeedRefresher
from qa_service.feeds.schedule import FeedSchedule
from qa_service.importing import Importer
from qa_service.service import Service
from vector_store.catalog import Catalog
from vector_store.courtesy import Courtesy
from vector_store.feed import Feed, Seen
from vector_store.feeds import Feeds
from vector_store.fetch import Fetcher
from vector_store.ingest import Ingester
from vector_store.web import Web

MINUTES = 15


class FeedDesk:
    """Feeds added and refreshed; `now` moves only by `wait`."""

    def __init__(
        self, feeds: Feeds, catalog: Catalog, ingester: Ingester, web: type[Web] = Web, max_entries: int = 1_000
    ) -> None:
        self.now = datetime(2024, 3, 4, 12, tzinfo=UTC)
        self.feeds = feeds
        self.catalog = catalog
        self.fetcher = Fetcher(allow=["127.0.0.1"])
        self.courtesy = Courtesy(self.fetcher, pause=0)
        self.web = web(self.fetcher, self.courtesy)
        intake = EntryIntake(feeds, self.web, catalog, ingester, max_entries)
        documents = FeedDocuments(self.fetcher, self.courtesy)
        self.refresher = FeedRefresher(feeds, documents, intake, MINUTES, Random(1), lambda: self.now)
        self.schedule = FeedSchedule(feeds, self.refresher, lambda: self.now)
        self.stopping = Event()

    def of(self, service: Service) -> Service:
        """The service with these parts in the place of its own."""
        importer = Importer(service.jobs, service.importer.uploads, service.ingester, self.web.articles_at)
        return replace(service, feeds=self.feeds, feed_schedule=self.schedule, importer=importer)

    def add(self, url: str) -> str:
        """The new feed's id."""
        feed = self.refresher.new_feed(url, None)
        self.feeds.add(feed)
        return feed.id

    def refresh(self, feed_id: str) -> Feed:
        return self.refresher.refresh(feed_id, self.stopping)

    def wait(self, minutes: float = MINUTES) -> None:
        """The clock goes on, which the schedule sees."""
        self.now += timedelta(minutes=minutes)
        self.schedule.wake()

    def errors(self, feed_id: str) -> list[Seen]:
        return self.feeds.errors(feed_id, 20)

    def close(self) -> None:
        self.schedule.stop()
        self.stopping.set()
        self.courtesy.close()
        self.fetcher.close()
        self.schedule.close()


@contextmanager
def feed_desk(
    feeds: Feeds, catalog: Catalog, ingester: Ingester, web: type[Web] = Web, max_entries: int = 1_000
) -> Iterator[FeedDesk]:
    """One that is closed at the end."""
    desk = FeedDesk(feeds, catalog, ingester, web, max_entries)
    try:
        yield desk
    finally:
        desk.close()


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Look again and again until it holds."""
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, "it never came to hold"
        sleep(0.01)
