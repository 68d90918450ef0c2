"""The index: the nearest passages, and thrown away and built again whenever it is not sound."""

import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from tests.conftest import Store
from vector_store.article import Article, Filters, Passage
from vector_store.builds import Build
from vector_store.catalog import Catalog
from vector_store.changes import Record
from vector_store.database import open_database
from vector_store.errors import StorageError
from vector_store.index import Index
from vector_store.passages import Stored, Vectors

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
DIMENSION = 16
MANY = 1_100  # Chroma writes its graph to files only after a thousand records


def vectors(count: int, seed: int) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


def record(catalog: Catalog, id: str, count: int = 1, seed: int = 0) -> None:
    """An article of `count` passages; the index is not told."""
    change = catalog.change(Article(id=id, title="T", text=f"{id} {seed} " + "x" * count))
    catalog.record([Record(change, [Passage(change.article, at, at + 1) for at in range(count)], vectors(count, seed))])


def copy_catalog(source: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for path in source.glob("catalog.sqlite3*"):
        shutil.copy(path, folder)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Catalog, Index]]:
    """Catalog and index of the folder, the index told of everything."""
    with ExitStack() as stack:
        folder.mkdir(exist_ok=True)
        engine = open_database(folder / "catalog.sqlite3")
        stack.callback(engine.dispose)
        catalog = Catalog(engine)
        index = Index(folder / "index", catalog)
        stack.callback(index.close)
        yield catalog, index


