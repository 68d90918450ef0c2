"""An uploaded file on its way from the network to the disk: never whole in memory, never written twice."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from qa_service.uploads import Upload, Uploads
from vector_store.errors import UnreadableSourceError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FIELD = "file"
"""The part of the form that holds the file."""

# Handed to a thread in one go: the disk may be slow, and the event loop has others to serve.
_PIECE_BYTES = 1_000_000


async def received(request: Request, uploads: Uploads) -> Upload:
    """The file of a multipart form, which the caller has to submit or give up.

    Raises UnreadableSourceError for an unknown format (before the file is read) or a broken form,
    RequestValidationError for a form without a file, StorageError, and what the request's stream raises.
    """
    form = _Form(uploads)
    try:
        parser = MultipartParser(_boundary(request), form.callbacks)
        async for piece in _pieces(request):
            await run_in_threadpool(parser.write, piece)
        if not form.whole:
            raise _broken("it ends in the middle")
        if form.upload is None:
            raise RequestValidationError([{"type": "missing", "loc": ("body", FIELD), "msg": "Field required"}])
        return form.upload
    except BaseException as error:
        if form.upload is not None:
            uploads.give_up(form.upload)
        if isinstance(error, FormParserError):
            raise _broken(str(error)) from error
        raise


class _Form:
    """What a multipart parser calls: the headers of each part, then its content."""

    def __init__(self, uploads: Uploads) -> None:
        self.upload: Upload | None = None
        self.whole = False
        self._uploads = uploads
        self._wanted = False
        self._header = self._value = self._disposition = b""
        self.callbacks: MultipartCallbacks = {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._content,
            "on_end": self._end,
        }

    def _begin(self) -> None:
        self._wanted = False
        self._disposition = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition.decode("latin-1"))
        if options.get(b"name") != FIELD.encode():
            return
        if self.upload is not None:
            raise _broken("it has two files; send one at a time")
        self._wanted = True
        self.upload = self._uploads.begin(options.get(b"filename", b"").decode("utf-8", "replace"))

    def _content(self, data: bytes, start: int, end: int) -> None:
        if self._wanted and self.upload is not None:
            self._uploads.write(self.upload, data[start:end])

    def _end(self) -> None:
        self.whole = True


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    piece = bytearray()
    async for chunk in request.stream():
        piece += chunk
        if len(piece) >= _PIECE_BYTES:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _boundary(request: Request) -> bytes:
    _, options = parse_options_header(request.headers.get("content-type"))
    if b"boundary" not in options:
        raise _broken("its Content-Type names no boundary")
    return options[b"boundary"]


def _broken(reason: str) -> UnreadableSourceError:
    return UnreadableSourceError("The upload", f"{reason}; send a multipart form, as curl -F file=@news.jsonl does.")
