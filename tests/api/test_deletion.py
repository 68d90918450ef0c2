"""Deleted means gone: through every door, from every cache, and at last from the disk."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fastapi.testclient import TestClient

from qa_service.answer import Answer, Ask, Done, Found
from qa_service.conversations import WITHDRAWN
from qa_service.service import Service
from vector_store.langchain_retriever import LangChainRetriever

# The words that only these articles have.
ONLY = ("marquand", "brellvik", "quorn", "tallowgate")
MAYOR = {
    "id": "velm-mayor",
    "title": "Quorn has a mayor",
    "text": (
        "Ilse Marquand was elected mayor of Quorn on Sunday with 5,412 of the 9,870 votes, the election office said. "
        "She had promised a swimming pool at Tallowgate and lower fares on the ferries. "
        "Her rival Otto Hain congratulated her in the town hall, where supporters of both had waited until midnight. "
        "The council meets for the first time under its new head in the second week of October."
    ),
    "source": "The Brellvik Gazette",
    "url": "https://gazette.example/mayor",
    "published": "2022-10-02T21:30:00+02:00",
}
OTHER = {
    "id": "bridge",
    "title": "Harbour bridge closes",
    "text": "The harbour bridge of Ostmark closed on Friday after engineers found 14 cracks in its northern pier.",
    "source": "The Quay",
    "published": "2022-10-03",
}
ELECTED = "Who was elected mayor?"


def put(client: TestClient, *articles: dict[str, str]) -> list[dict[str, object]]:
    response = client.post("/v1/articles", json=list(articles))
    assert response.status_code == 200, response.text
    results: list[dict[str, object]] = response.json()["results"]
    return results


def ask(client: TestClient, question: str, **more: object) -> Answer:
    response = client.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return Answer.model_validate(response.json())


def doors(client: TestClient, conversation_id: str, answer_ids: list[str]) -> dict[str, Callable[[], str]]:
    """Every way in, and what is seen through it."""

    def got(path: str) -> Callable[[], str]:
        return lambda: client.get(path).text

    def posted(path: str, **body: object) -> Callable[[], str]:
        return lambda: client.post(path, json=body).text

    found: dict[str, Callable[[], str]] = {
        path: got(path)
        for path in (
            "/v1/articles",
            "/v1/articles?query=elected",
            "/v1/articles?source=the+brellvik+gazette",
            "/v1/articles?published_from=2022-10-02&published_to=2022-10-02",
            "/v1/articles/velm-mayor",
            "/v1/articles/velm-mayor/revisions/1",
            "/v1/articles/velm-mayor/revisions/2",
            "/v1/archive",
            "/v1/suggestions?limit=12",
            "/v1/suggestions?article_id=velm-mayor",
            "/v1/conversations",
            f"/v1/conversations/{conversation_id}",
            *(f"/v1/answers/{answer_id}" for answer_id in answer_ids),
        )
    }
    for sort in ("relevance", "newest", "oldest"):
        found[f"search, {sort}"] = posted("/v1/search", question=ELECTED, sort=sort, top_k=100)
    found["search of its publisher"] = posted(
        "/v1/search", question=ELECTED, filters={"sources": ["The Brellvik Gazette"], "article_ids": ["velm-mayor"]}
    )
    for question in (ELECTED, "Was a mayor elected?", "What does the Gazette say of the mayor and the bridge?"):
        found[question] = posted("/v1/ask", question=question)
        found[f"{question} streamed"] = posted("/v1/ask", question=question, stream=True)
    found["a follow-up"] = posted("/v1/ask", question="And what had she promised?", conversation_id=conversation_id)
    return found


def test_a_deleted_article_is_behind_no_door(client: TestClient, service: Service) -> None:
    put(client, MAYOR | {"text": "Ilse Marquand leads in Quorn, early counts say."}, OTHER)
    put(client, MAYOR)
    first = ask(client, ELECTED)
    second = ask(client, "And what had she promised?", conversation_id=first.conversation_id)
    third = ask(client, "How old is she?", conversation_id=first.conversation_id)
    assert "Marquand" in first.text
    assert "Marquand" in second.resolved_question
    assert ("Marquand" in third.resolved_question, third.status) == (True, "not_in_articles")
    ways = doors(client, first.conversation_id, [first.id, second.id, third.id])
    retriever = LangChainRetriever(retriever=service.retriever)
    before = {name: open_door() for name, open_door in ways.items()}
    assert len([name for name, seen in before.items() if any(word in seen.lower() for word in ONLY)]) > 20
    assert "Quorn" in str(retriever.invoke(ELECTED))

    assert client.delete("/v1/articles/velm-mayor").status_code == 204

    after = {name: open_door() for name, open_door in ways.items()}
    assert {name: seen for name, seen in after.items() if any(word in seen.lower() for word in ONLY)} == {}
    assert not [name for name, seen in after.items() if "velm-mayor" in seen and "not_found" not in seen]
    assert "Quorn" not in str(retriever.invoke(ELECTED))
    assert client.get("/v1/archive").json() == {
        "articles": 1,
        "passages": 1,
        "sources": ["The Quay"],
        "published_from": "2022-10-03",
        "published_to": "2022-10-03",
    }
    kept = Answer.model_validate_json(after[f"/v1/answers/{first.id}"])
    assert (kept.text, kept.question, kept.warnings, kept.confidence) == (WITHDRAWN, ELECTED, ("article_withdrawn",), 0)
    assert (kept.citations, kept.claims, kept.passages, kept.nearest, kept.parts) == ((), (), (), (), ())


def test_a_copy_that_comes_after_the_deletion_is_no_duplicate_of_it(client: TestClient) -> None:
    copy = MAYOR | {"id": "copy", "text": MAYOR["text"].replace("congratulated", "had congratulated")}
    put(client, MAYOR)
    client.delete("/v1/articles/velm-mayor")
    assert [result["status"] for result in put(client, copy, MAYOR)] == ["created", "duplicate"]
    client.delete("/v1/articles/copy")
    assert client.get("/v1/articles/velm-mayor").json()["duplicate_of"] is None


def test_an_answer_that_quotes_others_stays(client: TestClient) -> None:
    put(client, MAYOR, OTHER)
    answer = ask(client, "How many cracks did engineers find in the northern pier?")
    assert {passage.article_id for passage in answer.passages} == {"bridge", "velm-mayor"}
    assert {citation.article_id for citation in answer.citations} == {"bridge"}
    client.delete("/v1/articles/velm-mayor")
    kept = Answer.model_validate(client.get(f"/v1/answers/{answer.id}").json())
    assert (kept.text, kept.citations, kept.warnings) == (answer.text, answer.citations, ())
    assert {passage.article_id for passage in kept.passages} == {"bridge"}


def test_an_article_deleted_while_an_answer_is_given_is_not_kept_in_it(service: Service, client: TestClient) -> None:
    put(client, MAYOR)
    stream = service.answerer.stream(Ask(question=ELECTED))
    assert isinstance(next(stream), Found)
    client.delete("/v1/articles/velm-mayor")
    *_, last = stream
    assert isinstance(last, Done)
    kept = client.get(f"/v1/answers/{last.answer.id}")
    assert kept.json()["text"] == WITHDRAWN
    assert "Marquand" not in kept.text


def test_a_citation_says_when_it_is_read_again_that_the_article_has_changed(client: TestClient) -> None:
    put(client, MAYOR, OTHER)
    answer = ask(client, ELECTED)
    assert [citation.superseded for citation in answer.citations] == [False]
    put(client, MAYOR | {"text": MAYOR["text"].replace("5,412", "5,421")})

    (kept,) = Answer.model_validate(client.get(f"/v1/answers/{answer.id}").json()).citations
    conversation = client.get(f"/v1/conversations/{answer.conversation_id}").json()
    assert kept.superseded
    assert conversation["turns"][0]["citations"][0]["superseded"] is True
    old = client.get(f"/v1/articles/velm-mayor/revisions/{kept.revision}").json()
    assert old["text"][kept.start_char : kept.end_char] == kept.quote
    assert (old["superseded"], old["current_revision"]) == (True, 2)
    assert client.get("/v1/articles/velm-mayor").json()["superseded"] is False
    assert ask(client, ELECTED).citations[0].superseded is False


def holding(folder: Path, word: str) -> list[str]:
    """The files in which the word stands, in any of the ways that text is written to disk."""
    spelled = (word, word.capitalize(), word.upper())
    forms = [text.encode(encoding) for text in spelled for encoding in ("utf-8", "utf-16-le", "utf-16-be")]
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return sorted(str(path.relative_to(folder)) for path, held in files.items() if any(form in held for form in forms))


def test_after_a_compaction_no_file_holds_a_word_of_a_deleted_article(client: TestClient, tmp_path: Path) -> None:
    data = tmp_path / "data"
    trams = [{"id": f"a{n}", "title": "T", "text": f"Tram {n} is late. " * 200} for n in range(20)]
    old = {"id": "velm-mayor", "title": "Zwyckau", "text": "Grimbart Ollenhauer of Snuffbeck may become mayor."}
    put(client, OTHER, *trams)
    put(client, old)
    put(client, MAYOR)
    first = ask(client, ELECTED)
    ask(client, "And what had she promised?", conversation_id=first.conversation_id)
    words = [*ONLY, "zwyckau", "grimbart", "snuffbeck"]
    assert not [word for word in words if not holding(data, word)]

    for article in (*trams, MAYOR):
        client.delete(f"/v1/articles/{article['id']}")
    compacted = client.post("/v1/compact")

    assert compacted.status_code == 200
    assert compacted.json()["freed_bytes"] > 100_000
    assert {word: files for word in words if (files := holding(data, word))} == {}
    assert holding(data, "cracks") == ["catalog.sqlite3"]
    assert len(list((data / "index").iterdir())) == 1
    assert ask(client, "How many cracks did engineers find?").short_answer == "14"


def test_a_second_compaction_is_told_to_wait(client: TestClient, service: Service) -> None:
    put(client, OTHER)
    before = service.catalog.fact("index_build")
    patience = time.monotonic() + 60
    with ThreadPoolExecutor(1) as other:
        with service.ingester.held():
            first = other.submit(client.post, "/v1/compact")
            while service.catalog.fact("index_build") == before:  # then it waits for articles to stand still
                assert time.monotonic() < patience
            second = client.post("/v1/compact")
        assert first.result().status_code == 200
    assert (second.status_code, second.json()["code"]) == (503, "archive_busy")
    assert second.json()["detail"] == "The archive is busy (it is being compacted). Try again in a minute."
