"""Builds of the index: Chroma collections, each in a folder of its own. One that fails is not mended but replaced.

Chroma's writes hold Python's interpreter, so that a service fills a new build in a process of its own
(`python -m vector_store.builds`).
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, Thread
from typing import Protocol

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from vector_store.catalog import Catalog
from vector_store.database import open_database
from vector_store.errors import NewsError
from vector_store.passages import Stored

Progress = Callable[[int, int], None]
"""Called with (done, total)."""

Keys = NDArray[np.int64]
"""Keys of passages, ascending."""

BATCH = 1_000
"""How many passages are written in one go; Chroma takes at most 5,461."""

# What Chroma raises when its files or the disk fail it, besides its own errors: ValueError for what it cannot parse,
# AttributeError where an earlier failure in the same process has left it half closed.
TROUBLE = (ChromaError, OSError, ValueError, RuntimeError, AttributeError)


class Build:
    """One collection of keys and vectors. Every method may raise one of TROUBLE."""

    def __init__(self, path: Path) -> None:
        """Open the build in this folder, which is made when absent."""
        path.mkdir(parents=True, exist_ok=True)
        client = chromadb.PersistentClient(path=str(path), settings=Settings(anonymized_telemetry=False))
        assert isinstance(client, Client)
        self.path = path
        self._client = client
        # With an embedding function of its own, Chroma would fetch a model.
        self._collection = client.get_or_create_collection(
            "passages",
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": 200, "ef_construction": 200}},
        )

    def put(self, passages: Sequence[Stored]) -> None:
        """Add passages; those that are there already stay as they are."""
        if passages:
            ids = [str(passage.key) for passage in passages]
            # A key never stands for another vector. `upsert` would put those that are there into the graph again.
            self._collection.add(ids=ids, embeddings=np.stack([passage.vector for passage in passages]))

    def drop(self, keys: Iterable[int]) -> None:
        """Forget passages; unknown keys do no harm. The graph keeps a dead record of each for as long as it lives."""
        ids = [str(key) for key in sorted(keys)]
        if ids:
            self._collection.delete(ids=ids)

    def nearest(self, vector: NDArray[np.float32], k: int) -> list[int]:
        """The keys of the `k` nearest passages, nearest first."""
        found = self._collection.query(query_embeddings=vector[np.newaxis], n_results=k, include=[])
        return [int(key) for key in found["ids"][0]]

    def keys(self) -> Keys:
        """All that it holds."""
        return np.sort(np.array(self._collection.get(include=[])["ids"], dtype=np.int64))

    def close(self) -> None:
        """Let Chroma write what it holds and release the folder."""
        with suppress(*TROUBLE):
            self._client.close()

    def discard(self) -> None:
        """Close it and remove its folder."""
        self.close()
        remove(self.path)


@contextmanager
def closed_on_failure(build: Build) -> Iterator[Build]:
    """The build, which is closed when what is done with it fails."""
    try:
        yield build
    except BaseException:
        build.close()
        raise


class InUse:
    """The build that is searched. Another may take its place at any time; it goes when its last user has left it."""

    def __init__(self) -> None:
        self._turn = Lock()
        self._build: Build | None = None
        self._users: Counter[Build] = Counter()
        self._leaving: dict[Build, Callable[[Build], None]] = {}

    def __bool__(self) -> bool:
        return self._build is not None

    @contextmanager
    def entered(self) -> Iterator[Build | None]:
        """The present build, which stays open for as long as one is inside; None when there is none."""
        with self._turn:
            build = self._build
            if build is not None:
                self._users[build] += 1
        try:
            yield build
        finally:
            if build is not None:
                self._left(build)

    def replace(self, build: Build | None) -> None:
        """Give this one to all who enter from now on, and throw the one before away."""
        with self._turn:
            before, self._build = self._build, build
        self._end(before, Build.discard)

    def fail(self, build: Build) -> bool:
        """Throw this one away, if it is still the present one; whether it was."""
        with self._turn:
            present = self._build is build
            if present:
                self._build = None
        if present:
            self._end(build, Build.discard)
        return present

    def close(self) -> None:
        """Close the present one and leave its folder as it is."""
        with self._turn:
            before, self._build = self._build, None
        self._end(before, Build.close)

    def _end(self, build: Build | None, how: Callable[[Build], None]) -> None:
        """At once, or when its last user leaves it."""
        if build is None:
            return
        with self._turn:
            used = build in self._users
            if used:
                self._leaving[build] = how
        if not used:
            how(build)

    def _left(self, build: Build) -> None:
        with self._turn:
            self._users[build] -= 1
            if self._users[build]:
                return
            del self._users[build]
            how = self._leaving.pop(build, None)
        if how is not None:
            how(build)


class Copy(Protocol):
    """Something that holds what the catalog holds."""

    def put(self, passages: Sequence[Stored]) -> None:
        """Add passages; those that are there already stay."""

    def drop(self, keys: Iterable[int]) -> None:
        """Forget passages; unknown keys do no harm."""


def changed(catalog: Catalog, changes: Iterable[tuple[int, int]]) -> tuple[list[Stored], set[int]]:
    """What these changes mean by now: the passages to put, and the keys to drop."""
    keys = {key for _, key in changes}
    here = catalog.stored(keys)
    return here, keys - {passage.key for passage in here}


def follow(copy: Copy, catalog: Catalog, after: int) -> int:
    """Tell the copy of every listed change after this number; the number of the last."""
    changes = catalog.index_changes(after)
    for start in range(0, len(changes), BATCH):
        here, gone = changed(catalog, changes[start : start + BATCH])
        copy.put(here)
        copy.drop(gone)
    return changes[-1][0] if changes else after


def fill(build: Build, catalog: Catalog, progress: Progress | None) -> None:
    """Put every passage of the catalog in."""
    total, done = catalog.overview().passages, 0
    for passages in catalog.batches(BATCH):
        build.put(passages)
        done += len(passages)
        if progress is not None:
            progress(done, total)


def fill_apart(path: Path, catalog: Catalog, progress: Progress | None) -> None:
    """Make a build of the whole catalog in this folder, in a process of its own. Raises OSError with its reason."""
    command = [sys.executable, "-m", "vector_store.builds", str(catalog.path), str(path)]
    problem = "it ended without a word"
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            told = json.loads(line)
            problem = told.get("problem", problem)
            if progress is not None and "done" in told:
                progress(told["done"], told["total"])
    if process.returncode:
        raise OSError(f"the process that builds the index: {problem}")


def remove(path: Path) -> None:
    """Remove a folder, or the file in its place, as far as the disk lets go of it."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def next_to(path: Path) -> Path:
    """A place for another build, whose number none has had yet."""
    used = [int(other.name) for other in path.parent.glob("*") if other.name.isdecimal()]
    return path.with_name(str(max([int(path.name), *used]) + 1))


def remove_all_but(path: Path) -> None:
    """Remove the builds that were replaced or never finished."""
    for other in path.parent.glob("*"):
        if other != path:
            remove(other)


def main(database: Path, path: Path) -> int:
    """Fill the folder for the process that has started this one, and end when that one ends."""
    Thread(target=_end_with_the_other, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(5)
    engine = open_database(database)
    try:
        build = Build(path)
        fill(build, Catalog(engine), lambda done, total: _tell(done=done, total=total))
        build.close()
    except (*TROUBLE, NewsError) as error:
        with suppress(OSError):  # nobody may be listening any longer
            _tell(problem=str(error))
        return 1
    finally:
        engine.dispose()
    return 0


def _tell(**told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _end_with_the_other() -> None:
    os.read(0, 1)  # nothing is ever written: this returns when the pipe is closed
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
