"""Where the service listens, and how its process ends."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from qa_service.errors import PortTakenError


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A bound socket, so that the address is known, and known to be free, before anything is loaded."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()  # else a second process could bind it too, and who connects early would be refused
        except OSError as error:
            raise PortTakenError(host, port, error.strerror or str(error)) from error
        yield listener


def stop(_number: int, _frame: FrameType | None) -> None:
    """What uvicorn lets happen once it has shut down: the default would end the process with the folder still open."""
    raise SystemExit(0)


def url_of(host: str, listener: socket.socket) -> str:
    """Where a program on this machine reaches the service."""
    name = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{listener.getsockname()[1]}"
