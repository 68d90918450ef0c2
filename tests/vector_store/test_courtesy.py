"""Manners towards sites: what their robots.txt says, and no haste."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from tests.standins.site import Reply, Site, moved, site
from vector_store.courtesy import LONGEST_PAUSE, Courtesy, Timetable, pause_between
from vector_store.errors import FetchFailedError, FetchRefusedError, UnreadableSourceError
from vector_store.fetch import Fetcher, Limits

LOOPBACK = ("127.0.0.1",)
QUICK = Limits(connect=0.5, silence=0.2, total=0.5)


@pytest.fixture
def harbour() -> Iterator[Site]:
    with site() as opened:
        yield opened


def courteous(agent: str = "news-qa-service/1") -> Courtesy:
    return Courtesy(Fetcher(allow=LOOPBACK, user_agent=agent, limits=QUICK), pause=0)


def permitted(url: str, courtesy: Courtesy | None = None) -> bool:
    try:
        (courtesy or courteous()).permit(url)
    except FetchRefusedError:
        return False
    return True


def robots(harbour: Site, *lines: str) -> None:
    harbour.pages["/robots.txt"] = Reply("\n".join(lines), headers={"Content-Type": "text/plain"})


# robots.txt


def test_what_robots_txt_closes_is_not_fetched(harbour: Site) -> None:
    robots(harbour, "User-agent: *", "Disallow: /archive", "Allow: /archive/open")
    assert permitted(f"{harbour.url}/news/1")
    assert permitted(f"{harbour.url}/archive/open/1")
    assert not permitted(f"{harbour.url}/archive/1")
    assert set(harbour.paths) == {"/robots.txt"}


@pytest.mark.parametrize(
    ("agent", "allowed"),
    [
        ("news-qa-service/0.1", False),
        ("News-QA-Service/9 (+https://harbour.example)", False),
        ("quay-reader/2", True),
        ("my-news-qa-service/1", True),
    ],
)
def test_rules_for_our_name_come_before_those_for_all(harbour: Site, agent: str, allowed: bool) -> None:
    robots(harbour, "User-agent: *", "Disallow:", "", "User-agent: news-qa-service", "Disallow: /")
    assert permitted(f"{harbour.url}/news/1", courteous(agent)) is allowed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_without_a_robots_txt_everything_may_be_fetched(harbour: Site, status: int) -> None:
    harbour.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /", status=status)
    assert permitted(f"{harbour.url}/news/1")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_while_robots_txt_cannot_be_read_nothing_is_fetched(harbour: Site, status: int) -> None:
    harbour.pages["/robots.txt"] = Reply(status=status, headers={"Retry-After": "70"})
    with pytest.raises(FetchFailedError) as failed:
        courteous().permit(f"{harbour.url}/news/1")
    assert (failed.value.status, failed.value.retry_after) == (status, 70)
    assert str(failed.value).startswith(f"{harbour.url}/news/1: ")
    assert f"{harbour.url}/robots.txt: the server answers {status}" in str(failed.value)
    assert str(failed.value).endswith(".")


def test_a_robots_txt_that_leads_inside_closes_its_site(harbour: Site) -> None:
    with site({"/": Reply()}, host="127.0.0.2") as inside:
        harbour.pages["/robots.txt"] = moved(inside.url)
        with pytest.raises(FetchFailedError, match="not at a public address"):
            courteous().permit(f"{harbour.url}/news/1")
        assert inside.connections == 0


def test_a_robots_txt_may_be_elsewhere(harbour: Site) -> None:
    harbour.pages = {"/robots.txt": moved("/rules"), "/rules": Reply("User-agent: *\nDisallow: /")}
    assert not permitted(f"{harbour.url}/news/1")


def test_robots_txt_is_asked_once_for_a_site(harbour: Site) -> None:
    robots(harbour, "User-agent: *", "Disallow: /archive")
    courtesy = courteous()
    with site() as quay:
        for url in (f"{harbour.url}/1", f"{harbour.url}/archive/2?x=y", f"{quay.url}/3", f"{quay.url}/4"):
            permitted(url, courtesy)
        assert (harbour.paths, quay.paths) == (["/robots.txt"], ["/robots.txt"])


def test_many_who_ask_at_once_ask_the_site_once(harbour: Site) -> None:
    asked = threading.Event()

    def slow(request: BaseHTTPRequestHandler) -> None:
        asked.wait(10)
        Reply("User-agent: *\nDisallow: /").send(request)

    harbour.pages["/robots.txt"] = slow
    courtesy = Courtesy(Fetcher(allow=LOOPBACK), pause=0)
    told: list[bool] = []
    threads = [threading.Thread(target=lambda: told.append(permitted(f"{harbour.url}/1", courtesy))) for _ in range(4)]
    for thread in threads:
        thread.start()
    asked.set()
    for thread in threads:
        thread.join(10)
    assert told == [False] * 4
    assert harbour.paths == ["/robots.txt"]


def test_a_vast_robots_txt_is_read_as_far_as_the_rfc_asks(harbour: Site) -> None:
    filler = "# nothing to see here, move along\n" * 20_000
    harbour.pages["/robots.txt"] = Reply(f"User-agent: *\nDisallow: /a\n{filler}Disallow: /b\n")
    assert not permitted(f"{harbour.url}/a")
    assert permitted(f"{harbour.url}/b")


@pytest.mark.parametrize(
    "body", [b"\xef\xbb\xbfUser-agent: *\nDisallow: /a", b"User-agent: *\r\n\xff\xfe\r\nDisallow: /a"]
)
def test_odd_bytes_do_not_hide_the_rules(harbour: Site, body: bytes) -> None:
    harbour.pages["/robots.txt"] = Reply(body)
    assert not permitted(f"{harbour.url}/a")


def test_what_a_person_names_is_not_asked_of_robots_txt(harbour: Site) -> None:
    robots(harbour, "User-agent: *", "Disallow: /")
    courteous().wait(f"{harbour.url}/news/1")
    courteous().wait("http://xn--a/news/1")  # no name that anything can be made of, but no reason to break either
    assert harbour.asked == []


# Pauses


@pytest.mark.parametrize(
    ("own", "asked", "pause"), [(1, None, 1), (1, 0.5, 1), (1, 5, 5), (0, 1e9, LONGEST_PAUSE), (60, 5, 60)]
)
def test_the_longer_pause_holds_and_a_site_may_ask_for_half_a_minute(
    own: float, asked: float | None, pause: float
) -> None:
    assert pause_between(own, asked) == pause


def test_requests_to_one_host_are_spread_and_hosts_do_not_wait_for_each_other() -> None:
    timetable = Timetable()
    assert [timetable.take(b"quay.example", 1.0, 100.0) for _ in range(3)] == [100.0, 101.0, 102.0]
    assert timetable.take(b"harbour.example", 1.0, 100.0) == 100.0
    assert timetable.take(b"quay.example", 5.0, 110.0) == 110.0
    assert timetable.take(b"quay.example", 1.0, 110.0) == 115.0


def test_a_timetable_forgets_hosts_that_are_free_again() -> None:
    timetable = Timetable()
    for number in range(5_000):
        timetable.take(b"%d.example" % number, 1.0, float(number))
    assert len(timetable) <= 1_001


def waits(courtesy: Courtesy, url: str) -> bool:
    """Whether the next request to this address has to wait; those who do are sent home."""
    ended: list[UnreadableSourceError | None] = []

    def ask() -> None:
        try:
            courtesy.permit(url)
            ended.append(None)
        except FetchFailedError as error:
            ended.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(0.3)
    waited = thread.is_alive()
    courtesy.close()
    thread.join(10)
    (how,) = ended
    assert waited == (how is not None and "the service stops" in str(how))
    return waited


@pytest.mark.parametrize(
    ("lines", "expected"), [(("Crawl-delay: 20",), True), (("Crawl-delay: x",), False), ((), False)]
)
def test_the_pause_that_a_site_asks_for_is_kept(harbour: Site, lines: tuple[str, ...], expected: bool) -> None:
    robots(harbour, "User-agent: *", *lines)
    courtesy = courteous()
    courtesy.permit(f"{harbour.url}/1")
    assert waits(courtesy, f"{harbour.url}/2") is expected


def test_a_pause_of_our_own_is_kept_everywhere_and_closing_ends_it(harbour: Site) -> None:
    courtesy = Courtesy(Fetcher(allow=LOOPBACK), pause=60)
    courtesy.wait(f"{harbour.url}/1")
    assert waits(courtesy, f"{harbour.url}/2")


def test_asking_for_robots_txt_is_a_request_too(harbour: Site) -> None:
    assert waits(Courtesy(Fetcher(allow=LOOPBACK), pause=60), f"{harbour.url}/1")
    assert harbour.paths == ["/robots.txt"]
