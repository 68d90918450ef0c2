"""Questions to begin with, and to go on with."""

from typing import Annotated

from fastapi import APIRouter, Query

from qa_service.answer import Wire
from qa_service.api.access import ServiceDep
from qa_service.suggestions import MOST

router = APIRouter()


class SuggestedQuestion(Wire):
    """A question, and the article that answers it."""

    question: str
    article_id: str
    title: str


class SuggestedQuestions(Wire):
    """The one to show first comes first; fewer than asked for, or none, where the articles offer no more."""

    suggestions: list[SuggestedQuestion]


@router.get("/suggestions", summary="Questions that the articles answer")
def suggestions(
    service: ServiceDep,
    limit: Annotated[int, Query(ge=1, le=MOST, description="How many at most.")] = 4,
    article_id: Annotated[
        str | None, Query(max_length=200, description="Only questions made from this article; else from the newest.")
    ] = None,
) -> SuggestedQuestions:
    """Made from the articles' own sentences; each was asked and answered before it is suggested.

    The first request after a change of the archive takes up to a few seconds.
    """
    found = service.suggester.suggest(limit, article_id)
    return SuggestedQuestions(
        suggestions=[
            SuggestedQuestion(question=one.question, article_id=one.article.id, title=one.article.title)
            for one in found
        ]
    )
