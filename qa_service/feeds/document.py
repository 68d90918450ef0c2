"""What a feed's address gives: the entries of a feed, or of a sitemap and the sitemaps that it names."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus

from vector_store.courtesy import Courtesy
from vector_store.entries import Entry
from vector_store.errors import UnreadableSourceError
from vector_store.fetch import Fetched, Fetcher
from vector_store.sitemaps import Sitemap, sitemap_of
from vector_store.sniffing import SITEMAP, kind_of
from vector_store.syndication import feed_of

MAX_LISTED = 50_000
"""How many entries of a document are looked at, as many as one sitemap may have."""

MAX_SITEMAPS = 50
"""How many of the sitemaps that a sitemap names are read."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries that were read, what could not be, and what to ask with next time (None: it is to be read anyhow)."""

    title: str | None
    entries: tuple[Entry, ...]
    problems: tuple[str, ...]
    etag: str | None
    modified: str | None


class FeedDocuments:
    """Reads them, with the manners of `Courtesy`."""

    def __init__(self, fetcher: Fetcher, courtesy: Courtesy) -> None:
        self._fetcher = fetcher
        self._courtesy = courtesy

    def read(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Listing | None:
        """What is listed there; None where it has not changed since.

        Raises FetchRefusedError, FetchFailedError, and UnreadableSourceError for what is neither feed nor sitemap.
        """
        fetched = self._fetcher.get(url, etag=etag, modified=modified, before=self._courtesy.wait)
        if fetched.status == HTTPStatus.NOT_MODIFIED:
            return None
        if kind_of(fetched) == SITEMAP:
            return _bounded(self._of_sitemap(fetched))
        told = f"{fetched.media_type}; charset={fetched.charset}" if fetched.charset else fetched.media_type
        document = feed_of(fetched.content, url, media_type=told, base_url=fetched.url)
        problems = tuple(str(problem) for problem in document.problems)
        return _bounded(Listing(document.title, document.entries, problems, fetched.etag, fetched.modified))

    def _of_sitemap(self, fetched: Fetched) -> Listing:
        sitemap = sitemap_of(fetched.content, fetched.url)
        if not sitemap.children:
            problems = tuple(map(str, sitemap.problems))
            return Listing(None, sitemap.entries, problems, fetched.etag, fetched.modified)
        entries, told = list(sitemap.entries), list(sitemap.problems)
        for found in self._children(sitemap.children):
            entries += found.entries
            told += found.problems
            if len(entries) > MAX_LISTED:
                break
        # The index stays the same while the sitemaps that it names change: it is always read.
        return Listing(None, tuple(entries), tuple(map(str, told)), None, None)

    def _children(self, addresses: tuple[str, ...]) -> Iterator[Sitemap]:
        for address in addresses[:MAX_SITEMAPS]:
            try:
                fetched = self._fetcher.get(address, before=self._courtesy.permit)
                yield sitemap_of(fetched.content, fetched.url)
            except UnreadableSourceError as error:
                yield Sitemap(problems=(error,))
        if len(addresses) > MAX_SITEMAPS:
            problem = f"it names {len(addresses):,} sitemaps, of which {MAX_SITEMAPS} are read; add others alone."
            yield Sitemap(problems=(UnreadableSourceError(addresses[MAX_SITEMAPS], problem),))


def _bounded(listing: Listing) -> Listing:
    if len(listing.entries) <= MAX_LISTED:
        return listing
    problem = f"It lists more than {MAX_LISTED:,} entries; the first {MAX_LISTED:,} are looked at."
    return replace(listing, entries=listing.entries[:MAX_LISTED], problems=(*listing.problems, problem))
