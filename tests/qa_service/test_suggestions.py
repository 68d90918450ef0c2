"""Which questions are suggested, and how little that may cost.

The asking has a stand-in here, which the constructor takes; `tests/api/test_suggestions.py` has the real one.
"""

from collections.abc import Callable, Generator
from datetime import date
from threading import Event, Thread

import pytest

from qa_service.answer import Found
from qa_service.composition import Composition, Statement
from qa_service.findings import Finding, Reading
from qa_service.inquiry import Context, Inquiry, Search
from qa_service.investigation import Investigator
from qa_service.question import read_question
from qa_service.question_generation import generate
from qa_service.suggestions import Suggester, Suggestion, candidates
from tests.conftest import Store
from vector_store.article import Article, Filters, Passage, midnight_utc
from vector_store.errors import ArticleNotFoundError

Answers = Callable[[str], Passage | None]


class Oracle(Investigator):
    """Answers with whatever words it is told to, and remembers what it was asked."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def investigate(self, text: str, context: Context) -> Generator[Found, None, tuple[Inquiry, ...]]:
        self.asked.append(text)
        search = Search(text, read_question(text), (), None, (), Filters(), 0.0)
        words = self._answers(text)
        if words is None:
            return (Inquiry(search, Reading((), 0.0), Composition("not_in_articles"), 0.0),)
        finding = Finding(words, 0.9, words, None)
        composition = Composition("answered", (Statement((finding,)),))
        return (Inquiry(search, Reading((finding,), 0.9), composition, 0.0),)
        yield  # it is a generator, as the real one


def city(name: str, number: int, day: int = 1) -> Article:
    text = f"It rained in {name}. {name}, a city of {number},000 people, was wet. The mayor of {name}, Ada Quist, swam."
    return Article(id=name.lower(), title=f"Rain in {name}", text=text, published=midnight_utc(date(2022, 3, day)))


def truthful(*articles: Article) -> Oracle:
    """Answers each question with the words that it was made for."""
    meant = {question.text: question.answer for article in articles for question in generate(article)}
    return Oracle(meant.get)


def texts(suggestions: list[Suggestion]) -> list[str]:
    return [one.question for one in suggestions]


VELM, ROST, DARN = city("Velm", 50, 3), city("Rost", 60, 2), city("Darn", 70, 1)


def test_newest_articles_come_first_one_each_of_different_kinds(store: Store) -> None:
    store.add(DARN, VELM, ROST)
    suggested = Suggester(store.catalog, truthful(VELM, ROST, DARN)).suggest(4)
    assert texts(suggested[:3]) == [
        "How many people live in Velm?",
        "Who is the mayor of Rost?",
        "How many people live in Darn?",
    ]
    assert [one.article.id for one in suggested[:3]] == ["velm", "rost", "darn"]


def test_a_question_that_is_not_answered_is_not_suggested(store: Store) -> None:
    store.add(VELM)
    oracle = Oracle(lambda _question: None)
    assert Suggester(store.catalog, oracle).suggest(4) == []
    assert len(oracle.asked) == 2


def test_a_question_that_is_answered_with_other_words_is_not_suggested(store: Store) -> None:
    store.add(VELM)
    start = VELM.text.index("wet")
    assert Suggester(store.catalog, Oracle(lambda _question: Passage(VELM, start, start + 3))).suggest(4) == []


def test_the_same_words_of_another_article_do_not_count(store: Store) -> None:
    store.add(VELM, ROST)
    suggester = Suggester(store.catalog, Oracle(lambda _question: Passage(ROST, 0, len(ROST.text))))
    assert {one.article.id for one in suggester.suggest(4)} == {"rost"}


def test_only_the_named_article_is_asked_about(store: Store) -> None:
    store.add(VELM, ROST)
    suggester = Suggester(store.catalog, truthful(VELM, ROST))
    assert texts(suggester.suggest(4, "rost")) == ["How many people live in Rost?", "Who is the mayor of Rost?"]
    with pytest.raises(ArticleNotFoundError):
        suggester.suggest(4, "nowhere")


def test_what_was_found_is_not_asked_again(store: Store) -> None:
    store.add(VELM, ROST)
    oracle = truthful(VELM, ROST)
    suggester = Suggester(store.catalog, oracle)
    first = suggester.suggest(2)
    assert suggester.suggest(2) == first
    assert len(oracle.asked) == 2
    assert texts(suggester.suggest(4))[:2] == texts(first)
    assert len(oracle.asked) == 4


def test_one_request_asks_no_more_than_twelve_questions(store: Store) -> None:
    store.add(*(city(name, 50) for name in "Velm Rost Darn Olk Pruz Tarn Wix".split()))
    oracle = Oracle(lambda _question: None)
    Suggester(store.catalog, oracle).suggest(4)
    assert len(oracle.asked) == 12


def test_a_deleted_article_is_never_suggested(store: Store) -> None:
    store.add(VELM, ROST)
    suggester = Suggester(store.catalog, truthful(VELM, ROST))
    assert {one.article.id for one in suggester.suggest(4)} == {"velm", "rost"}
    store.ingester.delete("velm")
    assert {one.article.id for one in suggester.suggest(4)} == {"rost"}
    with pytest.raises(ArticleNotFoundError):
        suggester.suggest(4, "velm")


def test_an_article_that_is_deleted_while_questions_are_asked_is_not_suggested(store: Store) -> None:
    store.add(VELM)
    question = generate(VELM)[0]

    def answer_and_delete(text: str) -> Passage | None:
        if text == question.text:
            store.ingester.delete("velm")
        return question.answer

    assert Suggester(store.catalog, Oracle(answer_and_delete)).suggest(1) == []


def test_a_changed_article_is_asked_about_anew(store: Store) -> None:
    changed = city("Velm", 80, 3)
    store.add(VELM)
    suggester = Suggester(store.catalog, truthful(VELM))
    assert suggester.suggest(1)[0].article.text == VELM.text
    store.add(changed)
    assert suggester.suggest(1)[0].article.text == changed.text


def test_a_second_request_does_not_wait_for_the_first(store: Store) -> None:
    store.add(VELM)
    began, may_go_on = Event(), Event()

    def slowly(_question: str) -> Passage | None:
        began.set()
        may_go_on.wait(30)
        return None

    oracle = Oracle(slowly)
    suggester = Suggester(store.catalog, oracle)
    first = Thread(target=suggester.suggest, args=(1,))
    first.start()
    try:
        assert began.wait(30)
        assert suggester.suggest(1) == []
        assert suggester.suggest(1, "velm") == []
        assert len(oracle.asked) == 1
    finally:
        may_go_on.set()
        first.join()


def report(day: int, text: str) -> Article:
    return Article(id=f"day-{day}", title="News", text=text, published=midnight_utc(date(2022, 3, day)))


FLED = report(1, "There is war in Ukraine. Some 70,000 people have left Ukraine.")


@pytest.mark.parametrize(
    ("newer", "left"),
    [
        (report(2, "By now a million have left Ukraine."), []),
        (report(2, "It rained in Velm."), ["How many people have left Ukraine?"]),
        (report(1, "By now a million have left Ukraine."), ["How many people have left Ukraine?"]),
    ],
)
def test_a_count_that_goes_on_is_asked_only_of_the_newest_report_on_it(newer: Article, left: list[str]) -> None:
    assert [same[0].text for same in candidates([newer, FLED])] == left


def test_a_thing_counted_that_later_reports_do_not_mention_is_asked() -> None:
    boats = report(1, "Rain in Velm. Of the 83 boats in Velm, 31 have sunk.")
    assert candidates([report(2, "The sun shone in Velm."), boats])
    assert not candidates([report(2, "More boats sank in Velm."), boats])
