"""Markup of a body (HTML, XHTML, NITF) → its plain text: one line for each list item or table row, and a blank line
between paragraphs. For what is all article; a web page, with all that stands around one, is for `html`.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Protocol, Self

_PARAGRAPHS = frozenset(
    "address article aside block blockquote body body.content bq caption dd div dl dt fn footer h1 h2 h3 h4 h5 h6 "
    "header hl1 hl2 hr html main note ol p pre section table ul".split()
)
_LINES = frozenset(("li", "tr"))
_CELLS = frozenset(("td", "th"))
_LEFT_OUT = frozenset("head iframe nitf-table-metadata noscript script style svg template title".split())
_PICTURES = frozenset(("figure", "media"))
# Marks between the words, until all are there: white space, as the words themselves have none but single spaces.
_PARAGRAPH, _LINE, _BREAK, _CELL = "\f", "\n", "\v", "\t"


class Element(Protocol):
    """An element of lxml, which has no types of its own."""

    tag: object
    text: str | None
    tail: str | None
    base: str | None

    def __iter__(self) -> Iterator[Self]: ...

    def get(self, key: str) -> str | None:
        """The attribute's value."""

    def find(self, path: str) -> Self | None:
        """The first element at the path."""

    def findtext(self, path: str) -> str | None:
        """The text of that element, up to its first child."""

    def iterfind(self, path: str) -> Iterator[Self]:
        """Every element at the path."""


def local_name(element: Element) -> str:
    """The element's name without its namespace; empty for what is none: a comment, an entity."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def plain_text(element: Element) -> str:
    """The words of the element; pictures with their captions, scripts and metadata are left out."""
    marked = "".join(_pieces(element, _PARAGRAPH))
    lines = re.sub(r"[ \f\n\v]+", _gap, marked).split("\n")
    return "\n".join(map(_row, lines)).strip()


def _gap(marks: re.Match[str]) -> str:
    run = marks[0]
    if _PARAGRAPH in run or run.count(_BREAK) > 1:
        return "\n\n"
    return "\n" if _LINE in run or _BREAK in run else " "


def _row(line: str) -> str:
    return " | ".join(cell.strip() for cell in line.rstrip(" \t").split(_CELL))


def plain_text_of_html(markup: str) -> str:
    """The words of a piece of HTML, whole page or not."""
    from lxml import html  # inside, as no start should wait for it
    from lxml.etree import LxmlError

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        document = html.document_fromstring(markup.replace("\0", "").encode(errors="replace"), parser=parser)
    except LxmlError:  # nothing but white space, comments, declarations
        return ""
    return plain_text(document)


def _pieces(element: Element, gap: str) -> Iterator[str]:
    """`gap` is what a paragraph's edge becomes here: within a list item only a line, within a cell only a space."""
    name = local_name(element).lower()
    if not name:
        yield _entity(element)
    elif name == "br":
        yield _BREAK if gap != " " else gap
    else:
        yield _edge(name, gap)
        yield _collapsed(element.text)
        inner = " " if name in _CELLS else _LINE if name in _LINES else gap
        for child in element:
            kind = local_name(child).lower()
            if kind not in _LEFT_OUT:
                yield from (inner,) if kind in _PICTURES else _pieces(child, inner)
            yield _collapsed(child.tail)
        yield _CELL if name in _CELLS else _edge(name, gap)


def _edge(name: str, gap: str) -> str:
    if name in _LINES:
        return _LINE if gap != " " else gap
    return gap if name in _PARAGRAPHS else ""


def _entity(element: Element) -> str:
    """An entity that the parser left alone: `&eacute;` of a DTD that nobody fetches. Comments have no words."""
    reference = element.text or ""
    return unescape(reference) if re.fullmatch(r"&\w+;", reference) else ""


def _collapsed(text: str | None) -> str:
    return re.sub(r"\s+", " ", text) if text else ""
