"""What has been fetched and lists articles: a feed, or a sitemap with the sitemaps that it names."""

from collections.abc import Callable, Iterator

from vector_store.entries import Entry, FeedDocument
from vector_store.errors import UnreadableSourceError
from vector_store.fetch import Fetched
from vector_store.sitemaps import Sitemap, sitemap_of
from vector_store.syndication import feed_of


def feed_in(found: Fetched) -> FeedDocument:
    """The feed that was found. Raises UnreadableSourceError."""
    told = f"{found.media_type}; charset={found.charset}" if found.charset else found.media_type
    return feed_of(found.content, found.url, media_type=told, base_url=found.url)


def entries_of_sitemap(
    sitemap: Sitemap, name: str, fetch: Callable[[str], Fetched], most: int
) -> Iterator[Entry | UnreadableSourceError]:
    """Its entries and problems, then those of the first `most` sitemaps that it names, each fetched in its turn.

    What cannot be fetched or read, and what is left out, is an error in its place.
    """
    yield from sitemap.problems
    yield from sitemap.entries
    for address in sitemap.children[:most]:
        try:
            below = sitemap_of(fetch(address).content, address)
        except UnreadableSourceError as error:
            yield error
            continue
        yield from below.problems
        yield from below.entries
        if below.children:
            yield UnreadableSourceError(address, "it is a list of sitemaps within another; give its own address.")
    if len(sitemap.children) > most:
        problem = f"it names {len(sitemap.children):,} sitemaps, of which {most:,} are read; give others by themselves."
        yield UnreadableSourceError(name, problem)
