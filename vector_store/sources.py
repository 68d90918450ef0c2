"""Files and folders → a stream of Articles, in which what cannot be read is a value like any other."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from vector_store.errors import UnreadableSourceError
from vector_store.formats import archive
from vector_store.formats.documents import Item, suffix_of
from vector_store.formats.known import FORMATS, MANY, count_in, items_in

SUFFIXES = frozenset(FORMATS)
"""All files that can be read; in a folder, others are passed over."""


def articles_from(paths: Iterable[Path]) -> Iterator[Item]:
    """The articles of files and folders, in order; an error stands where its article would, and ends nothing.

    Folders are read with their subfolders, by name; hidden entries and links to folders are passed over.
    One article is in memory at a time, however many a file holds.
    """
    for path in paths:
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            yield _refused(path, error)
            continue
        if S_ISDIR(mode):
            yield from _in_folder(path)
        elif S_ISREG(mode):
            yield from _in_file(path)
        else:
            yield UnreadableSourceError(_name(path), "this is neither a file nor a folder.")


def count(paths: Iterable[Path]) -> int:
    """How many articles and errors `articles_from` will yield; no article is read for that, only counted."""
    found = (entry for path in paths for entry in (files_in(path) if path.is_dir() else (path,)))
    return sum(_articles_in(entry) if isinstance(entry, Path) else 1 for entry in found)


def passed_over(paths: Iterable[Path]) -> Counter[str]:
    """How many files of each suffix there are, in folders and in archives, that `articles_from` does not read."""
    passed: Counter[str] = Counter()
    for path in paths:
        folder = path.is_dir()
        for file in _visible_files(path) if folder else (path,):
            suffix = suffix_of(file.name)
            if suffix == archive.SUFFIX and file.is_file():
                passed += _passed_over_in(file)
            elif folder and suffix not in SUFFIXES:
                passed[suffix or "without suffix"] += 1
    return passed


def _passed_over_in(path: Path) -> Counter[str]:
    with suppress(OSError, UnreadableSourceError), path.open("rb") as file:  # told where the articles are read
        return archive.passed_over(file, _name(path), FORMATS)
    return Counter()


def _visible_files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if _visible(Path(place, name))]
        yield from (Path(place, name) for name in names if not name.startswith("."))


def _articles_in(path: Path) -> int:
    if suffix_of(path.name) not in MANY or not path.is_file():
        return 1
    try:
        with path.open("rb") as file:
            return count_in(file, _name(path))
    except OSError:
        return 1


def _in_folder(folder: Path) -> Iterator[Item]:
    empty = True
    for found in files_in(folder):
        empty = False
        if isinstance(found, Path):
            yield from _in_file(found)
        else:
            yield found
    if empty:
        known = ", ".join(sorted(SUFFIXES))
        yield UnreadableSourceError(_name(folder), f"the folder has no file that can be read ({known}).")


def files_in(folder: Path) -> Iterator[Path | UnreadableSourceError]:
    """The files of a folder and its subfolders that can be read, by name, and an error for each entry that cannot."""
    waiting = [folder]  # not recursion: folders nest deeper than Python's stack
    while waiting:
        path = waiting.pop()
        try:
            if path.is_dir():
                waiting += sorted(filter(_visible, path.iterdir()), reverse=True)
            elif suffix_of(path.name) in SUFFIXES and path.is_file():
                yield path
        except OSError as error:
            yield _refused(path, error)


def _visible(path: Path) -> bool:
    return not path.name.startswith(".") and not (path.is_symlink() and path.is_dir())


def _in_file(path: Path) -> Iterator[Item]:
    try:
        with path.open("rb") as file:
            yield from items_in(file, _name(path))
    except OSError as error:
        yield _refused(path, error)


def _refused(path: Path, error: OSError | ValueError) -> UnreadableSourceError:
    match error:
        case FileNotFoundError():
            problem = "there is no such file or folder; check the path."
        case PermissionError():
            problem = "permission denied; let the user who runs this read it."
        case _:
            problem = f"it cannot be read ({getattr(error, 'strerror', None) or error})."
    return UnreadableSourceError(_name(path), problem)


def _name(path: Path) -> str:
    """The path as text that can be printed, even where the system allows names that are not Unicode."""
    return str(path).encode("utf-8", "backslashreplace").decode()
