import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.vector_store.formats.reading import read, refusal
from vector_store.formats import html

FOUND = "https://quay.example/bridge?id=7"
LINKED = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Harbour bridge closes",
    "datePublished": "2024-03-01T23:30:00-05:00",
    "dateModified": "2024-03-05T08:00:00Z",
    "author": {"@type": "Person", "name": "Ada Moreau"},
}
FIRST = "The harbour bridge closed on Friday night after engineers found a crack in the third pier, the port said."
SECOND = "Some 4,000 drivers a day will take the northern tunnel instead, which is free until May."
STORY = f"""
<h1>Harbour bridge closes</h1>
<p>{FIRST}</p>
<p>Some 4,000 drivers a day will take the <a href="/t">northern tunnel</a> instead, which is <b>free</b> until May.</p>
<h2>What happens next</h2>
<ul><li>Divers inspect the pier on Monday.</li><li>The port reports in April.</li></ul>
<table><tr><th>Day</th><th>Cars</th></tr><tr><td>Monday</td><td>4,100</td></tr></table>
<p>Repairs &amp; tests may cost 3 million crowns, money that the port does not have, its director said.</p>
"""


def page(head: str = "", story: str = STORY, linked: object = None) -> str:
    script = f'<script type="application/ld+json">{json.dumps(linked)}</script>' if linked else ""
    return f"""<!doctype html><html lang="en-GB"><head><title>Harbour bridge closes</title>{head}{script}</head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav>
<div class="ad">Advertisement: cheap shoes, only today!</div>
<article>{story}</article>
<aside><h3>Related</h3><time datetime="2020-05-05">May</time>
<p><a href="/f">Ferry strike ends in the north</a></p></aside>
<section id="comments"><div class="comment"><p>First! I never liked that bridge.</p></div></section>
<button>Subscribe</button>
<footer>Copyright 2019 The Quay. All rights reserved. Updated 2021-01-01.</footer></body></html>"""


def test_a_page_gives_its_article_and_what_it_says_of_itself() -> None:
    head = """<meta property="og:site_name" content="The Quay">
        <link rel="canonical" href="https://quay.example/news/bridge">"""
    article = read(page(head, linked=LINKED), "bridge.html")
    assert article.published is not None
    assert article.published.utcoffset() == timedelta(hours=-5)
    assert (article.title, article.author, article.source) == ("Harbour bridge closes", "Ada Moreau", "The Quay")
    assert (article.url, article.language) == ("https://quay.example/news/bridge", "en-GB")
    assert article.published == datetime(2024, 3, 2, 4, 30, tzinfo=UTC)
    assert article.id.startswith("url-")


def test_the_text_of_a_page_is_its_paragraphs_and_nothing_around_them() -> None:
    assert read(page(), "bridge.htm").text == "\n\n".join(
        [
            FIRST,
            SECOND,
            "What happens next",
            "Divers inspect the pier on Monday.\nThe port reports in April.",
            "Day | Cars\nMonday | 4,100",
            "Repairs & tests may cost 3 million crowns, money that the port does not have, its director said.",
        ]
    )


@pytest.mark.parametrize(
    ("declared", "address"),
    [
        ('<link rel="canonical" href="https://quay.example/news/bridge">', "https://quay.example/news/bridge"),
        ('<link rel="canonical" href="https://quay.example/">', FOUND),
        ('<link rel="canonical" href="nonsense">', FOUND),
        ("", FOUND),
    ],
)
def test_a_page_is_known_by_the_address_that_it_declares_else_by_where_it_was_found(
    declared: str, address: str
) -> None:
    assert html.page(page(declared).encode(), "a.html", url=FOUND).url == address
    assert html.page(page(declared).encode(), "a.html").url in (address, None, "https://quay.example/")


def test_what_the_server_says_of_the_charset_goes_before_what_the_page_says() -> None:
    content = page('<meta charset="koi8-r">', STORY + "<p>Brücke gesperrt, sagte die Behörde in der Stadt.</p>")
    assert "Brücke gesperrt" in html.page(content.encode("cp1252"), "a.html", charset="ISO-8859-1").text
    assert "Brücke gesperrt" in html.page(content.encode(), "a.html", charset="ISO-8859-1").text


def test_what_a_page_says_of_itself_at_length_is_left_out() -> None:
    article = read(page(meta("og:site_name", "Quay " * 200)), "a.html")
    assert article.title == "Harbour bridge closes"
    assert article.source is None


def test_an_address_that_a_page_gives_wrongly_is_left_out() -> None:
    assert read(page(meta("og:url", "https://quay .example/news of today")), "a.html").url is None


def test_a_page_without_a_declared_date_has_none_however_many_dates_it_shows() -> None:
    link = '<link rel="canonical" href="https://quay.example/2018/07/04/bridge">'
    assert read(page(link), "2017-01-01.html").published is None


def meta(name: str, content: str) -> str:
    return f'<meta property="{name}" content="{content}">'


