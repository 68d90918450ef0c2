from collections.abc import Iterator
from io import BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO

import pytest

from tests.vector_store.formats.reading import read, refusal
from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import MAX_FILE_BYTES, decoded, each, moment_of, stated, suffix_of
from vector_store.formats.known import FORMATS, items_in


def test_an_unknown_format_is_refused_with_the_list_of_the_known_ones() -> None:
    said = refusal(b"words", "report.odt")
    assert "files ending in .odt" in said
    assert all(suffix in said for suffix in FORMATS)
    assert "files without a suffix" in refusal(b"words", "README")


def test_the_suffix_may_be_written_in_capitals() -> None:
    assert read("Words.", "folder/NOTE.TXT").text == "Words."


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
def test_bytes_that_are_not_utf8_are_refused_with_their_place_and_the_cure(name: str) -> None:
    said = refusal(b"\xef\xbb\xbfCaf\xe9", name)
    assert "byte 6 is not UTF-8" in said
    assert "save it as UTF-8" in said


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_a_byte_order_mark_is_not_text(name: str) -> None:
    assert read("\ufeffWords.", name).text == "Words."


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
@pytest.mark.parametrize("content", [b"a\0b", "words".encode("utf-16-le")])
def test_nul_characters_are_refused(name: str, content: bytes) -> None:
    assert "NUL" in refusal(content, name)


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize("content", [b"", b" \r\n\t\n", b"\xef\xbb\xbf"])
def test_a_file_without_words_is_refused(name: str, content: bytes) -> None:
    assert "it holds no text" in refusal(content, name)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("in/a.WARC.gz", ".warc.gz"),
        ("a.b.Txt", ".txt"),
        ("b.gz", ".gz"),
        ("warc.gz", ".gz"),
        ("README", ""),
        (".txt", ""),
    ],
)
def test_the_suffix_is_what_tells_the_format(name: str, suffix: str) -> None:
    assert suffix_of(name) == suffix


@pytest.mark.parametrize("charset", ["punycode", "unicode_escape", "rot13", "zlib", "undefined", "no-such", "idna"])
def test_a_codec_that_is_no_charset_decodes_nothing(charset: str) -> None:
    with pytest.raises(UnreadableSourceError, match=r"cannot be read|is not"):
        decoded(b"Caf\xe9-\xe9", name="a.txt", charset=charset)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (" Ada\n Moreau ", "Ada Moreau"),
        ("Ada\0\ud800 Moreau", "Ada Moreau"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\xa0", None),
        ("a" * 501, None),
        (None, None),
        (7, None),
    ],
)
def test_what_a_document_says_of_itself_is_a_line_of_text_or_nothing(value: object, words: str | None) -> None:
    assert stated(value) == words


@pytest.mark.parametrize("written", ["", "2024", "2024-02-31", "0001-01-01", "soon", "9999-12-31T00:00:00Z"])
def test_what_is_no_date_is_none_and_never_now(written: str) -> None:
    assert moment_of(written) is None


def test_what_is_raised_on_the_way_is_the_last_item() -> None:
    def read(file: BinaryIO, name: str) -> Iterator[str]:
        yield file.read(1).decode()
        raise UnreadableSourceError(name, "it ends.")

    first, last = each(read, BytesIO(b"words"), "a.txt")
    assert (first, str(last)) == ("w", "a.txt: it ends.")


def test_a_file_over_the_bound_is_one_error() -> None:
    with TemporaryFile() as vast:
        vast.truncate(MAX_FILE_BYTES + 1)
        (error,) = items_in(vast, "vast.pdf")
    assert str(error) == "vast.pdf: the file is longer than 64 MB; give one article at a time."
