"""What the documents say is so."""

import re
from pathlib import Path

import pytest
import typer.main

from qa_service.api.app import create_app
from qa_service.cli import app as cli
from qa_service.service import Service
from qa_service.settings import Settings
from vector_store.errors import NewsError

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
API = (ROOT / "docs" / "api.md").read_text()


def errors(base: type[NewsError] = NewsError) -> list[type[NewsError]]:
    return [cls for child in base.__subclasses__() for cls in (child, *errors(child))]


@pytest.mark.parametrize("field", list(Settings.model_fields))
def test_every_setting_is_in_the_readme_with_its_own_words(field: str) -> None:
    described = Settings.model_fields[field].description
    assert described
    assert re.search(rf"\| `QA_{field.upper()}` \|.*{re.escape(described)}", README)


def test_every_error_code_is_documented() -> None:
    assert not [error.code for error in errors() if f"`{error.code}`" not in API]


def test_every_route_is_documented(service: Service) -> None:
    described = create_app(service).openapi()["paths"]
    routes = [f"`{method.upper()} {path}`" for path, methods in described.items() for method in methods]
    assert len(routes) > 10
    assert not [route for route in routes if route not in API]


def test_the_python_in_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("QA_DATA_DIR", str(tmp_path / "data"))
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert "There were no articles to search." in capsys.readouterr().out


def test_every_command_in_the_readme_exists() -> None:
    group = typer.main.get_command(cli)
    known = set(getattr(group, "commands", {}))
    used = set(re.findall(r"^(?:\.venv/bin/)?qa-service (\w+)", README, re.MULTILINE))
    assert used
    assert used <= known
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"^make (\w+)", README, re.MULTILINE)) <= targets


def test_every_linked_file_exists() -> None:
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    links = [(page, link) for page in documents for link in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text())]
    assert links
    assert not [(page.name, link) for page, link in links if not (page.parent / link).exists()]
