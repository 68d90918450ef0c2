"""Manners of a crawler: robots.txt (RFC 9309), and a pause between two requests to one host (docs/sources.md)."""

from collections import OrderedDict
from dataclasses import dataclass, field
from http import HTTPStatus
from threading import Event, Lock
from time import monotonic

import httpx
from protego import Protego

from vector_store.errors import FetchFailedError, FetchRefusedError, UnreadableSourceError
from vector_store.fetch import Fetcher

PAUSE = 1.0
"""Seconds between two requests to one host, unless its robots.txt asks for more."""

LONGEST_PAUSE = 30.0
"""What a robots.txt may ask for; of longer ones this much is kept."""

ROBOTS_BYTES = 500 * 1024
"""How much of a robots.txt is read, as the RFC allows."""

_KEPT = 3_600.0
_KEPT_UNREACHABLE = 300.0
_HOSTS = 1_000


def pause_between(own: float, asked: float | None) -> float:
    """Seconds between two requests to a site whose robots.txt asks for so many: ours, or theirs up to a bound."""
    return max(own, min(asked or 0.0, LONGEST_PAUSE))


class Timetable:
    """When each host may be asked next. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._next: OrderedDict[bytes, float] = OrderedDict()

    def take(self, host: bytes, pause: float, now: float) -> float:
        """The next moment that is free for this host, which is taken with it; all in seconds of one clock."""
        with self._lock:
            moment = max(now, self._next.pop(host, now))
            self._next[host] = moment + pause
            while len(self._next) > _HOSTS and next(iter(self._next.values())) <= now:
                self._next.popitem(last=False)
            return moment

    def __len__(self) -> int:
        return len(self._next)


@dataclass(slots=True)
class _Site:
    """What the robots.txt of one origin says; `rules` is None when it could not be asked, and `why` not."""

    lock: Lock = field(default_factory=Lock)
    until: float = 0.0
    rules: Protego | None = None
    why: UnreadableSourceError | None = None


class Courtesy:
    """Give `wait` or `permit` to `Fetcher.get` as `before`. Its methods may be called from any thread."""

    def __init__(self, fetcher: Fetcher, *, pause: float = PAUSE) -> None:
        """`pause` is in seconds; the robots.txt are fetched through `fetcher`."""
        self._fetcher = fetcher
        self._pause = pause
        self._timetable = Timetable()
        self._closing = Event()
        self._lock = Lock()
        self._sites: OrderedDict[str, _Site] = OrderedDict()

    def wait(self, url: str) -> None:
        """Until it is this request's turn at its host, for what a person named. Raises FetchFailedError on close."""
        self._wait(url, self._pause)

    def permit(self, url: str) -> None:
        """The same, if robots.txt lets us: for what was found in a feed or sitemap.

        Raises FetchRefusedError when it says no, FetchFailedError when it cannot be asked.
        """
        rules = self._rules(httpx.URL(url))
        agent = self._fetcher.user_agent
        if not rules.can_fetch(url, agent):
            raise FetchRefusedError(url, "the site's robots.txt asks programs not to fetch it; read it in a browser.")
        self._wait(url, pause_between(self._pause, rules.crawl_delay(agent)))

    def close(self) -> None:
        """End every wait at once, with FetchFailedError for those who wait."""
        self._closing.set()

    def _wait(self, url: str, pause: float) -> None:
        moment = self._timetable.take(httpx.URL(url).raw_host, pause, monotonic())
        if self._closing.wait(max(0.0, moment - monotonic())):
            raise FetchFailedError(url, "it was not fetched, because the service stops.")

    def _rules(self, url: httpx.URL) -> Protego:
        origin = str(url.join("/")).removesuffix("/")
        with self._lock:
            site = self._sites.setdefault(origin, _Site())
            self._sites.move_to_end(origin)
            while len(self._sites) > _HOSTS:
                self._sites.popitem(last=False)
        with site.lock:  # who comes second waits for what the first finds out
            if site.until <= monotonic():
                self._ask(site, f"{origin}/robots.txt")
            if site.rules is None:
                raise _unreachable(url, site.why)
            return site.rules

    def _ask(self, site: _Site, address: str) -> None:
        site.rules = site.why = None
        try:
            found = self._fetcher.get(address, max_bytes=4 * ROBOTS_BYTES, before=self.wait)
        except UnreadableSourceError as error:
            site.why = error
            if _says_nothing(error, address):
                site.rules = Protego.parse("")
        else:
            site.rules = Protego.parse(found.content[:ROBOTS_BYTES].decode("utf-8-sig", "replace"))
        site.until = monotonic() + (_KEPT_UNREACHABLE if site.rules is None else _KEPT)


def _says_nothing(error: UnreadableSourceError, address: str) -> bool:
    """Whether there is no robots.txt, so that all may be fetched ("too many requests" is no such answer).

    Of a host that may not be reached at all, the page itself will be refused.
    """
    if isinstance(error, FetchRefusedError):
        return error.origin == address  # else it redirects to where nobody may look
    status = error.status if isinstance(error, FetchFailedError) else None
    return status is not None and 400 <= status < 500 and status != HTTPStatus.TOO_MANY_REQUESTS


def _unreachable(url: httpx.URL, why: UnreadableSourceError | None) -> FetchFailedError:
    failure = why if isinstance(why, FetchFailedError) else None
    return FetchFailedError(
        str(url),
        f"it is not fetched for now, because what its site allows cannot be read: {why}",
        status=failure.status if failure else None,
        retry_after=failure.retry_after if failure else None,
    )
