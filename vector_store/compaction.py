"""Compaction: the files of a data folder without a trace of what was deleted, and no larger than they need be."""

from pathlib import Path
from threading import Lock

from vector_store.catalog import Catalog
from vector_store.errors import ArchiveBusyError
from vector_store.index import Index
from vector_store.ingest import Ingester


class Compactor:
    """Compacts one data folder; one at a time."""

    def __init__(self, folder: Path, catalog: Catalog, index: Index, ingester: Ingester) -> None:
        self._folder = folder
        self._catalog = catalog
        self._index = index
        self._ingester = ingester
        self._turn = Lock()

    def compact(self) -> int:
        """Build the index anew and write the catalog anew; how many bytes the disk has got back.

        Searches go on meanwhile, whatever writes waits. As much space as the folder takes must be free.
        Raises ArchiveBusyError while a compaction is under way, StorageError when the disk refuses.
        """
        if not self._turn.acquire(blocking=False):
            raise ArchiveBusyError("it is being compacted")
        try:
            before = _size(self._folder)
            self._index.rebuild(apart=True)
            with self._ingester.held():
                self._catalog.compact()
            return max(before - _size(self._folder), 0)
        finally:
            self._turn.release()


def _size(folder: Path) -> int:
    """The bytes of the files under a folder, of which some may be going at this moment."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total
