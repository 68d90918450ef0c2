import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from vector_store.article import Article, identity
from vector_store.errors import UnreadableSourceError
from vector_store.extract import FORMATS, article_from

HEADER = """\
---
id: quay-17
title: Harbour bridge closes
source: The Quay
author: Ada Moreau
published: 2024-03-01T23:30:00-05:00
url: https://quay.example/news/bridge
language: en
mood: grim
---
"""
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


def read(content: str, name: str) -> Article:
    return article_from(content.encode(), name=name)


def refusal(content: bytes, name: str) -> str:
    with pytest.raises(UnreadableSourceError) as raised:
        article_from(content, name=name)
    assert str(raised.value).startswith(f"{name}: ")
    return str(raised.value)


def test_an_unknown_format_is_refused_with_the_list_of_the_known_ones() -> None:
    said = refusal(b"words", "report.docx")
    assert "files ending in .docx" in said
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
    assert article_from("\ufeffWords.".encode(), name=name).text == "Words."


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
@pytest.mark.parametrize("content", [b"a\0b", "words".encode("utf-16-le")])
def test_nul_characters_are_refused(name: str, content: bytes) -> None:
    assert "NUL" in refusal(content, name)


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
@pytest.mark.parametrize("content", [b"", b" \r\n\t\n", b"\xef\xbb\xbf"])
def test_a_file_without_words_is_refused(name: str, content: bytes) -> None:
    assert "it holds no text" in refusal(content, name)


# Plain text


def test_a_text_file_is_kept_to_the_last_character() -> None:
    content = " \r\nHeadline\r\n\r\n  Body,\tindented. \r\n\r\n"
    article = read(content, "a.txt")
    assert article.text == content
    assert article.title == "Headline"
    assert article.id == identity(given=None, url=None, title="Headline", text=content)


@pytest.mark.parametrize("content", ["Headline\nBody.", "Only line\n\n", "a" * 201 + "\n\nBody.", "One line"])
def test_a_text_file_without_a_headline_of_its_own_is_called_after_the_file(content: str) -> None:
    assert read(content, "in/bridge_closes-2024-03-01.txt").title == "Bridge closes 2024-03-01"


def test_a_text_file_has_no_date() -> None:
    assert read("2024-03-01\n\nThe bridge closed.", "2024-03-01.txt").published is None


# Markdown


def test_front_matter_describes_the_article_and_its_other_keys_do_not_matter() -> None:
    article = read(HEADER + "\nThe bridge *closed*.\n", "a.md")
    assert article.published is not None
    assert article.published.utcoffset() == timedelta(hours=-5)
    assert article == Article(
        id="quay-17",
        title="Harbour bridge closes",
        text="The bridge closed.",
        url="https://quay.example/news/bridge",
        source="The Quay",
        author="Ada Moreau",
        published=datetime(2024, 3, 2, 4, 30, tzinfo=UTC),
        language="en",
    )


@pytest.mark.parametrize("written", ["2024-03-01", '"2024-03-01"', "2024-03-01T00:00:00Z", '"2024-03-01T01:00+01:00"'])
def test_a_day_in_front_matter_means_midnight_utc(written: str) -> None:
    assert read(f"---\npublished: {written}\n---\nWords.", "a.md").published == datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("header", ["", "---\n---\n", "---\npublished:\n---\n"])
def test_without_a_date_the_date_is_unknown(header: str) -> None:
    assert read(header + "Words of 2024-03-01.", "2024-03-01.md").published is None


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("published: 2024-03-01T09:30:00", "published: has no time zone; add one"),
        ("published: 2024", "published: is not a date"),
        ("published: 2024-02-31", "is not YAML"),
        ("published: soon", "published: is not a date"),
        ("title: 1984", "title: must be text; put it in quotes"),
        ("title: ''", "title: is empty"),
        ("language: no", "language: must be text; put it in quotes"),
        ("id: a/b", "id: must be 1 to 200 letters"),
        ("url: www.quay.example", "url: must be a whole http or https address"),
        ('author: "\\ud800"', "author: has U+D800"),
        ("title: [unclosed", "is not YAML"),
        ("title: a: b", "is not YAML"),
        ("[" * 5_000, "is not YAML"),
        ("just words", "must be lines of the form key: value"),
        ("- a list", "must be lines of the form key: value"),
    ],
)
def test_a_bad_header_is_refused_with_the_reason(header: str, said: str) -> None:
    assert said in refusal(f"---\n{header}\n---\nWords.".encode(), "a.md")


