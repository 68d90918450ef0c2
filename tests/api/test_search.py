"""Searching, through HTTP only."""

import re
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

from qa_service.answer import MAX_QUESTION_CHARS, Wire
from qa_service.search import Highlight, HistogramBar, Matching, SearchHit, SearchResult

STORM = "How many homes lost power in the storm?"
BRIDGE = {"title": "Bridge", "text": "The harbour bridge is closed.", "source": "The Harbour Post"}


def found(client: TestClient, question: str, **more: object) -> SearchResult:
    """The result, held to the contract's model, which knows no other keys."""
    response = client.post("/v1/search", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return SearchResult.model_validate_json(response.text, by_alias=True)


def days(result: SearchResult) -> list[str | None]:
    return [hit.published.isoformat()[:10] if hit.published else None for hit in result.passages]


def keys(model: type[Wire]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def test_a_result_has_the_contracts_fields_and_no_others(samples: TestClient) -> None:
    result = samples.post("/v1/search", json={"question": STORM}).json()
    assert set(result) == keys(SearchResult)
    assert all(set(hit) == keys(SearchHit) for hit in result["passages"])
    assert all(set(one) == keys(Highlight) for hit in result["passages"] for one in hit["highlights"])
    assert set(result["histogram"]) == keys(Matching)
    assert all(set(bar) == keys(HistogramBar) == {"from", "to", "articles"} for bar in result["histogram"]["bars"])


def test_a_search_finds_passages_with_their_own_words_best_first(samples: TestClient) -> None:
    hits = found(samples, "storm power homes", top_k=5).passages
    assert len(hits) == 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        article = samples.get(f"/v1/articles/{hit.article_id}/revisions/{hit.revision}").json()
        assert article["text"][hit.start_char : hit.end_char] == hit.text
        shown = hit.model_dump(mode="json")
        assert {name: article[name] for name in ("title", "source", "url", "published")} == {
            name: shown[name] for name in ("title", "source", "url", "published")
        }


def test_the_questions_words_are_highlighted_in_the_articles_own_characters(samples: TestClient) -> None:
    marked = set()
    for hit in found(samples, "Who fled Ukraine for Poland?", top_k=20).passages:
        text = samples.get(f"/v1/articles/{hit.article_id}").json()["text"]
        places = [(one.start_char, one.end_char) for one in hit.highlights]
        assert all(hit.start_char <= start < end <= hit.end_char for start, end in places)
        assert all(one[1] <= other[0] for one, other in pairwise(places))
        marked |= {text[start:end].lower() for start, end in places}
    assert {"fled", "ukraine", "ukrainian", "poland"} <= marked
    assert not marked & {"who", "for"}


def test_highlights_count_code_points(client: TestClient) -> None:
    before = "\N{GRINNING FACE}\N{GRINNING FACE} Ça va.\n\n"
    client.post("/v1/articles", json=BRIDGE | {"text": before + BRIDGE["text"]})
    (hit,) = found(client, "bridges").passages
    (place,) = hit.highlights
    assert (before + BRIDGE["text"])[place.start_char : place.end_char] == "bridge"


@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_sorted_by_date_the_undated_come_last_and_only_what_is_on_the_subject_is_shown(
    client: TestClient, sort: str
) -> None:
    dates = [None, "2022-03-01", "2022-03-05", None, "2022-02-01"]
    for number, day in enumerate(dates):
        text = f"Report {number}: the harbour bridge is closed to lorries."
        client.post("/v1/articles", json=BRIDGE | {"id": f"b{number}", "text": text, "published": day})
    for number in range(5):
        text = f"The {number} cooks of the palace baked bread."
        client.post("/v1/articles", json={"title": "Bread", "text": text, "published": f"2022-04-0{number + 1}"})
    result = found(client, "the closed bridge", sort=sort, top_k=20)
    dated = sorted((day for day in dates if day), reverse=sort == "newest")
    assert days(result) == [*dated, None, None]
    assert days(found(client, "the closed bridge", sort=sort, top_k=2)) == dated[:2]


def test_sorted_by_date_a_question_without_content_words_shows_its_best_passages(samples: TestClient) -> None:
    shown = days(found(samples, "who was it?", sort="newest", top_k=6))
    assert len(shown) == 6
    assert [day for day in shown if day] == sorted((day for day in shown if day), reverse=True)


def test_filters_narrow_passages_histogram_and_what_was_searched(samples: TestClient) -> None:
    filters = {"sources": ["kestrel NEWS"], "published_from": "2022-03-01", "published_to": "2022-12-31"}
    result = found(samples, "people", filters=filters, top_k=50)
    assert {hit.source for hit in result.passages} == {"Kestrel News"}
    assert all(day is not None and "2022-03-01" <= day <= "2022-12-31" for day in days(result))
    assert 0 < result.histogram.articles <= result.searched.articles
    everything = found(samples, "people", top_k=50)
    assert result.histogram.articles < everything.histogram.articles
    archive = samples.get("/v1/archive").json()
    assert everything.searched.model_dump(mode="json") == {
        name: archive[name] for name in ("articles", "published_from", "published_to")
    }


def test_the_histogram_counts_every_article_that_shares_a_word_not_only_those_shown(samples: TestClient) -> None:
    cursor, matching, undated = "", 0, 0
    while cursor is not None:
        page = samples.get("/v1/articles", params={"cursor": cursor} if cursor else {}).json()
        for listed in page["articles"]:
            article = samples.get(f"/v1/articles/{listed['id']}").json()
            if re.search(r"\b(?:refugees?|storms?)\b", article["title"] + " " + article["text"], re.IGNORECASE):
                matching += 1
                undated += article["published"] is None
        cursor = page["next_cursor"]
    result = found(samples, "refugees or a storm", top_k=1).histogram
    assert (result.articles, result.undated) == (matching, undated)
    assert matching > undated
    assert sum(bar.articles for bar in result.bars) == matching - undated
    assert found(samples, "refugees or a storm", top_k=100).histogram == result


def test_a_bars_days_as_a_filter_admit_what_it_counts(samples: TestClient) -> None:
    bars = found(samples, "people in the storm").histogram.bars
    assert any(bar.articles == 0 for bar in bars)
    for bar in bars:
        filters = {"published_from": bar.first.isoformat(), "published_to": bar.last.isoformat()}
        assert found(samples, "people in the storm", filters=filters).histogram.articles == bar.articles


def test_a_question_without_content_words_is_matched_by_every_article(samples: TestClient) -> None:
    result = found(samples, "who was it?")
    assert result.histogram.articles == result.searched.articles == 40
    assert all(not hit.highlights for hit in result.passages)


def test_words_that_no_article_has_match_none_and_the_nearest_passages_are_still_there(samples: TestClient) -> None:
    result = found(samples, "zygomorphic wombats")
    assert (result.histogram.articles, result.histogram.bars) == (0, ())
    assert result.passages


def test_an_empty_archive_and_filters_that_admit_nothing_find_nothing(client: TestClient, samples: TestClient) -> None:
    for result in (found(client, STORM), found(samples, STORM, filters={"sources": ["Nobody"]})):
        assert (result.passages, result.histogram.articles, result.searched.articles) == ((), 0, 0)


def test_a_deleted_article_is_neither_found_nor_counted(client: TestClient) -> None:
    client.post("/v1/articles", json=BRIDGE | {"id": "bridge"})
    assert found(client, "bridge").histogram.articles == 1
    client.delete("/v1/articles/bridge")
    assert found(client, "bridge").passages == ()
    assert found(client, "bridge").histogram.articles == 0


@pytest.mark.parametrize("sort", ["relevance", "newest"])
@pytest.mark.parametrize(
    "question",
    [
        "the of and",
        "?!… — “”",
        "AND OR NOT NEAR(storm power, 2)",
        'title:storm* ^"storm" {body} : -x',
        "'; DROP TABLE words; --",
        "%s {0} ${x} :any_of ?",
        "🌪️👩🏽‍🚒",
        "北京今天下雨吗？",
        "ما هي عاصمة أوكرانيا؟",
        "Где столица?",
        "\x1b[31mstorm\x7f",
        "e\u0301\u0301 İ ß ﬁ ½ ²",
        "a" * MAX_QUESTION_CHARS,
        ("Kyiv Kiev Storm " * 200)[:MAX_QUESTION_CHARS],
        " ".join(f"Name{number}" for number in range(400))[:MAX_QUESTION_CHARS],
        '"' * MAX_QUESTION_CHARS,
        "1,000,000.00-" * 150,
    ],
)
def test_no_question_is_an_error(samples: TestClient, question: str, sort: str) -> None:
    result = found(samples, question, sort=sort, top_k=100)
    assert result.passages
    assert result.searched.articles == 40


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"question": " "}, "question_empty"),
        ({"question": "x" * (MAX_QUESTION_CHARS + 1)}, "question_too_long"),
        ({"question": "a\0b"}, "question_not_text"),
        ({}, "field_missing"),
        ({"question": "x", "top_k": 0}, "greater_than_equal"),
        ({"question": "x", "top_k": 101}, "less_than_equal"),
        ({"question": "x", "sort": "best"}, "literal_error"),
        ({"question": "x", "filters": {"published_to": "May"}}, "not_a_date"),
        ({"question": "x", "colour": "red"}, "extra_forbidden"),
    ],
)
def test_a_search_that_cannot_be_made_is_refused_by_name(
    samples: TestClient, wrong: dict[str, object], code: str
) -> None:
    response = samples.post("/v1/search", json=wrong)
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert response.headers["content-type"] == "application/problem+json"
