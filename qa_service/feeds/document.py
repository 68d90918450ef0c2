"""What a feed's address gives: the entries of a feed, or of a sitemap and the sitemaps that it names."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from vector_store.courtesy import Courtesy
from vector_store.entries import Entry
from vector_store.fetch import Fetched, Fetcher
from vector_store.listings import entries_of_sitemap, feed_in
from vector_store.sitemaps import sitemap_of
from vector_store.sniffing import SITEMAP, kind_of

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
        document = feed_in(fetched)
        problems = tuple(str(problem) for problem in document.problems)
        return _bounded(Listing(document.title, document.entries, problems, fetched.etag, fetched.modified))

    def _of_sitemap(self, fetched: Fetched) -> Listing:
        sitemap = sitemap_of(fetched.content, fetched.url)
        entries: list[Entry] = []
        problems: list[str] = []
        for found in entries_of_sitemap(sitemap, fetched.url, self._permitted, MAX_SITEMAPS):
            if isinstance(found, Entry):
                entries.append(found)
            else:
                problems.append(str(found))
            if len(entries) > MAX_LISTED:
                break
        # The index stays the same while the sitemaps that it names change: it is always read.
        validators = (None, None) if sitemap.children else (fetched.etag, fetched.modified)
        return Listing(None, tuple(entries), tuple(problems), *validators)

    def _permitted(self, url: str) -> Fetched:
        return self._fetcher.get(url, before=self._courtesy.permit)


def _bounded(listing: Listing) -> Listing:
    if len(listing.entries) <= MAX_LISTED:
        return listing
    problem = f"It lists more than {MAX_LISTED:,} entries; the first {MAX_LISTED:,} are looked at."
    return replace(listing, entries=listing.entries[:MAX_LISTED], problems=(*listing.problems, problem))
