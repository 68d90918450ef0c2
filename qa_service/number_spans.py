"""Which number of a text a question means: by what it counts and by the words and names that it stands beside. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa_service.mentions import TOKEN, WEEKDAY, asked_places, names_of, nearness
from qa_service.quantities import MONTHS, Quantity, quantities
from qa_service.question import PEOPLE, Question, same_name, stem

_MONEY_UNIT = re.compile(
    r"\b(?:dollar|euro|pound|crown|hryvnia|rouble|ruble|zloty|franc|yen|yuan|krona|cent)s?\b", re.IGNORECASE
)
_TIME_OR_LENGTH = re.compile(
    r"\b(?:second|minute|hour|day|week|month|year|metre|meter|kilomet\w+|mile|km|foot|feet|degree|tonne|ton)s?\b",
    re.IGNORECASE,
)
_OF_MEASURE = re.compile(r"\bhow (?:long|far|fast|old|high|tall|wide|deep|strong|often)\b", re.IGNORECASE)
_LONG_AGO = re.compile(
    r"\b(?:ago|earlier|previous\w*|a (?:day|week|month|year) before|the day before|initially|at first|had been|then"
    rf"|last (?:week|month|year)|until|by|on (?:\d{{1,2}} {MONTHS}|{WEEKDAY}))\b"
)
_TO_A_NAME = re.compile(r"\b(?:to|into|in|for)\s(?:the\s)?(?P<name>[^\W\d_a-z][\w'’-]+)")
_NAME_DID = re.compile(r"(?P<name>[^\W\d_a-z][\w'’-]+) (?:(?:has|have|had) )?(?:\w+ed|taken|took|\w*got)?\s?(?:in )?$")
# "Poland has taken 2.3 million", "Hungary 364,000", "Romania with 32,500": the name that a number follows at once.
_NAME_HAS = re.compile(
    r"(?P<name>[^\W\d_a-z][\w'’-]+)(?: (?:has|have|had))?"
    r"(?: (?:taken(?: in)?|took(?: in)?|received|got|with|hosts?|hosted))?"
    r" (?:some |about |around |almost |nearly |over |more than )?$"
)


@dataclass(frozen=True, slots=True)
class Meant:
    """A number of the text, and how well what it counts fits what is asked: 1 the same thing, 0 another."""

    quantity: Quantity
    fit: float


def likeliest_number(question: Question, text: str) -> Meant | None:
    """The number that answers best by where it stands; None where none counts what is asked."""
    found = [(fit, quantity) for quantity in quantities(text) if (fit := unit_fit(question, quantity)) > 0]
    names, others = asked_places(question, text)
    aligned = aligned_number(question, text, [quantity for _, quantity in found])
    scored = []
    for fit, quantity in found:
        near = nearness(text, quantity.start, quantity.end, others) + 1.5 * _name_nearness(text, quantity, names)
        past = bool(_LONG_AGO.search(_clause(text, quantity)))
        unreal = quantity.modality == "could" and not question.about_future
        elsewhere = quantity is not aligned and _is_of_another(question, text, quantity)
        score = fit + near + 3 * (quantity is aligned) - 0.4 * past - 0.5 * elsewhere - unreal
        scored.append((score, Meant(quantity, fit * (0.4 if unreal or elsewhere else 1))))
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def aligned_number(question: Question, text: str, found: Sequence[Quantity]) -> Quantity | None:
    """The number that an enumeration gives the asked name."""
    return _respectively(question, text, found) or _listed(question, text, found)


def _respectively(question: Question, text: str, found: Sequence[Quantity]) -> Quantity | None:
    """In "Moldova and Poland … 20,000 and 30,000, respectively" the second number is the second name's."""
    if "respectively" not in text or not found:
        return None
    sentence = text.rfind(". ", 0, found[0].start) + 1
    before = text[sentence : found[0].start]
    names = [name for part in names_of(before) for name in re.split(r" and |, ", part.group())]
    for name, quantity in zip(names[-len(found) :], found, strict=False):
        if any(same_name(word, asked) for word in name.split() for asked in question.names):
            return quantity
    return None


