"""The door to the network: what it refuses, what it bounds, and what it brings."""

import shutil
import socket
import ssl
import subprocess
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.standins.site import Reply, Site, moved, site
from vector_store.errors import FetchFailedError, FetchRefusedError
from vector_store.fetch import MAX_REDIRECTS, USER_AGENT, Fetched, Fetcher, Limits

LOOPBACK = ("127.0.0.1",)
QUICK = Limits(received=100_000, unpacked=200_000, connect=0.5, silence=0.2, total=0.5)
MIB = 2**20


def gzipped(body: bytes) -> bytes:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    return packer.compress(body) + packer.flush()


@pytest.fixture
def harbour() -> Iterator[Site]:
    """A site that the fetcher of most tests may reach."""
    with site() as opened:
        yield opened


@pytest.fixture
def forbidden() -> Iterator[Site]:
    """A site that it may not: each connection to it is a broken promise."""
    with site({"/": Reply("secret of the house")}, host="127.0.0.2") as opened:
        yield opened
        assert opened.connections == 0


def get(url: str, *, etag: str | None = None, modified: str | None = None) -> Fetched:
    return Fetcher(allow=LOOPBACK, limits=QUICK).get(url, etag=etag, modified=modified)


def failure(url: str) -> FetchFailedError:
    with pytest.raises(FetchFailedError) as failed:
        get(url)
    assert failed.value.origin.startswith(url)
    assert str(failed.value).endswith(".")
    return failed.value


def refusal(url: str, fetcher: Fetcher | None = None) -> str:
    with pytest.raises(FetchRefusedError) as refused:
        (fetcher or Fetcher(allow=LOOPBACK, limits=QUICK)).get(url)
    assert str(refused.value).endswith(".")
    return str(refused.value)


# What it brings


def test_what_is_there_comes_with_what_the_server_says_of_it(harbour: Site) -> None:
    harbour.pages["/news?id=1"] = Reply(
        b"Caf\xe9",
        headers={"Content-Type": 'Text/HTML; Charset="ISO-8859-1"', "ETag": '"a1"', "Last-Modified": "yesterday"},
    )
    assert get(f"{harbour.url}/news?id=1#top") == Fetched(
        url=f"{harbour.url}/news?id=1",
        status=200,
        content=b"Caf\xe9",
        media_type="text/html",
        charset="iso-8859-1",
        etag='"a1"',
        modified="yesterday",
    )


@pytest.mark.parametrize("said", [{}, {"Content-Type": ""}, {"Content-Type": "text"}, {"Content-Type": ";"}])
def test_a_missing_or_senseless_type_is_none(harbour: Site, said: dict[str, str]) -> None:
    harbour.pages["/"] = Reply("x", headers=said)
    assert (get(harbour.url).media_type, get(harbour.url).charset) == (None, None)


def test_the_fetcher_names_itself_and_remembers_nothing(harbour: Site) -> None:
    harbour.pages["/"] = Reply("x", headers={"Set-Cookie": "a=b"})
    fetcher = Fetcher(allow=LOOPBACK)
    for _ in range(2):
        fetcher.get(harbour.url)
    for _, headers in harbour.asked:
        assert headers["User-Agent"] == USER_AGENT
        assert headers["Host"] == f"127.0.0.1:{harbour.port}"
        assert not {"Cookie", "Authorization", "Referer", "If-None-Match"} & set(headers)
    Fetcher(allow=LOOPBACK, user_agent="Harbour/2 (+https://harbour.example)").get(harbour.url)
    assert harbour.asked[-1][1]["User-Agent"] == "Harbour/2 (+https://harbour.example)"


def test_what_has_not_changed_since_is_not_sent_again(harbour: Site) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        same = request.headers["If-None-Match"] == '"a1"' or request.headers["If-Modified-Since"] == "yesterday"
        Reply(b"" if same else b"news", 304 if same else 200, {"ETag": '"a1"'}).send(request)

    harbour.pages["/"] = answer
    first = get(harbour.url)
    assert first.etag is not None
    for again in (get(harbour.url, etag=first.etag), get(harbour.url, modified="yesterday")):
        assert (again.status, again.content, again.etag) == (304, b"", '"a1"')
    assert get(harbour.url, etag='"b2"').content == b"news"


def test_a_validator_that_no_request_can_carry_is_left_out(harbour: Site) -> None:
    harbour.pages["/"] = Reply("news", headers={"ETag": '"caf\xe9"', "Last-Modified": "hi\xe9r"})
    first = get(harbour.url)
    assert get(harbour.url, etag=first.etag, modified=first.modified).content == b"news"
    assert not {"If-None-Match", "If-Modified-Since"} & set(harbour.asked[-1][1])


