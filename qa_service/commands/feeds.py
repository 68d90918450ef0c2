"""feeds add, list, show, refresh, delete."""

import json
from datetime import datetime
from typing import Annotated

import anyio
import httpx
import typer
from rich.table import Column, Table
from rich.text import Text

from qa_service.client import call, feed_path
from qa_service.commands.running import AsJson, err, out, spoken
from qa_service.feeds.state import EntryError, FeedList, FeedReport, FeedState

feeds_app = typer.Typer(help="Feeds and sitemaps: add, list, show, refresh and delete them.", no_args_is_help=True)

FeedId = Annotated[str, typer.Argument(metavar="ID", help="The feed's id.")]

_LOOK_SECONDS = 0.25
_NONE = "There are no feeds. `qa-service feeds add URL` adds one."


@feeds_app.command("add")
def add_feed(
    url: Annotated[str, typer.Argument(metavar="URL", help="RSS, Atom, JSON Feed, or a sitemap.")],
    minutes: Annotated[int | None, typer.Option(help="Between two checks; else as QA_FEED_MINUTES says.")] = None,
) -> None:
    """Keep a feed. A running service refreshes it soon, and at its times from then on."""

    async def run(client: httpx.AsyncClient) -> None:
        feed = FeedState.model_validate(await call(client, "POST", "/v1/feeds", json={"url": url, "minutes": minutes}))
        out.print(Text(f"{feed.id} {_name(feed)}"), soft_wrap=True)

    spoken(run)


@feeds_app.command("list")
def list_feeds(as_json: AsJson = False) -> None:
    """How each feed goes, the one added last first."""

    async def run(client: httpx.AsyncClient) -> None:
        content = await call(client, "GET", "/v1/feeds")
        if as_json:
            out.print_json(json.dumps(content))
            return
        table = Table(Column("id", no_wrap=True), "status", Column("articles", justify="right"), "answered", "feed")
        for feed in FeedList.model_validate(content).feeds:
            told = f"{_name(feed)}\n{feed.last_error.detail}" if feed.last_error else _name(feed)
            table.add_row(*map(Text, (feed.id, feed.status, str(feed.articles), _minute(feed.succeeded_at), told)))
        out.print(table if table.row_count else _NONE)

    spoken(run)


@feeds_app.command("show")
def show_feed(feed_id: FeedId, as_json: AsJson = False) -> None:
    """How a feed goes, and which of its entries fail."""

    async def run(client: httpx.AsyncClient) -> None:
        content = await call(client, "GET", feed_path(feed_id))
        if as_json:
            out.print_json(json.dumps(content))
            return
        feed = FeedReport.model_validate(content)
        out.print(Text(_name(feed), style="bold"), soft_wrap=True)
        count = "1 article" if feed.articles == 1 else f"{feed.articles} articles"
        out.print(Text(f"{feed.url} · {feed.status} · {count}", style="dim"), soft_wrap=True)
        after = f"next {_minute(feed.next_check_at)}" if feed.next_check_at else "not asked any more"
        times = f"asked {_minute(feed.checked_at)} · answered {_minute(feed.succeeded_at)} · {after}"
        out.print(Text(times, style="dim"), soft_wrap=True)
        for line in _wrong(feed, feed.errors):
            out.print(line, soft_wrap=True)

    spoken(run)


@feeds_app.command("refresh")
def refresh_feeds(
    feed_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID…]", help="Without one: every feed.")] = None,
) -> None:
    """Ask feeds now, and wait until what they list is taken in. The exit code is 1 if a feed or an entry failed."""

    async def run(client: httpx.AsyncClient) -> None:
        listed = FeedList.model_validate(await call(client, "GET", "/v1/feeds")).feeds
        chosen = feed_ids or [feed.id for feed in listed]
        for feed_id in chosen:
            await call(client, "POST", f"{feed_path(feed_id)}/refresh")
        settled = [await _settled(client, feed_id) for feed_id in chosen]
        for feed in settled:
            out.print(Text(f"{_name(feed)}: {_outcome(feed)}"), soft_wrap=True)
            for line in _wrong(feed, _of_this_refresh(feed)):
                err.print(line, soft_wrap=True)
        if not chosen:
            out.print(_NONE)
        if any(feed.last_error or feed.result.failed for feed in settled):
            raise typer.Exit(1)

    spoken(run)


@feeds_app.command("delete")
def delete_feeds(feed_ids: Annotated[list[str], typer.Argument(metavar="ID…")]) -> None:
    """Ask feeds no more; the articles that came of them stay."""

    async def run(client: httpx.AsyncClient) -> None:
        for feed_id in feed_ids:
            await call(client, "DELETE", feed_path(feed_id))
            out.print(Text(f"deleted {feed_id}"))

    spoken(run)


async def _settled(client: httpx.AsyncClient, feed_id: str) -> FeedReport:
    """The feed once no refresh of it is under way."""
    while (feed := FeedReport.model_validate(await call(client, "GET", feed_path(feed_id)))).refreshing:
        # Polled: a service in this process answers only in whole, without a stream of events.
        await anyio.sleep(_LOOK_SECONDS)
    return feed


def _of_this_refresh(feed: FeedReport) -> list[EntryError]:
    return [error for error in feed.errors if feed.checked_at is not None and error.tried_at >= feed.checked_at]


def _outcome(feed: FeedReport) -> str:
    if feed.last_error is not None:
        return "failed"
    told = {"left": "left for the next refreshes"}
    return ", ".join(f"{number} {told.get(name, name)}" for name, number in feed.result if number) or "nothing new"


def _wrong(feed: FeedReport, errors: list[EntryError]) -> list[Text]:
    """A red line for each thing that fails."""
    lines = [feed.last_error.detail] if feed.last_error else []
    lines += feed.problems
    for error in errors:
        lines.append(f"{error.detail} {'It is given up until it changes.' if error.given_up else 'It is tried again.'}")
    return [Text(f"failed: {line}", style="red") for line in lines]


def _name(feed: FeedState) -> str:
    return feed.title or feed.url


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"
