"""Hard negatives: what our own retriever finds for a question, and what does not answer it."""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from training.data import Asked, Paragraph
from vector_store.article import Article
from vector_store.catalog import Catalog
from vector_store.database import open_database
from vector_store.embedding import Embedder
from vector_store.index import Index
from vector_store.ingest import Ingester
from vector_store.retriever import Retriever

_FOUND = 6
_KEPT = 4


@contextmanager
def archive(articles: Iterable[Article], embedder: Embedder) -> Iterator[tuple[Retriever, Catalog]]:
    """A store that holds the articles for a while."""
    with TemporaryDirectory() as folder:
        engine = open_database(Path(folder) / "catalog.sqlite3")
        catalog = Catalog(engine)
        index = Index(Path(folder) / "index", catalog)
        list(Ingester(catalog, index, embedder).add(articles))
        try:
            yield Retriever(catalog, index, embedder), catalog
        finally:
            index.close()
            engine.dispose()


def articles_of(paragraphs: Sequence[Paragraph]) -> Iterator[Article]:
    """Each paragraph as an article; its id is its place in the list."""
    for at, paragraph in enumerate(paragraphs):
        yield Article(str(at), paragraph.article.replace("_", " "), paragraph.text)


def mine(paragraphs: Sequence[Paragraph], embedder: Embedder, questions: int, seed: int, into: Path) -> None:
    """Write JSON lines {"question", "passages"}: the passages found for it that do not hold its answer, best first."""
    rng = random.Random(seed)
    asked = [(at, one) for at, paragraph in enumerate(paragraphs) for one in paragraph.asked if one.spans]
    chosen = rng.sample(asked, min(questions, len(asked)))
    unfinished = into.with_suffix(".part")
    with archive(articles_of(paragraphs), embedder) as (retriever, _), unfinished.open("w") as file:
        for at, one in chosen:
            passages = [
                hit.passage.text
                for hit in retriever.search(one.question, k=_FOUND)
                if hit.passage.article.id != str(at) and not _answered(one, paragraphs[at], hit.passage.text)
            ]
            file.write(json.dumps({"question": one.question, "passages": passages[:_KEPT]}) + "\n")
    unfinished.replace(into)


def _answered(asked: Asked, paragraph: Paragraph, text: str) -> bool:
    return any(paragraph.text[start:end].lower() in text.lower() for start, end in asked.spans)
