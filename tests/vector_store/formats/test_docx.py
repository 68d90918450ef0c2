from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document
from docx.document import Document as Word

from tests.vector_store.formats.reading import read, refusal

FIRST = "The harbour bridge closed on Friday night after engineers found a crack in the third pier, the port said."


def written(write: Callable[[Word], object]) -> bytes:
    """A document as Word keeps it, with the defaults of the program that made it."""
    word, file = Document(), BytesIO()
    write(word)
    word.save(file)
    return file.getvalue()


def marked_up(body: str) -> bytes:
    """A document whose body is this markup; `w` and `mc` are its usual prefixes."""
    spaces = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    )
    return repacked(
        written(lambda word: None),
        {"word/document.xml": f"<w:document {spaces}><w:body>{body}</w:body></w:document>".encode()},
    )


def repacked(package: bytes, parts: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with ZipFile(BytesIO(package)) as old, ZipFile(file, "w", ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return file.getvalue()


def bridge(word: Word) -> None:
    word.add_paragraph("Harbour bridge closes", style="Title")
    word.add_paragraph(FIRST)
    word.add_heading("What happens next", 2)
    word.add_paragraph("Divers inspect the pier.", style="List Bullet")
    word.add_paragraph("The port reports in April.", style="List Bullet")
    table = word.add_table(2, 2)
    for cell, words in zip(
        (*table.rows[0].cells, *table.rows[1].cells), ("Day", "Cars", "Monday", "4,100"), strict=True
    ):
        cell.text = words
    word.add_paragraph("The tunnel\tis free,\nuntil May.")


def test_a_document_is_read_in_its_order() -> None:
    article = read(written(bridge), "a.docx")
    assert article.title == "Harbour bridge closes"
    assert article.text == "\n\n".join(
        [
            FIRST,
            "What happens next",
            "Divers inspect the pier.\nThe port reports in April.",
            "Day | Cars\nMonday | 4,100",
            "The tunnel is free,\nuntil May.",
        ]
    )


def test_the_documents_properties_name_author_and_language_but_no_date() -> None:
    def write(word: Word) -> None:
        bridge(word)
        word.core_properties.author = "Ada Moreau"
        word.core_properties.language = "en-GB"
        word.core_properties.created = datetime(2013, 12, 23)  # noqa: DTZ001 python-docx writes naive times

    article = read(written(write), "a.docx")
    assert (article.author, article.language) == ("Ada Moreau", "en-GB")
    assert article.published is None


@pytest.mark.parametrize(
    ("stated", "paragraphs", "title", "text"),
    [
        ("Bridge to close", [("Heading 1", "A crack"), ("", FIRST)], "Bridge to close", f"A crack\n\n{FIRST}"),
        ("Bridge to close", [("", "Bridge  to close"), ("", FIRST)], "Bridge to close", FIRST),
        ("Document1", [("", "Kicker"), ("Heading 1", "A crack"), ("", FIRST)], "A crack", f"Kicker\n\n{FIRST}"),
        ("release final.docx", [("", "A crack"), ("", FIRST)], "A crack", FIRST),
        ("", [("", FIRST), ("", "More.")], "My bridge", f"{FIRST}\n\nMore."),
        ("", [("", "A crack")], "My bridge", "A crack"),
    ],
)
def test_the_title_is_the_one_in_the_text_else_in_the_properties_else_the_files_name(
    stated: str, paragraphs: list[tuple[str, str]], title: str, text: str
) -> None:
    def write(word: Word) -> None:
        word.core_properties.title = stated
        for style, words in paragraphs:
            word.add_paragraph(words, style=style or None)

    article = read(written(write), "my-bridge.docx")
    assert (article.title, article.text) == (title, text)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<w:p><w:r><w:t>a </w:t></w:r><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>", "a new"),
        ("<w:p><w:r><w:t>a</w:t></w:r><w:del><w:r><w:delText>old</w:delText></w:r></w:del></w:p>", "a"),
        ("<w:p><w:r><w:t>a</w:t></w:r><w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom></w:p>", "a"),
        ("<w:p><w:r><w:t>a</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r></w:p>", "a"),
        ("<w:p><w:hyperlink><w:r><w:t>lin</w:t></w:r></w:hyperlink><w:r><w:noBreakHyphen/></w:r></w:p>", "lin-"),
        ("<w:sdt><w:sdtContent><w:p><w:r><w:t>field</w:t></w:r></w:p></w:sdtContent></w:sdt>", "field"),
        ("<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><!-- no --><w:r><w:t>a</w:t></w:r></w:p>", "a"),
        (
            "<w:p><w:r><w:t>a</w:t><mc:AlternateContent>"
            "<mc:Choice><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
            "<mc:Fallback><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></mc:Fallback>"
            "</mc:AlternateContent></w:r></w:p>",
            "a\n\nbox",
        ),
        (
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
            "a\n\nb",
        ),
        (
            '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="900000000"/></w:tcPr><w:p><w:r><w:t>a</w:t></w:r></w:p>'
            "</w:tc><w:tc><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
            "a | b",
        ),
    ],
    ids=["inserted", "deleted", "moved", "hidden", "link", "field", "tabs", "box", "frame", "spanning"],
)
def test_the_text_is_what_a_reader_sees(body: str, text: str) -> None:
    assert read(marked_up(f"<w:p><w:r><w:t>Bridge</w:t></w:r></w:p>{body}"), "a.docx").text == text


def test_an_empty_document_is_refused() -> None:
    assert "it holds no text" in refusal(written(lambda word: None), "a.docx")
    assert "it holds no text" in refusal(b"", "a.docx")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"words", "it is no whole zip archive"),
        (written(bridge)[:-300], "it is no whole zip archive"),
        (written(bridge)[:2_000] + b"x" * 400 + written(bridge)[2_400:], "it is damaged"),
        (repacked(written(bridge), {"word/document.xml": b"<w:document>"}), "the document cannot be read"),
        (repacked(b"PK\x05\x06" + b"\0" * 18, {"a.txt": b"words"}), "the document cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "locked with a password or an old .doc"),
    ],
    ids=["text", "cut", "overwritten", "broken markup", "zip", "old"],
)
def test_a_broken_document_is_refused(content: bytes, said: str) -> None:
    assert said in refusal(content, "a.docx")


@pytest.mark.parametrize("part", ["word/document.xml", "word/media/image1.png"])
def test_a_bomb_is_not_unpacked(part: str) -> None:
    bomb = repacked(written(bridge), {part: b" " * 50_000_000})
    assert len(bomb) < 100_000
    assert "unpacks to more than" in refusal(bomb, "a.docx")


def test_entities_are_not_multiplied() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    markup = f'<!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]><d>&l9;</d>'
    assert "the document cannot be read" in refusal(
        repacked(written(bridge), {"word/document.xml": markup.encode()}), "a.docx"
    )
