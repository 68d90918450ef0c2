import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vector_store.formats.reading import items
from vector_store.article import Article, identity
from vector_store.errors import UnreadableSourceError

FIRST = "The harbour bridge in Halvern closed on Friday night."
SECOND = "Some 4,000 drivers a day take the tunnel."
ONE = {
    "uri": "urn:newsml:quay.example:20240301:bridge",
    "type": "text",
    "version": "2",
    "firstcreated": "2024-03-01T23:30:00-05:00",
    "versioncreated": "2024-03-03T08:00:00Z",
    "contentcreated": "1999-01-01T00:00:00Z",
    "pubstatus": "usable",
    "language": "en-GB",
    "copyrightholder": "The Quay",
    "byline": "By Ada Moreau",
    "headline": "Harbour bridge closes",
    "headline_subhead": "A crack was found",
    "description_text": "A summary that is not the text.",
    "body_text": f"{FIRST} {SECOND}",
    "body_xhtml": f"<p>{FIRST}</p><p>{SECOND}</p>",
}
TWO = {
    "uri": "urn:newsml:quay.example:20240301:bridge",
    "version": "2",
    "firstcreated": "2024-03-01T23:30:00-05:00",
    "versioncreated": "2024-03-03T08:00:00Z",
    "language": "en-GB",
    "infosources": [{"name": "The Quay"}],
    "by": "Ada Moreau",
    "headlines": [
        {"role": "subhead", "value": "A crack was found"},
        {"role": "main", "value": "Harbour bridge closes"},
    ],
    "bodies": [
        {"role": "text", "contenttype": "text/plain", "value": f"{FIRST} {SECOND}"},
        {"role": "wire", "contenttype": "application/xml", "value": "<WIRE>machine words</WIRE>"},
        {"role": "html5", "contenttype": "text/html", "value": f"<article><p>{FIRST}</p><p>{SECOND}</p></article>"},
    ],
}
THREE = {
    "uri": "urn:newsml:quay.example:20240301:bridge",
    "firstCreated": "2024-03-01T23:30:00-05:00",
    "versionCreated": "2024-03-03T08:00:00Z",
    "pubStatus": "usable",
    "language": "en-GB",
    "copyrightHolder": "The Quay",
    "by": "Ada Moreau",
    "headlines": [{"value": "Harbour bridge closes"}],
    "bodies": [{"role": "main", "contentType": "text/html", "value": f"<p>{FIRST}</p>\n<p>{SECOND}</p>"}],
}


def read(given: object) -> list[Article | UnreadableSourceError]:
    return items(json.dumps(given), "wire.json")


def article(given: object) -> Article:
    (found,) = read(given)
    assert isinstance(found, Article), found
    return found


def refusal(given: object) -> str:
    (found,) = read(given)
    assert isinstance(found, UnreadableSourceError)
    return str(found)


@pytest.mark.parametrize("item", [ONE, TWO, THREE])
def test_an_item_of_each_version_of_ninjs_is_the_same_article(item: dict[str, object]) -> None:
    found = article(item)
    assert found == Article(
        id="urn:newsml:quay.example:20240301:bridge",
        title="Harbour bridge closes",
        text=f"{FIRST}\n\n{SECOND}",
        source="The Quay",
        author="Ada Moreau",
        published=datetime(2024, 3, 2, 4, 30, tzinfo=UTC),
        language="en-GB",
    )
    assert found.published is not None
    assert found.published.utcoffset() == timedelta(hours=-5)


def test_an_item_without_its_first_date_is_of_the_date_of_its_version() -> None:
    assert article(ONE | {"firstcreated": None}).published == datetime(2024, 3, 3, 8, tzinfo=UTC)
    assert article(ONE | {"firstcreated": "at noon"}).published == datetime(2024, 3, 3, 8, tzinfo=UTC)


def test_an_item_without_a_date_is_undated() -> None:
    assert article(ONE | {"firstcreated": None, "versioncreated": None}).published is None


