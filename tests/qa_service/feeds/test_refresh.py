"""One refresh of a feed, from a real web server into a real store."""

import json
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from qa_service.feeds.refresh import LONGEST_WAIT, next_check
from tests.conftest import Store
from tests.standins.feed_desk import MINUTES, FeedDesk, feed_desk
from tests.standins.newsroom import Newsroom, Reply, newsroom
from vector_store.article import Article
from vector_store.embedding import Embedder
from vector_store.entries import Entry
from vector_store.errors import FeedNotFoundError, StorageError, UnreadableSourceError
from vector_store.feed import Result
from vector_store.feeds import Feeds
from vector_store.formats.documents import Item
from vector_store.ingest import Ingested, Ingester
from vector_store.web import Web

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
BRIDGE = (
    "The harbour bridge closed on Friday after engineers found 14 cracks in its northern pier.",
    "The city council of Ostmark expects the repairs to take until the end of May, a spokeswoman said.",
)
TRAM = (
    "Tram drivers in Ostmark went on strike on Monday over the new timetable of the northern lines.",
    "About 300 of the 340 drivers stayed away from work, according to their union.",
)


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom() as opened:
        yield opened


@pytest.fixture
def desk(store: Store) -> Iterator[FeedDesk]:
    with feed_desk(Feeds(store.engine), store.catalog, store.ingester) as opened:
        yield opened


def articles(desk: FeedDesk) -> dict[str, Article]:
    return {article.title: article for article in desk.catalog.articles()}


@pytest.mark.parametrize("failures", range(1, 30, 4))
def test_a_feed_that_fails_waits_longer_and_longer_at_random_but_never_beyond_a_day(failures: int) -> None:
    longest = min(LONGEST_WAIT, QUARTER * 2**failures)
    random = Random(7)
    waits = [next_check(NOON, QUARTER, failures, None, random) - NOON for _ in range(200)]
    assert all(QUARTER <= wait <= longest for wait in waits)
    assert max(waits) - min(waits) > 0.9 * (longest - QUARTER)


def test_a_feed_that_answers_is_asked_again_after_its_interval_however_long() -> None:
    for interval in (QUARTER, timedelta(days=7)):
        assert next_check(NOON, interval, 0, None, Random(1)) == NOON + interval
        assert next_check(NOON, timedelta(days=7), 9, None, Random(1)) == NOON + timedelta(days=7)


def test_no_feed_is_asked_before_its_server_wants_to_be() -> None:
    assert next_check(NOON, QUARTER, 1, 7_200, Random(1)) == NOON + timedelta(hours=2)
    assert next_check(NOON, QUARTER, 1, 1, Random(1)) >= NOON + QUARTER


@pytest.mark.parametrize(
    "path", ["/feed.xml", "/atom.xml", "/news-sitemap.xml", "/news-sitemap.xml.gz", "/sitemap.xml"]
)
def test_every_listed_page_becomes_an_article_with_the_pages_own_date(
    path: str, desk: FeedDesk, room: Newsroom
) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    room.publish("tram", "Tram drivers strike", *TRAM, published=None)
    feed = desk.refresh(desk.add(room.url(path)))
    found = articles(desk)
    bridge = found["Harbour bridge closes"]
    assert (feed.result, feed.last_error, feed.problems) == (Result(created=2), None, ())
    assert (bridge.url, bridge.source) == (room.url("/articles/bridge.html"), "The Harbour Post")
    assert bridge.published == datetime(2024, 3, 1, 6, tzinfo=UTC)
    assert BRIDGE[0] in bridge.text
    assert found["Tram drivers strike"].published is None


def test_a_feed_that_has_not_changed_costs_one_conditional_request_and_no_page(desk: FeedDesk, room: Newsroom) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    feed_id = desk.add(room.url("/feed.xml"))
    desk.refresh(feed_id)
    desk.wait()
    before = len(room.requests)
    feed = desk.refresh(feed_id)
    assert room.requests[before:] == [("/feed.xml", 304)]
    assert (feed.result, feed.succeeded, feed.next_check) == (Result(), desk.now, desk.now + QUARTER)


