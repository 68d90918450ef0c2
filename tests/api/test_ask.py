"""Asking, through HTTP only."""

import json
import re

import httpx
import pytest
from fastapi.testclient import TestClient

from qa_service.answer import Answer, Citation, Claim, Figure, FoundPassage, NearArticle, Searched, Wire

FLED = "How many people have fled Ukraine?"
NOT_THERE = "What is the capital of Australia?"
JSON = {"Content-Type": "application/json"}
KYIV = {
    "id": "kyiv",
    "title": "The mayor of Kyiv speaks",
    "text": "Vitali Klitschko, the mayor of Kyiv, said on Friday that 15,000 people had slept in the metro stations.",
    "source": "The Harbour Post",
    "published": "2022-02-25",
}


def asked(client: TestClient, question: str, **more: object) -> Answer:
    """The answer, held to the contract's model, which knows no other keys."""
    response = client.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return Answer.model_validate_json(response.text)


def refused(client: TestClient, ask: dict[str, object], status: int = 422) -> tuple[str, str]:
    response = client.post("/v1/ask", json=ask)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    return response.json()["code"], response.json()["detail"]


def events(url: str, ask: dict[str, object], accept: str = "*/*") -> list[tuple[str, dict[str, object]]]:
    """The events of an answer as they come from a real server."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        response = client.post(f"{url}/v1/ask", json=ask, headers={"Accept": accept})
    assert response.headers["content-type"].startswith("text/event-stream"), response.text
    found = re.findall(r"^event: (\w+)\r?\ndata: (.*?)\r?\n\r?\n", response.text, re.MULTILINE)
    return [(name, json.loads(data)) for name, data in found]


def keys(model: type[Wire]) -> set[str]:
    return set(model.model_fields)


def test_an_answer_has_the_contracts_fields_and_no_others(samples: TestClient) -> None:
    answer = samples.post("/v1/ask", json={"question": FLED}).json()
    silent = samples.post("/v1/ask", json={"question": NOT_THERE}).json()
    assert set(answer) == set(silent) == keys(Answer)
    assert set(answer["searched"]) == keys(Searched)
    for name, model in (("claims", Claim), ("citations", Citation), ("figures", Figure), ("passages", FoundPassage)):
        assert answer[name], name
        assert all(set(part) == keys(model) for part in answer[name])
    assert all(set(article) == keys(NearArticle) for article in silent["nearest"])
    assert answer["id"].startswith("ans_")
    assert answer["conversation_id"].startswith("cnv_")
    assert set(answer["timings_ms"]) >= {"retrieve", "read", "total"}
    assert answer["answered_by"] == "extractive"


QUESTIONS = (
    FLED,
    "Who is the mayor of Halvern?",
    "How many homes are without electricity?",
    "Which country has taken in more refugees, Poland or Romania?",
    "What was reported by Meridian Wire in the last week of March 2022?",
    "When did Storm Ysolde reach land, and how many people died in it?",
    "What is the price of oil?",
)


def test_every_citation_is_verbatim_in_the_revision_that_it_names(samples: TestClient) -> None:
    for question in QUESTIONS:
        answer = asked(samples, question)
        assert answer.citations or question != FLED
        for citation in answer.citations:
            path = f"/v1/articles/{citation.article_id}/revisions/{citation.revision}"
            article = samples.get(path).json()
            assert article["text"][citation.start_char : citation.end_char] == citation.quote
            assert (article["title"], article["source"], article["url"]) == (
                citation.title,
                citation.source,
                citation.url,
            )


def test_offsets_count_code_points_and_not_what_javascript_or_utf_8_count(client: TestClient) -> None:
    before = "\N{GRINNING FACE}\N{GRINNING FACE} Ça va, dit le préfet.\n\n"
    client.post("/v1/articles", json=KYIV | {"text": before + KYIV["text"]})
    (citation,) = asked(client, "Who is the mayor of Kyiv?").citations
    assert (before + KYIV["text"])[citation.start_char : citation.end_char] == citation.quote
    assert citation.start_char == len(before)


def test_claims_are_the_answers_sentences_followed_by_their_markers(samples: TestClient) -> None:
    for question in QUESTIONS:
        answer = asked(samples, question)
        if answer.status == "not_in_articles" and question != FLED:
            continue
        numbers = [citation.number for citation in answer.citations]
        assert numbers == list(range(1, len(numbers) + 1))
        rebuilt = []
        for claim in answer.claims:
            markers = "".join(f"[{number}]" for number in claim.citations)
            assert claim.support == "supported"
            assert set(claim.citations) <= set(numbers)
            assert markers
            assert answer.text[claim.end :].startswith(f" {markers}")
            rebuilt.append(f"{answer.text[claim.start : claim.end]} {markers}")
        assert " ".join(rebuilt) == answer.text
        assert {figure.citation for figure in answer.figures} <= set(numbers)


def test_the_day_of_an_answer_is_the_day_of_its_first_citation_and_leads_its_figures(samples: TestClient) -> None:
    answer = asked(samples, FLED)
    assert answer.citations[0].published is not None
    assert answer.as_of == answer.citations[0].published.date() == answer.figures[0].as_of
    days = [figure.as_of for figure in answer.figures if figure.as_of]
    assert days == sorted(days, reverse=True)


def test_an_empty_archive_answers_that_there_is_nothing_to_search(client: TestClient) -> None:
    answer = asked(client, FLED)
    assert answer.status == "not_in_articles"
    assert answer.searched == Searched(articles=0, published_from=None, published_to=None)
    assert (answer.citations, answer.claims, answer.passages, answer.nearest) == ((), (), (), ())
    assert (answer.short_answer, answer.as_of, answer.confidence) == (None, None, 0.0)
    assert answer.text


def test_what_the_articles_do_not_say_comes_with_the_nearest_and_the_period_searched(samples: TestClient) -> None:
    archive = samples.get("/v1/archive").json()
    answer = asked(samples, NOT_THERE)
    assert answer.status == "not_in_articles"
    assert (answer.citations, answer.claims, answer.short_answer, answer.as_of) == ((), (), None, None)
    assert answer.searched.model_dump(mode="json") == {
        name: archive[name] for name in ("articles", "published_from", "published_to")
    }
    assert 1 <= len(answer.nearest) <= 3
    for article in answer.nearest:
        assert samples.get(f"/v1/articles/{article.article_id}").json()["title"] == article.title
    assert answer.text.startswith("The articles do not say. 40 articles were searched, published 25 February 2022 to ")


@pytest.mark.parametrize(
    ("ask", "code", "named"),
    [
        ({"question": ""}, "question_empty", "question: "),
        ({"question": " \n\t "}, "question_empty", "question: "),
        ({"question": "x" * 2_001}, "question_too_long", "question: "),
        ({"question": "a\0b"}, "question_not_text", "question: "),
        ({"question": 5}, "string_type", "question: must be text; put it in quotes."),
        ({}, "field_missing", "question: is missing."),
        ({"question": FLED, "top_k": 0}, "greater_than_equal", "top_k: "),
        ({"question": FLED, "top_k": 51}, "less_than_equal", "top_k: "),
        ({"question": FLED, "top_k": "many"}, "int_parsing", "top_k: "),
        ({"question": FLED, "answer": 42}, "extra_forbidden", "answer: is not a known key."),
        ({"question": FLED, "filters": {"author": "x"}}, "extra_forbidden", "filters.author: is not a known key."),
        ({"question": FLED, "filters": {"sources": "x"}}, "tuple_type", "filters.sources: must be a list."),
        ({"question": FLED, "filters": {"article_ids": ["x"] * 1_001}}, "list_too_long", "filters.article_ids: "),
        ({"question": FLED, "filters": {"published_from": "2022"}}, "not_a_date", "filters.published_from: is not a"),
        (
            {"question": FLED, "filters": {"published_from": "2022-03-02", "published_to": "2022-03-01"}},
            "period_reversed",
            "filters: published_from is later than published_to; swap them.",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_by_name(
    samples: TestClient, ask: dict[str, object], code: str, named: str
) -> None:
    given, detail = refused(samples, ask)
    assert given == code
    assert detail.startswith(named)


def test_a_lone_surrogate_in_a_question_is_refused(samples: TestClient) -> None:
    response = samples.post("/v1/ask", content=rb'{"question": "a\ud83d"}', headers=JSON)
    assert (response.status_code, response.json()["code"]) == (422, "question_not_text")


def test_a_question_that_is_no_object_is_told_to_be_one(samples: TestClient) -> None:
    response = samples.post("/v1/ask", json=[FLED])
    assert response.json()["detail"] == "The body must be a JSON object; send Content-Type: application/json."


def test_white_space_around_a_question_does_not_count_towards_its_2000_characters(samples: TestClient) -> None:
    assert asked(samples, f"  {'x' * 2_000}\n").question == "x" * 2_000


@pytest.mark.parametrize(
    "question",
    [
        "\N{GRINNING FACE}\N{GRINNING FACE}",
        "the " * 499 + "the?",
        "'; DROP TABLE articles; --",
        'zebra AND (quagga OR okapi*) NOT title:tapir NEAR/3 "',
    ],
    ids=["emoji", "stop words", "SQL", "search operators"],
)
def test_a_question_without_anything_to_answer_is_answered_by_saying_so(samples: TestClient, question: str) -> None:
    before = samples.get("/v1/archive").json()
    assert asked(samples, question).status == "not_in_articles"
    assert samples.get("/v1/archive").json() == before


def test_a_question_of_punctuation_alone_is_not_answered_from_the_articles(samples: TestClient) -> None:
    assert asked(samples, "?!...").status == "not_in_articles"


def test_at_most_top_k_passages_are_read_and_more_when_more_are_asked_for(samples: TestClient) -> None:
    assert len(asked(samples, FLED, top_k=1).passages) == 1
    assert len(asked(samples, FLED).passages) == 12
    assert len(asked(samples, FLED, top_k=50).passages) == 50


def test_passages_come_best_first_and_lie_in_their_articles(samples: TestClient) -> None:
    passages = asked(samples, FLED).passages
    assert [passage.score for passage in passages] == sorted((passage.score for passage in passages), reverse=True)
    for passage in passages:
        text = samples.get(f"/v1/articles/{passage.article_id}").json()["text"]
        assert 0 <= passage.start_char < passage.end_char <= len(text)


def test_filters_narrow_what_is_read_by_publisher_period_and_article(samples: TestClient) -> None:
    by_source = asked(samples, FLED, filters={"sources": ["danube COURIER"]})
    by_period = asked(samples, FLED, filters={"published_from": "2022-03-01", "published_to": "2022-03-08"})
    chosen = ["meridian-2022-03-03-one-million", "tern-2023-01-11-storm-warning"]
    by_article = asked(samples, FLED, filters={"article_ids": chosen})
    assert {citation.source for citation in by_source.citations} == {"Danube Courier"}
    assert by_source.searched.articles == 5
    assert by_period.as_of is not None
    assert "2022-03-01" <= by_period.as_of.isoformat() <= "2022-03-08"
    for passage in by_period.passages:
        published = samples.get(f"/v1/articles/{passage.article_id}").json()["published"]
        assert "2022-03-01" <= published[:10] <= "2022-03-08"
    assert {passage.article_id for passage in by_article.passages} == set(chosen)
    assert by_article.searched.articles == 2


def test_filters_that_admit_no_article_leave_nothing_to_search(samples: TestClient) -> None:
    for filters in ({"sources": ["Nobody"]}, {"article_ids": ["nope"]}, {"published_to": "1999-12-31"}):
        answer = asked(samples, FLED, filters=filters)
        assert (answer.status, answer.searched.articles, answer.passages) == ("not_in_articles", 0, ())


@pytest.mark.parametrize(
    ("ask", "accept"),
    [({"question": FLED, "stream": True}, "*/*"), ({"question": FLED}, "text/event-stream")],
    ids=["asked in the body", "asked by the header"],
)
def test_a_stream_tells_passages_then_text_and_citations_then_the_whole(
    served: str, ask: dict[str, object], accept: str
) -> None:
    came = events(served, ask, accept)
    names = [name for name, _ in came]
    assert names[:2] == ["passages", "delta"]
    assert (names.count("passages"), names.count("done"), names[-1]) == (1, 1, "done")
    assert set(names) == {"passages", "delta", "citation", "done"}
    answer = Answer.model_validate(came[-1][1]["answer"])
    in_text = {number for claim in answer.claims for number in claim.citations}
    said = ""
    for name, content in came:
        if name == "delta":
            said += str(content["text"])
        if name == "citation":
            citation = Citation.model_validate(content["citation"])
            if citation.number in in_text:
                assert f"[{citation.number}]" in said, "a citation comes after the text that it carries"
            else:
                assert said == answer.text, "an earlier figure's citation comes after the whole text"
            assert citation in answer.citations
    assert said == answer.text
    assert came[0][1]["passages"] == [passage.model_dump(mode="json") for passage in answer.passages]
    assert httpx.get(f"{served}/v1/answers/{answer.id}", trust_env=False).json() == came[-1][1]["answer"]


def test_a_stream_says_as_text_that_the_articles_do_not_say(served: str) -> None:
    came = events(served, {"question": NOT_THERE, "stream": True})
    assert [name for name, _ in came] == ["passages", "delta", "done"]
    answer = Answer.model_validate(came[-1][1]["answer"])
    assert (answer.status, came[1][1]["text"]) == ("not_in_articles", answer.text)


def test_a_stream_brings_every_citation_of_the_answer(served: str) -> None:
    came = events(served, {"question": FLED, "stream": True})
    brought = [Citation.model_validate(content["citation"]) for name, content in came if name == "citation"]
    assert tuple(brought) == Answer.model_validate(came[-1][1]["answer"]).citations


@pytest.mark.parametrize("more", [{}, {"stream": True}], ids=["whole", "streamed"])
def test_an_unknown_conversation_is_refused_before_anything_is_said(samples: TestClient, more: dict[str, bool]) -> None:
    code, detail = refused(samples, {"question": FLED, "conversation_id": "cnv_nope", **more}, 404)
    assert code == "conversation_not_found"
    assert "'cnv_nope'" in detail
    assert refused(samples, {"question": FLED, "conversation_id": "", **more}, 404)[0] == "conversation_not_found"


def test_a_request_that_cannot_be_asked_is_a_problem_even_where_a_stream_was_wanted(samples: TestClient) -> None:
    assert refused(samples, {"question": "", "stream": True})[0] == "question_empty"


def test_a_conversation_keeps_its_answers_in_order_and_is_listed_by_its_first_question(client: TestClient) -> None:
    client.post("/v1/articles", json=KYIV)
    other = asked(client, "Where did people sleep?")
    first = asked(client, "Who is the mayor of Kyiv?")
    second = asked(client, "How many people slept in the metro?", conversation_id=first.conversation_id)
    assert second.conversation_id == first.conversation_id != other.conversation_id
    kept = client.get(f"/v1/conversations/{first.conversation_id}").json()
    assert kept["turns"] == [first.model_dump(mode="json"), second.model_dump(mode="json")]
    listed = client.get("/v1/conversations").json()["conversations"]
    assert [(one["id"], one["title"]) for one in listed] == [
        (first.conversation_id, "Who is the mayor of Kyiv?"),
        (other.conversation_id, "Where did people sleep?"),
    ]
    assert client.get("/v1/conversations", params={"limit": 1}).json()["conversations"] == listed[:1]
    assert client.get(f"/v1/answers/{second.id}").json() == second.model_dump(mode="json")


def test_a_deleted_conversation_is_gone_with_its_answers(client: TestClient) -> None:
    answer = asked(client, FLED)
    path = f"/v1/conversations/{answer.conversation_id}"
    deleted = client.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    for gone, code in ((path, "conversation_not_found"), (f"/v1/answers/{answer.id}", "answer_not_found")):
        response = client.get(gone)
        assert (response.status_code, response.json()["code"]) == (404, code)
    assert client.delete(path).status_code == 404
    assert client.get("/v1/conversations").json() == {"conversations": []}
    again: dict[str, object] = {"question": FLED, "conversation_id": answer.conversation_id}
    assert refused(client, again, 404)[0] == "conversation_not_found"


@pytest.mark.parametrize("limit", ["0", "201", "many"])
def test_the_conversations_listed_are_1_to_200(client: TestClient, limit: str) -> None:
    response = client.get("/v1/conversations", params={"limit": limit})
    assert response.status_code == 422
    assert response.json()["detail"].startswith("limit: ")
