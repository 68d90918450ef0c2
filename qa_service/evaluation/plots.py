"""Plots of a report as PNG files, by matplotlib (the extra `eval`)."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qa_service.evaluation.report import Report
from qa_service.evaluation.scoring import BINS

RISK_COVERAGE = "risk_coverage.png"
CALIBRATION = "calibration.png"


def write_plots(report: Report, others: Sequence[Report], folder: Path) -> list[str]:
    """Write what can be drawn; the files' names. Runs without confidence have nothing to draw."""
    written = []
    if report.risk_coverage is not None:
        _risk_coverage([report, *others]).savefig(folder / RISK_COVERAGE)
        written.append(RISK_COVERAGE)
    if report.calibration is not None:
        _calibration(report).savefig(folder / CALIBRATION)
        written.append(CALIBRATION)
    return written


# Figure itself, not pyplot: no window, nothing global.
def _figure() -> tuple[Figure, Axes]:
    figure = Figure(figsize=(6, 4.5), dpi=120, layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.grid(alpha=0.3)
    return figure, axes


def _risk_coverage(reports: Sequence[Report]) -> Figure:
    figure, axes = _figure()
    for report in reports:
        curve = report.risk_coverage
        if curve is None:
            continue
        coverage, risk = zip(*curve.points, strict=True)
        (line,) = axes.plot(coverage, risk, drawstyle="steps-post", label=f"{report.run.name} (AURC {curve.aurc:.3f})")
        axes.plot(*_stands(report), marker="o", color=line.get_color())
    axes.set(xlabel="share answered, the surest first", ylabel="share of the answers that is wrong")
    axes.set_title("Risk and coverage (dot: as the service answers now)", fontsize=10)
    axes.legend(loc="upper left", fontsize=8)
    return figure


def _stands(report: Report) -> tuple[list[float], list[float]]:
    """Coverage and risk of the service's own threshold; no point where nothing was answered."""
    held = [outcome for outcome in report.outcomes if outcome.confidence is not None]
    answered = [outcome for outcome in held if outcome.lead is not None]
    if not answered:
        return [], []
    wrong = sum(not outcome.good for outcome in answered)
    return [len(answered) / len(held)], [wrong / len(answered)]


def _calibration(report: Report) -> Figure:
    figure, axes = _figure()
    measured = report.calibration
    assert measured is not None
    for number, held in enumerate(measured.bins):
        if held is not None:
            axes.bar((number + 0.5) / BINS, held.right, width=0.9 / BINS, color="tab:blue", alpha=0.6)
            axes.plot(held.confidence, held.right, marker="o", color="tab:blue")
            axes.annotate(
                str(held.questions), ((number + 0.5) / BINS, held.right), xytext=(0, 5), textcoords="offset points",
                ha="center", fontsize=7,
            )  # fmt: skip
    axes.plot([0, 1], [0, 1], linestyle="--", color="gray")
    axes.set(xlabel="confidence", ylabel="share right")
    axes.set_title(f"Calibration of {report.run.name} (ECE {measured.ece:.3f}; numbers: questions)", fontsize=10)
    return figure
