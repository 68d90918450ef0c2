"""Articles in, listed, shown, deleted; and what the archive holds."""

import base64
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query
from fastapi.exceptions import RequestValidationError
from pydantic import (
    AwareDatetime,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from starlette.status import HTTP_204_NO_CONTENT

from qa_service.answer import Wire
from qa_service.api.access import ServiceDep
from qa_service.errors import InvalidCursorError
from qa_service.service import Service
from vector_store.article import Article, Filters, LastMoment, Moment
from vector_store.changes import Status
from vector_store.submission import ID_PATTERN, Submission

MAX_BATCH = 200
_PAGE = 50

router = APIRouter()


class IngestedArticle(Wire):
    """What became of one article."""

    id: str
    revision: int
    status: Status
    """`duplicate`: taken in, but another article has the same words or nearly so: both count as one source."""
    duplicate_of: str | None
    passages: int


class IngestedArticles(Wire):
    """One result for each article sent, in order. Each is searchable and durable."""

    results: list[IngestedArticle]


class ArticleSummary(Wire):
    """An article without its text."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    revision: int
    title: str
    url: str | None
    source: str | None
    author: str | None
    published: AwareDatetime | None
    language: str | None
    duplicate_of: str | None
    """The first article that has these words, or nearly so: both count as one source."""


class RevisionOf(Wire):
    """One revision of an article, and when it was recorded."""

    revision: int
    recorded_at: AwareDatetime


class FullArticle(ArticleSummary):
    """One revision of an article with its text."""

    text: str
    superseded: bool
    """Whether there is a newer one."""
    current_revision: int
    revisions: list[RevisionOf]


class ArticlePage(Wire):
    """Articles, newest publication first, undated last."""

    articles: list[ArticleSummary]
    next_cursor: str | None
    """For the next page; None on the last."""


class Archive(Wire):
    """What the service knows."""

    articles: int
    passages: int
    sources: list[str]
    published_from: date | None
    published_to: date | None


_EXAMPLE = {
    "id": "harbour-2022-02-25",
    "title": "Tens of thousands leave Ukraine in two days",
    "text": "Some 70,000 people have left Ukraine since the invasion began, most of them for Poland.",
    "source": "The Harbour Post",
    "published": "2022-02-25",
}


def _one_or_many(value: object, read: ValidatorFunctionWrapHandler) -> list[Submission]:
    """Decided by the shape of the JSON: a union would tell of the other shape's errors too."""
    submitted: list[Submission] = read(value) if isinstance(value, list) else [Submission.model_validate(value)]
    return submitted


_Batch = Annotated[list[Submission], Field(min_length=1, max_length=MAX_BATCH)]
_OneOrMany = Annotated[_Batch, WrapValidator(_one_or_many, json_schema_input_type=Submission | _Batch)]
_Id = Annotated[str, Field(max_length=200)]
_Revision = Annotated[int, Field(ge=1, lt=2**63)]
_PLACE: TypeAdapter[tuple[datetime | None, str]] = TypeAdapter(
    tuple[Moment | None, Annotated[str, Field(pattern=f"^{ID_PATTERN}$")]]
)
"""Where a page ends."""


@router.post("/articles", summary="Take articles in")
def put_articles(
    body: Annotated[
        _OneOrMany,
        Body(openapi_examples={"one": {"value": _EXAMPLE}, "several": {"value": [_EXAMPLE]}}),
    ],
    service: ServiceDep,
) -> IngestedArticles:
    """One article or up to 200. The same id with other content becomes the next revision.

    If one of them is refused, none is taken in.
    """
    articles = [submission.article() for submission in body]
    for article in articles:
        service.ingester.check(article)
    return IngestedArticles(
        results=[
            IngestedArticle(
                id=result.id,
                revision=result.revision,
                status=result.status,
                duplicate_of=result.duplicate_of,
                passages=result.passages,
            )
            for result in service.ingester.add(articles)
        ]
    )


def _filters(
    source: Annotated[list[str] | None, Query(description="Only these publishers.")] = None,
    published_from: Annotated[Moment | None, Query()] = None,
    published_to: Annotated[LastMoment | None, Query()] = None,
    undated: Annotated[bool, Query(description="Where there is a date bound, also articles without a date.")] = False,
) -> Filters:
    """The filters that an address asks for."""
    try:
        return Filters(
            sources=tuple(source or ()), published_from=published_from, published_to=published_to, undated=undated
        )
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


@router.get("/articles", summary="List articles")
def list_articles(
    service: ServiceDep,
    filters: Annotated[Filters, Depends(_filters)],
    query: Annotated[str, Query(max_length=2_000, description="Only articles that share a word with it.")] = "",
    cursor: Annotated[str | None, Query(max_length=600)] = None,
) -> ArticlePage:
    """Newest publication first, 50 at a time."""
    found = service.catalog.page(filters, query, _after(cursor) if cursor else None, _PAGE + 1)
    shown = found[:_PAGE]
    return ArticlePage(
        articles=[ArticleSummary.model_validate(article) for article in shown],
        next_cursor=_cursor(shown[-1]) if len(found) > _PAGE else None,
    )


@router.get("/articles/{article_id}", summary="One article")
def show_article(article_id: _Id, service: ServiceDep) -> FullArticle:
    """Its newest revision, with the text that citations' offsets point into."""
    return _full(service, service.catalog.article(article_id))


@router.get("/articles/{article_id}/revisions/{revision}", summary="One revision of an article")
def show_revision(article_id: _Id, revision: _Revision, service: ServiceDep) -> FullArticle:
    """The text that an older answer's citation points into."""
    return _full(service, service.catalog.article(article_id, revision))


@router.delete("/articles/{article_id}", status_code=HTTP_204_NO_CONTENT, summary="Delete an article")
def delete_article(article_id: _Id, service: ServiceDep) -> None:
    """With all its revisions. It never answers again, and answers already given lose its words."""
    service.ingester.delete(article_id)


@router.get("/archive", summary="What the articles cover")
def archive(service: ServiceDep) -> Archive:
    """Counts, publishers, and the period of the dated articles."""
    seen = service.catalog.overview()
    return Archive(
        articles=seen.articles,
        passages=seen.passages,
        sources=list(seen.sources),
        published_from=seen.published_from.date() if seen.published_from else None,
        published_to=seen.published_to.date() if seen.published_to else None,
    )


def _full(service: Service, article: Article) -> FullArticle:
    revisions = service.catalog.revisions(article.id)
    return FullArticle(
        **ArticleSummary.model_validate(article).model_dump(),
        text=article.text,
        superseded=article.revision < revisions[-1][0],
        current_revision=revisions[-1][0],
        revisions=[RevisionOf(revision=number, recorded_at=recorded) for number, recorded in revisions],
    )


def _cursor(article: Article) -> str:
    return base64.urlsafe_b64encode(_PLACE.dump_json((article.published, article.id))).decode()


def _after(cursor: str) -> tuple[datetime | None, str]:
    try:
        return _PLACE.validate_json(base64.urlsafe_b64decode(cursor))
    except ValueError as error:
        raise InvalidCursorError from error
