"""Questions that are bounded by an event: "before the election", "since Storm Ysolde". Pure.

The event's day stands in the articles, not in the question: `investigation` asks them for it.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from qa_service.answer import Scope
from qa_service.periods import PHRASE, Period, read_period

Side = Literal["before", "after", "during"]

_SIDES: dict[str, Side] = {
    "before": "before",
    "until": "before",
    "ahead of": "before",
    "in the run-up to": "before",
    "after": "after",
    "since": "after",
    "following": "after",
    "during": "during",
}
_NOUN = (
    r"(?:elections?|vote|ballot|referendum|recount|storm|hurricane|earthquake|flood|fire|war|invasion|strike|attack"
    r"|summit|conference|trial|verdict|inquiry|match|final|explosion|crash|ceasefire|coup|inauguration|merger|takeover)"
)
_NAME = r"[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*"
_EVENT = re.compile(
    rf"\b(?P<lead>{'|'.join(_SIDES)}) "
    rf"(?P<event>(?:the )?(?:Storm|Hurricane|Typhoon|Cyclone|Operation) {_NAME}"
    rf"|the (?:[\w'’-]+ ){{0,3}}?{_NOUN}\b(?: (?:in|of|on|at|for) (?:the )?{_NAME})?)",
)
_DATE = re.compile(rf"(?<!\w){PHRASE}(?!\w)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EventBound:
    """What the words `words` of a question say: on which side of `event`."""

    words: str
    event: str
    side: Side

    @property
    def question(self) -> str:
        """Asks for the event's day."""
        return f"When was {self.event}?"


def event_bound(question: str) -> EventBound | None:
    """The event that bounds what is asked; None where there is none, or where the event itself is asked for."""
    found = _EVENT.search(question)
    if found is None or question.lower().startswith(("when ", "since when ")):
        return None
    return EventBound(found.group(), found["event"], _SIDES[found["lead"]])


def told_period(words: str, published: date) -> Period | None:
    """The days that an answer to "when" means, in a report of that day; None where it tells none."""
    found = _DATE.search(words)
    return read_period(found.group(), published) if found else None


def bounded(bound: EventBound, period: Period) -> Scope:
    """The days on that side of the event: preferred, for a later report may tell of them."""
    first, last = {
        "before": (None, period.first - timedelta(days=1)),
        "after": (period.first, None),
        "during": (period.first, period.last),
    }[bound.side]
    return Scope(
        words=(bound.words,),
        sources=(),
        published_from=first,
        published_to=last,
        strict=False,
        newest_first=False,
    )
