"""The process that is killed: it opens a folder, says what is wrong with it, and begins to change it.

Started as `python -m tests.faults.victim`, it loads the model once and forks for every order that it reads. What the
forked one has to say it writes as lines of JSON.
"""

import json
import logging
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from sqlalchemy import Engine

from tests.conftest import Store
from vector_store.article import Article, Filters, Passage
from vector_store.builds import Build
from vector_store.catalog import Catalog
from vector_store.changes import Record
from vector_store.database import open_database
from vector_store.embedding import Embedder, load_embedder
from vector_store.errors import ArticleNotFoundError
from vector_store.ownership import owned
from vector_store.passages import Vectors

Kind = Literal["ingest", "update", "delete", "flood", "rebuild", "open"]

FLOOD = "f0"
# Chroma writes its graph to files after a thousand records: one such article is enough for a kill to fall into that.
FLOOD_PASSAGES = 1_100
_WORDS = (
    "harbour ferry bridge quay council storm train market school farmer minister tide lamp engine river tower".split()
)
_SEARCHED = 6


@dataclass(frozen=True)
class Order:
    """What one process is to do. Which articles it changes it reads when it has told which there are."""

    folder: str
    kind: Kind
    expected: Mapping[str, Sequence[int]]
    """The revisions that each article may have by now; 0: none."""


def article(id: str, revision: int) -> Article:
    """Each revision has a word of its own in every sentence. The flood's is that word again and again."""
    word = word_of(id, revision)
    if id == FLOOD:
        return Article(id=id, title="Flood", text=f"{word} " * FLOOD_PASSAGES, revision=revision)
    drawn = random.Random(word)
    sentences = (
        f"In {word} the {' '.join(drawn.sample(_WORDS, 6))} counted {drawn.randrange(9_999)}." for _ in range(24)
    )
    return Article(id=id, title=f"News of {id}", text=" ".join(sentences), revision=revision)


def word_of(id: str, revision: int) -> str:
    """A word that stands in this revision and nowhere else."""
    return f"zq{id}v{revision}"


def main() -> None:
    """Fork for every line; say how the forked process ended."""
    logging.basicConfig(level=logging.ERROR)
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(everywhere)})  # on one processor the model starts no threads: a fork would lose them
    embedder = load_embedder()
    os.sched_setaffinity(0, everywhere)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            live(Order(**json.loads(line)), embedder)
        _, status = os.waitpid(child, 0)
        say(ended=os.waitstatus_to_exitcode(status))


def live(order: Order, embedder: Embedder) -> None:
    """Open, tell what is there and what is wrong, change, and wait for the end."""
    say(pid=os.getpid())
    folder = Path(order.folder)
    if order.kind == "open":
        say(begun=True)
    with owned(folder):
        catalog = Catalog(open_database(folder / "catalog.sqlite3"))
        waiting, build = len(catalog.index_changes()), catalog.fact("index_build")
        store = Store(folder, embedder)
        say(
            waiting=waiting,
            build=build,
            rebuilt=catalog.fact("index_build") != build,
            revisions={kept.id: kept.revision for kept in store.catalog.articles()},
            wrong=list(wrongs(store, order.expected)),
        )
        if order.kind != "open":
            articles: Mapping[str, int] = json.loads(sys.stdin.readline())
            say(begun=True)
            for id in CHANGES[order.kind](store, articles):
                say(acknowledged=id)
        say(done=True)
        signal.pause()


def say(**told: object) -> None:
    """One line, whole or not at all."""
    os.write(1, json.dumps(told).encode() + b"\n")


def _ingest(store: Store, articles: Mapping[str, int]) -> Iterator[str]:
    yield from (done.id for done in store.ingester.add([article(id, to) for id, to in articles.items()]))


def _delete(store: Store, articles: Mapping[str, int]) -> Iterator[str]:
    for id in articles:
        store.ingester.delete(id)
        yield id


def _flood(store: Store, articles: Mapping[str, int]) -> Iterator[str]:
    """As the ingester does it, with prepared vectors: a thousand passages would take the model half a minute."""
    ((id, revision),) = articles.items()
    change = store.catalog.change(article(id, revision))
    store.catalog.record([Record(change, flood_passages(change.article), flood_vectors(revision))])
    store.index.catch_up()
    yield id


def _rebuild(store: Store, _articles: Mapping[str, int]) -> Iterator[str]:
    store.index.rebuild(apart=True)
    yield "index"


CHANGES: Mapping[Kind, Callable[[Store, Mapping[str, int]], Iterator[str]]] = {
    "ingest": _ingest,
    "update": _ingest,
    "delete": _delete,
    "flood": _flood,
    "rebuild": _rebuild,
}


