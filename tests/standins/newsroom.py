"""A real web server that plays a news site: pages, RSS, Atom, sitemaps, robots.txt, and validators that it keeps to."""

import gzip
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OUTLET = "The Harbour Post"
_OPENED = datetime(2024, 3, 1, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """What the newsroom tells; `undated` pages and entries say nothing of a time."""

    slug: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime | None
    updated: datetime | None = None

    @property
    def path(self) -> str:
        return f"/articles/{self.slug}.html"


@dataclass(frozen=True, slots=True)
class Reply:
    """What one path answers, whatever the newsroom tells there."""

    status: int = 200
    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


class Newsroom:
    """The site while it is open. `requests` are the paths asked for, with the status that each was answered with."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.requests: list[tuple[str, int]] = []
        self.agents: set[str] = set()
        self.disallowed: list[str] = []
        self._stories: dict[str, Story] = {}
        self._replies: dict[str, Reply] = {}
        self._gates: dict[str, threading.Event] = {}
        self._arrived = threading.Condition()
        self._edition = _OPENED

    def url(self, path: str) -> str:
        return self.address + path

    def publish(self, slug: str, title: str, *paragraphs: str, published: datetime | None = _OPENED) -> str:
        """A page, and an entry in every feed and sitemap."""
        return self._tell(Story(slug, title, paragraphs, published))

    def correct(self, slug: str, *paragraphs: str) -> None:
        """Other words at the same address, under the same date, said to be updated an hour later."""
        story = self._stories[slug]
        updated = (story.updated or story.published or _OPENED) + timedelta(hours=1)
        self._tell(replace(story, paragraphs=paragraphs, updated=updated))

    def unlist(self, slug: str) -> None:
        """No page and no entry any more."""
        del self._stories[slug]
        self._edition += timedelta(minutes=1)

    def answer(self, path: str, reply: Reply | int) -> None:
        """From now on this path answers so."""
        self._replies[path] = reply if isinstance(reply, Reply) else Reply(reply)

    def answer_as_before(self, path: str) -> None:
        """What the newsroom tells is there again."""
        del self._replies[path]

    def hold(self, path: str) -> threading.Event:
        """Whoever asks for this path waits until the event is set."""
        self._gates[path] = threading.Event()
        return self._gates[path]

    def wait_for(self, path: str, count: int = 1, timeout: float = 10) -> None:
        """Until this path was asked for that many times."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: self.asked(path) >= count, timeout), f"nobody asked for {path}"

    def asked(self, path: str, status: int | None = None) -> int:
        """How many requests there were for this path (and were answered with this status)."""
        return sum(1 for asked, said in self.requests if asked == path and status in (None, said))

    def reply(self, path: str, headers: Mapping[str, str]) -> Reply:
        """What to answer to this request."""
        reply = self._current(path)
        if reply.status == HTTPStatus.OK and _known_already(reply, headers):
            reply = Reply(HTTPStatus.NOT_MODIFIED, headers=reply.headers)
        self.agents.add(headers.get("user-agent", ""))
        with self._arrived:
            self.requests.append((path, reply.status))
            self._arrived.notify_all()
        if gate := self._gates.get(path):
            gate.wait(30)
        return reply

    def close(self) -> None:
        for gate in self._gates.values():
            gate.set()

    def _tell(self, story: Story) -> str:
        self._stories.pop(story.slug, None)
        self._stories = {story.slug: story, **self._stories}
        self._edition += timedelta(minutes=1)
        return self.url(story.path)

    def _current(self, path: str) -> Reply:
        if path in self._replies:
            return self._replies[path]
        made = self._document(path)
        if made is None:
            return Reply(HTTPStatus.NOT_FOUND, b"<html><body><p>There is no such page.</p></body></html>")
        body, media_type = made
        validators = {"ETag": f'"{sha256(body).hexdigest()[:12]}"', "Last-Modified": _http_date(self._edition)}
        return Reply(HTTPStatus.OK, body, media_type, validators)

    def _document(self, path: str) -> tuple[bytes, str] | None:
        match path:
            case "/feed.xml":
                return self._rss(), "application/rss+xml; charset=utf-8"
            case "/atom.xml":
                return self._atom(), "application/atom+xml"
            case "/sitemap.xml":
                return self._sitemap_index(), "application/xml"
            case "/news-sitemap.xml":
                return self._sitemap(), "application/xml"
            case "/news-sitemap.xml.gz":
                return gzip.compress(self._sitemap(), mtime=0), "application/gzip"
            case "/robots.txt":
                rules = "".join(f"Disallow: {path}\n" for path in self.disallowed)
                return f"User-agent: *\n{rules or 'Disallow:'}".encode(), "text/plain"
        story = next((story for story in self._stories.values() if story.path == path), None)
        return None if story is None else (self._page(story), "text/html; charset=utf-8")

    def _page(self, story: Story) -> bytes:
        dated = _dated('<meta property="article:published_time" content="{}">', story.published)
        body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs)
        return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(story.title)} | {OUTLET}</title>
