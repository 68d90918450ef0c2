import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest

from vector_store.article import Article
from vector_store.formats.documents import MAX_FILE_BYTES
from vector_store.sources import SUFFIXES, articles_from, count, passed_over

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
    assert said.startswith(f"! {tmp_path}: the folder has no file that can be read (.csv, ")


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


def test_lines_are_read_one_by_one(tmp_path: Path) -> None:
    path = write(tmp_path / "news.jsonl", line("One") + "\n")
    items = articles_from([path])
    assert isinstance(next(items), Article)
    with path.open("a", encoding="utf-8") as file:
        file.write(line("Two") + "\n")
    late = next(items)
    assert isinstance(late, Article)
    assert late.title == "Two"


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with one or more articles and errors in every kind of file that holds many."""
    write(tmp_path / "a.txt")
    write(tmp_path / "b.pdf", "no PDF")
    write(tmp_path / "c.jsonl", f"{line('One')}\n\n{{}}\n{line('Two')}")
    write(tmp_path / "d.csv", 'title,text\nThree,"It\nclosed."\n,\nFour\nFive,"It')
    write(tmp_path / "e.json", f"[{line('Six')}, {line('Seven')}, 7]")
    write(tmp_path / "f.jsonl", "")
    write(tmp_path / "g.zip", "no archive")
    with ZipFile(tmp_path / "h.zip", "w") as archive:
        for name in ("a.txt", "c.jsonl", "d.csv", "e.json", "f.jsonl"):
            archive.write(tmp_path / name, f"in/{name}")
        archive.writestr("../a.txt", "Words.")
        archive.writestr("photo.jpg", "")
    return tmp_path


def test_as_many_articles_and_errors_are_counted_as_come(mixed: Path) -> None:
    for path in (*mixed.iterdir(), mixed, mixed / "none.jsonl", mixed / "a\0b.jsonl"):
        assert count([path]) == len(told(path)), path
    assert count([mixed, mixed / "a.txt"]) == len(told(mixed)) + 1


def test_counting_does_not_wait_for_what_is_no_file(tmp_path: Path) -> None:
    for name in ("pipe.jsonl", "pipe.zip"):
        os.mkfifo(tmp_path / name)
        assert count([tmp_path / name]) == 1
    assert passed_over([tmp_path, tmp_path / "pipe.zip"]) == {}


def test_what_archives_hold_in_other_formats_is_counted_too(mixed: Path) -> None:
    assert passed_over([mixed]) == {".jpg": 1}
    assert passed_over([mixed / "g.zip", mixed / "h.zip", mixed / "a.txt"]) == {".jpg": 1}


def test_what_a_folder_holds_in_other_formats_is_counted(tmp_path: Path) -> None:
    for name in ("a.md", "b.odt", "c.ODT", "deep/d.png", "deep/.hidden.png", ".git/e.png", "README"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    assert passed_over([tmp_path, tmp_path / "b.odt"]) == {".odt": 2, ".png": 1, "without suffix": 1}
