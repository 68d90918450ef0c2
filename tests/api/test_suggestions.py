"""Suggested questions, through HTTP and with the real reader."""

from fastapi.testclient import TestClient

from qa_service.api.suggestions import SuggestedQuestions

VELM = {
    "id": "velm",
    "title": "Rain in Velm",
    "text": "It rained in Velm. Velm, a town of 52,000 people, was wet all day. The mayor of Velm, Ada Quist, swam.",
    "published": "2022-03-01",
}


def suggested(client: TestClient, query: str = "") -> dict[str, str]:
    """Question → the article's id."""
    response = client.get(f"/v1/suggestions{query}")
    assert response.status_code == 200, response.text
    found = SuggestedQuestions.model_validate_json(response.text)
    return {one.question: one.article_id for one in found.suggestions}


def test_each_suggestion_is_answered_from_its_article_when_it_is_asked(samples: TestClient) -> None:
    questions = suggested(samples)
    assert len(questions) == 4
    assert len(set(questions.values())) == 4
    for question, article_id in questions.items():
        answer = samples.post("/v1/ask", json={"question": question}).json()
        assert answer["status"] == "answered"
        assert answer["citations"][0]["article_id"] == article_id


def test_suggestions_of_an_article_are_its_own(samples: TestClient) -> None:
    article_id = "northline-2022-03-01-un-appeal"
    questions = suggested(samples, f"?article_id={article_id}&limit=2")
    assert len(questions) == 2
    assert set(questions.values()) == {article_id}


def test_asking_for_suggestions_leaves_no_conversation_behind(samples: TestClient) -> None:
    before = samples.get("/v1/conversations").json()
    suggested(samples)
    assert samples.get("/v1/conversations").json() == before


def test_an_empty_archive_suggests_nothing_and_a_deleted_article_no_more(client: TestClient) -> None:
    assert suggested(client) == {}
    client.post("/v1/articles", json=VELM)
    assert suggested(client) == {"How many people live in Velm?": "velm", "Who is the mayor of Velm?": "velm"}
    client.delete("/v1/articles/velm")
    assert suggested(client) == {}
    response = client.get("/v1/suggestions?article_id=velm")
    assert (response.status_code, response.json()["code"]) == (404, "article_not_found")


def test_no_more_than_twelve_can_be_asked_for(samples: TestClient) -> None:
    assert samples.get("/v1/suggestions?limit=13").status_code == 422
    assert samples.get("/v1/suggestions?limit=0").status_code == 422
