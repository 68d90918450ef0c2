"""Chroma over the catalog's vectors: keys and vectors only, thrown away and built again whenever it is not sound.

Each build has a folder of its own, so that a broken one is never written to; the catalog remembers which is in use.
"""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from vector_store.catalog import Catalog
from vector_store.errors import StorageError
from vector_store.passages import Vectors

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

# Chroma takes at most 5,461 records a call; smaller ones let other threads at the interpreter in between.
_BATCH = 1_000
_BUILD = "index_build"
_OPENING = "index_opening"
# How many stored vectors must find themselves before an index found on disk is trusted.
_PROBES = 8
_NONE: Vectors = np.empty((0, 0), dtype=np.float32)
# After a failure, opening the same folder again in one process makes Chroma stumble over its own remains.
_TROUBLE = (ChromaError, OSError, AttributeError)

log = logging.getLogger(__name__)


class Index:
    """The nearest passages by vector."""

    def __init__(self, folder: Path, catalog: Catalog, progress: Progress | None = None) -> None:
        """Open the index under `folder`; build it from the catalog when it is missing, behind or damaged."""
        self._folder = folder
        self._catalog = catalog
        self._client: Client | None = None
        # On some broken files Chroma crashes the whole process: it does so once, for then this is still set.
        sound = catalog.fact(_OPENING) != "yes"
        if sound:
            catalog.remember(_OPENING, "yes")
            try:
                self._open()
                self._apply_changes()
                sound = self._sound()
            except (*_TROUBLE, ValueError) as error:
                log.warning("the index cannot be read: %s", error)
                sound = False
        if not sound:
            self.rebuild(progress)
        catalog.remember(_OPENING, "no")

    def search(self, vector: NDArray[np.float32], k: int) -> list[int]:
        """The keys of the `k` nearest passages, nearest first."""
        found = self._collection.query(query_embeddings=vector[np.newaxis], n_results=k, include=[])
        return [int(key) for key in found["ids"][0]]

    def catch_up(self) -> None:
        """Tell Chroma of every passage that came or went since it was last told. May be repeated at any point.

        Raises StorageError; what could not be told stays on the list.
        """
        with self._in_words():
            self._apply_changes()

    def rebuild(self, progress: Progress | None = None) -> None:
        """Build a new index from the catalog's vectors, then put it in the old one's place. Raises StorageError."""
        with self._in_words():
            self._rebuild(progress)

    def close(self) -> None:
        """Let Chroma write what it holds and release the folder."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _rebuild(self, progress: Progress | None) -> None:
        total = self._catalog.overview().passages
        build = int(self._catalog.fact(_BUILD) or 0) + 1
        log.info("building the index of %d passages", total)
        changes = self._catalog.index_changes()
        self.close()
        self._connect(build)
        done = 0
        for keys, vectors in self._catalog.batches(_BATCH):
            self._put(keys, vectors)
            done += len(keys)
            if progress is not None:
                progress(done, total)
        self._catalog.remember(_BUILD, str(build))
        if changes:
            self._catalog.index_told(changes[-1][0])
        self._drop_other_builds(build)

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except _TROUBLE as error:
            raise StorageError(self._folder, str(error)) from error

    def _open(self) -> None:
        build = int(self._catalog.fact(_BUILD) or 0)
        self._drop_other_builds(build)
        self._connect(build)

    def _connect(self, build: int) -> None:
        path = self._folder / str(build)
        path.mkdir(parents=True, exist_ok=True)
        client = chromadb.PersistentClient(path=str(path), settings=ChromaSettings(anonymized_telemetry=False))
        assert isinstance(client, Client)
        self._client = client
        # With an embedding function of its own, Chroma would fetch a model.
        self._collection = client.get_or_create_collection(
            "passages",
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": 200, "ef_construction": 200}},
        )

    def _apply_changes(self) -> None:
        changes = self._catalog.index_changes()
        for start in range(0, len(changes), _BATCH):
            batch = changes[start : start + _BATCH]
            keys = list(dict.fromkeys(key for _, key in batch))  # Chroma refuses a key that is named twice
            vectors = self._catalog.vectors(keys)
            here = list(vectors)
            self._put(here, np.stack([vectors[key] for key in here]) if here else _NONE)
            gone = [str(key) for key in keys if key not in vectors]
            if gone:
                self._collection.delete(ids=gone)
            self._catalog.index_told(batch[-1][0])

    def _put(self, keys: list[int], vectors: Vectors) -> None:
        if keys:
            self._collection.upsert(ids=[str(key) for key in keys], embeddings=vectors)

    def _sound(self) -> bool:
        """Whether it has as many records as the catalog, and a sample of them can be found."""
        total = self._catalog.overview().passages
        if self._collection.count() != total:
            return False
        keys, vectors = next(self._catalog.batches(_BATCH), ([], _NONE))
        return all(self._finds(keys[at], vectors[at]) for at in _spread(len(keys)))

    def _finds(self, key: int, vector: NDArray[np.float32]) -> bool:
        # Copies of one text have one vector: any passage as near as this one will do.
        nearest = self.search(vector, 1)
        return any(float(found @ vector) > 0.999 for found in self._catalog.vectors(nearest).values())

    def _drop_other_builds(self, build: int) -> None:
        for path in self._folder.glob("*"):
            if path.name != str(build):
                shutil.rmtree(path, ignore_errors=True)


def _spread(count: int) -> Iterable[int]:
    return np.unique(np.linspace(0, count - 1, min(count, _PROBES)).astype(int)).tolist() if count else []
