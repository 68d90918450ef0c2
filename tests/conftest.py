"""Real parts for every test: one embedding model, services on fresh folders, a served one with the samples."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import hypothesis
import pytest
import uvicorn
from fastapi.testclient import TestClient

from qa_service.api.app import create_app
from qa_service.service import Service, open_service
from qa_service.settings import Settings
from vector_store.article import Article
from vector_store.catalog import Catalog
from vector_store.database import open_database
from vector_store.embedding import Embedder, load_embedder
from vector_store.index import Index
from vector_store.ingest import Ingester
from vector_store.retriever import Retriever

# How long a machine takes is for the benchmarks to say.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

Open = Callable[[Path], AbstractContextManager[Service]]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the machine's environment nor a .env file decides what a test sees."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"QA_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The bundled model, loaded once."""
    return load_embedder()


class Store:
    """The rooms of vector_store on one folder."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.folder = folder
        self.engine = open_database(folder / "catalog.sqlite3")
        self.catalog = Catalog(self.engine)
        self.index = Index(folder / "index", self.catalog)
        self.ingester = Ingester(self.catalog, self.index, embedder)
        self.retriever = Retriever(self.catalog, self.index, embedder)

    def add(self, *articles: Article) -> list[str]:
        """Take articles in; the status of each."""
        return [result.status for result in self.ingester.add(articles)]

    def close(self) -> None:
        """Release the folder."""
        self.index.close()
        self.engine.dispose()


@pytest.fixture
def store(tmp_path: Path, embedder: Embedder) -> Iterator[Store]:
    """An empty store."""
    opened = Store(tmp_path, embedder)
    yield opened
    opened.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service on an empty folder."""
    with open_service(Settings(data_dir=tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    """Its HTTP interface."""
    with TestClient(create_app(service), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def sample_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the sample articles, for tests that add or delete nothing of them."""
    with open_service(Settings(data_dir=tmp_path_factory.mktemp("samples"))) as opened:
        list(opened.load_samples())
        yield opened


@pytest.fixture(scope="session")
def samples(sample_service: Service) -> Iterator[TestClient]:
    """The HTTP interface of the sample articles."""
    with TestClient(create_app(sample_service), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture(scope="session")
def served(sample_service: Service) -> Iterator[str]:
    """The address of a real server with the sample articles."""
    server = uvicorn.Server(uvicorn.Config(create_app(sample_service), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive(), "the server did not start"
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