def test_only_what_changed_in_a_feed_is_fetched_again_and_becomes_the_next_revision(
    desk: FeedDesk, room: Newsroom
) -> None:
    bridge = room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    room.publish("tram", "Tram drivers strike", *TRAM)
    feed_id = desk.add(room.url("/feed.xml"))
    desk.refresh(feed_id)
    room.correct("bridge", BRIDGE[0].replace("14", "17"), BRIDGE[1])
    feed = desk.refresh(feed_id)
    changed = articles(desk)["Harbour bridge closes"]
    assert feed.result == Result(updated=1)
    assert (changed.revision, "17 cracks" in changed.text) == (2, True)
    assert room.asked("/articles/tram.html") == 1
    assert bridge == changed.url


def test_a_page_that_is_gone_is_an_error_of_its_entry_and_its_article_stays(desk: FeedDesk, room: Newsroom) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    feed_id = desk.add(room.url("/feed.xml"))
    desk.refresh(feed_id)
    room.correct("bridge", *BRIDGE[::-1])
    room.answer("/articles/bridge.html", 410)
    feed = desk.refresh(feed_id)
    (error,) = desk.errors(feed_id)
    assert (feed.result, feed.last_error) == (Result(failed=1), None)
    assert "410" in str(error.error)
    assert (error.name, error.article_id) == (
        room.url("/articles/bridge.html"),
        articles(desk)["Harbour bridge closes"].id,
    )


def test_an_entry_that_failed_is_tried_again_although_the_feed_has_not_changed_and_the_rest_goes_in(
    desk: FeedDesk, room: Newsroom
) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    room.publish("tram", "Tram drivers strike", *TRAM)
    room.answer("/articles/tram.html", 500)
    feed_id = desk.add(room.url("/feed.xml"))
    assert desk.refresh(feed_id).result == Result(created=1, failed=1)
    room.answer_as_before("/articles/tram.html")
    desk.wait()
    assert desk.refresh(feed_id).result == Result(created=1)
    assert desk.errors(feed_id) == []
    desk.wait()
    desk.refresh(feed_id)
    assert room.requests[-1] == ("/feed.xml", 304)


def test_an_entry_is_given_up_after_five_failures_and_tried_again_when_it_changes(
    desk: FeedDesk, room: Newsroom
) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    room.answer("/articles/bridge.html", 404)
    feed_id = desk.add(room.url("/feed.xml"))
    for _ in range(7):
        desk.refresh(feed_id)
        desk.wait(100 * MINUTES)
    (error,) = desk.errors(feed_id)
    assert (error.attempts, error.given_up) == (5, True)
    assert room.asked("/articles/bridge.html") == 5
    assert room.requests[-1] == ("/feed.xml", 304)
    room.answer_as_before("/articles/bridge.html")
    room.correct("bridge", *BRIDGE[::-1])
    assert desk.refresh(feed_id).result == Result(created=1)


def test_an_article_that_was_deleted_here_does_not_come_back_when_its_entry_changes(
    desk: FeedDesk, room: Newsroom, store: Store
) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    feed_id = desk.add(room.url("/feed.xml"))
    desk.refresh(feed_id)
    store.ingester.delete(articles(desk)["Harbour bridge closes"].id)
    for paragraphs in (BRIDGE[::-1], BRIDGE):
        room.correct("bridge", *paragraphs)
        assert desk.refresh(feed_id).result == Result(withdrawn=1)
    assert articles(desk) == {}
    assert room.asked("/articles/bridge.html") == 1


def test_what_robots_txt_asks_not_to_fetch_is_not_fetched_and_told(desk: FeedDesk, room: Newsroom) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    room.publish("tram", "Tram drivers strike", *TRAM)
    room.disallowed.append("/articles/tram")
    feed_id = desk.add(room.url("/feed.xml"))
    assert desk.refresh(feed_id).result == Result(created=1, failed=1)
    assert "robots.txt" in str(desk.errors(feed_id)[0].error)
    assert room.asked("/articles/tram.html") == 0


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(500), "500"),
        (Reply(body=b"<!DOCTYPE html><html><body><h1>The Harbour Post</h1></body></html>"), "web page"),
        (Reply(media_type="application/rss+xml"), "empty"),
    ],
    ids=["down", "a page", "empty"],
)
def test_a_feed_that_fails_says_so_keeps_what_it_gave_and_recovers(
    reply: Reply, said: str, desk: FeedDesk, room: Newsroom
) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    feed_id = desk.add(room.url("/feed.xml"))
    answered = desk.refresh(feed_id)
    room.answer("/feed.xml", reply)
    for failures in (1, 2):
        desk.wait()
        failed = desk.refresh(feed_id)
        assert said in str(failed.last_error)
        assert (failed.failures, failed.checked, failed.succeeded) == (failures, desk.now, answered.succeeded)
        assert failed.next_check is not None
        assert desk.now + QUARTER < failed.next_check <= desk.now + QUARTER * 2**failures
    room.answer_as_before("/feed.xml")
    recovered = desk.refresh(feed_id)
    assert (recovered.failures, recovered.last_error, recovered.next_check) == (0, None, desk.now + QUARTER)
    assert len(articles(desk)) == 1


