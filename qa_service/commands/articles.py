"""articles list, show, delete."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import typer
from rich.table import Column, Table
from rich.text import Text

from qa_service.client import article_path, call
from qa_service.commands.running import AsJson, out, spoken

articles_app = typer.Typer(help="List, show and delete articles.", no_args_is_help=True)

ArticleId = Annotated[str, typer.Argument(metavar="ID", help="The article's id.")]


@articles_app.command("list")
def list_articles(
    query: Annotated[str, typer.Option(help="Only articles that share a word with it.")] = "", as_json: AsJson = False
) -> None:
    """Newest first."""

    async def run(client: httpx.AsyncClient) -> None:
        table = Table(Column("id", no_wrap=True), Column("published", no_wrap=True), "source", "title")
        async for page in _pages(client, query):
            if as_json:
                out.print_json(json.dumps(page))
            for article in page["articles"] if isinstance(page["articles"], list) else []:
                day = str(article["published"] or "undated")[:10]
                table.add_row(*map(Text, (article["id"], day, article["source"] or "", article["title"])))
        if not as_json:
            out.print(table if table.row_count else "There are no articles. `qa-service ingest FOLDER` takes some in.")

    spoken(run)


@articles_app.command("show")
def show_article(article_id: ArticleId, as_json: AsJson = False) -> None:
    """The article's text."""

    async def run(client: httpx.AsyncClient) -> None:
        article = await call(client, "GET", article_path(article_id))
        if as_json:
            out.print_json(json.dumps(article))
            return
        facts = [article["source"], article["author"], str(article["published"] or "undated")[:10], article["url"]]
        out.print(Text(str(article["title"]), style="bold"), soft_wrap=True)
        out.print(Text(" · ".join(str(fact) for fact in facts if fact), style="dim"), soft_wrap=True)
        out.print(Text(f"\n{article['text']}"), soft_wrap=True)

    spoken(run)


@articles_app.command("delete")
def delete_articles(article_ids: Annotated[list[str], typer.Argument(metavar="ID…")]) -> None:
    """Take articles out of everything, for good."""

    async def run(client: httpx.AsyncClient) -> None:
        for article_id in article_ids:
            await call(client, "DELETE", article_path(article_id))
            out.print(Text(f"deleted {article_id}"))

    spoken(run)


async def _pages(client: httpx.AsyncClient, query: str) -> AsyncIterator[dict[str, object]]:
    cursor: object = ""
    while cursor is not None:
        params = {"query": query} | ({"cursor": str(cursor)} if cursor else {})
        page = await call(client, "GET", "/v1/articles", params=params)
        yield page
        cursor = page["next_cursor"]
