"""What was acknowledged survives kill -9 at any moment, and an article is in the index whole or not at all.

Here a dozen moments; `python -m tests.faults` takes hundreds (docs/durability.md).
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.killing import Killing, Launcher, launched
from tests.faults.victim import Kind

CHANGES: tuple[Kind, ...] = ("ingest", "ingest", "update", "flood", "delete", "ingest", "update", "flood", "delete")


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    with launched() as process:
        yield process


@pytest.mark.skipif(sys.platform != "linux", reason="its processes are forked, on one processor")
def test_whenever_a_process_is_killed_the_next_one_finds_all_that_was_acknowledged_and_nothing_half(
    launcher: Launcher, tmp_path: Path
) -> None:
    killing = Killing(launcher, tmp_path, seed=7)
    killing.measure(times=1)
    killing.kill((*CHANGES, "rebuild", "open"))
    killing.finish()
    assert killing.tally.wrong == []
    cut_short = [left for (_, left), count in killing.tally.left.items() if count and left != "acknowledged"]
    assert cut_short, "every kill came too late"
