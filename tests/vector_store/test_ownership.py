"""One process owns a folder: a second is told who has it, and the lock falls with the first."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vector_store.errors import FolderOwnedError, StorageError
from vector_store.ownership import Owner, owned, owner_of

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from vector_store.ownership import owned
with owned(Path(sys.argv[1]), sys.argv[2] or None):
    print("owned", flush=True)
    sys.stdin.read()
"""
URL = "http://127.0.0.1:8000"


@contextmanager
def other_process(folder: Path, url: str = URL) -> Iterator[subprocess.Popen[str]]:
    """A process that owns the folder until its standard input ends."""
    command = [sys.executable, "-c", HOLD, str(folder), url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "owned\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_owner_is_refused_and_told_who_has_the_folder(tmp_path: Path) -> None:
    with other_process(tmp_path) as process:
        with pytest.raises(FolderOwnedError) as refusal, owned(tmp_path):
            pass
        assert (refusal.value.folder, refusal.value.pid, refusal.value.url) == (tmp_path, process.pid, URL)
        assert str(process.pid) in str(refusal.value)
        assert URL in str(refusal.value)
        assert owner_of(tmp_path) == Owner(process.pid, URL)


def test_an_owner_that_does_not_serve_has_no_address(tmp_path: Path) -> None:
    with other_process(tmp_path, "") as process:
        assert owner_of(tmp_path) == Owner(process.pid, None)


def test_a_refused_owner_takes_nothing_from_the_first(tmp_path: Path) -> None:
    with other_process(tmp_path) as process:
        for _ in range(2):
            with pytest.raises(FolderOwnedError), owned(tmp_path):
                pass
        assert owner_of(tmp_path) == Owner(process.pid, URL)


def test_the_lock_falls_when_its_owner_is_killed(tmp_path: Path) -> None:
    with other_process(tmp_path) as process:
        process.kill()
        process.wait()
        assert owner_of(tmp_path) is None
        with owned(tmp_path, "http://127.0.0.1:9000"):
            assert owner_of(tmp_path) == Owner(os.getpid(), "http://127.0.0.1:9000")


def test_the_folder_is_free_when_its_owner_is_done_or_fails(tmp_path: Path) -> None:
    with other_process(tmp_path) as process:
        process.communicate("")
        assert owner_of(tmp_path) is None
    with pytest.raises(LookupError), owned(tmp_path):
        raise LookupError
    assert owner_of(tmp_path) is None


def test_nobody_owns_a_folder_that_nobody_opened(tmp_path: Path) -> None:
    assert owner_of(tmp_path) is None
    assert owner_of(tmp_path / "nowhere") is None
    assert not (tmp_path / "nowhere").exists()


def test_a_process_does_not_own_a_folder_twice(tmp_path: Path) -> None:
    with owned(tmp_path), pytest.raises(FolderOwnedError) as refusal, owned(tmp_path):
        pass
    assert refusal.value.pid == os.getpid()


def test_two_folders_have_two_owners(tmp_path: Path) -> None:
    with owned(tmp_path / "a"), owned(tmp_path / "b"):
        assert owner_of(tmp_path / "a") == owner_of(tmp_path / "b") == Owner(os.getpid(), None)


def test_an_owner_that_has_not_written_its_name_is_still_an_owner(tmp_path: Path) -> None:
    with other_process(tmp_path):
        (tmp_path / "owner.json").write_text("{")
        with pytest.raises(FolderOwnedError, match="another process"), owned(tmp_path):
            pass
        assert owner_of(tmp_path) == Owner(None, None)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError), owned(tmp_path / "file" / "data"):
        pass


def test_an_owner_whose_name_cannot_be_written_is_told_and_leaves_the_folder_free(tmp_path: Path) -> None:
    (tmp_path / "owner.json").mkdir()
    with pytest.raises(StorageError), owned(tmp_path):
        pass
    assert owner_of(tmp_path) is None
