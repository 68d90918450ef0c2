"""Feeds added, listed, refreshed and deleted, through HTTP only."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from qa_service.api.app import create_app
from qa_service.service import Service
from tests.api.test_articles import refused
from tests.standins.feed_desk import FeedDesk, feed_desk, until
from tests.standins.newsroom import Newsroom, newsroom

BRIDGE = (
    "The harbour bridge closed on Friday after engineers found 14 cracks in its northern pier.",
    "The city council of Ostmark expects the repairs to take until the end of May, a spokeswoman said.",
)


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom() as opened:
        opened.publish("bridge", "Harbour bridge closes", *BRIDGE)
        yield opened


@pytest.fixture
def desk(service: Service) -> Iterator[FeedDesk]:
    with feed_desk(service.feeds, service.catalog, service.ingester) as opened:
        yield opened


@pytest.fixture
def feeds(desk: FeedDesk, service: Service) -> TestClient:
    """A client of an application whose schedule does not run: nothing happens unless a test asks for it."""
    return TestClient(create_app(desk.of(service)), raise_server_exceptions=False)


def added(client: TestClient, url: str) -> str:
    response = client.post("/v1/feeds", json={"url": url})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


def refreshed(client: TestClient, feed_id: str) -> dict[str, Any]:
    assert client.post(f"/v1/feeds/{feed_id}/refresh").status_code == 202
    until(lambda: not client.get(f"/v1/feeds/{feed_id}").json()["refreshing"])
    told: dict[str, Any] = client.get(f"/v1/feeds/{feed_id}").json()
    return told


def test_a_feed_is_shown_as_new_and_its_articles_come_with_its_first_refresh(
    feeds: TestClient, desk: FeedDesk, room: Newsroom
) -> None:
    feed_id = added(feeds, room.url("/feed.xml"))
    now = desk.now.isoformat().replace("+00:00", "Z")
    new = feeds.get(f"/v1/feeds/{feed_id}").json()
    nothing = dict.fromkeys(("created", "updated", "unchanged", "duplicate", "failed", "withdrawn", "left"), 0)
    assert new == {
        "id": feed_id,
        "url": room.url("/feed.xml"),
        "title": "The Harbour Post",
        "status": "new",
        "refreshing": False,
        "minutes": 15,
        "added_at": now,
        "checked_at": None,
        "succeeded_at": None,
        "next_check_at": now,
        "failures": 0,
        "last_error": None,
        "articles": 0,
        "result": nothing,
        "problems": [],
        "errors": [],
    }
    known = {"status": "ok", "checked_at": now, "succeeded_at": now, "articles": 1, "result": nothing | {"created": 1}}
    shown = refreshed(feeds, feed_id)
    assert shown == new | known | {"next_check_at": shown["next_check_at"]}
    assert [article["title"] for article in feeds.get("/v1/articles").json()["articles"]] == ["Harbour bridge closes"]


def test_the_same_address_is_one_feed_whose_interval_can_be_changed(feeds: TestClient, room: Newsroom) -> None:
    feed_id = added(feeds, room.url("/feed.xml"))
    asked = len(room.requests)
    for body, minutes in (({}, 15), ({"minutes": 60}, 60), ({}, 60)):
        again = feeds.post("/v1/feeds", json={"url": f" {room.url('/feed.xml')}#top", **body})
        assert (again.status_code, again.json()["id"], again.json()["minutes"]) == (200, feed_id, minutes)
    assert len(feeds.get("/v1/feeds").json()["feeds"]) == 1
    assert len(room.requests) == asked


@pytest.mark.parametrize(
    ("url", "status", "code", "said"),
    [
        ("news about Ostmark", 422, "url_invalid", "url: must be a whole http or https address"),
        ("ftp://quay.example/feed", 422, "url_invalid", "url: must be a whole http or https address"),
        ("http://10.1.2.3/feed", 422, "fetch_refused", "QA_FETCH_ALLOW"),
        ("{room}/articles/bridge.html", 422, "unreadable_source", "it is a web page, not a feed"),
        ("{room}/nothing.xml", 502, "fetch_failed", "404"),
    ],
)
def test_what_is_no_feed_is_refused_at_once_and_not_kept(
    url: str, status: int, code: str, said: str, feeds: TestClient, room: Newsroom
) -> None:
    problem = refused(feeds.post("/v1/feeds", json={"url": url.format(room=room.address)}), status)
    assert problem[0] == code
    assert said in problem[1]
    assert feeds.get("/v1/feeds").json() == {"feeds": []}


@pytest.mark.parametrize("minutes", [0, 10_081, "often"])
def test_an_interval_is_from_a_minute_to_a_week(minutes: object, feeds: TestClient, room: Newsroom) -> None:
    assert feeds.post("/v1/feeds", json={"url": room.url("/feed.xml"), "minutes": minutes}).status_code == 422


def test_a_feed_and_an_entry_that_fail_are_shown_with_the_reason(
    feeds: TestClient, desk: FeedDesk, room: Newsroom
) -> None:
    room.publish("tram", "Tram drivers strike", *BRIDGE)
    room.answer("/articles/tram.html", 404)
    good, bad = added(feeds, room.url("/feed.xml")), added(feeds, room.url("/atom.xml"))
    room.answer("/atom.xml", 500)
    (error,) = refreshed(feeds, good)["errors"]
    assert (error["origin"], error["code"]) == (room.url("/articles/tram.html"), "fetch_failed")
    assert "404" in error["detail"]
    assert (error["attempts"], error["given_up"], error["article_id"]) == (1, False, None)
    refreshed(feeds, bad)
    first, second = feeds.get("/v1/feeds").json()["feeds"]
    statuses = {feed["id"]: (feed["status"], feed["failures"]) for feed in (first, second)}
    assert statuses == {good: ("ok", 0), bad: ("failing", 1)}
    failing = feeds.get(f"/v1/feeds/{bad}").json()
    assert failing["last_error"]["code"] == "fetch_failed"
    assert "500" in failing["last_error"]["detail"]
    room.answer("/atom.xml", 410)
    assert (refreshed(feeds, bad)["status"], refreshed(feeds, bad)["next_check_at"]) == ("gone", None)


def test_a_refresh_that_is_under_way_is_seen(feeds: TestClient, room: Newsroom) -> None:
    feed_id = added(feeds, room.url("/feed.xml"))
    gate = room.hold("/articles/bridge.html")
    assert feeds.post(f"/v1/feeds/{feed_id}/refresh").json()["refreshing"] is True
    room.wait_for("/articles/bridge.html")
    assert feeds.get("/v1/feeds").json()["feeds"][0]["refreshing"] is True
    gate.set()
    until(lambda: feeds.get(f"/v1/feeds/{feed_id}").json()["refreshing"] is False)
    assert feeds.get(f"/v1/feeds/{feed_id}").json()["articles"] == 1


def test_a_deleted_feed_is_gone_and_its_articles_stay(feeds: TestClient, room: Newsroom) -> None:
    feed_id = added(feeds, room.url("/feed.xml"))
    refreshed(feeds, feed_id)
    assert feeds.delete(f"/v1/feeds/{feed_id}").status_code == 204
    for response in (
        feeds.get(f"/v1/feeds/{feed_id}"),
        feeds.delete(f"/v1/feeds/{feed_id}"),
        feeds.post(f"/v1/feeds/{feed_id}/refresh"),
    ):
        assert refused(response, 404) == (
            "feed_not_found",
            f"There is no feed '{feed_id}'; GET /v1/feeds lists what there is.",
        )
    assert feeds.get("/v1/archive").json()["articles"] == 1
