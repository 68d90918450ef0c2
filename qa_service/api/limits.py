"""Bodies no larger than the service can hold, refused before they are read."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa_service.api.problems import BodyTooLargeError, Bound, too_large

# Two hundred long articles; one of the longest that can be set.
MAX_BODY_BYTES = 128_000_000
_MAX_BODY = Bound(MAX_BODY_BYTES, "send fewer articles at a time")


class BodyLimit:
    """ASGI middleware that answers 413 when the body is, or turns out to be, over its bound.

    `others` are the paths that have another bound than the rest.
    """

    def __init__(self, app: ASGIApp, others: Mapping[str, Bound] = MappingProxyType({})) -> None:
        self._app = app
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bound = self._others.get(scope["path"], _MAX_BODY)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > bound.bytes:
            await too_large(bound)(scope, receive, send)
            return
        await self._app(scope, _counting(receive, bound), send)


def _counting(receive: Receive, bound: Bound) -> Receive:
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > bound.bytes:
            raise BodyTooLargeError(bound)
        return message

    return counted
