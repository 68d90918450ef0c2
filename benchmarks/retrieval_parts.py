"""Parts of the search that are no sign: titles, the rule of three passages an article, and the reader's reranking."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.searchable import Question, Searchable, joined, opened
from qa_service.question import read_question
from qa_service.reader import Calibration, Reader
from qa_service.span_model import BundledModel
from qa_service.statements import StatementReader
from vector_store.article import Article, Filters, Hit
from vector_store.relevance import sought, spread

READ = 12
"""Passages that the service reads."""
ASKED = 300
PARAGRAPHS = 6

Search = Callable[[Question], Sequence[Hit]]


def parts(articles: Sequence[Article], questions: Sequence[Question]) -> None:
    """Print each of them on and off, for a part of the questions."""
    drawn = Random(1).sample(list(questions), min(ASKED, len(questions)))
    print(f"\n{len(drawn)} questions drawn\n\n| part | hit@1 | hit@5 | ms |\n| --- | --- | --- | --- |")
    with TemporaryDirectory() as folder, opened(Path(folder), articles) as store:
        line("as searched", drawn, lambda question: store.retriever.search(question.text, k=READ))
        line("without titles", drawn, lambda question: without_titles(store, question))
        reader = _reader(store)
        line("reranked by the reader", drawn, lambda question: reranked(store, reader, question))
    longer, moved = joined(articles, questions, PARAGRAPHS)
    texts = {question.text for question in drawn}
    asked = [question for question in moved if question.text in texts][: len(drawn)]
    print(
        f"\nThe same in articles of {PARAGRAPHS} paragraphs\n\n| part | hit@1 | hit@5 | ms |\n| --- | --- | --- | --- |"
    )
    with TemporaryDirectory() as folder, opened(Path(folder), longer) as store:
        line("three passages an article", asked, lambda question: store.retriever.search(question.text, k=READ))
        line("any number", asked, lambda question: by_signs_alone(store, question))


def line(name: str, questions: Sequence[Question], search: Search) -> None:
    """A row of the table: the right passage is the one with the answer in it."""
    started = perf_counter()
    ranks: NDArray[np.float64] = np.array([_rank(search(question), question) for question in questions])
    milliseconds = (perf_counter() - started) * 1_000 / len(questions)
    print(f"| {name} | {np.mean(ranks <= 1):.3f} | {np.mean(ranks <= 5):.3f} | {milliseconds:.0f} |", flush=True)


def without_titles(store: Searchable, question: Question) -> list[Hit]:
    """The same candidates, weighed by their texts alone."""
    return _weighed(store, question, titled=False)


def by_signs_alone(store: Searchable, question: Question) -> list[Hit]:
    """However many passages an article has among the best."""
    return _weighed(store, question, titled=True)


def reranked(store: Searchable, reader: Reader, question: Question) -> list[Hit]:
    """First the passages in which the reader found an answer, the likeliest first."""
    hits = store.retriever.search(question.text, k=READ)
    found = reader.read(read_question(question.text), hits).findings
    scores = {hit: 0.0 for hit in hits}
    for finding in reversed(found):
        for hit in hits:
            of_it = hit.passage.article.id == finding.quote.article.id
            if of_it and hit.passage.start < finding.quote.end and finding.quote.start < hit.passage.end:
                scores[hit] = max(scores[hit], finding.score)
    return sorted(hits, key=lambda hit: (-scores[hit], -hit.score))


def _weighed(store: Searchable, question: Question, *, titled: bool) -> list[Hit]:
    found = store.retriever.candidates(question.text, Filters(), 30)
    asked, meanings = sought(question.text, found.rarity), spread(found.cosines)
    hits = [
        Hit(one, asked.signs(meanings[key], one.article.title if titled else "", one.text).score)
        for key, one in store.catalog.passages(list(found.cosines)).items()
    ]
    return sorted(hits, key=lambda hit: -hit.score)[:READ]


def _reader(store: Searchable) -> Reader:
    rarity = store.catalog.rarity
    statements = StatementReader(store.embedder, rarity)
    return Reader(BundledModel(), Calibration.of("bundled"), statements, rarity, store.embedder.word_vectors)


def _rank(hits: Sequence[Hit], question: Question) -> float:
    for place, hit in enumerate(hits, start=1):
        passage = hit.passage
        if passage.article.id == question.article and passage.start <= question.start < passage.end:
            return place
    return float("inf")
