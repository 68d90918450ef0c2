"""A real server that speaks OpenAI's chat completions and keeps to their rules."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field
from starlette.responses import Response

MODEL = "small-1"
FAIL, GARBLE, WAIT = "Fail!", "Garble!", "Wait!"
"""Questions that the server meets with an error, with what is not JSON, and with silence until it is released."""


class Message(BaseModel):
    role: Literal["system", "user", "assistant"]
    content: str


class Request(BaseModel):
    model: Literal["small-1"]
    messages: Annotated[list[Message], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Chat:
    """The running server: what it was asked, and with which key."""

    replies: Mapping[str, Mapping[str, Any]]
    requests: list[Request] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    waiting: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    url: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.url[0]

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/v1/chat/completions", response_model=None)
        def complete(request: Request, authorization: Annotated[str | None, Header()] = None) -> object:
            self.requests.append(request)
            self.keys.append(authorization)
            question = request.messages[-1].content
            if question == FAIL:
                raise HTTPException(503, "overloaded")
            if question == GARBLE:
                return Response("<html>")
            if question == WAIT:
                self.waiting.set()
                self.released.wait()
            reply = self.replies.get(question, {"content": "I’m sorry, but I don’t know."})
            return {"choices": [{"index": 0, "message": {"role": "assistant", **reply}}]}

        return app


@contextmanager
def chat_server(replies: Mapping[str, Mapping[str, Any]]) -> Iterator[Chat]:
    """A server that gives these messages to these questions, and knows nothing else."""
    chat = Chat(replies)
    server = uvicorn.Server(uvicorn.Config(chat.app(), port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            thread.join(0.02)
            assert thread.is_alive(), "the server did not start"
        chat.url.append(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
        yield chat
    finally:
        chat.released.set()
        server.should_exit = True
        thread.join()
