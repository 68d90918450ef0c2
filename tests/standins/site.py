"""A real web server on a loopback address that answers as a test tells it to, and remembers what it was asked."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; the length is announced unless the headers say something of it."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, request: BaseHTTPRequestHandler) -> None:
        body = self.body.encode() if isinstance(self.body, str) else self.body
        request.send_response(self.status)
        for name, value in ({"Content-Length": str(len(body))} | dict(self.headers)).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)


Answer = Reply | Callable[[BaseHTTPRequestHandler], None]


def page(title: str, *paragraphs: str, head: str = "") -> Reply:
    """An HTML page of one article."""
    told = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = f"<html lang='en'><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{told}"
    return Reply(f"{html}</article></body></html>", headers={"Content-Type": "text/html; charset=utf-8"})


def moved(to: str, status: int = 302) -> Reply:
    """A redirect."""
    return Reply(status=status, headers={"Location": to})


@dataclass(slots=True)
class Site:
    """The running server. `pages` may change while it runs; what it does not have is 404."""

    url: str = ""
    port: int = 0
    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Message]] = field(default_factory=list)
    connections: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for path, _ in self.asked]


@contextmanager
def site(
    pages: Mapping[str, Answer] | None = None, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[Site]:
    """A server with these pages."""
    state = Site(pages=dict(pages or {}))

    class Request(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            state.asked.append((self.path, self.headers))
            answer = state.pages.get(self.path, Reply(status=404))
            with suppress(OSError):  # who asked has gone
                (answer.send if isinstance(answer, Reply) else answer)(self)

        def log_message(self, format: str, *args: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def get_request(self) -> tuple[socket.socket, object]:
            connection, address = super().get_request()
            state.connections += 1
            return connection, address

        def handle_error(self, request: object, client_address: object) -> None: ...

    server = Server((host, 0), Request)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    state.port = server.server_port
    state.url = f"{'https' if tls else 'http'}://{host}:{state.port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        state.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