def test_an_embargoed_item_is_published_when_the_embargo_ended() -> None:
    assert article(ONE | {"embargoed": "2024-03-05T06:00:00Z"}).published == datetime(2024, 3, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("key", ["embargoed", "embargoedUntil"])
@pytest.mark.parametrize("until", ["9000-01-01T00:00:00Z", "next week"])
def test_an_item_under_embargo_is_kept_out(key: str, until: str) -> None:
    assert "it is under embargo until" in refusal(ONE | {key: until})


def test_an_embargo_without_a_zone_lasts_until_its_day_is_over_everywhere() -> None:
    now = datetime.now(UTC)
    assert "under embargo" in refusal(ONE | {"embargoed": (now - timedelta(hours=11)).date().isoformat()})
    assert article(ONE | {"embargoed": (now - timedelta(hours=61)).strftime("%Y-%m-%dT%H:%M:%S")})


@pytest.mark.parametrize("status", ["withheld", "canceled"])
def test_an_item_that_its_provider_took_back_is_kept_out(status: str) -> None:
    said = refusal(ONE | {"pubstatus": status})
    assert f"its provider says that it is {status}" in said
    assert ("qa-service articles delete urn:newsml:quay.example:20240301:bridge" in said) == (status == "canceled")


def test_a_web_address_as_uri_is_the_articles_address() -> None:
    found = article(ONE | {"uri": "https://quay.example/news/bridge"})
    assert found.url == "https://quay.example/news/bridge"
    assert found.id == identity(given=None, url=found.url, title="", text="")


def test_a_uri_that_cannot_be_an_id_gives_the_same_id_each_time() -> None:
    uri = "tag:quay.example,2024:bridge/é"
    ids = {article(item | {"uri": uri}).id for item in (ONE, TWO, THREE)}
    assert len(ids) == 1
    assert article(ONE | {"uri": "urn:\ud800"}).id.startswith("guid-")
    assert ids != {article(ONE | {"uri": uri + "2"}).id}


def test_a_list_gives_each_item_and_names_the_ones_that_cannot_be_read() -> None:
    found = read(
        [
            ONE,
            {"uri": "urn:a", "headline": 7},
            {"title": "Ferry", "text": "It sails."},
            "words",
            THREE | {"uri": "urn:b"},
        ]
    )
    assert [type(item) for item in found] == [Article, UnreadableSourceError, Article, UnreadableSourceError, Article]
    assert str(found[1]) == "wire.json, item 2: headline: must be text; put it in quotes."
    assert str(found[3]).startswith("wire.json, item 4: ")


def test_a_lower_version_after_a_higher_one_is_passed_over() -> None:
    newer, older = ONE | {"version": "10", "body_xhtml": "<p>Ten.</p>"}, ONE | {"version": "9"}
    assert [isinstance(item, Article) for item in read([older, newer])] == [True, True]
    first, second = read([newer, older])
    assert isinstance(first, Article)
    assert "version 9 comes after version 10" in str(second)


def test_articles_of_ones_own_are_read_with_the_rules_of_the_api() -> None:
    found = article({"id": "f-1", "title": "Ferry", "text": "It sails.", "published": "2024-03-01"})
    assert (found.id, found.published) == ("f-1", datetime(2024, 3, 1, tzinfo=UTC))
    assert "is not a known key" in refusal({"title": "Ferry", "text": "It sails.", "mood": "grim"})
    assert "has no time zone" in refusal({"title": "Ferry", "text": "It sails.", "published": "2024-03-01T10:00:00"})


def test_a_headline_that_begins_the_body_is_not_repeated() -> None:
    body = {"contenttype": "text/html", "value": f"<h1>Harbour bridge closes</h1><p>{FIRST}</p>"}
    assert article(TWO | {"bodies": [body]}).text == FIRST


def test_an_item_without_a_headline_is_called_after_its_first_words() -> None:
    assert article(TWO | {"headlines": [], "bodies": [{"value": FIRST}]}).title == FIRST
    assert article(TWO | {"headlines": [], "slugline": "bridge"}).title == "bridge"
    assert len(article(TWO | {"headlines": [], "bodies": [{"value": FIRST * 9}]}).title) <= 100


@pytest.mark.parametrize(
    "bodies",
    [
        {},
        {"type": "picture", "renditions": {"thumbnail": {"href": "https://quay.example/a.jpg"}}},
        {"body_text": " ", "body_xhtml": "<figure><figcaption>The bridge.</figcaption></figure>"},
        {"bodies": [{"contenttype": "application/xml", "value": "<WIRE>machine words</WIRE>"}]},
    ],
)
def test_an_item_without_a_text_is_an_error(bodies: dict[str, object]) -> None:
    assert "urn:photo: it holds no text" in refusal({"uri": "urn:photo", "headline": "The bridge", **bodies})


def test_a_json_feed_is_told_where_it_belongs() -> None:
    assert "give its address to `qa-service feeds add`" in refusal(
        {"version": "https://jsonfeed.org/version/1.1", "items": []}
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"uri": "urn:a",\n', "it is not JSON"),
        ("[" * 200_000, "nobody can read"),
        ('{"uri": "urn:a", "version": ' + "9" * 5_000 + "}", "nobody can read"),
        ("\xe9".encode("latin-1"), "is not UTF-8"),
        ("[]", "it holds no article"),
        ("7", "must be one object"),
        (json.dumps(ONE | {"body_text": "\ud800", "body_xhtml": ""}), "has U+D800"),
    ],
)
def test_broken_json_is_one_error_that_says_where(content: str | bytes, said: str) -> None:
    (found,) = items(content, "wire.json")
    assert said in str(found)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["<p>x</p>", "urn:a", "2024-03-01"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ONE, *TWO, "role", "value"]), inner, max_size=5)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(JSON)
def test_any_json_gives_articles_or_errors(given: object) -> None:
    assert read(given)
