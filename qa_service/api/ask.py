"""Asking; the stream on the wire; what was asked before."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.responses import Response
from starlette.status import HTTP_204_NO_CONTENT

from qa_service.answer import Answer, Ask, Cited, Delta, Done, Event, Found, Wire
from qa_service.api.access import ServiceDep
from qa_service.api.problems import internal_problem, problem_of
from qa_service.conversations import Conversation, ConversationSummary
from qa_service.service import Service
from vector_store.errors import NewsError

_EVENT_NAMES: dict[type[Event], str] = {Found: "passages", Delta: "delta", Cited: "citation", Done: "done"}
_PING_SECONDS = 15

router = APIRouter()


class ConversationList(Wire):
    """Conversations, the one last asked in first."""

    conversations: list[ConversationSummary]


@router.post(
    "/ask",
    summary="Ask a question",
    response_model=Answer,
    responses={200: {"content": {"text/event-stream": {}}, "description": "The answer, whole or as events"}},
)
def ask(
    body: Annotated[Ask, Body(openapi_examples={"simple": {"value": {"question": "How many people have fled?"}}})],
    request: Request,
    service: ServiceDep,
) -> Answer | Response:
    """With `"stream": true` or `Accept: text/event-stream`: events `passages`, `delta`, `citation`, `done`, `error`."""
    if body.stream or "text/event-stream" in request.headers.get("accept", ""):
        if body.conversation_id is not None:
            service.conversations.require(body.conversation_id)
        return EventSourceResponse(_on_the_wire(service, body), ping=_PING_SECONDS)
    return service.answerer.answer(body)


@router.get("/conversations", summary="What was asked")
def conversations(service: ServiceDep, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> ConversationList:
    """The conversation last asked in comes first."""
    return ConversationList(conversations=service.conversations.latest(limit))


@router.get("/conversations/{conversation_id}", summary="One conversation")
def conversation(conversation_id: str, service: ServiceDep) -> Conversation:
    """With its answers, oldest first."""
    return service.conversations.conversation(conversation_id)


@router.delete("/conversations/{conversation_id}", status_code=HTTP_204_NO_CONTENT, summary="Forget a conversation")
def delete_conversation(conversation_id: str, service: ServiceDep) -> None:
    """With all its answers."""
    service.conversations.delete(conversation_id)


@router.get("/answers/{answer_id}", summary="An answer given before")
def answer(answer_id: str, service: ServiceDep) -> Answer:
    """As it was given; without the words of articles deleted since."""
    return service.conversations.answer(answer_id)


def _on_the_wire(service: Service, asked: Ask) -> Iterator[ServerSentEvent]:
    """The events of an answer. Once the first has gone out, an error can only be an event itself."""
    try:
        for event in service.answerer.stream(asked):
            yield ServerSentEvent(event.model_dump_json(), event=_EVENT_NAMES[type(event)])
    except NewsError as error:
        yield ServerSentEvent(problem_of(error).model_dump_json(), event="error")
    except Exception as error:  # a bug: the client must learn that no more is coming
        yield ServerSentEvent(internal_problem(error).model_dump_json(), event="error")
