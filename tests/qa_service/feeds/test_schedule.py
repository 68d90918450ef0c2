"""When feeds are refreshed."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.conftest import Store
from tests.qa_service.feeds.test_refresh import BRIDGE, FullDisk
from tests.standins.feed_desk import FeedDesk, feed_desk, until
from tests.standins.newsroom import Newsroom, Reply, newsroom
from vector_store.errors import FeedNotFoundError
from vector_store.feeds import Feeds


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom() as opened:
        opened.publish("bridge", "Harbour bridge closes", *BRIDGE)
        yield opened


@pytest.fixture
def desk(store: Store) -> Iterator[FeedDesk]:
    with feed_desk(Feeds(store.engine), store.catalog, store.ingester) as opened:
        yield opened


def idle(desk: FeedDesk) -> None:
    until(lambda: not desk.schedule.refreshing)


def test_a_new_feed_is_refreshed_at_once_and_then_whenever_its_interval_is_over(desk: FeedDesk, room: Newsroom) -> None:
    desk.schedule.start()
    desk.schedule.add(room.url("/feed.xml"), None)
    room.wait_for("/feed.xml", 2)  # the first one was to see whether it is a feed
    idle(desk)
    desk.schedule.add(room.url("/atom.xml"), 14)
    room.wait_for("/atom.xml", 2)
    idle(desk)
    desk.wait(14)
    room.wait_for("/atom.xml", 3)
    assert room.asked("/feed.xml") == 2
    idle(desk)
    desk.wait(1)
    room.wait_for("/feed.xml", 3)
    assert room.asked("/atom.xml") == 3


def test_a_feed_that_fails_and_one_that_hangs_hold_no_other_up(desk: FeedDesk, room: Newsroom) -> None:
    room.answer("/hanging.xml", Reply(body=room.reply("/feed.xml", {}).body, media_type="application/rss+xml"))
    room.answer("/broken.xml", Reply(body=room.reply("/feed.xml", {}).body, media_type="application/rss+xml"))
    hanging, broken, good = (desk.add(room.url(path)) for path in ("/hanging.xml", "/broken.xml", "/feed.xml"))
    room.hold("/hanging.xml")
    room.answer("/broken.xml", 500)
    desk.schedule.start()
    until(lambda: desk.schedule.refreshing == {hanging})
    assert desk.feeds.feed(broken).failures == 1
    assert desk.feeds.feed(good).result.created == 1
    for rounds in (1, 2):
        desk.wait()
        until(lambda: desk.feeds.feed(good).succeeded == desk.now)
        assert room.asked("/feed.xml", 304) == rounds


def test_a_feed_is_refreshed_by_hand_without_a_schedule_and_only_once_at_a_time(desk: FeedDesk, room: Newsroom) -> None:
    feed_id = desk.add(room.url("/feed.xml"))
    gate = room.hold("/articles/bridge.html")
    for _ in range(3):
        desk.schedule.refresh(feed_id)
        assert desk.schedule.refreshing == {feed_id}
    gate.set()
    idle(desk)
    assert (room.asked("/feed.xml"), room.asked("/articles/bridge.html")) == (2, 1)
    with pytest.raises(FeedNotFoundError):
        desk.schedule.refresh("feed_none")


def test_a_service_that_stops_waits_for_no_site_and_the_feed_stays_due(desk: FeedDesk, room: Newsroom) -> None:
    feed_id = desk.add(room.url("/feed.xml"))
    room.hold("/articles/bridge.html")
    desk.schedule.start()
    room.wait_for("/articles/bridge.html")
    closing = threading.Thread(target=desk.close)
    closing.start()
    closing.join(5)
    assert not closing.is_alive()
    assert desk.feeds.feed(feed_id).checked is None
    assert desk.errors(feed_id) == []


def test_a_schedule_that_was_stopped_can_be_started_again(desk: FeedDesk, room: Newsroom) -> None:
    feed_id = desk.add(room.url("/feed.xml"))
    desk.schedule.start()
    desk.schedule.start()
    until(lambda: desk.feeds.feed(feed_id).checked is not None)
    desk.schedule.stop()
    desk.schedule.stop()
    desk.wait()
    desk.schedule.start()
    until(lambda: desk.feeds.feed(feed_id).checked == desk.now)


def test_on_a_full_disk_a_feed_says_so_and_is_not_asked_again_at_once(store: Store, room: Newsroom) -> None:
    with feed_desk(Feeds(store.engine), store.catalog, FullDisk(store.ingester, 0)) as desk:
        feed_id = desk.add(room.url("/feed.xml"))
        other = desk.add(room.url("/atom.xml"))
        desk.schedule.start()
        until(lambda: room.asked("/feed.xml") == 2 and not desk.schedule.refreshing)
        known = desk.schedule.known(desk.feeds.feed(feed_id))
        assert (known.failures, known.next_check) == (1, desk.now + timedelta(minutes=5))
        assert known.last_error is not None
        assert known.last_error.code == "storage_refused"
        desk.feeds.delete(other)
        room.publish("tram", "Tram drivers strike", *BRIDGE)
        desk.wait(4)
        third = desk.schedule.add(room.url("/news-sitemap.xml"), None)
        until(lambda: room.asked("/news-sitemap.xml") == 2 and third.id not in desk.schedule.refreshing)
        assert room.asked("/feed.xml") == 2
        desk.wait(1)
        room.wait_for("/feed.xml", 3)
