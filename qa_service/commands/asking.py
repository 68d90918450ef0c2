"""ask and search."""

import json
from typing import Annotated

import httpx
import typer

from qa_service.answer import Answer
from qa_service.client import call
from qa_service.commands.running import AsJson, out, spoken
from qa_service.search import SearchResult, Sort
from qa_service.terminal import shown_answer, shown_search


def ask(question: Annotated[str, typer.Argument(help="In plain language.")], as_json: AsJson = False) -> None:
    """Ask the articles."""

    async def run(client: httpx.AsyncClient) -> None:
        content = await call(client, "POST", "/v1/ask", json={"question": question})
        if as_json:
            out.print_json(json.dumps(content))
        else:
            out.print(*shown_answer(Answer.model_validate(content)), sep="\n")

    spoken(run)


def search(  # noqa: PLR0913  # a command's options are its parameters
    question: Annotated[str, typer.Argument(help="In plain language, or just words.")],
    sort: Annotated[Sort, typer.Option(help="Best match, or by date.")] = "relevance",
    source: Annotated[list[str] | None, typer.Option(help="Only this publisher; may be given again.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Only what was published on this day or later.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only what was published on this day or earlier.")] = None,
    undated: Annotated[bool, typer.Option("--undated", help="Within days, also articles without a date.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find passages."""
    filters = {"sources": source or [], "published_from": since, "published_to": until, "undated": undated}

    async def run(client: httpx.AsyncClient) -> None:
        content = await call(
            client, "POST", "/v1/search", json={"question": question, "sort": sort, "filters": filters}
        )
        if as_json:
            out.print_json(json.dumps(content))
        else:
            out.print(*shown_search(SearchResult.model_validate(content, by_alias=True)), sep="\n")

    spoken(run)
