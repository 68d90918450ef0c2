"""WARC and WARC.gz, what web crawls are kept in: each HTML page that a server answered with, one at a time."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from gzip import GzipFile
from typing import TYPE_CHECKING, BinaryIO

from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import MAX_FILE_BYTES, Item, too_long
from vector_store.formats.html import page
from vector_store.submission import is_web_address

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_HTML = ("text/html", "application/xhtml+xml")
_GZIP = b"\x1f\x8b"
_CHUNK = 1_000_000


class _BrokenOffError(Exception):
    """A record is shorter than it says."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a server answered: HTML in `charset` (None: it did not say) from the address `url`, where that is one."""

    origin: str
    content: bytes
    charset: str | None
    url: str | None


def read(file: BinaryIO, name: str) -> Iterator[Item]:
    """The articles of the pages; a page without an article is an error that names its address."""
    for found in pages(file, name):
        yield _article(found) if isinstance(found, Page) else found


def pages(file: BinaryIO, name: str) -> Iterator[Page | UnreadableSourceError]:
    """The pages, in the archive's order, from each of which `read` makes one item.

    Only answers with status 200 and HTML in them count; requests, metadata and repeats of earlier visits do not.
    Where the archive breaks off, one error says so, and every page that stands whole before it is read.
    """
    from fastwarc.warc import ArchiveIterator  # inside, as no start should wait for it

    begins = 0
    try:
        for record in ArchiveIterator(file, parse_http=False):
            begins = record.stream_pos
            found = _page(record, name)
            if found is not None:
                yield found
        # fastwarc takes a compressed record that is cut in its first bytes for the end of the archive.
        if not _ends_whole(file, begins):
            raise _BrokenOffError
    except _BrokenOffError:
        yield UnreadableSourceError(name, f"the archive is cut off {_place(begins)}.")
    except OSError as error:
        yield UnreadableSourceError(name, f"the archive is broken ({error}) {_place(begins)}.")


def _article(found: Page) -> Item:
    try:
        return page(found.content, found.origin, charset=found.charset, url=found.url).article()
    except UnreadableSourceError as error:
        return error


def _place(begins: int) -> str:
    return f"in or after the record at byte {begins:,}; what stands before was read"


def _page(record: "WarcRecord", name: str) -> Page | UnreadableSourceError | None:
    """The page in the record; None for a record that holds none."""
    from fastwarc.warc import WarcRecordType

    if not (record.headers.get("Content-Length") or "").strip().isdecimal():
        raise _BrokenOffError
    if record.record_type != WarcRecordType.response or not record.is_http:
        if record.reader.consume() < record.content_length:
            raise _BrokenOffError
        return None
    block = record.reader.read(MAX_FILE_BYTES + 1)
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    origin = f"{name}, {url or record.record_id}"
    if len(block) > MAX_FILE_BYTES:
        return too_long(origin, "record")
    if not block or len(block) < record.content_length:
        raise _BrokenOffError
    return _answered(block, origin, url, record.headers.get("WARC-Truncated"))


def _answered(block: bytes, origin: str, url: str, truncated: str | None) -> Page | UnreadableSourceError | None:
    try:
        answer = _answer(block, decode=True)
    except OSError:  # some crawlers keep the words decoded and the header that says that they are not
        answer = _answer(block, decode=False)
    if answer.http_headers.status_code != 200 or (answer.http_content_type or "").lower() not in _HTML:
        return None
    content = answer.reader.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        return too_long(origin, "page")
    if truncated:
        return UnreadableSourceError(origin, f"the archive keeps only the beginning of the page ({truncated}).")
    return Page(origin, content, answer.http_charset, url if is_web_address(url) else None)


def _answer(block: bytes, *, decode: bool) -> "WarcRecord":
    from fastwarc.warc import WarcRecord, WarcRecordType

    answer = WarcRecord()
    answer.init_headers(WarcRecordType.response)
    answer.set_bytes_content(block)
    answer.is_http = True
    answer.parse_http(auto_decode="all" if decode else "none")
    return answer


def _ends_whole(file: BinaryIO, begins: int) -> bool:
    """Whether the last compressed record, and whatever follows it, is there to its end."""
    file.seek(begins)
    if file.read(len(_GZIP)) != _GZIP:
        return True
    file.seek(begins)
    try:
        with GzipFile(fileobj=file) as unpacked:
            while unpacked.read(_CHUNK):
                pass
    except (EOFError, OSError, zlib.error):
        return False
    return True
