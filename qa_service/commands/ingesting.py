"""ingest: files and folders into the archive."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.text import Text

from qa_service.client import ProblemError, send
from qa_service.commands.running import err, out, spoken
from qa_service.terminal import progress_bar
from vector_store.article import Article
from vector_store.errors import NewsError

# Embedded together and answered at once: few enough that the bar moves.
_BATCH = 16


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

    spoken(run)


async def _taken_in(
    client: httpx.AsyncClient, items: Sequence[Article | NewsError]
) -> list[dict[str, object] | ProblemError | NewsError]:
    articles = [item for item in items if isinstance(item, Article)]
    failed = [item for item in items if isinstance(item, NewsError)]
    return [*failed, *(await send(client, articles) if articles else [])]
