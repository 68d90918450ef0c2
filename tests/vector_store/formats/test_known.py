import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from tests.vector_store.formats.reading import items, refusal
from vector_store.article import Article
from vector_store.errors import UnreadableSourceError
from vector_store.formats.known import FORMATS, MEDIA_TYPES, items_in
from vector_store.formats.table import COLUMNS

SLOW = ("pypdf", "docx", "fastwarc", "trafilatura", "lxml")


def test_every_media_type_means_a_known_format() -> None:
    assert set(MEDIA_TYPES.values()) <= FORMATS.keys()
    assert all(name == name.lower() for name in (*FORMATS, *MEDIA_TYPES))


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_an_empty_file_is_one_error_in_every_format(suffix: str) -> None:
    assert refusal(b"", f"a{suffix}").endswith(".")


@pytest.mark.parametrize("suffix", sorted(FORMATS))
@pytest.mark.parametrize(
    "content",
    [b"\0" * 5_000, b"\xff\xfe" + "words".encode("utf-16-le"), bytes(range(256)) * 8, b"<" * 5_000, b"[" * 5_000],
    ids=["zeros", "utf-16", "every byte", "markup", "brackets"],
)
def test_what_is_of_no_format_is_told_in_one_line_and_never_raised(suffix: str, content: bytes) -> None:
    for item in items(content, f"a{suffix}"):
        assert isinstance(item, Article | UnreadableSourceError)
        assert "\n" not in str(item)


def test_every_suffix_and_every_name_of_a_column_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "sources.md").read_text()
    assert not [suffix for suffix in FORMATS if f"`{suffix}`" not in page]
    assert not [field for field, others in COLUMNS.items() if f"| `{field}` | {', '.join(others)} |" not in page]


def test_the_suffix_may_be_given_apart_from_the_name() -> None:
    (article,) = items_in(BytesIO(b"Words."), "https://quay.example/bridge", ".txt")
    assert isinstance(article, Article)
    assert article.title == "Bridge"


def test_what_is_slow_to_load_is_loaded_by_what_needs_it() -> None:
    code = f"import sys, vector_store.sources; sys.exit(any(name in sys.modules for name in {SLOW!r}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
