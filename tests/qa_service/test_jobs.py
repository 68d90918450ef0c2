"""Imports: in order, item by item, and to their end whatever happens on the way."""

import json
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qa_service.errors import JobEndedError, JobNotFoundError
from qa_service.importing import Importer
from qa_service.job import Counts, ItemError, JobReport
from qa_service.jobs import KEPT_JOBS, MAX_ATTEMPTS, MAX_ERRORS, Jobs
from qa_service.uploads import Uploads
from tests.conftest import Store
from vector_store.article import Article
from vector_store.errors import ArchiveBusyError, NewsError, StorageError, UnreadableSourceError
from vector_store.formats.documents import Item
from vector_store.ingest import Ingested, Ingester
from vector_store.submission import Submission

FERRY = {"id": "ferry", "title": "Ferry resumes", "text": "The ferry to Ostmark resumed on Monday."}
TRAM = {"id": "tram", "title": "Tram strike", "text": "Tram drivers in Halvern went on strike."}


class House:
    """The jobs, uploads and importer of one folder."""

    def __init__(self, store: Store, source: Callable[[str], Iterator[Item]], ingester: Ingester) -> None:
        self.jobs = Jobs(store.engine)
        self.folder = store.folder / "uploads"
        self.uploads = Uploads(self.folder, 1_000_000)
        self.importer = Importer(self.jobs, self.uploads, ingester, source)

    def upload(self, name: str, *lines: object) -> str:
        """Submit a file of JSON lines; a text stands for itself."""
        content = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
        upload = self.uploads.begin(name)
        self.uploads.write(upload, content.encode())
        return self.importer.submit_file(upload)

    def until(self, job_id: str, holds: Callable[[JobReport], bool]) -> JobReport:
        """The job's report, once that holds for it."""
        changed = threading.Event()
        with self.importer.listening(changed.set):
            while not holds(report := self.jobs.report(job_id)):
                assert changed.wait(60), report
                changed.clear()
        return report

    def ended(self, job_id: str) -> JobReport:
        return self.until(job_id, lambda report: report.ended_at is not None)


def nothing(url: str) -> Iterator[Item]:
    raise AssertionError(url)


@contextmanager
def opened(
    store: Store, source: Callable[[str], Iterator[Item]] = nothing, ingester: object | None = None
) -> Iterator[House]:
    chosen: Any = ingester or store.ingester
    house = House(store, source, chosen)
    try:
        yield house
    finally:
        house.importer.stop()


@pytest.fixture
def house(store: Store) -> Iterator[House]:
    with opened(store) as found:
        yield found


def article(number: int) -> Article:
    return Article(id=f"a{number}", title=f"News {number}", text=f"{number} people took the ferry on day {number}.")


class Gate:
    """A source whose second article comes only once it is let through."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def __call__(self, url: str) -> Iterator[Item]:
        yield article(1)
        self.reached.set()
        assert self.opened.wait(60)
        yield article(2)


class Refusing:
    """An ingester that cannot take a second article in until it is told otherwise."""

    def __init__(self, ingester: Ingester, refusal: Exception | None) -> None:
        self._ingester = ingester
        self.refusal = refusal

    def check(self, article: Article) -> None:
        """Every article is fine."""

    def add(self, articles: Iterable[Article]) -> Iterator[Ingested]:
        for number, one in enumerate(articles):
            if self.refusal is not None and number == 1:
                raise self.refusal
            yield from self._ingester.add([one])


class OneByOne:
    """An ingester that keeps nothing, and after a hundred articles waits to be let go on."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.goes_on = threading.Event()

    def check(self, article: Article) -> None:
        """Every article is fine."""

    def add(self, articles: Iterable[Article]) -> Iterator[Ingested]:
        for one in articles:
            if len(self.taken) == 100:
                self.goes_on.wait()
            self.taken.append(one.id)
            yield Ingested(one.id, 1, "created", None, 1)


def test_every_item_of_a_file_is_tried_and_a_bad_one_costs_no_other_its_place(house: House, store: Store) -> None:
    store.add(*(Submission.model_validate(one).article() for one in (FERRY, TRAM)))
    changed = TRAM | {"text": "The strike of the tram drivers is over."}
    copied = FERRY | {"id": "copy"}
    long = {"id": "long", "title": "Long", "text": "x" * 5_000_001}
    report = house.ended(house.upload("news.jsonl", "{", FERRY, {"title": "No text"}, changed, copied, long, "", "[]"))
    assert (report.state, report.done, report.total, report.error) == ("done", 7, 7, None)
    assert report.counts == Counts(updated=1, unchanged=1, duplicate=1, failed=4)
    assert [(error.origin, error.code) for error in report.errors] == [
        ("news.jsonl, line 1", "unreadable_source"),
        ("news.jsonl, line 3", "unreadable_source"),
        ("long", "invalid_article"),
        ("news.jsonl, line 8", "unreadable_source"),
    ]
    assert "text: is missing" in report.errors[1].detail
    assert "raise QA_MAX_ARTICLE_BYTES" in report.errors[2].detail
    assert store.catalog.article("tram").revision == 2


