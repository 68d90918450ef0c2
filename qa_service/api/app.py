"""The FastAPI application: routers, limits, errors as problems, health, and the page."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi_offline import FastAPIOffline
from starlette.responses import Response

from qa_service.api import articles, ask, compaction, feeds, health, jobs, search, suggestions
from qa_service.api.limits import BodyLimit
from qa_service.api.problems import Bound, Problem, explain_errors
from qa_service.service import Service

WEB = Path(__file__).parents[1] / "web"

# Answering is arithmetic: more threads than this only make each other wait on a small machine.
_THREADS = 8

_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Swagger UI begins by a script in its page and sets styles.
_POLICY_OF_DOCS = _CONTENT_SECURITY_POLICY.replace("src 'self';", "src 'self' 'unsafe-inline';", 2)
_DESCRIPTION = """
Ask your news articles. An answer is short, says how old it is (`as_of`), and cites exact characters of an article:
`article.text[start_char:end_char] == quote`. When the articles do not say, the status is `not_in_articles`.

Errors are problem details (RFC 9457) with a stable `code` and a `detail` that says what to do.
Times are ISO 8601. Offsets count Unicode code points, end exclusive.
"""


def create_app(service: Service) -> FastAPI:
    """The application over an open service."""

    app = FastAPIOffline(  # FastAPI's own /docs fetches its scripts from another host
        redoc_url=None,
        title="News QA service",
        version=version("news-qa-service"),
        description=_DESCRIPTION,
        lifespan=_running,
        responses={"4XX": {"model": Problem, "description": "A problem with the request"}},
    )
    app.state.service = service
    explain_errors(app)
    app.include_router(articles.router, prefix="/v1", tags=["articles"])
    app.include_router(ask.router, prefix="/v1", tags=["asking"])
    app.include_router(search.router, prefix="/v1", tags=["searching"])
    app.include_router(suggestions.router, prefix="/v1", tags=["asking"])
    app.include_router(compaction.router, prefix="/v1", tags=["service"])
    app.include_router(jobs.router, prefix="/v1", tags=["importing"])
    app.include_router(feeds.router, prefix="/v1", tags=["feeds"])
    app.include_router(health.router, tags=["service"])
    upload = Bound(service.importer.uploads.max_bytes, "split the file, or raise QA_MAX_UPLOAD_BYTES")
    app.add_middleware(BodyLimit, others={jobs.IMPORT_PATH: upload})
    app.middleware("http")(_secure)

    app.frontend("/", directory=WEB)
    return app


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    """What works in the background works from here on, until the server ends."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    service: Service = app.state.service
    service.upkeep.start()
    service.importer.start()
    service.feed_schedule.start()
    yield
    service.feed_schedule.stop()
    service.upkeep.stop()
    # FastAPI's routers, which outlive the application, hold on to it: its models must not stay in memory for that.
    del app.state.service


async def _secure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    of_docs = request.url.path == "/docs"
    response.headers["Content-Security-Policy"] = _POLICY_OF_DOCS if of_docs else _CONTENT_SECURITY_POLICY
    return response
