"""Imports: a file or an address in, and how far each job has come."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from qa_service.answer import Wire
from qa_service.api.access import ServiceDep
from qa_service.api.problems import BodyTooLargeError, Bound, internal_problem, problem_of
from qa_service.api.reception import FIELD, received
from qa_service.job import Job, JobReport
from qa_service.service import Service
from vector_store.errors import NewsError, UnreadableSourceError
from vector_store.submission import WebAddress

IMPORT_PATH = "/v1/articles/import"
_MAX_JSON = Bound(16_000, "send the address alone")
_PING_SECONDS = 15

router = APIRouter()


class ImportUrl(Wire):
    """An address to import: an article's page, a document, a feed, a sitemap."""

    url: WebAddress
    """http or https. Only public addresses are fetched (QA_FETCH_ALLOW)."""


class Accepted(Wire):
    """The job that does the import; `GET /v1/jobs/{job_id}` tells how far it is."""

    job_id: str


class JobList(Wire):
    """Jobs, the one given last first."""

    jobs: list[Job]


_FILE = {"type": "string", "format": "binary", "description": "Its suffix says what it is: .jsonl, .csv, .pdf, .zip …"}
_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {"schema": {"type": "object", "properties": {FIELD: _FILE}, "required": [FIELD]}},
        "application/json": {"schema": ImportUrl.model_json_schema()},
    },
}


@router.post(
    "/articles/import",
    status_code=HTTPStatus.ACCEPTED,
    summary="Import a file or an address",
    openapi_extra={"requestBody": _BODY},
)
async def import_articles(request: Request, response: Response, service: ServiceDep) -> Accepted:
    """Taken in by a job, in the background; what is wrong with one item costs no other its place.

    Once this has answered, the job is done whatever happens to the service in the meantime.
    """
    try:
        job_id = await _submitted(request, service)
    except ClientDisconnect as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST) from error
    response.headers["Location"] = f"/v1/jobs/{job_id}"
    return Accepted(job_id=job_id)


@router.get("/jobs", summary="List jobs")
def list_jobs(service: ServiceDep, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> JobList:
    """The one given last comes first. The last 200 that have ended are kept."""
    return JobList(jobs=service.jobs.latest(limit))


@router.get("/jobs/{job_id}", summary="One job")
def show_job(job_id: str, service: ServiceDep) -> JobReport:
    """How far it is, and the errors of its items."""
    return service.jobs.report(job_id)


@router.get(
    "/jobs/{job_id}/events",
    summary="Follow a job",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events until the job has ended"}},
)
def follow_job(job_id: str, service: ServiceDep) -> EventSourceResponse:
    """Events `progress` (the job, whenever it changes), `done` (with the items' errors, once it has ended), `error`."""
    service.jobs.job(job_id)
    return EventSourceResponse(_events(service, job_id), ping=_PING_SECONDS)


@router.post("/jobs/{job_id}/cancel", summary="Cancel a job")
def cancel_job(job_id: str, service: ServiceDep) -> Job:
    """It takes nothing more in once the articles that it is at are done; what it took in stays."""
    return service.importer.cancel(job_id)


async def _submitted(request: Request, service: Service) -> str:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == "application/json":
        return await run_in_threadpool(service.importer.submit_url, _url(await _short_body(request)))
    if content_type != "multipart/form-data":
        problem = f'it is neither a multipart form with a part named {FIELD}, nor JSON as in {{"url": "https://…"}}.'
        raise UnreadableSourceError("The request", problem)
    uploads = service.importer.uploads
    upload = await received(request, uploads)
    try:
        return await run_in_threadpool(service.importer.submit_file, upload)
    except BaseException:
        uploads.give_up(upload)
        raise


async def _short_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_JSON.bytes:
            raise BodyTooLargeError(_MAX_JSON)
    return body


def _url(body: bytes) -> str:
    try:
        return ImportUrl.model_validate(json.loads(body)).url
    except ValidationError as error:
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in error.errors()]) from error
    except json.JSONDecodeError as error:
        problem = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "", "ctx": {"error": error.msg}}
        raise RequestValidationError([problem]) from error
    except (ValueError, RecursionError) as error:  # not UTF-8; nested too deeply
        raise HTTPException(HTTPStatus.BAD_REQUEST) from error


async def _events(service: Service, job_id: str) -> AsyncIterator[ServerSentEvent]:
    """Waits without a thread: those are for answers."""
    loop = asyncio.get_running_loop()
    changed = asyncio.Event()

    def wake() -> None:
        with suppress(RuntimeError):  # the server, and its loop with it, has ended
            loop.call_soon_threadsafe(changed.set)

    try:
        with service.importer.listening(wake):
            last = None
            while last is None or last.ended_at is None:
                changed.clear()
                job = await run_in_threadpool(service.jobs.job, job_id)
                if job != last and job.ended_at is None:
                    yield ServerSentEvent(job.model_dump_json(), event="progress")
                last = job
                if job.ended_at is None:
                    await changed.wait()
        report = await run_in_threadpool(service.jobs.report, job_id)
        yield ServerSentEvent(report.model_dump_json(), event="done")
    except NewsError as error:
        yield ServerSentEvent(problem_of(error).model_dump_json(), event="error")
    except Exception as error:  # a bug: the client must learn that no more is coming
        yield ServerSentEvent(internal_problem(error).model_dump_json(), event="error")
