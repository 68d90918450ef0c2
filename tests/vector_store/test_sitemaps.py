import gzip
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vector_store.errors import UnreadableSourceError
from vector_store.sitemaps import MAX_BYTES, MAX_ENTRIES, Sitemap, sitemap_of
from vector_store.syndication import Entry

ROOT = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
)
NEWS = """<url><loc> https://quay.example/news/1?a=1&amp;b=2 </loc><lastmod>2024-03-05T08:00:00Z</lastmod>
<image:image><image:loc>https://quay.example/a.jpg</image:loc><image:title>A photo</image:title></image:image>
<news:news><news:publication><news:name>The Quay</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2024-03-04T11:00:00+01:00</news:publication_date><news:title>Bridge &amp; tunnel</news:title>
</news:news></url>"""


def read(content: str | bytes) -> Sitemap:
    return sitemap_of(content.encode() if isinstance(content, str) else content, "map")


def refusal(content: str | bytes) -> str:
    with pytest.raises(UnreadableSourceError) as raised:
        read(content)
    return str(raised.value)


def test_a_news_sitemap_says_what_it_knows_of_each_article() -> None:
    assert read(f"{ROOT}{NEWS}</urlset>") == Sitemap(
        entries=(
            Entry(
                key="https://quay.example/news/1?a=1&b=2",
                url="https://quay.example/news/1?a=1&b=2",
                title="Bridge & tunnel",
                source="The Quay",
                language="en",
                published=datetime(2024, 3, 4, 10, tzinfo=UTC),
                updated=datetime(2024, 3, 5, 8, tzinfo=UTC),
            ),
        )
    )


def test_the_date_of_a_change_is_not_the_date_of_publication() -> None:
    (found,) = read(f"{ROOT}<url><loc>https://quay.example/1</loc><lastmod>2024-03-05</lastmod></url></urlset>").entries
    assert (found.published, found.updated) == (None, datetime(2024, 3, 5, tzinfo=UTC))


def test_a_sitemap_index_names_its_sitemaps() -> None:
    inside = "".join(f"<sitemap><loc>https://quay.example/{n}.xml.gz</loc></sitemap>" for n in (1, 2))
    found = read(f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{inside}</sitemapindex>')
    assert found == Sitemap(children=("https://quay.example/1.xml.gz", "https://quay.example/2.xml.gz"))


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_text_sitemap_is_an_address_a_line(pack: type[bytes]) -> None:
    found = read(pack("\ufeffhttps://quay.example/1\r\n\nhttps://quay.example/2\nwords\n".encode()))
    assert [entry.url for entry in found.entries] == ["https://quay.example/1", "https://quay.example/2"]
    assert [str(problem) for problem in found.problems] == [
        "map, line 4: it is not a whole web address; it is passed over."
    ]


def test_a_sitemap_may_be_gzipped_in_parts() -> None:
    whole = f"{ROOT}{NEWS}</urlset>".encode()
    assert read(gzip.compress(whole[:90]) + gzip.compress(whole[90:])) == read(whole)


def test_a_sitemap_in_utf_16_is_read() -> None:
    whole = f"{ROOT}{NEWS}</urlset>"
    assert read(whole.encode("utf-16")) == read(whole)


@pytest.mark.parametrize("root", ["<urlset>", ROOT, '<urlset xmlns="https://www.sitemaps.org/schemas/sitemap/0.84">'])
def test_the_namespace_does_not_matter(root: str) -> None:
    assert len(read(f"{root}<url><loc>https://quay.example/1</loc></url></urlset>").entries) == 1


def test_an_entry_without_an_address_is_one_problem() -> None:
    found = read(f"{ROOT}<url><loc>/news/1</loc></url><url/>{NEWS}</urlset>")
    assert len(found.entries) == 1
    assert [str(problem)[:30] for problem in found.problems] == [
        "map, entry 1: its address '/ne",
        "map, entry 2: its address '' i",
    ]


def test_a_date_that_is_none_leaves_the_entry_undated_and_is_told() -> None:
    found = read(f"{ROOT}{NEWS}</urlset>".replace("2024-03-04T11:00:00+01:00", "today"))
    assert found.entries[0].published is None
    assert "its date 'today' cannot be read" in str(found.problems[0])


def test_bare_ampersands_are_read_as_what_they_are() -> None:
    found = read(
        f"{ROOT}{NEWS}<url><loc>https://quay.example/2?a=1&b=2</loc></url><url><loc>https://quay.example/3</loc></url></urlset>"
    )
    assert [entry.url for entry in found.entries][1:] == ["https://quay.example/2?a=1&b=2", "https://quay.example/3"]
    assert found.problems == ()


def test_a_sitemap_that_is_cut_off_gives_its_whole_entries() -> None:
    found = read(f"{ROOT}{NEWS}<url><loc>https://quay.example/22")
    assert len(found.entries) == 1
    assert "what stands before was read" in str(found.problems[0])


def test_fifty_thousand_entries_are_read_and_not_one_more() -> None:
    lines = "".join(f"https://quay.example/{number}\n" for number in range(MAX_ENTRIES))
    assert len(read(lines).entries) == MAX_ENTRIES
    assert "more than 50,000 entries" in refusal(f"{lines}https://quay.example/more")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_sitemap_that_is_too_long_unpacked_is_refused(pack: type[bytes]) -> None:
    assert "longer than 50 MB" in refusal(pack(b"<urlset>" + b" " * MAX_BYTES))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it holds no address"),
        ("<html><body/></html>", "its root is <html>"),
        ('<rss version="2.0"><channel/></rss>', "its root is <rss>"),
        ("<urlset>", "the XML is broken"),
        ("words", "it is not a whole web address"),
        (b"\xff\xfe\xff", "is not UTF-16"),
        (gzip.compress(b"<urlset/>", mtime=0)[:-4], "its gzip is broken"),
        (b"\x1f\x8bwords", "its gzip is broken"),
        (
            '<!DOCTYPE u [<!ENTITY a "https://quay.example/1">]><urlset><url><loc>&a;</loc></url></urlset>',
            "its address '&a;'",
        ),
    ],
)
def test_what_is_no_sitemap_is_refused_with_the_reason(content: str | bytes, said: str) -> None:
    assert said in refusal(content)


def test_a_sitemap_without_entries_is_a_sitemap() -> None:
    assert read(f"{ROOT}</urlset>") == Sitemap()


WHOLE = f"{ROOT}{NEWS}{NEWS}</urlset>".encode()


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.binary(max_size=6))
def test_any_damage_gives_a_sitemap_or_the_reason_why_not(packed: bool, start: int, end: int, junk: bytes) -> None:
    content = gzip.compress(WHOLE) if packed else WHOLE
    with suppress(UnreadableSourceError):
        assert read(content[:start] + junk + content[end:])
