"""Every stored vector in memory, with what filters ask about it: the nearest among what they admit, exactly.

A copy of the catalog, filled at start and kept through the same list of changes as Chroma. A passage never changes its
article, publisher or date (a corrected article has new passages), so that a row is right for as long as it is there.
It costs four bytes a dimension: 150 MB for 100,000 passages of 384.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from vector_store.article import Filters
from vector_store.passages import Stored

Rows = NDArray[np.bool_]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNDATED = np.iinfo(np.int64).min
# Up to this share of the rows it is quicker to gather them than to multiply all.
_FEW = 0.25


class FlatIndex:
    """Keys, vectors, articles, publishers and dates of the passages, in rows. May be used from any thread."""

    def __init__(self, expected: int = 0) -> None:
        """Room for `expected` passages is made at once; more may come."""
        self._expected = expected
        self._turn = Lock()
        self._clear()

    def __len__(self) -> int:
        return len(self._row_of)

    def put(self, passages: Sequence[Stored]) -> None:
        """Add passages; those that are there already stay as they are.

        Vectors of another length are another model's: they take the place of all others.
        """
        with self._turn:
            if passages and self._row_of and len(passages[0].vector) != self._vectors.shape[1]:
                self._clear()
            new = [passage for passage in passages if passage.key not in self._row_of]
            if not new:
                return
            self._make_room(len(new), len(new[0].vector))
            for passage in new:
                self._put(passage)

    def drop(self, keys: Iterable[int]) -> None:
        """Forget passages; unknown keys do no harm."""
        with self._turn:
            for key in keys:
                row = self._row_of.pop(key, None)
                if row is not None:
                    self._keys[row] = 0
                    self._free.append(row)

    def admitted(self, filters: Filters) -> NDArray[np.int64]:
        """The keys of what the filters admit, in ascending order."""
        with self._turn:
            return np.sort(self._keys[: self._size][self._admitted(filters)])

    def cosines(self, vector: NDArray[np.float32], keys: Iterable[int]) -> dict[int, float]:
        """How near each of the passages is to the vector; keys that are unknown are left out."""
        with self._turn:
            rows = {key: self._row_of[key] for key in keys if key in self._row_of}
            found: list[float] = (self._vectors[list(rows.values())] @ vector).tolist() if rows else []
        return dict(zip(rows, found, strict=True))

    def nearest(self, vector: NDArray[np.float32], filters: Filters, k: int) -> dict[int, float]:
        """The `k` admitted passages nearest to the vector with their cosines, nearest first; like ones by key."""
        with self._turn:
            rows = np.flatnonzero(self._admitted(filters))
            if not rows.size or k < 1:
                return {}
            if rows.size <= _FEW * self._size:
                cosines = self._vectors[rows] @ vector
            else:
                cosines = (self._vectors[: self._size] @ vector)[rows]
            keys = self._keys[rows]
        if rows.size > k:
            least = np.partition(cosines, rows.size - k)[rows.size - k]
            best = np.flatnonzero(cosines >= least)
            cosines, keys = cosines[best], keys[best]
        order = np.lexsort((keys, -cosines))[:k]
        return dict(zip(keys[order].tolist(), cosines[order].tolist(), strict=True))

    def _clear(self) -> None:
        self._row_of: dict[int, int] = {}
        self._free: list[int] = []
        self._articles: dict[str, int] = {}
        self._sources: dict[str, int] = {}
        self._size = 0
        self._vectors = np.empty((0, 0), np.float32)
        self._keys = np.empty(0, np.int64)
        self._article = np.empty(0, np.int32)
        self._source = np.empty(0, np.int32)
        self._published = np.empty(0, np.int64)

    def _admitted(self, filters: Filters) -> Rows:
        """`Filters.admit` of every row."""
        at = slice(self._size)
        kept: Rows = self._keys[at] > 0
        if filters.article_ids:
            kept &= np.isin(self._article[at], _known(filters.article_ids, self._articles))
        if filters.sources:
            folded = [source.casefold() for source in filters.sources]
            kept &= np.isin(self._source[at], _known(folded, self._sources))
        if filters.published_from is not None or filters.published_to is not None:
            kept &= self._in_period(filters)
        return kept

    def _in_period(self, filters: Filters) -> Rows:
        published = self._published[: self._size]
        undated: Rows = published == _UNDATED
        within = ~undated
        if filters.published_from is not None:
            within &= published >= _microseconds(filters.published_from)
        if filters.published_to is not None:
            within &= published <= _microseconds(filters.published_to)
        return within | undated if filters.undated else within

    def _put(self, passage: Stored) -> None:
        if self._free:
            row = self._free.pop()
        else:
            row = self._size
            self._size += 1
        self._vectors[row] = passage.vector
        self._article[row] = _code(passage.article_id, self._articles)
        self._source[row] = _code(passage.source, self._sources)
        self._published[row] = _UNDATED if passage.published is None else _microseconds(passage.published)
        self._keys[row] = passage.key
        self._row_of[passage.key] = row

    def _make_room(self, more: int, dimension: int) -> None:
        """Half as much again whenever it is full: memory that is not written to yet costs nothing."""
        needed = self._size + more
        if needed <= len(self._keys):
            return
        room = max(needed, self._expected, self._size * 3 // 2, 1_024)
        vectors = np.empty((room, dimension), np.float32)
        vectors[: self._size] = self._vectors[: self._size].reshape(-1, dimension)
        self._vectors = vectors
        self._keys, self._article, self._source, self._published = (
            np.concatenate([column[: self._size], np.zeros(room - self._size, column.dtype)])
            for column in (self._keys, self._article, self._source, self._published)
        )


def _code(name: str | None, codes: dict[str, int]) -> int:
    return -1 if name is None else codes.setdefault(name, len(codes))


def _known(names: Iterable[str], codes: dict[str, int]) -> list[int]:
    return [codes[name] for name in names if name in codes]


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
