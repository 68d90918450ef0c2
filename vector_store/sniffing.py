"""What has been fetched: told by its first bytes, then by what the server calls it, then by its address (pure).

Servers call feeds web pages, web pages plain text and PDF a stream of bytes; what the bytes show cannot be wrong.
"""

import re
from urllib.parse import urlsplit

from vector_store.errors import UnreadableSourceError
from vector_store.fetch import Fetched
from vector_store.formats.documents import suffix_of
from vector_store.formats.known import FORMATS, MEDIA_TYPES
from vector_store.submission import is_web_address

FEED = "feed"
SITEMAP = "sitemap"
PAGES = (".html", ".htm", ".xhtml")

_HEAD = 4_096
_ROOTS = {
    "rss": FEED,
    "feed": FEED,
    "rdf": FEED,
    "urlset": SITEMAP,
    "sitemapindex": SITEMAP,
    "newsitem": ".newsml",
    "newsmessage": ".newsml",
    "nitf": ".xml",
    "html": ".html",
}
_MEDIA_TYPES = MEDIA_TYPES | {
    "application/rss+xml": FEED,
    "application/rdf+xml": FEED,
    "application/atom+xml": FEED,
    "application/feed+json": FEED,
}
_SAY_NOTHING = (None, "text/plain", "application/octet-stream", "binary/octet-stream", "application/x-download")
_JSON = (*_SAY_NOTHING, "application/json", "text/json", "application/javascript")

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Atomic and possessive throughout: there is one way to read a prolog, and no way back into it.
_ROOT = re.compile(
    r"(?>\s|<\?.*?\?>|<!--.*?-->|<!doctype(?>[^>\[]|\[.*?\])*+>)*+<(?:[\w.-]+:)?+([\w.-]+)", re.DOTALL | re.IGNORECASE
)


def kind_of(found: Fetched) -> str:
    """FEED, SITEMAP, or the suffix of the format in `formats.known` that reads it.

    Raises UnreadableSourceError: nothing that can be read.
    """
    path = suffix_of(urlsplit(found.url).path)
    kind = _packed(found, path) or _marked_up(found) or _listed(found, path)
    if kind is None and found.media_type in _SAY_NOTHING:
        kind = path if path in FORMATS else ".txt" if found.media_type == "text/plain" else None
    kind = kind or _MEDIA_TYPES.get(found.media_type or "")
    if kind is None:
        told = f"the server calls it {found.media_type}" if found.media_type else "the server does not say what it is"
        raise UnreadableSourceError(found.url, f"{told}, which cannot be read; give the address of a page or a feed.")
    return kind


def _packed(found: Fetched, path: str) -> str | None:
    content = found.content
    if content.startswith(b"%PDF-"):
        return ".pdf"
    if content.startswith(b"PK\x03\x04"):
        return ".docx" if b"word/document.xml" in content else ".zip"
    if content.startswith(b"\x1f\x8b"):
        return ".warc.gz" if path == ".warc.gz" or found.media_type == "application/warc" else SITEMAP
    return ".warc" if content.startswith(b"WARC/1.") else None


def _marked_up(found: Fetched) -> str | None:
    head = _head(found)
    if head.lstrip()[:14].lower() == "<!doctype html":  # whose <html> may be left out
        return ".html"
    root = _ROOT.match(head)
    return _ROOTS.get(root[1].lower()) if root else None


def _listed(found: Fetched, path: str) -> str | None:
    """JSON in its kinds, and sitemaps that are nothing but a list of addresses."""
    head = _head(found)
    if head.lstrip()[:1] in ("{", "[") and found.media_type in _JSON:
        lines = path if path in (".jsonl", ".ndjson") else ".json"
        return FEED if b"jsonfeed.org/version" in found.content else lines
    return SITEMAP if found.media_type in _SAY_NOTHING and _is_addresses(found.content, head) else None


def _is_addresses(content: bytes, head: str) -> bool:
    lines = [line.strip() for line in head.splitlines()]
    whole = list(filter(None, lines[:-1] if len(content) > _HEAD else lines))  # the last may be cut
    return bool(whole) and all(map(is_web_address, whole))


def _head(found: Fetched) -> str:
    head = found.content[:_HEAD]
    return head.decode("utf-16" if head.startswith(_UTF16) else "latin-1", "ignore").removeprefix("ï»¿")
