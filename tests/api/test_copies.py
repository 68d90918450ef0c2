"""Copies of one text, through HTTP: kept, answerable, and one source."""

from fastapi.testclient import TestClient

from qa_service.answer import Answer
from tests.vector_store.test_near_copies import AGENCY, ANOTHER_REPORT, changed

WHO = "Who is the harbour master of Halvern?"
LED = "according to the harbour master, Joost Brandt."
WIRE = {"id": "wire", "title": "Ferry aground", "text": AGENCY, "source": "Meridian Wire", "published": "2022-03-02"}
# Of the sentence that answers, the Post has kept little, of the report nearly all.
POST = WIRE | {
    "id": "post",
    "text": changed(
        (
            AGENCY[AGENCY.index("The ship had left") : AGENCY.index("Two tugs")],
            "Joost Brandt is Halvern's harbour master. ",
        )
    ),
    "source": "The Harbour Post",
}
QUAY = {
    "id": "quay",
    "title": "A night on the sandbank",
    "text": ANOTHER_REPORT.replace(
        "Harbour master Joost Brandt defended", "Halvern's harbour master, Joost Brandt, defended"
    ),
    "source": "The Quay",
    "published": "2022-03-02",
}


def put(client: TestClient, *articles: dict[str, str]) -> list[tuple[str, str | None]]:
    results = client.post("/v1/articles", json=list(articles)).json()["results"]
    return [(result["status"], result["duplicate_of"]) for result in results]


def asked_of(client: TestClient, *articles: str) -> Answer:
    response = client.post("/v1/ask", json={"question": WHO, "filters": {"article_ids": articles}})
    assert response.status_code == 200, response.text
    return Answer.model_validate(response.json())


def test_two_prints_of_one_report_are_one_source_and_two_reports_are_two(client: TestClient) -> None:
    assert put(client, WIRE, POST, QUAY) == [("created", None), ("duplicate", "wire"), ("created", None)]
    alone, doubled, seconded = (
        asked_of(client, "wire"),
        asked_of(client, "wire", "post"),
        asked_of(client, "wire", "quay"),
    )
    assert {answer.short_answer for answer in (alone, doubled, seconded)} == {"Joost Brandt"}
    assert len(doubled.citations) == len(alone.citations) == 1
    assert {citation.article_id for citation in seconded.citations} == {"wire", "quay"}
    assert seconded.confidence > alone.confidence

    assert doubled.confidence <= max(alone.confidence, asked_of(client, "post").confidence)


def test_a_copy_answers_by_itself(client: TestClient) -> None:
    put(client, WIRE, POST)
    (citation,) = asked_of(client, "post").citations
    assert (citation.article_id, citation.source) == ("post", "The Harbour Post")
    client.delete("/v1/articles/wire")
    assert asked_of(client).citations[0].article_id == "post"


def test_the_list_and_the_article_say_of_which_one_it_is_a_copy(client: TestClient) -> None:
    put(client, POST, WIRE, QUAY)
    listed = client.get("/v1/articles").json()["articles"]
    assert {article["id"]: article["duplicate_of"] for article in listed} == {
        "post": None,
        "wire": "post",
        "quay": None,
    }
    assert client.get("/v1/articles/wire").json()["duplicate_of"] == "post"
    client.delete("/v1/articles/post")
    assert client.get("/v1/articles/wire").json()["duplicate_of"] is None
