import json
import random
import struct
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from stat import S_IFLNK
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import pytest

from tests.vector_store.formats.reading import refusal, told
from vector_store.article import Article
from vector_store.formats import archive, unpacking
from vector_store.formats.archive import passed_over
from vector_store.formats.known import FORMATS, count_in, items_in

STORY = "Harbour bridge closes\n\nThe harbour bridge closed on Friday night."
LINES = "\n".join(json.dumps({"title": title, "text": "The bridge closed."}) for title in ("One", "Two"))


def packed(files: Mapping[str | ZipInfo, str | bytes], method: int = ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content, compress_type=method)
    return file.getvalue()


def linked(name: str) -> ZipInfo:
    info = ZipInfo(name)
    info.external_attr = (S_IFLNK | 0o777) << 16
    return info


def patched(content: bytes, *, at: int, value: bytes) -> bytes:
    """The archive with other bytes in the first entry of its table of contents, and in that file's header."""
    entry = content.index(b"PK\x01\x02")
    header = content.index(b"PK\x03\x04")
    changed = bytearray(content)
    changed[entry + at : entry + at + len(value)] = value
    changed[header + at - 2 : header + at - 2 + len(value)] = value
    return bytes(changed)


@pytest.mark.parametrize("method", [ZIP_STORED, ZIP_DEFLATED])
def test_each_file_is_read_by_its_format_in_the_archives_order(method: int) -> None:
    content = packed({"b/news.jsonl": LINES, "b/": "", "a.txt": STORY, "c.csv": "title,text\nThree,It opened."}, method)
    assert told(content, "news.zip") == ["One", "Two", "Harbour bridge closes", "Three"]


def test_what_cannot_be_read_is_one_error_named_with_its_place_and_the_rest_goes_in() -> None:
    content = packed({"a.txt": b"Caf\xe9", "in/b.pdf": b"%PDF-1.7", "c.jsonl": f"{{}}\n{LINES}", "d.txt": STORY})
    assert told(content, "news.zip") == [
        "! news.zip/a.txt: byte 3 is not UTF-8; save it as UTF-8.",
        "! news.zip/in/b.pdf: the PDF cannot be read (PdfStreamError('Stream has ended unexpectedly')); save it anew.",
        "! news.zip/c.jsonl, line 1: title: is missing; text: is missing.",
        "One",
        "Two",
        "Harbour bridge closes",
    ]


def test_a_file_without_a_title_is_called_after_its_own_name() -> None:
    assert told(packed({"in/the-bridge.txt": "It closed.", "win\\my-ferry.txt": "It sails."}), "news.zip") == [
        "The bridge",
        "My ferry",
    ]


def test_hidden_files_and_other_formats_are_passed_over_and_counted() -> None:
    content = packed(
        {
            "__MACOSX/._a.txt": STORY,
            ".git/b.txt": STORY,
            ".c.txt": STORY,
            "d.jpg": "",
            "e.JPG": "",
            "f": "",
            "g.txt": STORY,
        }
    )
    assert told(content, "news.zip") == ["Harbour bridge closes"]
    assert passed_over(BytesIO(content), "news.zip", FORMATS) == {".jpg": 2, "without suffix": 1}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../../etc/bridge.txt", "its name leads out of the archive"),
        ("in/../../bridge.txt", "its name leads out of the archive"),
        ("..\\bridge.txt", "its name leads out of the archive"),
        ("/etc/bridge.txt", "its name leads out of the archive"),
        ("C:\\bridge.txt", "its name leads out of the archive"),
        ("..", "its name leads out of the archive"),
        (linked("bridge.txt"), "it is a link, not a file"),
        ("inner.zip", "an archive inside an archive is not opened"),
    ],
)
def test_what_may_not_be_opened_is_one_error_and_the_rest_goes_in(name: str | ZipInfo, said: str) -> None:
    first, error, last = told(packed({"a.txt": STORY, name: packed({"x.txt": STORY}), "b.txt": STORY}), "news.zip")
    assert (first, last) == ("Harbour bridge closes", "Harbour bridge closes")
    assert error.startswith("! news.zip/")
    assert said in error


def test_a_name_that_cannot_be_printed_is_still_one_that_can_be_told() -> None:
    (error,) = told(packed({"br\n\x1b[31midge.txt": b"\xff"}), "news.zip")
    assert error == "! news.zip/br??[31midge.txt: byte 0 is not UTF-8; save it as UTF-8."


def test_a_file_locked_with_a_password_is_one_error() -> None:
    locked = patched(packed({"a.txt": STORY, "b.txt": STORY}), at=8, value=b"\x01\x00")
    first, second = told(locked, "news.zip")
    assert first == "! news.zip/a.txt: it is locked with a password; pack it without one."
    assert second == "Harbour bridge closes"


@pytest.mark.parametrize("method", [ZIP_BZIP2, ZIP_LZMA])
def test_a_method_whose_unpacking_cannot_be_bounded_is_one_error(method: int) -> None:
    assert "packed by a method that is not read" in told(packed({"a.txt": STORY}, method), "news.zip")[0]


