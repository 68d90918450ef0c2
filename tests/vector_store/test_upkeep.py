"""A running service looks after its index: what fails is noticed and put right without anybody's doing."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.vector_store.test_index import assert_agree, build_of, garbage, opened, record
from vector_store.article import Filters
from vector_store.builds import Build
from vector_store.index import Index
from vector_store.upkeep import Upkeep


@contextmanager
def kept(index: Index, every: float = 600) -> Iterator[None]:
    upkeep = Upkeep(index, every)
    upkeep.start()
    try:
        yield
    finally:
        upkeep.stop()


def wait_until(condition: Callable[[], bool]) -> None:
    """At most half a minute."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_index_that_fails_is_built_anew_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index), kept(index):
        record(catalog, "a", 30, seed=1)
        index.catch_up()
        garbage(build_of(tmp_path) / "chroma.sqlite3")
        keys, stored = catalog.admitted(Filters())
        assert index.search(stored[4], 1) == [keys[4]]
        wait_until(lambda: not index.condition.in_memory)
        assert_agree(catalog, index)


def test_an_index_that_is_mostly_dead_is_built_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index), kept(index):
        before = build_of(tmp_path)
        record(catalog, "stays", 5, seed=1)
        record(catalog, "goes", 1_001, seed=2)
        index.catch_up()
        catalog.delete("goes")
        index.catch_up()
        wait_until(lambda: index.condition.dead == 0)
        assert_agree(catalog, index)
        assert build_of(tmp_path) != before


def test_what_nobody_has_met_yet_is_found_by_the_check_that_comes_by_itself(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 30, seed=1)
        index.catch_up()
        before, opened_at = build_of(tmp_path), index.condition.checked
        assert opened_at is not None
        with kept(index, every=0.02):
            wait_until(lambda: index.condition.checked not in (None, opened_at))
            behind_its_back = Build(before)
            behind_its_back.drop(catalog.keys()[:1])
            behind_its_back.close()
            wait_until(lambda: before not in (tmp_path / "index").iterdir() and not index.condition.in_memory)
            assert_agree(catalog, index)


def test_upkeep_that_is_stopped_leaves_its_build_unfinished_and_nothing_of_it(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 5, seed=1)
        index.catch_up()
        garbage(build_of(tmp_path) / "chroma.sqlite3")
        _, stored = catalog.admitted(Filters())
        index.search(stored[0], 1)
        with kept(index):
            wait_until(lambda: not index.attention.is_set())  # it has begun; the other process takes a second to start
        assert list((tmp_path / "index").iterdir()) == []
        assert index.condition.in_memory
    with opened(tmp_path) as (catalog, index):
        assert_agree(catalog, index)


def test_upkeep_of_a_sound_index_stops_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        before = build_of(tmp_path)
        with kept(index):
            pass
        assert build_of(tmp_path) == before
        assert_agree(catalog, index)


def test_upkeep_may_be_started_twice_and_again_after_its_end(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 5, seed=1)
        index.catch_up()
        upkeep = Upkeep(index)
        upkeep.stop()
        upkeep.start()
        upkeep.start()
        upkeep.stop()
        garbage(build_of(tmp_path) / "chroma.sqlite3")
        upkeep.start()
        index.attention.set()
        wait_until(lambda: index.condition.in_memory)
        wait_until(lambda: not index.condition.in_memory)
        upkeep.stop()
        assert_agree(catalog, index)
