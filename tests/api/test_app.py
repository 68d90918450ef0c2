"""What holds for the whole HTTP interface: errors as problems, headers, health, documentation, the page."""

import dataclasses
import gc
import logging
import weakref
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qa_service import client as command_line_client
from qa_service.api.app import WEB, create_app
from qa_service.api.problems import STATUSES, Problem, problem_of
from qa_service.errors import EvaluationInputError, PeerError, PortTakenError
from qa_service.service import Service, open_service
from qa_service.settings import Settings
from vector_store.errors import CatalogDamagedError, NewsError

# These end a command of the command line and are raised by no route: one because there is no server yet, one because it
# *is* a problem that a server has answered, and two by `eval`, which stands above the API and is no part of it.
NEVER_IN_A_ROUTE = {PortTakenError, command_line_client.ProblemError, EvaluationInputError, PeerError}
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class Broken:
    """A part whose every method raises."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> object:
        raise self._error


def errors(base: type[NewsError] = NewsError) -> Iterator[type[NewsError]]:
    for error in base.__subclasses__():
        yield error
        yield from errors(error)


def with_broken(service: Service, part: str, error: Exception) -> TestClient:
    broken: dict[str, Any] = {part: Broken(error)}
    return TestClient(create_app(dataclasses.replace(service, **broken)), raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nope", 404, "not_found"),
        ("GET", "/v1/nope", 404, "not_found"),
        ("POST", "/v1/nope", 404, "not_found"),
        ("GET", "/v1/articles/a/b/c", 404, "not_found"),
        ("GET", "/%2e%2e/settings.py", 404, "not_found"),
        ("GET", "/v1/articles/nope", 404, "article_not_found"),
        ("GET", "/v1/answers/nope", 404, "answer_not_found"),
        ("GET", "/v1/conversations/nope", 404, "conversation_not_found"),
        ("PUT", "/v1/articles", 405, "method_not_allowed"),
        ("GET", "/v1/ask", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("BREW", "/v1/ask", 405, "method_not_allowed"),
        ("POST", "/v1/ask", 422, "field_missing"),
        ("GET", "/v1/articles?cursor=x", 422, "invalid_cursor"),
    ],
)
def test_every_error_is_a_problem_with_a_code_and_a_sentence(
    samples: TestClient, method: str, path: str, status: int, code: str
) -> None:
    response = samples.request(method, path)
    assert response.headers["content-type"] == "application/problem+json"
    assert set(response.json()) == set(Problem.model_fields)
    problem = Problem.model_validate(response.json())
    assert (response.status_code, problem.status, problem.code) == (status, status, code)
    assert problem.type == f"urn:qa-service:error:{code}"
    assert problem.title == HTTPStatus(status).phrase
    assert problem.detail.endswith(".")


def test_a_method_not_allowed_tells_which_is(samples: TestClient) -> None:
    assert samples.get("/v1/ask").headers["allow"] == "POST"


def test_every_error_that_a_person_can_put_right_has_a_code_of_its_own_and_a_status() -> None:
    found = set(errors())
    codes = [error.code for error in found]
    assert sorted(codes) == sorted(set(codes))
    assert found - NEVER_IN_A_ROUTE == set(STATUSES)
    assert all(400 <= status < 600 for status in STATUSES.values())


def test_a_bug_in_a_route_gives_a_number_that_the_log_has_and_nothing_else(
    sample_service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    client = with_broken(sample_service, "catalog", RuntimeError("secret of the house"))
    with caplog.at_level(logging.ERROR):
        response = client.get("/v1/archive")
    problem = response.json()
    number = problem["detail"].split("report the number ")[1].split()[0]
    assert (response.status_code, problem["code"]) == (500, "internal_error")
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert f"internal error {number}" in caplog.text
    assert "secret of the house" in caplog.text


def test_a_bug_while_streaming_ends_the_stream_with_an_error_event(sample_service: Service) -> None:
    client = with_broken(sample_service, "answerer", RuntimeError("secret of the house"))
    response = client.post("/v1/ask", json={"question": "Who fled?", "stream": True})
    assert response.text.startswith("event: error")
    assert '"code":"internal_error"' in response.text
    assert "secret" not in response.text


def test_an_error_that_a_person_can_put_right_ends_a_stream_as_its_problem(sample_service: Service) -> None:
    damaged = CatalogDamagedError(Path("catalog.sqlite3"), "malformed")
    client = with_broken(sample_service, "answerer", damaged)
    response = client.post("/v1/ask", json={"question": "Who fled?", "stream": True})
    assert response.text.split() == f"event: error data: {problem_of(damaged).model_dump_json()}".split()


def test_a_service_that_cannot_read_its_catalog_is_alive_and_not_ready(sample_service: Service) -> None:
    client = with_broken(sample_service, "catalog", CatalogDamagedError(Path("catalog.sqlite3"), "malformed"))
    assert client.get("/healthz").json() == {"status": "ok"}
    response = client.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "catalog_damaged")
    assert "backup" in response.json()["detail"]


def test_a_ready_service_tells_what_it_holds(samples: TestClient) -> None:
    archive = samples.get("/v1/archive").json()
    ready = samples.get("/readyz").json()
    assert ready["status"] == "ok"
    assert (ready["articles"], ready["passages"], ready["index_waiting"]) == (
        archive["articles"],
        archive["passages"],
        0,
    )
    assert ready["index_in_memory"] is False
    assert datetime.fromisoformat(ready["index_checked"]).tzinfo is not None
    assert "onnxruntime" in ready["embedding"]


@pytest.mark.parametrize("path", ["/", "/chat.js", "/v1/archive", "/v1/articles/nope", "/nope", "/healthz"])
def test_no_answer_may_run_foreign_code_or_tell_where_a_reader_came_from(samples: TestClient, path: str) -> None:
    headers = samples.get(path).headers
    policy = dict(rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_a_refused_body_carries_the_same_headers(client: TestClient) -> None:
    response = client.post("/v1/ask", content=b"{}", headers={"Content-Length": "128000001"})
    assert response.status_code == 413
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "content-security-policy" in response.headers


def test_the_documentation_page_may_run_its_own_script_and_no_other_hosts(samples: TestClient) -> None:
    response = samples.get("/docs")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "script-src 'self' 'unsafe-inline';" in response.headers["content-security-policy"]
    assert "https://" not in response.text


@pytest.mark.parametrize("path", sorted(WEB.iterdir()), ids=lambda path: path.name)
def test_each_file_of_the_page_is_served_as_what_it_is(samples: TestClient, path: Path) -> None:
    response = samples.get(f"/{path.name}")
    assert response.content == path.read_bytes()
    assert response.headers["content-type"].split(";")[0] == TYPES[path.suffix]


def test_the_page_is_at_the_root(samples: TestClient) -> None:
    assert samples.get("/").content == (WEB / "index.html").read_bytes()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_every_operation_is_summed_up_and_described(samples: TestClient) -> None:
    document = samples.get("/openapi.json").json()
    found = dict(operations(document))
    assert {"POST /v1/ask", "POST /v1/articles", "POST /v1/search", "GET /v1/archive", "GET /readyz"} <= set(found)
    for name, operation in found.items():
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name
        assert "4XX" in operation["responses"], name


def test_the_examples_of_the_documentation_are_taken(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    tried = 0
    for name, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for example in content.get("examples", {}).values():
            method, path = name.split()
            if path == "/v1/feeds":  # it would ask another host
                continue
            assert client.request(method, path, json=example["value"]).status_code == 200, name
            tried += 1
    assert tried >= 3


def test_the_description_of_the_interface_is_valid_openapi(samples: TestClient) -> None:
    validator = pytest.importorskip("openapi_spec_validator", reason="a check for those who have it")
    validator.validate(samples.get("/openapi.json").json())


def test_an_application_that_has_ended_keeps_no_service_in_memory(tmp_path: Path) -> None:
    with open_service(Settings(data_dir=tmp_path / "data")) as service, TestClient(create_app(service)) as client:
        client.post("/v1/ask", json={"question": "Who won?"}).raise_for_status()
        retriever = weakref.ref(service.retriever)
    del service, client
    gc.collect()
    assert retriever() is None
