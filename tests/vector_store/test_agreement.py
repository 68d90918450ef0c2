"""Agreement: every key, but for changes that are on their way; and vectors that are found."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.vector_store.test_index import assert_agree, build_of, opened, record
from vector_store.agreement import require_agreement, same_keys
from vector_store.builds import Build
from vector_store.passages import Stored


def test_a_change_that_is_on_its_way_is_no_difference(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 3)
        index.catch_up()
        held = np.array(catalog.keys())
        assert same_keys(held, catalog, told=0)
        record(catalog, "b", 2)
        catalog.delete("a")
        assert same_keys(held, catalog, told=0)
        assert not same_keys(held, catalog, told=catalog.index_changes()[0][0])


@pytest.mark.parametrize("held", [[1, 2], [1, 2, 3, 4], [1, 2, 4], []])
def test_any_other_key_is_a_difference(tmp_path: Path, held: list[int]) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 3)
        index.catch_up()
        assert catalog.keys() == [1, 2, 3]
        assert not same_keys(np.array(held, dtype=np.int64), catalog, told=0)


def test_keys_with_other_vectors_are_noticed(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 20, seed=1)
        index.catch_up()
        stored = next(catalog.batches(100))
        other = Build(tmp_path / "other")
        turned = zip(stored, stored[1:] + stored[:1], strict=True)
        other.put([Stored(one.key, two.vector, "a", None, None) for one, two in turned])
        with pytest.raises(OSError, match="does not find"):
            require_agreement(other, catalog, told=0)
        other.close()


def test_copies_of_one_text_may_stand_for_each_other(tmp_path: Path) -> None:
    with opened(tmp_path) as (catalog, index):
        for name in "abcdef":
            record(catalog, name, 1, seed=1)
        index.catch_up()
        assert index.check()


def test_what_the_graph_has_lost_is_noticed_although_the_database_has_it(tmp_path: Path) -> None:
    """Two passages of a thousand: as when Chroma is killed while it writes its graph over the old one."""
    with opened(tmp_path) as (catalog, index):
        record(catalog, "a", 1_000, seed=1)
        index.catch_up()
        older = shutil.copytree(build_of(tmp_path), tmp_path / "older")
        record(catalog, "b", 2, seed=2)
        record(catalog, "c", 499, seed=3)
        index.catch_up()
        catalog.delete("c")
        index.catch_up()  # the thousandth change, at which Chroma writes
    for graph in filter(Path.is_dir, older.iterdir()):
        shutil.copytree(graph, build_of(tmp_path) / graph.name, dirs_exist_ok=True)
    build = Build(build_of(tmp_path))
    assert build.keys().tolist() == catalog.keys()
    with pytest.raises(OSError, match="does not find"):
        require_agreement(build, catalog, told=0)
    build.close()
    with opened(tmp_path) as (catalog, index):
        assert_agree(catalog, index)
