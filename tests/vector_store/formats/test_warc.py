import gzip
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from fastwarc.warc import WarcRecord, WarcRecordType
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vector_store.formats.reading import items
from vector_store.article import Article
from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import MAX_FILE_BYTES
from vector_store.formats.warc import Page, pages

HTML = "text/html; charset=utf-8"
Pack = Callable[[bytes], bytes]


def page(number: int) -> bytes:
    return f"""<html><head><title>Halvern bridge, day {number}</title></head><body><article>
<p>The harbour café by the bridge in Halvern closed on day {number} after engineers found a crack in the third pier.</p>
<p>Some 4,000 drivers a day will take the northern tunnel instead, which is free until May.</p></article></body></html>
""".encode()


def answer(body: bytes, media_type: str = HTML, status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media_type}"]
    lines += [f"{key.replace('_', '-')}: {value}" for key, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def record(block: bytes, url: str, kind: WarcRecordType = WarcRecordType.response, **headers: str) -> bytes:
    written = WarcRecord()
    written.init_headers(kind)
    written.headers["WARC-Target-URI"] = url
    for key, value in headers.items():
        written.headers[key.replace("_", "-")] = value
    written.is_http = kind in (WarcRecordType.response, WarcRecordType.request, WarcRecordType.revisit)
    written.set_bytes_content(block)
    file = BytesIO()
    written.write(file)
    return file.getvalue()


def visit(number: int) -> bytes:
    return record(answer(page(number)), f"https://quay.example/{number}")


def read(content: bytes) -> list[Article | UnreadableSourceError]:
    return items(content, "crawl.warc.gz" if content.startswith(b"\x1f") else "crawl.warc")


def plain(records: bytes) -> bytes:
    return records


either = pytest.mark.parametrize("pack", [plain, gzip.compress])


@either
def test_each_page_is_an_article_at_its_address(pack: Pack) -> None:
    first, second = read(pack(visit(1)) + pack(visit(2)))
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.url, first.title) == ("https://quay.example/1", "Halvern bridge, day 1")
    assert first.text.startswith("The harbour café by the bridge")
    assert (second.url, second.published) == ("https://quay.example/2", None)


def test_what_is_no_answered_page_is_passed_over() -> None:
    others = [
        record(b"software: crawler", "", WarcRecordType.warcinfo),
        record(b"GET /1 HTTP/1.1\r\nHost: quay.example\r\n\r\n", "https://quay.example/1", WarcRecordType.request),
        record(b"fetchTimeMs: 12", "https://quay.example/1", WarcRecordType.metadata),
        record(answer(b""), "https://quay.example/1", WarcRecordType.revisit),
        record(answer(page(1), status="404 Not Found"), "https://quay.example/1"),
        record(answer(page(1), status="301 Moved"), "https://quay.example/1"),
        record(answer(b"GIF89a", "image/gif"), "https://quay.example/a.gif"),
    ]
    (found,) = read(b"".join(others) + visit(2))
    assert isinstance(found, Article)
    assert found.url == "https://quay.example/2"


def test_a_page_without_an_article_is_an_error_that_names_its_address() -> None:
    first, second = read(record(answer(b"<html><body></body></html>"), "https://quay.example/none") + visit(1))
    assert str(first).startswith("crawl.warc, https://quay.example/none: the page has no article")
    assert isinstance(second, Article)


def test_the_charset_is_what_the_server_said() -> None:
    body = page(1).decode().encode("iso-8859-1")
    (found,) = read(record(answer(body, "text/html; charset=ISO-8859-1"), "https://quay.example/1"))
    assert isinstance(found, Article)
    assert "café" in found.text


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(page(1)), {"Content_Encoding": "gzip"}),
        (zlib.compress(page(1)), {"Content_Encoding": "deflate"}),
        (b"%x\r\n%s\r\n0\r\n\r\n" % (len(page(1)), page(1)), {"Transfer_Encoding": "chunked"}),
        (page(1), {"Content_Encoding": "gzip"}),  # decoded by the crawler, which kept the header
        (page(1), {"Content_Encoding": "unheard"}),
    ],
)
def test_a_page_is_decoded_as_the_server_encoded_it(body: bytes, headers: dict[str, str]) -> None:
    (found,) = read(record(answer(body, **headers), "https://quay.example/1"))
    assert isinstance(found, Article), found
    assert found.title == "Halvern bridge, day 1"


def test_a_page_that_unpacks_without_end_is_one_error() -> None:
    bomb = answer(gzip.compress(b" " * (MAX_FILE_BYTES + 1)), Content_Encoding="gzip")
    first, second = read(gzip.compress(record(bomb, "https://quay.example/b")) + gzip.compress(visit(1)))
    assert "https://quay.example/b: the page is longer than 64 MB" in str(first)
    assert isinstance(second, Article)


def test_a_record_over_the_bound_is_one_error() -> None:
    long = record(answer(b" " * MAX_FILE_BYTES), "https://quay.example/b")
    first, second = read(gzip.compress(long) + gzip.compress(visit(1)))
    assert "https://quay.example/b: the record is longer than 64 MB" in str(first)
    assert isinstance(second, Article)


def test_a_page_that_the_crawler_cut_is_not_taken_for_a_whole_one() -> None:
    (found,) = read(record(answer(page(1)), "https://quay.example/1", WARC_Truncated="length"))
    assert "keeps only the beginning of the page (length)" in str(found)


@either
def test_an_archive_cut_anywhere_gives_every_whole_page_and_says_that_it_is_cut(pack: Pack) -> None:
    note = record(b"fetchTimeMs: 12", "https://quay.example/2", WarcRecordType.metadata)
    first, second, last = pack(visit(1)), pack(visit(2)), pack(note)
    content, ends = first + second + last, len(first + second)
    for cut in range(len(first) + 1, len(content) - 4, 5):
        if ends - 20 < cut <= ends:
            continue  # but for a line's end or a checksum, all that was written is there
        found = list(pages(BytesIO(content[:cut]), "crawl.warc"))
        whole = ["https://quay.example/1", "https://quay.example/2"][: 2 if cut > ends else 1]
        assert [one.url for one in found if isinstance(one, Page)] == whole
        (problem,) = [str(one) for one in found if not isinstance(one, Page)]
        assert "what stands before was read" in problem


def test_an_archive_with_junk_in_it_gives_what_stands_before() -> None:
    first, second = read(gzip.compress(visit(1)) + b"junk" * 100 + gzip.compress(visit(2)))
    assert isinstance(first, Article)
    assert "what stands before was read" in str(second)


@pytest.mark.parametrize(
    "content", [b"", b"no archive", b"\x1f\x8b", gzip.compress(b"no archive", mtime=0), b"WARC/1.0\r\n"]
)
def test_what_is_no_archive_is_one_error(content: bytes) -> None:
    (found,) = read(content)
    assert isinstance(found, UnreadableSourceError)


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.integers(0, 3_000), st.integers(0, 3_000), st.binary(max_size=6))
def test_any_damage_gives_pages_or_errors(packed: bool, start: int, end: int, junk: bytes) -> None:
    content = (gzip.compress if packed else plain)(visit(1)) + visit(2)
    list(pages(BytesIO(content[:start] + junk + content[end:]), "crawl.warc"))
