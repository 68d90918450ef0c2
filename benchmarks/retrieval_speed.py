"""How long a search takes in a made-up archive, by filter and by part, and what one article more or less costs."""

import resource
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import ParamSpec

import numpy as np

from benchmarks.archive import FIRST_DAY, SOURCES, Aimed, Archive, Asked
from vector_store.article import Filters
from vector_store.catalog import Catalog
from vector_store.database import open_database
from vector_store.embedding import Embedder
from vector_store.index import Index
from vector_store.passages import Vectors
from vector_store.retriever import Retriever

P = ParamSpec("P")

EACH = 150
"""How many questions each line of the table asks; none is asked twice, so that each is embedded."""
_CHANGES = 60
_HALF = FIRST_DAY.replace(year=FIRST_DAY.year + 2), FIRST_DAY.replace(year=FIRST_DAY.year + 4, month=6)


def measure(folder: Path, passages: int) -> None:
    """Fill the folder if it is empty; print tables."""
    archive = Archive(passages)
    catalog = Catalog(open_database(folder / "catalog.sqlite3"))
    if not catalog.overview().passages:
        with said("filling the catalog"):
            archive.record(catalog, range(archive.articles))
    before = _megabytes()
    with said("opening or building the index"):
        index = Index(folder / "index", catalog)
    print(f"{_megabytes() - before:,.0f} MB more at most, {_megabytes():,.0f} MB in all")
    scopes = _scopes(archive)
    questions = archive.questions(EACH * (len(scopes) + 2))
    embedder = Embedder(Aimed(questions), "aimed")
    retriever = Retriever(catalog, index, embedder)
    for question in questions[-EACH:]:
        retriever.search(question.text)
    print(f"\n{catalog.overview().passages:,} passages\n\n| milliseconds | p50 | p95 |\n| --- | --- | --- |")
    for place, (name, filters) in enumerate(scopes.items()):
        asked = questions[place * EACH : (place + 1) * EACH]
        line(f"search, {name}", [timed(retriever.search, one.text, filters) for one in asked])
    _parts(questions[-2 * EACH : -EACH], catalog, index, embedder)
    _changes(archive, catalog, index)
    _exactness(questions[-EACH:][:20], scopes, catalog, index)
    index.close()


def _scopes(archive: Archive) -> dict[str, Filters]:
    return {
        "no filter": Filters(),
        "a date range, half of all": Filters(published_from=_HALF[0], published_to=_HALF[1]),
        "a source, a twentieth": Filters(sources=(SOURCES[3],)),
        "a source in that range": Filters(sources=(SOURCES[3],), published_from=_HALF[0], published_to=_HALF[1]),
        "one article": Filters(article_ids=(f"a{archive.articles // 2}",)),
    }


def _parts(questions: Sequence[Asked], catalog: Catalog, index: Index, embedder: Embedder) -> None:
    line("of it, embedding", [timed(embedder.encode_recurring, [one.text]) for one in questions])
    line("of it, Chroma", [timed(index.search, one.vector, 30) for one in questions])
    line("of it, words", [timed(catalog.best_words, one.text, Filters(), 30) for one in questions])
    half = Filters(published_from=_HALF[0], published_to=_HALF[1])
    line(
        "instead of Chroma, half of all exactly",
        [timed(index.flat.nearest, one.vector, half, 30) for one in questions],
    )
    found = [index.search(one.vector, 58) for one in questions]
    line("of it, reading 58 passages", [timed(catalog.passages, keys) for keys in found])


def _changes(archive: Archive, catalog: Catalog, index: Index) -> None:
    new = range(archive.articles, archive.articles + _CHANGES)
    recorded, told = [], []
    for number in new:
        recorded.append(timed(archive.record, catalog, range(number, number + 1)))
        told.append(timed(index.catch_up))
    line("an article more: catalog and words", recorded)
    line("an article more: index", told)
    recorded, told = [], []
    for number in new:
        recorded.append(timed(catalog.delete, f"a{number}"))
        told.append(timed(index.catch_up))
    line("an article less: catalog and words", recorded)
    line("an article less: index", told)


def _exactness(questions: Sequence[Asked], scopes: dict[str, Filters], catalog: Catalog, index: Index) -> None:
    """Filtered and whole, the nearest thirty against all products of the catalog's own vectors."""
    for name, filters in scopes.items():
        keys, vectors = catalog.admitted(filters)
        best = [_brute(keys, vectors, one, 30) for one in questions]
        if filters.empty:
            found = [set(index.search(one.vector, 30)) for one in questions]
        else:
            found = [set(index.flat.nearest(one.vector, filters, 30)) for one in questions]
        shared = np.mean([len(mine & theirs) / len(theirs) for mine, theirs in zip(found, best, strict=True)])
        print(f"nearest 30, {name}: {shared:.1%} as by brute force")


def _brute(keys: Sequence[int], vectors: Vectors, asked: Asked, k: int) -> set[int]:
    return {keys[at] for at in np.argsort(-(vectors @ asked.vector), kind="stable")[:k]}


def timed(act: Callable[P, object], *given: P.args, **named: P.kwargs) -> float:
    """Milliseconds."""
    start = perf_counter()
    act(*given, **named)
    return (perf_counter() - start) * 1_000


def line(name: str, milliseconds: Sequence[float]) -> None:
    """A row of the table."""
    print(f"| {name} | {np.percentile(milliseconds, 50):.1f} | {np.percentile(milliseconds, 95):.1f} |", flush=True)


@contextmanager
def said(what: str) -> Iterator[None]:
    """Says how long it took."""
    start = perf_counter()
    yield
    print(f"{what}: {perf_counter() - start:.1f} s", flush=True)


def _megabytes() -> float:
    """The most that the process has had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
