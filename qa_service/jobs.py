"""The list of imports, in the same database as the catalog: what a restart needs to go on, and what people ask for."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    delete,
    insert,
    select,
    update,
)

from qa_service.errors import JobEndedError, JobNotFoundError
from qa_service.job import Counts, ItemError, Job, JobError, JobReport, Kind, State
from vector_store.changes import Status
from vector_store.database import UtcDateTime, migrate, writing

Outcome = Status | ItemError
"""What became of one item."""

MAX_ERRORS = 1_000
"""How many items' errors of one job are kept; all are counted."""
KEPT_JOBS = 200
"""How many ended jobs are remembered."""
MAX_ATTEMPTS = 3
"""How often a job may be begun without any progress before it counts as what ends the process each time."""

_TABLES = MetaData()
_JOBS = Table(
    "jobs",
    _TABLES,
    Column("number", Integer, primary_key=True),
    Column("id", String),
    Column("kind", String),
    Column("origin", String),
    Column("state", String),
    Column("attempts", Integer, default=0),
    Column("done", Integer, default=0),
    Column("total", Integer),
    Column("created", Integer, default=0),
    Column("updated", Integer, default=0),
    Column("unchanged", Integer, default=0),
    Column("duplicate", Integer, default=0),
    Column("failed", Integer, default=0),
    Column("created_at", UtcDateTime),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("error_code", String),
    Column("error_detail", String),
)
_ERRORS = Table(
    "job_errors",
    _TABLES,
    Column("job", Integer, primary_key=True),
    Column("item", Integer, primary_key=True),
    Column("origin", String),
    Column("code", String),
    Column("detail", String),
)
_UNFINISHED = _JOBS.c.state.in_(("waiting", "running"))
_ANEW = {"done": 0, "total": None} | dict.fromkeys(Counts.model_fields, 0)
_GIVEN_UP = (
    f"The service ended {MAX_ATTEMPTS} times while it worked on this item or the next ones (done counts those before). "
    "Take it out of the source, or see the service's log for why, and import the rest again."
)


