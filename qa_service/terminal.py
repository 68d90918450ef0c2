"""What the command line shows: an answer, passages that were found, a bar of progress."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from qa_service.answer import Answer, Citation, NearArticle, in_words
from qa_service.search import SearchHit, SearchResult

_NOTES = {"partial": "answers in part", "conflicting": "sources differ", "not_in_articles": "not in the articles"}


def shown_answer(answer: Answer) -> Iterator[RenderableType]:
    """The answer, how sure and how old it is, where was searched, and the quotes; a line or paragraph each."""
    said = Text(answer.text)
    if answer.short_answer:
        said.highlight_words([answer.short_answer], "bold")
    yield said
    about = [_NOTES.get(answer.status), f"as of {in_words(answer.as_of)}" if answer.as_of else None]
    yield Text(", ".join(note for note in about if note), style="dim")
    if answer.scope:
        yield Text(f"searched as told: {', '.join(answer.scope.words)}", style="dim")
    for part in answer.parts:
        yield Text(f"{part.question} {part.short_answer or _NOTES.get(part.status, '')}", style="dim")
    for warning in answer.warnings:
        yield Text(warning, style="dim")
    for citation in answer.citations:
        yield Text(f"\n[{citation.number}] {citation.title}", style="bold")
        yield Text(f"    {_origin(citation)}", style="dim")
        yield Text(f"    “{citation.quote}”")
    if answer.nearest:
        yield Text("\nThe nearest articles:")
    for article in answer.nearest:
        yield Text(f"    {article.title} ({_origin(article)})")


def shown_search(result: SearchResult) -> Iterator[RenderableType]:
    """Each passage with the words that were searched for in bold, and how many articles match."""
    for hit in result.passages:
        said = Text(hit.text)
        for place in hit.highlights:
            said.stylize("bold", place.start_char - hit.start_char, place.end_char - hit.start_char)
        yield Text(hit.title, style="bold")
        yield Text(f"    {_origin(hit)}", style="dim")
        yield Padding(said, (0, 0, 1, 4))
    matching, searched = result.histogram.articles, result.searched.articles
    yield Text(f"{matching} of {searched} articles share a word with what was searched for.", style="dim")


def shown_counts(counts: Mapping[str, int]) -> str:
    """How many of each: "3 created, 1 failed"."""
    return ", ".join(f"{number} {what}" for what, number in counts.items() if number) or "nothing taken in"


@contextmanager
def progress_bar(console: Console, doing: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar with rate and time left, shown from the first (done, total) on; the total is None while it is unknown."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(doing, total=None, visible=False, rate="")

        def step(done: int, total: int | None) -> None:
            speed = progress.tasks[task].speed
            progress.update(task, completed=done, total=total, visible=True, rate=f"{speed:.1f}/s" if speed else "")

        yield step


def _origin(article: Citation | NearArticle | SearchHit) -> str:
    day = in_words(article.published) if article.published else "undated"
    return f"{article.source or 'unknown source'}, {day}"
