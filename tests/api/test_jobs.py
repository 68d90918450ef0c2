"""Imports over HTTP: a real server, real uploads, real addresses."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
import uvicorn

from qa_service.api.app import create_app
from qa_service.service import open_service
from qa_service.settings import Settings
from tests.standins.site import page, site

LIMIT = 100_000
FERRY = {"id": "ferry", "title": "Ferry resumes", "text": "The ferry to Ostmark resumed on Monday."}
TRAM = {"id": "tram", "title": "Tram strike", "text": "Tram drivers in Halvern went on strike."}
STORM = page("Storm Ysolde", *["The storm took the roof of the fish market in Halvern on Sunday night."] * 3)


@dataclass(frozen=True, slots=True)
class Serving:
    """A server and the folder behind it."""

    client: httpx.Client
    uploads: Path

    def upload(self, name: str, content: bytes | str) -> httpx.Response:
        return self.client.post("/v1/articles/import", files={"file": (name, content)})

    def fetch(self, url: str) -> str:
        return str(self.client.post("/v1/articles/import", json={"url": url}).json()["job_id"])

    def events(self, job_id: str) -> list[tuple[str, Any]]:
        """All events of a job, until the server ends their stream."""
        with self.client.stream("GET", f"/v1/jobs/{job_id}/events") as response:
            return list(read(response))

    def report(self, job_id: str) -> dict[str, Any]:
        """The job's report, once it has ended."""
        told: dict[str, Any] = self.events(job_id)[-1][1]
        return told

    @property
    def left(self) -> list[str]:
        """The files that are left in the folder of uploads."""
        return [path.name for path in self.uploads.glob("*")]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("serving")
    settings = Settings(data_dir=folder, max_upload_bytes=LIMIT, fetch_allow=("127.0.0.1",))
    with open_service(settings) as service:
        server = uvicorn.Server(uvicorn.Config(create_app(service), port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive(), "the server did not start"
        address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            yield Serving(client, folder / "uploads")
        server.should_exit = True
        thread.join()


def read(response: httpx.Response) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in response.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def lines(*articles: object) -> str:
    return "".join(f"{json.dumps(article)}\n" for article in articles)


class Held:
    """A page that is only given once it is let go."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_go = threading.Event()

    def __call__(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.set()
        assert self.let_go.wait(60)
        STORM.send(request)


def problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


def test_a_file_is_taken_in_by_a_job_that_tells_what_became_of_each_item(serving: Serving) -> None:
    response = serving.upload("news.jsonl", lines(FERRY, {"title": "No text"}, TRAM))
    assert response.status_code == 202
    job_id = response.json()["job_id"]
    assert response.headers["location"] == f"/v1/jobs/{job_id}"
    events = serving.events(job_id)
    assert {name for name, _ in events[:-1]} <= {"progress"}
    name, report = events[-1]
    assert (name, report["state"], report["kind"], report["origin"]) == ("done", "done", "file", "news.jsonl")
    assert (report["done"], report["total"], report["counts"]["created"]) == (3, 3, 2)
    assert [error["detail"] for error in report["errors"]] == ["news.jsonl, line 2: text: is missing."]
    assert serving.client.get(f"/v1/jobs/{job_id}").json() == report
    assert serving.client.get("/v1/articles/tram").json()["text"] == TRAM["text"]
    assert serving.left == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("news.pdf", b"%PDF-1.7 and nothing more"),
        ("news.docx", b"PK\x03\x04 and nothing more"),
        ("news.zip", b"PK\x03\x04 and nothing more"),
        ("news.warc.gz", b"\x1f\x8b and nothing more"),
        ("news.html", b"<html><body><ul><li><a href='/'>Home</a></li></ul></body></html>"),
        ("news.txt", "Café".encode("latin-1")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_file_is_the_one_error_of_its_job(serving: Serving, name: str, content: bytes) -> None:
    report = serving.report(serving.upload(name, content).json()["job_id"])
    assert (report["state"], report["done"], report["counts"]["failed"]) == ("done", 1, 1)
    assert report["errors"][0]["detail"].startswith(f"{name}: ")


def test_what_is_broken_in_an_archive_costs_nothing_else_its_place(serving: Serving) -> None:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        archive.writestr("a.pdf", b"%PDF-1.7 and nothing more")
        archive.writestr("../b.md", "# Outside\n\nOf the archive.")
        archive.writestr("c.md", "# Quay reopens\n\nThe quay of Halvern reopened on Friday.")
    report = serving.report(serving.upload("news.zip", content.getvalue()).json()["job_id"])
    assert (report["state"], report["total"], report["counts"]["created"]) == ("done", 3, 1)
    assert [error["origin"] for error in report["errors"]] == ["news.zip/a.pdf", "news.zip/../b.md"]


def test_an_address_is_taken_in_by_a_job(serving: Serving) -> None:
    with site({"/storm": STORM}) as newsroom:
        report = serving.report(serving.fetch(f"{newsroom.url}/storm"))
    assert (report["state"], report["kind"], report["counts"]["created"]) == ("done", "url", 1)
    found = serving.client.get("/v1/articles", params={"query": "storm"}).json()["articles"]
    assert [article["title"] for article in found] == ["Storm Ysolde"]


def test_an_address_that_is_not_public_is_the_jobs_error_and_nothing_is_sent_there(serving: Serving) -> None:
    report = serving.report(serving.fetch("http://10.1.2.3/news"))
    assert (report["state"], report["counts"]["failed"]) == ("done", 1)
    assert [(error["origin"], error["code"]) for error in report["errors"]] == [
        ("http://10.1.2.3/news", "fetch_refused")
    ]


def test_a_running_job_is_followed_and_cancelled(serving: Serving) -> None:
    held = Held()
    with site({"/storm": held}) as newsroom:
        job_id = serving.fetch(f"{newsroom.url}/storm")
        assert held.asked.wait(60)
        waiting = serving.upload("news.jsonl", lines(FERRY)).json()["job_id"]
        listed = serving.client.get("/v1/jobs", params={"limit": 2}).json()["jobs"]
        assert [(job["id"], job["state"], job["total"]) for job in listed] == [
            (waiting, "waiting", None),
            (job_id, "running", None),
        ]
        with serving.client.stream("GET", f"/v1/jobs/{job_id}/events") as response:
            events = read(response)
            assert next(events)[1]["state"] == "running"
            cancelled = serving.client.post(f"/v1/jobs/{job_id}/cancel")
            assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
            held.let_go.set()
            *_, (name, report) = events
    assert (name, report["state"], report["counts"]["created"]) == ("done", "cancelled", 0)
    assert serving.client.post(f"/v1/jobs/{job_id}/cancel").status_code == 200
    assert serving.report(waiting)["state"] == "done"
    assert problem(serving.client.post(f"/v1/jobs/{waiting}/cancel")) == (409, "job_ended")


def test_who_stops_following_holds_nothing_up(serving: Serving) -> None:
    held = Held()
    with site({"/storm": held}) as newsroom:
        job_id = serving.fetch(f"{newsroom.url}/storm")
        for _ in range(20):  # more than there are threads for answers
            with serving.client.stream("GET", f"/v1/jobs/{job_id}/events") as response:
                assert next(read(response))[1]["ended_at"] is None
        held.let_go.set()
        assert serving.report(job_id)["state"] == "done"


def test_a_file_name_names_nothing_on_the_disk_of_the_service(serving: Serving) -> None:
    name = "../../..\\C:/evil/\u202e../news.jsonl"
    job_id = serving.upload(name, lines(FERRY, {"title": "No text"})).json()["job_id"]
    report = serving.report(job_id)
    assert (report["origin"], report["counts"]["unchanged"], report["counts"]["failed"]) == ("news.jsonl", 1, 1)
    assert sorted(path.name for path in serving.uploads.parent.parent.rglob("*.jsonl")) == []


@pytest.mark.parametrize("name", ["news.xyz", "news", "", ".."])
def test_a_format_that_cannot_be_read_is_refused_at_once_with_those_that_can(serving: Serving, name: str) -> None:
    response = serving.upload(name or "x", "x" * 1_000)
    assert problem(response) == (422, "unreadable_source")
    assert all(suffix in response.json()["detail"] for suffix in (".jsonl", ".pdf", ".zip"))
    assert serving.left == []


def test_an_empty_file_is_refused_at_once(serving: Serving) -> None:
    response = serving.upload("news.jsonl", "")
    assert problem(response) == (422, "unreadable_source")
    assert response.json()["detail"].startswith("news.jsonl: it is empty")
    assert serving.left == []


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "not announced"])
def test_a_file_over_the_limit_is_refused_and_nothing_of_it_is_left(serving: Serving, announced: bool) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="news.jsonl"\r\n\r\n'
    pieces = [head, *[b"x" * 10_000] * 11, b"\r\n--b--\r\n"]
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    content = b"".join(pieces) if announced else iter(pieces)
    response = serving.client.post("/v1/articles/import", content=content, headers=headers)
    assert problem(response) == (413, "body_too_large")
    assert "100,000 bytes; split the file, or raise QA_MAX_UPLOAD_BYTES" in response.json()["detail"]
    assert serving.left == []


PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="news.jsonl"\r\n\r\n{}\r\n'


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        (PART, "unreadable_source", "ends in the middle"),
        (PART + PART + b"--b--\r\n", "unreadable_source", "one at a time"),
        (PART.replace(b"file", b"other") + b"--b--\r\n", "missing", "file"),
        (b"--b--\r\n", "missing", "file"),
        (b"not a form", "unreadable_source", "curl -F file=@news.jsonl"),
        (b"", "unreadable_source", "ends in the middle"),
    ],
    ids=["cut off", "two files", "another part", "no part", "no form", "nothing"],
)
def test_a_broken_form_is_refused_and_nothing_of_it_is_left(
    serving: Serving, body: bytes, code: str, said: str
) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    response = serving.client.post("/v1/articles/import", content=body, headers=headers)
    assert problem(response) == (422, {"missing": "field_missing"}.get(code, code))
    assert said in response.json()["detail"]
    assert serving.left == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"url": "ftp://quay.example/news"}', 422, "url_invalid"),
        ('{"url": "quay.example"}', 422, "url_invalid"),
        ("{}", 422, "field_missing"),
        ('"https://quay.example/"', 422, "model_type"),
        ('{"url": ', 422, "not_json"),
        ("[" * 10_000, 400, "bad_request"),
        (b"\xff", 400, "bad_request"),
        ("x" * 20_000, 413, "body_too_large"),
    ],
)
def test_what_is_no_address_is_refused(serving: Serving, body: str | bytes, status: int, code: str) -> None:
    headers = {"Content-Type": "application/json"}
    response = serving.client.post("/v1/articles/import", content=body, headers=headers)
    assert problem(response) == (status, code)


def test_what_is_neither_form_nor_json_is_refused_with_both_ways(serving: Serving) -> None:
    response = serving.client.post("/v1/articles/import", content=b"x", headers={"Content-Type": "text/plain"})
    assert problem(response) == (422, "unreadable_source")
    assert "multipart form" in response.json()["detail"]
    assert '{"url": "https://…"}' in response.json()["detail"]


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/events"), ("POST", "/cancel")])
def test_an_unknown_job_is_not_found(serving: Serving, method: str, path: str) -> None:
    assert problem(serving.client.request(method, f"/v1/jobs/job_nope{path}")) == (404, "job_not_found")
