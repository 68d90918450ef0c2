"""jobs, jobs show, wait, cancel: imports that a service does in the background."""

import json
from typing import Annotated

import anyio
import httpx
import typer
from rich.table import Column, Table
from rich.text import Text

from qa_service.client import call, job_path
from qa_service.commands.running import AsJson, err, out, spoken
from qa_service.job import Job, JobReport
from qa_service.terminal import progress_bar, shown_counts

jobs_app = typer.Typer(help="Imports: list, show, wait for and cancel them.", invoke_without_command=True)

JobId = Annotated[str, typer.Argument(metavar="ID", help="The job's id.")]

_LOOK_SECONDS = 0.25


@jobs_app.callback()
def list_jobs(context: typer.Context, as_json: AsJson = False) -> None:
    """Imports, the latest first."""
    if context.invoked_subcommand is not None:
        return

    async def run(client: httpx.AsyncClient) -> None:
        content = await call(client, "GET", "/v1/jobs")
        if as_json:
            out.print_json(json.dumps(content))
            return
        table = Table(Column("id", no_wrap=True), "state", Column("done", justify="right"), "outcome", "origin")
        for found in content["jobs"] if isinstance(content["jobs"], list) else []:
            job = Job.model_validate(found)
            table.add_row(*map(Text, (job.id, job.state, str(job.done), shown_counts(dict(job.counts)), job.origin)))
        out.print(table if table.row_count else "There are no jobs. `qa-service ingest https://…` begins one.")

    spoken(run)


@jobs_app.command("show")
def show_job(job_id: JobId, as_json: AsJson = False) -> None:
    """How far a job is, and the errors of its items."""

    async def run(client: httpx.AsyncClient) -> None:
        content = await call(client, "GET", job_path(job_id))
        if as_json:
            out.print_json(json.dumps(content))
            return
        report = JobReport.model_validate(content)
        out.print(Text(report.origin, style="bold"), soft_wrap=True)
        of_total = f" of {report.total}" if report.total is not None else ""
        out.print(
            Text(f"{report.state}, {report.done}{of_total} done: {shown_counts(dict(report.counts))}", style="dim")
        )
        for line in _errors(report):
            out.print(line, soft_wrap=True)

    spoken(run)


@jobs_app.command("wait")
def wait_for_job(job_id: JobId) -> None:
    """Show a job's progress until it has ended; the exit code is 1 if anything in it failed.

    Where no service runs, unfinished jobs go on meanwhile.
    """

    async def run(client: httpx.AsyncClient) -> None:
        report = await followed(client, job_id)
        out.print(shown_counts(dict(report.counts)))
        if went_wrong(report):
            raise typer.Exit(1)

    spoken(run, importing=True)


@jobs_app.command("cancel")
def cancel_job(job_id: JobId) -> None:
    """What the job took in stays; nothing more comes in."""

    async def run(client: httpx.AsyncClient) -> None:
        job = Job.model_validate(await call(client, "POST", f"{job_path(job_id)}/cancel"))
        out.print(f"cancelled: {shown_counts(dict(job.counts))}")

    spoken(run)


async def followed(client: httpx.AsyncClient, job_id: str) -> JobReport:
    """Show a job's progress until it has ended, and a line for each error. Its report at the end."""
    path = job_path(job_id)
    with progress_bar(err, "Importing") as step:
        waits_for = None
        while True:
            report = JobReport.model_validate(await call(client, "GET", path))
            step(report.done, report.total)
            if report.ended_at is not None:
                break
            if report.error is not None and report.error != waits_for:
                err.print(Text(f"waiting: {report.error.detail}", style="red"), soft_wrap=True)
            waits_for = report.error
            # Polled: a service in this process answers only in whole, without a stream of events.
            await anyio.sleep(_LOOK_SECONDS)
    for line in _errors(report):
        err.print(line, soft_wrap=True)
    return report


def went_wrong(report: JobReport) -> bool:
    """Whether anything in an ended job was not taken in."""
    return report.state != "done" or report.counts.failed > 0


def _errors(report: JobReport) -> list[Text]:
    """A red line for each, and for what is wrong with the whole."""
    lines = [f"failed: {error.detail}" for error in report.errors]
    if (more := report.counts.failed - len(report.errors)) > 0:
        lines.append(f"failed: {more} more")
    if report.error is not None:
        lines.append(f"{report.state}: {report.error.detail}")
    return [Text(line, style="red") for line in lines]
