"""The nearest passages: Chroma's graph, kept in step with the catalog, and the exact search in memory behind it.

The catalog is the truth. Chroma is told of every change through the catalog's list, compared with it, and built anew
beside itself whenever it is not sound; while it is not there, memory answers. docs/durability.md has the protocol.
"""

import errno
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock

import numpy as np
from numpy.typing import NDArray

from vector_store import builds
from vector_store.agreement import require_agreement, same_keys
from vector_store.article import Filters
from vector_store.builds import BATCH, TROUBLE, Build, InUse
from vector_store.builds import Progress as Progress
from vector_store.catalog import Catalog
from vector_store.errors import StorageError
from vector_store.flat_index import FlatIndex

# The catalog's facts of the index: the folder in use, how many dead records its graph has, and how many processes have
# opened it since it was last closed, or found sound.
_BUILD = "index_build"
_DEAD = "index_dead"
_DEATHS = "index_deaths"
# On some broken files Chroma crashes the whole process: while they are opened, or at some later search. The first
# costs them our trust at once, the second when it has happened more often than this.
_OPENING = "opening"
_MOST_DEATHS = 2
# So many passages take some seconds; with more, a service starts first.
_AT_ONCE = 5_000
# A smaller graph is searched as quickly with its dead records as without.
_FEW_DEAD = 1_000
# What a record costs on disk besides its vector.
_RECORD_BYTES = 1_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Condition:
    """How the index is."""

    in_memory: bool
    """Chroma has failed: memory answers until it is built anew."""
    dead: int
    """About how many records its graph keeps of passages that are gone."""
    checked: datetime | None
    """When it was last found to agree with the catalog."""


