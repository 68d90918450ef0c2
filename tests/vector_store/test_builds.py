"""Builds of the index: nothing in use is closed, and a process that makes one does not outlive its owner."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vector_store.article import Article, Passage
from vector_store.builds import TROUBLE, Build, InUse, fill_apart, next_to, remove_all_but
from vector_store.catalog import Catalog
from vector_store.changes import Record
from vector_store.database import open_database
from vector_store.passages import Stored

ROOT = Path(__file__).parents[2]
UP, ACROSS = np.eye(2, 4, dtype=np.float32)


def build(path: Path) -> Build:
    """One that holds two passages."""
    made = Build(path)
    made.put([Stored(1, UP, "a", None, None), Stored(2, ACROSS, "a", None, None)])
    return made


def test_a_build_holds_what_was_put_in_and_not_dropped(tmp_path: Path) -> None:
    made = build(tmp_path / "1")
    made.put([Stored(1, ACROSS, "a", None, None), Stored(10, UP + ACROSS, "a", None, None)])
    made.drop([2, 99])
    made.drop([])
    made.put([])
    assert made.keys().tolist() == [1, 10]
    assert made.nearest(UP, 5) == [1, 10]  # a key that is there keeps its vector
    made.close()
    again = Build(tmp_path / "1")
    assert again.keys().tolist() == [1, 10]
    again.close()


def test_a_build_that_is_replaced_stays_open_for_those_inside_and_goes_with_the_last(tmp_path: Path) -> None:
    in_use = InUse()
    old = build(tmp_path / "1")
    in_use.replace(old)
    with in_use.entered() as first:
        with in_use.entered() as second:
            in_use.replace(build(tmp_path / "2"))
            with in_use.entered() as third:
                assert (first, second) == (old, old)
                assert third is not old
        assert old.nearest(UP, 1) == [1]
        assert old.path.is_dir()
    assert not old.path.exists()
    with pytest.raises(TROUBLE):
        old.nearest(UP, 1)
    in_use.close()
    assert (tmp_path / "2").is_dir()


def test_a_build_that_fails_is_thrown_away_once_and_takes_no_other_with_it(tmp_path: Path) -> None:
    in_use = InUse()
    old, new = build(tmp_path / "1"), build(tmp_path / "2")
    in_use.replace(old)
    with in_use.entered() as one, in_use.entered() as other:
        assert one is old
        assert in_use.fail(old)
        assert not in_use
        in_use.replace(new)
        assert other is old
        assert not in_use.fail(old)  # the second thread that meets the same failure
    with in_use.entered() as present:
        assert present is new
    in_use.close()
    assert [path.name for path in tmp_path.iterdir()] == ["2"]


def test_a_new_build_has_a_number_that_none_has(tmp_path: Path) -> None:
    for name in ("3", "17", "notes"):
        (tmp_path / name).mkdir()
    (tmp_path / "9").write_text("a file")
    assert next_to(tmp_path / "3") == tmp_path / "18"
    remove_all_but(tmp_path / "3")
    assert [path.name for path in tmp_path.iterdir()] == ["3"]
    assert next_to(tmp_path / "3") == tmp_path / "4"


def catalog(folder: Path) -> Catalog:
    """One of a single passage."""
    engine = open_database(folder / "catalog.sqlite3")
    made = Catalog(engine)
    change = made.change(Article(id="a", title="T", text="Halvern"))
    made.record([Record(change, [Passage(change.article, 0, 7)], UP[np.newaxis])])
    engine.dispose()
    return made


def test_a_process_that_builds_ends_with_the_one_that_started_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vector_store.builds", str(catalog(tmp_path).path), str(tmp_path / "1")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        process.stdin.close()  # as the system does when the other one is killed
        assert process.wait() == 1


def test_a_process_that_cannot_read_the_catalog_says_so(tmp_path: Path) -> None:
    damaged = catalog(tmp_path)
    damaged.path.write_bytes(b"no database" * 1_000)
    with pytest.raises(OSError, match="cannot be read"):
        fill_apart(tmp_path / "1", damaged, None)
