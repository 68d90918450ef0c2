import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vector_store.errors import UnreadableSourceError
from vector_store.syndication import Entry, FeedDocument, feed_of

AT = "https://quay.example/feeds/world.xml"
MORNING = datetime(2024, 3, 4, 10, 0, tzinfo=UTC)
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:dcterms="http://purl.org/dc/terms/"'
)
LINK = "<link>https://quay.example/news/1</link>"


def rss(*items: str, head: str = "<title>The Quay</title><language>en-GB</language>") -> str:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<?xml version="1.0"?><rss version="2.0" {NAMESPACES}><channel>{head}{inside}</channel></rss>'


def atom(*entries: str) -> str:
    inside = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>The Quay</title>{inside}</feed>'


def read(content: str | bytes, media_type: str | None = None) -> FeedDocument:
    return feed_of(
        content.encode() if isinstance(content, str) else content, "feed", media_type=media_type, base_url=AT
    )


def entry(content: str) -> Entry:
    feed = read(content)
    assert feed.problems == ()
    (found,) = feed.entries
    return found


def refusal(content: str | bytes) -> str:
    with pytest.raises(UnreadableSourceError) as raised:
        read(content)
    return str(raised.value)


# What each format says

RSS_2 = rss(
    """<title>Harbour bridge closes</title><link>https://quay.example/news/1?a=1&amp;b=2</link>
    <guid isPermaLink="false">quay-1</guid><pubDate>Mon, 04 Mar 2024 11:00:00 +0100</pubDate>
    <dcterms:modified>2024-03-05</dcterms:modified>
    <dc:creator>Ada Moreau</dc:creator><dc:creator>Bo Lind</dc:creator>
    <source url="https://post.example/feed">The Harbour Post</source>
    <description>A crack &lt;b&gt;was&lt;/b&gt; found.</description>
    <content:encoded><![CDATA[<p>The whole text.</p>]]></content:encoded>"""
)
RSS_1 = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"
    xmlns:content="http://purl.org/rss/1.0/modules/content/">
    <channel rdf:about="https://quay.example/"><title>The Quay</title><dc:language>en-GB</dc:language></channel>
    <item rdf:about="quay-1"><title>Harbour bridge closes</title><link>https://quay.example/news/1?a=1&amp;b=2</link>
    <dc:date>2024-03-04T11:00:00+01:00</dc:date><dcterms:modified>2024-03-05</dcterms:modified>
    <dc:creator>Ada Moreau, Bo Lind</dc:creator><dc:publisher>The Harbour Post</dc:publisher>
    <description>A crack was found.</description>
    <content:encoded>&lt;p&gt;The whole text.&lt;/p&gt;</content:encoded></item></rdf:RDF>"""
ATOM_1 = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-GB">
    <title type="html">The &lt;i&gt;Quay&lt;/i&gt;</title>
    <updated>2024-03-09T00:00:00Z</updated>
    <entry><id>quay-1</id><title>Harbour bridge closes</title><link rel="enclosure" href="https://quay.example/1.mp3"/>
    <link rel="alternate" href="https://quay.example/news/1?a=1&amp;b=2"/>
    <published>2024-03-04T11:00:00+01:00</published><updated>2024-03-05</updated>
    <author><name>Ada Moreau</name><email>ada@quay.example</email></author><author><name>Bo Lind</name></author>
    <source><title>The Harbour Post</title><updated>2020-01-01T00:00:00Z</updated></source>
    <summary>A crack was found.</summary>
    <content type="html">&lt;p&gt;The whole text.&lt;/p&gt;</content></entry></feed>"""
ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:lang="en-GB"><title>The Quay</title>
    <entry><id>quay-1</id><title>Harbour bridge closes</title>
    <link rel="alternate" type="text/html" href="https://quay.example/news/1?a=1&amp;b=2"/>
    <issued>2024-03-04T11:00:00+01:00</issued><modified>2024-03-05</modified>
    <author><name>Ada Moreau, Bo Lind</name></author>
    <source><title>The Harbour Post</title></source><summary>A crack was found.</summary>
    <content type="text/html" mode="escaped">&lt;p&gt;The whole text.&lt;/p&gt;</content></entry></feed>"""


@pytest.mark.parametrize("content", [RSS_2, RSS_1, ATOM_1, ATOM_03])
def test_an_entry_is_the_same_in_each_format(content: str) -> None:
    feed = read(content)
    assert feed.title == "The Quay"
    assert feed.problems == ()
    assert feed.entries == (
        Entry(
            key="quay-1",
            url="https://quay.example/news/1?a=1&b=2",
            title="Harbour bridge closes",
            author="Ada Moreau, Bo Lind",
            source="The Harbour Post",
            language="en-GB",
            summary="A crack was found.",
            content="<p>The whole text.</p>",
            published=MORNING,
            updated=datetime(2024, 3, 5, tzinfo=UTC),
        ),
    )


@pytest.mark.parametrize("version", ["1", "1.1"])
def test_a_json_feed_says_the_same(version: str) -> None:
    people = {"authors": [{"name": "Ada Moreau"}]} if version == "1.1" else {"author": {"name": "Ada Moreau"}}
    item = {
        "id": 17,
        "url": "/news/1",
        "title": "Harbour bridge closes",
        "summary": "A crack was found.",
        "content_text": "The whole\ntext.\n\n5 < 6",
        "date_published": "2024-03-04T11:00:00+01:00",
        "date_modified": "2024-03-05T00:00:00Z",
        **people,
    }
    feed = {
        "version": f"https://jsonfeed.org/version/{version}",
        "title": "The Quay",
        "language": "en",
        "items": [item],
    }
    assert read(json.dumps(feed)).title == "The Quay"
    assert entry(json.dumps(feed)) == Entry(
        key="17",
        url="https://quay.example/news/1",
        title="Harbour bridge closes",
        author="Ada Moreau",
        language="en",
        summary="A crack was found.",
        content="<p>The whole\ntext.</p><p>5 &lt; 6</p>",
        published=MORNING,
        updated=datetime(2024, 3, 5, tzinfo=UTC),
    )


def test_what_is_not_text_in_a_json_feed_is_replaced() -> None:
    item = r'{"id": "\ud800", "title": "Bridge \udfff", "summary": "a\u0000b"}'
    found = entry(f'{{"version": "https://jsonfeed.org/version/1", "items": [{item}]}}')
    assert (found.key, found.title, found.summary) == ("\ufffd", "Bridge \ufffd", "a\ufffdb")


def test_an_rss_of_1999_is_read() -> None:
    item = "<item><title>Bridge</title><link>https://quay.example/1</link></item>"
    found = entry(f'<rss version="0.91"><channel><title>The Quay</title>{item}</channel></rss>')
    assert found == Entry(key="https://quay.example/1", url="https://quay.example/1", title="Bridge")


def test_the_caption_of_a_picture_is_not_the_text() -> None:
    picture = """<media:content url="a.jpg"><media:title>A photo</media:title><media:description>The bridge at night.
        </media:description></media:content><media:description>The bridge by day.</media:description>"""
    found = entry(rss(f"{picture}<title>Bridge</title>{LINK}<description>A crack was found.</description>"))
    assert (found.title, found.summary, found.content) == ("Bridge", "A crack was found.", None)


# Names and addresses


@pytest.mark.parametrize(
    ("item", "key", "url"),
    [
        ("<guid>https://quay.example/2</guid>", "https://quay.example/2", "https://quay.example/2"),
        ('<guid isPermaLink="false">https://quay.example/2</guid>', "https://quay.example/2", None),
        ("<guid>quay-2</guid>", "quay-2", None),
        ("<guid>quay-2</guid><link>../2</link>", "quay-2", "https://quay.example/2"),
        ("<link><![CDATA[ /2?a=1&b=2 ]]></link>", "https://quay.example/2?a=1&b=2", "https://quay.example/2?a=1&b=2"),
        ("<link>/a b</link>", "https://quay.example/a%20b", "https://quay.example/a%20b"),
        (
            '<guid>g</guid><link>javascript:alert(1)</link><link xml:base="https://o.example/x/">2</link>',
            "g",
            "https://o.example/x/2",
        ),
        ('<guid>g</guid><atom:link rel="self" href="/feed"/><link>/2</link>', "g", "https://quay.example/2"),
        ("<guid>g</guid><link>http://[::1</link>", "g", None),
    ],
)
def test_an_rss_item_has_the_name_and_the_address_that_it_gives(item: str, key: str, url: str | None) -> None:
    found = entry(rss(item))
    assert (found.key, found.url) == (key, url)


def test_an_atom_id_is_no_address() -> None:
    found = entry(atom("<id>https://quay.example/2</id>"))
    assert (found.key, found.url) == ("https://quay.example/2", None)


def test_relative_addresses_start_where_the_feed_says() -> None:
    entry_of_it = '<entry><id>1</id><link href="b"/></entry>'
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://o.example/a/">{entry_of_it}</feed>'
    assert entry(feed).url == "https://o.example/a/b"


def test_an_entry_that_nobody_could_know_again_is_a_problem() -> None:
    feed = read(rss("<title>Bridge</title>", LINK))
    assert len(feed.entries) == 1
    assert [str(problem) for problem in feed.problems] == [
        "feed, entry 1: it has neither an id nor a web address; it is passed over."
    ]


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("<author>ada@quay.media (Ada Moreau)</author>", "Ada Moreau"),
        ("<author>Ada Moreau &lt;ada@quay.example&gt;</author>", "Ada Moreau"),
        ("<author>ada@quay.example</author>", None),
        ("<dc:creator>Ada Moreau</dc:creator><author>Ada Moreau</author>", "Ada Moreau"),
    ],
)
def test_an_author_is_a_name_and_not_an_email_address(written: str, author: str | None) -> None:
    assert entry(rss(LINK + written)).author == author


# Words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Fish &amp; chips", "Fish & chips"),
        ("Fish &amp;amp; chips", "Fish & chips"),
        ("<![CDATA[Fish &amp; <em>chips</em>]]>", "Fish & chips"),
        ("5 &lt; 6, says\n  the port", "5 < 6, says the port"),
        (" ", None),
    ],
)
def test_a_title_in_rss_is_plain_text_whether_it_was_html_or_not(title: str, words: str | None) -> None:
    assert entry(rss(f"{LINK}<title>{title}</title>")).title == words


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("<title>The &lt;b&gt; tag</title>", "The <b> tag"),
        ('<title type="html">A &lt;b&gt;bold&lt;/b&gt; port</title>', "A bold port"),
        (
            '<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>bold</b> port</div></title>',
            "A bold port",
        ),
    ],
)
def test_a_title_in_atom_is_what_its_type_says(title: str, words: str) -> None:
    assert entry(atom(f"<id>1</id>{title}")).title == words


@pytest.mark.parametrize(
    ("content", "html"),
    [
        (
            '<content type="xhtml"><x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>Words</x:p></x:div></content>',
            "<p>Words</p>",
        ),
        ('<content type="text">One\n\n2 &lt; 3</content>', "<p>One</p><p>2 &lt; 3</p>"),
        ("<content>Words</content>", "<p>Words</p>"),
        ('<content type="image/png">iVBORw0KGgo=</content>', None),
        ('<content type="text/html" src="https://quay.example/1"/>', None),
    ],
)
def test_content_in_atom_is_html_of_the_text_that_is_there(content: str, html: str | None) -> None:
    found = entry(atom(f"<id>1</id>{content}")).content
    assert html in found if html and found else found == html


def test_languages_are_inherited() -> None:
    entries = read(rss(LINK, LINK + "<dc:language>fr</dc:language>")).entries
    assert [found.language for found in entries] == ["en-GB", "fr"]
    two = '<entry><id>1</id></entry><entry xml:lang="fr"><id>2</id></entry>'
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">{two}</feed>'
    assert [found.language for found in read(feed).entries] == ["de", "fr"]


# Dates


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("Mon, 04 Mar 2024 10:00:00 GMT", MORNING),
        ("4 Mar 24 05:00 EST", MORNING),
        ("Mon, 04 Mar 2024 10:00:00 -0000", MORNING),
        ("2024-03-04T10:00:00Z", MORNING),
        ("2024-03-04T10:00:00", datetime(2024, 3, 4, tzinfo=UTC)),
        ("Mon, 04 Mar 2024 23:30:00", datetime(2024, 3, 4, tzinfo=UTC)),
        ("Mon, 04 Mar 2024 23:30:00 IST", datetime(2024, 3, 4, tzinfo=UTC)),
        ("Mon, 04 Mar 2024", datetime(2024, 3, 4, tzinfo=UTC)),
        ("2024-03-04", datetime(2024, 3, 4, tzinfo=UTC)),
    ],
)
def test_a_date_is_aware_and_a_time_without_a_zone_counts_as_its_day(written: str, published: datetime) -> None:
    assert entry(rss(f"{LINK}<pubDate>{written}</pubDate>")).published == published


def test_a_date_keeps_its_zone() -> None:
    published = entry(rss(f"{LINK}<pubDate>Mon, 04 Mar 2024 12:00:00 +0200</pubDate>")).published
    assert published is not None
    assert published.tzinfo == timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    "written", ["soon", "--03-04", "24", "2024", "0001-01-01T00:00:00Z", "Mon, 31 Feb 2024 10:00:00 GMT"]
)
def test_a_date_that_is_none_leaves_the_entry_undated_and_is_told(written: str) -> None:
    feed = read(rss(f"{LINK}<pubDate>{written}</pubDate>"))
    assert feed.entries[0].published is None
    assert [str(problem) for problem in feed.problems] == [
        f"feed, entry 1: its date {written!r} cannot be read; it stays undated."
    ]


def test_an_entry_without_a_date_is_undated_though_the_feed_has_one() -> None:
    head = "<pubDate>Mon, 04 Mar 2024 10:00:00 GMT</pubDate><lastBuildDate>2024-03-04</lastBuildDate>"
    found = entry(rss(LINK, head=head))
    assert (found.published, found.updated) == (None, None)


def test_the_date_of_a_change_is_not_the_date_of_publication() -> None:
    found = entry(atom("<id>1</id><updated>2024-03-04T10:00:00Z</updated>"))
    assert (found.published, found.updated) == (None, MORNING)


# Encodings and broken feeds


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (rss(f"{LINK}<title>Café</title>").encode(), None),
        (rss(f"{LINK}<title>Café</title>").encode("utf-8-sig"), None),
        (rss(f"{LINK}<title>Café</title>").encode("utf-16"), None),
        (rss(f"{LINK}<title>Café</title>").replace('"1.0"', '"1.0" encoding="ISO-8859-1"', 1).encode("latin-1"), None),
        (rss(f"{LINK}<title>Café</title>").replace('"1.0"', '"1.0" encoding="ISO-8859-1"', 1).encode(), None),
        (rss(f"{LINK}<title>Café</title>").encode("latin-1"), "text/xml; charset=iso-8859-1"),
        (rss(f"{LINK}<title>Caf&eacute;</title>"), None),
        (rss(f"{LINK}<title>Caf\x0b\x01é</title>"), None),
        ("\n\n" + rss(f"{LINK}<title>Café</title>"), None),
    ],
)
def test_the_words_are_the_same_in_any_encoding_rightly_declared_or_not(
    content: bytes | str, media_type: str | None
) -> None:
    assert read(content, media_type).entries[0].title == "Café"


def test_bytes_of_another_encoding_in_a_feed_are_read_and_told() -> None:
    content = rss(f"{LINK}<title>Café</title>").encode() + b"<!-- caf\xe9 -->"
    broken = content.replace("Café".encode(), "Café".encode() + b" caf\xe9 \x93port\x94")
    feed = read(broken)
    assert feed.entries[0].title == "Café café “port”"
    assert "windows-1252" in str(feed.problems[0])


WRONG = [
    "<title>Fish & chips</title><description>AT&T &nbsp; &unheard; a<6</description>",
    "<title>Bridge</title><description>One<br>two<p>three</description>",
    "<title>Bridge&#11;</title><description>x&#x1;</description>",
    "<title>Bridge</title><other:thing>x</other:thing>",
    "<title>Bridge</b></title>",
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_broken_entry_is_repaired_where_that_is_clear_and_told(wrong: str) -> None:
    feed = read(
        rss("<guid>0</guid><title>Ferry</title>", f"<guid>1</guid><link>/1?a=1&b=2</link>{wrong}", "<guid>2</guid>")
    )
    assert [found.key for found in feed.entries] == ["0", "1", "2"]
    assert feed.entries[1].url == "https://quay.example/1?a=1&b=2"
    assert (feed.entries[1].title or "").startswith(("Fish & chips", "Bridge"))
    assert feed.title == "The Quay"
    assert feed.entries[0].language == "en-GB"
    assert "each entry was read by itself" in str(feed.problems[0])


def test_an_entry_beyond_repair_is_one_problem_and_the_rest_is_read() -> None:
    feed = read(rss("<guid>0</guid>", "<guid>1</guid><pubDate></title>", "<guid>2</guid>"))
    assert [found.key for found in feed.entries] == ["0", "2"]
    assert str(feed.problems[1]).startswith("feed, entry 2: its XML is broken")


def test_a_feed_that_is_cut_off_gives_its_whole_entries_and_no_half_one() -> None:
    whole = rss("<guid>0</guid>", "<guid>1</guid><description>A long text about the bridge</description>")
    for cut in range(whole.index("<guid>1"), whole.index("</item></channel>"), 3):
        feed = read(whole[:cut])
        assert [found.key for found in feed.entries] == ["0"]
        assert "entry 2" in str(feed.problems[-1])


@pytest.mark.parametrize("junk", ["<b>Warning</b>: line 3\n{}", "{}<script>track()</script>"])
def test_junk_around_a_feed_does_not_matter(junk: str) -> None:
    assert [found.key for found in read(junk.format(rss("<guid>0</guid>"))).entries] == ["0"]


def test_an_external_entity_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    dtd = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY y "ha">]>'
    feed = read(dtd + rss("<guid>0</guid><title>Bridge &x; &y;</title>").removeprefix('<?xml version="1.0"?>'))
    assert feed.entries[0].title == "Bridge &x; &y;"


def test_ten_thousand_entries_are_all_read() -> None:
    feed = read(rss(*(f"<guid>{number}</guid><title>Ferry {number}</title>" for number in range(10_000))))
    assert len(feed.entries) == 10_000


# What is no feed


@pytest.mark.parametrize(
    "start", ["<!DOCTYPE html><html>", '<?xml version="1.0"?><!-- page --> <html xmlns="http://www.w3.org/1999/xhtml">']
)
def test_a_web_page_is_refused_with_the_addresses_of_its_feeds(start: str) -> None:
    links = """<link rel="stylesheet" href="a.css"><link rel="alternate" hreflang="fr" href="/fr">
        <link rel="alternate" type="application/rss+xml" href="/feed.xml">
        <link rel="Alternate home" type="application/atom+xml" href="atom.xml">"""
    said = refusal(f"{start}<head>{links}</head><body><p>News</p></body></html>")
    assert said.endswith("which it says is https://quay.example/feed.xml or https://quay.example/feeds/atom.xml.")
    assert refusal(f"{start}</html>").endswith("it is a web page, not a feed; give the feed's address.")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it is empty"),
        ("words", "it is broken XML and no feed"),
        ("<invoice/>", "XML with the root <invoice>"),
        ("<urlset/>", "it is a sitemap, not a feed"),
        ("<rss><channel><item><guid>0", "no entry in it can be read"),
        ('{"items": []}', "not a JSON Feed: version: is missing"),
        ('{"version": "https://jsonfeed.org/version/1"', "it is not JSON that can be read"),
        ("[" * 200_000, "it is not JSON that can be read"),
        ("[]", "not a JSON Feed"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason(content: str, said: str) -> None:
    assert said in refusal(content)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()) == FeedDocument("The Quay", (), ())


def test_a_bad_item_of_a_json_feed_is_one_problem() -> None:
    items = [{"id": "1", "title": 7}, {"id": "2", "url": "/2", "date_published": "soon"}, {"title": "Bridge"}, "words"]
    feed = read(json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}))
    assert [found.key for found in feed.entries] == ["1", "2"]
    assert [str(problem).partition(":")[0] for problem in feed.problems] == [
        "feed, entry 2",
        "feed, entry 3",
        "feed, entry 4",
    ]


FEEDS = [
    RSS_2.encode(),
    RSS_1.encode(),
    ATOM_1.encode(),
    b'{"version": "jsonfeed.org", "items": [{"id": 1, "url": "/a"}]}',
]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(FEEDS), st.integers(0, 1_500), st.integers(0, 1_500), st.binary(max_size=6))
def test_any_damage_gives_a_feed_or_the_reason_why_not(feed: bytes, start: int, end: int, junk: bytes) -> None:
    damaged = feed[:start] + junk + feed[end:]
    try:
        found = read(damaged)
    except UnreadableSourceError:
        return
    assert all(one.key and (one.published is None or one.published.tzinfo) for one in found.entries)
