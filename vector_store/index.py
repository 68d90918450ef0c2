"""Chroma over the catalog's vectors: keys and vectors only, thrown away and built again whenever it is not sound.

Each build has a folder of its own, so that a broken one is never written to; the catalog remembers which is in use.
"""

import logging
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
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
from vector_store.flat_index import FlatIndex
from vector_store.passages import Stored, Vectors

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

# Chroma takes at most 5,461 records a call; smaller ones let other threads at the interpreter in between.
_BATCH = 1_000
_BUILD = "index_build"
_OPENING = "index_opening"
# How many stored vectors must find themselves before an index found on disk is trusted.
_PROBES = 8
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
        self.flat = FlatIndex()
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
        if sound:
            self.flat = self._in_memory()
        else:
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
        for passages in self._catalog.batches(_BATCH):
            self._put(passages)
            done += len(passages)
            if progress is not None:
                progress(done, total)
        self.flat = self._in_memory()
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
            here = self._catalog.stored(keys)
            gone = set(keys) - {passage.key for passage in here}
            self._put(here)
            if gone:
                self._collection.delete(ids=[str(key) for key in sorted(gone)])
            self.flat.put(here)
            self.flat.drop(gone)
            self._catalog.index_told(batch[-1][0])

    def _put(self, passages: Sequence[Stored]) -> None:
        if passages:
            ids = [str(passage.key) for passage in passages]
            self._collection.upsert(ids=ids, embeddings=_rows(passages))

    def _in_memory(self) -> FlatIndex:
        flat = FlatIndex(self._catalog.overview().passages)
        for passages in self._catalog.batches(_BATCH):
            flat.put(passages)
        return flat

    def _sound(self) -> bool:
        """Whether it has as many records as the catalog, and a sample of them can be found."""
        total = self._catalog.overview().passages
        if self._collection.count() != total:
            return False
        some = next(self._catalog.batches(_BATCH), [])
        return all(self._finds(some[at].vector) for at in _spread(len(some)))

    def _finds(self, vector: NDArray[np.float32]) -> bool:
        # Copies of one text have one vector: any passage as near as this one will do.
        nearest = self.search(vector, 1)
        return any(float(found @ vector) > 0.999 for found in self._catalog.vectors(nearest).values())

    def _drop_other_builds(self, build: int) -> None:
        for path in self._folder.glob("*"):
            if path.name != str(build):
                shutil.rmtree(path, ignore_errors=True)


def _rows(passages: Sequence[Stored]) -> Vectors:
    return np.stack([passage.vector for passage in passages])


def _spread(count: int) -> Iterable[int]:
    return np.unique(np.linspace(0, count - 1, min(count, _PROBES)).astype(int)).tolist() if count else []
