"""What has been fetched: by its bytes, else by its media type, else by its address."""

import gzip
from io import BytesIO
from zipfile import ZipFile

import pytest

from vector_store.errors import UnreadableSourceError
from vector_store.fetch import Fetched
from vector_store.sniffing import FEED, SITEMAP, kind_of

RSS = b"<rss version='2.0'><channel/></rss>"
JSON_FEED = b'{"title": "The Quay", "version": "https://jsonfeed.org/version/1.1", "items": []}'
OCTETS = "application/octet-stream"


def fetched(content: bytes, media_type: str | None = None, path: str = "/") -> Fetched:
    url = f"https://quay.example{path}"
    return Fetched(url=url, status=200, content=content, media_type=media_type, charset=None, etag=None, modified=None)


def archive(name: str) -> bytes:
    file = BytesIO()
    with ZipFile(file, "w") as opened:
        opened.writestr(name, "x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (RSS, FEED),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a > b -->\n<feed xmlns="http://www.w3.org/2005/Atom"/>', FEED),
        ('<?xml version="1.0" encoding="utf-16"?><rss/>'.encode("utf-16"), FEED),
        (b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", FEED),
        (b"<!DOCTYPE rss [<!ENTITY a '>'>]><rss/>", FEED),
        (b"<urlset/>", SITEMAP),
        (b"<?xml-stylesheet href='a>b'?><s:sitemapindex xmlns:s='x'/>", SITEMAP),
        (gzip.compress(b"<urlset/>", mtime=0), SITEMAP),
        (b"<newsItem guid='urn:a'/>", ".newsml"),
        (b"<nitf/>", ".xml"),
        (b"\n<!doctype html><p>Words", ".html"),
        (b"<!DOCTYPE html PUBLIC '-//W3C//DTD' 'x'>\n<html><p>Words", ".html"),
        (b"%PDF-1.7\n", ".pdf"),
        (archive("a.txt"), ".zip"),
        (archive("word/document.xml"), ".docx"),
        (b"WARC/1.0\r\n", ".warc"),
    ],
)
@pytest.mark.parametrize("media_type", ["text/html", "text/plain", OCTETS, None])
def test_what_the_bytes_show_counts_whatever_the_server_says(content: bytes, kind: str, media_type: str | None) -> None:
    assert kind_of(fetched(content, media_type)) == kind


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [
        ("text/html", ".html"),
        ("application/xhtml+xml", ".xhtml"),
        ("text/markdown", ".md"),
        ("text/csv", ".csv"),
        ("application/x-ndjson", ".ndjson"),
        ("application/rss+xml", FEED),
        ("application/atom+xml", FEED),
        ("application/feed+json", FEED),
        ("text/xml", ".xml"),
    ],
)
def test_what_the_bytes_do_not_show_the_server_says(media_type: str, kind: str) -> None:
    assert kind_of(fetched(b"The bridge closed.", media_type, "/news.pdf")) == kind


@pytest.mark.parametrize("media_type", ["text/plain", OCTETS, None])
@pytest.mark.parametrize(("path", "kind"), [("/a/news.md?x=.pdf", ".md"), ("/a.CSV", ".csv"), ("/a.eml#b.txt", ".eml")])
def test_where_the_server_says_nothing_the_address_does(media_type: str | None, path: str, kind: str) -> None:
    assert kind_of(fetched(b"The bridge closed.", media_type, path)) == kind


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", None])
def test_json_is_one_thing_or_lines(media_type: str | None) -> None:
    line = b'{"title": "The bridge", "text": "It closed."}'
    assert kind_of(fetched(line, media_type)) == ".json"
    assert kind_of(fetched(line, media_type, "/news.jsonl")) == ".jsonl"
    assert kind_of(fetched(line, "application/jsonl")) == ".jsonl"
    assert kind_of(fetched(line, "text/html")) == ".html"
    assert kind_of(fetched(JSON_FEED, media_type)) == FEED


def test_a_crawl_is_told_from_a_sitemap_by_its_name() -> None:
    packed = gzip.compress(b"WARC/1.0\r\n")
    assert kind_of(fetched(packed, "application/gzip", "/crawl.warc.gz")) == ".warc.gz"
    assert kind_of(fetched(packed, "application/warc")) == ".warc.gz"


def test_a_text_of_addresses_alone_is_a_sitemap() -> None:
    listed = b"https://quay.example/1\nhttps://quay.example/2\r\n\n"
    assert kind_of(fetched(listed, "text/plain", "/sitemap.txt")) == SITEMAP
    assert kind_of(fetched(listed * 500, "text/plain")) == SITEMAP
    assert kind_of(fetched(listed, "text/csv")) == ".csv"
    assert kind_of(fetched(b"https://quay.example/1 tells more.\n", "text/plain")) == ".txt"
    assert kind_of(fetched(b"", "text/plain")) == kind_of(fetched(b"Words.", "text/plain")) == ".txt"


@pytest.mark.parametrize("media_type", ["application/x-tar", OCTETS, None])
def test_what_nobody_can_tell_is_refused(media_type: str | None) -> None:
    with pytest.raises(UnreadableSourceError, match=r"cannot be read; give the address of a page or a feed\.$"):
        kind_of(fetched(b"\x7fELF", media_type, "/a.bin"))


@pytest.mark.parametrize(
    "odd", ["<!--", "<!-- -->", "<?", "<?a?>", "<!doctype ", "[]", "[", "\n", "a:", "http://a\n\n", "<!doctype a[b]["]
)
def test_odd_bytes_take_no_longer(odd: str) -> None:
    """A pattern that could go back would not end with these."""
    assert kind_of(fetched(("<!doctype x" + odd * 4_000 + "x x").encode(), "text/html")) == ".html"
    assert kind_of(fetched((odd * 4_000 + "x x").encode(), "text/html")) == ".html"
    assert kind_of(fetched((odd * 4_000 + "x x").encode(), "text/plain")) in (".txt", ".json", SITEMAP)
