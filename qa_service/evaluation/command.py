"""The command `eval`: ask, judge, print, write."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress
from rich.text import Text

from qa_service.errors import EvaluationInputError
from qa_service.evaluation.cases import Case, CaseFile, parsed, read_bytes, read_cases, selected
from qa_service.evaluation.comparison import Comparison, compare
from qa_service.evaluation.outcomes import Outcome
from qa_service.evaluation.plan import Plan
from qa_service.evaluation.report import Report, Run, among, asked, gold_warnings, report
from qa_service.evaluation.respondents import REFUSALS, Chat, Here, Respondent, Server, connected
from qa_service.evaluation.tables import drawn, facts, markdown, sheets
from qa_service.service import SAMPLES, open_service
from qa_service.settings import Settings, origins
from vector_store.article import Article
from vector_store.errors import NewsError
from vector_store.retriever import Retriever
from vector_store.sources import articles_from

DONE, ALL_FAILED, INTERRUPTED = 0, 1, 130
"""Exit codes; 2 is for what cannot be asked at all."""

_MISSING_PLOTS = "The plots are missing: they need matplotlib. Install it by pip install 'news-qa-service[eval]'."


@dataclass(frozen=True, slots=True)
class Party:
    """Who is asked, and the articles by id as far as they are known here: gold quotes are looked up in them."""

    respondent: Respondent
    articles: Mapping[str, Article]
    name: str
    settings: tuple[str, ...] = ()
    retriever: Retriever | None = None
    """Where the archive is this process's own."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """What is said to the person: results on `out`, all else on `err`."""

    out: Console
    err: Console

    def note(self, words: str) -> None:
        """A sentence that is no result."""
        self.err.print(Text(words), soft_wrap=True)

    @contextmanager
    def bar(self, doing: str, total: int) -> Iterator[Callable[[], None]]:
        """A progress bar, one step further with each call."""
        with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=self.err) as progress:
            task = progress.add_task(doing, total=total)
            yield lambda: progress.advance(task)


def carry_out(plan: Plan, read_settings: Callable[[], Settings], terminal: Terminal) -> int:
    """Evaluate as planned; the exit code. Raises NewsError where nothing can be asked."""
    _require_sense(plan)
    file = read_cases(plan.file)
    cases = selected(file, half=None if plan.half == "all" else plan.half, limit=plan.limit, seed=plan.seed)
    others = [_other(path, cases) for path in plan.compare]
    started = datetime.now(UTC)
    with _folder(plan, started) as folder:
        with _party(plan, file, cases, read_settings, terminal) as party:
            warnings = [*gold_warnings(cases, party.articles), *_api_warnings(plan)]
            if plan.among is not None and party.retriever is not None:
                cases = among(cases, party.retriever, plan.among, hide_own=plan.hide_own)
            outcomes = asked(cases, party.respondent, party.articles, given=plan.given or plan.among is not None)
            held, interrupted = _collect(outcomes, len(cases), terminal)
        if not held:
            terminal.note("Interrupted before the first answer: there is no report.")
            return INTERRUPTED
        run = _run(plan, file, folder, party, started).model_copy(update={"interrupted": interrupted})
        summed = report(run, held, warnings)
        comparisons = [compare(summed, other) for other in others]
        _say(summed, comparisons, terminal)
        _write(summed, others, comparisons, folder, terminal)
    if interrupted:
        return INTERRUPTED
    return ALL_FAILED if all(outcome.error is not None for outcome in held) else DONE


def _run(plan: Plan, file: CaseFile, folder: Path, party: Party, started: datetime) -> Run:
    return Run(
        name=folder.resolve().name,
        file=plan.file.name,
        digest=file.digest,
        half=plan.half,
        limit=plan.limit,
        given=plan.given,
        among=plan.among,
        hide_own=plan.hide_own,
        respondent=party.name,
        version=version("news-qa-service"),
        settings=party.settings,
        seed=plan.seed,
        started=started,
    )


def _require_sense(plan: Plan) -> None:
    if plan.api == "openai":
        if plan.url is None:
            raise EvaluationInputError("--api openai", "say with --url where the server is.")
        if plan.model is None:
            raise EvaluationInputError("--api openai", "say with --model which model to ask for.")
        if plan.given:
            raise EvaluationInputError("--given", "a chat API cannot be limited to articles; ask with --open.")
    elif plan.model is not None:
        raise EvaluationInputError("--model", "it is for --api openai.")
    if plan.hide_own and plan.among is None:
        raise EvaluationInputError("--hide-own", "say with --among how many other articles there are to be.")
    if plan.among is not None and plan.url is not None:
        raise EvaluationInputError(
            "--among", "other articles can only be chosen from an archive of our own, without --url."
        )


def _other(path: Path, cases: Sequence[Case]) -> Report:
    """The report of another run that was asked some of these questions."""
    other = parsed(Report, read_bytes(path), str(path))
    if not {(one.id, one.question) for one in other.outcomes} & {(case.id, case.question) for case in cases}:
        raise EvaluationInputError(str(path), "it has none of these questions; compare runs of one file.")
    return other


