"""Feeds (RSS, Atom, JSON Feed): bytes → what the feed says of each article. Nothing is fetched.

A date without a time zone counts as its day only, as everywhere; a date that the feed does not give stays None.
"""

import re
from collections.abc import Iterable, Iterator

from vector_store.entries import Entry, FeedDocument, address, document
from vector_store.errors import UnreadableSourceError
from vector_store.feed_pieces import head_and_pieces, parsed
from vector_store.feed_xml import entries_of, title_and_language
from vector_store.formats.documents import charset_of
from vector_store.formats.markup import Element, local_name
from vector_store.json_feed import json_feed

__all__ = ["Entry", "FeedDocument", "feed_of", "feeds_named"]

_ENCODING = re.compile(rb"""<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)""")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_XML_DECLARATION = re.compile(r"\A<\?xml\b[^>]*\?>")
_PAGE = re.compile(r"(?:\s|<!--(?:(?!-->).)*-->|<\?[^>]*>)*<(?:!doctype\s+)?html\b", re.IGNORECASE | re.DOTALL)
_HEAD = 4_096
# A byte that is not UTF-8 in a text that is: most likely one entry that was pasted in from another system.
_WINDOWS = {0xDC00 + byte: bytes([byte]).decode("windows-1252", "replace") for byte in range(0x80, 0x100)}
_ROOTS = ("rss", "feed", "rdf")
_OTHERS = {
    "urlset": "a sitemap",
    "sitemapindex": "a list of sitemaps",
    "newsMessage": "NewsML-G2",
    "newsItem": "NewsML-G2",
}
# Not application/json, by which many sites name an interface that is no feed.
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


def feed_of(content: bytes, name: str, *, media_type: str | None = None, base_url: str | None = None) -> FeedDocument:
    """The feed in these bytes. `media_type` is what the server said, with its charset; `base_url` where it was found.

    As much as can be read is read, and `problems` tells the rest: an entry with broken XML, a date that is none.
    Raises UnreadableSourceError: a web page, other JSON or XML, or XML of which nothing can be read.
    """
    text, problems = _text(content, name, media_type)
    if not text:
        raise UnreadableSourceError(name, "it is empty; give the address of an RSS, Atom or JSON feed.")
    if text[0] in "{[":
        return json_feed(text, name, base_url)
    if _PAGE.match(text[:_HEAD]):
        raise UnreadableSourceError(name, _page_problem(text, base_url))
    from lxml.etree import XMLSyntaxError  # inside, as no start should wait for it

    try:
        root = parsed(text, base_url)
    except XMLSyntaxError as error:
        return _broken(text, name, base_url, problems, error.msg)
    if local_name(root).lower() not in _ROOTS:
        what = _OTHERS.get(local_name(root), f"XML with the root <{local_name(root)}>")
        raise UnreadableSourceError(name, f"it is {what}, not a feed; give the address of an RSS, Atom or JSON feed.")
    title, language = title_and_language(root)
    return document(title, [*problems, *_said(_entries(root), name, language)])


def _text(content: bytes, name: str, media_type: str | None) -> tuple[str, list[UnreadableSourceError]]:
    """Without what XML and JSON forbid anyway. UTF-8 where it is that, whatever is declared."""
    told = _CHARSET.search(media_type or "")
    declared = _ENCODING.search(content[:_HEAD])
    charset = charset_of(content, told[1] if told else declared[1].decode() if declared else None)
    problems = []
    try:
        text = content.decode(charset)
    except (LookupError, ValueError):  # an unknown charset, or bytes that it does not have
        text = content.decode("utf-8", "surrogateescape").translate(_WINDOWS)
        problems.append(
            UnreadableSourceError(name, f"it is not {charset}; what is not UTF-8 was read as windows-1252.")
        )
    return _XML_DECLARATION.sub("", _CONTROL.sub("", text.removeprefix("\ufeff")).strip()), problems


def _broken(
    text: str, name: str, base_url: str | None, problems: list[UnreadableSourceError], why: str | None
) -> FeedDocument:
    head, pieces = head_and_pieces(text, name, base_url)
    title, language = (None, None) if head is None else title_and_language(head)
    told = UnreadableSourceError(name, f"the XML is broken ({why}); each entry was read by itself.")
    feed = document(title, [*problems, told, *_said(pieces, name, language)])
    if not feed.entries:
        raise UnreadableSourceError(name, f"the XML is broken ({why}), and no entry in it can be read.")
    return feed


def _entries(root: Element) -> Iterator[Element]:
    """In RSS 0.9x and 2.0 they are the channel's children, in RSS 1.0 and Atom the root's."""
    for child in root:
        if local_name(child).lower() in ("item", "entry"):
            yield child
        elif local_name(child).lower() == "channel":
            yield from (one for one in child if local_name(one).lower() == "item")


def _said(
    elements: Iterable[Element | UnreadableSourceError], name: str, language: str | None
) -> Iterator[Entry | UnreadableSourceError]:
    for number, element in enumerate(elements, 1):
        if isinstance(element, UnreadableSourceError):
            yield element
        else:
            yield from entries_of(element, f"{name}, entry {number}", language)


def feeds_named(content: bytes, base_url: str | None) -> list[str]:
    """The addresses of the feeds that a web page (in UTF-8) names in its head, as browsers find them."""
    from lxml import html
    from lxml.etree import LxmlError

    try:
        links = html.document_fromstring(content, parser=html.HTMLParser(encoding="utf-8")).iterfind(".//link")
    except (LxmlError, ValueError):
        return []
    feeds = (
        address(link.get("href"), base_url)
        for link in links
        if "alternate" in (link.get("rel") or "").lower().split() and (link.get("type") or "").lower() in _FEED_TYPES
    )
    return list(dict.fromkeys(filter(None, feeds)))


def _page_problem(text: str, base_url: str | None) -> str:
    """It is a page; where it names its feeds, they are told."""
    known = " or ".join(feeds_named(text.encode(), base_url))
    told = f", which it says is {known}" if known else ""
    return f"it is a web page, not a feed; give the feed's address{told}."
