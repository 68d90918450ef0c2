"""Articles in, listed, shown, deleted, through HTTP only."""

import base64
import json
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from qa_service.api.app import create_app
from qa_service.api.articles import MAX_BATCH
from qa_service.api.limits import MAX_BODY_BYTES
from qa_service.service import open_service
from qa_service.settings import Settings

JSON = {"Content-Type": "application/json"}
BRIDGE: dict[str, object] = {
    "id": "bridge",
    "title": "Harbour bridge closes",
    "text": "The harbour bridge closed on Friday after engineers found 14 cracks in its northern pier.",
    "source": "The Quay",
    "author": "Ada Moreau",
    "url": "https://quay.example/bridge",
    "published": "2024-03-01T09:30:00+01:00",
    "language": "en",
}
TRAM: dict[str, object] = {
    "id": "tram",
    "title": "Tram drivers strike",
    "text": "Tram drivers in Ostmark went on strike.",
}


def put(client: TestClient, *articles: dict[str, object]) -> list[dict[str, object]]:
    response = client.post("/v1/articles", json=list(articles))
    assert response.status_code == 200, response.text
    results: list[dict[str, object]] = response.json()["results"]
    return results


def refused(response: Response, status: int = 422) -> tuple[str, str]:
    """The code and the detail of a problem."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    return problem["code"], problem["detail"]


def listed(client: TestClient, **params: str | list[str]) -> list[str]:
    response = client.get("/v1/articles", params=params)
    assert response.status_code == 200, response.text
    return [article["id"] for article in response.json()["articles"]]


def cursor(place: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def test_one_article_is_taken_in_as_it_is_and_a_list_gives_a_result_for_each_in_order(client: TestClient) -> None:
    one = client.post("/v1/articles", json=BRIDGE)
    created = {"id": "bridge", "revision": 1, "status": "created", "duplicate_of": None, "passages": 1}
    assert one.json() == {"results": [created]}
    assert [result["id"] for result in put(client, TRAM, BRIDGE)] == ["tram", "bridge"]


def test_the_status_says_created_unchanged_updated_or_duplicate(client: TestClient) -> None:
    copy = BRIDGE | {"id": "copy", "text": str(BRIDGE["text"]).upper(), "source": "The Echo"}
    corrected = BRIDGE | {"text": "The harbour bridge stays open."}
    results = put(client, BRIDGE, BRIDGE, copy, corrected)
    assert [(result["status"], result["revision"], result["duplicate_of"]) for result in results] == [
        ("created", 1, None),
        ("unchanged", 1, None),
        ("duplicate", 1, "bridge"),
        ("updated", 2, None),
    ]


def test_an_acknowledged_article_is_searchable_and_shown_as_it_was_given(client: TestClient) -> None:
    put(client, BRIDGE)
    found = client.post("/v1/search", json={"question": "cracks in the northern pier"}).json()["passages"]
    shown = client.get("/v1/articles/bridge").json()
    assert [passage["article_id"] for passage in found] == ["bridge"]
    assert {name: shown[name] for name in BRIDGE} == BRIDGE


def test_an_article_without_an_id_gets_one_that_is_the_same_every_time(client: TestClient) -> None:
    nameless = {name: value for name, value in BRIDGE.items() if name != "id"}
    first, second = put(client, nameless)[0], put(client, nameless)[0]
    assert first["id"] == second["id"]
    assert (first["status"], second["status"]) == ("created", "unchanged")


def test_a_body_in_utf_16_or_with_a_byte_order_mark_is_read(client: TestClient) -> None:
    for body in (json.dumps(BRIDGE).encode("utf-8-sig"), json.dumps(BRIDGE).encode("utf-16")):
        assert client.post("/v1/articles", content=body, headers=JSON).status_code == 200


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        ({"text": ""}, "text_empty", "text: is empty; give the words of the article."),
        ({"text": " \n\t"}, "text_empty", "text: is empty; give the words of the article."),
        ({"title": ""}, "title_empty", "title: is empty; give the article's headline."),
        ({"title": "  "}, "title_empty", "title: is empty; give the article's headline."),
        ({"text": 5}, "string_type", "text: must be text; put it in quotes."),
        ({"text": None}, "string_type", "text: must be text; put it in quotes."),
        ({"source": ["The Quay"]}, "string_type", "source: must be text; put it in quotes."),
        ({"headline": "Bridge"}, "extra_forbidden", "headline: is not a known key."),
        ({"revision": 3}, "extra_forbidden", "revision: is not a known key."),
        ({"title": "x" * 501}, "string_too_long", "title: String should have at most 500 characters."),
        ({"text": "a\0b"}, "not_text", "text: has U+0000 at character 2, which is not text; remove it."),
        ({"url": "ftp://quay.example/1"}, "url_invalid", "url: must be a whole http or https address"),
        ({"url": "javascript:alert(1)"}, "url_invalid", "url: must be a whole http or https address"),
        ({"id": "a b"}, "id_invalid", "id: must be 1 to 200 letters, digits and . _ ~ : -"),
        ({"id": "../archive"}, "id_invalid", "id: must be 1 to 200 letters, digits and . _ ~ : -"),
        ({"published": "last Friday"}, "not_a_date", "published: is not a date; write a day (2022-02-25)"),
        ({"published": "2022"}, "not_a_date", "published: is not a date; write a day (2022-02-25)"),
        ({"published": 2022}, "not_a_date", "published: is not a date; write a day (2022-02-25)"),
        ({"published": "2022-02-30"}, "not_a_date", "published: is not a date; write a day (2022-02-25)"),
        ({"published": "2022-02-25T09:30:00"}, "no_zone", "published: has no time zone; add one"),
    ],
)
def test_a_field_that_cannot_be_kept_is_named_with_what_to_do(
    client: TestClient, change: dict[str, object], code: str, detail: str
) -> None:
    given_code, given_detail = refused(client.post("/v1/articles", json=BRIDGE | change))
    assert given_code == code
    assert given_detail.startswith(detail)
    assert listed(client) == []


def test_a_missing_field_is_named(client: TestClient) -> None:
    assert refused(client.post("/v1/articles", json={"title": "x"})) == ("field_missing", "text: is missing.")


def test_several_problems_are_told_at_once_and_counted_beyond_five(client: TestClient) -> None:
    code, detail = refused(client.post("/v1/articles", json={"title": "", "text": ""}))
    assert code == "invalid_request"
    assert detail == "title: is empty; give the article's headline. text: is empty; give the words of the article."
    _, detail = refused(client.post("/v1/articles", json=BRIDGE | {f"key{number}": 1 for number in range(7)}))
    assert detail.endswith("key4: is not a known key. And 2 more.")


def test_a_bad_article_in_a_list_is_told_by_its_place_and_nothing_of_the_list_is_stored(client: TestClient) -> None:
    response = client.post("/v1/articles", json=[BRIDGE, TRAM, BRIDGE, TRAM | {"text": ""}])
    assert refused(response) == ("text_empty", "3.text: is empty; give the words of the article.")
    assert client.get("/v1/archive").json()["articles"] == 0


def test_a_lone_surrogate_is_refused_and_a_pair_is_one_character(client: TestClient) -> None:
    lone = client.post("/v1/articles", content=rb'{"title": "T", "text": "a\ud83db"}', headers=JSON)
    pair = client.post("/v1/articles", content=rb'{"id": "p", "title": "T", "text": "a\ud83d\ude00b"}', headers=JSON)
    assert refused(lone) == ("not_text", "text: has U+D83D at character 2, which is not text; remove it.")
    assert pair.status_code == 200
    assert client.get("/v1/articles/p").json()["text"] == "a\N{GRINNING FACE}b"


@pytest.mark.parametrize("body", ["an article", 5, None, [[BRIDGE]], [BRIDGE, None]])
def test_what_is_no_article_is_told_to_be_an_object(client: TestClient, body: object) -> None:
    _, detail = refused(client.post("/v1/articles", content=json.dumps(body), headers=JSON))
    assert "must be a JSON object" in detail
    assert listed(client) == []


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/x-www-form-urlencoded"}])
def test_a_body_that_is_not_said_to_be_json_is_told_how_to_say_so(client: TestClient, headers: dict[str, str]) -> None:
    _, detail = refused(client.post("/v1/articles", content=json.dumps(BRIDGE), headers=headers))
    assert "Content-Type: application/json" in detail


def test_an_absent_body_is_told_to_be_missing(client: TestClient) -> None:
    code, detail = refused(client.post("/v1/articles", content=b"", headers=JSON))
    assert (code, detail.split(";")[0]) == ("field_missing", "The body is missing")


def test_broken_json_is_told_with_the_place_where_it_breaks(client: TestClient) -> None:
    code, detail = refused(client.post("/v1/articles", content=b'{"title": "T",}', headers=JSON))
    assert code == "not_json"
    assert detail.startswith("The body is not JSON: ")
    assert detail.endswith("at character 15.")


@pytest.mark.parametrize(
    "body",
    ['{"title": "T", "text": "café"}'.encode("latin-1"), b"[" * 100_000, b'{"title": ' + b"1" * 5_000 + b"}"],
    ids=["latin-1", "too deep", "too long a number"],
)
def test_a_body_that_cannot_be_read_is_the_clients_mistake(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/articles", content=body, headers=JSON)
    assert refused(response, 400) == ("bad_request", "The body cannot be read; send JSON in UTF-8.")


def test_a_list_holds_1_to_200_articles(client: TestClient) -> None:
    assert refused(client.post("/v1/articles", json=[]))[0] == "too_short"
    assert refused(client.post("/v1/articles", json=[TRAM] * (MAX_BATCH + 1)))[0] == "list_too_long"
    assert listed(client) == []
    assert len(put(client, *[TRAM] * MAX_BATCH)) == 200


def test_an_article_over_the_set_length_is_refused_and_takes_its_list_with_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "small", max_article_bytes=1_000)
    with open_service(settings) as service, TestClient(create_app(service)) as client:
        long = TRAM | {"id": "long", "text": "é" * 501}
        code, detail = refused(client.post("/v1/articles", json=[BRIDGE, long]))
        assert code == "invalid_article"
        assert "'long'" in detail
        assert "1,002 bytes; the limit is 1,000" in detail
        assert listed(client) == []
        assert put(client, long | {"text": "é" * 500})[0]["status"] == "created"


def test_a_body_that_declares_to_be_over_the_limit_is_refused(client: TestClient) -> None:
    headers = JSON | {"Content-Length": str(MAX_BODY_BYTES + 1)}
    code, detail = refused(client.post("/v1/articles", content=b"{}", headers=headers), 413)
    assert (code, detail) == (
        "body_too_large",
        "The request is larger than 128,000,000 bytes; send fewer articles at a time.",
    )


def test_a_body_that_turns_out_to_be_over_the_limit_is_refused(client: TestClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 1_000_000 + 1):
            yield b" " * 1_000_000
        yield json.dumps(BRIDGE).encode()

    response = client.post("/v1/articles", content=chunks(), headers=JSON)
    assert "content-length" not in response.request.headers
    assert refused(response, 413)[0] == "body_too_large"
    assert listed(client) == []


def test_the_list_is_newest_first_with_undated_articles_last(client: TestClient) -> None:
    put(
        client,
        TRAM | {"id": "undated"},
        TRAM | {"id": "old", "published": "2024-01-31"},
        TRAM | {"id": "evening-in-lima", "published": "2024-03-01T20:00:00-05:00"},
        TRAM | {"id": "night-in-tokyo", "published": "2024-03-02T01:00:00+09:00"},
    )
    assert listed(client) == ["evening-in-lima", "night-in-tokyo", "old", "undated"]


def test_the_list_is_narrowed_by_words_publisher_and_period(client: TestClient) -> None:
    put(
        client,
        BRIDGE,
        TRAM | {"source": "The Echo", "published": "2024-03-02"},
        {"id": "undated", "title": "Ferry", "text": "The ferry sailed.", "source": "The Quay"},
    )
    assert listed(client, query="the northern PIER") == ["bridge"]
    assert listed(client, query="zebra") == []
    assert listed(client, source="the quay") == ["bridge", "undated"]
    assert listed(client, source=["the quay", "THE ECHO"]) == ["tram", "bridge", "undated"]
    assert listed(client, published_from="2024-03-01", published_to="2024-03-01") == ["bridge"]
    assert listed(client, published_from="2024-03-01T08:30:01Z") == ["tram"]
    assert listed(client, published_from="2024-03-01T08:30:01Z", undated="true") == ["tram", "undated"]
    assert listed(client, published_to="2023-12-31", undated="true", source="The Echo") == []
    assert listed(client, source="The Echo", query="bridge") == []


@pytest.mark.parametrize(
    "query", ['"', "a AND", "NEAR(x y)", "title:bridge OR", "*", "'; DROP TABLE articles; --", "\0"]
)
def test_a_query_in_the_language_of_the_search_engine_is_only_words(client: TestClient, query: str) -> None:
    put(client, TRAM)
    assert listed(client, query=query) == []
    assert listed(client) == ["tram"]


def test_the_walk_along_the_cursor_meets_every_article_once(client: TestClient) -> None:
    dates = [None, "2024-03-01", "2024-03-02T10:00:00.123456+05:30"]
    ids = [f"article-{number:03}" for number in range(120)]
    put(client, *(TRAM | {"id": name, "published": dates[at % 3]} for at, name in enumerate(ids)))
    met: list[str] = []
    page = client.get("/v1/articles").json()
    while page["next_cursor"]:
        assert len(page["articles"]) == 50
        met += [article["id"] for article in page["articles"]]
        page = client.get("/v1/articles", params={"cursor": page["next_cursor"]}).json()
    met += [article["id"] for article in page["articles"]]
    assert sorted(met) == ids
    assert met == [*ids[2::3], *ids[1::3], *ids[0::3]]


@pytest.mark.parametrize(
    "bad",
    [
        "abc",
        "é",
        "!!!",
        cursor(None),
        cursor([]),
        cursor([1, 2]),
        cursor(["2024-03-01", "a", "b"]),
        cursor(["2024-03-01T10:00:00", "no-zone"]),
        cursor(["0001-01-01T00:00:00+14:00", "before-time"]),
        cursor([None, "\ud800"]),
        cursor([None, 5]),
    ],
)
def test_a_cursor_that_the_list_has_not_given_is_refused(client: TestClient, bad: str) -> None:
    put(client, TRAM)
    assert refused(client.get("/v1/articles", params={"cursor": bad}))[0] == "invalid_cursor"


@pytest.mark.parametrize(
    ("params", "code", "named"),
    [
        ({"published_from": "2022"}, "not_a_date", "published_from: is not a date"),
        ({"published_to": "2022-02-25T09:30:00"}, "no_zone", "published_to: has no time zone"),
        ({"published_from": "2024-03-02", "published_to": "2024-03-01"}, "period_reversed", "published_from is later"),
        ({"query": "x" * 2_001}, "string_too_long", "query: String should have at most 2000 characters"),
    ],
)
def test_a_list_that_cannot_be_made_is_refused_with_the_parameters_name(
    client: TestClient, params: dict[str, str], code: str, named: str
) -> None:
    given_code, detail = refused(client.get("/v1/articles", params=params))
    assert given_code == code
    assert detail.startswith(named)


def test_every_revision_stays_readable_and_the_newest_is_the_article(client: TestClient) -> None:
    corrected = BRIDGE | {"text": "The harbour bridge stays open.", "title": "Correction"}
    put(client, BRIDGE)
    put(client, corrected)
    article = client.get("/v1/articles/bridge").json()
    first = client.get("/v1/articles/bridge/revisions/1").json()
    second = client.get("/v1/articles/bridge/revisions/2").json()
    assert (article["text"], article["revision"], article["current_revision"]) == (corrected["text"], 2, 2)
    assert second == article
    assert (first["text"], first["title"], first["revision"], first["current_revision"]) == (
        BRIDGE["text"],
        BRIDGE["title"],
        1,
        2,
    )
    assert [revision["revision"] for revision in article["revisions"]] == [1, 2]


def test_what_is_not_there_is_said_not_to_be_there(client: TestClient) -> None:
    put(client, TRAM)
    for path in ("/v1/articles/nope", "/v1/articles/nope/revisions/1", "/v1/articles/tram/revisions/2"):
        assert refused(client.get(path), 404)[0] == "article_not_found"
    assert refused(client.delete("/v1/articles/nope"), 404)[0] == "article_not_found"


@pytest.mark.parametrize("revision", ["0", "-1", "x", "1.5", str(2**63), "9" * 30])
def test_what_can_be_no_revision_is_refused_by_name(client: TestClient, revision: str) -> None:
    put(client, TRAM)
    assert refused(client.get(f"/v1/articles/tram/revisions/{revision}"))[1].startswith("revision: ")


def test_a_deleted_article_is_gone_from_every_address_and_can_come_back(client: TestClient) -> None:
    put(client, BRIDGE, TRAM)
    deleted = client.delete("/v1/articles/bridge")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert refused(client.delete("/v1/articles/bridge"), 404)[0] == "article_not_found"
    assert refused(client.get("/v1/articles/bridge"), 404)[0] == "article_not_found"
    assert refused(client.get("/v1/articles/bridge/revisions/1"), 404)[0] == "article_not_found"
    assert listed(client) == ["tram"]
    assert client.get("/v1/archive").json()["sources"] == []
    found = client.post("/v1/search", json={"question": "cracks in the northern pier"}).json()["passages"]
    assert [passage["article_id"] for passage in found] == ["tram"]
    assert put(client, BRIDGE)[0] == {
        "id": "bridge",
        "revision": 1,
        "status": "created",
        "duplicate_of": None,
        "passages": 1,
    }


@pytest.mark.parametrize("article_id", ["a" + string.ascii_letters + string.digits + "._~:-", "0", "a" * 200, "a.."])
def test_an_id_of_any_allowed_characters_is_an_address(client: TestClient, article_id: str) -> None:
    put(client, TRAM | {"id": article_id})
    assert client.get(f"/v1/articles/{article_id}").json()["id"] == article_id
    assert client.get(f"/v1/articles/{article_id}/revisions/1").json()["id"] == article_id
    assert client.delete(f"/v1/articles/{article_id}").status_code == 204


def test_the_archive_of_an_empty_service_covers_nothing(client: TestClient) -> None:
    assert client.get("/v1/archive").json() == {
        "articles": 0,
        "passages": 0,
        "sources": [],
        "published_from": None,
        "published_to": None,
    }


def test_the_archive_tells_how_much_of_whom_and_from_when(samples: TestClient) -> None:
    archive = samples.get("/v1/archive").json()
    articles: list[dict[str, str]] = []
    page: dict[str, object] = {"next_cursor": ""}
    while page["next_cursor"] is not None:
        page = samples.get("/v1/articles", params={"cursor": str(page["next_cursor"])}).json()
        assert isinstance(page["articles"], list)
        articles += page["articles"]
    days = [article["published"][:10] for article in articles if article["published"]]
    assert archive["articles"] == len(articles) > 0
    assert archive["passages"] > archive["articles"]
    assert archive["sources"] == sorted({article["source"] for article in articles if article["source"]})
    assert (archive["published_from"], archive["published_to"]) == (min(days), max(days))
