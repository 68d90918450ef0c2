"""A news site and a service, both served: what the one publishes, corrects and takes back, the other answers from."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from qa_service.api.app import create_app
from qa_service.service import open_service
from qa_service.settings import Settings
from tests.standins.feed_desk import FeedDesk, feed_desk, until
from tests.standins.newsroom import Newsroom, Reply, newsroom

STRIKE = (
    "Tram drivers in Ostmark went on strike on Monday over the new timetable of the northern lines.",
    "About 300 of the 340 drivers stayed away from work, according to their union.",
)
QUESTION = "How many cracks did engineers find in the northern pier of the harbour bridge?"


def bridge(cracks: int) -> tuple[str, str]:
    return (
        f"The harbour bridge closed on Friday after engineers found {cracks} cracks in its northern pier.",
        "The city council of Ostmark expects the repairs to take until the end of May, a spokeswoman said.",
    )


@dataclass(frozen=True, slots=True)
class Serving:
    """A served archive, spoken to over HTTP alone; its clock goes on when a test says so."""

    client: httpx.Client
    desk: FeedDesk

    def add(self, url: str) -> str:
        response = self.client.post("/v1/feeds", json={"url": url})
        assert response.status_code == 201, response.text
        return str(response.json()["id"])

    def feed(self, feed_id: str) -> dict[str, Any]:
        told: dict[str, Any] = self.client.get(f"/v1/feeds/{feed_id}").json()
        return told

    def checked(self, feed_id: str) -> dict[str, Any]:
        """The feed, once the schedule has asked it at the present time."""
        now = self.desk.now.isoformat().replace("+00:00", "Z")
        until(lambda: self.feed(feed_id)["checked_at"] == now)
        return self.feed(feed_id)

    def next_time(self, feed_id: str) -> dict[str, Any]:
        """The same a quarter of an hour later."""
        self.desk.wait()
        return self.checked(feed_id)

    def ended(self, job: str) -> dict[str, Any]:
        """The job at this path, once it has ended."""
        until(lambda: self.client.get(job).json()["ended_at"] is not None)
        told: dict[str, Any] = self.client.get(job).json()
        return told

    def ask(self) -> dict[str, Any]:
        told: dict[str, Any] = self.client.post("/v1/ask", json={"question": QUESTION}).json()
        return told

    @property
    def articles(self) -> int:
        return int(self.client.get("/v1/archive").json()["articles"])


@pytest.fixture
def room() -> Iterator[Newsroom]:
    with newsroom() as opened:
        yield opened


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    settings = Settings(data_dir=tmp_path / "data", fetch_allow=("127.0.0.1",))
    with (
        open_service(settings) as service,
        feed_desk(service.feeds, service.catalog, service.ingester, max_entries=20) as desk,
    ):
        server = uvicorn.Server(uvicorn.Config(create_app(desk.of(service)), port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                thread.join(0.02)
                assert thread.is_alive(), "the server did not start"
            address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
            with httpx.Client(base_url=address, timeout=60) as client:
                yield Serving(client, desk)
        finally:
            server.should_exit = True
            thread.join()


def test_what_a_site_publishes_corrects_and_takes_back_is_answered_from_as_it_stands(
    serving: Serving, room: Newsroom
) -> None:
    page = room.publish("bridge", "Harbour bridge closes", *bridge(14), published=datetime(2024, 3, 1, 23, tzinfo=UTC))
    feed_id = serving.add(room.url("/feed.xml"))
    serving.checked(feed_id)
    first = serving.ask()
    (citation,) = first["citations"]
    assert (first["short_answer"], first["as_of"]) == ("14", "2024-03-01")
    assert (citation["url"], citation["source"], citation["revision"]) == (page, "The Harbour Post", 1)

    room.correct("bridge", *bridge(17))
    assert serving.next_time(feed_id)["result"]["updated"] == 1
    second = serving.ask()
    assert (second["short_answer"], second["citations"][0]["revision"]) == ("17", 2)
    old = serving.client.get(f"/v1/articles/{citation['article_id']}/revisions/1").json()
    assert old["text"][citation["start_char"] : citation["end_char"]] == citation["quote"] == bridge(14)[0]

    room.correct("bridge", *bridge(19))
    room.answer("/articles/bridge.html", 404)
    (error,) = serving.next_time(feed_id)["errors"]
    assert (error["origin"], error["code"], error["article_id"]) == (page, "fetch_failed", citation["article_id"])
    assert serving.ask()["short_answer"] == "17"


def test_feeds_that_fail_are_seen_and_asked_less_and_the_good_one_beside_them_goes_on(
    serving: Serving, room: Newsroom
) -> None:
    for path in ("/broken.xml", "/page.xml"):
        room.answer(path, Reply(body=room.reply("/feed.xml", {}).body, media_type="application/rss+xml"))
    broken, page = serving.add(room.url("/broken.xml")), serving.add(room.url("/page.xml"))
    for feed_id in (broken, page):
        serving.checked(feed_id)
    room.answer("/broken.xml", 500)
    room.answer("/page.xml", Reply(body=b"<!DOCTYPE html><html><body><p>Welcome to the harbour.</p></body></html>"))
    good = serving.add(room.url("/feed.xml"))
    serving.checked(good)
    for number in range(1, 5):
        room.publish(f"notice-{number}", f"Notice {number}", *bridge(number))
        assert serving.next_time(good)["status"] == "ok"
        until(lambda: not serving.desk.schedule.refreshing)
    assert serving.articles == 4
    for feed_id, said in ((broken, "500"), (page, "web page")):
        feed = serving.feed(feed_id)
        assert feed["status"] == "failing"
        assert said in feed["last_error"]["detail"]
        assert feed["succeeded_at"] < feed["checked_at"]
    assert room.asked("/broken.xml", 500) < room.asked("/feed.xml") - 1


def test_of_a_feed_with_10000_entries_every_refresh_takes_so_many_and_says_how_many_are_left(
    serving: Serving, room: Newsroom
) -> None:
    items = "".join(
        f"<item><guid>notice-{number}</guid><title>Notice {number}</title>"
        f"<content:encoded>Berth {number} of the harbour is closed.</content:encoded></item>"
        for number in range(10_000)
    )
    namespace = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    feed = f'<rss version="2.0" {namespace}><channel><title>Notices</title>{items}</channel></rss>'
    room.answer("/notices.xml", Reply(body=feed.encode(), media_type="application/rss+xml"))
    feed_id = serving.add(room.url("/notices.xml"))
    assert serving.checked(feed_id)["result"]["left"] == 9_980
    assert serving.next_time(feed_id)["result"]["left"] == 9_960
    assert serving.articles == 40


def test_a_page_that_robots_txt_keeps_from_programs_is_an_error_and_never_asked_for(
    serving: Serving, room: Newsroom
) -> None:
    room.publish("bridge", "Harbour bridge closes", *bridge(14))
    page = room.publish("tram", "Tram drivers strike", *STRIKE)
    room.disallowed.append("/articles/tram")
    feed = serving.checked(serving.add(room.url("/feed.xml")))
    assert [(error["origin"], error["code"]) for error in feed["errors"]] == [(page, "fetch_refused")]
    assert (room.asked("/articles/tram.html"), serving.articles) == (0, 1)
    assert all(agent.startswith("news-qa-service/") for agent in room.agents)


def test_a_sitemap_is_imported_with_all_its_pages_and_again_changes_nothing(serving: Serving, room: Newsroom) -> None:
    room.publish("bridge", "Harbour bridge closes", *bridge(14))
    room.publish("tram", "Tram drivers strike", *STRIKE, published=None)
    for expected in ({"created": 2}, {"unchanged": 2}):
        started = serving.client.post("/v1/articles/import", json={"url": room.url("/sitemap.xml")})
        assert started.status_code == 202, started.text
        job = f"/v1/jobs/{started.json()['job_id']}"
        counts = serving.ended(job)["counts"]
        assert {status: number for status, number in counts.items() if number} == expected
    listed = serving.client.get("/v1/articles").json()["articles"]
    assert [(article["title"], article["published"] is None) for article in listed] == [
        ("Harbour bridge closes", False),
        ("Tram drivers strike", True),
    ]
