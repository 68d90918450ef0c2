"""The one door to the network: public http and https addresses, within bounds of size and time (docs/sources.md)."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import responses
from importlib.metadata import version

import httpcore
import httpx

from vector_store.addresses import Allowed
from vector_store.connection import CheckedBackend, Deadline, Sockets
from vector_store.errors import FetchFailedError, FetchRefusedError

USER_AGENT = f"news-qa-service/{version('news-qa-service')}"
"""How the fetcher names itself; what comes before the slash is the name that a robots.txt may address."""

MAX_REDIRECTS = 5

_REDIRECTS = {301, 302, 303, 307, 308}
_PACKINGS = ("gzip", "x-gzip", "deflate")
_NEVER_TEXT = ("audio/", "font/", "image/", "model/", "video/")
_STEP_BYTES = 65_536
_LONGEST_WAIT = 86_400.0
_LONGEST_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request and its answer; each redirect is a request of its own."""

    received: int = 64_000_000
    """Bytes of body that are taken from the server."""
    unpacked: int = 64_000_000
    """Bytes that they may unpack to."""
    connect: float = 5.0
    """Seconds until an address takes the connection."""
    silence: float = 15.0
    """Seconds that the server may send nothing."""
    total: float = 60.0
    """Seconds until everything has come."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave."""

    url: str
    """Where it was found in the end, after redirects; without a fragment."""
    status: int
    """200, or 304: it has not changed since the `etag` or `modified` that was asked with, and `content` is empty."""
    content: bytes
    """The body, unpacked."""
    media_type: str | None
    """As the server says, in small letters, without parameters; None when it does not say."""
    charset: str | None
    """As the server says, in small letters."""
    etag: str | None
    modified: str | None
    """Last-Modified as the server wrote it: together with `etag` what to ask with next time."""