@pytest.mark.parametrize(
    ("head", "moment"),
    [
        (meta("article:published_time", "2024-03-01T09:30:00+02:00"), "2024-03-01T07:30:00+00:00"),
        (meta("article:published_time", "2024-03-01T09:30:00.000Z"), "2024-03-01T09:30:00+00:00"),
        (meta("article:published_time", "2024-03-01"), "2024-03-01T00:00:00+00:00"),
        (meta("article:published_time", "2024-03-01T09:30:00"), "2024-03-01T00:00:00+00:00"),
        ('<meta name="parsely-pub-date" content="2024-03-01T09:30Z">', "2024-03-01T09:30:00+00:00"),
        ('<meta itemprop="datePublished" content="2024-03-01">', "2024-03-01T00:00:00+00:00"),
    ],
)
def test_a_declared_date_is_taken_as_exactly_as_it_is_declared(head: str, moment: str) -> None:
    assert read(page(head), "a.html").published == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    "head",
    [
        meta("article:modified_time", "2024-03-01T09:30:00Z"),
        meta("article:published_time", "0001-01-01T00:00:00+00:00"),
        meta("article:published_time", "2024"),
        meta("article:published_time", "1709285400"),
        meta("article:published_time", "last Friday"),
    ],
)
def test_what_is_not_a_day_of_publication_is_no_date(head: str) -> None:
    assert read(page(head), "a.html").published is None


def test_a_time_is_preferred_to_a_day() -> None:
    head = meta("article:published_time", "2024-03-01")
    assert read(page(head, linked=LINKED), "a.html").published == datetime(2024, 3, 2, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("linked", "found"),
    [
        ({"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, LINKED]}, True),
        ([{"@type": "Organization"}, LINKED], True),
        ({"@type": "WebPage", "mainEntity": LINKED | {"@type": ["Thing", "ReportageNewsArticle"]}}, True),
        (LINKED | {"@type": "VideoObject"}, False),
        (LINKED | {"datePublished": 1709353800}, False),
        ("a bare string", False),
    ],
)
def test_linked_data_dates_the_page_where_it_describes_an_article(linked: object, found: bool) -> None:
    assert (read(page(linked=linked), "a.html").published is not None) is found


def test_broken_linked_data_does_not_hide_the_rest() -> None:
    head = '<script type="application/ld+json">{"datePublished": oops</script>' + meta(
        "article:published_time", "2024-03-01"
    )
    assert read(page(head), "a.html").published == datetime(2024, 3, 1, tzinfo=UTC)


def test_a_single_time_element_dates_a_page_that_declares_nothing_and_two_do_not() -> None:
    first, second = (f'<p><time datetime="2024-03-0{day}T09:30:00Z">{day} March</time></p>' for day in (1, 5))
    assert read(page(story=first + STORY), "a.html").published == datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
    assert read(page(story=first + second + STORY), "a.html").published is None


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("windows-1252", "cp1252"),
        ("iso-8859-1", "cp1252"),
        ("ISO-8859-2", "iso-8859-2"),
        ("koi8-r", "utf-8"),
        ("utf-16", "utf-16"),
    ],
)
def test_a_page_is_read_in_the_charset_that_it_declares_unless_it_is_utf8(declared: str, written: str) -> None:
    content = page(f'<meta charset="{declared}">', STORY + "<p>Brücke gesperrt, sagte die Behörde in der Stadt.</p>")
    assert "Brücke gesperrt" in read(content.encode(written), "a.html").text


def test_a_page_that_is_not_in_its_charset_is_refused() -> None:
    content = page('<meta charset="no-such">', STORY + "<p>Brücke</p>").encode("cp1252")
    assert "the charset 'no-such' cannot be read" in refusal(content, "a.html")


def test_xhtml_is_read_too() -> None:
    content = f"""<?xml version="1.0" encoding="UTF-8"?>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="cs"><head><title>Bridge</title></head>
<body><div><p>{FIRST}</p><p>{SECOND}</p></div></body></html>"""
    article = read(content, "a.xhtml")
    assert (article.title, article.language, article.text) == ("Bridge", "cs", f"{FIRST}\n\n{SECOND}")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}",
        "just words without a tag",
        "<html><head><title>Bridge</title></head><body></body></html>",
        '<html><body><nav><a href="/">Home</a> <a href="/b">Sport</a></nav></body></html>',
        "<html><body><h1>Sign in</h1><form><label>Name</label><button>Log in</button></form></body></html>",
        f"<html><body>{'<div><h2><a href=/>The harbour and its many ships</a></h2></div>' * 12}</body></html>",
        f"<html><body><article><p>{'word. ' * 2_000_000}</p></article></body></html>",
        "<html><body>" + "<div>" * 20_000 + "deep",
    ],
    ids=["nothing", "json", "text", "empty", "navigation", "login", "front page", "vast", "deep"],
)
def test_a_page_without_an_article_is_refused(content: str) -> None:
    assert "page" in refusal(content.encode(), "a.html")
