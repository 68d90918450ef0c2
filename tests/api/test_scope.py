"""Questions that say where to look, and questions that go on from the last one, through HTTP only."""

from fastapi.testclient import TestClient

from qa_service.answer import Answer
from tests.api.test_ask import KYIV, asked

RIVALS = [
    {
        "id": "post",
        "title": "The toll",
        "text": "The flood killed 14 people in Brack, the coroner said.",
        "source": "The Harbour Post",
        "published": "2022-03-02",
    },
    {
        "id": "wire",
        "title": "The toll",
        "text": "The flood killed 17 people in Brack, the police said.",
        "source": "Meridian Wire",
        "published": "2022-03-09",
    },
]


def cited(answer: Answer) -> set[str]:
    return {citation.article_id for citation in answer.citations}


def test_the_publisher_that_the_question_names_is_the_only_one_heard(client: TestClient) -> None:
    client.post("/v1/articles", json=RIVALS)
    question = "How many people did the flood kill in Brack, according to the Harbour Post?"
    answer = asked(client, question)
    assert (answer.status, cited(answer)) == ("answered", {"post"})
    assert "14" in (answer.short_answer or "")
    assert answer.scope is not None
    assert (answer.scope.sources, answer.scope.strict) == (("The Harbour Post",), False)
    assert answer.searched.articles == 1
    assert answer.resolved_question == question
    wide = asked(client, question, scope=False)
    assert (wide.scope, wide.searched.articles) == (None, 2)
    assert "wire" in cited(wide)


def test_a_period_that_the_question_demands_bounds_the_search(client: TestClient) -> None:
    client.post("/v1/articles", json=RIVALS)
    answer = asked(client, "How many people did the flood kill in Brack, in reports published before 5 March 2022?")
    assert cited(answer) == {"post"}
    assert answer.scope is not None
    assert answer.scope.strict
    assert str(answer.scope.published_to) == "2022-03-04"


def test_a_question_never_widens_the_filters_it_was_asked_with(client: TestClient) -> None:
    client.post("/v1/articles", json=RIVALS)
    answer = asked(
        client,
        "How many people did the flood kill, according to the Harbour Post?",
        filters={"sources": ["Meridian Wire"]},
    )
    assert (answer.status, answer.searched.articles, answer.passages) == ("not_in_articles", 0, ())


def test_a_publisher_that_the_archive_lacks_is_said_to_be_missing(client: TestClient) -> None:
    client.post("/v1/articles", json=RIVALS)
    answer = asked(client, "How many people did the flood in Brack kill, according to Der Spiegel?")
    assert answer.warnings == ("There are no articles by Der Spiegel; all others were searched.",)


def test_a_follow_up_is_searched_as_a_question_of_its_own(client: TestClient) -> None:
    client.post("/v1/articles", json=KYIV | {"text": KYIV["text"] + " In Lviv, 4,000 people slept in the stations."})
    first = asked(client, "How many people had slept in the stations in Kyiv?")
    second = asked(client, "And in Lviv?", conversation_id=first.conversation_id)
    assert second.question == "And in Lviv?"
    assert second.resolved_question == "How many people had slept in the stations in Lviv?"
    assert "4,000" in (second.short_answer or "")
    alone = asked(client, "And in Lviv?")
    assert alone.resolved_question == "And in Lviv?"


def test_a_fresh_question_in_a_conversation_is_left_alone(client: TestClient) -> None:
    client.post("/v1/articles", json=KYIV)
    first = asked(client, "Who is the mayor of Kyiv?")
    question = "How many people had slept in the metro stations?"
    assert asked(client, question, conversation_id=first.conversation_id).resolved_question == question
