"""CSV and TSV: one article a row; the header row names Submission's fields, or says the same in other usual words."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from itertools import count as count_from
from textwrap import shorten
from typing import BinaryIO

from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import MAX_FILE_BYTES, Item, each_line, no_text, submitted, too_long

COLUMNS = {
    "id": ("article id", "guid"),
    "url": ("link", "address", "article url", "web address"),
    "title": ("headline", "heading"),
    "text": ("body", "content", "full text", "fulltext", "article text", "article", "story"),
    "source": ("publisher", "outlet", "publication", "newspaper", "source name"),
    "author": ("byline", "authors", "writer", "by"),
    "published": (
        "date",
        "published at",
        "publish date",
        "published date",
        "publication date",
        "date published",
        "pubdate",
    ),
    "language": ("lang",),
}
"""Each field, and what else its column may be called. Case, - and _ do not matter; other columns are passed over."""

_DELIMITERS = ",;\t|"
_LONGEST_HEADER = 100_000
_MAX_CHARACTERS = 16_000_000
"""Of one cell: a quotation mark without its second would take all the rest of the file into one."""

_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_Row = list[str] | UnreadableSourceError


@dataclass(frozen=True, slots=True)
class _Header:
    """Where each field stands in a row, and how many cells a row has."""

    places: dict[str, int]
    width: int


def read(file: BinaryIO, name: str) -> Iterator[Item]:
    """Each row below the header as an article or an error. Raises UnreadableSourceError: no title or text column."""
    for number, row, header in entries(file, name):
        yield row if isinstance(row, UnreadableSourceError) else _item(row, header, f"{name}, row {number}")


def entries(file: BinaryIO, name: str) -> Iterator[tuple[int, _Row, _Header]]:
    """The rows that `read` makes items of, the header being row 1, each with the header; raises as it does."""
    lines = each_line(file, name)
    opening = list(_through_header(lines))
    rows = _rows(chain(opening, lines), _delimiter(opening), name)
    _, names = next(rows, (1, no_text(name)))
    if isinstance(names, UnreadableSourceError):
        raise names
    header = _Header(_places(names), len(names))
    if missing := {"title", "text"} - header.places.keys():
        raise _no_column(missing, names, name)
    empty = True
    for number, row in rows:
        empty = False
        yield number, row, header
    if empty:
        raise UnreadableSourceError(name, "it holds no article, only a header; write one article a row.")


def _no_column(missing: set[str], names: list[str], name: str) -> UnreadableSourceError:
    return UnreadableSourceError(
        name,
        f"it has no column {' and no column '.join(sorted(missing))}; name the columns in the first row "
        f"({', '.join(COLUMNS)}), which is now: {shorten(', '.join(names), 200, placeholder=' ...')}.",
    )


def _through_header(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line
        if line.strip():
            return


def _delimiter(opening: list[bytes]) -> str:
    """The one that gives the most columns a name."""
    text = b"".join(opening[-1:])[:_LONGEST_HEADER].decode(errors="replace").splitlines()[:1]
    return max(_DELIMITERS, key=lambda delimiter: len(_places(next(csv.reader(text, delimiter=delimiter), []))))


def _places(names: list[str]) -> dict[str, int]:
    """Where each field stands in a row; a column with the field's own name goes before those that mean the same."""
    plain = [" ".join(re.split(r"[\s_-]+", name.strip().lower())) for name in names]
    found = ((field, [name for name in (field, *others) if name in plain]) for field, others in COLUMNS.items())
    return {field: plain.index(known[0]) for field, known in found if known}


def _rows(lines: Iterable[bytes], delimiter: str, name: str) -> Iterator[tuple[int, _Row]]:
    cut: list[bytes] = []
    csv.field_size_limit(_MAX_CHARACTERS)  # for the whole process; its default is shorter than some articles
    rows = csv.reader(_decoded(lines, cut), delimiter=delimiter, strict=True)
    for number in count_from(1):
        origin = f"{name}, row {number}"
        try:
            row: _Row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"it cannot be read ({error} in line {rows.line_num}); check its quotation marks."
            row = UnreadableSourceError(origin, problem)
        if cut:
            cut.clear()
            row = too_long(origin, "row")
        if isinstance(row, UnreadableSourceError) or any(cell.strip() for cell in row):
            yield number, row


def _decoded(lines: Iterable[bytes], cut: list[bytes]) -> Iterator[str]:
    """Bytes that are not UTF-8 stay recognisable, so that only their row is lost; `cut` tells of a line cut short."""
    for line in lines:
        if len(line) > MAX_FILE_BYTES:
            cut.append(line[:0])
        yield line.decode("utf-8", "surrogateescape")


def _item(row: list[str], header: _Header, origin: str) -> Item:
    if any(cell.strip() for cell in row[header.width :]):
        problem = f"it has {len(row)} cells and the header {header.width}; put cells with commas or the like in quotes."
        return UnreadableSourceError(origin, problem)
    if any(_NOT_UTF8.search(cell) for cell in row):
        return UnreadableSourceError(origin, "it is not UTF-8; save the file as UTF-8.")
    fields = {field: row[place] for field, place in header.places.items() if place < len(row)}
    try:
        return submitted(origin, fields.pop("text", ""), fields).article()
    except UnreadableSourceError as error:
        return error
