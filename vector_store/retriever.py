"""Hybrid search: vectors and words bring candidates, and what is in them decides."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from vector_store.article import Filters, Hit, Passage
from vector_store.catalog import Catalog
from vector_store.embedding import Embedder
from vector_store.index import Index
from vector_store.relevance import Sought, sought, spread

# How many candidates each side may bring.
_POOL = 30
# How many passages of one article come before those of others; two were too few where one article has it all.
_SHARE = 3


@dataclass(frozen=True, slots=True)
class Candidates:
    """What may answer, before it is weighed."""

    cosines: Mapping[int, float]
    """Of each passage, by its key."""
    rarity: Mapping[str, float]
    """Of each stem of the question."""


class Retriever:
    """Question and filters → ranked passages. Filters are exact: what they do not admit is never a candidate."""

    def __init__(self, catalog: Catalog, index: Index, embedder: Embedder) -> None:
        self._catalog = catalog
        self._index = index
        self._embedder = embedder

    def search(self, question: str, filters: Filters = Filters(), k: int = 8) -> list[Hit]:
        """The `k` best passages, best first; fewer when there are fewer. Scores lie between 0 and 1."""
        found = self.candidates(question, filters, max(k, _POOL))
        passages = self._catalog.passages(list(found.cosines))
        return _ranked(sought(question, found.rarity), found.cosines, passages)[:k]

    def candidates(self, question: str, filters: Filters, pool: int) -> Candidates:
        """`pool` passages by their vectors, and as many by their words."""
        flat = self._index.flat
        vector = self._embedder.encode_recurring([question])[0]
        if filters.empty:
            admitted, near = None, self._index.search(vector, pool)
        else:
            admitted, near = flat.admitted(filters), list(flat.nearest(vector, filters, pool))
        worded, rarity = self._catalog.worded(question, admitted, pool)
        return Candidates(flat.cosines(vector, [*near, *worded]), rarity)


def _ranked(asked: Sought, cosines: Mapping[int, float], passages: Mapping[int, Passage]) -> list[Hit]:
    meanings = spread(cosines)
    hits = [
        Hit(passage, asked.signs(meanings[key], passage.article.title, passage.text).score)
        for key, passage in passages.items()
    ]
    return sorted(_shared_out(sorted(hits, key=_place)), key=_place)


def _shared_out(hits: Iterable[Hit]) -> Iterator[Hit]:
    """An article, its copies included, that has its share of the list waits: its further passages count half."""
    before: Counter[str] = Counter()
    for hit in hits:
        origin = hit.passage.article.origin
        yield hit if before[origin] < _SHARE else replace(hit, score=hit.score / 2)
        before[origin] += 1


def _place(hit: Hit) -> tuple[float, str, int]:
    return -hit.score, hit.passage.article.id, hit.passage.start
