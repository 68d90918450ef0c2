"""Questions that take several searches, asked of a real service."""

from collections.abc import Callable
from datetime import date

import pytest

from qa_service.answer import Answer, Ask, Found
from qa_service.service import Service
from vector_store.article import Article, midnight_utc

Asked = Callable[[str], Answer]


def article(name: str, text: str, day: date = date(2022, 3, 28)) -> Article:
    return Article(name, name.capitalize(), text, published=midnight_utc(day))


ARTICLES = (
    article("warsaw", "Poland has taken in 2.3 million refugees, its border guard said on Monday."),
    article("bucharest", "Romania has taken in 608,000 refugees, the interior ministry said on Monday."),
    article("tessel", "Marta Lindqvist runs Tessel Motors. The company makes electric buses.", date(2022, 5, 2)),
    article("uppsala", "Marta Lindqvist was born in Uppsala, studied physics there and rows at weekends."),
    article("bridge", "The Ottle bridge was opened in 1987. It cost 12 million euros, and the county paid for it."),
)


@pytest.fixture
def asked(service: Service) -> Asked:
    list(service.ingester.add(ARTICLES))
    return lambda question: service.answerer.answer(Ask(question=question))


def test_a_comparison_cites_an_article_for_each_and_names_the_one_asked_for(asked: Asked) -> None:
    answer = asked("Which country has taken in more refugees, Romania or Poland?")
    assert answer.status == "answered"
    assert answer.short_answer == "Poland"
    assert {citation.article_id for citation in answer.citations} == {"warsaw", "bucharest"}
    assert [(part.question, part.short_answer) for part in answer.parts] == [
        ("How many refugees has Poland taken in?", "2.3 million"),
        ("How many refugees has Romania taken in?", "608,000"),
    ]
    fewer = asked("Which country has taken in fewer refugees, Romania or Poland?")
    assert fewer.short_answer == "Romania"


def test_what_is_compared_is_decided_by_its_figures_and_not_by_the_first_name_in_a_sentence(service: Service) -> None:
    list(service.ingester.add([article("both", "Hungary has taken in 364,000 refugees and Moldova 387,000.")]))
    for names in ("Hungary or Moldova", "Moldova or Hungary"):
        asked = Ask(question=f"Which country has taken in more refugees, {names}?")
        assert service.answerer.answer(asked).short_answer == "Moldova"


def test_where_one_part_is_not_in_the_articles_the_answer_is_partial_and_says_which(asked: Asked) -> None:
    answer = asked("When was the Ottle bridge opened, and who is the president of Peru?")
    assert answer.status == "partial"
    assert answer.short_answer == "1987"
    assert [(part.question, part.status) for part in answer.parts] == [
        ("When was the Ottle bridge opened?", "answered"),
        ("Who is the president of Peru?", "not_in_articles"),
    ]
    assert {citation.article_id for citation in answer.citations} == {"bridge"}


def test_a_described_person_is_found_first(asked: Asked) -> None:
    answer = asked("Where was the woman who runs Tessel Motors born?")
    assert answer.status == "answered"
    assert answer.short_answer == "Uppsala"
    assert {citation.article_id for citation in answer.citations} == {"tessel", "uppsala"}
    assert [part.question for part in answer.parts] == [
        "Where was Marta Lindqvist born?",
        "Who runs Tessel Motors?",
    ]


def test_what_is_in_no_article_is_refused_by_every_step(asked: Asked) -> None:
    answer = asked("How many children does the man who runs Vasa Airlines have?")
    assert (answer.status, answer.parts, answer.citations) == ("not_in_articles", (), ())


def test_a_single_question_has_no_parts_and_one_search(service: Service, asked: Asked) -> None:
    assert asked("When was the Ottle bridge opened?").parts == ()
    events = list(service.answerer.stream(Ask(question="When was the Ottle bridge opened?")))
    assert [type(event) for event in events].count(Found) == 1


def test_every_claim_of_several_parts_stands_where_it_says(asked: Asked) -> None:
    answer = asked("When was the Ottle bridge opened, and how many refugees has Romania taken in?")
    assert answer.status == "answered"
    assert len(answer.claims) == 2
    for claim in answer.claims:
        quotes = [one.quote for one in answer.citations if one.number in claim.citations]
        assert answer.text[claim.start : claim.end] in quotes


def test_an_event_that_bounds_the_question_is_dated_by_the_articles(service: Service) -> None:
    told = (
        article("vote", "The mayoral election in Brack was held on 2 October 2022.", date(2022, 10, 3)),
        article("early", "Ada Quist was the favourite for mayor of Brack, a poll said.", date(2022, 9, 20)),
        article("late", "Bo Lind was the favourite for mayor of Brack, a poll said.", date(2022, 10, 20)),
    )
    list(service.ingester.add(told))
    answer = service.answerer.answer(
        Ask(question="Who was the favourite for mayor of Brack before the mayoral election?", top_k=1)
    )
    assert answer.scope is not None
    assert (answer.scope.words, answer.scope.published_to) == (("before the mayoral election",), date(2022, 10, 1))
    assert answer.short_answer == "Ada Quist"
    wide = service.answerer.answer(
        Ask(question="Who was the favourite for mayor of Brack before the mayoral election?", scope=False)
    )
    assert wide.scope is None
