"""Questions that the articles answer, to be suggested to those who do not know what to ask.

They are made from the articles' own sentences and then asked like anyone's question; only those are kept that the
service answers, with the words that they were made for. An answer differs from one state of the archive to the next
(a newer figure leads), so what was kept is forgotten with every change of it.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from qa_service.clause_patterns import QuestionKind, words_of
from qa_service.inquiry import Context, Inquiry
from qa_service.investigation import Investigator
from qa_service.question import PEOPLE, stem
from qa_service.question_generation import GeneratedQuestion, generate
from vector_store.article import Article, Filters, Passage
from vector_store.catalog import Catalog
from vector_store.errors import ArticleNotFoundError
from vector_store.holdings import State

MOST = 12
"""How many can be asked for."""
_NEWEST = 40
"""Articles that are looked through, newest first."""
_MOST_ASKED = 12
_SECONDS = 3.0
"""One request tries no more questions than that, and begins none after that time: a quarter of a second each."""
_KEPT_LISTS = 64
_SPELLED = 5
"""Letters by which a name is known in all its forms: Ukraine, Ukrainians."""
_LESS_WORTH: dict[QuestionKind, int] = {"change": 1, "why": 1, "person": 2}
"""Kinds that come later: people would rather not ask "Who is Ewa Dudzic?", and a reason is seldom told in few words."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that is answered, and the article that answers it."""

    question: str
    kind: QuestionKind
    article: Article


Same = tuple[GeneratedQuestion, ...]
"""One question that several articles would answer, newest first."""


@dataclass(slots=True)
class _List:
    """What was found for one scope: the questions yet to be tried, and those that were answered."""

    waiting: list[Same]
    kept: list[Suggestion] = field(default_factory=list)


class Suggester:
    """Makes suggestions when they are asked for, a few at a time, and remembers them until the archive changes."""

    def __init__(self, catalog: Catalog, investigator: Investigator) -> None:
        self._catalog = catalog
        self._investigator = investigator
        self._lock = Lock()
        self._asking = Lock()
        self._state: State | None = None
        self._lists: OrderedDict[str | None, _List] = OrderedDict()

    def suggest(self, limit: int, article_id: str | None = None) -> list[Suggestion]:
        """Up to `limit` questions, of one article or of the newest ones; fewer when no more were found in good time.

        A request that comes while another is at work gets what was found so far: only one thread reads, and the others
        are left to those who ask. Raises ArticleNotFoundError.
        """
        found = self._list(article_id)
        if len(found.kept) < limit and self._asking.acquire(blocking=False):
            try:
                self._extend(found, limit)
            finally:
                self._asking.release()
        return [one for one in list(found.kept) if self._is_current(one.article)][:limit]

    def _list(self, article_id: str | None) -> _List:
        """The one of the archive as it is now."""
        state = self._catalog.state()
        with self._lock:
            if state != self._state:
                self._lists.clear()
                self._state = state
            known = self._lists.get(article_id)
            if known is not None:
                self._lists.move_to_end(article_id)
                return known
        made = _List(candidates(self._articles(article_id), article_id))
        with self._lock:
            if state != self._state:
                return made
            made = self._lists.setdefault(article_id, made)
            if len(self._lists) > _KEPT_LISTS:
                self._lists.popitem(last=False)
        return made

    def _articles(self, article_id: str | None) -> list[Article]:
        """The newest, newest first, and the one that is asked for."""
        newest = self._catalog.page(Filters(), "", None, _NEWEST)
        known = article_id is None or any(article.id == article_id for article in newest)
        return newest if known or article_id is None else [*newest, self._catalog.article(article_id)]

    def _extend(self, found: _List, limit: int) -> None:
        until = time.monotonic() + _SECONDS
        for _ in range(_MOST_ASKED):
            if not found.waiting or len(found.kept) >= limit or time.monotonic() > until:
                return
            best = next_of(found.waiting, found.kept)
            found.waiting.remove(best)
            answer = self._answer(best[0].text)
            meant = next((one for one in best if answer is not None and overlap(answer, one.answer)), None)
            if meant is not None:
                found.kept.append(Suggestion(meant.text, meant.kind, meant.answer.article))

    def _answer(self, question: str) -> Passage | None:
        """The words that answer, where one step answers and nothing contradicts it."""
        steps = self._investigator.investigate(question, Context(datetime.now(UTC).date()))
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return _words_of(end.value)

    def _is_current(self, article: Article) -> bool:
        """Whether it has not been deleted or changed since."""
        try:
            return self._catalog.article(article.id) == article
        except ArticleNotFoundError:
            return False


def candidates(articles: Sequence[Article], article_id: str | None = None) -> list[Same]:
    """The questions of the articles, or of the one with this id, in their order.

    Without the tallies that a newer one of the articles may tell.
    """
    made: dict[str, list[GeneratedQuestion]] = {}
    for article in articles:
        if article_id is None or article.id == article_id:
            for question in generate(article):
                if not any(may_supersede(newer, question) for newer in articles):
                    made.setdefault(question.text, []).append(question)
    return [tuple(same) for same in made.values()]


def may_supersede(newer: Article, question: GeneratedQuestion) -> bool:
    """Whether it is of a later day and may count anew what the question counts: it has its names, and what is counted.

    Of people it need not have the word, there are too many others: "the death toll was raised to 12".
    """
    own = question.answer.article
    if question.tally is None or newer.published is None or own.published is None or newer.published <= own.published:
        return False
    names = [word[:_SPELLED] for word in words_of(question.text)[1:] if word[0].isupper()]
    counted = stem(question.tally) in PEOPLE or question.tally in newer.text
    return counted and all(name in newer.text for name in names)


def next_of(waiting: Sequence[Same], kept: Sequence[Suggestion]) -> Same:
    """Which question to try next: of an article, a kind and a subject that were not yet suggested, newest first."""
    articles = Counter(one.article.id for one in kept)
    kinds = Counter(one.kind for one in kept)
    names = {word for one in kept for word in words_of(one.question)[1:] if word[0].isupper()}

    def cost(same: Same) -> int:
        question = same[0]
        again = len(names.intersection(words_of(question.text)[1:]))
        return (
            2 * articles[question.answer.article.id] + again + kinds[question.kind] + _LESS_WORTH.get(question.kind, 0)
        )

    return min(waiting, key=cost)


def overlap(one: Passage, other: Passage) -> bool:
    """Whether both are words of one article that share a character."""
    return one.article.id == other.article.id and one.start < other.end and other.start < one.end


def _words_of(inquiries: Sequence[Inquiry]) -> Passage | None:
    composition = inquiries[0].composition
    if len(inquiries) > 1 or composition.status != "answered" or composition.lead is None:
        return None
    return composition.lead.span
