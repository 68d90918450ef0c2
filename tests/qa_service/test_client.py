"""The command line's side of the contract: through the owner of the folder, or one opened here."""

import dataclasses
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx
import pytest

from qa_service.api.app import create_app
from qa_service.client import ProblemError, call, connected, send
from qa_service.errors import ServiceUnreachableError
from qa_service.service import Service
from qa_service.settings import Settings
from vector_store.article import Article
from vector_store.errors import FolderOwnedError, StorageError
from vector_store.ownership import owned

Result = TypeVar("Result")

BRIDGE = Article(
    id="bridge",
    title="Harbour bridge closes",
    text=" The harbour bridge closed on Friday.\n",
    url="https://quay.example/bridge",
    source="The Quay",
    author="Ada Moreau",
    published=datetime(2024, 3, 1, 9, 30, tzinfo=UTC),
    language="en",
)
TRAM = Article(id="tram", title="Tram strike", text="Tram drivers went on strike.")
NOT_AN_ID = dataclasses.replace(TRAM, id="not an id")


class Refusing:
    """An ingester on a full disk."""

    def check(self, article: Article) -> None:
        """Every article is fine."""

    def add(self, articles: Sequence[Article]) -> object:
        raise StorageError(Path("data"), "No space left on device")


def over(transport: httpx.AsyncBaseTransport, use: Callable[[httpx.AsyncClient], Awaitable[Result]]) -> Result:
    async def main() -> Result:
        async with httpx.AsyncClient(transport=transport, base_url="http://service.test") as client:
            return await use(client)

    return anyio.run(main)


def asgi(service: Service) -> httpx.ASGITransport:
    return httpx.ASGITransport(create_app(service), raise_app_exceptions=False)


def saying(status: int, content: bytes) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _request: httpx.Response(status, content=content))


def get(client: httpx.AsyncClient) -> Awaitable[dict[str, object]]:
    return call(client, "GET", "/v1/archive")


def archive_of(folder: Path) -> dict[str, object]:
    async def main() -> dict[str, object]:
        async with connected(Settings(data_dir=folder)) as client:
            return await get(client)

    return anyio.run(main)


def test_an_article_arrives_as_it_was_sent(service: Service) -> None:
    (result,) = over(asgi(service), partial(send, articles=[BRIDGE]))
    assert isinstance(result, dict)
    assert result["status"] == "created"
    assert service.catalog.article("bridge") == BRIDGE


def test_a_refused_article_costs_no_other_one_its_place(service: Service) -> None:
    first, refused, last = over(asgi(service), partial(send, articles=[BRIDGE, NOT_AN_ID, TRAM]))
    assert isinstance(first, dict)
    assert isinstance(refused, ProblemError)
    assert isinstance(last, dict)
    assert (first["id"], refused.problem_code, last["id"]) == ("bridge", "id_invalid", "tram")
    assert [article.id for article in service.catalog.articles()] == ["bridge", "tram"]


def test_a_full_disk_is_no_articles_fault_and_ends_the_sending(service: Service) -> None:
    full: dict[str, Any] = {"ingester": Refusing()}
    with pytest.raises(ProblemError, match="No space left on device") as refusal:
        over(asgi(dataclasses.replace(service, **full)), partial(send, articles=[BRIDGE, TRAM]))
    assert (refusal.value.status, refusal.value.problem_code) == (507, "storage_refused")


def test_an_answer_without_content_is_empty() -> None:
    assert over(saying(204, b""), get) == {}


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, b"<!doctype html>"),
        (200, b"[1, 2]"),
        (200, b"5"),
        (502, b"<h1>Bad gateway</h1>"),
        (500, b""),
        (404, b'{"detail": "Not Found"}'),
        (500, b"null"),
    ],
)
def test_what_is_not_the_services_answer_is_said_to_be_so(status: int, content: bytes) -> None:
    with pytest.raises(ServiceUnreachableError, match=rf"service\.test.*does not answer \(HTTP {status}\)"):
        over(saying(status, content), get)


def test_a_folder_whose_owner_does_not_serve_is_refused_with_the_way_out(service: Service, tmp_path: Path) -> None:
    with pytest.raises(FolderOwnedError, match="Stop that process, or choose another folder with QA_DATA_DIR"):
        archive_of(tmp_path / "data")


def test_an_owner_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with socket.socket() as bound:  # bound, but nobody listens
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        with owned(tmp_path, url), pytest.raises(ServiceUnreachableError, match=url):
            archive_of(tmp_path)


def test_a_folder_that_a_service_owns_is_reached_through_it(served: str, tmp_path: Path) -> None:
    with owned(tmp_path, served):
        assert archive_of(tmp_path) == httpx.get(f"{served}/v1/archive", trust_env=False).json()
    assert not (tmp_path / "catalog.sqlite3").exists()


def test_a_folder_that_nobody_owns_is_opened_and_released(tmp_path: Path) -> None:
    assert archive_of(tmp_path)["articles"] == 0
    with owned(tmp_path):
        assert (tmp_path / "catalog.sqlite3").exists()
