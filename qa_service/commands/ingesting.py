"""ingest: files, folders and addresses into the archive."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.text import Text

from qa_service.client import ProblemError, call, send
from qa_service.commands.jobs import followed, went_wrong
from qa_service.commands.running import err, out, spoken
from qa_service.terminal import progress_bar, shown_counts
from vector_store.article import Article
from vector_store.errors import NewsError

# Embedded together and answered at once: few enough that the bar moves.
BATCH = 16
"""How many articles are sent at a time."""


def ingest(
    given: Annotated[list[str], typer.Argument(metavar="PATH_OR_URL…", help="Files, folders, web addresses.")],
) -> None:
    """Take articles in. A line for each item that fails; the exit code is then 1.

    Files are read here and sent as articles; an address is fetched by the service, in a job.
    """
    urls = [one for one in given if re.match("https?://", one, re.IGNORECASE)]
    paths = [Path(one) for one in given if one not in urls]

    async def run(client: httpx.AsyncClient) -> None:
        counts = await _from_files(client, paths) if paths else Counter()
        wrong = counts["failed"] > 0
        for url in urls:
            accepted = await call(client, "POST", "/v1/articles/import", json={"url": url})
            report = await followed(client, str(accepted["job_id"]))
            counts.update(dict(report.counts))
            wrong = wrong or went_wrong(report)
        out.print(shown_counts(counts))
        _name_what_was_passed_over(paths)
        if wrong:
            raise typer.Exit(1)

    spoken(run)


async def _from_files(client: httpx.AsyncClient, paths: Sequence[Path]) -> Counter[str]:
    from vector_store.sources import articles_from, count

    counts: Counter[str] = Counter()
    with progress_bar(err, "Ingesting") as step:
        done, total = 0, count(paths)
        items = iter(articles_from(paths))
        while batch := list(islice(items, BATCH)):
            for result in await taken_in(client, batch):
                if isinstance(result, NewsError):
                    err.print(Text(f"failed: {result}", style="red"), soft_wrap=True)
                counts[status_of(result)] += 1
            done += len(batch)
            step(done, max(done, total))
    return counts


def _name_what_was_passed_over(paths: Sequence[Path]) -> None:
    from vector_store.sources import passed_over

    if other := passed_over(paths):
        suffixes = ", ".join(f"{number} {suffix}" for suffix, number in sorted(other.items()))
        err.print(f"passed over, in formats that cannot be read: {suffixes}", soft_wrap=True)


async def taken_in(
    client: httpx.AsyncClient, items: Sequence[Article | NewsError]
) -> list[dict[str, object] | ProblemError | NewsError]:
    """One result for each item, in order: what the service says of the article, or the error."""
    articles = [item for item in items if isinstance(item, Article)]
    results = iter(await send(client, articles) if articles else [])
    return [item if isinstance(item, NewsError) else next(results) for item in items]


def status_of(result: dict[str, object] | NewsError) -> str:
    """What became of an item, in a word."""
    return "failed" if isinstance(result, NewsError) else str(result["status"])
