"""Zip archives within bounds: however an archive lies about its sizes, no more is unpacked than these allow."""

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from vector_store.errors import UnreadableSourceError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_MEMBERS = 100_000
MAX_RATIO = 200
"""So many times its packed size may a member unpack to; news text gives about 5, a bomb 1,000."""

_ALWAYS_ALLOWED = 10_000_000
"""Bytes that a member may unpack to at any ratio."""

_MAX_DIRECTORY = 32_000_000
_ENDS = re.compile(rb"PK\x05\x06.{8}(.{4})|PK\x06\x06.{36}(.{8})", re.DOTALL)
"""The two forms of the record at an archive's end, and where they tell the size of its table of contents."""


@dataclass(slots=True)
class Allowance:
    """How many bytes may still be unpacked from one archive. `what` names it in the error."""

    left: int
    what: str

    def spend(self, count: int, name: str) -> None:
        """Raises UnreadableSourceError when it is used up."""
        self.left -= count
        if self.left < 0:
            raise UnreadableSourceError(name, f"{self.what} unpacks to more than is allowed; give it in parts.")


def opened(file: BinaryIO, name: str) -> ZipFile:
    """The archive, whose table of contents is in memory; raises UnreadableSourceError where it is damaged or vast."""
    if _directory_size(file) > _MAX_DIRECTORY:
        raise _too_many(name)
    file.seek(0)
    try:
        archive = ZipFile(file)
    except Exception as error:  # damaged tables of contents end in many classes of exception
        raise UnreadableSourceError(name, f"it is no whole zip archive ({error}); make or send it anew.") from error
    if len(archive.filelist) > MAX_MEMBERS:
        raise _too_many(name)
    return archive


def _directory_size(file: BinaryIO) -> int:
    file.seek(max(0, file.seek(0, io.SEEK_END) - 66_000))
    sizes = [int.from_bytes(short or long, "little") for short, long in _ENDS.findall(file.read())]
    return max((size for size in sizes if size != 0xFFFFFFFF), default=0)  # that one says: see the other record


def _too_many(name: str) -> UnreadableSourceError:
    return UnreadableSourceError(name, f"it has more than {MAX_MEMBERS:,} files; give it in parts.")


def member(archive: ZipFile, info: ZipInfo, name: str, allowance: Allowance) -> BinaryIO:
    """The member to read from, unpacked bit by bit; reading raises UnreadableSourceError at damage and bounds.

    Raises UnreadableSourceError where it is locked or packed by a method that cannot be bounded.
    """
    if info.header_offset < 0:
        raise UnreadableSourceError(name, "it is damaged (it begins before the archive); make or send it anew.")
    if info.flag_bits & 0x1:
        raise UnreadableSourceError(name, "it is locked with a password; pack it without one.")
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise UnreadableSourceError(name, "it is packed by a method that is not read; pack it as usual (deflate).")
    with _named(name):
        # Unbuffered reads are small, so that what a few packed bytes unpack to is never in memory at once.
        return io.BufferedReader(_Member(archive.open(info), name, _most(archive, info), allowance), 65_536)


def _most(archive: ZipFile, info: ZipInfo) -> int:
    file = archive.fp
    size = file.seek(0, io.SEEK_END) if file else 0
    return max(_ALWAYS_ALLOWED, MAX_RATIO * min(info.compress_size, size))


class _Member(io.RawIOBase):
    def __init__(self, unpacked: IO[bytes], name: str, most: int, allowance: Allowance) -> None:
        self._unpacked, self._name, self._most, self._allowance = unpacked, name, most, allowance

    def readinto(self, buffer: "WriteableBuffer") -> int:
        room = memoryview(buffer).cast("B")
        with _named(self._name):
            part = self._unpacked.read(min(len(room), 1_000_000))
        self._allowance.spend(len(part), self._name)
        if self._unpacked.tell() > self._most:
            raise UnreadableSourceError(
                self._name, f"it unpacks to more than {MAX_RATIO} times its size, as no article does."
            )
        room[: len(part)] = part
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _named(self._name):
            return self._unpacked.seek(offset, whence)

    def tell(self) -> int:
        return self._unpacked.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._unpacked.close()
        super().close()


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error) as error:
        raise UnreadableSourceError(name, f"it is damaged ({error}); make or send it anew.") from error
