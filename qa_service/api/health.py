"""Whether the process lives, and how its parts are."""

from typing import Literal

from fastapi import APIRouter
from pydantic import AwareDatetime

from qa_service.answer import Wire
from qa_service.api.access import ServiceDep

router = APIRouter()


class Ready(Wire):
    """How the archive and its index are."""

    status: Literal["ok"] = "ok"
    articles: int
    passages: int
    index_waiting: int
    """Passages that the index has yet to be told of."""
    index_in_memory: bool
    """The index on disk has failed; memory answers, exactly, until it has been built anew."""
    index_dead: int
    """About how many records of passages that are gone it keeps; it is built anew when they are the most of it."""
    index_checked: AwareDatetime | None
    """When it was last found to agree with the articles."""
    embedding: str
    """What embeds articles at present, and how many passages a second each runtime that was tried managed."""


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(service: ServiceDep) -> Ready:
    """The catalog can be read; how the index is. A 503 problem otherwise."""
    seen = service.catalog.overview()
    index = service.index.condition
    return Ready(
        articles=seen.articles,
        passages=seen.passages,
        index_waiting=len(service.catalog.index_changes()),
        index_in_memory=index.in_memory,
        index_dead=index.dead,
        index_checked=index.checked,
        embedding=service.bulk.runtime,
    )
