"""ZIP: each file in it that is of a known format, read as it is unpacked and never written to the disk."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from stat import S_ISLNK
from typing import BinaryIO, TypeVar
from zipfile import ZipFile, ZipInfo

from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import Reading, each, suffix_of
from vector_store.formats.unpacking import Allowance, member, opened

T = TypeVar("T")

MAX_UNPACKED = 4_000_000_000
"""Bytes of all files of one archive together."""

SUFFIX = ".zip"
_LONGEST_NAME = 200


def of(formats: Mapping[str, Reading[T]], most: int = MAX_UNPACKED) -> Reading[T | UnreadableSourceError]:
    """The format of archives whose files are of `formats`: suffix → format. They unpack to `most` bytes together.

    Hidden files and files of other formats are passed over, as in a folder. What may not be opened is an error each:
    an archive inside, a link, a name that leaves the archive, a file that is locked, damaged or a bomb.
    """

    def items(file: BinaryIO, name: str) -> Iterator[T | UnreadableSourceError]:
        allowance = Allowance(most, "the archive")
        with opened(file, name) as archive:
            empty = True
            for info in _visible(archive):
                for item in _items(archive, info, name, formats, allowance):
                    empty = False
                    yield item
                if allowance.left < 0:
                    return
        if empty:
            raise UnreadableSourceError(name, f"it has no file that can be read ({', '.join(sorted(formats))}).")

    return items


def passed_over(file: BinaryIO, name: str, known: Mapping[str, object]) -> Counter[str]:
    """How many files of each suffix an archive has that are of no known format."""
    with opened(file, name) as archive:
        suffixes = Counter(suffix_of(info.filename) for info in _visible(archive) if _problem(info) is None)
    return Counter({suffix or "without suffix": count for suffix, count in suffixes.items() if suffix not in known})


def _visible(archive: ZipFile) -> Iterator[ZipInfo]:
    for info in archive.infolist():
        parts = _parts(info)
        if not info.is_dir() and not any(part == "__MACOSX" or (part[:1] == "." and part != "..") for part in parts):
            yield info


def _parts(info: ZipInfo) -> list[str]:
    return re.split(r"[/\\]", info.orig_filename)  # some programs write Windows' separators


def _problem(info: ZipInfo) -> str | None:
    """Why the member is not opened, whatever its format."""
    parts = _parts(info)
    if ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", parts[0]) or "\0" in info.orig_filename:
        return "its name leads out of the archive; pack it anew with plain names."
    if S_ISLNK(info.external_attr >> 16):
        return "it is a link, not a file; pack the file itself."
    if suffix_of(info.filename) == SUFFIX:
        return "an archive inside an archive is not opened; give it by itself."
    return None


def _items(
    archive: ZipFile, info: ZipInfo, name: str, formats: Mapping[str, Reading[T]], allowance: Allowance
) -> Iterator[T | UnreadableSourceError]:
    origin = f"{name}/{_printable('/'.join(_parts(info)))}"
    problem, read = _problem(info), formats.get(suffix_of(info.filename))
    if problem:
        yield UnreadableSourceError(origin, problem)
    elif read:
        try:
            with member(archive, info, origin, allowance) as unpacked:
                yield from each(read, unpacked, origin)
        except UnreadableSourceError as error:
            yield error


def _printable(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name[-_LONGEST_NAME:])
