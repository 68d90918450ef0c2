"""The XML of a feed, whole, or entry by entry where it is broken: one entry's fault is not the others'."""

import re
from collections.abc import Iterator
from html import escape, unescape
from html.entities import html5

from vector_store.errors import UnreadableSourceError
from vector_store.formats.markup import Element

_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf)\b[^<>]*>", re.IGNORECASE)
_ENTRY = re.compile(r"<(/?)(?:[\w.-]+:)?(?:item|entry)(?=[\s>])[^<>]*>", re.IGNORECASE)
_ABOUT = re.compile(r"<(title|language)\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_LONGEST_HEAD = 20_000
_DECLARATION = re.compile(r"""\s((?:xmlns|xml:(?:lang|base))(?::[\w.-]+)?)\s*=\s*["']([^"'<]*)["']""")
_PREFIX = re.compile(r"[</\s]([A-Za-z_][\w.-]*):[\w.-]+(?=[\s=/>])")
_USUAL = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "atom": "http://www.w3.org/2005/Atom",
}
_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_LOOSE = re.compile(r"&(?:#(?:\d{1,7}|x[\da-f]{1,6});|(\w{1,31});)?|<(?![^\W\d]|[:/!?])", re.IGNORECASE)
_TEXTS = ("title", "description", "summary", "content", "content:encoded")


def parsed(text: str, base_url: str | None) -> Element:
    """The root of well-formed XML. Nothing is fetched, no entity is expanded. Raises lxml's XMLSyntaxError."""
    from lxml import etree  # inside, as no start should wait for it

    safety = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    parser = etree.XMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, **safety)
    root: Element = etree.fromstring(text.encode(), parser, base_url=base_url)
    return root


def head_and_pieces(
    text: str, name: str, base_url: str | None
) -> tuple[Element | None, Iterator[Element | UnreadableSourceError]]:
    """What broken XML says of the feed, if that can be read, and each of its entries, or why that cannot be.

    Raises UnreadableSourceError where nothing in it is a feed.
    """
    root = _ROOT.search(text)
    if root is None:
        raise UnreadableSourceError(
            name, "it is broken XML and no feed; give the address of an RSS, Atom or JSON feed."
        )
    first = _ENTRY.search(text, root.end())
    head = text[root.end() : min(first.start() if first else len(text), root.end() + _LONGEST_HEAD)]
    about = "".join(match[0] for match in _ABOUT.finditer(head))
    return _inside(root[0], about, base_url), _entries(text[root.end() :], root[0], name, base_url)


def _entries(text: str, root: str, name: str, base_url: str | None) -> Iterator[Element | UnreadableSourceError]:
    for number, piece in enumerate(_pieces(text), 1):
        whole = None
        if piece:
            whole = _inside(root, piece, base_url)
            whole = _inside(root, _sealed(piece), base_url) if whole is None else whole
        if whole is None:
            problem = "its XML is broken or breaks off; it is passed over."
            yield UnreadableSourceError(f"{name}, entry {number}", problem)
        else:
            yield next(iter(whole))


def _pieces(text: str) -> Iterator[str | None]:
    """Each entry from its opening tag to its closing tag; None for one that is never closed."""
    start: int | None = None
    for tag in _ENTRY.finditer(text):
        if tag[1] and start is not None:
            yield text[start : tag.end()]
            start = None
        elif not tag[1] and not tag[0].endswith("/>"):
            if start is not None:
                yield None
            start = tag.start()
    if start is not None:
        yield None


def _inside(root: str, xml: str, base_url: str | None) -> Element | None:
    """An element with this XML in it and the names that the feed's root declares; None where that is broken too."""
    from lxml.etree import XMLSyntaxError

    declared = dict(_DECLARATION.findall(root))
    for prefix in sorted(set(_PREFIX.findall(xml)) - {"xml", "xmlns"}):
        declared.setdefault(f"xmlns:{prefix}", _USUAL.get(prefix, f"urn:{prefix}"))
    attributes = "".join(f' {key}="{escape(unescape(value))}"' for key, value in declared.items())
    try:
        return parsed(f"<pieces{attributes}>{repaired(xml)}</pieces>", base_url)
    except XMLSyntaxError:
        return None


def repaired(xml: str) -> str:
    """The XML with what is most often wrong put right: bare ampersands and less-than signs, entities of HTML."""
    parts = _CDATA.split(xml)
    return "".join(part if part.startswith("<![CDATA[") else _LOOSE.sub(_escaped, part) for part in parts)


def _escaped(loose: re.Match[str]) -> str:
    written, named = loose[0], loose[1]
    if len(written) == 1:
        return escape(written)
    if named in ("amp", "lt", "gt", "quot", "apos"):
        return written
    if named:
        return escape(html5[f"{named};"]) if f"{named};" in html5 else escape(written)
    return escape(unescape(written))  # without the control characters that XML forbids


def _sealed(piece: str) -> str:
    """With HTML that stands unescaped in a text, and is no XML, made text."""
    for name in _TEXTS:
        opening = re.search(rf"<{name}(?:\s[^<>]*)?>", piece)
        end = piece.rfind(f"</{name}")
        inside = piece[opening.end() : end] if opening else ""
        if opening and inside and "[CDATA[" not in inside:
            piece = f"{piece[: opening.end()]}<![CDATA[{inside.replace(']]>', '')}]]>{piece[end:]}"
    return piece
