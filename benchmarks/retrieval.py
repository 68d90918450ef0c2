"""How good the search is, what each part of it is worth, how long it takes; and how its weights were found.

    python -m benchmarks.retrieval quality dev-v2.0.json
    python -m benchmarks.retrieval fit train-v1.1.json
    python -m benchmarks.retrieval speed FOLDER [--passages 100000]

`quality` takes every paragraph of a SQuAD file as an article and asks its answerable questions of all of them. `fit`
takes others, so that nothing is tuned on what is measured. `speed` makes an archive up and keeps it in the folder.
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval_fit import fitted
from benchmarks.retrieval_parts import parts
from benchmarks.retrieval_speed import measure
from benchmarks.searchable import Question, Searchable, opened, squad
from vector_store.article import Filters
from vector_store.relevance import WEIGHTS, Signs

DEPTH = 60
"""How many passages each side of a comparison brings."""
Ranks = NDArray[np.float64]
"""The place of the right article for each question, counted from 1; infinity where it was not found."""
Method = Callable[[Question], Sequence[str]]
"""A question → articles, best first."""


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("quality", "fit"):
        commands.add_parser(name).add_argument("squad", type=Path)
    speed = commands.add_parser("speed")
    speed.add_argument("folder", type=Path)
    speed.add_argument("--passages", type=int, default=100_000)
    options = parser.parse_args()
    if options.command == "quality":
        quality(options.squad)
    elif options.command == "fit":
        print(fitted(options.squad))
    else:
        options.folder.mkdir(parents=True, exist_ok=True)
        measure(options.folder, options.passages)


def quality(path: Path) -> None:
    """Compare ways of searching; then switch off one part of ours after the other."""
    articles, questions = squad(path)
    with TemporaryDirectory() as folder, opened(Path(folder), articles) as store:
        print(f"{len(articles)} articles, {len(questions)} questions\n")
        store.embedder.encode_recurring([question.text for question in questions])
        ours, _ = ranks(questions, lambda question: store.articles(store.ours(question.text)))
        print("| search | hit@1 | hit@5 | MRR | ours alone first | it alone first | ms |\n" + "| --- " * 7 + "|")
        for name, method in methods(store).items():
            found, milliseconds = ranks(questions, method)
            better, worse = int(((ours == 1) & (found > 1)).sum()), int(((ours > 1) & (found == 1)).sum())
            print(f"| {name} | {row(found)} | {better} | {worse} | {milliseconds:.1f} |", flush=True)
        ablation(store, questions)
    parts(articles, questions)


def methods(store: Searchable) -> dict[str, Method]:
    """Ways to search the same store. All but the last end with articles of their sixty passages."""

    def dense(question: Question) -> dict[int, float]:
        return store.index.flat.nearest(store.vector(question.text), Filters(), DEPTH)

    def words(question: Question) -> dict[int, float]:
        return store.catalog.best_words(question.text, Filters(), DEPTH)

    return {
        "dense only": lambda question: store.articles(dense(question)),
        "BM25 only": lambda question: store.articles(words(question)),
        "reciprocal rank fusion, as EnsembleRetriever": lambda question: store.articles(
            reciprocal_rank_fusion(list(dense(question)), list(words(question)))
        ),
        "weighted sum of min-max scores (before)": lambda question: store.articles(
            weighted_sum(store, question, dense(question), words(question))
        ),
        "ours": lambda question: store.articles(store.ours(question.text)),
    }


def reciprocal_rank_fusion(*rankings: Sequence[int], weight: float = 0.5, constant: int = 60) -> list[int]:
    """LangChain's EnsembleRetriever at its defaults: Σ weight / (rank + 60), ranks from 1; ties as they came.

    Cormack, Clarke and Büttcher, Reciprocal Rank Fusion Outperforms Condorcet, 2009.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] = scores.get(key, 0.0) + weight / (rank + constant)
    return sorted(scores, key=lambda key: -scores[key])


