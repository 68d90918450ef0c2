"""What is at a web address, fetched from real servers."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest

from tests.standins.site import Reply, Site, moved, page, site
from vector_store.article import Article, identity
from vector_store.courtesy import Courtesy
from vector_store.entries import Entry
from vector_store.errors import FetchFailedError, FetchRefusedError, UnreadableSourceError
from vector_store.fetch import Fetcher, Limits
from vector_store.formats.documents import Item
from vector_store.web import MAX_PAGES, WHOLE_TEXT, Web, same_site

BRIDGE = (
    "The harbour bridge in Halvern closed on Friday after engineers found a crack in the third pier.",
    "Some 4,000 drivers a day will take the northern tunnel instead, which is free of charge until May.",
)
FERRY = (
    "The ferry from Halvern to Ostmark sails again after a winter in the dock, the harbour master said on Monday.",
    "Tickets cost as much as last year, and bicycles travel free on the first boat of every morning.",
)
PUBLISHED = datetime(2024, 3, 1, 7, 30, tzinfo=UTC)


@pytest.fixture
def harbour() -> Iterator[Site]:
    with site({"/bridge": page("The bridge closes", *BRIDGE), "/ferry": page("The ferry sails", *FERRY)}) as opened:
        yield opened


@pytest.fixture
def web() -> Web:
    fetcher = Fetcher(allow=["127.0.0.1"], limits=Limits(connect=0.5, silence=1, total=2))
    return Web(fetcher, Courtesy(fetcher, pause=0))


def article(item: Item) -> Article:
    assert isinstance(item, Article), item
    return item


def problem(item: Item) -> str:
    assert isinstance(item, UnreadableSourceError), item
    assert str(item).endswith(".")
    return str(item)


def told(items: Iterator[Item]) -> list[str]:
    return [item.title if isinstance(item, Article) else f"! {item}" for item in items]


def xml(body: str, media_type: str = "application/xml") -> Reply:
    return Reply(body, headers={"Content-Type": media_type})


def rss(*items: str) -> Reply:
    return xml(f"<rss version='2.0'><channel><title>The Quay</title>{''.join(items)}</channel></rss>")


def urlset(*urls: str) -> Reply:
    locations = "".join(f"<url><loc>{url}</loc></url>" for url in urls)
    return xml(f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{locations}</urlset>")


def index(*urls: str) -> Reply:
    locations = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return xml(f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{locations}</sitemapindex>")


# Pages


def test_a_page_is_an_article_at_its_address(harbour: Site, web: Web) -> None:
    (found,) = map(article, web.articles_at(f"{harbour.url}/bridge#comments"))
    assert (found.title, found.text) == ("The bridge closes", "\n\n".join(BRIDGE))
    assert found.url == f"{harbour.url}/bridge"
    assert found.id == identity(given=None, url=found.url, title="", text="")
    assert (found.published, found.language) == (None, "en")


def test_a_page_that_moved_is_an_article_where_it_is_now(harbour: Site, web: Web) -> None:
    harbour.pages["/old"] = moved("/bridge", 301)
    (found,) = map(article, web.articles_at(f"{harbour.url}/old"))
    assert found.url == f"{harbour.url}/bridge"


def test_the_charset_of_the_server_counts(harbour: Site, web: Web) -> None:
    text = "Кладка в Халверне закрыта: инженеры нашли трещину в третьей опоре моста. " * 4
    html = f"<html><title>Кладка</title><article><h1>Кладка</h1><p>{text}</p></article></html>"
    harbour.pages["/page"] = Reply(html.encode("koi8-r"), headers={"Content-Type": "text/html; charset=KOI8-R"})
    harbour.pages["/text"] = Reply(text.encode("koi8-r"), headers={"Content-Type": "text/plain; charset=KOI8-R"})
    for path in ("/page", "/text"):
        (found,) = map(article, web.articles_at(harbour.url + path))
        assert found.text.startswith("Кладка в Халверне закрыта")


@pytest.mark.parametrize(
    ("declared", "kept"),
    [
        ("{url}/bridge/full", True),
        ("https://quay.example/other", False),
        ("http://127.0.0.2/other", False),
        ("ftp://127.0.0.1/other", False),
        ("{url}/", False),
    ],
)
def test_a_page_declares_its_address_but_none_of_another_site(
    harbour: Site, web: Web, declared: str, kept: bool
) -> None:
    canonical = declared.format(url=harbour.url)
    harbour.pages["/page"] = page("The bridge", *BRIDGE, head=f"<link rel='canonical' href='{canonical}'>")
    (found,) = map(article, web.articles_at(f"{harbour.url}/page"))
    assert found.url == f"{harbour.url}{'/bridge/full' if kept else '/page'}"
    assert found.id == identity(given=None, url=found.url, title="", text="")


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        ("https://www.harbour.co.uk/1", "http://amp.harbour.co.uk/2", True),
        ("https://harbour.example/1", "https://harbour.example:8443/2", True),
        ("https://harbour.co.uk/1", "https://quay.co.uk/1", False),
        ("https://harbour.github.io/1", "https://quay.github.io/1", False),
        ("https://harbour.com/1", "https://harbour.com.quay.com/1", False),
        ("https://harbour.com@quay.com/1", "https://harbour.com/1", False),
        ("https://www.intranet/1", "https://intranet/1", False),
        ("https://10.0.0.1/1", "https://10.0.0.2/1", False),
    ],
)
def test_one_site_is_what_has_one_owner(url: str, other: str, same: bool) -> None:
    assert same_site(url, other) is same
    assert same_site(other, url) is same


def test_a_page_without_an_article_names_its_feeds(harbour: Site, web: Web) -> None:
    links = "".join(
        f"<link rel='alternate' type='{kind}' href='{where}'>"
        for kind, where in [
            ("application/rss+xml", "/rss"),
            ("application/atom+xml", "https://quay.example/atom"),
            ("text/html", "/fr"),
            ("application/rss+xml", "javascript:alert(1)"),
        ]
    )
    harbour.pages["/"] = page("The Harbour Post", head=links)
    (said,) = map(problem, web.articles_at(harbour.url))
    assert f"its feed {harbour.url}/rss or https://quay.example/atom." in said
    harbour.pages["/"] = page("The Harbour Post")
    (said,) = map(problem, web.articles_at(harbour.url))
    assert "the page has no article" in said


def test_what_cannot_be_fetched_is_one_error(harbour: Site, web: Web) -> None:
    (failed,) = web.articles_at(f"{harbour.url}/nowhere")
    (refused,) = web.articles_at("http://10.0.0.1/")
    assert isinstance(failed, FetchFailedError)
    assert isinstance(refused, FetchRefusedError)


# Files


def test_a_lone_article_in_a_file_is_at_the_address_of_the_file(harbour: Site, web: Web) -> None:
    harbour.pages["/a.md"] = Reply("# The bridge\n\nIt closed.", headers={"Content-Type": "text/plain"})
    harbour.pages["/b.md"] = Reply("---\nurl: https://quay.example/1\n---\nIt closed.")
    harbour.pages["/c.md"] = Reply("---\nid: quay-1\n---\nIt closed.")
    found = [article(item) for name in "abc" for item in web.articles_at(f"{harbour.url}/{name}.md")]
    assert [one.url for one in found] == [f"{harbour.url}/a.md", "https://quay.example/1", f"{harbour.url}/c.md"]
    assert [one.id for one in found[:2]] == [identity(given=None, url=one.url, title="", text="") for one in found[:2]]
    assert found[2].id == "quay-1"


def test_a_file_of_many_articles_is_read_as_from_the_disk(harbour: Site, web: Web) -> None:
    harbour.pages["/news.jsonl"] = Reply('{"title": "One", "text": "x"}\n{oops\n{"title": "Two", "text": "y"}')
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("c.txt", "Words.")
        archive.writestr("d.txt", "Other words.")
    harbour.pages["/news.zip"] = Reply(packed.getvalue())
    one, bad, two = web.articles_at(f"{harbour.url}/news.jsonl")
    assert [article(one).title, article(two).title] == ["One", "Two"]
    assert (article(one).url, article(two).url) == (None, None)
    assert f"{harbour.url}/news.jsonl, line 2" in problem(bad)
    assert told(web.articles_at(f"{harbour.url}/news.zip")) == ["C", "D"]


def test_what_is_no_news_is_one_error(harbour: Site, web: Web) -> None:
    harbour.pages["/a.bin"] = Reply(b"\x7fELF")
    harbour.pages["/a.pdf"] = Reply(b"%PDF-1.7 broken")
    for path in ("/a.bin", "/a.pdf"):
        (said,) = map(problem, web.articles_at(harbour.url + path))
        assert said.startswith(harbour.url + path)


# Feeds


def test_a_feed_is_the_pages_that_it_names_each_or_its_error(harbour: Site, web: Web) -> None:
    harbour.pages["/feed"] = rss(
        "<item><link>/bridge</link></item>",
        "<item><link>/gone</link></item>",
        "<item><link>http://169.254.169.254/latest</link></item>",
        "<item><link>/ferry</link></item>",
    )
    bridge, gone, inside, ferry = told(web.articles_at(f"{harbour.url}/feed"))
    assert (bridge, ferry) == ("The bridge closes", "The ferry sails")
    assert inside.startswith("! http://169.254.169.254/latest: 169.254.169.254 is not at a public address")
    assert gone.startswith(f"! {harbour.url}/gone: the server answers 404")


def test_pages_are_fetched_one_by_one(harbour: Site, web: Web) -> None:
    harbour.pages["/feed"] = rss("<item><link>/bridge</link></item>", "<item><link>/ferry</link></item>")
    items = web.articles_at(f"{harbour.url}/feed")
    next(items)
    assert harbour.paths == ["/feed", "/robots.txt", "/bridge"]


def test_a_feed_without_entries_is_one_error(harbour: Site, web: Web) -> None:
    harbour.pages["/feed"] = rss()
    (said,) = map(problem, web.articles_at(f"{harbour.url}/feed"))
    assert said.startswith(f"{harbour.url}/feed: it names no page")


def entry(url: str | None, said: Mapping[str, Any] = {}) -> Entry:
    return replace(Entry(key="a", url=url), **said)


def test_an_entry_tells_what_its_page_does_not(harbour: Site, web: Web) -> None:
    harbour.pages["/bare"] = Reply(f"<article><p>{'<p>'.join(BRIDGE)}</article>", headers={"Content-Type": "text/html"})
    said = {"title": "Bridge", "author": "Ada Moreau", "source": "The Quay", "language": "de", "published": PUBLISHED}
    bare = article(web.article_of(entry(f"{harbour.url}/bare", said)))
    assert {field: getattr(bare, field) for field in said} == said
    assert bare.url == f"{harbour.url}/bare"


def test_what_a_page_says_counts_more_than_what_its_entry_says(harbour: Site, web: Web) -> None:
    head = (
        "<meta property='article:published_time' content='2024-02-28T09:00:00Z'><meta name='author' content='Bo Lind'>"
    )
    head += "<meta property='og:site_name' content='The Harbour Post'>"
    harbour.pages["/page"] = page("The bridge closes", *BRIDGE, head=head)
    said = {"title": "Bridge", "author": "Ada Moreau", "source": "The Quay", "language": "de", "published": PUBLISHED}
    found = article(web.article_of(entry(f"{harbour.url}/page", said)))
    assert (found.title, found.author, found.source) == ("The bridge closes", "Bo Lind", "The Harbour Post")
    assert (found.language, found.published) == ("en", datetime(2024, 2, 28, 9, tzinfo=UTC))


def test_when_nobody_says_when_it_stays_undated(harbour: Site, web: Web) -> None:
    assert article(web.article_of(entry(f"{harbour.url}/bridge", {"updated": PUBLISHED}))).published is None


def test_a_feed_leads_to_documents_too_but_names_none_of_another_site(harbour: Site, web: Web) -> None:
    harbour.pages["/a.md"] = Reply("---\nid: quay-1\nurl: https://quay.example/1\n---\nIt closed.")
    found = article(web.article_of(entry(f"{harbour.url}/a.md", {"title": "The bridge", "published": PUBLISHED})))
    assert (found.url, found.published) == (f"{harbour.url}/a.md", PUBLISHED)
    assert found.id == identity(given=None, url=found.url, title="", text="")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (rss("<item><link>/bridge</link></item>"), "leads to a feed"),
        (urlset("https://quay.example/1"), "leads to a feed or sitemap"),
        (Reply('{"title": "One", "text": "x"}\n{"title": "Two", "text": "y"}'), "many articles"),
    ],
)
def test_a_feed_does_not_lead_to_more_than_an_article(harbour: Site, web: Web, reply: Reply, said: str) -> None:
    harbour.pages["/more.jsonl"] = reply
    assert said in problem(web.article_of(entry(f"{harbour.url}/more.jsonl")))


def carried(*paragraphs: str) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


WHOLE = carried(*BRIDGE, *FERRY, *BRIDGE)


@pytest.mark.parametrize("why", ["robots", 401, 402, 403, 451, "no article"])
def test_where_a_page_is_closed_to_us_the_feed_s_own_text_is_the_article(harbour: Site, web: Web, why: object) -> None:
    harbour.pages["/page"] = Reply(status=why) if isinstance(why, int) else page("The bridge")
    if why == "robots":
        harbour.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /page")
    url = f"{harbour.url}/page"
    found = article(web.article_of(entry(url, {"title": "The bridge", "content": WHOLE, "published": PUBLISHED})))
    assert len(found.text) > WHOLE_TEXT
    assert found.text.startswith("\n\n".join(BRIDGE))
    assert (found.url, found.title, found.published) == (url, "The bridge", PUBLISHED)
    assert isinstance(web.article_of(entry(url, {"content": carried(*BRIDGE)})), UnreadableSourceError)
    assert isinstance(web.article_of(entry(url)), UnreadableSourceError)


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
def test_what_is_gone_or_only_late_is_not_taken_from_the_feed(harbour: Site, web: Web, status: int) -> None:
    harbour.pages["/page"] = Reply(status=status)
    failed = web.article_of(entry(f"{harbour.url}/page", {"content": WHOLE}))
    assert isinstance(failed, FetchFailedError)
    assert failed.status == status


def test_an_entry_without_an_address_is_the_text_that_it_carries(web: Web) -> None:
    found = article(web.article_of(Entry(key="quay-7", title="Ferry", content="<p>It <b>sails</b> again.</p>")))
    assert (found.title, found.text, found.url, found.published) == ("Ferry", "It sails again.", None, None)
    assert "neither its address nor its text" in problem(web.article_of(Entry(key="quay-8", summary="It sails.")))


# robots.txt


def test_what_a_person_names_is_fetched_and_what_is_found_only_if_robots_txt_lets_us(harbour: Site, web: Web) -> None:
    harbour.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /bridge\nDisallow: /feed")
    harbour.pages["/feed"] = rss("<item><link>/bridge</link></item>", "<item><link>/ferry</link></item>")
    refused, ferry = web.articles_at(f"{harbour.url}/feed")
    assert isinstance(refused, FetchRefusedError)
    assert article(ferry).title == "The ferry sails"
    assert "/bridge" not in harbour.paths
    assert told(web.articles_at(f"{harbour.url}/bridge")) == ["The bridge closes"]


# Sitemaps


def test_a_sitemap_is_the_pages_that_it_names_once_each(harbour: Site, web: Web) -> None:
    harbour.pages["/sitemap.xml"] = urlset(f"{harbour.url}/bridge", f"{harbour.url}/ferry", f"{harbour.url}/bridge")
    assert told(web.articles_at(f"{harbour.url}/sitemap.xml")) == ["The bridge closes", "The ferry sails"]


def test_a_list_of_sitemaps_is_what_they_name(harbour: Site, web: Web) -> None:
    listed = index(*(f"{harbour.url}/{name}" for name in ("one.xml", "gone.xml", "page", "index.xml", "two.xml.gz")))
    two = urlset(f"{harbour.url}/ferry").body
    assert isinstance(two, str)
    harbour.pages |= {
        "/sitemap.xml": listed,
        "/index.xml": listed,
        "/one.xml": urlset(f"{harbour.url}/bridge"),
        "/page": page("The bridge", *BRIDGE),
        "/two.xml.gz": Reply(gzip.compress(two.encode())),
    }
    bridge, gone, no_sitemap, nested, ferry = told(web.articles_at(f"{harbour.url}/sitemap.xml"))
    assert (bridge, ferry) == ("The bridge closes", "The ferry sails")
    assert gone.startswith(f"! {harbour.url}/gone.xml: the server answers 404")
    assert no_sitemap.startswith(f"! {harbour.url}/page: ")
    assert nested.startswith(f"! {harbour.url}/index.xml: it is a list of sitemaps within another")


def test_no_more_pages_are_fetched_than_the_bound_and_the_rest_is_told(harbour: Site, web: Web) -> None:
    harbour.pages["/sitemap.xml"] = urlset(*(f"http://quay.example/{number}\\" for number in range(MAX_PAGES + 5)))
    *fetched, rest = web.articles_at(f"{harbour.url}/sitemap.xml")
    assert len(fetched) == MAX_PAGES
    assert problem(rest) == f"{harbour.url}/sitemap.xml: it names more than 10,000 pages; the rest was left out."
