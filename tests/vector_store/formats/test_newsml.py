from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vector_store.formats.reading import items
from vector_store.article import Article
from vector_store.errors import UnreadableSourceError

FIRST = "The harbour bridge in Halvern closed on Friday night."
SECOND = "Some 4,000 drivers a day take the tunnel."
XHTML = f"""<inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml">
<head><title>Not the text</title></head><body><p>{FIRST}</p><p>Some <em>4,000</em> drivers a day take the tunnel.</p>
<figure><img src="a.jpg"/><figcaption>The bridge.</figcaption></figure></body></html></inlineXML>"""
BODY = f"""<body><body.head><hedline><hl1>Harbour bridge closes</hl1></hedline><byline>By Ada Moreau</byline>
<dateline><location>Halvern</location></dateline></body.head>
<body.content><media><media-caption>The bridge.</media-caption></media>
<p>{FIRST}</p><p>Some <num>4,000</num> drivers a day take the tunnel.</p></body.content>
<body.end><tagline>The Quay</tagline></body.end></body>"""
NITF = f"""<inlineXML contenttype="application/nitf+xml"><nitf xmlns="http://iptc.org/std/NITF/2006-10-18/">{BODY}</nitf>
</inlineXML>"""
META = """<itemClass qcode="ninat:text"/><provider qcode="nprov:QUAY"><name>The Quay</name></provider>
<versionCreated>2024-03-03T08:00:00Z</versionCreated><firstCreated>2024-03-01T23:30:00-05:00</firstCreated>"""
ABOUT = """<contentCreated>1999-01-01T00:00:00Z</contentCreated><language tag="en-GB"/>
<headline>Harbour bridge closes</headline><by>By Ada Moreau</by>"""
THE_ARTICLE = Article(
    id="urn:newsml:quay.example:20240301:bridge",
    title="Harbour bridge closes",
    text=f"{FIRST}\n\n{SECOND}",
    source="The Quay",
    author="Ada Moreau",
    published=datetime(2024, 3, 2, 4, 30, tzinfo=UTC),
    language="en-GB",
)


def news_item(
    content: str = XHTML, *, guid: str = THE_ARTICLE.id, version: int = 1, meta: str = META, about: str = ABOUT
) -> str:
    return f"""<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}" version="{version}" xml:lang="fr">
<itemMeta>{meta}</itemMeta><contentMeta>{about}</contentMeta><contentSet>{content}</contentSet></newsItem>"""


def message(*inside: str) -> str:
    return f"""<?xml version="1.0"?><newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header>
<sent>2024-03-04T00:00:00Z</sent></header><itemSet>{"".join(inside)}</itemSet></newsMessage>"""


def read(content: str | bytes) -> list[Article | UnreadableSourceError]:
    return items(content, "wire.xml")


def article(content: str) -> Article:
    (found,) = read(content)
    assert isinstance(found, Article), found
    return found


def refusal(content: str | bytes) -> str:
    (found,) = read(content)
    assert isinstance(found, UnreadableSourceError)
    return str(found)


@pytest.mark.parametrize(
    "content",
    [
        XHTML,
        NITF,
        f"<inlineData contenttype='text/plain'>\n{FIRST}\n\n{SECOND}</inlineData>",
        f"<inlineData contenttype='text/html'>&lt;p&gt;{FIRST}&lt;/p&gt;&lt;p&gt;{SECOND}&lt;/p&gt;</inlineData>",
        f"<inlineData contenttype='image/png' encoding='encd:base64'>iVBORw0KGgo=</inlineData>{XHTML}",
    ],
)
def test_an_item_is_the_same_article_however_its_words_are_carried(content: str) -> None:
    assert article(news_item(content)) == THE_ARTICLE