@pytest.mark.parametrize(
    ("name", "bomb"),
    [("a.txt", b" " * 50_000_000), ("a.jsonl", b'{"title": "T", "text": "x"}\n' + b" " * 50_000_000), ("a.docx", None)],
)
def test_a_bomb_is_one_error_and_the_rest_goes_in(name: str, bomb: bytes | None) -> None:
    content = packed({name: bomb if bomb is not None else packed({"word/document.xml": b" " * 50_000_000})})
    with ZipFile(file := BytesIO(content), "a") as made:
        made.writestr("b.txt", STORY)
    assert len(file.getvalue()) < 500_000
    *_, error, last = told(file.getvalue(), "news.zip")
    assert error.startswith(f"! news.zip/{name}: it unpacks to more than 200 times its size")
    assert last == "Harbour bridge closes"


def test_a_size_that_lies_is_not_trusted_and_the_rest_goes_in() -> None:
    content = packed({"a.txt": STORY * 10, "b.txt": STORY})
    smaller, second = told(patched(content, at=24, value=struct.pack("<I", 3)), "news.zip")
    assert smaller.startswith("! news.zip/a.txt: it is damaged")
    assert second == "Harbour bridge closes"
    larger = patched(content, at=24, value=struct.pack("<I", 4_000_000_000))
    assert told(larger, "news.zip") == ["Harbour bridge closes", "Harbour bridge closes"]


def test_a_damaged_file_is_one_error_and_the_rest_goes_in() -> None:
    content = packed({"a.jsonl": LINES, "b.txt": STORY}, ZIP_STORED).replace(b"closed", b"opened", 2)
    *_, error, last = told(content, "news.zip")
    assert error.startswith("! news.zip/a.jsonl: it is damaged (Bad CRC-32")
    assert last == "Harbour bridge closes"


def test_whatever_is_damaged_in_an_archive_it_is_told_and_never_raised(tmp_path: Path) -> None:
    whole, chance = (
        packed({"a.txt": STORY, "b.jsonl": LINES, "c.csv": "title,text\nThree,It opened."}),
        random.Random(4),
    )
    for _ in range(100):
        damaged = bytearray(whole)
        for place in chance.sample(range(len(damaged)), 6):
            damaged[place] = chance.randrange(256)
        path = tmp_path / "news.zip"
        path.write_bytes(damaged)
        with path.open("rb") as file:  # a real one, which answers a wrong place otherwise than bytes in memory do
            assert count_in(file, "news.zip") == len(list(items_in(file, "news.zip")))


def test_of_an_archive_that_unpacks_to_too_much_what_came_before_is_taken() -> None:
    read = archive.of(FORMATS, most=len(STORY) + 10)
    first, error = read(BytesIO(packed({"a.txt": STORY, "b.txt": STORY, "c.txt": STORY})), "news.zip")
    assert isinstance(first, Article)
    assert str(error) == "news.zip/b.txt: the archive unpacks to more than is allowed; give it in parts."


def test_an_archive_of_too_many_files_is_one_error() -> None:
    entries = packed({"a.txt": STORY})
    start, end = entries.index(b"PK\x01\x02"), entries.index(b"PK\x05\x06")
    count = unpacking.MAX_MEMBERS + 1
    table = entries[start:end] * count
    ending = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(table), start, 0)
    assert refusal(entries[:start] + table + ending, "news.zip") == (
        "news.zip: it has more than 100,000 files; give it in parts."
    )


def test_a_table_of_contents_that_would_fill_the_memory_is_not_read() -> None:
    ending = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 3_000_000_000, 0, 0)
    assert "more than 100,000 files" in refusal(packed({"a.txt": STORY}) + ending, "news.zip")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is no whole zip archive"),
        (b"words", "it is no whole zip archive"),
        (packed({"a.txt": STORY})[:-30], "it is no whole zip archive"),
        (packed({}), "it has no file that can be read (.csv, "),
        (packed({"a.jpg": "", ".b.txt": STORY}), "it has no file that can be read (.csv, "),
    ],
)
def test_an_archive_without_articles_is_one_error(content: bytes, said: str) -> None:
    assert said in refusal(content, "news.zip")


def test_a_large_file_is_unpacked_only_as_far_as_it_is_read_and_never_to_the_disk() -> None:
    lines = "\n".join(json.dumps({"title": f"Bridge {n}", "text": str(hash(str(n)))}) for n in range(50_000))
    found = FORMATS[".zip"](file := BytesIO(packed({"a.jsonl": lines})), "news.zip")
    next(found)
    assert file.tell() < 200_000 < len(file.getvalue())
    assert not list(Path().iterdir())


def test_an_archive_of_the_zip64_form_is_read() -> None:
    file = BytesIO()
    with ZipFile(file, "w") as made, made.open("a.txt", "w", force_zip64=True) as entry:
        entry.write(STORY.encode())
    assert told(file.getvalue(), "news.zip") == ["Harbour bridge closes"]
