"""Fit the reader's weights: which sentence answers, and how likely it is that one does.

    python benchmarks/fit_reader.py tests/qa_service/sample_questions.jsonl [SQUAD_V2_FILE …] [--questions N]

The sample questions' "tune" half is asked of the sample articles; each SQuAD v2 file's questions of its own paragraphs,
which are searched like articles. Prints the weights for `qa_service/reader.py` and how well they order and calibrate.
"""

import argparse
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from sklearn.linear_model import LogisticRegression

from qa_service.question import read_question
from qa_service.reader import Candidate, Reader
from vector_store.article import Article, Hit
from vector_store.catalog import Catalog
from vector_store.database import open_database
from vector_store.embedding import Embedder, load_embedder
from vector_store.errors import NewsError
from vector_store.index import Index
from vector_store.ingest import Ingester
from vector_store.retriever import Retriever
from vector_store.sources import articles_from

# How many times each of our own questions counts: they are news and few.
OURS = 3.0
SAMPLES = Path(__file__).parents[1] / "qa_service" / "samples"


@dataclass(frozen=True)
class Asked:
    """A question, and whether a sentence answers it."""

    question: str
    answers: Callable[[Candidate], bool]


@dataclass(frozen=True, eq=False)
class Examples:
    """One question's sentences: evidence (n, 6) and whether each answers (n,)."""

    evidence: np.ndarray
    right: np.ndarray


def sample_questions(path: Path) -> list[Asked]:
    """The tune half of our own questions."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]

    def answers(row: dict[str, list[str]]) -> Callable[[Candidate], bool]:
        return lambda candidate: (
            candidate.passage.article.id in row["articles"]
            and any(answer in candidate.sentence.text for answer in row["answers"])
        )

    return [Asked(row["question"], answers(row)) for row in rows if row["half"] == "tune"]


def squad(path: Path) -> tuple[list[Article], list[Asked]]:
    """Every paragraph as an article, every question with the place of its answers."""
    articles, asked = [], []
    for page in json.loads(path.read_text())["data"]:
        for number, paragraph in enumerate(page["paragraphs"]):
            article = Article(f"{page['title']}-{number}", page["title"].replace("_", " "), paragraph["context"])
            articles.append(article)
            for question in paragraph["qas"]:
                places = [answer["answer_start"] for answer in question.get("answers", [])]
                asked.append(Asked(question["question"], _holds(article.id, places)))
    return articles, asked


def _holds(article_id: str, places: list[int]) -> Callable[[Candidate], bool]:
    return lambda candidate: (
        candidate.passage.article.id == article_id
        and any(candidate.sentence.start <= place < candidate.sentence.end for place in places)
    )


def examples(embedder: Embedder, articles: list[Article], asked: list[Asked]) -> Iterator[Examples]:
    """Each question searched and weighed as the service does it."""
    with TemporaryDirectory() as folder:
        catalog = Catalog(open_database(Path(folder) / "catalog.sqlite3"))
        index = Index(Path(folder) / "index", catalog)
        list(Ingester(catalog, index, embedder).add(articles))
        retriever, reader = Retriever(catalog, index, embedder), Reader(embedder, catalog.rarity)
        for item in asked:
            question = read_question(item.question)
            hits: list[Hit] = retriever.search(question.text)
            weighed = reader.weigh(question, hits)
            yield Examples(
                np.array([astuple(evidence) for _, evidence in weighed]),
                np.array([item.answers(candidate) for candidate, _ in weighed]),
            )
        index.close()


def report(name: str, model: LogisticRegression, asked: list[Examples]) -> None:
    """How often the best sentence is right, and how right its probability is."""
    scores = [model.predict_proba(e.evidence)[:, 1] for e in asked]
    best = [(float(p.max()), bool(e.right[p.argmax()])) for p, e in zip(scores, asked, strict=True)]
    answerable = [e.right.any() for e in asked]
    top = sum(right for _, right in best)
    print(
        f"{name}: {len(asked)} questions, {sum(answerable)} have the answer among the sentences; best is right: {top}"
    )
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5):
        kept = [right for score, right in best if score >= threshold]
        refused = np.mean([score < threshold for (score, _), can in zip(best, answerable, strict=True) if not can])
        wrong = len(kept) - sum(kept)
        print(f"   at {threshold}: {sum(kept)} right, {wrong} wrong; without an answer {refused:.2f} refused")


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("samples", type=Path)
    parser.add_argument("squad", type=Path, nargs="*")
    parser.add_argument("--questions", type=int, default=600, help="how many of each SQuAD file")
    options = parser.parse_args()
    random.seed(1)
    embedder = load_embedder()
    archive = [article for article in articles_from([SAMPLES]) if not isinstance(article, NewsError)]
    ours = list(examples(embedder, archive, sample_questions(options.samples)))
    theirs: list[Examples] = []
    for path in options.squad:
        articles, asked = squad(path)
        theirs += examples(embedder, articles, random.sample(asked, min(options.questions, len(asked))))
    everything = [e for e in ours + theirs if len(e.right)]
    counts = np.concatenate([np.full(len(e.right), OURS if e in ours else 1.0) for e in everything])
    model = LogisticRegression(max_iter=1000)
    model.fit(np.concatenate([e.evidence for e in everything]), np.concatenate([e.right for e in everything]), counts)
    print("WEIGHTS =", tuple(round(float(weight), 2) for weight in model.coef_[0]))
    print("BIAS =", round(float(model.intercept_[0]), 2))
    report("samples", model, ours)
    if theirs:
        report("SQuAD", model, theirs)


if __name__ == "__main__":
    main()
