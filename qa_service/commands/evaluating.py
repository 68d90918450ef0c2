"""eval: questions with known answers."""

import typer

import qa_service.evaluation.plan as plans
from qa_service.commands.running import err, errors_said_plainly, out, read_settings


def evaluate(  # noqa: PLR0913  # a command's options are its parameters
    file: plans.FileArgument,
    url: plans.UrlOption = None,
    api: plans.ApiOption = "native",
    model: plans.ModelOption = None,
    articles: plans.ArticlesOption = None,
    given: plans.GivenOption = False,
    among: plans.AmongOption = None,
    hide_own: plans.HideOption = False,
    half: plans.HalfOption = "all",
    limit: plans.LimitOption = None,
    seed: plans.SeedOption = 0,
    folder: plans.OutOption = None,
    compare: plans.CompareOption = None,
) -> None:
    """Ask questions with known answers and report how good the answers are. docs/evaluation.md explains.

    Without --url the articles are loaded into a folder of their own: yours is not touched.

    Exit code 1: every question failed; 2: nothing could be asked; 130: Ctrl-C.
    """
    others = tuple(compare or ())
    plan = plans.Plan(file, url, api, model, articles, given, among, hide_own, half, limit, seed, folder, others)
    with errors_said_plainly():
        from qa_service.evaluation.command import Terminal, carry_out

        raise typer.Exit(carry_out(plan, read_settings, Terminal(out, err)))