@contextmanager
def _folder(plan: Plan, started: datetime) -> Iterator[Path]:
    """Made before anything is asked, so that what cannot be written is known at once; not left behind empty."""
    folder = plan.out or Path(f"eval-{plan.file.stem}-{started.astimezone():%Y%m%d-%H%M%S}")
    ours = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EvaluationInputError(str(folder), f"the folder cannot be made ({error.strerror}).") from error
    try:
        yield folder
    finally:
        if ours and not any(folder.iterdir()):
            folder.rmdir()


@contextmanager
def _party(
    plan: Plan, file: CaseFile, cases: Sequence[Case], read_settings: Callable[[], Settings], terminal: Terminal
) -> Iterator[Party]:
    if plan.url is None:
        with _here(_articles(plan, file), read_settings(), terminal) as party:
            yield party
        return
    key = os.environ.get("OPENAI_API_KEY") if plan.api == "openai" else None
    with connected(plan.url, key=key) as client:
        yield _chat(plan, file, client) if plan.api == "openai" else _server(cases, client)


@contextmanager
def _here(articles: Sequence[Article], settings: Settings, terminal: Terminal) -> Iterator[Party]:
    """This service on a folder of its own, which is gone afterwards: the user's is never touched."""
    given = tuple(
        f"{origin.name}={origin.value}"
        for origin in origins(settings)
        if origin.origin != "default" and origin.name != "QA_DATA_DIR"
    )
    with (
        TemporaryDirectory(prefix="qa-eval-") as folder,
        open_service(settings.model_copy(update={"data_dir": Path(folder), "answer_threshold": 0.0})) as service,
    ):
        with terminal.bar("Loading the articles", len(articles)) as step:
            for _ in service.ingester.add(articles):
                step()
        here = Here(service.answerer, settings.answer_threshold)
        yield Party(here, _by_id(articles), "this service", given, service.retriever)


def _server(cases: Sequence[Case], client: httpx.Client) -> Party:
    server = Server(client)
    wanted = dict.fromkeys(gold.article for case in cases for gold in case.gold)
    return Party(server, server.articles(wanted), str(client.base_url))


def _chat(plan: Plan, file: CaseFile, client: httpx.Client) -> Party:
    articles = _by_id(_articles(plan, file))
    return Party(Chat(client, str(plan.model), articles), articles, f"{plan.model} at {client.base_url}")


def _articles(plan: Plan, file: CaseFile) -> Sequence[Article]:
    if file.articles:
        if plan.articles is not None:
            raise EvaluationInputError("--articles", "a SQuAD file brings its own articles.")
        return file.articles
    found = list(articles_from([plan.articles or SAMPLES]))
    for problem in found:
        if isinstance(problem, NewsError):
            raise problem
    return [article for article in found if isinstance(article, Article)]


def _by_id(articles: Sequence[Article]) -> dict[str, Article]:
    return {article.id: article for article in articles}


def _collect(outcomes: Iterator[Outcome], total: int, terminal: Terminal) -> tuple[list[Outcome], bool]:
    """What was asked until the end or until Ctrl-C, and whether it was Ctrl-C."""
    held: list[Outcome] = []
    with terminal.bar("Asking", total) as step:
        try:
            for outcome in outcomes:
                held.append(outcome)
                step()
        except KeyboardInterrupt:
            return held, True
    return held, False


def _api_warnings(plan: Plan) -> list[str]:
    if plan.api == "native":
        return []
    return [
        "A chat API has no word for a refusal: an answer counts as one when its beginning has one of the phrases "
        + ", ".join(f"“{phrase}”" for phrase in REFUSALS)
        + ". EM and F1 compare its whole text, which has no short answer."
    ]


def _say(summed: Report, comparisons: Sequence[Comparison], terminal: Terminal) -> None:
    for sheet in sheets(summed, comparisons):
        if sheet.brief:
            terminal.out.print(drawn(sheet))
    for words in (*facts(summed), *summed.warnings):
        terminal.note(words)


def _write(
    summed: Report, others: Sequence[Report], comparisons: Sequence[Comparison], folder: Path, terminal: Terminal
) -> None:
    plots = _plots(summed, others, folder, terminal)
    (folder / "report.json").write_text(summed.model_dump_json(indent=1) + "\n", encoding="utf-8")
    (folder / "report.md").write_text(markdown(summed, comparisons, plots), encoding="utf-8")
    for number, comparison in enumerate(comparisons, start=1):
        (folder / f"comparison-{number}.json").write_text(comparison.model_dump_json(indent=1) + "\n", encoding="utf-8")
    terminal.note(f"Written to {folder}")


def _plots(summed: Report, others: Sequence[Report], folder: Path, terminal: Terminal) -> list[str]:
    try:
        # Imported here: everything else is written without matplotlib.
        from qa_service.evaluation.plots import write_plots
    except ImportError as error:
        if not str(error.name).startswith("matplotlib"):
            raise
        terminal.note(_MISSING_PLOTS)
        return []
    return write_plots(summed, others, folder)
