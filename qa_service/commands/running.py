"""How every command runs: where it prints, how it reads settings and reaches the service, how its errors are said."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import anyio
import httpx
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from qa_service.client import connected
from qa_service.errors import InvalidSettingsError
from qa_service.settings import Settings
from vector_store.errors import NewsError

out = Console()
err = Console(stderr=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print the service's JSON.")]


def spoken(command: Callable[[httpx.AsyncClient], Awaitable[None]], *, importing: bool = False) -> None:
    """Run a command on the service that owns the data folder, or on one opened for it.

    With `importing`, the one opened for it goes on with unfinished imports meanwhile.
    """

    async def main() -> None:
        async with connected(read_settings(), importing=importing) as client:
            await command(client)

    with errors_said_plainly():
        anyio.run(main)


@contextmanager
def errors_said_plainly() -> Iterator[None]:
    """An error that a person can put right is one red sentence and exit code 2."""
    try:
        yield
    except NewsError as error:
        err.print(Text(str(error), style="red"), soft_wrap=True)
        raise typer.Exit(2) from error


def read_settings() -> Settings:
    """The settings. Raises InvalidSettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidSettingsError(f"QA_{str(first['loc'][0]).upper()}: {first['msg']}") from error
    except UnicodeDecodeError as error:
        raise InvalidSettingsError("The file .env is not UTF-8; save it as UTF-8") from error