def test_not_modified_is_a_failure_where_nobody_asked(harbour: Site) -> None:
    harbour.pages["/"] = Reply(status=304)
    assert failure(harbour.url).status == 304


# Redirects


def test_redirects_are_followed_five_times(harbour: Site) -> None:
    harbour.pages = {f"/{step}": moved(f"/{step + 1}", 301) for step in range(MAX_REDIRECTS)}
    harbour.pages["/5"] = Reply("there")
    assert (get(f"{harbour.url}/0").url, get(f"{harbour.url}/0").content) == (f"{harbour.url}/5", b"there")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_circle_of_redirects_ends(harbour: Site, status: int) -> None:
    harbour.pages = {"/a": moved("/b", status), "/b": moved("/a", status)}
    assert "redirects more than 5 times" in str(failure(f"{harbour.url}/a"))
    assert len(harbour.asked) == MAX_REDIRECTS + 1


def test_a_redirect_to_nowhere_is_a_failure(harbour: Site) -> None:
    harbour.pages["/"] = Reply(status=302)
    assert "redirects to nowhere" in str(failure(harbour.url))


def test_a_failure_after_a_redirect_names_both_addresses(harbour: Site) -> None:
    harbour.pages = {"/a": moved("/b"), "/b": moved("/c")}
    assert str(failure(f"{harbour.url}/a")).startswith(f"{harbour.url}/a → {harbour.url}/c: the server answers 404")


def test_each_address_on_the_way_is_announced_before_it_is_asked(harbour: Site) -> None:
    harbour.pages = {"/a": moved("/b"), "/b": Reply("there")}
    told: list[tuple[str, int]] = []
    fetcher = Fetcher(allow=LOOPBACK)
    fetcher.get(f"{harbour.url}/a", before=lambda url: told.append((url, len(harbour.asked))))
    assert told == [(f"{harbour.url}/a", 0), (f"{harbour.url}/b", 1)]

    def stop(url: str) -> None:
        raise FetchRefusedError(url, "not this one.")

    with pytest.raises(FetchRefusedError, match="not this one"):
        fetcher.get(f"{harbour.url}/a", before=stop)
    assert len(harbour.asked) == 2


# What it refuses


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "only http and https"),
        ("ftp://127.0.0.1/x", "only http and https"),
        ("gopher://127.0.0.1/x", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("news.example/1", "only http and https"),
        ("", "only http and https"),
        ("http://ada:pass-word@127.0.0.1/", "user name"),
        ("http://pass-word@127.0.0.1/", "user name"),
        ("http://:pass-word@127.0.0.1\n/", "not a web address"),
        ("http://", "not a whole web address"),
        ("http:///x", "not a whole web address"),
        ("http://127.0.0.1:0/", "not a whole web address"),
        ("http://127.0.0.1\\@quay.example/", "user name"),
        ("http://quay.example\\.127.0.0.1/", "not a whole web address"),
        ("http://127.0.0.1:65536/", "not a whole web address"),
        ("http://127.0.0.1:x/", "not a web address"),
        ("http://[::1/", "not a web address"),
        ("http://quay.example/\ud800", "not a web address"),
        ("http://127.0.0.1/" + "x" * 70_000, "not a web address"),
    ],
)
def test_what_is_no_web_address_is_refused_and_its_secrets_are_not_repeated(url: str, said: str) -> None:
    told = refusal(url)
    assert said in told
    assert "pass-word" not in told
    assert len(told) < 3_000


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "LOCALHOST", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"],
)
def test_nothing_is_sent_to_this_machine_however_it_is_written(harbour: Site, host: str) -> None:
    harbour.pages["/"] = Reply("secret of the house")
    assert "QA_FETCH_ALLOW" in refusal(f"http://{host}:{harbour.port}/", Fetcher(limits=QUICK))
    assert harbour.connections == 0


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "[fd00::1]", "[fe80::1]", "[::]"]
)
def test_private_addresses_are_refused(host: str) -> None:
    assert "not at a public address" in refusal(f"http://{host}/latest/meta-data")


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.2:{port}/",
        "//127.0.0.2:{port}/",
        "http://[::ffff:127.0.0.2]:{port}/",
        "http://ada:word@127.0.0.2:{port}/",
        "http://169.254.169.254/latest/meta-data",
        "https://10.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://:99999999/",
        "http://127.0.0.1:0/",
    ],
)
def test_a_redirect_leads_only_to_what_may_be_fetched(harbour: Site, forbidden: Site, target: str) -> None:
    harbour.pages = {"/a": moved("/b"), "/b": moved(target.format(port=forbidden.port))}
    told = refusal(f"{harbour.url}/a")
    assert told.startswith(f"{harbour.url}/a")
    assert "word" not in told
    assert harbour.paths == ["/a", "/b"]


