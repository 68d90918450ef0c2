"""What was acknowledged survives kill -9 at any moment, and an article is in the index whole or not at all."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.conftest import Store
from vector_store.article import Article, Filters
from vector_store.embedding import Embedder
from vector_store.errors import ArticleNotFoundError

ROOT = Path(__file__).parents[2]
COUNT = 40

# One process loads the model and forks another for each line "folder action": that one is killed.
LAUNCHER = f"""
import os, sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from tests.faults.test_kill import work
from vector_store.embedding import load_embedder
embedder = load_embedder()
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        folder, action = line.split()
        work(Path(folder), action, embedder)
        os._exit(0)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""


def article(number: int, revision: int) -> Article:
    """Long enough for a few passages; each revision has a word of its own in every sentence."""
    word = f"zq{number}v{revision}"
    text = " ".join(f"Sentence {n} of {word} tells of ferries, bridges and {n * 7} people." for n in range(16))
    return Article(id=f"a{number}", title=f"News {number}", text=text, revision=revision)


def work(folder: Path, action: str, embedder: Embedder) -> None:
    """Take in, change or delete one article after the other; name each on standard output once it is acknowledged."""
    store = Store(folder, embedder)
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    for number in range(COUNT):
        if action == "delete":
            store.ingester.delete(f"a{number}")
        else:
            list(store.ingester.add([article(number, 2 if action == "update" else 1)]))
        sys.stdout.write(f"a{number}\n")
        sys.stdout.flush()


class Launcher:
    """The process that loads the model once and forks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in: IO[str] = process.stdin
        self._out: IO[str] = process.stdout

    def killed(self, folder: Path, action: str, after: int, *, writing: bool = False) -> list[str]:
        """The ids that were acknowledged by a process killed after `after` of them.

        With `writing`, it is killed as soon as the next change has reached the catalog's file.
        """
        self._in.write(f"{folder} {action}\n")
        self._in.flush()
        child = int(self._out.readline())
        acknowledged = [self._out.readline().strip() for _ in range(after)]
        if writing:
            log = folder / "catalog.sqlite3-wal"
            before = log.stat()
            while log.stat() == before:
                pass
        os.kill(child, signal.SIGKILL)
        while (line := self._out.readline().strip()) != "ended":
            assert line, "the launcher died"
            acknowledged.append(line)
        return acknowledged


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Launcher(process)


@contextmanager
def reopened(folder: Path, embedder: Embedder) -> Iterator[Store]:
    store = Store(folder, embedder)
    try:
        yield store
    finally:
        store.close()


def assert_agree(store: Store) -> None:
    """The index holds the catalog's passages and no others, and every article is whole."""
    keys, vectors = store.catalog.admitted(Filters())
    assert store.catalog.index_changes() == []
    assert sorted(store.index.search(vectors[0], len(keys) + 50)) == keys
    for kept in store.catalog.articles():
        assert_whole(store, article(int(kept.id[1:]), kept.revision))


def assert_whole(store: Store, expected: Article) -> None:
    """Text and passages are there, by words and by vectors."""
    kept = store.catalog.article(expected.id)
    assert kept == expected
    only = Filters(article_ids=(kept.id,))
    keys, vectors = store.catalog.admitted(only)
    passages = store.catalog.passages(keys)
    assert "".join("".join(passages[key].text.split()) for key in keys) == "".join(kept.text.split())
    word = f"zq{kept.id[1:]}v{kept.revision}"
    assert set(store.catalog.best_words(word, Filters(), 999)) == set(keys)
    assert store.retriever.search(f"What does {word} tell?", k=1)[0].passage.article.id == kept.id
    assert all(key in store.index.search(vector, len(keys) + 2) for key, vector in zip(keys, vectors, strict=True))


@pytest.mark.parametrize(("after", "writing"), [(1, False), (1, True), (4, True), (9, False)])
def test_what_was_acknowledged_survives_a_kill_and_the_rest_is_whole_or_absent(
    launcher: Launcher, tmp_path: Path, embedder: Embedder, after: int, writing: bool
) -> None:
    acknowledged = launcher.killed(tmp_path, "create", after, writing=writing)
    assert after <= len(acknowledged) < COUNT
    with reopened(tmp_path, embedder) as store:
        kept = [other.id for other in store.catalog.articles()]
        assert set(acknowledged) <= set(kept)
        assert len(kept) - len(acknowledged) <= 1
        assert_agree(store)


@pytest.mark.parametrize("writing", [False, True])
def test_a_correction_that_was_acknowledged_is_the_only_one_that_answers(
    launcher: Launcher, tmp_path: Path, embedder: Embedder, writing: bool
) -> None:
    created = launcher.killed(tmp_path, "create", 6)
    updated = launcher.killed(tmp_path, "update", 3, writing=writing)
    with reopened(tmp_path, embedder) as store:
        for id in updated:
            assert store.catalog.article(id) == article(int(id[1:]), 2)
            if id in created:
                assert store.catalog.article(id, 1).text == article(int(id[1:]), 1).text
            assert store.catalog.best_words(f"zq{id[1:]}v1", Filters(), 9) == {}
        assert set(created) <= {kept.id for kept in store.catalog.articles()}
        assert_agree(store)


@pytest.mark.parametrize("writing", [False, True])
def test_a_deletion_that_was_acknowledged_is_final(
    launcher: Launcher, tmp_path: Path, embedder: Embedder, writing: bool
) -> None:
    created = launcher.killed(tmp_path, "create", 8)
    deleted = launcher.killed(tmp_path, "delete", 3, writing=writing)
    with reopened(tmp_path, embedder) as store:
        for id in deleted:
            with pytest.raises(ArticleNotFoundError):
                store.catalog.article(id)
            assert store.catalog.best_words(f"zq{id[1:]}v1", Filters(), 9) == {}
            hits = store.retriever.search(article(int(id[1:]), 1).text, k=999)
            assert id not in {hit.passage.article.id for hit in hits}
        assert len(list(store.catalog.articles())) >= len(created) - len(deleted) - 1
        if list(store.catalog.articles()):
            assert_agree(store)


def test_a_folder_that_was_killed_again_and_again_still_has_everything(
    launcher: Launcher, tmp_path: Path, embedder: Embedder
) -> None:
    acknowledged: set[str] = set()
    for after in (1, 3, 5, 7):
        acknowledged |= set(launcher.killed(tmp_path, "create", after, writing=True))
    with reopened(tmp_path, embedder) as store:
        assert acknowledged <= {kept.id for kept in store.catalog.articles()}
        assert_agree(store)
