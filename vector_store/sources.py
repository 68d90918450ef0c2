"""Files, folders and JSON lines → a stream of Articles, in which what cannot be read is a value like any other."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO

from pydantic import ValidationError

from vector_store.article import Article
from vector_store.errors import UnreadableSourceError
from vector_store.extract import FORMATS, article_from, decoded, unknown_format
from vector_store.submission import Submission, readable

MAX_FILE_BYTES = 64_000_000
"""Bound of one file, and of one line in a file of JSON lines, which may itself be of any length."""

LINE_SUFFIXES = (".jsonl", ".ndjson")
"""Files of many articles, one JSON object a line with the fields of Submission."""

SUFFIXES = frozenset((*FORMATS, *LINE_SUFFIXES))
"""All files that can be read; in a folder, others are passed over."""


def articles_from(paths: Iterable[Path]) -> Iterator[Article | UnreadableSourceError]:
    """The articles of files and folders, in order; an error stands where its article would, and ends nothing.

    Folders are read with their subfolders, by name; hidden entries and links to folders are passed over.
    One file, or one line of JSON lines, is in memory at a time.
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
    """How many articles and errors `articles_from` will yield; nothing is parsed, only lines are counted."""
    found = (entry for path in paths for entry in (_files(path) if path.is_dir() else (path,)))
    return sum(_lines_in(entry) if isinstance(entry, Path) else 1 for entry in found)


def passed_over(paths: Iterable[Path]) -> Counter[str]:
    """How many files of each suffix there are in the folders that `articles_from` does not read."""
    files = (file for path in paths if path.is_dir() for file in _visible_files(path))
    return Counter(file.suffix.lower() or "without suffix" for file in files if file.suffix.lower() not in SUFFIXES)


def _visible_files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if _visible(Path(place, name))]
        yield from (Path(place, name) for name in names if not name.startswith("."))


def _lines_in(path: Path) -> int:
    if path.suffix.lower() not in LINE_SUFFIXES:
        return 1
    try:
        with path.open("rb") as file:
            return sum(1 for line in _lines(file) if line.strip())
    except OSError:
        return 1


def _in_folder(folder: Path) -> Iterator[Article | UnreadableSourceError]:
    empty = True
    for found in _files(folder):
        empty = False
        if isinstance(found, Path):
            yield from _in_file(found)
        else:
            yield found
    if empty:
        known = ", ".join(sorted(SUFFIXES))
        yield UnreadableSourceError(_name(folder), f"the folder has no file that can be read ({known}).")


def _files(folder: Path) -> Iterator[Path | UnreadableSourceError]:
    waiting = [folder]  # not recursion: folders nest deeper than Python's stack
    while waiting:
        path = waiting.pop()
        try:
            if path.is_dir():
                waiting += sorted(filter(_visible, path.iterdir()), reverse=True)
            elif path.suffix.lower() in SUFFIXES and path.is_file():
                yield path
        except OSError as error:
            yield _refused(path, error)


def _visible(path: Path) -> bool:
    return not path.name.startswith(".") and not (path.is_symlink() and path.is_dir())


def _in_file(path: Path) -> Iterator[Article | UnreadableSourceError]:
    suffix = path.suffix.lower()
    try:
        if suffix in LINE_SUFFIXES:
            yield from _in_lines(path)
        elif suffix in FORMATS:
            yield _whole(path)
        else:
            yield unknown_format(_name(path), SUFFIXES)
    except UnreadableSourceError as error:
        yield error
    except OSError as error:
        yield _refused(path, error)


def _whole(path: Path) -> Article:
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise _too_long(_name(path), "file")
    return article_from(content, name=_name(path))


def _in_lines(path: Path) -> Iterator[Article | UnreadableSourceError]:
    empty = True
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file), 1):
            if line.strip():
                empty = False
                yield _on_line(line, f"{_name(path)}, line {number}")
    if empty:
        yield UnreadableSourceError(_name(path), "it holds no article; write one JSON object a line.")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Each line; of one that is too long, its beginning, one byte over the bound."""
    while line := file.readline(MAX_FILE_BYTES + 1):
        rest = line
        while len(rest) > MAX_FILE_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_FILE_BYTES + 1)
        yield line


def _on_line(line: bytes, origin: str) -> Article | UnreadableSourceError:
    if len(line) > MAX_FILE_BYTES:
        return _too_long(origin, "line")
    try:
        return Submission.model_validate_json(decoded(line, name=origin)).article()
    except UnreadableSourceError as error:
        return error
    except ValidationError as error:
        return UnreadableSourceError(origin, readable(error))


def _too_long(origin: str, what: str) -> UnreadableSourceError:
    return UnreadableSourceError(
        origin, f"the {what} is longer than {MAX_FILE_BYTES // 1_000_000} MB; give one article at a time."
    )


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
