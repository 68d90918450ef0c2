"""The commands for feeds, on a folder that no service owns."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qa_service.cli import app
from tests.standins.newsroom import Newsroom, newsroom

BRIDGE = (
    "The harbour bridge closed on Friday after engineers found 14 cracks in its northern pier.",
    "The city council of Ostmark expects the repairs to take until the end of May, a spokeswoman said.",
)


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom() as opened:
        opened.publish("bridge", "Harbour bridge closes", *BRIDGE)
        yield opened


def run(*arguments: str, code: int = 0) -> str:
    """What the command prints."""
    result = CliRunner().invoke(app, ["feeds", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_a_feed_is_added_refreshed_shown_and_deleted_without_a_running_service(
    room: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("QA_FETCH_ALLOW", "127.0.0.1")
    monkeypatch.setenv("COLUMNS", "200")
    added = run("add", room.url("/feed.xml"))
    feed_id = added.split()[0]
    assert re.fullmatch(r"feed_[0-9a-f]{20} The Harbour Post\n", added)
    assert run("refresh") == "The Harbour Post: 1 created\n"
    assert run("refresh", feed_id) == "The Harbour Post: nothing new\n"
    room.answer("/feed.xml", 500)
    failed = run("refresh", code=1)
    assert "The Harbour Post: failed\n" in failed
    assert "failed: " in failed
    assert "500" in failed
    assert "failing" in run("list")
    assert "1 article\n" in run("show", feed_id)
    assert run("delete", feed_id) == f"deleted {feed_id}\n"
    assert "There is no feed" in run("refresh", feed_id, code=2)