def test_jobs_are_done_one_after_the_other_in_the_order_they_were_given(store: Store) -> None:
    asked: list[str] = []

    def source(url: str) -> Iterator[Item]:
        asked.append(f"{url} begins")
        yield article(len(asked))
        asked.append(f"{url} ends")

    with opened(store, source) as house:
        jobs = [house.importer.submit_url(url) for url in ("one", "two", "three")]
        reports = [house.ended(job) for job in jobs]
    assert asked == [f"{url} {what}" for url in ("one", "two", "three") for what in ("begins", "ends")]
    assert [report.counts.created for report in reports] == [1, 1, 1]
    assert [job.id for job in house.jobs.latest(2)] == [jobs[2], jobs[1]]


def test_a_job_that_was_stopped_in_the_middle_goes_on_there_after_a_restart(store: Store) -> None:
    lines = [{"id": f"a{number}", "title": f"News {number}", "text": "A ferry."} for number in range(2_000)]
    slow, quick = OneByOne(), OneByOne()
    quick.goes_on.set()
    with opened(store, ingester=slow) as house:
        job = house.upload("news.jsonl", *lines)
        house.until(job, lambda report: report.done > 0)
        house.importer.interrupt()
        slow.goes_on.set()
    stopped = house.jobs.job(job)
    assert stopped.state == "waiting"
    assert 0 < stopped.done == len(slow.taken) < 2_000
    with opened(store, ingester=quick) as house:
        house.importer.start()
        report = house.ended(job)
    assert (report.state, report.done, report.counts) == ("done", 2_000, Counts(created=2_000))
    assert slow.taken + quick.taken == [line["id"] for line in lines]


def test_an_address_is_read_anew_after_a_restart_since_it_may_have_changed(store: Store) -> None:
    jobs = Jobs(store.engine)
    jobs.add("job_1", "url", "https://quay.example/feed")
    jobs.take()
    jobs.advance("job_1", ["created", ItemError(origin="page 2", code="fetch_failed", detail="It was too slow.")])
    with opened(store, lambda _url: iter([article(7), article(1)])) as house:
        house.importer.start()
        report = house.ended("job_1")
    assert (report.done, report.counts, report.errors) == (2, Counts(created=2), ())


def test_an_address_whose_fetching_a_stop_breaks_off_is_no_error_of_its_job(store: Store) -> None:
    asked, broken_off = threading.Event(), threading.Event()

    def source(url: str) -> Iterator[Item]:
        asked.set()
        assert broken_off.wait(60)
        yield UnreadableSourceError(url, "it was not fetched to its end, for the service is closing.")

    with opened(store, source) as house:
        job = house.importer.submit_url("https://quay.example/")
        assert asked.wait(60)
        house.importer.interrupt()
        broken_off.set()
        house.importer.stop()
        report = house.jobs.report(job)
    assert (report.state, report.done, report.errors) == ("waiting", 0, ())


def test_what_goes_wrong_with_a_whole_address_is_the_error_of_its_one_item(store: Store) -> None:
    def source(url: str) -> Iterator[Item]:
        raise UnreadableSourceError(url, "it cannot be reached.")

    with opened(store, source) as house:
        report = house.ended(house.importer.submit_url("https://quay.example/"))
    assert (report.state, report.done, report.total, report.counts) == ("done", 1, 1, Counts(failed=1))
    assert report.errors[0].detail == "https://quay.example/: it cannot be reached."


def test_of_many_errors_the_first_are_kept_and_all_are_counted(store: Store) -> None:
    def source(url: str) -> Iterator[Item]:
        for number in range(MAX_ERRORS + 100):
            yield UnreadableSourceError(f"page {number}", "it is empty.")
        yield article(1)

    with opened(store, source) as house:
        report = house.ended(house.importer.submit_url("https://quay.example/"))
    assert report.counts == Counts(created=1, failed=MAX_ERRORS + 100)
    assert [error.origin for error in report.errors] == [f"page {number}" for number in range(MAX_ERRORS)]


def test_a_waiting_job_is_cancelled_at_once_and_its_file_is_gone(store: Store) -> None:
    gate = Gate()
    with opened(store, gate) as house:
        first = house.importer.submit_url("https://quay.example/feed")
        assert gate.reached.wait(60)
        second = house.upload("news.jsonl", FERRY)
        assert house.importer.cancel(second).ended_at is not None
        assert list(house.folder.iterdir()) == []
        gate.opened.set()
        assert house.ended(first).counts.created == 2
        assert house.jobs.job(second).state == "cancelled"
    assert {kept.id for kept in store.catalog.articles()} == {"a1", "a2"}


def test_a_running_job_is_cancelled_between_articles_and_what_it_took_in_stays(store: Store) -> None:
    gate = Gate()
    with opened(store, gate) as house:
        job = house.importer.submit_url("https://quay.example/feed")
        assert gate.reached.wait(60)
        asked = house.importer.cancel(job)
        assert (asked.state, asked.ended_at) == ("cancelled", None)
        assert house.importer.cancel(job).state == "cancelled"
        gate.opened.set()
        report = house.ended(job)
    assert (report.state, report.counts) == ("cancelled", Counts(created=1))
    assert [kept.id for kept in store.catalog.articles()] == ["a1"]


