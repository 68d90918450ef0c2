"""The command line: serve, ingest, ask, search, articles, eval, reindex, settings."""

import json
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Annotated

import anyio
import httpx
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

import qa_service.evaluation.plan as plans
from qa_service.answer import Answer
from qa_service.client import ProblemError, article_path, call, connected, send
from qa_service.errors import InvalidSettingsError
from qa_service.listening import listening, stop, url_of
from qa_service.search import SearchResult, Sort
from qa_service.settings import Settings, origins
from qa_service.terminal import progress_bar, shown_answer, shown_search
from vector_store.article import Article
from vector_store.errors import NewsError

app = typer.Typer(help="Ask your news articles.", no_args_is_help=True, pretty_exceptions_enable=False)
articles_app = typer.Typer(help="List, show and delete articles.", no_args_is_help=True)
app.add_typer(articles_app, name="articles")

out = Console()
err = Console(stderr=True)

# Embedded together and answered at once: few enough that the bar moves.
_BATCH = 16
_NOISY = ("httpx", "alembic", "trafilatura", "htmldate", "sentence_transformers", "chromadb")

ArticleId = Annotated[str, typer.Argument(metavar="ID", help="The article's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the service's JSON.")]


@app.callback()
def _begin() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 8000,
    samples: Annotated[bool, typer.Option("--samples/--no-samples", help="Fill a new archive with samples.")] = True,
) -> None:
    """Serve the page and the API."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, stop)
    with _errors_said_plainly(), listening(host, port) as listener:
        # Imported here, as in every command that needs them: help and settings do not wait for torch and Chroma.
        import uvicorn

        from qa_service.api.app import create_app
        from qa_service.service import open_service

        url = url_of(host, listener)
        settings = _settings()
        with progress_bar(err, "Building the index") as step, open_service(settings, url=url, progress=step) as service:
            if samples and service.wants_samples:
                with progress_bar(err, "Loading the sample articles") as loaded:
                    for number, _ in enumerate(service.load_samples(), start=1):
                        loaded(number, service.sample_count)
            out.print(f"Page {url}  API {url}/docs  Articles in {settings.data_dir}  (Ctrl-C stops)", soft_wrap=True)
            config = uvicorn.Config(create_app(service), log_level="warning", timeout_graceful_shutdown=5)
            uvicorn.Server(config).run(sockets=[listener])


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files, folders, JSON lines.")],
) -> None:
    """Take articles in. A line for each item that fails; the exit code is then 1."""

    async def run(client: httpx.AsyncClient) -> None:
        from vector_store.sources import articles_from, count, passed_over

        counts: dict[str, int] = {}
        with progress_bar(err, "Ingesting") as step:
            done, total = 0, count(paths)
            items = iter(articles_from(paths))
            while batch := list(islice(items, _BATCH)):
                for result in await _taken_in(client, batch):
                    if isinstance(result, NewsError):
                        err.print(Text(f"failed: {result}", style="red"), soft_wrap=True)
                    status = "failed" if isinstance(result, NewsError) else str(result["status"])
                    counts[status] = counts.get(status, 0) + 1
                done += len(batch)
                step(done, max(done, total))
        out.print(", ".join(f"{number} {status}" for status, number in counts.items()) or "nothing to ingest")
        if other := passed_over(paths):
            suffixes = ", ".join(f"{number} {suffix}" for suffix, number in sorted(other.items()))
            err.print(f"passed over, in formats that cannot be read: {suffixes}", soft_wrap=True)
        if counts.get("failed"):
            raise typer.Exit(1)

    _run(run)


@app.command()
def ask(question: Annotated[str, typer.Argument(help="In plain language.")], as_json: AsJson = False) -> None:
    """Ask the articles."""

    async def run(client: httpx.AsyncClient) -> None:
        content = await call(client, "POST", "/v1/ask", json={"question": question})
        if as_json:
            out.print_json(json.dumps(content))
        else:
            out.print(*shown_answer(Answer.model_validate(content)), sep="\n")

    _run(run)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="In plain language, or just words.")],
    sort: Annotated[Sort, typer.Option(help="Best match, or by date.")] = "relevance",
    source: Annotated[list[str] | None, typer.Option(help="Only this publisher; may be given again.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="Only what was published on this day or later.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Only what was published on this day or earlier.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find passages."""
    filters = {"sources": source or [], "published_from": since, "published_to": until}

    async def run(client: httpx.AsyncClient) -> None:
        content = await call(
            client, "POST", "/v1/search", json={"question": question, "sort": sort, "filters": filters}
        )
        if as_json:
            out.print_json(json.dumps(content))
        else:
            out.print(*shown_search(SearchResult.model_validate(content, by_alias=True)), sep="\n")

    _run(run)


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

    _run(run)


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

    _run(run)


