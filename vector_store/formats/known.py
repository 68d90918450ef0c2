"""All formats by the suffix of their files: a new one is one function and one line here."""

from collections.abc import Iterator
from typing import BinaryIO

from vector_store.formats import (
    archive,
    docx,
    html,
    lines,
    markdown,
    message,
    newsml,
    ninjs,
    pdf,
    plain,
    table,
    warc,
)
from vector_store.formats.documents import Format, Item, Reading, each, suffix_of, unknown_format

_IN_FILES: dict[str, Format] = {
    **dict.fromkeys((".txt", ".text"), plain.read),
    **dict.fromkeys((".md", ".markdown"), markdown.read),
    **dict.fromkeys((".html", ".htm", ".xhtml"), html.read),
    ".pdf": pdf.read,
    ".docx": docx.read,
    ".eml": message.read,
    **dict.fromkeys((".jsonl", ".ndjson"), lines.read),
    **dict.fromkeys((".csv", ".tsv"), table.read),
    **dict.fromkeys((".json", ".ninjs"), ninjs.read),
    **dict.fromkeys((".xml", ".newsml"), newsml.read),
    **dict.fromkeys((".warc", ".warc.gz"), warc.read),
}

FORMATS: dict[str, Format] = {**_IN_FILES, archive.SUFFIX: archive.of(_IN_FILES)}
"""Each suffix and the function that reads such files."""

MEDIA_TYPES: dict[str, str] = {
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/rfc822": ".eml",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".ndjson",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/vnd.iptc.g2.newsitem+xml": ".newsml",
    "application/warc": ".warc",
    "application/zip": ".zip",
}
"""The suffix of the files that a server calls so."""


def items_in(file: BinaryIO, name: str, suffix: str | None = None) -> Iterator[Item]:
    """What a file holds, errors in their place; at least one item. `suffix` is taken from the name where it is None.

    `file` is seekable and at its start. Raises only OSError, when it cannot be read on.
    """
    read = FORMATS.get(suffix_of(name) if suffix is None else suffix)
    if read is None:
        yield unknown_format(name, FORMATS)
    else:
        yield from each(read, file, name)


MANY: dict[str, Reading[object]] = {
    **dict.fromkeys((".jsonl", ".ndjson"), lines.entries),
    **dict.fromkeys((".csv", ".tsv"), table.entries),
    **dict.fromkeys((".json", ".ninjs"), ninjs.read),
    **dict.fromkeys((".xml", ".newsml"), newsml.read),
    **dict.fromkeys((".warc", ".warc.gz"), warc.pages),
}
"""Of files with many articles, what tells how many items they will give, with as little work as may be."""


def _one(file: BinaryIO, name: str) -> Iterator[object]:
    yield name


MANY[archive.SUFFIX] = archive.of(dict.fromkeys(_IN_FILES, _one) | MANY)


def count_in(file: BinaryIO, name: str) -> int:
    """How many items `items_in` will yield."""
    return sum(1 for _ in each(MANY.get(suffix_of(name), _one), file, name))
