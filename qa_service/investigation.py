"""Question → the inquiries that answer it: of itself, of each of its parts, or first of whom it describes."""

from collections.abc import Generator, Sequence
from dataclasses import replace

from qa_service.answer import Found, FoundPassage
from qa_service.decomposition import Bridge, Parts, bridge, extreme, parts
from qa_service.event_bounds import bounded, event_bound, told_period
from qa_service.figures import day_of
from qa_service.followups import Turn, resolve
from qa_service.inquiry import Context, Inquirer, Inquiry

Inquiries = Generator[Found, None, tuple[Inquiry, ...]]
"""Tells of each search as it is made, then returns the inquiries."""


class Investigator:
    """Decides what is asked in which order."""

    def __init__(self, inquirer: Inquirer) -> None:
        self._inquirer = inquirer

    def investigate(self, text: str, context: Context) -> Inquiries:
        """The steps that answer; the one that leads comes first."""
        context = yield from self._bounded(text, context)
        several = parts(text)
        if several is None:
            return (yield from self._single(text, context))
        if several.names and several.wanted is None:
            whole = yield from self._one(text, context)
            if _tells_of_all(whole, several):
                return (whole,)
        each = yield from self._each(several, context)
        if not several.names or sum(one.sure for one in each) > 1:
            return _ranked(each, several)
        return (yield from self._single(text, context))

    def _bounded(self, text: str, context: Context) -> Generator[Found, None, Context]:
        """Knowing the day of the event that bounds the question, where the articles tell it."""
        bound = event_bound(text) if context.scope else None
        if bound is None:
            return context
        told = yield from self._one(bound.question, context)
        published = day_of(told.composition.lead) if told.composition.lead else None
        period = told_period(told.words, published) if told.sure and told.words and published else None
        return replace(context, event=bounded(bound, period)) if period else context

    def _single(self, text: str, context: Context) -> Inquiries:
        """As it stands, or in two steps where its subject is only described."""
        whole = yield from self._one(text, context)
        described = bridge(text)
        steps = (yield from self._bridged(described, whole, context)) if described else ()
        return steps or (whole,)

    def _one(self, text: str, context: Context) -> Generator[Found, None, Inquiry]:
        search = self._inquirer.search(text, context)
        yield Found(passages=tuple(map(FoundPassage.of, search.hits)))
        return self._inquirer.read(search)

    def _each(self, several: Parts, context: Context) -> Inquiries:
        """The questions in turn; one that leans on those before is asked in full."""
        found: list[Inquiry] = []
        for question in several.questions:
            before = [Turn(one.search.text, one.words, "") for one in found]
            found.append((yield from self._one(question if several.names else resolve(question, before), context)))
        return tuple(found)

    def _bridged(self, described: Bridge, whole: Inquiry, context: Context) -> Inquiries:
        """First who or what is meant, then what was asked of it.

        Nothing where the whole has its answer, which is not just who was described, or where a step has none.
        """
        first = yield from self._one(described.first, context)
        if first.words is None or not first.sure or (whole.sure and whole.words != first.words):
            return ()
        second = yield from self._one(described.second(first.words), context)
        second = second.doubted(first.reading.answerable, self._inquirer.threshold)
        return (second, first) if second.sure else ()


def _tells_of_all(whole: Inquiry, several: Parts) -> bool:
    """Whether one sentence answers for everything that the question names."""
    lead = whole.composition.lead
    return whole.sure and lead is not None and all(name.lower() in lead.quote.text.lower() for name in several.names)


def _ranked(each: Sequence[Inquiry], several: Parts) -> tuple[Inquiry, ...]:
    """First the one that is asked for, where the figures can be told apart."""
    values = [one.value for one in each]
    known = [value for value in values if value is not None]
    if several.wanted is None or len(known) < len(values):
        return tuple(each)
    first = extreme(known, several.wanted)
    if first is None:
        return tuple(each)
    return (_named(each[first], several.names[first]), *each[:first], *each[first + 1 :])


def _named(inquiry: Inquiry, name: str) -> Inquiry:
    lead = inquiry.composition.lead
    return replace(inquiry, named=name) if lead is not None and name in lead.quote.text else inquiry
