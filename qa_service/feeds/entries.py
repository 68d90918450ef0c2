"""The entries of a feed: which of them are to be tried, and trying them.

How an entry went is written down only after its article was acknowledged: a crash in between does it again and loses
nothing.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Event
from time import monotonic

import httpx

from vector_store.article import Article
from vector_store.catalog import Catalog
from vector_store.entries import Entry
from vector_store.errors import ArticleNotFoundError, FetchFailedError, InvalidArticleError, UnreadableSourceError
from vector_store.feed import Result, Seen, Trouble
from vector_store.feeds import Feeds
from vector_store.fetch import shown
from vector_store.formats.documents import Item
from vector_store.ingest import Ingester
from vector_store.web import Web

MAX_ENTRIES = 1_000
"""How many entries are tried in one refresh; the rest come with the next ones."""

# A site that is slow, or asks for long pauses, must not keep one of the few workers for ever.
_LONGEST_REFRESH = 600.0
# Fetched, then taken in together.
_CHUNK = 8
# After its n-th failure an entry waits 4 to the power of n-1 intervals: five attempts outlast a day's trouble.
_PATIENCE = 4
_LONGEST_KEY = 200
_LONGEST_NAME = 500
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)

log = logging.getLogger(__name__)


def key_of(entry: Entry) -> str:
    """The entry's own key, or a digest of one that is too long to be kept."""
    return entry.key if len(entry.key) <= _LONGEST_KEY else _digest(entry.key)


def fingerprint(entry: Entry) -> str:
    """Another one when anything that the feed says of the article changes."""
    return _digest("\0".join(str(getattr(entry, name)) for name in Entry.__slots__ if name != "key"))


def to_try(entries: Sequence[Entry], seen: Mapping[str, Seen], now: datetime, interval: timedelta) -> list[Entry]:
    """The entries that are new or changed, newest first and undated last; then those to be tried again after a failure.

    `seen` are the entries tried before, by key; `interval` is the time between two refreshes.
    """
    listed = {key_of(entry): entry for entry in reversed(entries)}  # of entries with one key the first counts
    fresh, again = list[Entry](), list[Entry]()
    for key, entry in reversed(listed.items()):
        before = seen.get(key)
        if before is None or before.fingerprint != fingerprint(entry):
            fresh.append(entry)
        elif (due := tried_again(before, interval)) and due <= now:
            again.append(entry)
    return sorted(fresh, key=lambda entry: entry.updated or entry.published or _BEFORE_ALL, reverse=True) + again


def tried_again(seen: Seen, interval: timedelta) -> datetime | None:
    """When an entry that failed is tried again; None where it did not fail, or too often."""
    if seen.error is None or seen.given_up:
        return None
    factor: int = _PATIENCE ** (seen.attempts - 1)
    return seen.tried + factor * interval


@dataclass(slots=True)
class _Run:
    """One refresh on its way."""

    seen: Mapping[str, Seen]
    now: datetime
    stopping: Event
    ends: float = field(default_factory=lambda: monotonic() + _LONGEST_REFRESH)
    counts: Counter[str] = field(default_factory=Counter)
    resting: set[str] = field(default_factory=set)
    """Hosts that asked to be left alone for a while."""

    @property
    def over(self) -> bool:
        return self.stopping.is_set() or monotonic() > self.ends


class EntryIntake:
    """Makes articles of entries."""

    def __init__(
        self, feeds: Feeds, web: Web, catalog: Catalog, ingester: Ingester, max_entries: int = MAX_ENTRIES
    ) -> None:
        self._feeds = feeds
        self._web = web
        self._catalog = catalog
        self._ingester = ingester
        self._max_entries = max_entries

    def take_in(
        self, feed_id: str, entries: Sequence[Entry], seen: Mapping[str, Seen], now: datetime, stopping: Event
    ) -> Result:
        """Try these entries, a few at a time, within the bounds of one refresh. What is acknowledged stays.

        Raises FeedNotFoundError where the feed is deleted meanwhile, StorageError, CatalogDamagedError.
        """
        run = _Run(seen, now, stopping)
        entries_now = entries[: self._max_entries]
        for start in range(0, len(entries_now), _CHUNK):
            if run.over:
                break
            self._feeds.saw(feed_id, self._tried(feed_id, run, entries_now[start : start + _CHUNK]))
        return Result(**run.counts, left=len(entries) - run.counts.total())

    def _tried(self, feed_id: str, run: _Run, entries: Sequence[Entry]) -> list[Seen]:
        ended, acknowledged = list[Seen](), list[tuple[Seen, Article]]()
        for entry in entries:
            if run.over or _host(entry) in run.resting:
                continue
            seen = _seen(entry, run)
            if seen.article_id and not self._has(seen.article_id):
                run.counts["withdrawn"] += 1
                ended.append(replace(seen, name=seen.key))  # nothing of a deleted article comes back, nor its headline
                continue
            item = self._read(entry)
            if isinstance(item, Article):
                acknowledged.append((seen, _named(item, feed_id, entry)))
            elif not run.stopping.is_set():  # else the error may tell of the stop alone
                ended.append(_failed(seen, item, entry, run))
        results = self._ingester.add(article for _, article in acknowledged)
        for (seen, _), result in zip(acknowledged, results, strict=True):
            run.counts[result.status] += 1
            ended.append(replace(seen, article_id=result.id))
        return ended

    def _has(self, article_id: str) -> bool:
        try:
            self._catalog.article(article_id)
        except ArticleNotFoundError:
            return False
        return True

    def _read(self, entry: Entry) -> Item:
        try:
            item = self._web.article_of(entry)
            if isinstance(item, Article):
                self._ingester.check(item)
        except InvalidArticleError as error:
            return UnreadableSourceError(_name(entry), str(error))
        except Exception:
            # A page that nobody thought of: the entries after it are not to wait for ever behind it.
            log.exception("the entry %s cannot be read", _name(entry))
            return UnreadableSourceError(_name(entry), "reading it failed in the service; report what its log says.")
        return item


def _seen(entry: Entry, run: _Run) -> Seen:
    before = run.seen.get(key_of(entry))
    return Seen(key_of(entry), fingerprint(entry), _name(entry), run.now, before.article_id if before else None)


def _failed(seen: Seen, error: UnreadableSourceError, entry: Entry, run: _Run) -> Seen:
    run.counts["failed"] += 1
    if isinstance(error, FetchFailedError) and error.retry_after is not None:
        run.resting.add(_host(entry))
    before = run.seen.get(seen.key)
    same = before is not None and before.fingerprint == seen.fingerprint
    return replace(seen, error=Trouble.of(error), attempts=before.attempts + 1 if before and same else 1)


def _named(article: Article, feed_id: str, entry: Entry) -> Article:
    """Without an address only the feed's own name tells that changed words are the same article."""
    return article if article.url else replace(article, id=f"{feed_id}:{_digest(entry.key)}")


def _name(entry: Entry) -> str:
    return shown(entry.url or entry.title or entry.key)[:_LONGEST_NAME]


def _host(entry: Entry) -> str:
    return httpx.URL(entry.url).host if entry.url else ""


def _digest(words: str) -> str:
    return sha256(words.encode(errors="surrogatepass")).hexdigest()[:32]
