"""DOCX: paragraphs, headings, lists and tables of a Word document, in its order, by python-docx."""

from io import BytesIO
from itertools import pairwise

from vector_store.errors import UnreadableSourceError
from vector_store.formats import properties
from vector_store.formats.documents import no_text, of_one, stated, submitted, title_of
from vector_store.formats.unpacking import Allowance, member, opened
from vector_store.formats.wordml import Block, blocks
from vector_store.submission import Submission

_MAX_UNPACKED = 100_000_000
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"


def document(content: bytes, name: str) -> Submission:
    """The article in a Word document. It is undated: the file's own date says when it, or its model, was made.

    Raises UnreadableSourceError: damaged, locked, another kind of document, over the bounds.
    """
    # Inside, because no start should wait for the library.
    from docx import Document

    if not content:
        raise no_text(name)
    if content.startswith(_OLD_OR_LOCKED):
        raise UnreadableSourceError(name, "it is locked with a password or an old .doc; save it as .docx without one.")
    _check_size(content, name)
    try:
        word = Document(BytesIO(content))
        styles = {style.style_id: (style.name or "").lower() for style in word.styles}
        found = list(blocks(word.element.body, styles))
        about = word.core_properties
        stating = {"title": properties.title(about.title), "author": properties.author(about.author)}
        language = stated(about.language, 35)
    except Exception as error:  # damaged documents end in every class of exception
        raise UnreadableSourceError(name, f"the document cannot be read ({error}); save it anew as .docx.") from error
    heading = _heading(found, stating["title"])
    title = heading.words if heading else stating["title"]
    text = _joined([block for block in found if block is not heading])
    return submitted(name, text, {**stating, "title": stated(title) or title_of(name), "language": language})


def _check_size(content: bytes, name: str) -> None:
    """Unpack all of it once, in small parts: python-docx would unpack it whole, whatever its size."""
    allowance = Allowance(_MAX_UNPACKED, "the document")
    with opened(BytesIO(content), name) as package:
        for info in package.infolist():
            with member(package, info, name, allowance) as part:
                while part.read(65_536):
                    pass


def _heading(found: list[Block], stated_title: str | None) -> Block | None:
    """The block that is the title: styled so, else the one that the properties name, else the first heading."""
    written = [block for block in found if block.words]
    if styled := next((block for block in written if block.style == "title"), None):
        return styled
    if stated_title:
        return next((block for block in written if stated(block.words) == stated_title), None)
    if heading := next((block for block in written if block.style == "heading 1"), None):
        return heading
    first = written[0] if len(written) > 1 else None
    return first if first and len(first.words) <= 200 and not first.words.endswith(".") else None


def _joined(found: list[Block]) -> str:
    parts: list[str] = []
    for above, block in pairwise([Block(""), *found]):
        if block.words:
            gap = "\n" if block.group and block.group == above.group else "\n\n"
            parts += [gap if parts else "", block.words]
    return "".join(parts)


read = of_one(document)
