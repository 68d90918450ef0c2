"""The command line as a person meets it: real processes, one data folder for the whole file."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

COMMAND = Path(sys.executable).with_name("qa-service")
LONG_ID = "quay-2024-03-04-engineers-present-their-report"
VOTE = {
    "id": "vote",
    "title": "Tallis wins in Ostmark",
    "text": "Mira Tallis won the mayoral vote in Ostmark on Sunday, with 14,200 votes.",
    "source": "The Quay",
    "author": "Ada Moreau",
    "published": "2024-03-04",
    "url": "https://quay.example/vote",
}
REPORT = {
    "id": LONG_ID,
    "title": "Engineers present a report of four hundred pages on the cracks in the northern pier of the bridge",
    "text": "The engineers found 14 cracks in the northern pier.",
    "source": "The Harbour Post of the Northern Provinces",
}


@dataclass(frozen=True, slots=True)
class House:
    """A working folder, a data folder and a clean home."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
        return clean | {"HOME": str(self.folder / "home"), "QA_DATA_DIR": str(self.folder / "data"), "COLUMNS": "80"}

    def run(self, *arguments: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command; whatever it says, it is never a traceback."""
        ended = subprocess.run(
            [COMMAND, *arguments],
            env=self.environment | environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in ended.stderr
        assert ended.returncode == code, ended.stdout + ended.stderr
        return ended


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("house")
    (folder / "home").mkdir()
    news = folder / "news"
    (news / "deep").mkdir(parents=True)
    (news / "deep" / "ferry.md").write_text("# Ferry resumes\n\nThe ferry to Ostmark resumed on Monday.\n")
    (news / "latin.txt").write_bytes("Café".encode("latin-1"))
    (news / "photo.png").write_bytes(b"\x89PNG")
    (folder / "articles.jsonl").write_text(f'{json.dumps(VOTE)}\n{{"title": ""}}\n{json.dumps(REPORT)}\n')
    (folder / "letter.xyz").write_text("x")
    return House(folder)


@pytest.fixture(scope="module")
def ingested(house: House) -> subprocess.CompletedProcess[str]:
    """What `ingest` said of good and bad items while no service ran."""
    return house.run("ingest", "news", "articles.jsonl", "missing", "letter.xyz", code=1)


@dataclass(frozen=True, slots=True)
class Serving:
    """A running `qa-service serve`."""

    process: subprocess.Popen[str]
    line: str
    url: str


@pytest.fixture(scope="module")
def serving(house: House, ingested: subprocess.CompletedProcess[str]) -> Iterator[Serving]:
    command = [str(COMMAND), "serve", "--port", "0", "--no-samples"]
    with subprocess.Popen(
        command, env=house.environment, cwd=house.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            assert found, line
            yield Serving(process, line, found.group())
        finally:
            process.kill()


def test_settings_tell_their_value_their_meaning_and_where_they_come_from(house: House, tmp_path: Path) -> None:
    elsewhere = House(tmp_path)
    (tmp_path / ".env").write_text("QA_MAX_ARTICLE_BYTES=70000\n")
    said = elsewhere.run("settings", QA_DATA_DIR="/srv/news").stdout
    assert "QA_DATA_DIR=/srv/news  (environment)" in said
    assert "QA_MAX_ARTICLE_BYTES=70000  (.env)" in said
    assert "QA_EMBEDDING_MODEL=sentence-transformers/all-MiniLM-L6-v2  (default)" in said
    assert "The longest article text that is taken, in bytes of UTF-8." in said


def test_a_setting_that_cannot_be_is_named_in_one_sentence(house: House) -> None:
    for bad in ("5", "many"):
        error = house.run("articles", "list", code=2, QA_MAX_ARTICLE_BYTES=bad).stderr
        assert error.startswith("QA_MAX_ARTICLE_BYTES: Input should be")
        assert error.count("\n") == 1


def test_settings_that_are_not_text_are_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"QA_DATA_DIR=\xff\n")
    assert "The file .env is not UTF-8" in House(tmp_path).run("settings", code=2).stderr


def test_a_port_that_is_taken_is_said_before_anything_is_loaded(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        error = house.run("serve", "--port", str(port), code=2).stderr
    assert error.startswith(f"Cannot listen on 127.0.0.1:{port}")
    assert "--port 0" in error


def test_ingest_takes_what_it_can_and_says_a_line_for_each_item_that_fails(
    ingested: subprocess.CompletedProcess[str],
) -> None:
    assert ingested.stdout.strip() == "3 created, 4 failed"
    failed = [line for line in ingested.stderr.splitlines() if line.startswith("failed: ")]
    assert failed == [
        "failed: news/latin.txt: byte 3 is not UTF-8; save it as UTF-8.",
        "failed: articles.jsonl, line 2: title: is empty; give the article's headline; text: is missing.",
        "failed: missing: there is no such file or folder; check the path.",
        failed[-1],
    ]
    assert failed[-1].startswith("failed: letter.xyz: files ending in .xyz cannot be read; give one of ")


def test_serve_says_where_it_serves_and_answers_there_at_once(serving: Serving, house: House) -> None:
    assert f"API {serving.url}/docs" in serving.line
    assert str(house.folder / "data") in serving.line
    assert httpx.get(f"{serving.url}/readyz", trust_env=False).json()["articles"] == 3


def test_a_command_goes_through_the_service_that_has_the_folder(serving: Serving, house: House) -> None:
    (house.folder / "tram.md").write_text("# Tram strike\n\nTram drivers in Ostmark went on strike.\n")
    assert house.run("ingest", "tram.md").stdout.strip() == "1 created"
    assert house.run("ingest", "tram.md").stdout.strip() == "1 unchanged"
    articles = httpx.get(f"{serving.url}/v1/articles?query=tram", trust_env=False).json()["articles"]
    assert [article["title"] for article in articles] == ["Tram strike"]


def test_an_answer_shows_each_quote_with_number_title_source_and_day(serving: Serving, house: House) -> None:
    said = house.run("ask", "Who won the mayoral vote in Ostmark?").stdout
    assert said.startswith(f"{VOTE['text'][:40]}")
    assert "[1] Tallis wins in Ostmark\n    The Quay, 4 March 2024\n" in said
    assert f"“{VOTE['text']}”" in " ".join(said.split())
    assert "as of 4 March 2024" in said


def test_an_answer_says_where_was_searched_what_is_lacking_and_in_which_parts(serving: Serving, house: House) -> None:
    said = " ".join(
        house.run("ask", "According to The Quay, who won the latest mayoral vote in Ostmark?").stdout.split()
    )
    assert "searched as told: According to The Quay, latest" in said
    parts = " ".join(
        house.run("ask", "Who won the mayoral vote in Ostmark, and who is the king of Spain?").stdout.split()
    )
    assert "Who is the king of Spain? not in the articles" in parts
    lacking = house.run("ask", "Who won the mayoral vote in Ostmark, according to Der Spiegel?").stdout
    assert "There are no articles by Der Spiegel" in lacking


def test_ask_gives_the_services_json_when_asked_to(serving: Serving, house: House) -> None:
    answer = json.loads(house.run("ask", "Who won the mayoral vote in Ostmark?", "--json").stdout)
    assert answer["citations"][0]["quote"] == VOTE["text"]
    assert httpx.get(f"{serving.url}/v1/answers/{answer['id']}", trust_env=False).json() == answer


def test_a_question_that_cannot_be_asked_is_refused_in_a_sentence(serving: Serving, house: House) -> None:
    assert house.run("ask", "  ", code=2).stderr == "question: The question is empty; write what you want to know.\n"


def test_a_search_shows_passages_with_title_source_and_day_in_the_order_asked_for(
    serving: Serving, house: House
) -> None:
    found = " ".join(
        house.run("search", "the mayoral vote", "--source", "the quay", "--to", "2024-03-04").stdout.split()
    )
    assert found.startswith(f"{VOTE['title']} The Quay, 4 March 2024 {VOTE['text']}")
    assert found.endswith("1 of 1 articles share a word with what was searched for.")
    since_spring = ("search", "cracks in the pier", "--from", "2024-03-01", "--json")
    assert LONG_ID not in house.run(*since_spring).stdout
    assert LONG_ID in house.run(*since_spring, "--undated").stdout
    by_date = json.loads(house.run("search", "cracks and votes", "--sort", "newest", "--json").stdout)["passages"]
    assert [hit["article_id"] for hit in by_date][:1] == ["vote"]
    assert "filters.published_from: is not a date" in house.run("search", "vote", "--from", "May", code=2).stderr


def test_articles_are_listed_with_whole_ids_in_a_narrow_window(serving: Serving, house: House) -> None:
    said = house.run("articles", "list").stdout
    assert LONG_ID in said
    assert re.search(r"vote\s+│ 2024-03-04", said)
    page = json.loads(house.run("articles", "list", "--query", "cracks", "--json").stdout)
    assert [article["id"] for article in page["articles"]] == [LONG_ID]


def test_an_article_is_shown_with_its_facts_and_text(serving: Serving, house: House) -> None:
    said = house.run("articles", "show", "vote").stdout
    facts = "The Quay · Ada Moreau · 2024-03-04 · https://quay.example/vote"
    assert said == f"{VOTE['title']}\n{facts}\n\n{VOTE['text']}\n"
    assert "undated" in house.run("articles", "show", LONG_ID).stdout


def test_a_deleted_article_is_gone(serving: Serving, house: House) -> None:
    httpx.post(f"{serving.url}/v1/articles", json=VOTE | {"id": "brief"}, trust_env=False)
    assert house.run("articles", "delete", "brief").stdout == "deleted brief\n"
    assert "There is no article 'brief'" in house.run("articles", "show", "brief", code=2).stderr


def test_compact_says_how_much_is_free_again(serving: Serving, house: House) -> None:
    assert re.fullmatch(r"[\d.,]+ MB are free again\.|There was nothing to free\.", house.run("compact").stdout.strip())


@pytest.mark.parametrize("action", ["show", "delete"])
def test_what_is_no_id_reaches_no_other_address(serving: Serving, house: House, action: str) -> None:
    asked = httpx.post(f"{serving.url}/v1/ask", json={"question": "Who won?"}, trust_env=False).json()
    path = f"../conversations/{asked['conversation_id']}"
    assert "There is no article '../conv" in house.run("articles", action, path, code=2).stderr
    kept = httpx.get(f"{serving.url}/v1/conversations/{asked['conversation_id']}", trust_env=False)
    assert kept.status_code == 200


@pytest.mark.parametrize("arguments", [("serve", "--port", "0"), ("reindex",)], ids=["serve", "reindex"])
def test_a_second_owner_is_refused_and_told_the_way_out(
    serving: Serving, house: House, arguments: tuple[str, ...]
) -> None:
    error = house.run(*arguments, code=2).stderr
    assert f"in use by process {serving.process.pid}, which serves {serving.url}" in error
    assert "choose another folder with QA_DATA_DIR" in error


@pytest.fixture
def ended(serving: Serving) -> Callable[[], tuple[int, str]]:
    def end() -> tuple[int, str]:
        serving.process.send_signal(signal.SIGTERM)
        _, errors = serving.process.communicate(timeout=30)
        return serving.process.returncode, errors

    return end


# The last one: it ends the service that the others speak to.
def test_sigterm_ends_the_service_cleanly_and_the_folder_is_free(
    ended: Callable[[], tuple[int, str]], house: House
) -> None:
    code, errors = ended()
    assert code == 0
    assert "Traceback" not in errors
    assert not (house.folder / "data" / "owner.json").exists()
    assert "Mira Tallis" in house.run("ask", "Who won the mayoral vote in Ostmark?").stdout
