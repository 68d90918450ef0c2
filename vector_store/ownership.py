"""One process owns a data folder. Two on one Chroma folder destroy it, silently and for good."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from vector_store.errors import FolderOwnedError, StorageError

_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that owns a folder; `url` is where it serves the folder's articles, if it does."""

    pid: int | None
    url: str | None


@contextmanager
def owned(folder: Path, url: str | None = None) -> Iterator[None]:
    """Own the folder, which is made when absent. The lock falls with the process, however that ends.

    Raises FolderOwnedError when another process has it, StorageError when it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _lock(folder)
        lock.acquire(blocking=False)
    except Timeout as error:
        owner = _written_owner(folder)
        raise FolderOwnedError(folder, owner.pid, owner.url) from error
    except OSError as error:
        raise StorageError(folder, error.strerror or str(error)) from error
    try:
        _write_owner(folder, Owner(os.getpid(), url))
        yield
    finally:
        with suppress(OSError):
            (folder / "owner.json").unlink()
        lock.release()


def owner_of(folder: Path) -> Owner | None:
    """Who owns the folder now; None when nobody does."""
    if not (folder / "owner.lock").exists():
        return None
    try:
        with _lock(folder).acquire(blocking=False):
            return None
    except Timeout:
        return _written_owner(folder)
    except OSError:
        return None


def _lock(folder: Path) -> FileLock:
    return FileLock(folder / "owner.lock", is_singleton=False)


def _write_owner(folder: Path, owner: Owner) -> None:
    try:
        (folder / "owner.json").write_text(json.dumps(asdict(owner)))
    except OSError as error:
        # The lock is what counts: what a full disk holds can still be read by a process that has no name.
        if error.errno not in _FULL:
            raise StorageError(folder, error.strerror or str(error)) from error


def _written_owner(folder: Path) -> Owner:
    # The owner may be between taking the lock and writing its name.
    try:
        return Owner(**json.loads((folder / "owner.json").read_text()))
    except (OSError, ValueError, TypeError):
        return Owner(None, None)