def flood_passages(flood: Article) -> list[Passage]:
    """One for every word."""
    size = len(flood.text) // FLOOD_PASSAGES
    return [Passage(flood, at * size, (at + 1) * size) for at in range(FLOOD_PASSAGES)]


def flood_vectors(revision: int) -> Vectors:
    drawn = np.random.default_rng(revision).normal(size=(FLOOD_PASSAGES, 384)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


def wrongs(store: Store, expected: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Every promise that the folder breaks."""
    kept = {one.id: one for one in store.catalog.articles()}
    for id, allowed in expected.items():
        revision = kept[id].revision if id in kept else 0
        if revision not in allowed:
            yield f"{id} has revision {revision}, not one of {list(allowed)}"
        if revision == 0:
            yield from _wrongs_of_absent(store, id)
    yield from (f"{id} was never taken in" for id in kept.keys() - expected.keys())
    searched = set(random.Random(len(kept)).sample(sorted(kept), min(len(kept), _SEARCHED)))
    for one in kept.values():
        yield from _wrongs_of(store, one)
        if one.id != FLOOD and (one.id in searched or len(expected.get(one.id, ())) > 1):
            hits = store.retriever.search(f"What is told of {word_of(one.id, one.revision)}?", k=1)
            if [hit.passage.article.id for hit in hits] != [one.id]:
                yield f"{one.id} is not found by a question for its word"
    yield from _wrongs_of_index(store)
    yield from _wrongs_of_database(store.engine)


def _wrongs_of(store: Store, kept: Article) -> Iterator[str]:
    whole = article(kept.id, kept.revision)
    if (kept.title, kept.text) != (whole.title, whole.text):
        yield f"{kept.id} is not what was sent"
    keys, vectors = store.catalog.admitted(Filters(article_ids=(kept.id,)))
    passages = store.catalog.passages(keys)
    if "".join("".join(passages[key].text.split()) for key in keys) != "".join(kept.text.split()):
        yield f"the passages of {kept.id} are not the article"
    if set(store.catalog.best_words(word_of(kept.id, kept.revision), Filters(), 9_999)) != set(keys):
        yield f"{kept.id} is not found by its word, or something else is"
    some = range(0, len(keys), max(1, len(keys) // 20))
    if any(keys[at] not in store.index.search(vectors[at], 2) for at in some):
        yield f"{kept.id} is not found by its vectors"
    for earlier in range(1, kept.revision):
        if store.catalog.article(kept.id, earlier).text != article(kept.id, earlier).text:
            yield f"revision {earlier} of {kept.id} cannot be read"
        if store.catalog.best_words(word_of(kept.id, earlier), Filters(), 9):
            yield f"revision {earlier} of {kept.id} is still found"


def _wrongs_of_absent(store: Store, id: str) -> Iterator[str]:
    try:
        store.catalog.article(id, 1)
        yield f"{id} is deleted and has a first revision"
    except ArticleNotFoundError:
        pass
    for revision in range(1, 5):
        if store.catalog.best_words(word_of(id, revision), Filters(), 9):
            yield f"{id} is deleted and its words are found"


def _wrongs_of_index(store: Store) -> Iterator[str]:
    """Catalog, memory and Chroma have the same keys, and all of them can be reached in Chroma's graph."""
    keys, vectors = store.catalog.admitted(Filters())
    if not store.index.check():
        yield "the index is not sound"
        return
    if store.catalog.index_changes():
        yield "the index has not been told of everything"
    if store.index.flat.admitted(Filters()).tolist() != keys:
        yield "memory and catalog differ"
    build = Build(store.folder / "index" / (store.catalog.fact("index_build") or ""))  # shares what the index has open
    if build.keys().tolist() != keys:
        yield "Chroma and catalog differ"
    if keys:
        reached = set(build.nearest(vectors[0], len(keys) + 50))
        if not reached <= set(keys):
            yield "Chroma finds what the catalog does not have"
        # A search of everything may miss some, one for a vector itself may not.
        missed = [at for at, key in enumerate(keys) if key not in reached and key not in build.nearest(vectors[at], 2)]
        if missed:
            ids = {passage.article.id for passage in store.catalog.passages([keys[at] for at in missed]).values()}
            yield f"Chroma has {len(missed)} of {len(keys)} passages that it cannot find, of {sorted(ids)}"
    build.close()


def _wrongs_of_database(engine: Engine) -> Iterator[str]:
    with engine.connect() as connection:
        yield from (said for said in connection.exec_driver_sql("PRAGMA integrity_check").scalars() if said != "ok")
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").scalars()
        yield from (f"an orphan in {table}" for table in orphans)


if __name__ == "__main__":
    main()