class Jobs:
    """Imports in the order in which they were given. Every method may raise StorageError and CatalogDamagedError.

    One process at a time works on them, one job at a time.
    """

    def __init__(self, engine: Engine) -> None:
        migrate(engine, Path(__file__).parent / "migrations" / "versions", "qa_service_version")
        self._engine = engine
        let_go = (_JOBS.c.state == "cancelled") & _JOBS.c.ended_at.is_(None)
        with writing(engine).begin() as connection:
            connection.execute(update(_JOBS).where(let_go).values(ended_at=datetime.now(UTC)))

    def add(self, job_id: str, kind: Kind, origin: str) -> None:
        """A new job, which waits for its turn."""
        values = {"id": job_id, "kind": kind, "origin": origin, "state": "waiting", "created_at": datetime.now(UTC)}
        with writing(self._engine).begin() as connection:
            connection.execute(insert(_JOBS).values(values))

    def job(self, job_id: str) -> Job:
        """Raises JobNotFoundError."""
        with self._engine.connect() as connection:
            return _job(_row(connection, job_id))

    def report(self, job_id: str) -> JobReport:
        """The job with the errors of its items. Raises JobNotFoundError."""
        with self._engine.connect() as connection:
            row = _row(connection, job_id)
            of_it = select(_ERRORS).where(_ERRORS.c.job == row.number).order_by(_ERRORS.c.item)
            found = connection.execute(of_it).all()
        errors = tuple(ItemError(origin=error.origin, code=error.code, detail=error.detail) for error in found)
        return JobReport(**dict(_job(row)), errors=errors)

    def latest(self, limit: int) -> list[Job]:
        """The job given last comes first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_JOBS).order_by(_JOBS.c.number.desc()).limit(limit))
            return [_job(row) for row in rows]

    def unfinished(self) -> set[str]:
        """The ids of the jobs that are still to be worked on."""
        with self._engine.connect() as connection:
            return set(connection.scalars(select(_JOBS.c.id).where(_UNFINISHED)))

    def take(self) -> Job | None:
        """The oldest unfinished job, from now on running; None when there is nothing to do.

        What an address gives may have changed since, so that its items are counted anew; a file's go on from `done`.
        A job that has been begun too often without any progress is given up.
        """
        with writing(self._engine).begin() as connection:
            hopeless = _UNFINISHED & (_JOBS.c.attempts >= MAX_ATTEMPTS)
            connection.execute(update(_JOBS).where(hopeless).values(_ended("failed", _GAVE_UP)))
            row = connection.execute(select(_JOBS).where(_UNFINISHED).order_by(_JOBS.c.number).limit(1)).one_or_none()
            if row is None:
                return None
            values: dict[str, object] = {"state": "running", "attempts": row.attempts + 1, **_error(None)}
            values["started_at"] = row.started_at or datetime.now(UTC)
            if row.kind == "url":
                values |= _ANEW
                connection.execute(delete(_ERRORS).where(_ERRORS.c.job == row.number))
            connection.execute(update(_JOBS).where(_JOBS.c.number == row.number).values(values))
            return _job(_row(connection, row.id))

    def expect(self, job_id: str, total: int) -> None:
        """The job has this many items."""
        self._set(job_id, {"total": total})

    def advance(self, job_id: str, outcomes: Sequence[Outcome]) -> None:
        """The next items of the job have been tried, with these outcomes, in order."""
        names = Counter("failed" if isinstance(outcome, ItemError) else outcome for outcome in outcomes)
        values: dict[str, object] = {name: _JOBS.c[name] + number for name, number in names.items()}
        with writing(self._engine).begin() as connection:
            row = _row(connection, job_id)
            values |= {"done": row.done + len(outcomes), "attempts": 0}
            connection.execute(update(_JOBS).where(_JOBS.c.number == row.number).values(values))
            errors = [
                {"job": row.number, "item": item, **error.model_dump()}
                for item, error in enumerate(outcomes, row.done)
                if isinstance(error, ItemError)
            ][: max(0, MAX_ERRORS - row.failed)]
            if errors:
                connection.execute(insert(_ERRORS), errors)

    def put_back(self, job_id: str, error: JobError | None = None) -> None:
        """The job waits for its turn again; `error` says for what else. A cancelled one has ended."""
        self._let_go(job_id, {"state": "waiting", "attempts": 0, **_error(error)})

    def end(self, job_id: str, error: JobError | None = None) -> None:
        """Every item of the job was tried; with `error`, the job failed. A cancelled one stays cancelled."""
        total = {} if error else {"total": _JOBS.c.done}
        self._let_go(job_id, _ended("failed" if error else "done", error) | total)

    def cancel(self, job_id: str, *, under_way: bool) -> Job:
        """Nothing more of it will be taken in, once it is let go if it is `under_way`; again, nothing happens.

        Raises JobNotFoundError, and JobEndedError when it has ended otherwise.
        """
        with writing(self._engine).begin() as connection:
            row = _row(connection, job_id)
            if row.state in ("done", "failed"):
                raise JobEndedError(job_id, row.state)
            if row.state != "cancelled":
                values = _ended("cancelled", None) | ({"ended_at": None} if under_way else {})
                connection.execute(update(_JOBS).where(_JOBS.c.number == row.number).values(values))
                _prune(connection)
            return _job(_row(connection, job_id))

    def _let_go(self, job_id: str, values: dict[str, object]) -> None:
        with writing(self._engine).begin() as connection:
            row = _row(connection, job_id)
            if row.state == "cancelled":
                values = {"ended_at": datetime.now(UTC)}
            connection.execute(update(_JOBS).where(_JOBS.c.number == row.number).values(values))
            _prune(connection)

    def _set(self, job_id: str, values: dict[str, object]) -> None:
        with writing(self._engine).begin() as connection:
            connection.execute(update(_JOBS).where(_JOBS.c.id == job_id).values(values))


_GAVE_UP = JobError(code="internal_error", detail=_GIVEN_UP)


def _ended(state: State, error: JobError | None) -> dict[str, object]:
    return {"state": state, "ended_at": datetime.now(UTC), **_error(error)}


def _error(error: JobError | None) -> dict[str, object]:
    return {"error_code": error.code if error else None, "error_detail": error.detail if error else None}


def _row(connection: Connection, job_id: str) -> Row[tuple[object, ...]]:
    row = connection.execute(select(_JOBS).where(_JOBS.c.id == job_id)).one_or_none()
    if row is None:
        raise JobNotFoundError(job_id)
    return row


def _job(row: Row[tuple[object, ...]]) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        origin=row.origin,
        state=row.state,
        done=row.done,
        total=row.total,
        counts=Counts(**{name: getattr(row, name) for name in Counts.model_fields}),
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        error=JobError(code=row.error_code, detail=row.error_detail) if row.error_code else None,
    )


def _prune(connection: Connection) -> None:
    """Forget all but the last ended jobs."""
    ended = _JOBS.c.ended_at.is_not(None)
    latest = select(_JOBS.c.number).where(ended).order_by(_JOBS.c.ended_at.desc(), _JOBS.c.number.desc())
    connection.execute(delete(_JOBS).where(ended & _JOBS.c.number.not_in(latest.limit(KEPT_JOBS))))