def test_a_message_gives_each_news_item_and_says_what_it_passes_over() -> None:
    package = '<packageItem guid="urn:p"><itemMeta><itemClass qcode="ninat:composite"/></itemMeta></packageItem>'
    first, second, third = read(message(news_item(), package, news_item(NITF, guid="urn:b")))
    assert first == THE_ARTICLE
    assert str(second) == "wire.xml, urn:p: it is a package, which lists articles and holds none; it is passed over."
    assert isinstance(third, Article)
    assert (third.id, third.text) == ("urn:b", THE_ARTICLE.text)


@pytest.mark.parametrize(
    ("meta", "source"),
    [
        ('<provider literal="The Quay"/>', "The Quay"),
        ('<provider qcode="nprov:QUAY"/>', "QUAY"),
        ('<provider uri="http://cv.example/provider/QUAY"/>', "QUAY"),
        ("", "The Harbour Post"),
    ],
)
def test_the_source_is_the_provider_else_who_supplied_the_item(meta: str, source: str) -> None:
    about = f"{ABOUT}<infoSource><name>The Harbour Post</name></infoSource>"
    assert article(news_item(meta=meta, about=about)).source == source


def test_what_the_metadata_do_not_say_the_item_or_its_body_says() -> None:
    found = article(news_item(NITF, meta="", about="<creator><name>Ada Moreau</name></creator>"))
    assert (found.title, found.author, found.language) == ("Harbour bridge closes", "Ada Moreau", "fr")
    assert found.published is None
    assert article(news_item(meta="<title>Bridge</title>", about="")).title == "Bridge"


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ('<pubStatus qcode="stat:canceled"/>', "it is canceled, so it is not taken in; if an earlier version was"),
        ('<pubStatus uri="http://cv.iptc.org/newscodes/pubstatusg2/withheld"/>', "it is withheld"),
        ("<embargoed>9000-01-01T00:00:00Z</embargoed>", "it is under embargo until '9000-01-01"),
    ],
)
def test_an_item_that_may_not_be_used_is_kept_out(status: str, said: str) -> None:
    assert said in refusal(news_item(meta=META + status))


def test_a_usable_item_is_taken_in_and_an_ended_embargo_is_its_date() -> None:
    status = '<pubStatus qcode="stat:usable"/><embargoed>2024-03-02T06:00:00Z</embargoed>'
    assert article(news_item(meta=META + status)).published == datetime(2024, 3, 2, 6, tzinfo=UTC)


def test_a_lower_version_after_a_higher_one_is_passed_over() -> None:
    newer, older = news_item(version=3), news_item(version=2)
    assert [isinstance(item, Article) for item in read(message(older, newer))] == [True, True]
    first, second = read(message(newer, older))
    assert isinstance(first, Article)
    assert "version 2 comes after version 3" in str(second)


def test_an_item_whose_content_is_elsewhere_says_where() -> None:
    said = refusal(news_item('<remoteContent href="https://quay.example/a.jpg" contenttype="image/jpeg"/>'))
    assert "https://quay.example/a.jpg" in said


def test_a_table_and_a_list_keep_their_rows() -> None:
    body = "<p>Cars:</p><table><tr><th>Day</th><th>Cars</th></tr><tr><td>Monday</td><td>4,100</td></tr></table>"
    body += "<ul><li>One</li><li><p>Two</p></li></ul><p>End<br/>of it</p>"
    content = f'<inlineXML><div xmlns="http://www.w3.org/1999/xhtml">{body}</div></inlineXML>'
    assert article(news_item(content)).text == "Cars:\n\nDay | Cars\nMonday | 4,100\n\nOne\nTwo\n\nEnd\nof it"


# NITF on its own


def nitf(docdata: str = "", head: str = "", body: str = BODY) -> str:
    return f"""<!DOCTYPE nitf SYSTEM "nitf-3-4.dtd"><nitf xml:lang="en"><head><title>Bridge</title>
<docdata management-status="usable">{docdata}</docdata>{head}</head>{body}</nitf>"""


