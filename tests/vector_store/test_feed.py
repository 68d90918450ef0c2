"""What is kept of a feed and its entries."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from vector_store.feed import MAX_ATTEMPTS, Seen, Trouble, feed_id_of

DOWN = Trouble("fetch_failed", "It is down.")
TRIED = Seen("a", "print", "https://quay.example/a", datetime(2024, 3, 1, tzinfo=UTC), article_id="url-a")


@pytest.mark.parametrize(
    "same", ["HTTPS://Quay.Example/feed", "https://quay.example/feed/", " https://quay.example/feed#top"]
)
def test_one_address_written_in_several_ways_is_one_feed(same: str) -> None:
    assert feed_id_of(same) == feed_id_of("https://quay.example/feed")
    assert feed_id_of("https://quay.example/feed?of=sport") != feed_id_of("https://quay.example/feed")


def test_an_entry_is_given_up_after_so_many_failures() -> None:
    assert not replace(TRIED, error=DOWN, attempts=MAX_ATTEMPTS - 1).given_up
    assert replace(TRIED, error=DOWN, attempts=MAX_ATTEMPTS).given_up
    assert not TRIED.given_up
