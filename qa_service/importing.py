"""Imports at work: one thread takes the jobs in their order, and the items of each in theirs."""

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import chain, islice, takewhile
from threading import Condition, Thread
from time import monotonic
from uuid import uuid4

from qa_service.job import ItemError, Job, JobError
from qa_service.jobs import Jobs, Outcome
from qa_service.uploads import Upload, Uploads
from vector_store.article import Article
from vector_store.errors import (
    ArchiveBusyError,
    CatalogDamagedError,
    InvalidArticleError,
    NewsError,
    StorageError,
    UnreadableSourceError,
)
from vector_store.formats.documents import Item
from vector_store.formats.known import count_in, items_in
from vector_store.ingest import Ingester

Source = Callable[[str], Iterator[Item]]
"""An address → the articles there, an error in the place of each that cannot be read."""

# How far a job is gets written down after so many items or seconds: that much a restart after a crash does again.
_WRITTEN_ITEMS = 64
_WRITTEN_SECONDS = 0.5
# The ingester gets so many items in one go, for it works best on a stream; more errors than that do not pile up.
_STRETCH = 1_000
# What is no fault of a job: it waits, and is tried again after a pause.
_PASSING = (StorageError, ArchiveBusyError, CatalogDamagedError)
_PAUSE_SECONDS = 30.0

log = logging.getLogger(__name__)


class Importer:
    """Imports files and addresses in a thread of its own. Its methods may be called from any thread.

    A job that is not finished when the process ends, however it ends, goes on at the next `start`. While the disk
    refuses or the database is busy, the job waits, and is tried again after a pause.
    """

    def __init__(self, jobs: Jobs, uploads: Uploads, ingester: Ingester, source: Source) -> None:
        self.uploads = uploads
        self._jobs = jobs
        self._ingester = ingester
        self._source = source
        self._changed = Condition()  # guards all that follows
        self._thread: Thread | None = None
        self._current: str | None = None
        self._cancelled = False
        self._stopping = False
        self._woken = False
        self._listeners: list[Callable[[], None]] = []
        uploads.keep_only(jobs.unfinished())

    def start(self) -> None:
        """Work on what is unfinished, and on what is submitted from now on; once is enough."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()
            if self._thread is None or not self._thread.is_alive():
                self._stopping = False
                self._thread = Thread(target=self._run, name="imports", daemon=True)
                self._thread.start()

    def interrupt(self) -> None:
        """Take nothing more in: what is left of the jobs is for another start. Returns at once."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def stop(self) -> None:
        """Return once the thread has ended: after the articles that it is about to take in."""
        self.interrupt()
        if self._thread is not None:
            self._thread.join()

    def submit_file(self, upload: Upload) -> str:
        """A job for a received file, durable when its id is returned. Raises UnreadableSourceError for an empty one."""
        self.uploads.finish(upload)
        self._jobs.add(upload.job_id, "file", upload.name)
        self.start()
        return upload.job_id

    def submit_url(self, url: str) -> str:
        """A job for an address, durable when its id is returned."""
        job_id = f"job_{uuid4().hex}"
        self._jobs.add(job_id, "url", url)
        self.start()
        return job_id

    def cancel(self, job_id: str) -> Job:
        """The job takes nothing more in, once the articles that it is at are done; what it took in stays.

        Raises JobNotFoundError, and JobEndedError when it has ended otherwise.
        """
        with self._changed:
            under_way = job_id == self._current
            job = self._jobs.cancel(job_id, under_way=under_way)
            self._cancelled = self._cancelled or under_way
        if job.ended_at is not None:
            self._forget_upload(job)
        self._tell()
        return job

    @contextmanager
    def listening(self, changed: Callable[[], None]) -> Iterator[None]:
        """While in it, `changed` is called after every change of any job, from any thread; it must be quick."""
        with self._changed:
            self._listeners.append(changed)
        try:
            yield
        finally:
            with self._changed:
                self._listeners.remove(changed)

    def _tell(self) -> None:
        with self._changed:
            for listener in self._listeners:
                listener()

    def _run(self) -> None:
        while not self._stopping:
            pause = None
            try:
                if self._do_next():
                    continue
            except _PASSING as error:
                log.error("imports wait %d s: %s", _PAUSE_SECONDS, error)
                pause = _PAUSE_SECONDS
            with self._changed:
                self._changed.wait_for(lambda: self._stopping or self._woken, pause)
                self._woken = False

    def _do_next(self) -> bool:
        """Work on the oldest unfinished job; False when there is none."""
        with self._changed:
            job = self._jobs.take()
            self._current, self._cancelled = job.id if job else None, False
        self._tell()
        if job is None:
            return False
        try:
            self._work_on(job)
        finally:
            with self._changed:
                self._current = None
            self._tell()
        return True

    def _work_on(self, job: Job) -> None:
        try:
            finished = self._take_in(job)
        except _PASSING as error:
            self._jobs.put_back(job.id, _why(error))
            raise
        except Exception as error:
            self._jobs.end(job.id, _why(error))
        else:
            self._jobs.end(job.id) if finished else self._jobs.put_back(job.id)
        if self._jobs.job(job.id).ended_at is not None:
            self._forget_upload(job)

    def _take_in(self, job: Job) -> bool:
        """Whether the job came to its end: not where it was stopped or cancelled."""
        new: list[Outcome] = []
        written = monotonic()
        try:
            with closing(self._items(job)) as items:
                left = islice(takewhile(self._goes_on, items), job.done, None)
                for outcome in _outcomes(self._ingester, left):
                    new.append(outcome)
                    if len(new) >= _WRITTEN_ITEMS or monotonic() - written >= _WRITTEN_SECONDS:
                        self._write(job, new)
                        written = monotonic()
        finally:
            self._write(job, new)
        return self._goes_on()

    def _goes_on(self, _item: Item | None = None) -> bool:
        return not (self._stopping or self._cancelled)

    def _write(self, job: Job, outcomes: list[Outcome]) -> None:
        if outcomes:
            self._jobs.advance(job.id, outcomes)
            outcomes.clear()
            self._tell()

    def _items(self, job: Job) -> Generator[Item, None, None]:
        try:
            if job.kind == "url":
                yield from self._source(job.origin)
            else:
                with self.uploads.path(job.id, job.origin).open("rb") as file:
                    self._jobs.expect(job.id, count_in(file, job.origin))
                    file.seek(0)
                    yield from items_in(file, job.origin)
        except UnreadableSourceError as error:
            yield error
        except OSError as error:
            yield UnreadableSourceError(job.origin, f"it cannot be read any more ({error.strerror or error}).")

    def _forget_upload(self, job: Job) -> None:
        if job.kind == "file":
            self.uploads.discard(job.id, job.origin)


