"""Bodies no larger than the service can hold, refused before they are read."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa_service.api.problems import BodyTooLargeError, too_large

# Two hundred long articles; one of the longest that can be set.
MAX_BODY_BYTES = 128_000_000


class BodyLimit:
    """ASGI middleware that answers 413 when the body is, or turns out to be, over the limit."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._limit:
            await too_large(self._limit)(scope, receive, send)
            return
        await self._app(scope, self._counting(receive), send)

    def _counting(self, receive: Receive) -> Receive:
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise BodyTooLargeError(self._limit)
            return message

        return counted