def weighted_sum(
    store: Searchable, question: Question, dense: Mapping[int, float], words: Mapping[int, float]
) -> list[int]:
    """What this project did before: cosine and BM25, each brought to 0…1 among the candidates, half of each."""
    cosines = dict(dense) | store.index.flat.cosines(store.vector(question.text), words.keys() - dense.keys())
    least, width = min(cosines.values()), max(cosines.values()) - min(cosines.values()) or 1.0
    most = max(words.values(), default=1.0)
    scores = {key: (cosine - least) / width + words.get(key, 0.0) / most for key, cosine in cosines.items()}
    return sorted(scores, key=lambda key: (-scores[key], key))


def ablation(store: Searchable, questions: Sequence[Question]) -> None:
    """Each part off, the others as they are."""
    signs, milliseconds = [], []
    for question in questions:
        start = perf_counter()
        signs.append(store.signs(question.text))
        milliseconds.append((perf_counter() - start) * 1_000)
    whole = places(questions, signs, store, WEIGHTS)
    print(f"\nEverything on: {row(whole)} ({np.mean(milliseconds):.1f} ms a question)")
    print("\n| off | hit@1 | hit@5 | MRR | hit@1 lost, 95 % interval |\n" + "| --- " * 5 + "|")
    for sign in fields(Signs):
        name = sign.name
        without = Signs(
            **{other.name: 0.0 if other.name == name else getattr(WEIGHTS, other.name) for other in fields(Signs)}
        )
        print(f"| {name} | {lost(whole, places(questions, signs, store, without))} |", flush=True)
    for name, side in sides(store).items():
        only = [
            {key: found[key] for key in found.keys() & side(question)}
            for question, found in zip(questions, signs, strict=True)
        ]
        print(f"| candidates {name} | {lost(whole, places(questions, only, store, WEIGHTS))} |", flush=True)


def sides(store: Searchable) -> dict[str, Callable[[Question], set[int]]]:
    """The candidates that are left when one side brings none."""
    return {
        "by words": lambda question: set(store.index.flat.nearest(store.vector(question.text), Filters(), DEPTH)),
        "by vectors": lambda question: set(store.catalog.best_words(question.text, Filters(), DEPTH)),
    }


def places(
    questions: Sequence[Question], signs: Sequence[Mapping[int, Signs]], store: Searchable, weights: Signs
) -> Ranks:
    """The ranks under these weights."""
    by = np.array(astuple(weights))

    def ranked(found: Mapping[int, Signs]) -> list[str]:
        scores = {key: float(np.array(astuple(one)) @ by) for key, one in found.items()}
        return store.articles(sorted(scores, key=lambda key: (-scores[key], key)))

    return np.array([rank(ranked(found), question.article) for found, question in zip(signs, questions, strict=True)])


def ranks(questions: Sequence[Question], method: Method) -> tuple[Ranks, float]:
    """The ranks, and the milliseconds that a question took."""
    start = perf_counter()
    found = [rank(method(question), question.article) for question in questions]
    return np.array(found), (perf_counter() - start) * 1_000 / len(questions)


def rank(found: Sequence[str], right: str) -> float:
    """The place of the right article."""
    return found.index(right) + 1 if right in found else float("inf")


def row(found: Ranks) -> str:
    """hit@1 and hit@5 with 95 % intervals, and MRR."""
    return f"{share(found <= 1)} | {share(found <= 5)} | {np.mean(1 / found):.3f}"


def share(right: NDArray[np.bool_]) -> str:
    """A share with its bootstrap interval."""
    low, high = interval(right.astype(float))
    return f"{right.mean():.3f} ({low:.3f}–{high:.3f})"


def lost(whole: Ranks, found: Ranks) -> str:
    """A row, and what is missing in it, question by question."""
    difference = (whole <= 1).astype(float) - (found <= 1)
    low, high = interval(difference)
    means = f"{np.mean(found <= 1):.3f} | {np.mean(found <= 5):.3f} | {np.mean(1 / found):.3f}"
    return f"{means} | {difference.mean():.3f} ({low:.3f}–{high:.3f})"


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """95 % of the means of 2,000 samples drawn with replacement (Efron, 1979)."""
    drawn = np.random.default_rng(1)
    means = [values[drawn.integers(len(values), size=len(values))].mean() for _ in range(2_000)]
    return float(np.percentile(means, 2.5)), float(np.percentile(means, 97.5))


if __name__ == "__main__":
    main()
