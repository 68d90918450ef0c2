"""A web address → the articles there: a page, a document of any known format, all that a feed or a sitemap names.

What a person names is fetched; what is found in a feed or sitemap, only as far as its site's robots.txt lets programs.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from itertools import chain, islice
from urllib.parse import urlsplit

from tld import get_fld

from vector_store.article import Article, identity
from vector_store.courtesy import Courtesy
from vector_store.entries import Entry
from vector_store.errors import FetchFailedError, UnreadableSourceError
from vector_store.fetch import Fetched, Fetcher
from vector_store.formats.documents import Item, charset_of, decoded, submitted, title_of
from vector_store.formats.html import page
from vector_store.formats.known import items_in
from vector_store.formats.markup import plain_text_of_html
from vector_store.listings import entries_of_sitemap, feed_in
from vector_store.sitemaps import sitemap_of
from vector_store.sniffing import FEED, PAGES, SITEMAP, kind_of
from vector_store.syndication import feeds_named

MAX_PAGES = 10_000
"""Pages that are fetched for one feed or sitemap."""

MAX_SITEMAPS = 1_000
"""Sitemaps that are fetched of one list of sitemaps."""

WHOLE_TEXT = 500
"""Characters from which on what a feed carries passes for the article, where the page is closed to us."""

_CLOSED = (401, 402, 403, 451)
_PLAIN = (".txt", ".text", ".md", ".markdown", ".csv", ".tsv")


class Web:
    """Articles from the web. Its methods may be called from any thread."""

    def __init__(self, fetcher: Fetcher, courtesy: Courtesy) -> None:
        self._fetcher = fetcher
        self._courtesy = courtesy

    def articles_at(self, url: str) -> Iterator[Item]:
        """Each article at an address that a person has named; at least one item, and every error is one.

        Each page of a feed or sitemap is fetched when its turn in the iterator comes.
        """
        try:
            yield from self._items(self._fetcher.get(url, before=self._courtesy.wait))
        except UnreadableSourceError as error:
            yield error

    def article_of(self, entry: Entry) -> Item:
        """The page of a feed's or sitemap's entry; what the entry says stands in where the page is silent.

        Where the page is closed to us or has no article, it is the text that the entry carries, if that is long enough.
        """
        try:
            return _carried(entry) if entry.url is None else self._fetched(entry, entry.url)
        except UnreadableSourceError as error:
            return error

    def _items(self, found: Fetched) -> Iterator[Item]:
        kind = kind_of(found)
        if kind == FEED:
            feed = feed_in(found)
            yield from self._each(chain(feed.problems, feed.entries), found.url)
        elif kind == SITEMAP:
            sitemap = sitemap_of(found.content, found.url)
            listed = entries_of_sitemap(sitemap, found.url, self._permitted, MAX_SITEMAPS)
            yield from self._each(listed, found.url)
        elif kind in PAGES:
            yield _on_page(found)
        else:
            yield from _in_file(found, kind)

    def _each(self, listed: Iterable[Entry | UnreadableSourceError], url: str) -> Iterator[Item]:
        empty = True
        keys: set[str] = set()
        for one in listed:
            empty = False
            if isinstance(one, UnreadableSourceError):
                yield one
            elif one.key not in keys:
                if len(keys) == MAX_PAGES:
                    yield UnreadableSourceError(url, f"it names more than {MAX_PAGES:,} pages; the rest was left out.")
                    return
                keys.add(one.key)
                yield self.article_of(one)
        if empty:
            yield UnreadableSourceError(url, "it names no page; give another address, or come back later.")

    def _permitted(self, url: str) -> Fetched:
        return self._fetcher.get(url, before=self._courtesy.permit)

    def _fetched(self, entry: Entry, url: str) -> Article:
        try:
            found = self._permitted(url)
            return _filled(_alone(found), entry, silence=title_of(found.url))
        except UnreadableSourceError as error:
            if not _may_be_replaced(error) or len(plain_text_of_html(entry.content or "")) < WHOLE_TEXT:
                raise
            return _carried(entry)


def same_site(url: str, other: str) -> bool:
    """Whether both addresses are one owner's: of the same host, or of hosts under one registered domain."""
    site = get_fld(url, fail_silently=True)
    return _host(url) == _host(other) or (site is not None and site == get_fld(other, fail_silently=True))


def _host(url: str) -> str | None:
    return urlsplit(url).hostname


def _on_page(found: Fetched) -> Article:
    try:
        return _article(found)
    except UnreadableSourceError as error:
        if feeds := feeds_named(found.content, found.url)[:3]:
            raise UnreadableSourceError(
                found.url, f"the page has no article; give the address of one, or of its feed {' or '.join(feeds)}."
            ) from error
        raise


def _article(found: Fetched) -> Article:
    """The address that a page declares makes its identity, so no page may declare one of another site."""
    said = page(found.content, found.url, charset=found.charset, url=found.url)
    if said.url is not None and not same_site(said.url, found.url):
        said = said.model_copy(update={"url": found.url})
    return said.article()


def _in_file(found: Fetched, kind: str) -> Iterator[Item]:
    """What a file holds; a lone article without an address has that of the file."""
    content = found.content
    if kind in _PLAIN and found.charset:
        content = decoded(content, name=found.url, charset=charset_of(content, found.charset)).encode()
    items = items_in(BytesIO(content), found.url, kind)
    first, *second = islice(items, 2)
    if not second and isinstance(first, Article) and first.url is None:
        first = _at(first, found.url)
    yield from chain([first], second, items)


def _at(article: Article, url: str) -> Article:
    named = article.id if not article.id.startswith("txt-") else None
    return replace(article, url=url, id=identity(given=named, url=url, title=article.title, text=article.text))


def _alone(found: Fetched) -> Article:
    """The one article that a feed's entry leads to. Only a page may declare another address than it was found at."""
    kind = kind_of(found)
    if kind in PAGES:
        return _article(found)
    if kind in (FEED, SITEMAP):
        raise UnreadableSourceError(found.url, "it leads to a feed or sitemap, not to an article; add that by itself.")
    first, *second = islice(_in_file(found, kind), 2)
    if second:
        raise UnreadableSourceError(found.url, "it leads to a file of many articles; give its address by itself.")
    if isinstance(first, UnreadableSourceError):
        raise first
    return replace(first, url=found.url, id=identity(given=None, url=found.url, title=first.title, text=first.text))


def _filled(article: Article, entry: Entry, silence: str) -> Article:
    """With what the entry says, where the article is silent; `silence` is the title of what has none."""
    return replace(
        article,
        title=(entry.title or silence) if article.title == silence else article.title,
        source=article.source or entry.source,
        author=article.author or entry.author,
        published=article.published or entry.published,
        language=article.language or entry.language,
    )


def _may_be_replaced(error: UnreadableSourceError) -> bool:
    """Whether what the feed carries may stand in: for what is closed to us or has no article, not for what is gone.

    What may go well the next time is left for then: else an article would change back and forth.
    """
    if isinstance(error, FetchFailedError):
        return error.status in _CLOSED
    return True


def _carried(entry: Entry) -> Article:
    name = entry.url or entry.key
    if not entry.content:
        raise UnreadableSourceError(name, "the feed gives neither its address nor its text.")
    fields = {
        "title": entry.title or title_of(name),
        "url": entry.url,
        "author": entry.author,
        "source": entry.source,
        "language": entry.language,
        "published": entry.published,
    }
    return submitted(name, plain_text_of_html(entry.content), fields).article()
