"""A disk that is full refuses an article in words, keeps all that was acknowledged, and takes more once it has room."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_service.api.app import create_app
from qa_service.service import open_service
from qa_service.settings import Settings
from vector_store.article import Filters

MEGABYTES = 24
BALLAST = 12_000_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, half of it taken by a file that can be deleted."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only root on Linux may make a small disk")
    try:
        (disk / "ballast").write_bytes(b"\0" * BALLAST)
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def article(number: int) -> dict[str, str]:
    """Long, of few words: its text fills the disk, and nothing of it takes time."""
    word = f"zq{number}"
    return {"id": f"a{number}", "title": f"News of {word}", "text": f"The ferry {word} left." + " " * 250_000 + "So."}


def fill(client: TestClient) -> tuple[list[str], int]:
    """The articles that were acknowledged, and the number of the one that was refused."""
    acknowledged: list[str] = []
    for number in range(200):
        response = client.post("/v1/articles", json=article(number))
        if response.status_code != 200:
            assert response.status_code == 507
            assert response.json()["code"] == "storage_refused"
            assert "Free some space" in response.json()["detail"]
            return acknowledged, number
        acknowledged.append(f"a{number}")
    raise AssertionError("the disk was never full")


def assert_whole(client: TestClient, acknowledged: list[str]) -> None:
    """Each is listed, found, and has its whole text; there is nothing else."""
    listed = [one["id"] for one in client.get("/v1/articles").json()["articles"]]
    assert sorted(listed) == sorted(acknowledged)
    for id in acknowledged:
        assert client.get(f"/v1/articles/{id}").json()["text"] == article(int(id[1:]))["text"]
        found = client.post("/v1/search", json={"question": f"zq{id[1:]}"}).json()
        assert found["passages"][0]["article_id"] == id


def test_a_full_disk_loses_nothing_and_room_is_enough_to_go_on(small_disk: Path) -> None:
    settings = Settings(data_dir=small_disk / "data")
    with open_service(settings) as service, TestClient(create_app(service)) as client:
        acknowledged, refused = fill(client)
        assert len(acknowledged) >= 3
        assert_whole(client, acknowledged)
    with open_service(settings) as service, TestClient(create_app(service)) as client:
        assert_whole(client, acknowledged)
        (small_disk / "ballast").unlink()
        assert client.post("/v1/articles", json=article(refused)).json()["results"][0]["status"] == "created"
        assert_whole(client, [*acknowledged, f"a{refused}"])
        keys, vectors = service.catalog.admitted(Filters())
        assert sorted(service.index.search(vectors[0], len(keys) + 10)) == keys
