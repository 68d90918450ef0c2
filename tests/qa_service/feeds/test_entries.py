"""Which entries of a feed are tried."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from qa_service.feeds.entries import fingerprint, key_of, to_try, tried_again
from vector_store.entries import Entry
from vector_store.feed import Seen, Trouble

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
STORY = Entry(
    "story",
    url="https://quay.example/story",
    title="Harbour bridge closes",
    summary="Engineers found 14 cracks.",
    content="<p>Engineers found 14 cracks in its northern pier.</p>",
    published=NOON,
    updated=NOON,
)


def tried(entry: Entry, *, failures: int = 0, at: datetime = NOON) -> Seen:
    error = Trouble("fetch_failed", "It is down.") if failures else None
    return Seen(key_of(entry), fingerprint(entry), "story", at, None if failures else "url-1", error, failures)


def chosen(*entries: Entry, seen: tuple[Seen, ...] = (), now: datetime = NOON) -> list[str]:
    return [entry.key for entry in to_try(entries, {one.key: one for one in seen}, now, QUARTER)]


@pytest.mark.parametrize(
    "change",
    [
        {"url": "https://quay.example/story-2"},
        {"title": "Harbour bridge opens"},
        {"summary": "Engineers found 15 cracks."},
        {"content": "<p>Engineers found 15 cracks.</p>"},
        {"updated": NOON + timedelta(seconds=1)},
        {"published": None},
    ],
)
def test_an_entry_is_tried_again_when_anything_that_the_feed_says_of_it_changes(change: dict[str, Any]) -> None:
    assert chosen(STORY, seen=(tried(STORY),)) == []
    assert chosen(replace(STORY, **change), seen=(tried(STORY),)) == ["story"]


def test_the_newest_come_first_then_the_undated_in_the_order_of_the_feed_then_those_that_failed() -> None:
    old, new = replace(STORY, key="old"), replace(STORY, key="new", updated=NOON + timedelta(hours=1))
    undated = [replace(STORY, key=key, published=None, updated=None) for key in ("undated-1", "undated-2")]
    failed = replace(STORY, key="failed", updated=NOON + timedelta(days=1))
    order = chosen(failed, old, *undated, new, seen=(tried(failed, failures=1),), now=NOON + QUARTER)
    assert order == ["new", "old", "undated-1", "undated-2", "failed"]


def test_of_two_entries_with_one_key_the_first_counts() -> None:
    assert to_try([STORY, replace(STORY, title="Another")], {}, NOON, QUARTER) == [STORY]


@pytest.mark.parametrize(("failures", "quarters"), [(1, 1), (2, 4), (3, 16), (4, 64)])
def test_an_entry_that_failed_is_tried_again_at_growing_distances(failures: int, quarters: int) -> None:
    seen = tried(STORY, failures=failures)
    assert tried_again(seen, QUARTER) == NOON + quarters * QUARTER
    assert chosen(STORY, seen=(seen,), now=NOON + quarters * QUARTER - timedelta(seconds=1)) == []
    assert chosen(STORY, seen=(seen,), now=NOON + quarters * QUARTER) == ["story"]


def test_an_entry_that_failed_five_times_is_given_up_until_it_changes() -> None:
    seen = tried(STORY, failures=5)
    much_later = NOON + timedelta(days=365)
    assert chosen(STORY, seen=(seen,), now=much_later) == []
    assert chosen(replace(STORY, title="Another"), seen=(seen,), now=much_later) == ["story"]


def test_a_key_of_any_length_is_kept_in_few_characters_and_stays_its_own() -> None:
    long, other = replace(STORY, key="k" * 100_000), replace(STORY, key="k" * 100_001)
    assert key_of(STORY) == "story"
    assert len(key_of(long)) <= 200
    assert key_of(long) == key_of(replace(long, title="Another")) != key_of(other)


def test_text_that_is_not_unicode_has_a_fingerprint_too() -> None:
    assert fingerprint(replace(STORY, title="\ud83d")) != fingerprint(STORY)
