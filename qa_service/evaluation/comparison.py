"""Comparison of two runs over the questions that both were asked. Pure."""

from qa_service.answer import Wire
from qa_service.evaluation.report import RATIOS, Report, ratios, times
from qa_service.evaluation.scoring import Estimate, Latency, difference, latency, mcnemar, share


class Difference(Wire):
    """One figure of both runs."""

    figure: str
    this: Estimate
    other: Estimate
    difference: Estimate
    """This less the other, with a paired bootstrap over the questions."""


class Comparison(Wire):
    """This run against another one; all of it is of the shared questions alone."""

    this: str
    other: str
    shared: int
    same_file: bool
    """Whether both runs read the very same question file."""
    differences: tuple[Difference, ...]
    latency: Latency | None
    """The other run's."""
    gained: tuple[str, ...]
    """The ids of the questions that the other run had wrong, or refused wrongly, and this one has right."""
    lost: tuple[str, ...]
    """Those that went the other way."""
    p: float
    """McNemar's exact test: how likely so uneven a split is by chance."""


def compare(this: Report, other: Report) -> Comparison:
    """What changed from the other run to this one."""
    # The words too: ids that are line numbers mean nothing in another file.
    others = {(one.id, one.question): one for one in other.outcomes if one.error is None}
    answered = [one for one in this.outcomes if one.error is None]
    pairs = [(one, before) for one in answered if (before := others.get((one.id, one.question))) is not None]
    these, those = [one for one, _ in pairs], [one for _, one in pairs]
    seed = this.run.seed
    gained = tuple(one.id for one, before in pairs if one.good and not before.good)
    lost = tuple(one.id for one, before in pairs if before.good and not one.good)
    return Comparison(
        this=this.run.name,
        other=other.run.name,
        shared=len(pairs),
        same_file=this.run.digest == other.run.digest,
        differences=tuple(
            Difference(
                figure=name,
                this=share(ratios(these, name), seed),
                other=share(ratios(those, name), seed),
                difference=difference(ratios(these, name), ratios(those, name), seed),
            )
            for name in RATIOS
        ),
        latency=latency(times(those)),
        gained=gained,
        lost=lost,
        p=mcnemar(len(gained), len(lost)),
    )
