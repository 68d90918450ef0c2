"""Help and settings do not wait for what answers questions."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("torch", "transformers", "sentence_transformers", "chromadb", "langchain", "fastapi", "sqlalchemy", "uvicorn")
_LOADED = f"""
import sys
sys.argv = ["qa-service", *sys.argv[1:]]
import qa_service.cli
try:
    if sys.argv[1:]:
        qa_service.cli.app()
finally:
    print("heavy:", *[name for name in {HEAVY!r} if name in sys.modules])
"""


def heavy(*arguments: str, cwd: Path, before: str = "") -> tuple[str, list[str]]:
    """What the command line said with these arguments, and which heavy packages it had loaded at the end."""
    command = [sys.executable, "-c", before + _LOADED, *arguments]
    ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=True)
    said, _, loaded = ended.stdout.rpartition("heavy:")
    return said, loaded.split()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [((), ""), (("--help",), "Ask your news articles."), (("settings",), "QA_DATA_DIR=")],
    ids=["import", "--help", "settings"],
)
def test_what_needs_no_model_loads_none(arguments: tuple[str, ...], expected: str, tmp_path: Path) -> None:
    said, loaded = heavy(*arguments, cwd=tmp_path)
    assert expected in said
    assert loaded == []


def test_a_heavy_package_that_is_loaded_is_seen(tmp_path: Path) -> None:
    assert heavy(cwd=tmp_path, before="import sqlalchemy") == ("", ["sqlalchemy"])
