from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from vector_store.article import Article
from vector_store.submission import ID_PATTERN, Submission, readable

BRIDGE: dict[str, Any] = {"title": "Harbour bridge closes", "text": "The bridge closed on Friday."}


def codes(**fields: object) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        Submission.model_validate(BRIDGE | fields)
    return [problem["type"] for problem in refusal.value.errors()]


def sentence(submitted: object) -> str:
    with pytest.raises(ValidationError) as refusal:
        Submission.model_validate(submitted)
    return readable(refusal.value)


def published(value: object) -> datetime | None:
    return Submission.model_validate(BRIDGE | {"published": value}).published


def test_every_field_arrives_in_the_article() -> None:
    fields: dict[str, Any] = {
        "id": "quay-1",
        "url": "https://quay.example/1",
        "source": "The Quay",
        "author": "Ada Moreau",
        "published": datetime(2024, 3, 1, 9, 30, tzinfo=UTC),
        "language": "en",
    }
    assert Submission.model_validate(BRIDGE | fields).article() == Article(**BRIDGE, **fields)


def test_the_text_is_kept_exactly_and_other_fields_lose_surrounding_white_space() -> None:
    submission = Submission.model_validate({"title": "  Bridge \n", "text": " \r\nClosed. \t", "source": " The Quay "})
    assert (submission.title, submission.text, submission.source) == ("Bridge", " \r\nClosed. \t", "The Quay")


@pytest.mark.parametrize("field", ["id", "url", "source", "author", "published", "language"])
def test_a_blank_optional_field_is_absent(field: str) -> None:
    assert getattr(Submission.model_validate(BRIDGE | {field: "  "}), field) is None


def test_the_id_is_the_given_one_else_made_from_the_address_else_from_the_words() -> None:
    with_url = BRIDGE | {"url": "https://quay.example/1"}
    assert Submission.model_validate(with_url | {"id": "a.b_c~d:e-1"}).article().id == "a.b_c~d:e-1"
    assert Submission.model_validate(with_url).article().id.startswith("url-")
    assert Submission.model_validate(BRIDGE).article().id.startswith("txt-")


@pytest.mark.parametrize("bad", ["-a", "a b", "a/b", "a" * 201, "é", "a\nb", "../x"])
def test_an_id_that_does_not_fit_into_an_address_is_refused(bad: str) -> None:
    assert codes(id=bad) == ["id_invalid"]


@pytest.mark.parametrize(
    "bad",
    [
        "ftp://quay.example/1",
        "javascript:alert(1)",
        "quay.example/1",
        "https://",
        "https:///path",
        "https://[::1",
        "https://quay.example:99999/",
        "https://quay.ex\nample/",
        "https://quay.example/a b",
    ],
)
def test_an_address_that_no_browser_could_open_is_refused(bad: str) -> None:
    assert codes(url=bad) == ["url_invalid"]


def test_an_address_has_at_most_two_thousand_characters() -> None:
    start = "https://quay.example/"
    assert Submission.model_validate(BRIDGE | {"url": start + "a" * (2_000 - len(start))}).url
    assert codes(url=start + "a" * 2_000) == ["string_too_long"]


def test_empty_titles_and_texts_have_their_own_codes() -> None:
    assert codes(title=" \n") == ["title_empty"]
    assert codes(text=" \r\n\t") == ["text_empty"]


def test_a_title_has_at_most_five_hundred_characters() -> None:
    assert Submission.model_validate(BRIDGE | {"title": "é" * 500}).title == "é" * 500
    assert codes(title="é" * 501) == ["string_too_long"]


@pytest.mark.parametrize("field", ["id", "url", "title", "text", "source", "author", "published", "language"])
@pytest.mark.parametrize("character", ["\0", "\ud800"])
def test_nul_and_lone_surrogates_are_text_nowhere(field: str, character: str) -> None:
    assert codes(**{field: f"a{character}b"}) == ["not_text"]


def test_a_character_that_is_not_text_is_named_with_its_place() -> None:
    assert sentence(BRIDGE | {"text": "ab\0"}) == "text: has U+0000 at character 3, which is not text; remove it."


def test_a_day_means_midnight_utc_and_a_time_keeps_its_zone() -> None:
    assert published("2024-03-01") == datetime(2024, 3, 1, tzinfo=UTC)
    moment = published("2024-03-01T23:30:00-05:00")
    assert moment == datetime(2024, 3, 2, 4, 30, tzinfo=UTC)
    assert moment.utcoffset() == timedelta(hours=-5)


@pytest.mark.parametrize("naive", ["2024-03-01T23:30:00", datetime(2024, 3, 1, 23, 30)])  # noqa: DTZ001
def test_a_time_without_a_zone_is_refused_and_told_to_add_one(naive: object) -> None:
    assert codes(published=naive) == ["no_zone"]
    assert "add one" in sentence(BRIDGE | {"published": naive})


@pytest.mark.parametrize(
    "bad",
    [
        2022,
        1.5,
        True,
        "2022",
        "1645747200",
        "20220225",
        b"1645747200",
        "yesterday",
        "2022-02-31",
        "2022-02-25 noon",
        [],
    ],
)
def test_nothing_but_a_date_becomes_a_date(bad: object) -> None:
    assert codes(published=bad) == ["not_a_date"]


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_time_that_some_zone_cannot_tell_is_refused(edge: str) -> None:
    assert codes(published=edge) == ["not_a_date"]


def test_all_problems_are_told_in_one_sentence_that_names_the_fields() -> None:
    said = sentence({"text": 7, "summary": "x"})
    assert said.startswith("title: is missing; text: must be text; put it in quotes; summary: is not a known key; ")
    assert "published" in said


def test_a_flood_of_problems_is_cut_short() -> None:
    said = sentence(BRIDGE | {f"key{number}": 1 for number in range(1_000)})
    assert said.endswith("and 995 more.")


def test_what_is_not_an_object_is_told_so() -> None:
    assert sentence(["title"]) == "must be one object with the keys of an article."


def test_the_schema_tells_a_client_the_rules_and_what_the_fields_mean() -> None:
    schema = Submission.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["id"]["pattern"] == f"^{ID_PATTERN}$"
    assert schema["required"] == ["title", "text"]
    assert all(field["description"] for field in schema["properties"].values())
