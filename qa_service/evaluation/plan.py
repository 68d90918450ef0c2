"""The plan of an evaluation, and its options on the command line. Light: `--help` reads it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

Api = Literal["native", "openai"]
Part = Literal["tune", "test", "all"]

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="Questions as JSON lines, or a SQuAD file (.json; v1.1 or v2.0).")
]
UrlOption = Annotated[
    str | None, typer.Option("--url", help="Ask the server there, in its archive; nothing is loaded into it.")
]
ApiOption = Annotated[Api, typer.Option("--api", help="What it speaks. The key for openai is OPENAI_API_KEY's.")]
ModelOption = Annotated[str | None, typer.Option("--model", help="The model to ask an openai server for.")]
ArticlesOption = Annotated[
    Path | None,
    typer.Option("--articles", help="File or folder of the articles to ask, as for ingest. Default: the samples."),
]
GivenOption = Annotated[
    bool, typer.Option("--given/--open", help="Limit each question to its own articles: reading alone is measured.")
]
AmongOption = Annotated[
    int | None,
    typer.Option(
        "--among", min=1, help="Limit each answerable question to its articles and the N most misleading others."
    ),
]
HideOption = Annotated[
    bool, typer.Option("--hide-own", help="With --among: leave out the articles that answer; all is to be refused.")
]
HalfOption = Annotated[Part, typer.Option("--half", help="Only the questions that are marked so.")]
LimitOption = Annotated[int | None, typer.Option("--limit", min=1, help="Only so many of them, drawn by the seed.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Of the drawing, and of the intervals.")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="Folder of the report; its name is the run's. Default: ./eval-FILE-TIME."),
]
CompareOption = Annotated[
    list[Path] | None, typer.Option("--compare", help="The report.json of another run; may be given several times.")
]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be asked of whom. None stands for what the options' help calls the default."""

    file: Path
    url: str | None = None
    api: Api = "native"
    model: str | None = None
    articles: Path | None = None
    given: bool = False
    among: int | None = None
    hide_own: bool = False
    half: Part = "all"
    limit: int | None = None
    seed: int = 0
    out: Path | None = None
    compare: tuple[Path, ...] = ()
