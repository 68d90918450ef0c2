import random
import zlib
from collections.abc import Sequence
from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, SimpleDocTemplate

from tests.vector_store.formats.reading import items, read, refusal
from vector_store.article import Article
from vector_store.errors import UnreadableSourceError
from vector_store.formats.pdf import document

FIRST = (
    "The harbour bridge closed on Friday night after engineers found a crack in the third pier, the port said. "
    "Some 4,000 drivers a day will take the northern tunnel instead, which is free until May."
)
SECOND = (
    "Repairs and tests may cost 3 million crowns, money that the port does not have, its director said. "
    "Nobody was hurt when the alarm went off at dawn, an hour before the first ferry came in."
)
COLUMNS = (Frame(50, 60, 230, 700), Frame(310, 60, 230, 700))


def printed(*paragraphs: str, heading: str = "Harbour bridge closes", columns: bool = False, **about: str) -> bytes:
    """A typeset article, as an office program makes one."""
    styles, file = getSampleStyleSheet(), BytesIO()
    story = [Paragraph(heading, styles["Title"]), *(Paragraph(words, styles["BodyText"]) for words in paragraphs)]
    if columns:
        typesetter = BaseDocTemplate(file, pagesize=A4, **about)
        typesetter.addPageTemplates(PageTemplate(frames=COLUMNS))
        typesetter.build(story)
    else:
        SimpleDocTemplate(file, pagesize=A4, **about).build(story)
    return file.getvalue()


def drawn(*pages: Sequence[str]) -> bytes:
    """Pages of lines, exactly as given."""
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4)
    for lines in pages:
        for number, words in enumerate(lines):
            canvas.drawString(72, 700 - 14 * number, words)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def locked(content: bytes, password: str, algorithm: str) -> bytes:
    file, writer = BytesIO(), PdfWriter(clone_from=PdfReader(BytesIO(content)))
    writer.encrypt(password, owner_password="owner", algorithm=algorithm)
    writer.write(file)
    return file.getvalue()


def by_hand(stream: bytes, pages: int = 1, filters: bytes = b"") -> bytes:
    """A file whose pages all show one stream, which may be what no program would write."""
    kids = b"3 0 R " * pages
    return b"\n".join(
        (
            b"%PDF-1.4",
            b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj",
            b"2 0 obj << /Type /Pages /Count %d /Kids [%s] >> endobj" % (pages, kids),
            b"3 0 obj << /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 500 500] /Resources << /Font "
            b"<< /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >> endobj",
            b"4 0 obj << /Length %d %s >> stream" % (len(stream), filters),
            stream,
            b"endstream endobj",
            b"trailer << /Root 1 0 R >>",
            b"startxref",
            b"0",
            b"%%EOF",
        )
    )


@pytest.mark.parametrize("columns", [False, True])
def test_lines_become_the_paragraphs_that_they_were_broken_from(columns: bool) -> None:
    article = read(printed(FIRST, SECOND, FIRST, columns=columns), "a.pdf")
    assert article.title == "Harbour bridge closes"
    assert article.text == f"{FIRST}\n\n{SECOND}\n\n{FIRST}"


def test_a_paragraph_goes_on_over_the_page() -> None:
    chance = random.Random(4)
    paragraphs = [" ".join(chance.sample(FIRST.replace(".", "").split(), 30)) + "." for _ in range(60)]
    assert read(printed(*paragraphs), "a.pdf").text.split("\n\n") == paragraphs


def test_the_files_own_words_name_title_author_and_language_but_no_date() -> None:
    article = read(printed(FIRST, title="Crack closes bridge", author="Ada Moreau", lang="en-GB"), "2024-03-01.pdf")
    assert (article.title, article.author, article.language) == ("Crack closes bridge", "Ada Moreau", "en-GB")
    assert article.text == f"Harbour bridge closes\n\n{FIRST}"
    assert article.published is None
    assert article.source is None


@pytest.mark.parametrize(
    "title", ["", "untitled", "Microsoft Word - press release 3.docx", "Layout1", "bridge_final.pdf"]
)
def test_what_a_program_writes_by_itself_is_no_title_and_nobody_is_no_author(title: str) -> None:
    article = read(printed(FIRST, title=title, author="(anonymous)"), "a.pdf")
    assert (article.title, article.author) == ("Harbour bridge closes", None)


def test_of_words_all_of_one_size_the_first_paragraph_is_the_title_where_it_is_short() -> None:
    assert read(drawn(["Harbour bridge closes", "", "", FIRST[:80]]), "a.pdf").title == "Harbour bridge closes"
    assert read(printed(FIRST * 3, heading="X"), "my-bridge.pdf").title == "My bridge"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_pdf_that_may_only_not_be_printed_is_read(algorithm: str) -> None:
    assert FIRST in read(locked(printed(FIRST), "", algorithm), "a.pdf").text


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_a_pdf_locked_with_a_password_is_refused(algorithm: str) -> None:
    assert "locked with a password; save it without one" in refusal(locked(printed(FIRST), "key", algorithm), "a.pdf")


def test_a_pdf_of_pictures_is_refused_with_the_cure() -> None:
    assert "no words, only pictures" in refusal(drawn([], []), "a.pdf")


def test_a_pdf_whose_letters_have_no_names_is_refused() -> None:
    assert "which letters" in refusal(by_hand(b"BT /None 9 Tf (abc def) Tj ET"), "a.pdf")


def test_an_empty_file_is_refused() -> None:
    assert "it holds no text" in refusal(b"", "a.pdf")


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"no PDF at all", b"\0" * 2_000, printed(FIRST)[:700]])
def test_a_broken_pdf_is_refused(content: bytes) -> None:
    assert "the PDF cannot be read" in refusal(content, "a.pdf")


def test_whatever_is_damaged_in_a_pdf_it_is_read_or_refused() -> None:
    whole, chance = printed(FIRST, SECOND), random.Random(4)
    for _ in range(60):
        damaged = bytearray(whole)
        for place in chance.sample(range(len(damaged)), 8):
            damaged[place] = chance.randrange(256)
        (item,) = items(bytes(damaged), "a.pdf")
        assert isinstance(item, Article | UnreadableSourceError)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zlib.compress(zlib.compress(b" " * 200_000_000, 1), 9)
    content = by_hand(bomb, filters=b"/Filter [/FlateDecode /FlateDecode]")
    assert len(content) < 50_000
    assert "the PDF cannot be read (LimitReachedError" in refusal(content, "a.pdf")


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    assert "more than 2,000 pages" in refusal(by_hand(b"BT /F 9 Tf (words of a page) Tj ET", pages=2_001), "a.pdf")


def test_a_pdf_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(UnreadableSourceError, match="takes too long"):
        document(printed(FIRST), "a.pdf", seconds=0)
