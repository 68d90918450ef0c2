"""One connection out: to exactly the address that was checked, and over by its deadline.

Parts for httpcore. A name is resolved once, in the same step that checks and connects, so that no second answer of its
name server can lead elsewhere; TLS still asks for the certificate of the name.
"""

import socket
import ssl
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from threading import Lock
from time import monotonic
from typing import Any

import httpcore

from vector_store.addresses import Address, Allowed
from vector_store.errors import FetchRefusedError

_ADDRESSES_TRIED = 4


class Deadline:
    """A moment by which everything is over, whatever each step's own timeout is."""

    def __init__(self, seconds: float) -> None:
        self._at = monotonic() + seconds

    def bound(self, timeout: float | None) -> float:
        """Seconds that a step may still take. Raises httpcore.ReadTimeout when none are left."""
        left = self._at - monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(timeout, left)


class Sockets:
    """The sockets in use, so that `close` wakes whoever waits on one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: set[socket.socket] = set()
        self._closed = False

    def add(self, used: socket.socket) -> None:
        """Remember it until `discard`; after `close` it is shut at once."""
        with self._lock:
            self._open.add(used)
            if self._closed:
                _shut(used)

    def discard(self, used: socket.socket) -> None:
        """Forget it."""
        with self._lock:
            self._open.discard(used)

    def close(self) -> None:
        """Shut those in use and all that come."""
        with self._lock:
            self._closed = True
            for used in self._open:
                _shut(used)


class CheckedBackend(httpcore.NetworkBackend):
    """Resolves, checks and connects. Raises FetchRefusedError in the name of `url`, before anything is sent."""

    def __init__(self, url: str, allowed: Allowed, deadline: Deadline, sockets: Sockets) -> None:
        self._url = url
        self._allowed = allowed
        self._deadline = deadline
        self._sockets = sockets

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the host's addresses that takes one."""
        addresses = _resolved(host, port)
        if not self._allowed.reach(host, addresses):
            raise FetchRefusedError(
                self._url,
                f"{host} is not at a public address; if it should be fetched all the same, name it in QA_FETCH_ALLOW.",
            )
        failure: Exception = httpcore.ConnectError("it has no address")
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                # An address is not resolved again: the connection goes where the check looked.
                stream = httpcore.SyncBackend().connect_tcp(
                    str(address), port, self._deadline.bound(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _TimedStream(stream, self._deadline, self._sockets)
        raise failure


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every step ends by the deadline: a server that drips cannot hold anyone."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline, sockets: Sockets) -> None:
        self._stream = stream
        self._deadline = deadline
        self._sockets = sockets
        self._socket: socket.socket = stream.get_extra_info("socket")
        sockets.add(self._socket)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.bound(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.bound(timeout))

    def close(self) -> None:
        self._sockets.discard(self._socket)
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._sockets.discard(self._socket)
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.bound(timeout))
        return _TimedStream(secured, self._deadline, self._sockets)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        return self._stream.get_extra_info(info)


def _resolved(host: str, port: int) -> list[Address]:
    """Every address of the host; how long that may take is the system's own setting."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:  # UnicodeError: a part of the name is empty or too long
        raise httpcore.ConnectError(f"the name {host} cannot be resolved") from error
    return [ip_address(str(address[0])) for *_, address in found]


def _shut(used: socket.socket) -> None:
    with suppress(OSError):  # not connected any more
        used.shutdown(socket.SHUT_RDWR)