def _listed(question: Question, text: str, found: Sequence[Quantity]) -> Quantity | None:
    """In "Romania has received 757,000, Hungary 471,000 and Moldova 427,000" each number is the name's before it."""
    named = [(match["name"], one) for one in found if (match := _NAME_HAS.search(text, 0, one.start))]
    mine = [one for name, one in named if any(same_name(name, asked) for asked in question.names)]
    return mine[0] if len(mine) == 1 and _in_one_sentence(text, mine[0], [one for _, one in named]) else None


def _in_one_sentence(text: str, mine: Quantity, others: Sequence[Quantity]) -> bool:
    """Whether another of the numbers stands in the same sentence: only then is it a list."""
    for other in others:
        first, last = sorted((mine, other), key=lambda one: one.start)
        if other is not mine and not re.search(r"[.;!?]\s", text[first.end : last.start]):
            return True
    return False


def unit_fit(question: Question, quantity: Quantity) -> float:
    """How well what is counted fits what is asked: 1 the same thing, 0 another."""
    unit = quantity.unit
    if question.kind == "share":
        return 1.0 if unit == "%" else 0.0
    if question.kind == "money":
        return 1.0 if _MONEY_UNIT.search(unit) else 0.0
    if unit == "%" or (_MONEY_UNIT.search(unit) and question.counted not in {"dollar", "euro", "crown", "pound"}):
        return 0.0
    stems = {stem(word) for word in unit.split()}
    if question.counted in stems:
        return 1.0
    if question.counted is None:
        return 0.9 if _TIME_OR_LENGTH.search(unit) or not _OF_MEASURE.search(question.text) else 0.0
    if not unit:
        return 0.8
    if question.of_people:
        return 0.9 if stems & PEOPLE or _a_nation(quantity) else 0.0
    return 0.15


def _a_nation(quantity: Quantity) -> bool:
    """Whether people are counted by where they are from: "20,000 Ukrainians"."""
    return bool(re.search(r"\b(?:\w+(?:[ie]ans|[^i]ans|ese)|poles|turks|czechs|slovaks|serbs|croats)\b", quantity.unit))


def _name_nearness(text: str, quantity: Quantity, names: list[int]) -> float:
    """A number belongs to the name it follows ("Romania has received 757,000") rather than to the one after it."""
    before = [place for place in names if place < quantity.start]
    after = [place for place in names if place >= quantity.end]
    to_it = [
        place for place in after if re.search(r"\b(?:to|in|into|for|by|from)\s(?:the\s)?$", text[quantity.end : place])
    ]
    return max(
        nearness(text, quantity.start, quantity.end, before),
        nearness(text, quantity.start, quantity.end, to_it),
        0.5 * nearness(text, quantity.start, quantity.end, after),
    )


def _is_of_another(question: Question, text: str, quantity: Quantity) -> bool:
    """Whether the number is said of a place or body that the question does not name: "2.8 million fled to Poland"."""
    clause = _clause(text, quantity)
    at = clause.find(quantity.text)
    after = _TO_A_NAME.search(clause[at + len(quantity.text) :])
    before = _NAME_DID.search(clause[:at])
    others = [match["name"] for match in (after, before) if match]
    asked = any(same_name(word.group(), name) for word in TOKEN.finditer(clause) for name in question.names)
    return bool(others) and not asked


def _clause(text: str, quantity: Quantity) -> str:
    """The words around the number up to the nearest commas; beyond them where they hold the number alone."""
    for stops in ((". ", ", ", "; "), (". ", "; ")):
        start = max(text.rfind(stop, 0, quantity.start) for stop in stops) + 1
        ends = [at for stop in stops if (at := text.find(stop, quantity.end)) >= 0]
        clause = text[start : min(ends, default=len(text))]
        if len(clause.split()) > len(quantity.text.split()):
            break
    return clause
