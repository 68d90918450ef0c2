"""Compaction on demand."""

from fastapi import APIRouter

from qa_service.answer import Wire
from qa_service.api.access import ServiceDep

router = APIRouter()


class Compacted(Wire):
    """What a compaction has done."""

    freed_bytes: int
    """What the disk has got back; 0 where there was nothing to free."""


@router.post("/compact", summary="Give the space of deleted articles back")
def compact(service: ServiceDep) -> Compacted:
    """Answered when it is done: about a minute for 100,000 articles. Then no file holds a word of a deleted article.

    Searches go on meanwhile, answers may wait some seconds, articles wait. `archive_busy` while another compaction is
    under way.
    """
    return Compacted(freed_bytes=service.compactor.compact())