def assert_agree(catalog: Catalog, index: Index) -> None:
    """The index has the catalog's passages, no others, and finds each by its own vector."""
    keys, stored = catalog.admitted(Filters())
    assert catalog.index_changes() == []
    assert not index.condition.in_memory
    assert index.flat.admitted(Filters()).tolist() == keys
    if not keys:
        assert index.search(vectors(1, 0)[0], 5) == []
        return
    assert set(index.search(stored[0], len(keys) + 10)) == set(keys)
    for at in range(0, len(keys), max(1, len(keys) // 20)):
        assert index.search(stored[at], 1) == list(index.flat.nearest(stored[at], Filters(), 1)) == [keys[at]]


@contextmanager
def meanwhile(call: Callable[[], T]) -> Iterator[list[T]]:
    """What the function returns when another thread calls it again and again; it must not raise."""
    results: list[T] = []
    stop = threading.Event()

    def repeat() -> None:
        while not stop.is_set():
            results.append(call())

    with ThreadPoolExecutor(1) as pool:
        repeated = pool.submit(repeat)
        try:
            yield results
        finally:
            stop.set()
    repeated.result()


def build_of(folder: Path) -> Path:
    (build,) = (folder / "index").iterdir()
    return build


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index in files; to be copied, not opened."""
    folder = tmp_path_factory.mktemp("whole")
    with opened(folder) as (catalog, index):
        record(catalog, "many", MANY, seed=1)
        index.catch_up()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def test_the_nearest_passages_come_first(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 300, seed=5)
        index.catch_up()
        keys, stored = catalog.admitted(Filters())
        for question in vectors(10, seed=6):
            nearest = [keys[at] for at in np.argsort(-(stored @ question))[:10]]
            assert index.search(question, 10) == nearest


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        assert_agree(catalog, index)


def test_asking_for_more_than_there_are_gives_all(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 3)
        index.catch_up()
        assert len(index.search(vectors(1, 9)[0], 60)) == 3


def test_an_index_that_is_sound_is_not_built_again(folder: Path) -> None:
    before = build_of(folder)
    with opened(folder) as (catalog, index):
        assert_agree(catalog, index)
    assert build_of(folder) == before


def of_files(damage: Callable[[Path], None], pattern: str) -> Callable[[Path], None]:
    def do(build: Path) -> None:
        paths = [path for path in build.rglob(pattern) if path.is_file()]
        assert paths
        for path in paths:
            damage(path)

    return do


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(10_000))


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def replaced_by_a_file(build: Path) -> None:
    shutil.rmtree(build)
    build.write_text("")


def without_segments(build: Path) -> None:
    segments = [path for path in build.iterdir() if path.is_dir()]
    assert segments
    for path in segments:
        shutil.rmtree(path)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "the index is missing": lambda build: shutil.rmtree(build.parent),
    "its build is missing": shutil.rmtree,
    "a file stands in its place": replaced_by_a_file,
    "segments are removed": without_segments,
    "everything is garbage": of_files(garbage, "*"),
    "everything is truncated": of_files(truncated, "*"),
    "everything is empty": of_files(emptied, "*"),
    "everything is removed": of_files(Path.unlink, "*"),
    "the database is garbage": of_files(garbage, "chroma.sqlite3"),
    "the database is truncated": of_files(truncated, "chroma.sqlite3"),
    "the database is removed": of_files(Path.unlink, "chroma.sqlite3"),
    "the graph is garbage": of_files(garbage, "*.bin"),
    "the graph is removed": of_files(Path.unlink, "*.bin"),
    "the graph's header is garbage": of_files(garbage, "header.bin"),
    "the names are garbage": of_files(garbage, "index_metadata.*"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_built_again(folder: Path, damage: str) -> None:
    DAMAGES[damage](build_of(folder))
    with opened(folder) as (catalog, index):
        assert_agree(catalog, index)


# Chroma 1.5 dies of these: no exception, the whole process.
CRASHES = {
    "the graph is truncated": of_files(truncated, "*.bin"),
    "the vectors are garbage": of_files(garbage, "data_level0.bin"),
}
OPEN = """
import sys
from pathlib import Path
from vector_store.article import Filters
from vector_store.catalog import Catalog
from vector_store.database import open_database
from vector_store.index import Index
folder = Path(sys.argv[1])
catalog = Catalog(open_database(folder / "catalog.sqlite3"))
index = Index(folder / "index", catalog)
keys, vectors = catalog.admitted(Filters())
assert set(index.search(vectors[0], len(keys) + 10)) == set(keys)
index.close()
"""


@pytest.mark.parametrize("damage", CRASHES)
def test_an_index_that_kills_the_process_does_so_once_and_is_built_again(folder: Path, damage: str) -> None:
    CRASHES[damage](build_of(folder))
    for _ in range(2):
        ended = subprocess.run([sys.executable, "-c", OPEN, folder], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def test_an_index_that_holds_too_few_is_built_again(folder: Path, tmp_path: Path) -> None:
    """As when a backup brings an older index beside a newer catalog."""
    older = shutil.copytree(folder / "index", tmp_path / "older")
    with opened(folder) as (catalog, index):
        record(catalog, "more", seed=3)
        index.catch_up()
    shutil.rmtree(folder / "index")
    shutil.copytree(older, folder / "index")
    with opened(folder) as (catalog, index):
        assert_agree(catalog, index)


def test_an_index_that_holds_too_many_is_built_again(folder: Path, tmp_path: Path) -> None:
    copy_catalog(folder, tmp_path / "older")
    with opened(folder) as (catalog, index):
        record(catalog, "more", seed=3)
        index.catch_up()
    copy_catalog(tmp_path / "older", folder)
    with opened(folder) as (catalog, index):
        assert_agree(catalog, index)


@pytest.mark.parametrize("deleted", ["old", "none"])
def test_an_index_of_as_many_other_records_is_built_again(tmp_path: Path, deleted: str) -> None:
    """Other vectors under the same keys, and keys that the catalog does not know."""
    with opened(tmp_path / "a") as (catalog, index):
        record(catalog, "a", 20, seed=1)
        index.catch_up()
    with opened(tmp_path / "b") as (catalog, index):
        if deleted == "old":
            record(catalog, "old", 20, seed=2)
            catalog.delete("old")
        record(catalog, "b", 20, seed=3)
        index.catch_up()
    shutil.rmtree(tmp_path / "a" / "index")
    shutil.copytree(tmp_path / "b" / "index", tmp_path / "a" / "index")
    with opened(tmp_path / "a") as (catalog, index):
        assert_agree(catalog, index)


def test_as_many_keys_of_which_one_is_another_are_noticed(folder: Path) -> None:
    """Whichever it is: here the newest, as when Chroma has not yet written what it was told last."""
    with opened(folder) as (catalog, _):
        newest = catalog.keys()[-1]
    build = Build(build_of(folder))
    build.drop([newest])
    build.put([Stored(newest + 1, vectors(1, 3)[0], "a", None, None)])
    build.close()
    with opened(folder) as (catalog, index):
        assert_agree(catalog, index)


def test_leftovers_of_other_builds_are_removed(folder: Path) -> None:
    kept = build_of(folder)
    for name in ("7", "8", "nonsense"):
        shutil.copytree(kept, folder / "index" / name)
    with opened(folder) as (catalog, index):
        assert build_of(folder) == kept
        index.rebuild()
        assert build_of(folder) != kept
        assert_agree(catalog, index)


DIE_BUILDING = """
import os, sys
from pathlib import Path
from vector_store.catalog import Catalog
from vector_store.database import open_database
from vector_store.index import Index
folder = Path(sys.argv[1])
Index(folder / "index", Catalog(open_database(folder / "catalog.sqlite3")), lambda done, total: os._exit(9))
"""


def test_a_build_that_was_not_finished_is_not_used(folder: Path) -> None:
    shutil.rmtree(folder / "index")
    died = subprocess.run([sys.executable, "-c", DIE_BUILDING, folder], cwd=ROOT, check=False)
    assert died.returncode == 9
    half = build_of(folder) / "of the half build"
    half.touch()
    with opened(folder) as (catalog, index):
        assert_agree(catalog, index)
        assert not half.exists()


def test_building_tells_how_far_it_is(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    with opened(folder) as (_, index):
        index.rebuild(lambda done, total: told.append((done, total)))
    assert told == [(1_000, MANY), (MANY, MANY)]


def test_what_the_index_was_not_told_it_learns_when_opened(folder: Path) -> None:
    before = build_of(folder)
    with opened(folder) as (catalog, _):
        record(catalog, "untold", 5, seed=4)
        catalog.delete("many")
        assert catalog.index_changes()
    with opened(folder) as (catalog, index):
        assert catalog.overview().passages == 5
        assert_agree(catalog, index)
    assert build_of(folder) == before


def test_what_came_and_went_before_the_index_was_told_does_no_harm(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "stays", 2, seed=1)
        record(catalog, "gone", 3, seed=2)
        record(catalog, "stays", 4, seed=3)
        catalog.delete("gone")
        index.catch_up()
        assert_agree(catalog, index)


def test_telling_the_index_twice_changes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 3, seed=1)
        index.catch_up()
        index.catch_up()
        assert_agree(catalog, index)
    with opened(tmp_path) as (catalog, index):
        assert_agree(catalog, index)


def test_a_deleted_or_replaced_article_leaves_the_index(store: Store) -> None:
    store.add(
        Article(id="a", title="Bees", text="Bees make honey."), Article(id="b", title="Bread", text="Bakers bake.")
    )
    store.add(Article(id="b", title="Bread", text="Bakers sleep."))
    store.ingester.delete("a")
    keys, stored = store.catalog.admitted(Filters())
    assert len(keys) == 1
    assert store.index.search(stored[0], 10) == keys
    assert store.catalog.index_changes() == []


def test_an_index_is_built_even_from_the_vectors_of_two_models(tmp_path: Path) -> None:
    """As an unfinished reindex leaves them; the index must open for it to be finished."""
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 3, seed=1)
        record(catalog, "b", 3, seed=2)
        index.catch_up()
        article = catalog.article("a")
        catalog.replace_passages(article, [Passage(article, 0, 1)], np.eye(1, 5, dtype=np.float32))
    with opened(tmp_path) as (_, index):
        assert len(index.search(np.eye(1, 5, dtype=np.float32)[0], 9)) == 1


# What befalls the files of an index in use. Chroma has its graph in memory and asks its database at every search.
IN_USE: dict[str, Callable[[Path], None]] = {
    "garbage": of_files(garbage, "chroma.sqlite3"),
    "truncated": of_files(truncated, "chroma.sqlite3"),
    "emptied": of_files(emptied, "chroma.sqlite3"),
}


@pytest.mark.parametrize("damage", IN_USE)
def test_a_search_that_fails_is_answered_from_memory(folder: Path, damage: str) -> None:
    with opened(folder) as (catalog, index):
        IN_USE[damage](build_of(folder))
        _, stored = catalog.admitted(Filters())
        assert index.search(stored[7], 5) == list(index.flat.nearest(stored[7], Filters(), 5))
        assert index.condition.in_memory
        assert index.attention.is_set()
        assert not index.check()
        index.rebuild()
        assert_agree(catalog, index)


def test_what_chroma_cannot_be_told_is_found_in_memory_and_told_when_the_index_is_built(folder: Path) -> None:
    with opened(folder) as (catalog, index):
        shutil.rmtree(build_of(folder))
        record(catalog, "new", 3, seed=5)
        catalog.delete("many")
        index.catch_up()
        keys, stored = catalog.admitted(Filters())
        assert len(keys) == 3
        assert set(index.search(stored[0], 10)) == set(keys)
        assert index.condition.in_memory
        assert catalog.index_changes()
        index.rebuild()
        assert_agree(catalog, index)


def test_an_index_that_failed_is_sound_after_the_next_start(folder: Path) -> None:
    with opened(folder) as (catalog, index):
        IN_USE["garbage"](build_of(folder))
        record(catalog, "new", 3, seed=5)
        index.catch_up()
        assert index.condition.in_memory
    with opened(folder) as (catalog, index):
        assert_agree(catalog, index)


def test_an_index_that_differs_is_noticed_and_not_searched_any_longer(folder: Path) -> None:
    with opened(folder) as (catalog, index):
        assert index.check()
        keys, stored = catalog.admitted(Filters())
        behind_its_back = Build(build_of(folder))  # in one process, Chroma shares what it has of a folder
        behind_its_back.drop([keys[3]])
        behind_its_back.close()
        assert not index.check()
        assert index.search(stored[3], 1) == [keys[3]]
        index.rebuild()
        assert_agree(catalog, index)


def test_memory_that_differs_is_loaded_anew(folder: Path) -> None:
    with opened(folder) as (catalog, index):
        index.flat.drop(catalog.keys()[:2])
        assert index.check()
        assert_agree(catalog, index)


def test_a_check_takes_no_change_that_is_under_way_for_damage(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        with meanwhile(index.check) as checks:
            for number in range(30):
                record(catalog, f"a{number}", 3, seed=number)
                if number % 3:
                    catalog.delete(f"a{number - 1}")
                index.catch_up()
        assert checks
        assert all(checks)
        assert_agree(catalog, index)


def test_while_a_new_build_is_made_the_old_one_is_searched_and_changes_reach_both(folder: Path) -> None:
    with opened(folder) as (catalog, index):
        steps: list[int] = []

        def change(done: int, _total: int) -> None:
            steps.append(done)
            if len(steps) > 2:
                return
            record(catalog, f"during {done}", 2, seed=done)
            if len(steps) == 2:
                catalog.delete(f"during {steps[0]}")
            index.catch_up()
            assert not index.condition.in_memory
            keys, stored = catalog.admitted(Filters())
            assert set(index.search(stored[0], len(keys) + 10)) == set(keys)

        before = build_of(folder)
        index.rebuild(change)
        assert len(steps) >= 2
        assert build_of(folder) != before
        assert_agree(catalog, index)


def test_articles_replaced_while_a_new_build_is_made_leave_nothing_in_it(folder: Path) -> None:
    with opened(folder) as (catalog, index):

        def replace(done: int, _total: int) -> None:
            if done == 1_000:
                record(catalog, "many", 40, seed=9)
                index.catch_up()

        index.rebuild(replace)
        assert catalog.overview().passages == 40
        assert_agree(catalog, index)


def test_searches_meet_no_closed_index_while_builds_take_each_others_place(folder: Path) -> None:
    with opened(folder) as (catalog, index):
        keys, stored = catalog.admitted(Filters())
        with meanwhile(lambda: index.search(stored[5], 1)) as one, meanwhile(lambda: index.search(stored[9], 1)) as two:
            for _ in range(3):
                index.rebuild()
                assert not index.condition.in_memory
        assert all(found == [keys[5]] for found in one)
        assert all(found == [keys[9]] for found in two)
        assert_agree(catalog, index)
    assert build_of(folder).name == "4"


class CalledOffError(Exception):
    """Ends a build."""


def test_a_build_that_is_called_off_leaves_everything_as_it_was(folder: Path) -> None:
    def call_off(done: int, _total: int) -> None:
        record(catalog, "meanwhile", 2, seed=done)
        index.catch_up()
        raise CalledOffError

    before = build_of(folder)
    with opened(folder) as (catalog, index):
        with pytest.raises(CalledOffError):
            index.rebuild(call_off)
        assert build_of(folder) == before
        assert_agree(catalog, index)


def test_a_build_made_in_another_process_is_as_good(folder: Path) -> None:
    with opened(folder) as (catalog, index):
        told: list[tuple[int, int]] = []

        def change(done: int, total: int) -> None:
            told.append((done, total))
            if len(told) == 1:
                record(catalog, "during", 2, seed=done)
                index.catch_up()

        index.rebuild(change, apart=True)
        assert told[0] == (1_000, MANY)
        assert_agree(catalog, index)


def test_another_process_that_cannot_build_says_why(folder: Path) -> None:
    with opened(folder) as (catalog, index):
        before = build_of(folder)
        (folder / "index").rename(folder / "moved")
        (folder / "index").write_text("")
        with pytest.raises(StorageError, match="Not a directory"):
            index.rebuild(apart=True)
        (folder / "index").unlink()
        (folder / "moved").rename(folder / "index")
        assert build_of(folder) == before
        assert_agree(catalog, index)


def test_an_index_that_is_mostly_dead_says_so_until_it_is_built_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "stays", 900, seed=1)
        for round in range(2):
            record(catalog, "changes", 1_000, seed=round)
            index.catch_up()
        assert index.condition.dead == 1_000
        assert not index.mostly_dead
        catalog.delete("changes")
        index.catch_up()
        assert index.mostly_dead
        assert index.attention.is_set()
    with opened(tmp_path) as (catalog, index):
        assert index.condition.dead == 2_000
        large = size_of(tmp_path / "index")
        index.rebuild()
        assert index.condition.dead == 0
        assert not index.mostly_dead
        assert_agree(catalog, index)
    assert size_of(tmp_path / "index") < large / 2
    with opened(tmp_path) as (catalog, index):
        assert index.condition.dead == 0


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_an_index_whose_process_dies_again_and_again_is_not_trusted_any_longer(folder: Path) -> None:
    """As when only some searches crash Chroma, and with it the process."""
    before = build_of(folder)
    for _ in range(3):
        assert die_in_use(folder) == before
    assert die_in_use(folder) != before


def test_deaths_count_only_until_the_index_is_found_sound(folder: Path) -> None:
    before = build_of(folder)
    for _ in range(2):
        die_in_use(folder)
    with opened(folder) as (_, index):
        assert index.check()
    for _ in range(2):
        assert die_in_use(folder) == before


def test_an_index_whose_process_died_while_telling_it_is_built_again(folder: Path) -> None:
    before = build_of(folder)
    engine = open_database(folder / "catalog.sqlite3")
    catalog = Catalog(engine)
    Index(folder / "index", catalog)
    record(catalog, "new", 2, seed=4)
    engine.dispose()
    with opened(folder) as (catalog, index):
        assert_agree(catalog, index)
    assert build_of(folder) != before


def test_a_large_index_that_is_lost_does_not_keep_the_service_from_starting(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "large", 5_001, seed=1)
        index.catch_up()
    shutil.rmtree(tmp_path / "index")
    with opened(tmp_path) as (catalog, index):
        keys, stored = catalog.admitted(Filters())
        assert index.condition.in_memory
        assert index.attention.is_set()
        assert index.search(stored[5_000], 1) == [keys[5_000]]
        index.rebuild()
        assert_agree(catalog, index)


def die_in_use(folder: Path) -> Path:
    """Which build a process uses that ends without closing it."""
    engine = open_database(folder / "catalog.sqlite3")
    Index(folder / "index", Catalog(engine))
    engine.dispose()
    return build_of(folder)


def test_a_closed_index_is_searched_in_memory(folder: Path) -> None:
    """A request may outlast the service that it came to."""
    with opened(folder) as (catalog, index):
        keys, stored = catalog.admitted(Filters())
        index.close()
        assert index.search(stored[0], 1) == [keys[0]]