def test_an_allowed_name_may_be_fetched_wherever_it_is(harbour: Site) -> None:
    harbour.pages["/"] = Reply("there")
    assert Fetcher(allow=["localhost"], limits=QUICK).get(f"http://localhost:{harbour.port}/").content == b"there"


def test_a_name_is_resolved_once_and_the_checked_address_is_asked(
    harbour: Site, forbidden: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that says first one thing, then another."""
    harbour.pages["/"] = Reply("there")
    ask = socket.getaddrinfo
    answers = iter(["127.0.0.1", "127.0.0.2"])

    def resolve(host: str, port: int, family: int = 0, type: int = 0, proto: int = 0, flags: int = 0) -> object:
        return ask(next(answers) if host == "quay.example" else host, port, family, type, proto, flags)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert get(f"http://quay.example:{harbour.port}/").content == b"there"
    assert harbour.asked[-1][1]["Host"] == f"quay.example:{harbour.port}"
    assert next(answers) == "127.0.0.2"


def test_a_name_with_a_public_and_a_private_address_is_not_asked_at_all(
    forbidden: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("127.0.0.1", "127.0.0.2")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert "not at a public address" in refusal(f"http://quay.example:{forbidden.port}/")


def test_no_proxy_of_the_environment_is_used(harbour: Site, forbidden: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    harbour.pages["/"] = Reply("there")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, forbidden.url)
    assert get(harbour.url).content == b"there"


# What it bounds


def endless(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        request.wfile.write(b"x" * 10_000)


def test_a_body_without_end_is_cut(harbour: Site) -> None:
    harbour.pages["/"] = endless
    assert "longer than 100,000 bytes" in str(failure(harbour.url))


def test_a_body_that_announces_too_much_is_not_read(harbour: Site) -> None:
    harbour.pages["/"] = Reply(b"x", headers={"Content-Length": "100001"})
    assert "longer than 100,000 bytes" in str(failure(harbour.url))


def test_a_caller_may_bound_a_body_more_closely(harbour: Site) -> None:
    harbour.pages = {"/": Reply(b"x" * 100), "/packed": packed(gzipped(b"x" * 100), "gzip")}
    fetcher = Fetcher(allow=LOOPBACK, limits=QUICK)
    for path in ("/", "/packed"):
        assert len(fetcher.get(harbour.url + path, max_bytes=100).content) == 100
        with pytest.raises(FetchFailedError, match="longer than 99 bytes"):
            fetcher.get(harbour.url + path, max_bytes=99)


def packed(body: bytes, encoding: str) -> Reply:
    return Reply(body, headers={"Content-Encoding": encoding})


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzipped(b"news"), "gzip"),
        (gzipped(b"ne") + gzipped(b"ws"), "X-GZIP"),
        (zlib.compress(b"news"), "deflate"),
        (b"news", "identity"),
    ],
)
def test_a_packed_body_is_unpacked(harbour: Site, body: bytes, encoding: str) -> None:
    harbour.pages["/"] = packed(body, encoding)
    assert get(harbour.url).content == b"news"
    assert harbour.asked[0][1]["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_unpacking_loses_nothing(harbour: Site, size: int) -> None:
    body = (b"0123456789" * 20_000)[:size]
    harbour.pages["/"] = packed(gzipped(body), "gzip")
    assert get(harbour.url).content == body


@pytest.mark.parametrize(
    ("body", "encoding", "said"),
    [
        (gzipped(b"news" * 1_000)[:-9], "gzip", "cut off"),
        (b"news", "gzip", "broken"),
        (gzipped(b"news") + b"junk", "gzip", "broken"),
        (b"news", "br", "packs it as 'br'"),
        (gzipped(gzipped(b"news")), "gzip, gzip", "packs it as"),
    ],
)
def test_a_body_that_is_packed_wrongly_is_a_failure(harbour: Site, body: bytes, encoding: str, said: str) -> None:
    harbour.pages["/"] = packed(body, encoding)
    assert said in str(failure(harbour.url))


def test_a_bomb_is_not_unpacked(harbour: Site) -> None:
    bomb = gzipped(bytes(64 * MIB))
    assert len(bomb) < QUICK.received
    harbour.pages["/"] = packed(bomb, "gzip")
    tracemalloc.start()
    try:
        assert "longer than 200,000 bytes" in str(failure(harbour.url))
        assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    finally:
        tracemalloc.stop()


def drip(request: BaseHTTPRequestHandler, start: bytes, drop: bytes) -> None:
    """A byte or line now and then, never silent for long and never done."""
    request.wfile.write(start)
    while True:
        request.wfile.write(drop)
        threading.Event().wait(0.02)


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "headers", "promises"],
)
def test_a_server_that_drips_is_cut(harbour: Site, start: bytes, drop: bytes) -> None:
    harbour.pages["/"] = lambda request: drip(request, start, drop)
    assert "does not answer in time" in str(failure(harbour.url))


def test_a_server_that_is_silent_is_cut(harbour: Site) -> None:
    def silent(_: BaseHTTPRequestHandler) -> None:
        harbour.closing.wait(60)

    harbour.pages["/"] = silent
    assert "does not answer in time" in str(failure(harbour.url))


@pytest.mark.parametrize("media_type", ["video/mp4", "audio/mpeg", "Image/PNG; x=y", "font/woff2"])
def test_what_is_no_text_is_refused_before_it_is_read(harbour: Site, media_type: str) -> None:
    harbour.pages["/"] = Reply(b"x", headers={"Content-Type": media_type, "Content-Length": "90000"})
    assert "holds no article" in str(failure(harbour.url))


# What servers say


@pytest.mark.parametrize(("status", "said"), [(404, "check the address"), (403, "not open"), (500, "later"), (204, "")])
def test_another_status_is_a_failure_that_says_which(harbour: Site, status: int, said: str) -> None:
    harbour.pages["/"] = Reply(status=status)
    failed = failure(harbour.url)
    assert (failed.status, failed.retry_after) == (status, None)
    assert f"answers {status} (" in str(failed)
    assert said in str(failed)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 400, 86_400),
        ("Mon, 01 Jan 2024 00:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("1 Jan 2024 00:00:00 +9999999999999", None),
    ],
)
def test_how_long_to_wait_is_told(harbour: Site, status: int, said: str, seconds: float | None) -> None:
    harbour.pages["/"] = Reply(status=status, headers={"Retry-After": said})
    assert (failure(harbour.url).status, failure(harbour.url).retry_after) == (status, seconds)


def test_a_date_to_wait_for_is_told_in_seconds(harbour: Site) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    harbour.pages["/"] = Reply(status=503, headers={"Retry-After": date})
    retry_after = failure(harbour.url).retry_after
    assert retry_after is not None
    assert 3_000 < retry_after <= 3_600


@pytest.mark.parametrize("junk", [b"not http\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", b""])
def test_what_is_not_http_is_a_failure(harbour: Site, junk: bytes) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(junk)
        request.close_connection = True

    harbour.pages["/"] = answer
    assert "does not keep to HTTP" in str(failure(harbour.url))


def test_a_host_that_does_not_answer_is_a_failure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        assert "cannot be reached" in str(failure(f"http://127.0.0.1:{taken.getsockname()[1]}/"))


@pytest.mark.parametrize("name", ["quay..example", "q" * 64 + ".example"])
def test_a_name_that_cannot_be_is_a_failure(name: str) -> None:
    assert "cannot be resolved" in str(failure(f"http://{name}/"))


def test_closing_ends_what_is_under_way_and_what_comes_later(harbour: Site) -> None:
    fetcher = Fetcher(allow=LOOPBACK)
    asked = threading.Event()
    ended: list[str] = []

    def answer(_: BaseHTTPRequestHandler) -> None:
        asked.set()
        harbour.closing.wait(60)

    def wait() -> None:
        with pytest.raises(FetchFailedError) as failed:
            fetcher.get(harbour.url)
        ended.append(str(failed.value))

    harbour.pages["/"] = answer
    waiting = threading.Thread(target=wait)
    waiting.start()
    assert asked.wait(10)
    fetcher.close()
    waiting.join(10)
    assert len(ended) == 1
    harbour.pages["/"] = Reply("there")
    with pytest.raises(FetchFailedError):
        fetcher.get(harbour.url)


# TLS


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[tuple[Site, Path, list[str | None]]]:
    """An https site for the name localhost, its certificate, and the names that it was called."""
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl to make a certificate")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost"
    made = [*command.split(), "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    called: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: called.append(name)
    with site({"/": Reply("there")}, tls=tls) as opened:
        yield opened, certificate, called


def test_https_asks_for_the_certificate_of_the_name(
    certified: tuple[Site, Path, list[str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    secure, certificate, called = certified
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fetcher = Fetcher(allow=["localhost", "127.0.0.1"], limits=QUICK)
    assert fetcher.get(f"https://localhost:{secure.port}/").content == b"there"
    assert called == ["localhost"]
    with pytest.raises(FetchFailedError, match="certificate"):
        fetcher.get(secure.url)
    assert len(secure.asked) == 1


def test_a_certificate_that_nobody_vouches_for_is_a_failure(certified: tuple[Site, Path, list[str | None]]) -> None:
    secure, _, _ = certified
    with pytest.raises(FetchFailedError, match="certificate"):
        Fetcher(allow=["localhost"], limits=QUICK).get(f"https://localhost:{secure.port}/")
    assert secure.asked == []