def test_a_cancelled_job_stays_so_when_the_process_dies_before_it_lets_go(store: Store) -> None:
    jobs = Jobs(store.engine)
    jobs.add("job_1", "url", "https://quay.example/")
    assert jobs.take() is not None
    jobs.cancel("job_1", under_way=True)
    again = Jobs(store.engine)
    assert again.take() is None
    assert again.job("job_1").ended_at is not None


def test_a_job_that_has_ended_cannot_be_cancelled(house: House) -> None:
    job = house.upload("news.jsonl", FERRY)
    house.ended(job)
    with pytest.raises(JobEndedError, match=r"already ended \(done\)"):
        house.importer.cancel(job)
    with pytest.raises(JobNotFoundError):
        house.importer.cancel("job_nope")


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (StorageError(Path("data"), "No space left on device"), "Free some space"),
        (ArchiveBusyError("it is being compacted"), "Try again in a minute"),
    ],
    ids=["full", "busy"],
)
def test_while_the_disk_refuses_a_job_waits_says_so_and_loses_nothing(
    store: Store, caplog: pytest.LogCaptureFixture, refusal: NewsError, said: str
) -> None:
    ingester = Refusing(store.ingester, refusal)
    with opened(store, ingester=ingester) as house:
        first = house.upload("news.jsonl", FERRY, TRAM)
        report = house.until(first, lambda report: report.error is not None)
        assert (report.state, report.ended_at, report.counts) == ("waiting", None, Counts(created=1))
        assert report.error is not None
        assert report.error.code == refusal.code
        assert said in report.error.detail
        ingester.refusal = None
        second = house.upload("more.jsonl", TRAM)  # what comes in next is a reason to try again
        assert house.ended(second).counts == Counts(unchanged=1)
        report = house.jobs.report(first)
    assert (report.state, report.done, report.error, report.counts) == ("done", 2, None, Counts(created=2))
    assert "imports wait" in caplog.text


def test_a_bug_ends_its_job_with_a_number_that_the_log_has_and_the_next_one_goes_on(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    def source(url: str) -> Iterator[Item]:
        yield article(1)
        raise RuntimeError("secret of the house")

    with caplog.at_level(logging.ERROR), opened(store, source) as house:
        broken = house.importer.submit_url("https://quay.example/")
        fine = house.upload("news.jsonl", FERRY)
        report = house.ended(broken)
        assert house.ended(fine).counts == Counts(created=1)
    assert report.state == "failed"
    assert report.error is not None
    assert report.error.code == "internal_error"
    assert "secret" not in report.error.detail
    assert report.error.detail.split("report the number ")[1].split()[0] in caplog.text
    assert "secret of the house" in caplog.text


def test_a_job_that_ends_the_process_each_time_is_given_up_and_the_next_one_comes(store: Store) -> None:
    jobs = Jobs(store.engine)
    jobs.add("job_1", "file", "bomb.zip")
    jobs.add("job_2", "file", "news.zip")
    assert [taken.id for _ in range(MAX_ATTEMPTS) if (taken := jobs.take())] == ["job_1"] * MAX_ATTEMPTS
    taken = jobs.take()
    assert taken is not None
    assert taken.id == "job_2"
    given_up = jobs.job("job_1")
    assert given_up.state == "failed"
    assert given_up.error is not None
    assert "Take it out of the source" in given_up.error.detail
    for _ in range(MAX_ATTEMPTS + 1):  # what gets on is no such job, however often it is interrupted
        jobs.advance("job_2", ["created"])
        assert jobs.take() is not None


def test_the_latest_ended_jobs_are_remembered_and_all_unfinished_ones(store: Store) -> None:
    jobs = Jobs(store.engine)
    jobs.add("job_waiting", "url", "https://quay.example/")
    for number in range(KEPT_JOBS + 2):
        jobs.add(f"job_{number}", "url", "https://quay.example/")
        jobs.cancel(f"job_{number}", under_way=False)
    kept = [job.id for job in jobs.latest(KEPT_JOBS * 2)]
    assert kept == [*(f"job_{number}" for number in range(KEPT_JOBS + 1, 1, -1)), "job_waiting"]


def test_an_upload_stays_until_its_job_has_ended_and_what_belongs_to_none_goes(store: Store) -> None:
    jobs, uploads = Jobs(store.engine), Uploads(store.folder / "uploads", 1_000_000)
    upload = uploads.begin("news.jsonl")
    uploads.write(upload, json.dumps(FERRY).encode())
    uploads.finish(upload)
    jobs.add(upload.job_id, "file", upload.name)
    (store.folder / "uploads" / "job_0.jsonl").write_text("left by a process that died while this was sent")
    with opened(store) as house:
        assert list(house.folder.iterdir()) == [upload.path]
        house.importer.start()
        assert house.ended(upload.job_id).counts == Counts(created=1)
        house.importer.stop()
        assert list(house.folder.iterdir()) == []