def test_a_feed_that_is_gone_for_good_is_not_due_any_more_but_lives_again_when_it_answers(
    desk: FeedDesk, room: Newsroom
) -> None:
    feed_id = desk.add(room.url("/feed.xml"))
    room.answer("/feed.xml", 410)
    assert desk.refresh(feed_id).next_check is None
    assert desk.feeds.waiting() == []
    room.answer_as_before("/feed.xml")
    assert desk.refresh(feed_id).next_check == desk.now + QUARTER


def test_a_feed_that_moved_is_read_where_it_is_now_and_keeps_its_address(desk: FeedDesk, room: Newsroom) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    room.answer("/old.xml", Reply(301, headers={"Location": "/feed.xml"}))
    feed = desk.refresh(desk.add(room.url("/old.xml")))
    assert (feed.url, feed.result) == (room.url("/old.xml"), Result(created=1))


def test_a_server_that_asks_to_wait_is_left_alone_so_long(desk: FeedDesk, room: Newsroom) -> None:
    feed_id = desk.add(room.url("/feed.xml"))
    room.answer("/feed.xml", Reply(429, headers={"Retry-After": "7200"}))
    assert desk.refresh(feed_id).next_check == desk.now + timedelta(hours=2)


def test_a_site_that_asks_to_wait_is_asked_for_no_further_page_in_this_refresh(desk: FeedDesk, room: Newsroom) -> None:
    for slug in ("bridge", "tram", "ferry"):
        room.publish(slug, f"News of the {slug}", *BRIDGE)
        room.answer(f"/articles/{slug}.html", Reply(503, headers={"Retry-After": "60"}))
    feed_id = desk.add(room.url("/feed.xml"))
    assert desk.refresh(feed_id).result == Result(failed=1, left=2)
    for slug in ("bridge", "tram", "ferry"):
        room.answer_as_before(f"/articles/{slug}.html")
    desk.wait()
    assert desk.refresh(feed_id).result.left == 0
    assert len(articles(desk)) == 3


def test_of_many_new_entries_one_refresh_takes_so_many_the_newest_first_and_the_next_ones_the_rest(
    store: Store, room: Newsroom
) -> None:
    for day in range(1, 6):
        room.publish(f"day-{day}", f"News of day {day}", *BRIDGE, published=datetime(2024, 3, day, tzinfo=UTC))
    with feed_desk(Feeds(store.engine), store.catalog, store.ingester, max_entries=2) as desk:
        feed_id = desk.add(room.url("/atom.xml"))
        left = [desk.refresh(feed_id).result.left for _ in range(3)]
        assert left == [3, 1, 0]
        assert list(room.asked(f"/articles/day-{day}.html") for day in range(1, 6)) == [1] * 5
        pages = [path for path, _ in room.requests if path.startswith("/articles")]
        assert pages == [f"/articles/day-{day}.html" for day in (5, 4, 3, 2, 1)]


def test_a_feed_that_carries_articles_without_addresses_keeps_them_apart_by_its_own_names(
    desk: FeedDesk, room: Newsroom
) -> None:
    def carrying(words: str) -> Reply:
        feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "n1", "content_text": words}]}
        return Reply(body=json.dumps(feed).encode(), media_type="application/feed+json")

    room.answer("/feed.json", carrying(BRIDGE[0]))
    feed_id = desk.add(room.url("/feed.json"))
    assert desk.refresh(feed_id).result == Result(created=1)
    room.answer("/feed.json", carrying(BRIDGE[1]))
    assert desk.refresh(feed_id).result == Result(updated=1)
    (article,) = desk.catalog.articles()
    assert (article.text, article.revision, article.published) == (BRIDGE[1], 2, None)
    assert {path for path, _ in room.requests} == {"/feed.json"}


