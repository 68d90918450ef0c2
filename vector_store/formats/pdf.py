"""PDF: the words of its pages, by pypdf, within bounds of pages and time."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from math import hypot
from time import thread_time
from typing import TYPE_CHECKING

from vector_store.errors import UnreadableSourceError
from vector_store.formats import properties
from vector_store.formats.documents import no_text, of_one, stated, submitted, title_of
from vector_store.formats.typeset import Line, Paragraph, paragraphs
from vector_store.submission import Submission

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_MAX_PAGES = 2_000
_MAX_SECONDS = 60.0
"""Of computing, looked at from one drawing operation to the next; pypdf itself bounds what one of them may take."""

_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff]")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


def document(content: bytes, name: str, *, seconds: float = _MAX_SECONDS) -> Submission:
    """The article in a PDF. It is undated: the file's own date says when it was made, not when it was published.

    Raises UnreadableSourceError: locked, broken, only pictures, over the bounds (`seconds` of computing).
    """
    # Inside, because no start should wait for the library.
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    if not content:
        raise no_text(name)
    deadline = thread_time() + seconds
    try:
        reader = PdfReader(BytesIO(content))
        found = paragraphs([line for page in _pages(reader, name) for line in _lines(*page, name, deadline)])
        return _article(found, _about(reader), name)
    except UnreadableSourceError:
        raise
    except FileNotDecryptedError as error:
        raise UnreadableSourceError(name, "the PDF is locked with a password; save it without one.") from error
    except Exception as error:  # damaged files end in every class of exception
        raise UnreadableSourceError(name, f"the PDF cannot be read ({error!r}); save it anew.") from error


def _pages(reader: "PdfReader", name: str) -> Iterator[tuple["PageObject", int]]:
    if len(reader.pages) > _MAX_PAGES:
        raise UnreadableSourceError(name, f"the PDF has more than {_MAX_PAGES:,} pages; give one article at a time.")
    yield from zip(reader.pages, range(len(reader.pages)), strict=True)


def _lines(page: "PageObject", number: int, name: str, deadline: float) -> list[Line]:
    pieces: list[Line] = []

    def in_time(*_: object) -> None:
        if thread_time() > deadline:
            raise UnreadableSourceError(name, "the PDF takes too long to read; save it anew, or as text.")

    def place(words: str, frame: list[float], text: list[float], _font: object, size: float) -> None:
        x = text[4] * frame[0] + text[5] * frame[2] + frame[4]
        y = text[4] * frame[1] + text[5] * frame[3] + frame[5]
        scale = hypot(text[2] * frame[0] + text[3] * frame[2], text[2] * frame[1] + text[3] * frame[3])
        pieces.append(Line(number, x, y, max(abs(size) * scale, 1.0), words))

    in_time()
    page.extract_text(visitor_operand_before=in_time, visitor_text=place)
    in_time()  # what is raised inside a form on the page does not come out of it
    return list(_whole_lines(pieces))


def _whole_lines(pieces: list[Line]) -> Iterator[Line]:
    parts: list[Line] = []
    for piece in pieces:
        for words in piece.words.splitlines(keepends=True):
            parts.append(replace(piece, words=words))
            if words.endswith("\n"):
                yield from _line(parts)
                parts = []
    yield from _line(parts)


def _line(parts: list[Line]) -> Iterator[Line]:
    written = [part for part in parts if part.words.strip()]
    if written:
        words = " ".join("".join(part.words for part in parts).translate(_LIGATURES).split())
        size = max(written, key=lambda part: len(part.words)).size
        yield replace(written[0], words=words, size=size)


def _about(reader: "PdfReader") -> dict[str, str | None]:
    written = reader.metadata
    return {
        "title": properties.title(written.title) if written else None,
        "author": properties.author(written.author) if written else None,
        "language": stated(reader.root_object.get("/Lang"), 35),
    }


def _article(found: list[Paragraph], about: dict[str, str | None], name: str) -> Submission:
    length = sum(len(paragraph.words) for paragraph in found)
    if not length:
        raise UnreadableSourceError(name, "the PDF has no words, only pictures; give one with recognised text (OCR).")
    if sum(len(_UNREADABLE.findall(paragraph.words)) for paragraph in found) > length / 10:
        raise UnreadableSourceError(name, "the PDF does not say which letters its words are made of; save it as text.")
    title = about["title"] or _headline(found)
    texts = [paragraph.words for paragraph in found]
    heading = next((text for text in texts if " ".join(text.split()) == title), None)
    if heading is not None and len(texts) > 1:
        texts.remove(heading)
    return submitted(name, "\n\n".join(texts), {**about, "title": title or title_of(name)})


def _headline(found: list[Paragraph]) -> str | None:
    """The largest words of the first page; of equally large ones, the first."""
    first = [paragraph for paragraph in found if paragraph.page == found[0].page and " " in paragraph.words]
    largest = max(first, key=lambda paragraph: round(paragraph.size), default=None)
    return stated(largest.words, 200) if largest and largest.words[-1] not in ".,:;" else None


read = of_one(document)