class Fetcher:
    """Fetches what is at an address. Its methods may be called from any thread.

    It has no memory: no cookies, no cache, no connection that outlives a request. No proxy is used, whatever the
    environment says: a proxy would resolve names behind the check. SSL_CERT_FILE is heeded.
    """

    def __init__(self, *, allow: Sequence[str] = (), user_agent: str = USER_AGENT, limits: Limits = Limits()) -> None:
        """`allow` are networks and host names that may be fetched although they are not public (see `Allowed.of`)."""
        self.user_agent = user_agent
        self._allowed = Allowed.of(allow)
        self._limits = limits
        self._tls = httpx.create_ssl_context()
        self._sockets = Sockets()

    def get(
        self,
        url: str,
        *,
        etag: str | None = None,
        modified: str | None = None,
        max_bytes: int | None = None,
        before: Callable[[str], None] = lambda _: None,
    ) -> Fetched:
        """What is there, after at most five redirects. `max_bytes` bounds the body more closely than the limits do.

        `before` is called with the address, and with that of each redirect, before anything is sent there: it may wait,
        and it may refuse by raising. Raises FetchRefusedError, FetchFailedError.
        """
        headers = {"User-Agent": self.user_agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        headers |= {"If-None-Match": etag} if etag and etag.isascii() else {}
        headers |= {"If-Modified-Since": modified} if modified and modified.isascii() else {}
        bound = self._limits.unpacked if max_bytes is None else min(max_bytes, self._limits.unpacked)
        hop = _Hop(_checked(url), shown(url))
        for _ in range(MAX_REDIRECTS + 1):
            before(str(hop.url))
            with self._answer(hop, headers) as answer:
                if answer.status not in _REDIRECTS:
                    return self._fetched(hop, answer, bound, conditional=bool(etag or modified))
                hop = hop.to(httpx.Headers(answer.headers).get("location"))
        raise FetchFailedError(hop.name, f"it redirects more than {MAX_REDIRECTS} times; give the last address.")

    def close(self) -> None:
        """End all that is under way; those who wait for it, and all who come later, get FetchFailedError."""
        self._sockets.close()

    @contextmanager
    def _answer(self, hop: "_Hop", headers: dict[str, str]) -> Iterator[httpcore.Response]:
        limits, url = self._limits, hop.url
        timeouts = {"connect": limits.connect, "read": limits.silence, "write": limits.silence}
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        backend = CheckedBackend(hop.name, self._allowed, Deadline(limits.total), self._sockets)
        with (
            _in_words(hop.name),
            httpcore.HTTPConnection(target.origin, ssl_context=self._tls, network_backend=backend) as connection,
            connection.stream("GET", target, headers=list(headers.items()), extensions={"timeout": timeouts}) as answer,
        ):
            yield answer

    def _fetched(self, hop: "_Hop", answer: httpcore.Response, bound: int, *, conditional: bool) -> Fetched:
        headers = httpx.Headers(answer.headers)
        unchanged = conditional and answer.status == HTTPStatus.NOT_MODIFIED
        if not unchanged and answer.status != HTTPStatus.OK:
            raise _failed(hop.name, answer.status, headers)
        media_type, charset = _content_type(headers.get("content-type"))
        if media_type and media_type.startswith(_NEVER_TEXT):
            raise FetchFailedError(hop.name, f"it is {media_type}, which holds no article; give the address of a text.")
        return Fetched(
            url=str(hop.url),
            status=answer.status,
            content=b"" if unchanged else self._body(hop.name, answer, headers, bound),
            media_type=media_type,
            charset=charset,
            etag=headers.get("etag"),
            modified=headers.get("last-modified"),
        )

    def _body(self, name: str, answer: httpcore.Response, headers: httpx.Headers, bound: int) -> bytes:
        received = min(self._limits.received, bound)
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > received:
            raise _too_big(name, received)
        sent = _bounded(answer.iter_stream(), received, name)
        encoding = headers.get("content-encoding", "identity").strip().lower()
        if encoding == "identity":
            return b"".join(sent)
        if encoding not in _PACKINGS:
            raise FetchFailedError(name, f"the server packs it as {encoding!r}, which it was not asked to do.")
        try:
            return b"".join(_bounded(_unpacked(sent), bound, name))
        except (zlib.error, EOFError) as error:
            raise FetchFailedError(name, "it is packed, and broken or cut off; try again later.") from error


@dataclass(frozen=True, slots=True)
class _Hop:
    """One address on the way, and what to call it: with where the way began."""

    url: httpx.URL
    name: str

    def to(self, location: str | None) -> "_Hop":
        """The next one, which is checked like the first."""
        if location is None:
            raise FetchFailedError(self.name, "it redirects to nowhere; the server is set up wrongly.")
        try:
            url = _checked(str(self.url.join(location)), came_from=f"{self.name} → ")
        except (httpx.InvalidURL, ValueError) as error:
            raise FetchRefusedError(self.name, "it redirects to what is not a web address.") from error
        return _Hop(url, f"{self.name.partition(' → ')[0]} → {url}")


def shown(url: str) -> str:
    """The address as it may be told to people: without a user name and password, and not endless."""
    told = re.sub(r"//[^/?#]*@", "//", url)
    return "".join(character for character in told if character.isprintable())[:_LONGEST_SHOWN]


def _checked(url: str, came_from: str = "") -> httpx.URL:
    name = came_from + shown(url)
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchRefusedError(name, f"this is not a web address ({error}).") from error
    if parsed.scheme not in ("http", "https"):
        raise FetchRefusedError(name, "only http and https addresses are fetched.")
    if parsed.userinfo:
        raise FetchRefusedError(name, "an address with a user name in it is not fetched; leave the name out.")
    whole = parsed.raw_host and (parsed.port is None or 0 < parsed.port < 65_536)
    if not whole or "\\" in url:  # readers of addresses differ on what a backslash means
        raise FetchRefusedError(name, "this is not a whole web address, as in https://example.org/news/1.")
    return parsed.copy_with(fragment=None)


def _failed(name: str, status: int, headers: httpx.Headers) -> FetchFailedError:
    retry_after = _seconds(headers.get("retry-after"))
    match status:
        case HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
            advice = "check the address"
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.PAYMENT_REQUIRED | HTTPStatus.FORBIDDEN:
            advice = "it is not open to this service"
        case _:
            advice = f"try again in {retry_after:.0f} seconds" if retry_after else "try again later"
    said = f"the server answers {status} ({responses.get(status, 'unknown')}); {advice}."
    return FetchFailedError(name, said, status=status, retry_after=retry_after)


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After, which is seconds or an HTTP date, as seconds, at most a day; None when it is neither."""
    if retry_after is None:
        return None
    if (seconds := retry_after.strip()).isdecimal():
        return min(float(seconds), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(retry_after)
    except (ValueError, TypeError, IndexError, OverflowError):  # the library's own answers to odd dates
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (aware - datetime.now(UTC)).total_seconds()), _LONGEST_WAIT)


def _content_type(header: str | None) -> tuple[str | None, str | None]:
    if not header or "/" not in header:
        return None, None
    message = Message()
    message["content-type"] = header
    return message.get_content_type(), message.get_content_charset()


def _bounded(chunks: Iterable[bytes], bound: int, name: str) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        if total > bound:
            raise _too_big(name, bound)
        yield chunk


def _too_big(name: str, bound: int) -> FetchFailedError:
    return FetchFailedError(name, f"it is longer than {bound:,} bytes; give it in parts.")


def _unpacked(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Step by step, so that what unpacks to gigabytes never does. Raises EOFError, zlib.error."""
    unpacker = None
    for chunk in chunks:
        packed = chunk
        while packed:
            if unpacker is None or unpacker.eof:  # gzip may hold several parts, one after the other
                unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # tells gzip and deflate apart
            yield unpacker.decompress(packed, _STEP_BYTES)
            packed = unpacker.unconsumed_tail or unpacker.unused_data
    if unpacker is not None:
        yield unpacker.flush()
        if not unpacker.eof:
            raise EOFError


@contextmanager
def _in_words(name: str) -> Iterator[None]:
    """Every error of the library beneath, as one that a person can act on."""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise FetchFailedError(name, "it does not answer in time; try again later.") from error
    except httpcore.ProtocolError as error:
        raise FetchFailedError(name, f"the server does not keep to HTTP ({error}).") from error
    except httpcore.NetworkError as error:
        raise FetchFailedError(name, f"it cannot be reached ({str(error) or 'the connection ended'}).") from error
