"""The weights of the signs, from questions whose passages are known.

The likelihood that the right passage is drawn from the candidates, each as likely as its score's exponential says, is
made as great as it gets (ListNet's top-one likelihood: Cao et al., Learning to Rank, 2007). No weight is negative.
"""

from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.searchable import Question, Searchable, joined, opened, squad
from vector_store.article import Article
from vector_store.relevance import Signs

_TITLES = 15
_QUESTIONS = 1_000
_PARAGRAPHS_JOINED = 6
_DECAY = 1e-3

Candidates = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""(n, 5) signs and which of the n are right."""


def fitted(path: Path) -> Signs:
    """Half from paragraphs that are articles of their own, half from articles of six paragraphs."""
    articles, questions = squad(path)
    titles = sorted({article.title for article in articles})
    Random(1).shuffle(titles)
    one = _of_titles(articles, questions, titles[:_TITLES])
    other = _of_titles(articles, questions, titles[_TITLES : 2 * _TITLES])
    examples = _examples(*one) + _examples(*joined(*other, _PARAGRAPHS_JOINED))
    return Signs(*map(float, weights(examples).round(3)))


def weights(examples: Sequence[Candidates]) -> NDArray[np.float64]:
    """They sum to 1."""
    usable = [(signs, right) for signs, right in examples if right.any()]
    start = np.ones(usable[0][0].shape[1])
    found = minimize(_loss, start, (usable,), jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start)).x
    return np.asarray(found / found.sum())


def _loss(given: NDArray[np.float64], examples: Sequence[Candidates]) -> tuple[float, NDArray[np.float64]]:
    """The mean of −log P(right), and its gradient."""
    loss, gradient = _DECAY * float(given @ given), 2 * _DECAY * given
    for signs, right in examples:
        scores = signs @ given
        likely = np.exp(scores - scores.max())
        whole, good = likely.sum(), likely[right].sum()
        loss += float(np.log(whole / good)) / len(examples)
        gradient = gradient + (likely @ signs / whole - likely[right] @ signs[right] / good) / len(examples)
    return loss, gradient


def _of_titles(
    articles: Sequence[Article], questions: Sequence[Question], titles: Sequence[str]
) -> tuple[list[Article], list[Question]]:
    kept = [article for article in articles if article.title in titles]
    ids = {article.id for article in kept}
    asked = [question for question in questions if question.article in ids]
    return kept, Random(1).sample(asked, min(_QUESTIONS, len(asked)))


def _examples(articles: Sequence[Article], questions: Sequence[Question]) -> list[Candidates]:
    with TemporaryDirectory() as folder, opened(Path(folder), articles) as store:
        return [_example(store, question) for question in questions]


def _example(store: Searchable, question: Question) -> Candidates:
    found = store.signs(question.text)
    passages = store.catalog.passages(list(found))
    right = [
        passages[key].article.id == question.article and passages[key].start <= question.start < passages[key].end
        for key in found
    ]
    return np.array([astuple(signs) for signs in found.values()]), np.array(right)