@articles_app.command("delete")
def delete_articles(article_ids: Annotated[list[str], typer.Argument(metavar="ID…")]) -> None:
    """Take articles out of everything, for good."""

    async def run(client: httpx.AsyncClient) -> None:
        for article_id in article_ids:
            await call(client, "DELETE", article_path(article_id))
            out.print(Text(f"deleted {article_id}"))

    _run(run)


@app.command("eval")
def evaluate(  # noqa: PLR0913  # a command's options are its parameters
    file: plans.FileArgument,
    url: plans.UrlOption = None,
    api: plans.ApiOption = "native",
    model: plans.ModelOption = None,
    articles: plans.ArticlesOption = None,
    given: plans.GivenOption = False,
    among: plans.AmongOption = None,
    hide_own: plans.HideOption = False,
    half: plans.HalfOption = "all",
    limit: plans.LimitOption = None,
    seed: plans.SeedOption = 0,
    folder: plans.OutOption = None,
    compare: plans.CompareOption = None,
) -> None:
    """Ask questions with known answers and report how good the answers are. docs/evaluation.md explains.

    Without --url the articles are loaded into a folder of their own: yours is not touched.

    Exit code 1: every question failed; 2: nothing could be asked; 130: Ctrl-C.
    """
    others = tuple(compare or ())
    plan = plans.Plan(file, url, api, model, articles, given, among, hide_own, half, limit, seed, folder, others)
    with _errors_said_plainly():
        from qa_service.evaluation.command import Terminal, carry_out

        raise typer.Exit(carry_out(plan, _settings, Terminal(out, err)))


@app.command()
def reindex() -> None:
    """Embed every article anew with the configured model and rebuild the index. The service must not be running."""
    with _errors_said_plainly(), progress_bar(err, "Embedding") as step:
        from qa_service.service import open_for_reindex

        with open_for_reindex(_settings()) as service:
            service.ingester.reindex(step)
    out.print("The index is rebuilt.")


@app.command()
def settings() -> None:
    """Every setting, its value, and where that comes from."""
    with _errors_said_plainly():
        for setting in origins(_settings()):
            out.print(Text(f"{setting.name}={setting.value}  ({setting.origin})"), soft_wrap=True)
            out.print(Text(f"    {setting.meaning}", style="dim"), soft_wrap=True)


def _run(command: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Run a command on the service that owns the data folder, or on one opened for it."""

    async def main() -> None:
        async with connected(_settings()) as client:
            await command(client)

    with _errors_said_plainly():
        anyio.run(main)


@contextmanager
def _errors_said_plainly() -> Iterator[None]:
    try:
        yield
    except NewsError as error:
        err.print(Text(str(error), style="red"), soft_wrap=True)
        raise typer.Exit(2) from error


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidSettingsError(f"QA_{str(first['loc'][0]).upper()}: {first['msg']}") from error
    except UnicodeDecodeError as error:
        raise InvalidSettingsError("The file .env is not UTF-8; save it as UTF-8") from error


async def _taken_in(
    client: httpx.AsyncClient, items: Sequence[Article | NewsError]
) -> list[dict[str, object] | ProblemError | NewsError]:
    articles = [item for item in items if isinstance(item, Article)]
    failed = [item for item in items if isinstance(item, NewsError)]
    return [*failed, *(await send(client, articles) if articles else [])]


async def _pages(client: httpx.AsyncClient, query: str) -> AsyncIterator[dict[str, object]]:
    cursor: object = ""
    while cursor is not None:
        params = {"query": query} | ({"cursor": str(cursor)} if cursor else {})
        page = await call(client, "GET", "/v1/articles", params=params)
        yield page
        cursor = page["next_cursor"]
