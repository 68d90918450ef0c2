"""Imports and a watched folder on the command line: real processes, one data folder for the whole file."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import httpx
import pytest

from qa_service.client import job_path
from qa_service.errors import JobNotFoundError
from qa_service.service import open_service
from qa_service.settings import Settings
from tests.qa_service.test_cli import COMMAND, House
from tests.standins.site import Site, page, site

STORM = page("Storm Ysolde", *["The storm took the roof of the fish market in Halvern on Sunday night."] * 3)
DAYS = 200


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("house")
    (folder / "home").mkdir()
    (folder / ".env").write_text("QA_FETCH_ALLOW=127.0.0.1\n")
    return House(folder)


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Site]:
    with site({"/storm": STORM}) as running:
        yield running


@contextmanager
def running(house: House, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A command that goes on, and what it says on standard output."""
    command = [str(COMMAND), *arguments]
    with subprocess.Popen(
        command, env=house.environment, cwd=house.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


@pytest.fixture(scope="module")
def ingested(house: House, newsroom: Site) -> subprocess.CompletedProcess[str]:
    """What `ingest` said of a file and two addresses while no service ran."""
    (house.folder / "ferry.md").write_text("# Ferry resumes\n\nThe ferry to Ostmark resumed on Monday.\n")
    return house.run("ingest", "ferry.md", f"{newsroom.url}/storm", f"{newsroom.url}/gone", code=1)


@pytest.fixture(scope="module")
def serving(house: House, ingested: subprocess.CompletedProcess[str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service and its address."""
    with running(house, "serve", "--port", "0", "--no-samples") as (process, said):
        found = re.search(r"http://127\.0\.0\.1:\d+", said.readline())
        assert found
        yield process, found[0]


def test_an_address_is_followed_to_the_end_of_its_job(
    ingested: subprocess.CompletedProcess[str], newsroom: Site
) -> None:
    assert ingested.stdout.strip() == "2 created, 1 failed"
    (failed,) = [line for line in ingested.stderr.splitlines() if line.startswith("failed: ")]
    assert f"{newsroom.url}/gone" in failed
    assert "404" in failed


@pytest.mark.usefixtures("serving")
def test_jobs_are_listed_and_shown_with_the_errors_of_their_items(house: House, newsroom: Site) -> None:
    jobs = json.loads(house.run("jobs", "--json").stdout)["jobs"]
    assert [job["origin"] for job in jobs] == [f"{newsroom.url}/gone", f"{newsroom.url}/storm"]
    assert jobs[0]["id"] in house.run("jobs").stdout
    said = house.run("jobs", "show", jobs[0]["id"]).stdout.splitlines()
    assert said[:2] == [f"{newsroom.url}/gone", "done, 1 of 1 done: 1 failed"]
    assert said[2].startswith(f"failed: {newsroom.url}/gone: ")
    assert "has already ended (done)" in house.run("jobs", "cancel", jobs[0]["id"], code=2).stderr
    house.run("jobs", "wait", jobs[0]["id"], code=1)


def test_what_is_no_jobs_id_reaches_no_other_address() -> None:
    for job_id in ("../articles", "job_1", ""):
        with pytest.raises(JobNotFoundError):
            job_path(job_id)


@pytest.mark.usefixtures("serving")
def test_a_watched_folder_is_taken_in_and_its_changes_follow(house: House) -> None:
    news = house.folder / "news"
    (news / "deep").mkdir(parents=True)
    storm = news / "deep" / "storm.md"
    storm.write_text("# Storm Ysolde\n\nThe storm reached Halvern.\n")
    (news / "latin.txt").write_bytes("Café".encode("latin-1"))
    with running(house, "watch", "news") as (process, said):
        assert said.readline() == "1 created, 1 failed. Watching news (Ctrl-C stops)\n"
        storm.write_text("# Storm Ysolde ends\n\nThe wind has dropped.\n")
        assert said.readline() == "news/deep/storm.md: 1 updated\n"
        (news / ".draft.md").write_text("# Draft\n\nNot yet.\n")
        (house.folder / "moved").mkdir()
        (house.folder / "moved" / "tram.md").write_text("# Tram strike\n\nTram drivers went on strike.\n")
        (house.folder / "moved").rename(news / "moved")
        assert said.readline() == "news/moved/tram.md: 1 created\n"
        storm.unlink()
        gone = said.readline()
        (article_id,) = re.findall(r"^news/deep/storm\.md: gone; .*`qa-service articles delete (file-\w+)`", gone)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in errors
    assert "failed: news/latin.txt: byte 3 is not UTF-8" in errors
    article = json.loads(house.run("articles", "show", article_id, "--json").stdout)
    assert (article["title"], article["revision"]) == ("Storm Ysolde ends", 2)


@pytest.mark.usefixtures("serving")
def test_a_folder_that_is_none_or_goes_away_ends_the_watch_with_a_sentence(house: House) -> None:
    assert "this is no folder" in house.run("watch", "ferry.md", code=2).stderr
    (house.folder / "brief").mkdir()
    with running(house, "watch", "brief") as (process, said):
        assert "Watching brief" in said.readline()
        (house.folder / "brief").rmdir()
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert "the folder is gone" in errors


# The last one: it kills the service that the others speak to.
def test_a_job_whose_service_was_killed_goes_on_to_its_end(
    house: House, serving: tuple[subprocess.Popen[str], str]
) -> None:
    process, url = serving
    text = "Some {0} people took the ferry to Ostmark on day {0} of the strike, the harbour office said. " * 5
    days = [{"id": f"a{number}", "title": f"Day {number}", "text": text.format(number)} for number in range(DAYS)]
    files = {"file": ("days.jsonl", "".join(f"{json.dumps(day)}\n" for day in days))}
    job_id = httpx.post(f"{url}/v1/articles/import", files=files, trust_env=False).json()["job_id"]
    with httpx.stream("GET", f"{url}/v1/jobs/{job_id}/events", timeout=60, trust_env=False) as events:
        for line in events.iter_lines():
            if line.startswith("data: ") and json.loads(line[6:])["done"] > 0:
                break
    process.send_signal(signal.SIGKILL)
    process.wait()
    with open_service(Settings(data_dir=house.folder / "data")) as service:
        before = service.jobs.job(job_id)
    assert (before.state, before.total) == ("running", DAYS)
    assert 0 < before.done < DAYS
    house.run("jobs", "wait", job_id)
    with open_service(Settings(data_dir=house.folder / "data")) as service:
        after = service.jobs.report(job_id)
        kept = {article.id: article.text for article in service.catalog.articles()}
    assert (after.state, after.done, after.errors, sum(dict(after.counts).values())) == ("done", DAYS, (), DAYS)
    assert {day["id"]: day["text"] for day in days}.items() <= kept.items()
    assert list((house.folder / "data" / "uploads").iterdir()) == []
