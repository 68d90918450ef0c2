"""Tables of a report and of its comparisons, written once and drawn twice: as Markdown and on the terminal. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from qa_service.evaluation.comparison import Comparison
from qa_service.evaluation.outcomes import VERDICTS, Outcome
from qa_service.evaluation.report import Figures, Group, Report
from qa_service.evaluation.scoring import BestThreshold, Estimate, Latency

# As decimals: these are not shares of anything.
_DECIMALS = frozenset({"mrr"})
_NOTHING = "–"
_LISTED = 200
_IDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table; `note` stands below. `brief` ones are shown on the terminal too, `narrow` ones have many columns."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    brief: bool = True
    narrow: bool = False


def sheets(report: Report, comparisons: Sequence[Comparison]) -> list[Sheet]:
    """All that there is to show, without empty tables."""
    drawn = [
        _figures(report),
        _latency(report),
        _sureness(report),
        _side_by_side(report, comparisons),
        _groups("By kind", report.by_kind),
        _groups("By tag", report.by_tag),
        _failures(report),
        _mistakes(report),
        _meanings(report),
    ]
    return [sheet for sheet in drawn if sheet.rows]


def markdown(report: Report, comparisons: Sequence[Comparison], plots: Sequence[str]) -> str:
    """The report as a page; `plots` are the names of the images beside it."""
    parts = [f"# {report.run.name}: {report.run.file}", *facts(report), *map(_warning, report.warnings)]
    for sheet in sheets(report, comparisons):
        parts += [f"## {sheet.title}", _lines(sheet), sheet.note]
    parts += [f"![{name.removesuffix('.png').replace('_', ' ')}]({name})" for name in plots]
    return "\n\n".join(part for part in parts if part) + "\n"


def drawn(sheet: Sheet) -> Table:
    """The sheet for the terminal."""
    table = Table(
        box=SIMPLE_HEAD,
        title=Text(sheet.title),
        title_justify="left",
        caption=Text(sheet.note),
        caption_justify="left",
        padding=(0, 1, 0, 0),
    )
    for number, name in enumerate(sheet.head):
        # A word a line: a wide head over narrow numbers would push columns out of a narrow window.
        head = Text(name.replace(" ", "\n") if sheet.narrow else name)
        table.add_column(head, justify="right" if number else "left", overflow="fold")
    for row in sheet.rows:
        table.add_row(*map(Text, row))
    return table


def facts(report: Report) -> list[str]:
    """In sentences: who was asked what, and how it went."""
    run = report.run
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report.verdicts.items())
    drawn_from = f", {run.limit} drawn with seed {run.seed}" if run.limit is not None else ""
    limited = "each question given its own articles" if run.given else "asked openly"
    settings = f" with {', '.join(run.settings)}" if run.settings else ""
    return [
        f"{report.questions} questions (half: {run.half}{drawn_from}), {limited}, put to {run.respondent}{settings}.",
        f"{counts}.",
        *(["Interrupted: the rest was not asked."] if run.interrupted else []),
    ]


def _figures(report: Report) -> Sheet:
    rows = tuple(
        (_title(name, report), _value(name, estimate), _interval(name, estimate), str(estimate.of))
        for name in Figures.model_fields
        if (estimate := getattr(report.figures, name)).value is not None
    )
    return Sheet("Figures", ("figure", "value", "95 % interval", "of"), rows)


def _meanings(report: Report) -> Sheet:
    fields = Figures.model_fields.items()
    rows = tuple((_title(name, report), str(field.description).replace("\n", " ")) for name, field in fields)
    return Sheet("What the figures mean", ("figure", "meaning"), rows, "More in docs/evaluation.md.", brief=False)


def _latency(report: Report) -> Sheet:
    head = ("mean", "p50", "p95", "p99")
    times = report.latency
    rows = (tuple(f"{getattr(times, name):,.0f} ms" for name in head),) if times else ()
    return Sheet("Time of a whole answer", head, rows)


def _sureness(report: Report) -> Sheet:
    rows: list[tuple[str, ...]] = []
    if report.risk_coverage:
        rows.append(("area under the risk-coverage curve (AURC)", f"{report.risk_coverage.aurc:.3f}", ""))
    if report.calibration:
        rows.append(("expected calibration error (ECE)", f"{report.calibration.ece:.3f}", ""))
    if report.thresholds:
        rows.append(("best EM by any threshold", *_best(report.thresholds.em)))
        rows.append(("best F1 by any threshold", *_best(report.thresholds.f1)))
    note = "The best thresholds were chosen on these very questions: they are a ceiling, not what the service gives."
    return Sheet("Confidence", ("figure", "value", "threshold"), tuple(rows), note)


def _side_by_side(report: Report, comparisons: Sequence[Comparison]) -> Sheet:
    if not comparisons:
        return Sheet("Side by side", (), ())
    rows = [
        (_title(name, report), _value(name, getattr(report.figures, name)), *_others(name, comparisons))
        for name in Figures.model_fields
    ]
    rows.append(("time of an answer, median", *_medians([report.latency, *(one.latency for one in comparisons)])))
    head = tuple(cell for one in comparisons for cell in (one.other, "difference"))
    note = "\n".join(map(_changes, comparisons))
    shown = tuple(row for row in rows if set(row[1:]) - {_NOTHING, ""})
    return Sheet("Side by side", ("figure", report.run.name, *head), shown, note)


def _others(name: str, comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    """Of each other run the figure and, in one cell, how far this one is from it."""
    rows = [row for one in comparisons for row in one.differences if row.figure == name]
    return tuple(cell for row in rows for cell in (_value(name, row.other), _apart(name, row.difference)))


def _apart(name: str, apart: Estimate) -> str:
    if apart.value is None:
        return _NOTHING
    sign = "+" if apart.value > 0 else ""
    return f"{sign}{_number(name, apart.value)} ({_interval(name, apart)})"


def _medians(times: Sequence[Latency | None]) -> list[str]:
    this, *others = ["" if one is None else f"{one.p50:,.0f} ms" for one in times]
    return [this, *(cell for other in others for cell in (other, ""))]


def _changes(comparison: Comparison) -> str:
    files = "" if comparison.same_file else " The question files are not the same."
    return (
        f"Against {comparison.other}, over the {comparison.shared} questions of both runs.{files} "
        f"Became right: {_ids(comparison.gained)}. No longer right: {_ids(comparison.lost)}. "
        f"McNemar's exact test: p = {comparison.p:.3g}."
    )


def _groups(title: str, groups: Sequence[Group]) -> Sheet:
    verdicts = [verdict for verdict in VERDICTS if any(group.verdicts.get(verdict) for group in groups)]
    rows = tuple(
        (
            group.name,
            str(group.questions),
            *(str(group.verdicts.get(verdict, 0)) for verdict in verdicts),
            _percent(group.em),
            _percent(group.f1),
        )
        for group in groups
    )
    return Sheet(title, ("", "asked", *verdicts, "EM", "F1"), rows, narrow=True)


def _failures(report: Report) -> Sheet:
    failed = [(outcome.id, outcome.error) for outcome in report.outcomes if outcome.error is not None]
    rows = tuple((name, reason) for name, reason in failed[:_LISTED])
    return Sheet("No answer came", ("id", "reason"), rows, _rest(len(failed)))


def _mistakes(report: Report) -> Sheet:
    bad = [outcome for outcome in report.outcomes if outcome.error is None and not outcome.good]
    rows = tuple((one.id, one.verdict, one.question, " / ".join(one.answers), _said(one)) for one in bad[:_LISTED])
    head = ("id", "verdict", "question", "accepted", "said")
    return Sheet("Where it was not right", head, rows, _rest(len(bad)), brief=False)


def _rest(count: int) -> str:
    return f"And {count - _LISTED} more: see report.json." if count > _LISTED else ""


def _said(outcome: Outcome) -> str:
    if outcome.lead is None:
        return f"(refused; would have said: {outcome.candidate})" if outcome.candidate else ""
    return outcome.short_answer or outcome.lead


def _lines(sheet: Sheet) -> str:
    rows = [sheet.head, tuple("---" for _ in sheet.head), *sheet.rows]
    return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in rows)


def _cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|").replace("<", "&lt;")


def _warning(words: str) -> str:
    return f"**Note:** {words}"


def _title(name: str, report: Report) -> str:
    most = max((outcome.read or 0 for outcome in report.outcomes), default=0)
    return f"hit@k, k = {most}" if name == "hit_k" else Figures.model_fields[name].title or name


def _value(name: str, estimate: Estimate) -> str:
    return _NOTHING if estimate.value is None else _number(name, estimate.value)


def _interval(name: str, estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{_number(name, estimate.low)} to {_number(name, estimate.high)}"


def _number(name: str, value: float) -> str:
    return f"{value:.3f}" if name in _DECIMALS else _percent(value)


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"


def _best(best: BestThreshold) -> tuple[str, str]:
    return _percent(best.score), "refuse all" if best.threshold is None else f"{best.threshold:.3f}"


def _ids(ids: Sequence[str]) -> str:
    if not ids:
        return "none"
    more = f" and {len(ids) - _IDS_SHOWN} more" if len(ids) > _IDS_SHOWN else ""
    return f"{len(ids)} ({', '.join(ids[:_IDS_SHOWN])}{more})"
