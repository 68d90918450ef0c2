"""watch: a folder taken in, and then its changes as they come."""

import asyncio
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Annotated

import anyio
import httpx
import typer
from rich.text import Text

from qa_service.client import ProblemError
from qa_service.commands.ingesting import BATCH, status_of, taken_in
from qa_service.commands.running import err, errors_said_plainly, out, spoken
from qa_service.errors import ServiceUnreachableError
from qa_service.settling import Settling, named
from qa_service.terminal import progress_bar, shown_counts
from vector_store.article import Article
from vector_store.errors import NewsError, UnreadableSourceError

# Files that are read between two looks at whether to stop.
_GROUP = 64
_LOOK_MS = 500
_RETRY_SECONDS = 5.0


def watch(folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="With its subfolders.")]) -> None:
    """Take a folder in and follow it: new and changed files go in as they appear. Ctrl-C ends it.

    A file that is being written is taken once it has not changed for a second. The article of a file that is removed
    stays, and a line says how to delete it.
    """

    async def run(client: httpx.AsyncClient) -> None:
        stopping = anyio.Event()
        for ending in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(ending, stopping.set)
        await _Watch(client, folder, stopping).follow()

    with errors_said_plainly():
        if not folder.is_dir():
            raise UnreadableSourceError(str(folder), "this is no folder; `qa-service ingest` takes files in.")
    spoken(run)


class _Watch:
    """A folder, what of it has changed, and which article each file became."""

    def __init__(self, client: httpx.AsyncClient, folder: Path, stopping: anyio.Event) -> None:
        self._client = client
        self._folder = folder
        self._root = folder.resolve()
        self._stopping = stopping
        self._settling = Settling()
        self._articles: dict[Path, str] = {}
        self._complaint = ""

    async def follow(self) -> None:
        """Until it is told to stop. Raises UnreadableSourceError when the folder goes, or cannot be watched."""
        import watchfiles

        begun = False
        looks = watchfiles.awatch(
            self._root,
            watch_filter=None,
            debounce=2 * _LOOK_MS,
            step=_LOOK_MS // 5,
            rust_timeout=_LOOK_MS,
            yield_on_timeout=True,
            stop_event=self._stopping,
        )
        try:
            async for changes in looks:
                if not begun:  # now that nothing is missed any more
                    begun = True
                    await self._begin()
                self._settling.changed(self._touched(Path(name) for _, name in changes))
                await self._follow_up()
                if not self._root.is_dir():
                    raise UnreadableSourceError(
                        str(self._folder), "the folder is gone; watch it again once it is back."
                    )
        except OSError as error:
            raise UnreadableSourceError(str(self._folder), f"it cannot be watched ({error}).") from error

    async def _begin(self) -> None:
        files = list(self._files(self._root))
        self._settling.changed(files)
        counts: Counter[str] = Counter()
        done = 0
        with progress_bar(err, "Taking in") as step:
            async for outcomes in self._taken(files):
                done += len(outcomes)
                step(done, len(files))
                for outcome in outcomes.values():
                    counts.update(outcome)
        out.print(f"{shown_counts(counts)}. Watching {self._folder} (Ctrl-C stops)", soft_wrap=True)

    async def _follow_up(self) -> None:
        settled = self._settling.look(monotonic())
        for path in settled.gone:
            self._say_gone(path)
        self._settling.taken(settled.gone)
        async for outcomes in self._taken(settled.present):
            for path, outcome in outcomes.items():
                if set(outcome) != {"failed"}:  # that has been said
                    out.print(Text(f"{self._shown(path)}: {shown_counts(outcome)}"), soft_wrap=True)

    async def _taken(self, files: Iterable[Path]) -> AsyncIterator[dict[Path, Counter[str]]]:
        """What became of each file's articles, some files at a time; if the service fails, the rest is tried again."""
        waiting = iter(files)
        while not self._stopping.is_set() and (group := list(islice(waiting, _GROUP))):
            try:
                outcomes = await self._sent(group)
            except (ProblemError, ServiceUnreachableError) as error:
                await self._complain(error)
                return
            self._complaint = ""
            self._settling.taken(group)
            yield outcomes

    async def _sent(self, files: Sequence[Path]) -> dict[Path, Counter[str]]:
        outcomes: defaultdict[Path, Counter[str]] = defaultdict(Counter)
        items = self._items(files)
        while batch := list(islice(items, BATCH)):
            results = await taken_in(self._client, [item for _, item in batch])
            for (path, _), result in zip(batch, results, strict=True):
                outcomes[path][status_of(result)] += 1
                if isinstance(result, NewsError):
                    _say_failed(result)
                else:
                    self._articles[path] = str(result["id"])
        return outcomes

    def _items(self, files: Sequence[Path]) -> Iterator[tuple[Path, Article | NewsError]]:
        from vector_store.formats.documents import suffix_of
        from vector_store.formats.known import MANY
        from vector_store.sources import articles_from

        for path in files:
            for item in articles_from([self._shown(path)]):
                if isinstance(item, Article) and suffix_of(path.name) not in MANY:
                    yield path, named(item, self._root, path)
                else:
                    yield path, item

    def _touched(self, paths: Iterable[Path]) -> Iterator[Path]:
        """The files that a change of these may have changed: of a folder, all that are or were in it."""
        from vector_store.formats.documents import suffix_of
        from vector_store.sources import SUFFIXES

        for path in paths:
            inside = path.relative_to(self._root)
            if any(part.startswith(".") for part in inside.parts) or any(
                (self._root / parent).is_symlink() for parent in inside.parents
            ):
                continue
            if path.is_dir() and not path.is_symlink():
                yield from self._files(path)
            elif suffix_of(path.name) in SUFFIXES:
                yield path
            yield from [known for known in self._articles if path in known.parents]

    def _files(self, folder: Path) -> Iterator[Path]:
        from vector_store.sources import files_in

        for found in files_in(folder):
            if isinstance(found, Path):
                yield found
            else:
                _say_failed(found)

    def _say_gone(self, path: Path) -> None:
        from vector_store.formats.documents import suffix_of
        from vector_store.formats.known import MANY

        article_id = self._articles.pop(path, None)
        if article_id is None:
            return
        way_out = f"its article stays; `qa-service articles delete {article_id}` takes it out"
        rest = "its articles stay" if suffix_of(path.name) in MANY else way_out
        out.print(Text(f"{self._shown(path)}: gone; {rest}"), soft_wrap=True)

    async def _complain(self, error: NewsError) -> None:
        """Once, however often it is tried again."""
        if str(error) != self._complaint:
            err.print(Text(f"waiting: {error}", style="red"), soft_wrap=True)
        self._complaint = str(error)
        with anyio.move_on_after(_RETRY_SECONDS):
            await self._stopping.wait()

    def _shown(self, path: Path) -> Path:
        """As the folder was given."""
        return self._folder / path.relative_to(self._root)


def _say_failed(error: NewsError) -> None:
    err.print(Text(f"failed: {error}", style="red"), soft_wrap=True)
