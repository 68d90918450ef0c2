"""One question searched, read and composed: what each step of an answer is."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from qa_service.answer import MOST_READ, Scope
from qa_service.composition import Composition, compose
from qa_service.findings import Reading
from qa_service.question import Question, read_question
from qa_service.reader import Reader
from qa_service.scope import ScopedQuestion, merged, narrowed, preferred, read_scope
from vector_store.article import Filters, Hit
from vector_store.catalog import Catalog
from vector_store.holdings import Overview, State
from vector_store.retriever import Retriever

SURE = 0.4
"""The probability from which on a step is built upon, and no other way is tried. Whatever the threshold below which
nothing is said: so the steps are the same for every threshold."""

_OF_A_DAY = frozenset({"quantity", "money", "share"})


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for every step of an answer."""

    today: date
    """What "last week" is counted from."""
    filters: Filters = Filters()
    top_k: int = MOST_READ
    scope: bool = True
    """Whether a question's own words may narrow the search."""
    event: Scope | None = None
    """The days before, during or after an event that bounds the question."""


@dataclass(frozen=True, slots=True)
class Search:
    """A question and the passages that were found for it, best first."""

    text: str
    """As it was asked, with the words that say where to look."""
    question: Question
    hits: tuple[Hit, ...]
    scope: Scope | None
    unknown: tuple[str, ...]
    """Publishers that it wants to hear and the archive lacks."""
    filters: Filters | None
    """Narrowed by the scope; None where nothing was left to be searched."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What was made of the passages."""

    search: Search
    reading: Reading
    composition: Composition
    seconds: float
    """For reading and composing, without the search."""
    named: str | None = None
    """Which of several things the question asked for, in the quote's own words: "Poland"."""

    @property
    def answered(self) -> bool:
        """Whether anything is said."""
        return bool(self.composition.statements)

    @property
    def sure(self) -> bool:
        """Whether it can be built upon."""
        return self.answered and self.reading.answerable >= SURE

    @property
    def short_answer(self) -> str | None:
        """The words of the quote that answer."""
        return self.named or self.words

    @property
    def words(self) -> str | None:
        """The words that were found for this question by itself."""
        lead = self.composition.lead
        return lead.span.text if lead and lead.span else None

    @property
    def value(self) -> float | None:
        """The quantity that answers."""
        lead = self.composition.lead
        return lead.found.quantity.value if lead and lead.found and lead.found.quantity else None

    def doubted(self, probability: float, threshold: float) -> "Inquiry":
        """The same, resting on something that is only so likely; nothing is said below the threshold."""
        reading = replace(self.reading, answerable=self.reading.answerable * probability)
        kept = self.composition if reading.answerable >= threshold else Composition("not_in_articles")
        return replace(self, reading=reading, composition=kept)


class Inquirer:
    """Searches and reads."""

    def __init__(self, catalog: Catalog, retriever: Retriever, reader: Reader, threshold: float) -> None:
        """Below `threshold`, a probability, the articles count as not answering."""
        self._catalog = catalog
        self._retriever = retriever
        self._reader = reader
        self.threshold = threshold
        self._seen: tuple[State, Overview] | None = None

    def search(self, text: str, context: Context) -> Search:
        """The best passages of where the question says to look; those of the time that it prefers come first."""
        started = time.perf_counter()
        scoped = self._scoped(text, context)
        scope = scoped.scope if context.event is None else merged(scoped.scope, context.event)
        question = asked_of_its_day(scoped)
        filters = narrowed(context.filters, scope) if scope else context.filters
        hits = self._found(question, filters, scope, context.top_k) if filters is not None else []
        return Search(
            text=text,
            question=question,
            hits=tuple(hits),
            scope=scope,
            unknown=scoped.unknown,
            filters=filters,
            seconds=time.perf_counter() - started,
        )

    def read(self, search: Search) -> Inquiry:
        """Nothing in the passages is taken for an instruction."""
        started = time.perf_counter()
        reading = self._reader.read(search.question, search.hits)
        newest_first = search.scope is not None and search.scope.newest_first
        composition = compose(search.question, reading, self.threshold, newest_first=newest_first)
        return Inquiry(search, reading, composition, time.perf_counter() - started)

    def _scoped(self, text: str, context: Context) -> ScopedQuestion:
        if not context.scope:
            return ScopedQuestion(text, None)
        archive = self._archive()
        newest = archive.published_to.date() if archive.published_to else None
        return read_scope(text, archive.sources, context.today, newest=newest)

    def _found(self, question: Question, filters: Filters, scope: Scope | None, k: int) -> list[Hit]:
        of_day = filters.near(question.day) if question.day else None
        # A number of one day is taken from that day's reports; others would only outshine them.
        if of_day and (told := self._retriever.search(question.text, of_day, k)):
            return told
        first = preferred(filters, scope) if scope and not question.day else None
        hits = self._retriever.search(question.text, filters, k)
        if first is None:
            return hits
        return each_once([*self._retriever.search(question.text, first, (k + 1) // 2), *hits])[:k]

    def _archive(self) -> Overview:
        """Looked at anew only when an article has come, changed or gone."""
        state = self._catalog.state()
        if self._seen is None or self._seen[0] != state:
            self._seen = (state, self._catalog.overview())
        return self._seen[1]


def asked_of_its_day(scoped: ScopedQuestion) -> Question:
    """A number of one day is asked without the day: its reports say it by their date, not in their words."""
    question = read_question(scoped.text)
    if scoped.day is None or scoped.scope is None or question.kind not in _OF_A_DAY:
        return question
    text = question.text
    for words in scoped.scope.words:
        text = text.replace(words, "")
    return replace(read_question(re.sub(r"\s+(?=[?,.])", "", " ".join(text.split()))), day=scoped.day)


def each_once(hits: Iterable[Hit]) -> list[Hit]:
    """Without passages that were found before."""
    found: dict[tuple[str, int], Hit] = {}
    for hit in hits:
        found.setdefault((hit.passage.article.id, hit.passage.start), hit)
    return list(found.values())
