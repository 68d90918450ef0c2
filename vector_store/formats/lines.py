"""JSONL and ndjson: one article a line, as an object with the fields of Submission; one line in memory at a time."""

from collections.abc import Iterator
from typing import BinaryIO

from pydantic import ValidationError

from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import MAX_FILE_BYTES, Item, decoded, each_line, too_long
from vector_store.submission import Submission, readable


def read(file: BinaryIO, name: str) -> Iterator[Item]:
    """Each line that is not blank, as an article or an error. Raises UnreadableSourceError: no line, UTF-16."""
    for number, line in entries(file, name):
        yield _article(line, f"{name}, line {number}")


def entries(file: BinaryIO, name: str) -> Iterator[tuple[int, bytes]]:
    """The lines that `read` makes items of, numbered from 1; raises as it does."""
    empty = True
    for number, line in enumerate(each_line(file, name), 1):
        if len(line) > MAX_FILE_BYTES or line.strip():
            empty = False
            yield number, line
    if empty:
        raise UnreadableSourceError(name, "it holds no article; write one JSON object a line.")


def _article(line: bytes, origin: str) -> Item:
    if len(line) > MAX_FILE_BYTES:
        return too_long(origin, "line")
    try:
        return Submission.model_validate_json(decoded(line, name=origin)).article()
    except UnreadableSourceError as error:
        return error
    except ValidationError as error:
        return UnreadableSourceError(origin, readable(error))
