"""Feeds and their entries in the database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import Store
from vector_store.article import Article
from vector_store.errors import FeedNotFoundError
from vector_store.feed import Feed, Result, Seen, Trouble, feed_id_of
from vector_store.feeds import Feeds

DOWN = Trouble("fetch_failed", "It is down.")
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
QUAY = Feed(feed_id_of("https://quay.example/feed"), "https://quay.example/feed", NOON, next_check=NOON)
ECHO = Feed(feed_id_of("https://echo.example/feed"), "https://echo.example/feed", NOON + timedelta(hours=1), minutes=5)
REFRESHED = replace(
    QUAY,
    title="The Quay",
    etag='"a"',
    modified="Fri, 01 Mar 2024 12:00:00 GMT",
    whole_from=NOON + timedelta(minutes=3),
    checked=NOON + timedelta(minutes=1),
    succeeded=NOON + timedelta(minutes=1),
    next_check=NOON + timedelta(minutes=16),
    failures=2,
    last_error=DOWN,
    result=Result(created=3, updated=1, left=7),
    problems=("The fourth entry has no address.",),
)


@pytest.fixture
def feeds(store: Store) -> Feeds:
    kept = Feeds(store.engine)
    kept.add(QUAY)
    return kept


def seen(
    key: str, *, tried: datetime = NOON, article_id: str | None = None, error: Trouble | None = None, attempts: int = 0
) -> Seen:
    return Seen(key, "print", f"https://quay.example/{key}", tried, article_id, error, attempts)


def test_a_feed_is_kept_as_it_is_added_and_what_a_refresh_finds_out_replaces_it_whole(feeds: Feeds) -> None:
    assert feeds.feed(QUAY.id) == QUAY
    feeds.refreshed(REFRESHED)
    assert feeds.feed(QUAY.id) == REFRESHED
    feeds.refreshed(QUAY)
    assert feeds.feed(QUAY.id) == QUAY


def test_a_refresh_does_not_undo_what_a_person_decided_meanwhile(feeds: Feeds) -> None:
    feeds.check_every(QUAY.id, 60)
    feeds.refreshed(replace(REFRESHED, minutes=None, url="https://elsewhere.example/", added=NOON + timedelta(days=1)))
    kept = feeds.feed(QUAY.id)
    assert (kept.minutes, kept.url, kept.added) == (60, QUAY.url, NOON)


def test_adding_a_feed_that_is_there_changes_nothing(feeds: Feeds) -> None:
    feeds.refreshed(REFRESHED)
    feeds.add(replace(QUAY, title="Another title", minutes=1))
    assert feeds.feeds() == [REFRESHED]


def test_the_feed_added_last_comes_first_and_the_one_due_first_is_asked_first(feeds: Feeds) -> None:
    gone = replace(ECHO, id="feed_gone", url="https://gone.example/", next_check=None)
    early = replace(ECHO, next_check=NOON - timedelta(hours=1))
    for feed in (gone, early):
        feeds.add(feed)
    assert [feed.id for feed in feeds.feeds()] == [early.id, gone.id, QUAY.id]
    assert feeds.waiting() == [(early.id, NOON - timedelta(hours=1)), (QUAY.id, NOON)]


def test_of_a_feed_that_is_not_there_nothing_is_kept_or_told(feeds: Feeds) -> None:
    feeds.saw(QUAY.id, [seen("a")])
    feeds.delete(QUAY.id)
    for act in (
        lambda: feeds.feed(QUAY.id),
        lambda: feeds.delete(QUAY.id),
        lambda: feeds.refreshed(REFRESHED),
        lambda: feeds.saw(QUAY.id, [seen("b")]),
    ):
        with pytest.raises(FeedNotFoundError, match="GET /v1/feeds lists"):
            act()
    assert feeds.feeds() == []
    assert feeds.seen(QUAY.id, ["a", "b"]) == {}


def test_an_entry_is_known_as_it_was_last_tried_in_its_own_feed_only(feeds: Feeds) -> None:
    feeds.add(ECHO)
    failed = seen("a", error=DOWN, attempts=2)
    feeds.saw(QUAY.id, [failed, seen("b", article_id="url-b")])
    feeds.saw(QUAY.id, [seen("a", article_id="url-a", tried=NOON + timedelta(hours=1))])
    feeds.saw(ECHO.id, [failed])
    many = [f"key-{number}" for number in range(1_200)]
    assert feeds.seen(QUAY.id, ["a", "b", *many]) == {
        "a": seen("a", article_id="url-a", tried=NOON + timedelta(hours=1)),
        "b": seen("b", article_id="url-b"),
    }
    assert feeds.seen(ECHO.id, ["a", "b"]) == {"a": failed}
    assert (feeds.article_count(QUAY.id), feeds.article_count(ECHO.id)) == (2, 0)


def test_the_entries_that_fail_are_told_the_latest_first_as_many_as_asked_for(feeds: Feeds) -> None:
    failing = [
        seen(f"{number:02}", error=DOWN, attempts=1, tried=NOON + timedelta(minutes=number)) for number in range(25)
    ]
    feeds.saw(QUAY.id, [*failing, seen("fine", article_id="url-fine", tried=NOON + timedelta(days=1))])
    assert feeds.errors(QUAY.id, 20) == failing[:4:-1]


def test_only_old_entries_that_are_not_listed_any_more_are_forgotten(feeds: Feeds) -> None:
    old, day_before = NOON - timedelta(days=100), NOON - timedelta(days=1)
    feeds.saw(QUAY.id, [seen("old", tried=old), seen("listed", tried=old), seen("new", tried=NOON)])
    feeds.forget_unlisted(QUAY.id, ["listed"], day_before)
    assert set(feeds.seen(QUAY.id, ["old", "listed", "new"])) == {"listed", "new"}


def test_of_a_deleted_article_no_feed_keeps_the_headline(feeds: Feeds, store: Store) -> None:
    feeds.add(ECHO)
    store.add(Article(id="bridge", title="Bridge", text="The bridge closed."))
    listed = Seen("a", "print", "Bridge closes for a week", NOON, "bridge", DOWN, 1)
    other = seen("b", article_id="ferry")
    feeds.saw(QUAY.id, [listed, other])
    feeds.saw(ECHO.id, [listed])
    store.ingester.delete("bridge")
    assert feeds.seen(QUAY.id, ["a", "b"]) == {"a": replace(listed, name="a"), "b": other}
    assert feeds.seen(ECHO.id, ["a"]) == {"a": replace(listed, name="a")}