<meta property="og:title" content="{escape(story.title)}"><meta property="og:site_name" content="{OUTLET}">
<meta property="og:type" content="article"><link rel="canonical" href="{self.url(story.path)}">
{dated}
</head><body><nav><a href="/">Front page</a> <a href="/harbour">Harbour</a></nav>
<main><article><h1>{escape(story.title)}</h1>{body}</article></main>
<footer><p>Imprint of {OUTLET}, Quay Street, Ostmark</p></footer></body></html>""".encode()

    def _rss(self) -> bytes:
        items = "".join(
            f"<item><title>{escape(story.title)}</title><link>{self.url(story.path)}</link>"
            f'<guid isPermaLink="false">{story.slug}</guid>'
            + (f"<pubDate>{format_datetime(story.published)}</pubDate>" if story.published else "")
            + f"<description>{escape(story.paragraphs[0])}</description></item>"
            for story in self._stories.values()
        )
        return f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>{OUTLET}</title><link>{self.address}/</link>
<description>News of the harbour</description><language>en</language>{items}</channel></rss>""".encode()

    def _atom(self) -> bytes:
        entries = "".join(
            f'<entry><title>{escape(story.title)}</title><id>tag:{story.slug}</id><link href="{self.url(story.path)}"/>'
            + _dated("<published>{}</published>", story.published)
            + f"<updated>{(story.updated or story.published or _OPENED).isoformat()}</updated></entry>"
            for story in self._stories.values()
        )
        return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>{OUTLET}</title><id>{self.address}/</id>
<updated>{self._edition.isoformat()}</updated>{entries}</feed>""".encode()

    def _sitemap_index(self) -> bytes:
        return f"""<?xml version="1.0" encoding="utf-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{self.url("/news-sitemap.xml")}</loc>
</sitemap></sitemapindex>""".encode()

    def _sitemap(self) -> bytes:
        urls = "".join(
            f"<url><loc>{self.url(story.path)}</loc>"
            + _dated("<lastmod>{}</lastmod>", story.updated)
            + f"<news:news><news:publication><news:name>{OUTLET}</news:name><news:language>en</news:language>"
            + "</news:publication>"
            + _dated("<news:publication_date>{}</news:publication_date>", story.published)
            + f"<news:title>{escape(story.title)}</news:title></news:news></url>"
            for story in self._stories.values()
        )
        return f"""<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>""".encode()


@contextmanager
def newsroom() -> Iterator[Newsroom]:
    """An empty one on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            reply = room.reply(self.path, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != HTTPStatus.NOT_MODIFIED:
                self.send_header("Content-Type", reply.media_type)
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if reply.status != HTTPStatus.NOT_MODIFIED:
                self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: `requests` has it."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that went away is no error here."""

    with Server(("127.0.0.1", 0), Handler) as server:
        room = Newsroom(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield room
        finally:
            room.close()
            server.shutdown()
            thread.join()


def _known_already(reply: Reply, headers: Mapping[str, str]) -> bool:
    """RFC 9110, section 13.2.2: an entity tag decides, else the time."""
    if "if-none-match" in headers:
        return headers["if-none-match"] == reply.headers.get("ETag")
    if "if-modified-since" not in headers or "Last-Modified" not in reply.headers:
        return False
    return parsedate_to_datetime(reply.headers["Last-Modified"]) <= parsedate_to_datetime(headers["if-modified-since"])


def _dated(template: str, moment: datetime | None) -> str:
    return template.format(moment.isoformat()) if moment else ""


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