class Index:
    """The nearest passages by vector. Its methods may be called from any thread."""

    def __init__(self, folder: Path, catalog: Catalog, progress: Progress | None = None) -> None:
        """Open the index under `folder`; build it from the catalog when it is missing, damaged or not the catalog's.

        Memory answers where the disk refuses that, and where a large one is lost: then `attention` is set.
        """
        self._folder = folder
        self._catalog = catalog
        self._in_use = InUse()
        self._telling = Lock()
        """Held by whoever tells the copies of changes, or compares them with the catalog."""
        self._told = 0
        self._dead = int(catalog.fact(_DEAD) or 0)
        self._checked: datetime | None = None
        self._building = Lock()
        self._list_is_kept = False
        self.attention = Event()
        """Set when the index wants to be checked soon: it has failed, or most of it is dead."""
        self.flat = self._in_memory()
        try:
            self._start(progress)
        except StorageError as error:
            self._without_chroma(error)

    @property
    def condition(self) -> Condition:
        """How it is now."""
        return Condition(not self._in_use, self._dead, self._checked)

    @property
    def mostly_dead(self) -> bool:
        """Whether more than half of what the graph holds is gone."""
        return self._dead > max(len(self.flat), _FEW_DEAD)

    def search(self, vector: NDArray[np.float32], k: int) -> list[int]:
        """The keys of the `k` nearest passages, nearest first."""
        with self._in_use.entered() as build:
            if build is not None:
                try:
                    found = build.nearest(vector, k)
                    if len(found) >= min(k, len(self.flat)):
                        return found
                except TROUBLE as error:
                    self._give_up(build, error)
        return list(self.flat.nearest(vector, Filters(), k))

    def catch_up(self) -> None:
        """Tell memory and Chroma of every passage that came or went since they were last told.

        May be repeated at any point. What Chroma refuses stays on the list, and memory answers meanwhile.
        """
        with self._telling:
            self._tell()

    def check(self) -> bool:
        """Catch up; whether index and catalog then have the same keys, and a sample of the passages is found."""
        sound = self._agrees()
        if sound:
            self._remember(_DEATHS, "1")
        return sound

    def rebuild(self, progress: Progress | None = None, *, apart: bool = False) -> None:
        """Make a new build beside the present one, which is searched until the new one takes its place.

        `apart`: in another process, so that this one's answers stay quick. What `progress` raises ends the work and
        leaves everything as it was. Raises StorageError.
        """
        with self._building, self._in_words(), self._list_kept():
            path = builds.next_to(self._folder / (self._catalog.fact(_BUILD) or "0"))
            log.info("building the index of %d passages", len(self.flat))
            listed = self._catalog.index_changes()
            try:
                self._require_room()
                if apart:
                    builds.fill_apart(path, self._catalog, progress)
                with builds.closed_on_failure(Build(path)) as build:
                    if not apart:
                        builds.fill(build, self._catalog, progress)
                    self._put_in_place(build, listed[-1][0] if listed else 0)
            except BaseException:
                builds.remove(path)
                raise

    def close(self) -> None:
        """Let Chroma write what it holds and release the folder; searches go on in memory."""
        self._in_use.close()
        self._remember(_DEATHS, "0")

    def _start(self, progress: Progress | None) -> None:
        build = self._catalog.fact(_BUILD)
        path = self._folder / (build or "0")
        builds.remove_all_but(path)
        deaths = self._deaths()
        if deaths is None:
            log.warning("the index may be damaged: its process died of it, or while it was written")
            builds.remove(path)
        self._catalog.remember(_DEATHS, _OPENING)
        if not self._opens(path):
            if build is not None and len(self.flat) > _AT_ONCE:
                self._without_chroma("its building is left to the service")
            else:
                self.rebuild(progress)
        self._remember(_DEATHS, str((deaths or 0) + 1))

    def _deaths(self) -> int | None:
        """How often a process died with the index in use; None when its files are not to be opened any longer."""
        deaths = self._catalog.fact(_DEATHS) or "0"
        if deaths == _OPENING or int(deaths) > _MOST_DEATHS:
            return None
        # Chroma writes its graph over the old one. What is on the list was being told, perhaps, when the process died.
        return None if int(deaths) and self._catalog.index_changes() else int(deaths)

    def _opens(self, path: Path) -> bool:
        """Whether there is a sound build at this path; it is in use then."""
        if not path.is_dir():
            return False
        try:
            self._in_use.replace(Build(path))
        except TROUBLE as error:
            log.warning("the index cannot be opened: %s", error)
            builds.remove(path)
            return False
        return self._agrees()

    def _tell(self) -> None:
        changes = self._catalog.index_changes(self._told)
        for start in range(0, len(changes), BATCH):
            batch = changes[start : start + BATCH]
            here, gone = builds.changed(self._catalog, batch)
            self.flat.put(here)
            self.flat.drop(gone)
            with self._in_use.entered() as build:
                if build is not None:
                    try:
                        build.put(here)
                        build.drop(gone)
                        self._dead += len(gone)
                    except TROUBLE as error:
                        self._give_up(build, error)
            self._told = batch[-1][0]
            self._shorten_list()
        if self.mostly_dead:
            self.attention.set()

    def _shorten_list(self) -> None:
        """What every copy knows is taken off the list, unless a build is being made, or has to be."""
        if self._in_use and not self._list_is_kept:
            # A disk that refuses this makes the list longer and nothing wrong: the change itself is durable.
            with _logged():
                self._catalog.index_told(self._told, **{_DEAD: str(self._dead)})

    def _agrees(self) -> bool:
        with self._telling:
            self._tell()
            if not same_keys(self.flat.admitted(Filters()), self._catalog, self._told):
                log.error("memory did not have the catalog's passages; it is loaded anew")
                self.flat = self._in_memory()
            with self._in_use.entered() as build:
                if build is None:
                    return False
                try:
                    require_agreement(build, self._catalog, self._told)
                except TROUBLE as error:
                    self._give_up(build, error)
                    return False
            self._checked = datetime.now(UTC)
        return True

    def _put_in_place(self, build: Build, told: int) -> None:
        """Bring a filled build up to date while others write, then, while they wait, make it the one that is used.

        `told` is the change up to which it certainly knows all.
        """
        told = builds.follow(build, self._catalog, told)
        require_agreement(build, self._catalog, told)
        with self._telling:
            told = builds.follow(build, self._catalog, told)
            builds.follow(self.flat, self._catalog, self._told)
            self._catalog.index_told(told, **{_BUILD: build.path.name, _DEAD: "0"})
            self._told, self._dead, self._checked = told, 0, datetime.now(UTC)
            self._in_use.replace(build)

    def _give_up(self, build: Build, error: Exception) -> None:
        if self._in_use.fail(build):
            self._without_chroma(error)

    def _without_chroma(self, reason: object) -> None:
        log.warning("memory answers until the index is built anew: %s", reason)
        self.attention.set()

    def _in_memory(self) -> FlatIndex:
        flat = FlatIndex(self._catalog.overview().passages)
        for passages in self._catalog.batches(BATCH):
            flat.put(passages)
        return flat

    def _require_room(self) -> None:
        some = next(self._catalog.batches(1), [])
        needed = len(self.flat) * (_RECORD_BYTES + sum(passage.vector.nbytes for passage in some))
        if shutil.disk_usage(self._catalog.path.parent).free < needed:
            raise OSError(errno.ENOSPC, f"{os.strerror(errno.ENOSPC)}; the index needs {needed:,} bytes more")

    def _remember(self, name: str, value: str) -> None:
        with _logged():
            self._catalog.remember(name, value)

    @contextmanager
    def _list_kept(self) -> Iterator[None]:
        """Meanwhile changes stay on the list although the copies know them."""
        with self._telling:
            self._list_is_kept = True
        try:
            yield
        finally:
            with self._telling:
                self._list_is_kept = False
                self._shorten_list()

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except TROUBLE as error:
            raise StorageError(self._folder, str(error)) from error


@contextmanager
def _logged() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        log.warning("%s", error)
