"""A full disk takes nothing in, and loses nothing: what was acknowledged is there, whole, and can be asked for."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_service.api.app import create_app
from qa_service.service import open_service
from qa_service.settings import Settings
from tests.conftest import Store
from tests.faults.disk import fill_up, small_disk
from vector_store.article import Article, Filters
from vector_store.embedding import Embedder
from vector_store.errors import StorageError

ROOT = Path(__file__).parents[2]
Sent = dict[str, str]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Four megabytes, of which one can be given back."""
    with small_disk(tmp_path / "disk", 4) as mounted:
        (mounted / "ballast").write_bytes(bytes(1_000_000))
        yield mounted


def sent(number: int) -> Sent:
    """Much for the disk and one passage for the model, which cannot read words as long as these."""
    long_words = " ".join(f"{number:03}{word:03}" + "x" * 500 for word in range(100))
    return {"id": f"a{number}", "title": f"Lock {number}", "text": f"Lock zq{number} was repaired in May. {long_words}"}


def article(number: int) -> Article:
    """The same, as it is stored."""
    one = sent(number)
    return Article(id=one["id"], title=one["title"], text=one["text"])


def sent_until_refused(client: TestClient) -> tuple[list[Sent], Sent]:
    """What was acknowledged, and what was not."""
    taken: list[Sent] = []
    while (answer := client.post("/v1/articles", json=sent(len(taken)))).status_code == 200:
        taken.append(sent(len(taken)))
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_refused")
    return taken, sent(len(taken))


def assert_kept(client: TestClient, taken: list[Sent], refused: Sent) -> None:
    """What was acknowledged can be read and found; of what was not there is nothing."""
    assert client.get("/readyz").json()["articles"] == len(taken)
    for one in taken:
        assert client.get(f"/v1/articles/{one['id']}").json()["text"] == one["text"]
    for one in (taken[0], taken[-1]):
        found = client.post("/v1/search", json={"question": f"What of lock {one['text'].split()[1]}?", "top_k": 1})
        assert [passage["article_id"] for passage in found.json()["passages"]] == [one["id"]]
    assert client.get(f"/v1/articles/{refused['id']}").status_code == 404


def answered_until_unkept(client: TestClient) -> str:
    """Ask until what the database's files had left is used up too; the id of the first answer that was not stored."""
    for _ in range(200):
        answer = client.post("/v1/ask", json={"question": "When was lock zq1 repaired?"})
        assert (answer.status_code, answer.json()["short_answer"]) == (200, "May")
        if answer.json()["warnings"]:
            assert "could not be stored" in answer.json()["warnings"][0]
            return str(answer.json()["id"])
    raise AssertionError("every answer was stored")


def test_a_service_on_a_full_disk_keeps_what_it_acknowledged_and_goes_on_when_there_is_room(disk: Path) -> None:
    settings = Settings(data_dir=disk / "data")
    with open_service(settings) as service, TestClient(create_app(service)) as client:
        taken, refused = sent_until_refused(client)
        assert len(taken) > 3
        assert_kept(client, taken, refused)
        fill_up(disk)
        assert client.delete(f"/v1/articles/{taken[0]['id']}").status_code == 507
        unkept = answered_until_unkept(client)
        assert client.get(f"/v1/answers/{unkept}").status_code == 404
        assert_kept(client, taken, refused)
    with open_service(settings) as service, TestClient(create_app(service)) as client:
        assert_kept(client, taken, refused)
        assert client.post("/v1/articles", json=refused).status_code == 507
        (disk / "ballast").unlink()
        assert client.post("/v1/articles", json=refused).status_code == 200
        assert_kept(client, [*taken, refused], sent(len(taken) + 1))


FILL = """
import os, signal, sys
from pathlib import Path
import numpy as np
from tests.faults.test_full_disk import article
from vector_store.article import Passage
from vector_store.catalog import Catalog
from vector_store.changes import Record
from vector_store.database import open_database
from vector_store.errors import StorageError
from vector_store.index import Index
folder = Path(sys.argv[1])
catalog = Catalog(open_database(folder / "catalog.sqlite3"))
index = Index(folder / "index", catalog)
try:
    for number, vector in enumerate(np.eye(1_000, 384, dtype=np.float32)):
        change = catalog.change(article(number))
        catalog.record([Record(change, [Passage(change.article, 0, len(change.article.text))], vector[np.newaxis])])
        index.catch_up()
        print(change.article.id, flush=True)
except StorageError:
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_folder_whose_process_was_killed_on_a_full_disk_is_read_there_and_mended_when_there_is_room(
    disk: Path, embedder: Embedder
) -> None:
    killed = subprocess.run([sys.executable, "-c", FILL, disk], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert killed.returncode == -signal.SIGKILL
    acknowledged = killed.stdout.split()
    assert len(acknowledged) > 3
    fill_up(disk)
    store = Store(disk, embedder)
    kept = {article.id: article.text for article in store.catalog.articles()}
    assert kept == {one.id: one.text for one in map(article, range(len(acknowledged)))}
    keys, vectors = store.catalog.admitted(Filters())
    assert [store.index.search(vector, 1) for vector in vectors] == [[key] for key in keys]
    with pytest.raises(StorageError):
        store.add(article(len(acknowledged)))
    with pytest.raises(StorageError, match="bytes more"):
        store.index.rebuild()
    (disk / "ballast").unlink()
    assert store.add(article(len(acknowledged))) == ["created"]
    store.index.rebuild()
    assert store.index.check()
    assert not store.index.condition.in_memory
    store.close()


def test_a_service_whose_folder_cannot_be_written_says_so(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    with pytest.raises(StorageError, match="make it writable"), open_service(Settings(data_dir=disk)):
        pass
