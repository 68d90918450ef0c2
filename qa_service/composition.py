"""A reading → what is said: which sentences, under which status, resting on which articles. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from qa_service.answer import Searched, Status, in_words
from qa_service.figures import day_of, timeline, told_of_day
from qa_service.findings import Finding, Reading, agreeing
from qa_service.question import Question
from vector_store.holdings import Overview

# A finding this much weaker than the best one is about something else.
_RELEVANT = 0.4
# Findings this close to the best are taken for equally good: then the newer report leads.
_AS_GOOD = 0.9
# The same where the newest is asked for.
_ABOUT_AS_GOOD = 0.6
_NEEDS_SPAN = frozenset({"person", "quantity", "money", "share", "date", "place"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the answer and the findings it rests on; the first one's words are said."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Composition:
    """What will be said. `history` holds earlier figures: they are cited, not said."""

    status: Status
    statements: tuple[Statement, ...] = ()
    history: tuple[Finding, ...] = ()

    @property
    def lead(self) -> Finding | None:
        """The finding that the answer rests on."""
        return self.statements[0].findings[0] if self.statements else None


def compose(question: Question, reading: Reading, threshold: float, *, newest_first: bool = False) -> Composition:
    """Choose what to say; nothing, when it is less likely than `threshold` that the articles answer.

    `newest_first`: a newer finding leads even where an older one is somewhat likelier.
    """
    if not reading.findings or reading.answerable < threshold:
        return Composition("not_in_articles")
    least = reading.findings[0].score * _RELEVANT
    findings = [finding for finding in reading.findings if finding.score >= least]
    if question.day is not None:
        findings = [finding for finding in findings if told_of_day(finding, question.day)]
    if not findings:
        return Composition("not_in_articles")
    line = timeline(question, findings)
    if line is not None:
        said = Statement((line.lead, *line.agreeing))
        others = tuple(Statement((finding,)) for finding in line.differing[:2])
        return Composition("conflicting" if others else "answered", (said, *others), line.earlier)
    lead = _newest_of_the_best(findings, _ABOUT_AS_GOOD if newest_first else _AS_GOOD)
    partial = question.kind in _NEEDS_SPAN and (lead.found is None or lead.found.fit == 0)
    return Composition("partial" if partial else "answered", (Statement((lead, *agreeing(lead, findings)[:1])),))


def nothing_found(searched: Searched) -> str:
    """The answer's text where the articles do not say; the nearest ones stand beside it in `Answer.nearest`."""
    if not searched.articles:
        return "The articles do not say. There were no articles to search."
    count = "1 article was" if searched.articles == 1 else f"{searched.articles} articles were"
    return f"The articles do not say. {count} searched{_period(searched)}."


def searched(seen: Overview) -> Searched:
    """What was looked in, as the answer tells it."""
    return Searched(
        articles=seen.articles,
        published_from=seen.published_from.date() if seen.published_from else None,
        published_to=seen.published_to.date() if seen.published_to else None,
    )


def _newest_of_the_best(findings: Sequence[Finding], as_good_as: float) -> Finding:
    """Of equally good findings the newest, so that a successor comes before the one who left."""
    best = findings[0]
    as_good = [
        finding
        for finding in findings
        if finding.score >= best.score * as_good_as and (finding.span is not None or best.span is None)
    ]
    return max(as_good, key=lambda finding: (day_of(finding) or date.min, finding.score))


def _period(searched: Searched) -> str:
    if searched.published_from is None or searched.published_to is None:
        return ""
    if searched.published_from == searched.published_to:
        return f", published on {in_words(searched.published_from)}"
    return f", published {in_words(searched.published_from)} to {in_words(searched.published_to)}"
