"""Uploaded files until their job has ended: under names of our own, on the disk before they are acknowledged."""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from uuid import uuid4

from vector_store.errors import StorageError, UnreadableSourceError
from vector_store.formats.documents import suffix_of, unknown_format
from vector_store.formats.known import FORMATS

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is being received; `name` is what its sender calls it, which names nothing on this disk."""

    job_id: str
    name: str
    path: Path
    file: BinaryIO


class Uploads:
    """The folder of uploads. Every method but `path` may raise StorageError.

    `max_bytes` is how long an upload may be; its sender is told so before all of it is here.
    """

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self._folder = folder
        self.max_bytes = max_bytes

    def begin(self, name: str) -> Upload:
        """A new, empty file for what is sent under this name. Raises UnreadableSourceError for an unknown format."""
        shown = _shown(name)
        if suffix_of(shown) not in FORMATS:
            raise unknown_format(shown, FORMATS)
        job_id = f"job_{uuid4().hex}"
        path = self.path(job_id, shown)
        with self._said_in_words():
            self._folder.mkdir(exist_ok=True)
            return Upload(job_id, shown, path, path.open("xb"))

    def write(self, upload: Upload, content: bytes) -> None:
        """The next bytes of the file."""
        with self._said_in_words():
            upload.file.write(content)

    def finish(self, upload: Upload) -> None:
        """All is received and, from now on, durable. Raises UnreadableSourceError for an empty file."""
        with self._said_in_words():
            if upload.file.tell() == 0:
                raise UnreadableSourceError(upload.name, "it is empty (0 bytes); there is nothing to take in.")
            upload.file.flush()
            os.fsync(upload.file.fileno())
            upload.file.close()
            _sync(self._folder)
            _sync(self._folder.parent)

    def give_up(self, upload: Upload) -> None:
        """Nothing of the file stays."""
        with suppress(OSError):  # what a full disk did not take
            upload.file.close()
        self.discard(upload.job_id, upload.name)

    def path(self, job_id: str, name: str) -> Path:
        """Where the file of a job is, or would be; `name` is the one that it was begun with."""
        return self._folder / f"{job_id}{suffix_of(name)}"

    def discard(self, job_id: str, name: str) -> None:
        """The file of a job is not needed any more; it may be gone already."""
        with self._said_in_words():
            self.path(job_id, name).unlink(missing_ok=True)

    def keep_only(self, job_ids: Collection[str]) -> None:
        """Remove what a process that died has left of other jobs."""
        with self._said_in_words():
            for path in self._folder.glob("job_*"):
                if path.name.partition(".")[0] not in job_ids:
                    path.unlink(missing_ok=True)

    @contextmanager
    def _said_in_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StorageError(self._folder, error.strerror or str(error)) from error


def _shown(name: str) -> str:
    """The last part of a path, of letters that can be shown. Its end counts: it has the suffix."""
    last = PurePosixPath(name.replace("\\", "/")).name
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in last)[-_LONGEST_NAME:]


def _sync(folder: Path) -> None:
    """A new file's name is durable only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
