"""The command line: the commands of `qa_service.commands` under their names."""

import logging

import typer

from qa_service.commands.articles import articles_app
from qa_service.commands.asking import ask, search
from qa_service.commands.compact import compact
from qa_service.commands.evaluating import evaluate
from qa_service.commands.feeds import feeds_app
from qa_service.commands.ingesting import ingest
from qa_service.commands.jobs import jobs_app
from qa_service.commands.serving import serve
from qa_service.commands.upkeep import reindex, settings
from qa_service.commands.watching import watch

app = typer.Typer(help="Ask your news articles.", no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(serve)
app.command()(ingest)
app.command()(watch)
app.command()(ask)
app.command()(search)
app.add_typer(articles_app, name="articles")
app.add_typer(jobs_app, name="jobs")
app.add_typer(feeds_app, name="feeds")
app.command("eval")(evaluate)
app.command()(compact)
app.command()(reindex)
app.command()(settings)

_NOISY = ("httpx", "alembic", "trafilatura", "htmldate", "pypdf", "sentence_transformers", "chromadb")


@app.callback()
def _begin() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
