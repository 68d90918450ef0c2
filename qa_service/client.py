"""The contract as the command line uses it: spoken to the service that owns the data folder, else to one opened here.

Either way every command goes through the HTTP interface, so that there is one set of rules.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from http import HTTPStatus

import httpx

from qa_service.errors import JobNotFoundError, ServiceUnreachableError
from qa_service.settings import Settings
from vector_store.article import Article
from vector_store.errors import ArticleNotFoundError, FeedNotFoundError, FolderOwnedError, NewsError
from vector_store.ownership import owner_of
from vector_store.submission import ID_PATTERN, Submission

# A batch is embedded before it is answered.
_TIMEOUT = httpx.Timeout(10, read=600)


class ProblemError(NewsError):
    """What the service answered instead of a result; its text is the problem's detail."""

    code = "problem"

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.problem_code = code


@asynccontextmanager
async def connected(settings: Settings, *, importing: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service on the data folder. Raises FolderOwnedError when its owner does not serve.

    With `importing`, a service opened here goes on with unfinished imports, as one that serves always does.
    """
    folder = settings.data_dir.expanduser()
    owner = owner_of(folder)
    if owner is not None and owner.url is None:
        raise FolderOwnedError(folder, owner.pid, None)
    if owner is not None and owner.url is not None:
        async with httpx.AsyncClient(base_url=owner.url, timeout=_TIMEOUT, trust_env=False) as client:
            yield client
        return
    # Imported here: a command that speaks to a running service needs neither torch nor Chroma.
    from qa_service.api.app import create_app
    from qa_service.service import open_service

    with open_service(settings) as service:
        if importing:
            service.importer.start()
        transport = httpx.ASGITransport(create_app(service), raise_app_exceptions=False)
        async with httpx.AsyncClient(base_url="http://localhost", transport=transport, timeout=None) as client:
            yield client


async def call(
    client: httpx.AsyncClient, method: str, path: str, *, json: object = None, params: Mapping[str, str] | None = None
) -> dict[str, object]:
    """The JSON of the answer, empty for none. Raises ProblemError and ServiceUnreachableError."""
    try:
        response = await client.request(method, path, json=json, params=params)
    except httpx.HTTPError as error:
        raise ServiceUnreachableError(str(client.base_url), str(error) or type(error).__name__) from error
    try:
        content = dict(response.json()) if response.content else {}
        if response.is_success:
            return content
        raise ProblemError(response.status_code, str(content["code"]), str(content["detail"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ServiceUnreachableError(str(client.base_url), f"HTTP {response.status_code}") from error


async def send(client: httpx.AsyncClient, articles: Sequence[Article]) -> list[dict[str, object] | ProblemError]:
    """One result for each article, in order; a refused article costs no other one its place."""
    try:
        result = await call(client, "POST", "/v1/articles", json=[_submission(article) for article in articles])
    except ProblemError as error:
        if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        if len(articles) == 1:
            return [error]
        return [one for article in articles for one in await send(client, [article])]
    results = result["results"]
    assert isinstance(results, list)
    return results


def job_path(job_id: str) -> str:
    """Where the job is. Raises JobNotFoundError for what is no id."""
    if not re.fullmatch(r"job_[0-9a-f]{32}", job_id):
        raise JobNotFoundError(job_id)
    return f"/v1/jobs/{job_id}"


def feed_path(feed_id: str) -> str:
    """Where the feed is. Raises FeedNotFoundError for what is no id."""
    if not re.fullmatch(r"feed_[0-9a-f]{20}", feed_id):
        raise FeedNotFoundError(feed_id)
    return f"/v1/feeds/{feed_id}"


def article_path(article_id: str) -> str:
    """Where the article is. Raises ArticleNotFoundError for what is no id: "../archive" would be another place."""
    if not re.fullmatch(ID_PATTERN, article_id):
        raise ArticleNotFoundError(article_id)
    return f"/v1/articles/{article_id}"


def _submission(article: Article) -> dict[str, object]:
    fields = {
        name: value for name, value in asdict(article).items() if value is not None and name in Submission.model_fields
    }
    if article.published is not None:
        fields["published"] = article.published.isoformat()
    return fields
