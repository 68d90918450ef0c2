"""The markup of a Word document → its blocks in their order: what a reader sees of it (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WORDS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_NOT_SHOWN = {f"{_W}{name}" for name in ("pPr", "rPr", "del", "moveFrom", "drawing", "pict", "object")} | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
}
"""What is no word of its paragraph: properties, what was deleted or moved away, pictures and boxes."""

_WRAPPERS = {f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}
_BOX = f"{_W}txbxContent"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""The same box again, for old programs."""


class Element(Protocol):
    """An element of XML (lxml has no types)."""

    tag: str
    text: str | None

    def __iter__(self) -> Iterator["Element"]: ...

    def find(self, path: str) -> "Element | None":
        """The first element on the path below this one."""

    def get(self, key: str) -> str | None:
        """What an attribute says."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a table's row. Neighbours of one `group` stand on successive lines; 0 is no group, 1 a list."""

    words: str
    style: str = ""
    group: int = 0


def blocks(container: Element, styles: dict[str, str]) -> Iterator[Block]:
    """The blocks of a body, a cell or a box, blank ones too. `styles` are the styles' names, small, by their ids."""
    for number, element in enumerate(_unwrapped(container), 2):
        if element.tag == f"{_W}p":
            yield _paragraph(element, styles)
            for box in _boxes(element):
                yield from blocks(box, styles)
        elif element.tag == f"{_W}tbl":
            yield from _rows(element, styles, number)


def _unwrapped(container: Element) -> Iterator[Element]:
    for element in container:
        if element.tag in _WRAPPERS:
            yield from _unwrapped(element)
        else:
            yield element


def _boxes(element: Element) -> Iterator[Element]:
    for part in element:
        if part.tag == _BOX:
            yield part
        elif part.tag != _FALLBACK:
            yield from _boxes(part)


def _paragraph(element: Element, styles: dict[str, str]) -> Block:
    named = element.find(f"{_W}pPr/{_W}pStyle")
    style = styles.get((named.get(f"{_W}val") or "") if named is not None else "", "")
    listed = style.startswith("list") or element.find(f"{_W}pPr/{_W}numPr") is not None
    group = 1 if listed and not style.startswith("heading") else 0
    return Block("".join(_words(element)).strip(), style, group)


def _words(element: Element) -> Iterator[str]:
    for part in element:
        if part.tag == f"{_W}t":
            yield part.text or ""
        elif part.tag in _WORDS:
            yield _WORDS[part.tag]
        elif part.tag not in _NOT_SHOWN and part.find(f"{_W}rPr/{_W}vanish") is None:
            yield from _words(part)


def _rows(table: Element, styles: dict[str, str], group: int) -> Iterator[Block]:
    for row in _unwrapped(table):
        cells = [list(blocks(cell, styles)) for cell in _unwrapped(row) if cell.tag == f"{_W}tc"]
        if len(cells) == 1:  # a frame around paragraphs
            yield from cells[0]
        elif cells:
            told = (" ".join(" ".join(block.words for block in cell).split()) for cell in cells)
            yield Block(" | ".join(filter(None, told)), group=group)
