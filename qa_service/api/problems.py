"""Errors as RFC 9457 problem details, each with a stable code and a sentence that says what to do."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from qa_service.errors import (
    AnswerNotFoundError,
    ConversationNotFoundError,
    InvalidCursorError,
    InvalidSettingsError,
    JobEndedError,
    JobNotFoundError,
    ReaderModelError,
    ServiceUnreachableError,
)
from vector_store.errors import (
    ArchiveBusyError,
    ArticleNotFoundError,
    CatalogDamagedError,
    EmbeddingModelChangedError,
    EmbeddingModelError,
    FeedNotFoundError,
    FetchFailedError,
    FetchRefusedError,
    FolderOwnedError,
    InvalidArticleError,
    NewsError,
    StorageError,
    UnreadableSourceError,
)

STATUSES: dict[type[NewsError], HTTPStatus] = {
    ArticleNotFoundError: HTTPStatus.NOT_FOUND,
    FeedNotFoundError: HTTPStatus.NOT_FOUND,
    AnswerNotFoundError: HTTPStatus.NOT_FOUND,
    ConversationNotFoundError: HTTPStatus.NOT_FOUND,
    JobNotFoundError: HTTPStatus.NOT_FOUND,
    JobEndedError: HTTPStatus.CONFLICT,
    InvalidCursorError: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidArticleError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnreadableSourceError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FetchRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    FetchFailedError: HTTPStatus.BAD_GATEWAY,
    StorageError: HTTPStatus.INSUFFICIENT_STORAGE,
    CatalogDamagedError: HTTPStatus.SERVICE_UNAVAILABLE,
    EmbeddingModelError: HTTPStatus.SERVICE_UNAVAILABLE,
    ReaderModelError: HTTPStatus.SERVICE_UNAVAILABLE,
    EmbeddingModelChangedError: HTTPStatus.SERVICE_UNAVAILABLE,
    ArchiveBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    FolderOwnedError: HTTPStatus.SERVICE_UNAVAILABLE,
    ServiceUnreachableError: HTTPStatus.SERVICE_UNAVAILABLE,
    InvalidSettingsError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Every error that a person can put right, and the HTTP status it has."""

# What pydantic's own checks are called in this service; every other one keeps its name.
_CODES = {"json_invalid": "not_json", "too_long": "list_too_long", "missing": "field_missing"}

# Pydantic's words that are not said to the person who can act.
_REWORDED = {
    "missing": "is missing",
    "extra_forbidden": "is not a known key",
    "string_type": "must be text; put it in quotes",
    "model_attributes_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
}
_HTTP_ERRORS = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read; send JSON in UTF-8.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address; /docs lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method; /docs lists which it takes.",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bound:
    """How many bytes a body may have, and what to do about a larger one."""

    bytes: int
    way_out: str


class BodyTooLargeError(HTTPException):
    """A body over its bound. FastAPI makes every error while reading a body a 400 but an HTTPException."""

    def __init__(self, bound: Bound) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        self.bound = bound


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str


def problem_of(error: NewsError) -> Problem:
    """The problem that tells of this error."""
    return _problem(STATUSES[type(error)], error.code, str(error))


def internal_problem(error: BaseException) -> Problem:
    """The problem that tells of a bug: the reason goes to the log, its number to the person."""
    number = uuid4().hex[:8]
    log.error("internal error %s", number, exc_info=error)
    detail = f"Something went wrong in the service. Try again; if it stays, report the number {number} from its log."
    return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", detail)


def explain_errors(app: FastAPI) -> None:
    """Make every error of the app a problem."""
    app.add_exception_handler(NewsError, _news_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(BodyTooLargeError, _body_too_large)
    app.add_exception_handler(Exception, _bug)


def _problem(status: HTTPStatus, code: str, detail: str) -> Problem:
    return Problem(
        type=f"urn:qa-service:error:{code}", title=status.phrase, status=status.value, detail=detail, code=code
    )


def problem_response(problem: Problem) -> Response:
    """The problem on the wire."""
    return JSONResponse(problem.model_dump(), problem.status, media_type="application/problem+json")


def _news_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, NewsError)
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s", error)
    return problem_response(problem)


def _invalid_request(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = error.errors()
    code = _CODES.get(problems[0]["type"], problems[0]["type"]) if len(problems) == 1 else "invalid_request"
    detail = " ".join(_sentence(problem) for problem in problems[:5])
    if len(problems) > 5:
        detail += f" And {len(problems) - 5} more."
    return problem_response(_problem(HTTPStatus.UNPROCESSABLE_ENTITY, code, detail))


def _sentence(problem: ErrorDetails) -> str:
    loc = problem["loc"]
    if problem["type"] == "json_invalid":
        return f"The body is not JSON: {problem['ctx']['error']}, at character {int(loc[-1]) + 1}."
    where = ".".join(map(str, loc[1:] if loc[:1] in (("body",), ("query",), ("path",)) else loc))
    said = _REWORDED.get(problem["type"], problem["msg"]).rstrip(".")
    if where:
        return f"{where}: {said}."
    return f"The body {said}; send Content-Type: application/json." if problem["type"] in _REWORDED else f"{said}."


def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    detail = _HTTP_ERRORS.get(status, str(error.detail))
    response = problem_response(_problem(status, status.phrase.lower().replace(" ", "_"), detail))
    response.headers.update(error.headers or {})
    return response


def _body_too_large(_request: Request, error: Exception) -> Response:
    assert isinstance(error, BodyTooLargeError)
    return too_large(error.bound)


def _bug(_request: Request, error: Exception) -> Response:
    return problem_response(internal_problem(error))


def too_large(bound: Bound) -> Response:
    """A body over its bound."""
    detail = f"The request is larger than {bound.bytes:,} bytes; {bound.way_out}."
    return problem_response(_problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", detail))
