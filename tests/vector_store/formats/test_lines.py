import json
import tracemalloc
from collections.abc import Iterator
from io import BufferedReader, BytesIO, RawIOBase
from typing import TYPE_CHECKING

import pytest

from tests.vector_store.formats.reading import items, refusal, told
from vector_store.article import Article
from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import MAX_FILE_BYTES
from vector_store.formats.known import items_in

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def line(title: str, **fields: object) -> str:
    return json.dumps({"title": title, "text": "The bridge closed.", **fields})


class Written(RawIOBase):
    """A file that is made while it is read, so that no memory holds it."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines, self._rest = lines, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        room = memoryview(buffer).cast("B")
        self._rest = self._rest or next(self._lines, b"")
        part, self._rest = self._rest[: len(room)], self._rest[len(room) :]
        room[: len(part)] = part
        return len(part)


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".JSONL"])
def test_each_line_is_an_article_and_blank_lines_do_not_count(suffix: str) -> None:
    assert told(f"\ufeff{line('One')}\r\n\n  \n{line('Two')}", f"news{suffix}") == ["One", "Two"]


def test_a_line_may_give_every_field() -> None:
    fields = {
        "id": "quay-1",
        "url": "https://quay.example/1",
        "source": "The Quay",
        "author": "Ada Moreau",
        "published": "2024-03-01T09:30:00+02:00",
        "language": "en",
    }
    (article,) = items(line("One", **fields), "news.jsonl")
    assert isinstance(article, Article)
    assert article.published is not None
    assert article.published.isoformat() == fields["published"]
    assert (article.id, article.url, article.source) == ("quay-1", "https://quay.example/1", "The Quay")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"{oops", "Invalid JSON"),
        (b"[" * 5_000, "Invalid JSON"),
        (b'["title"]', "must be one object"),
        (b"7", "must be one object"),
        (b"{}", "title: is missing; text: is missing"),
        (b'{"title": "T", "text": "x", "summary": "s"}', "summary: is not a known key"),
        (b'{"title": "T", "text": 7}', "text: must be text"),
        (b'{"title": "T", "text": " "}', "text: is empty"),
        (b'{"title": "T", "text": "a\\u0000"}', "text: has U+0000 at character 2"),
        (b'{"title": "T", "text": "\\ud800"}', "Invalid JSON"),
        (b'{"title": "T", "text": "a\0"}', "NUL"),
        (b'{"title": "Caf\xe9", "text": "x"}', "byte 14 is not UTF-8"),
        (b'{"title": "T", "text": "x", "published": 1709285400}', "published: is not a date"),
        (b'{"title": "T", "text": "x", "published": "2024-02-31"}', "published: is not a date"),
        (b'{"title": "T", "text": "x", "published": "2024-03-01T09:30:00"}', "published: has no time zone"),
    ],
)
def test_a_bad_line_is_one_error_with_its_number_and_reason(bad: bytes, said: str) -> None:
    content = b"\n".join([line("One").encode(), b"", bad, line("Two").encode()])
    first, error, last = items(content, "news.jsonl")
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert isinstance(error, UnreadableSourceError)
    assert error.origin == "news.jsonl, line 3"
    assert said in str(error)


def test_a_line_over_the_bound_is_one_error_and_the_next_is_read() -> None:
    content = b"\n".join([line("One").encode(), b" " * (2 * MAX_FILE_BYTES + 1) + b"x", line("Two").encode()])
    assert told(content, "news.jsonl") == [
        "One",
        "! news.jsonl, line 2: the line is longer than 64 MB; give one article at a time.",
        "Two",
    ]


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff"])
def test_a_file_of_no_lines_is_one_error(content: str) -> None:
    assert refusal(content, "news.jsonl") == "news.jsonl: it holds no article; write one JSON object a line."


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_another_encoding_is_one_error_however_many_lines_it_has(charset: str) -> None:
    assert refusal(f"{line('One')}\n{line('Two')}".encode(charset), "news.jsonl") == (
        "news.jsonl: it is UTF-16; save it as UTF-8."
    )


def test_memory_does_not_grow_with_the_file() -> None:
    written = (line(f"Bridge {number}").encode() + b"\n" for number in range(20_000))
    found = items_in(BufferedReader(Written(written)), "news.jsonl")
    next(found)
    tracemalloc.start()
    try:
        assert sum(1 for _ in found) == 19_999
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200_000


def test_an_article_is_there_before_the_next_line_is_read() -> None:
    file = BytesIO(f"{line('One')}\n{line('Two')}\n".encode())
    found = items_in(file, "news.jsonl")
    next(found)
    assert file.tell() == len(line("One")) + 1
