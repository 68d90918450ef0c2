from datetime import UTC, datetime, timedelta

import pytest

from tests.vector_store.formats.reading import read, refusal
from vector_store.article import Article

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
