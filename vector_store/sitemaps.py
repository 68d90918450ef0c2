"""Sitemaps (sitemaps.org): XML, with what Google News adds, or text, or gzip of either → the pages that they name.

`lastmod` says when a page changed, so it is `updated`; only `news:publication_date` says when it was published.
"""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from gzip import GzipFile
from io import BytesIO
from itertools import islice
from typing import TypeVar

from vector_store.entries import Entry, address, first_moment, undated
from vector_store.errors import UnreadableSourceError
from vector_store.feed_pieces import repaired
from vector_store.formats.documents import charset_of, decoded, stated
from vector_store.formats.markup import Element, local_name, plain_text

MAX_BYTES = 52_428_800
MAX_ENTRIES = 50_000
"""Both are sitemaps.org's own bounds; bytes count unpacked."""

_GZIP = b"\x1f\x8b"
_HEAD = 256
# What may stand before the first character: byte order marks, white space, half of a UTF-16 character.
_NOT_YET = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"
_ADVICE = "give the address of an XML or text sitemap."
_Found = Entry | str | UnreadableSourceError
_T = TypeVar("_T", Entry, str, UnreadableSourceError)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The pages that a sitemap names, or the sitemaps that a sitemap index names, and what could not be read."""

    entries: tuple[Entry, ...] = ()
    children: tuple[str, ...] = ()
    problems: tuple[UnreadableSourceError, ...] = ()


def sitemap_of(content: bytes, name: str) -> Sitemap:
    """The sitemap in these bytes. As much as can be read is read, and `problems` tells the rest.

    Raises UnreadableSourceError: over the bounds, broken gzip, a web page, a feed, a text without an address.
    """
    unpacked = _unpacked(content, name)
    is_xml = unpacked[:_HEAD].translate(None, _NOT_YET).startswith(b"<")
    found = list(islice(_in_xml(unpacked, name) if is_xml else _in_text(unpacked, name), MAX_ENTRIES + 1))
    if len(found) > MAX_ENTRIES:
        raise UnreadableSourceError(name, f"the sitemap has more than {MAX_ENTRIES:,} entries; split it.")
    if not found and not is_xml:
        raise UnreadableSourceError(name, f"it holds no address; {_ADVICE}")
    problems = _only(UnreadableSourceError, found)
    if problems and len(problems) == len(found):
        raise problems[0]
    return Sitemap(_only(Entry, found), _only(str, found), problems)


def _only(kind: type[_T], found: Iterable[_Found]) -> tuple[_T, ...]:
    return tuple(one for one in found if isinstance(one, kind))


def _unpacked(content: bytes, name: str) -> bytes:
    if content.startswith(_GZIP):
        try:
            content = GzipFile(fileobj=BytesIO(content)).read(MAX_BYTES + 1)
        except (EOFError, OSError, zlib.error) as error:
            raise UnreadableSourceError(name, f"its gzip is broken ({error}).") from error
    if len(content) > MAX_BYTES:
        raise UnreadableSourceError(name, f"the sitemap is longer than {MAX_BYTES // 1_048_576} MB; split it.")
    return content


def _in_text(content: bytes, name: str) -> Iterator[_Found]:
    for number, line in enumerate(decoded(content, name=name, charset=charset_of(content, None)).splitlines(), 1):
        if url := address(line, None):
            yield Entry(key=url, url=url)
        elif line.strip():
            yield UnreadableSourceError(f"{name}, line {number}", "it is not a whole web address; it is passed over.")


def _in_xml(content: bytes, name: str) -> Iterator[_Found]:
    from lxml.etree import XMLSyntaxError  # inside, as no start should wait for it

    read = 0
    try:
        for element in _elements(content, name):
            read += 1
            yield from _said(element, f"{name}, entry {read}")
    except XMLSyntaxError:
        text = repaired(decoded(content, name=name, charset=charset_of(content, None)))
        try:
            for number, element in enumerate(islice(_elements(text.encode(), name), read, None), read + 1):
                yield from _said(element, f"{name}, entry {number}")
        except XMLSyntaxError as error:
            problem = f"the XML is broken ({error.msg}); what stands before was read."
            yield UnreadableSourceError(name, problem)


def _elements(content: bytes, name: str) -> Iterator[Element]:
    """Each `url` or `sitemap`, which is empty again when the next one comes."""
    from lxml import etree

    safety = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    parsing = etree.iterparse(
        BytesIO(content), events=("start", "end"), remove_comments=True, remove_pis=True, **safety
    )
    for event, element in parsing:
        parent = element.getparent()
        if event == "start" and parent is None and local_name(element) not in ("urlset", "sitemapindex"):
            raise UnreadableSourceError(name, f"it is no sitemap (its root is <{local_name(element)}>); {_ADVICE}")
        if (
            event == "end"
            and local_name(element) in ("url", "sitemap")
            and local_name(parent) in ("urlset", "sitemapindex")
        ):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del parent[0]


def _said(element: Element, origin: str) -> Iterator[_Found]:
    written = _words(element, "{*}loc")
    url = address(written, None)
    if url is None:
        yield UnreadableSourceError(
            origin, f"its address {(written or '')[:80]!r} is not a whole web address; it is passed over."
        )
    elif local_name(element) == "sitemap":
        yield url
    else:
        entry = _entry(element, url)
        yield entry
        date = _words(element, "{*}news/{*}publication_date")
        if date and entry.published is None:
            yield undated(origin, date)


def _entry(element: Element, url: str) -> Entry:
    return Entry(
        key=url,
        url=url,
        title=stated(_words(element, "{*}news/{*}title")),
        source=stated(_words(element, "{*}news/{*}publication/{*}name")),
        language=stated(_words(element, "{*}news/{*}publication/{*}language"), 35),
        published=first_moment(_words(element, "{*}news/{*}publication_date")),
        updated=first_moment(_words(element, "{*}lastmod")),
    )


def _words(element: Element, path: str) -> str | None:
    found = element.find(path)
    return None if found is None else plain_text(found) or None