def test_a_nitf_document_is_an_article() -> None:
    docdata = """<doc-id regsrc="quay.example" id-string="bridge-1"/><date.issue norm="20240301T233000-0500"/>
<doc.copyright holder="The Quay"/>"""
    assert article(nitf(docdata)) == Article(
        id="quay.example:bridge-1",
        title="Harbour bridge closes",
        text=f"{FIRST}\n\n{SECOND}",
        source="The Quay",
        author="Ada Moreau",
        published=datetime(2024, 3, 2, 4, 30, tzinfo=UTC),
        language="en",
    )


def test_a_nitf_document_is_of_its_publication_and_not_before_its_release() -> None:
    pubdata = '<pubdata name="The Harbour Post" date.publication="20240302"/>'
    found = article(nitf('<date.issue norm="20240301"/>', pubdata))
    assert (found.source, found.published) == ("The Harbour Post", datetime(2024, 3, 2, tzinfo=UTC))
    assert "under embargo" in refusal(nitf('<date.release norm="90000101T000000Z"/>', pubdata))


def test_a_nitf_document_under_embargo_without_an_end_is_kept_out() -> None:
    under = nitf().replace("usable", "embargoed")
    assert "it is embargoed, so it is not taken in" in refusal(under)
    assert isinstance(
        article(under.replace("</docdata>", '<date.release norm="20240302T000000Z"/></docdata>')), Article
    )


# What is broken, foreign or hostile


def test_an_entity_of_a_dtd_that_is_not_fetched_is_the_character_that_html_knows() -> None:
    body = "<body><body.content><p>The caf&eacute; &unheard; closed.</p></body.content></body>"
    assert article(nitf(body=body)).text == "The café &unheard; closed."


def test_an_external_entity_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    dtd = f'<!DOCTYPE newsItem [<!ENTITY x SYSTEM "file://{secret}">]>'
    found = read(dtd + news_item(f"<inlineXML><p>{FIRST} &x;</p></inlineXML>"))
    assert "secret words" not in str(found)
    assert isinstance(found[0], Article)
    assert found[0].text == f"{FIRST} &x;"


@pytest.mark.parametrize("place", ["text", "attribute"])
def test_entities_of_entities_do_not_grow(place: str) -> None:
    names = "abcdefghij"
    laughs = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise(names))
    item = news_item(f"<inlineXML><p>{FIRST} &j;</p></inlineXML>") if place == "text" else news_item(guid="&j;")
    (found,) = read(f'<!DOCTYPE newsItem [<!ENTITY a "{"ha" * 50}">{laughs}]>{item}')
    assert isinstance(found, UnreadableSourceError) or found.text == f"{FIRST} &j;"


def test_a_message_that_is_cut_off_gives_what_was_whole() -> None:
    whole = message(news_item(), news_item(guid="urn:b"))
    first, second = read(whole[: whole.rindex("tunnel")])
    assert first == THE_ARTICLE
    assert "the XML is broken" in str(second)
    assert "what stands before was read" in str(second)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<html><body><p>Words.</p></body></html>", "it is a web page"),
        ("<rss><channel/></rss>", "it is a feed; give its address to `qa-service feeds add`"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"/>', "it is a feed; give its address to `qa-service feeds add`"),
        ("<urlset/>", "it is a sitemap"),
        ("<NewsML><NewsItem/></NewsML>", "it is NewsML 1"),
        ("<invoice/>", "its root is <invoice>"),
        ("words", "the XML is broken"),
        ("", "the XML is broken"),
        ('<?xml version="1.0" encoding="nonsense"?><newsItem/>', "the XML is broken"),
        ("<a>" * 1_000, "the XML is broken"),
        (news_item(""), "it holds no text"),
        (news_item("<inlineData encoding='encd:base64'>iVBORw0KGgo=</inlineData>"), "it holds no text"),
    ],
)
def test_other_xml_is_refused_with_the_reason(content: str, said: str) -> None:
    assert said in refusal(content)


WHOLE = message(news_item(), news_item(NITF, guid="urn:b")).encode()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.binary(max_size=6))
def test_any_damage_gives_articles_or_errors(start: int, end: int, junk: bytes) -> None:
    assert read(WHOLE[:start] + junk + WHOLE[end:])
