"""A store that the benchmarks search, and SQuAD's paragraphs and questions to put into it."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vector_store.article import Article, Filters
from vector_store.catalog import Catalog
from vector_store.database import open_database
from vector_store.embedding import Embedder, load_embedder
from vector_store.index import Index
from vector_store.ingest import Ingester
from vector_store.relevance import Signs, sought, spread
from vector_store.retriever import Retriever


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the article that answers it, and where in its text the answer begins."""

    text: str
    article: str
    start: int


class Searchable:
    """The rooms of vector_store on one folder, and shortcuts that end with articles."""

    def __init__(self, folder: Path) -> None:
        self.catalog = Catalog(open_database(folder / "catalog.sqlite3"))
        self.index = Index(folder / "index", self.catalog)
        self.embedder: Embedder = load_embedder()
        self.retriever = Retriever(self.catalog, self.index, self.embedder)
        self._article_of: dict[int, str] = {}

    def add(self, articles: Iterable[Article]) -> None:
        """Take articles in."""
        list(Ingester(self.catalog, self.index, self.embedder).add(articles))
        keys = self.catalog.admitted(Filters())[0]
        self._article_of = {key: passage.article.id for key, passage in self.catalog.passages(keys).items()}

    def vector(self, question: str) -> NDArray[np.float32]:
        """The question's vector."""
        vector: NDArray[np.float32] = self.embedder.encode_recurring([question])[0]
        return vector

    def articles(self, keys: Iterable[int]) -> list[str]:
        """The articles of these passages, each once, in order."""
        return list(dict.fromkeys(self._article_of[key] for key in keys))

    def ours(self, question: str) -> list[int]:
        """The keys that the retriever ranks, best first."""
        scores = {key: signs.score for key, signs in self.signs(question).items()}
        return sorted(scores, key=lambda key: (-scores[key], key))

    def signs(self, question: str) -> dict[int, Signs]:
        """Its candidates with what speaks for each."""
        found = self.retriever.candidates(question, Filters(), 30)
        passages = self.catalog.passages(list(found.cosines))
        asked, meanings = sought(question, found.rarity), spread(found.cosines)
        return {
            key: asked.signs(meanings[key], passage.article.title, passage.text) for key, passage in passages.items()
        }


@contextmanager
def opened(folder: Path, articles: Iterable[Article]) -> Iterator[Searchable]:
    """A store of these articles."""
    store = Searchable(folder)
    store.add(articles)
    yield store
    store.index.close()


def squad(path: Path) -> tuple[list[Article], list[Question]]:
    """The paragraphs of a SQuAD file (v1.1 or v2.0), each as an article, and its answerable questions."""
    articles: list[Article] = []
    questions: list[Question] = []
    for written in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in written["paragraphs"]:
            id = f"paragraph-{len(articles)}"
            articles.append(Article(id, written["title"].replace("_", " "), paragraph["context"]))
            for asked in paragraph["qas"]:
                if asked["answers"] and not asked.get("is_impossible"):
                    questions.append(Question(asked["question"].strip(), id, asked["answers"][0]["answer_start"]))
    return articles, questions


def joined(
    articles: Sequence[Article], questions: Sequence[Question], size: int
) -> tuple[list[Article], list[Question]]:
    """The same in longer articles: `size` paragraphs of one title in each."""
    places: dict[str, tuple[str, int]] = {}
    longer: list[Article] = []
    room = 0
    for article in articles:
        if not longer or not room or longer[-1].title != article.title:
            longer.append(Article(article.id, article.title, article.text))
            places[article.id] = article.id, 0
            room = size - 1
            continue
        last = longer.pop()
        places[article.id] = last.id, len(last.text) + 2
        longer.append(Article(last.id, last.title, f"{last.text}\n\n{article.text}"))
        room -= 1
    moved = [
        Question(one.text, places[one.article][0], places[one.article][1] + one.start)
        for one in questions
        if one.article in places
    ]
    return longer, moved
