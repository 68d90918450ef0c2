"""Searching."""

from typing import Annotated

from fastapi import APIRouter, Body

import qa_service.searching as searching
from qa_service.api.access import ServiceDep
from qa_service.search import Search, SearchResult

router = APIRouter()

_EXAMPLE = {"question": "refugees in Poland", "sort": "newest", "filters": {"published_from": "2022-03-01"}}


@router.post("/search", summary="Find passages")
def search(
    body: Annotated[Search, Body(openapi_examples={"narrowed": {"value": _EXAMPLE}})], service: ServiceDep
) -> SearchResult:
    """The passages that an answer to the question would be read from, and how many articles match it over time."""
    with service.precedence.question():
        return searching.search(service.catalog, service.retriever, body)
