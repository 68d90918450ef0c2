"""Feeds added, listed with how they go, refreshed, deleted."""

from typing import Annotated

from fastapi import APIRouter, Body, Response
from starlette.status import HTTP_200_OK, HTTP_201_CREATED, HTTP_202_ACCEPTED, HTTP_204_NO_CONTENT

from qa_service.api.access import ServiceDep
from qa_service.feeds.state import EntryError, FeedList, FeedReport, FeedState, NewFeed
from qa_service.service import Service
from vector_store.errors import FeedNotFoundError
from vector_store.feed import Feed, feed_id_of

_ERRORS_SHOWN = 20

router = APIRouter()


@router.post(
    "/feeds",
    status_code=HTTP_201_CREATED,
    summary="Add a feed",
    responses={HTTP_200_OK: {"model": FeedState, "description": "It was there already"}},
)
def add_feed(
    body: Annotated[NewFeed, Body(openapi_examples={"simple": {"value": {"url": "https://example.org/feed.xml"}}})],
    response: Response,
    service: ServiceDep,
) -> FeedState:
    """It is asked once before it is kept: what is no feed is refused. Its articles come with its first refresh."""
    try:
        known = service.feeds.feed(feed_id_of(body.url))
    except FeedNotFoundError:
        return _shown(service, service.feed_schedule.add(body.url, body.minutes).id)
    response.status_code = HTTP_200_OK
    if body.minutes is not None:
        service.feeds.check_every(known.id, body.minutes)
    return _shown(service, known.id)


@router.get("/feeds", summary="List feeds")
def list_feeds(service: ServiceDep) -> FeedList:
    """With how each goes, so that one that fails is seen."""
    refreshing = service.feed_schedule.refreshing
    return FeedList(feeds=[_state(service, feed, feed.id in refreshing) for feed in service.feeds.feeds()])


@router.get("/feeds/{feed_id}", summary="One feed")
def show_feed(feed_id: str, service: ServiceDep) -> FeedReport:
    """With the entries that fail."""
    state = _shown(service, feed_id)
    failed = service.feeds.errors(feed_id, _ERRORS_SHOWN)
    errors = [EntryError.of(seen, seen.error) for seen in failed if seen.error is not None]
    return FeedReport(**dict(state), errors=errors)


@router.delete("/feeds/{feed_id}", status_code=HTTP_204_NO_CONTENT, summary="Delete a feed")
def delete_feed(feed_id: str, service: ServiceDep) -> None:
    """It is not asked any more; the articles that came of it stay."""
    service.feeds.delete(feed_id)


@router.post("/feeds/{feed_id}/refresh", status_code=HTTP_202_ACCEPTED, summary="Refresh a feed now")
def refresh_feed(feed_id: str, service: ServiceDep) -> FeedState:
    """In the background, whether it is due or not; `refreshing` says when it is over."""
    service.feed_schedule.refresh(feed_id)
    return _shown(service, feed_id)


def _shown(service: Service, feed_id: str) -> FeedState:
    # In this order: a feed that is read after the end of a refresh holds its result.
    refreshing = feed_id in service.feed_schedule.refreshing
    return _state(service, service.feeds.feed(feed_id), refreshing)


def _state(service: Service, feed: Feed, refreshing: bool) -> FeedState:
    return FeedState.of(
        service.feed_schedule.known(feed),
        refreshing=refreshing,
        minutes=service.feed_schedule.minutes(feed),
        articles=service.feeds.article_count(feed.id),
    )
