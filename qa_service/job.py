"""Job: one import and how far it has come. These models are the wire format."""

from typing import Literal

from pydantic import AwareDatetime

from qa_service.answer import Wire

Kind = Literal["file", "url"]
State = Literal["waiting", "running", "done", "failed", "cancelled"]


class Counts(Wire):
    """What became of a job's items."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    """Taken in, but another article has the same words."""
    failed: int = 0
    """Items that are no article, each an error of its own; the others are taken in all the same."""


class JobError(Wire):
    """Why a job failed or has to wait: a stable code, and a sentence that says what to do."""

    code: str
    detail: str


class ItemError(JobError):
    """Why an item was not taken in."""

    origin: str
    """The item: a file's name with its line or page, an address."""


class Job(Wire):
    """An import, without the errors of its items."""

    id: str
    kind: Kind
    origin: str
    """The uploaded file's name, or the address, as it was given."""
    state: State
    """`done`: every item was tried, whatever became of it; `failed`: the job could not go on, and `error` says why."""
    done: int
    """How many items have been tried: their order is the source's, so these are its first ones."""
    total: int | None
    """How many items there are; None while that is unknown."""
    counts: Counts
    created_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    """None until nothing more of it will be taken in; a cancelled job may take a moment to let go."""
    error: JobError | None
    """Of a job that waits: what it waits for; it is tried again by itself."""


class JobReport(Job):
    """An import with the errors of its items."""

    errors: tuple[ItemError, ...]
    """In the order of the items; the first 1,000, `counts.failed` counts all."""
