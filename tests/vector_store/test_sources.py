import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vector_store.article import Article
from vector_store.errors import UnreadableSourceError
from vector_store.sources import MAX_FILE_BYTES, SUFFIXES, articles_from, passed_over

_NOBODY = 65_534


def write(path: Path, content: str = "The bridge closed.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def line(title: str, **fields: object) -> str:
    return json.dumps({"title": title, "text": "The bridge closed.", **fields})


def told(*paths: Path) -> list[str]:
    """Titles and error messages, in their order."""
    return [item.title if isinstance(item, Article) else f"! {item}" for item in articles_from(paths)]


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder that its owner may not enter."""
    folder = tmp_path / "closed"
    write(folder / "a.txt")
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@contextmanager
def nobody(folder: Path) -> Iterator[None]:
    """For a while not the superuser, who may read everything."""
    if os.geteuid() != 0:
        yield
        return
    modes = {path: path.stat().st_mode for path in (folder, *folder.parents)}
    for path in modes:
        path.chmod(modes[path] | 0o555)
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)


def test_files_come_in_the_order_given(tmp_path: Path) -> None:
    assert told(write(tmp_path / "b.txt"), write(tmp_path / "a.md")) == ["B", "A"]


def test_a_folder_is_read_by_name_with_its_subfolders(tmp_path: Path) -> None:
    for name in ("c.md", "b/z.txt", "b/deep/a.txt", "a.txt"):
        write(tmp_path / name)
    assert told(tmp_path) == ["A", "A", "Z", "C"]


def test_hidden_entries_and_other_files_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    for name in (".hidden.txt", ".git/a.txt", "photo.jpg", "Makefile", "a.txt"):
        write(tmp_path / name)
    assert told(tmp_path) == ["A"]


def test_a_file_of_another_format_that_is_named_is_an_error_with_the_formats(tmp_path: Path) -> None:
    (said,) = told(write(tmp_path / "photo.jpg"))
    assert said.startswith(f"! {tmp_path}/photo.jpg: files ending in .jpg cannot be read")
    assert all(suffix in said for suffix in SUFFIXES)


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_bytes(b"Caf\xe9")
    write(tmp_path / "c.txt")
    first, second, third = told(tmp_path)
    assert (first, third) == ("A", "C")
    assert second == f"! {tmp_path}/b.txt: byte 3 is not UTF-8; save it as UTF-8."


def test_a_path_that_does_not_exist_is_one_error(tmp_path: Path) -> None:
    assert told(tmp_path / "none.txt", write(tmp_path / "a.txt")) == [
        f"! {tmp_path}/none.txt: there is no such file or folder; check the path.",
        "A",
    ]


@pytest.mark.parametrize("name", ["a\0b.txt", "a" * 300 + ".txt", "\ud800.txt"])
def test_a_path_that_cannot_exist_is_one_error_that_can_be_printed(tmp_path: Path, name: str) -> None:
    (said,) = told(tmp_path / name)
    assert said.startswith("! ")
    assert said.encode()


@pytest.mark.skipif(os.name == "nt", reason="names there are Unicode")
def test_a_file_whose_name_is_not_unicode_is_read(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("Words.", encoding="utf-8")
    assert told(tmp_path) == ["Caf\\udce9"]


def test_a_folder_without_anything_to_read_is_one_error(tmp_path: Path) -> None:
    write(tmp_path / "photo.jpg")
    (said,) = told(tmp_path)
    assert said.startswith(f"! {tmp_path}: the folder has no file that can be read (.htm, ")


def test_a_file_that_may_not_be_read_is_one_error(tmp_path: Path) -> None:
    write(tmp_path / "a.txt").chmod(0)
    write(tmp_path / "b.txt")
    with nobody(tmp_path):
        refused, title = told(tmp_path)
    assert refused.startswith(f"! {tmp_path}/a.txt: permission denied;")
    assert title == "B"


def test_a_folder_that_may_not_be_entered_is_one_error(tmp_path: Path, closed: Path) -> None:
    write(tmp_path / "d.txt")
    with nobody(tmp_path):
        refused, title = told(tmp_path)
    assert refused.startswith(f"! {closed}: permission denied;")
    assert title == "D"


def test_a_folder_linked_into_itself_is_read_once(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    assert told(tmp_path) == ["A"]


def test_folders_may_nest_deeper_than_python_recurses(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_200):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("a.txt", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    try:
        (said,) = told(tmp_path)
    finally:
        subprocess.run(["rm", "-r", str(tmp_path / "d")], check=True)  # pytest's own clean-up recurses
    assert said.endswith("it holds no text; there is nothing to answer from.")


def test_what_is_neither_file_nor_folder_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.txt")
        assert told(tmp_path / "pipe.txt", tmp_path / "socket.txt") == [
            f"! {tmp_path}/pipe.txt: this is neither a file nor a folder.",
            f"! {tmp_path}/socket.txt: this is neither a file nor a folder.",
        ]
        write(tmp_path / "a.txt")
        assert told(tmp_path) == ["A"]


def test_a_file_over_the_bound_is_one_error(tmp_path: Path) -> None:
    with (tmp_path / "vast.txt").open("wb") as vast:
        vast.truncate(MAX_FILE_BYTES + 1)
    assert told(tmp_path) == [
        f"! {tmp_path}/vast.txt: the file is longer than 64 MB; give one article at a time.",
    ]


# JSON lines


@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".JSONL"])
def test_each_line_is_an_article_and_blank_lines_do_not_count(tmp_path: Path, suffix: str) -> None:
    content = f"\ufeff{line('One')}\r\n\n  \n{line('Two')}"
    assert told(write(tmp_path / f"news{suffix}", content)) == ["One", "Two"]


def test_a_line_may_give_every_field(tmp_path: Path) -> None:
    fields = {
        "id": "quay-1",
        "url": "https://quay.example/1",
        "source": "The Quay",
        "author": "Ada Moreau",
        "published": "2024-03-01T09:30:00+02:00",
        "language": "en",
    }
    (article,) = articles_from([write(tmp_path / "news.jsonl", line("One", **fields))])
    assert isinstance(article, Article)
    assert article.published is not None
    assert article.published.isoformat() == fields["published"]
    assert (article.id, article.url, article.source) == ("quay-1", "https://quay.example/1", "The Quay")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (b"{oops", "Invalid JSON"),
        (b"[" * 5_000, "Invalid JSON"),
        (b'["title"]', "must be one object"),
        (b"7", "must be one object"),
        (b"{}", "title: is missing; text: is missing"),
        (b'{"title": "T", "text": "x", "summary": "s"}', "summary: is not a known key"),
        (b'{"title": "T", "text": 7}', "text: must be text"),
        (b'{"title": "T", "text": " "}', "text: is empty"),
        (b'{"title": "T", "text": "a\\u0000"}', "text: has U+0000 at character 2"),
        (b'{"title": "T", "text": "\\ud800"}', "Invalid JSON"),
        (b'{"title": "T", "text": "a\0"}', "NUL"),
        (b'{"title": "Caf\xe9", "text": "x"}', "byte 14 is not UTF-8"),
        (b'{"title": "T", "text": "x", "published": 1709285400}', "published: is not a date"),
        (b'{"title": "T", "text": "x", "published": "2024-03-01T09:30:00"}', "published: has no time zone"),
    ],
)
def test_a_bad_line_is_one_error_with_its_number_and_reason(tmp_path: Path, bad: bytes, said: str) -> None:
    path = tmp_path / "news.jsonl"
    path.write_bytes(b"\n".join([line("One").encode(), b"", bad, line("Two").encode()]))
    first, error, last = articles_from([path])
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert isinstance(error, UnreadableSourceError)
    assert error.origin == f"{path}, line 3"
    assert said in str(error)


def test_a_line_over_the_bound_is_one_error_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    with path.open("wb") as file:
        file.write(line("One").encode() + b"\n")
        file.seek(2 * MAX_FILE_BYTES + 500)
        file.write(b"\n" + line("Two").encode())
    one, error, two = told(path)
    assert (one, two) == ("One", "Two")
    assert error == f"! {path}, line 2: the line is longer than 64 MB; give one article at a time."


def test_lines_are_read_one_by_one(tmp_path: Path) -> None:
    path = write(tmp_path / "news.jsonl", line("One") + "\n")
    items = articles_from([path])
    assert isinstance(next(items), Article)
    with path.open("a", encoding="utf-8") as file:
        file.write(line("Two") + "\n")
    late = next(items)
    assert isinstance(late, Article)
    assert late.title == "Two"


def test_a_file_of_no_lines_is_one_error(tmp_path: Path) -> None:
    path = write(tmp_path / "news.jsonl", "\n\n")
    assert told(path) == [f"! {path}: it holds no article; write one JSON object a line."]


def test_what_a_folder_holds_in_other_formats_is_counted(tmp_path: Path) -> None:
    for name in ("a.md", "b.pdf", "c.PDF", "deep/d.png", "deep/.hidden.png", ".git/e.png", "README"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    assert passed_over([tmp_path, tmp_path / "b.pdf"]) == {".pdf": 2, ".png": 1, "without suffix": 1}