def test_a_header_that_never_ends_is_refused() -> None:
    assert "close it with a line ---" in refusal(b"---\ntitle: Bridge\n\nWords.", "a.md")


def test_the_first_heading_is_the_title_and_is_not_repeated_in_the_text() -> None:
    article = read("## Small\n\n# The *bridge*\n\nIt closed.\n\n# Later\n\nIt opened.", "a.md")
    assert article.title == "The bridge"
    assert article.text == "Small\n\nIt closed.\n\nLater\n\nIt opened."


def test_a_heading_that_is_not_the_title_stays() -> None:
    assert read("---\ntitle: Other\n---\n# Bridge\n\nIt closed.", "a.markdown").text == "Bridge\n\nIt closed."


def test_markdown_without_any_title_is_called_after_the_file() -> None:
    assert read("It closed.", "/in/the-bridge_story.md").title == "The bridge story"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("One\ntwo\n\n\nthree", "One two\n\nthree"),
        ("One  \ntwo<br>three", "One\ntwo\nthree"),
        ("A **bold** _and_ [linked](http://x.example 'y') `code`.", "A bold and linked code."),
        ("![The *third* pier](pier.jpg) cracked", "The third pier cracked"),
        ("<https://quay.example>", "https://quay.example"),
        ("Tea &amp; 3 \\* 4", "Tea & 3 * 4"),
        ("a<!-- hidden --> <b>bold</b> end", "a bold end"),
        ("<!-- hidden\n\nstill -->\n\n<div class='x'>Words &gt; 3</div>\n\nend", "Words > 3\n\nend"),
        ("<script>\nalert(1)\n</script>\n\nend", "end"),
        ("words\n\n<div>\n" + "<!-- " * 50_000, "words"),
        ("words\n\n<div>\n" + "<script " * 50_000, "words"),
        ("before\n\n- one\n- two\n  more\n  - deep\n\nafter", "before\n\none\ntwo more\ndeep\n\nafter"),
        ("1. one\n\n   and\n\n2. two\n\n* other", "one\nand\ntwo\n\nother"),
        ("> quoted\n\nsaid", "quoted\n\nsaid"),
        ("```py\na = 1\n\n  b\n```\n\n    c\n", "a = 1\n\n  b\n\nc"),
        ("| Day | Cars |\n|--|--|\n| Monday | 4,100 |\n\nend", "Day | Cars\nMonday | 4,100\n\nend"),
        ("a\n\n***\n\nb", "a\n\nb"),
        ("a\r\nb\r\n\r\nc", "a b\n\nc"),
    ],
)
def test_markdown_becomes_plain_paragraphs(markdown: str, text: str) -> None:
    assert read(markdown, "a.md").text == text


@pytest.mark.parametrize("markdown", ["# Only a title", "<!-- nothing -->", "---\ntitle: Bridge\n---\n"])
def test_markdown_without_words_of_its_own_is_refused(markdown: str) -> None:
    assert "it holds no text" in refusal(markdown.encode(), "a.md")


def test_markdown_that_nests_deeply_is_still_read() -> None:
    assert read("**a " * 3_000 + "a**" * 3_000, "a.md").text.startswith("a a")
    assert read("> " * 60 + "deep", "a.md").text == "deep"
    assert read("> " * 3_000 + "deep\n\nend", "a.md").text == "end"


# HTML


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
    assert "Brücke gesperrt" in article_from(content.encode(written), name="a.html").text


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


def test_reading_text_does_not_wait_for_the_html_library() -> None:
    code = "import sys, vector_store.extract; sys.exit('trafilatura' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