class FullDisk(Ingester):
    """Takes so many articles in, and then the disk is full."""

    def __init__(self, ingester: Ingester, room_for: int) -> None:
        self._inner = ingester
        self._left = room_for

    def check(self, article: Article) -> None:
        self._inner.check(article)

    def add(self, articles: Iterable[Article]) -> Iterator[Ingested]:
        for article in articles:
            if self._left == 0:
                raise StorageError(Path("data"), "No space left on device")
            self._left -= 1
            yield from self._inner.add([article])


def test_what_was_not_acknowledged_is_done_again(store: Store, room: Newsroom) -> None:
    for number in range(10):
        room.publish(f"notice-{number}", f"Notice {number}", *BRIDGE)
    feeds = Feeds(store.engine)
    with feed_desk(feeds, store.catalog, FullDisk(store.ingester, 9)) as desk:
        feed_id = desk.add(room.url("/feed.xml"))
        with pytest.raises(StorageError):
            desk.refresh(feed_id)
        assert feeds.feed(feed_id).checked is None
    with feed_desk(feeds, store.catalog, store.ingester) as desk:
        result = desk.refresh(feed_id).result
    assert (result.created + result.duplicate, result.unchanged) == (1, 1)
    assert len(list(store.catalog.articles())) == 10


class Stumbling(Web):
    """Has a bug that one page brings out."""

    def article_of(self, entry: Entry) -> Item:
        if entry.key == "tram":
            raise ZeroDivisionError
        return super().article_of(entry)


def test_a_bug_that_one_page_brings_out_is_that_entrys_error_and_the_rest_goes_in(store: Store, room: Newsroom) -> None:
    for slug in ("bridge", "tram", "ferry"):
        room.publish(slug, f"News of the {slug}", f"This is about the {slug}.", *BRIDGE)
    with feed_desk(Feeds(store.engine), store.catalog, store.ingester, Stumbling) as desk:
        feed_id = desk.add(room.url("/feed.xml"))
        result = desk.refresh(feed_id).result
        (error,) = desk.errors(feed_id)
    assert (result.created + result.duplicate, result.failed) == (2, 1)
    assert error.name == room.url("/articles/tram.html")


def test_an_article_over_the_set_length_is_its_entrys_error(store: Store, embedder: Embedder, room: Newsroom) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    room.publish("list", "All berths of the harbour", *BRIDGE, "Berth 7 is closed, and so is berth 8. " * 50)
    ingester = Ingester(store.catalog, store.index, embedder, max_article_bytes=1_000)
    with feed_desk(Feeds(store.engine), store.catalog, ingester) as desk:
        feed_id = desk.add(room.url("/feed.xml"))
        assert desk.refresh(feed_id).result == Result(created=1, failed=1)
        assert "QA_MAX_ARTICLE_BYTES" in str(desk.errors(feed_id)[0].error)


def test_a_feed_deleted_while_it_is_refreshed_stays_deleted(desk: FeedDesk, room: Newsroom) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    feed_id = desk.add(room.url("/feed.xml"))
    gate = room.hold("/articles/bridge.html")

    def delete() -> None:
        room.wait_for("/articles/bridge.html")
        desk.feeds.delete(feed_id)
        gate.set()

    deleting = threading.Thread(target=delete)
    deleting.start()
    with pytest.raises(FeedNotFoundError):
        desk.refresh(feed_id)
    deleting.join()
    assert desk.feeds.feeds() == []


@pytest.mark.parametrize("path", ["/nothing.xml", "/articles/bridge.html"])
def test_an_address_without_a_feed_becomes_none(path: str, desk: FeedDesk, room: Newsroom) -> None:
    room.publish("bridge", "Harbour bridge closes", *BRIDGE)
    with pytest.raises(UnreadableSourceError, match=path):
        desk.add(room.url(path))
    assert desk.feeds.feeds() == []