def _outcomes(ingester: Ingester, items: Iterator[Item]) -> Iterator[Outcome]:
    """What becomes of each item, in order."""
    for first in items:
        yield from _outcomes_of(ingester, chain((first,), islice(items, _STRETCH - 1)))


def _outcomes_of(ingester: Ingester, items: Iterable[Item]) -> Iterator[Outcome]:
    under_way: deque[ItemError | None] = deque()  # in order; None stands for an article that the ingester has

    def articles() -> Iterator[Article]:
        for item in items:
            article, error = _checked(ingester, item)
            under_way.append(error)
            if article is not None:
                yield article

    def errors() -> Iterator[ItemError]:
        while under_way and (error := under_way[0]) is not None:
            under_way.popleft()
            yield error

    for result in ingester.add(articles()):
        yield from errors()
        under_way.popleft()
        yield result.status
    yield from errors()


def _checked(ingester: Ingester, item: Item) -> tuple[Article | None, ItemError | None]:
    if isinstance(item, UnreadableSourceError):
        return None, ItemError(origin=item.origin, code=item.code, detail=str(item))
    try:
        ingester.check(item)
    except InvalidArticleError as error:
        return None, ItemError(origin=item.url or item.id, code=error.code, detail=str(error))
    return item, None


def _why(error: Exception) -> JobError:
    if isinstance(error, NewsError):
        return JobError(code=error.code, detail=str(error))
    number = uuid4().hex[:8]
    log.error("internal error %s", number, exc_info=error)
    detail = (
        f"Something went wrong in the service. Import it again; if it stays, report the number {number} from its log."
    )
    return JobError(code="internal_error", detail=detail)
