"""The few words inside a sentence that answer a question: a name, a number, a day, a place."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from qa_service.quantities import MONTHS, Quantity, quantities
from qa_service.question import PEOPLE, Kind, Question, same_name, stem
from vector_store.lexical import STOP_WORDS

_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_NAME = re.compile(
    r"[^\W\d_a-z][\w'’-]*\.?(?:\s(?:(?:of|the|de|da|von|van|der|bin|al|el|and)\s){0,2}(?=[^\W\d_a-z])[^\W\d_a-z][\w'’-]*)*"
)
_ROLE = re.compile(
    r"\b(?:president|minister|mayor|candidate|spokes\w+|chief|leader|head|officer|chair\w*|director|judge|governor|king"
    r"|queen|chancellor|commander|general|founder|winner|secretary|commissioner|doctor|professor|analyst|volunteer)\b",
    re.IGNORECASE,
)
_LISTED_NAME = r"(?:the\s)?[^\W\d_a-z][\w'’-]*(?:\s[^\W\d_a-z][\w'’-]*)*"
_LISTED_AFTER = re.compile(rf"(?:,\s(?:and\s|or\s)?|\s(?:and|or)\s){_LISTED_NAME}(?=[\s,.;:!?]|$)")
_LISTED_BEFORE = re.compile(rf"(?<![\w'’-]){_LISTED_NAME}(?:,\s(?:and\s|or\s)?|\s(?:and|or)\s)$")
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DATE = re.compile(
    rf"\b(?:{_WEEKDAY},?\s)?\d{{1,2}}(?:st|nd|rd|th)?\s{MONTHS}(?:,?\s\d{{4}})?|\b{MONTHS}\s\d{{1,2}}(?:,\s\d{{4}})?\b"
    rf"|\b(?:early |late |mid-)?{MONTHS}(?:\s\d{{4}})"
    rf"|\b(?:last |next |this )?{_WEEKDAY}(?:\s(?:morning|afternoon|evening|night))?\b"
    rf"|\b(?:in|since|by|until|from)\s(?:(?P<year>(?:19|20)\d\d)\b|(?P<month>{MONTHS}))"
    r"|\b\d{1,2}[:.]\d\d\b(?:\s?[ap]\.?m\.?)?"
    r"|\b(?:yesterday|today|tomorrow)\b"
)
_BEFORE_PLACE = re.compile(
    r"\b(?:in|at|to|from|near|outside|through|via|of|around|into|across|for)\s(?:the\s)?$", re.IGNORECASE
)
_REASON = re.compile(
    r"\b(?:because(?: of)?|due to|owing to|in order to|so that|as a result of|thanks to)\s[^.;]{3,160}", re.IGNORECASE
)
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
    rf"|last (?:week|month|year)|until|by|on (?:\d{{1,2}} {MONTHS}|{_WEEKDAY}))\b"
)
_TO_A_NAME = re.compile(r"\b(?:to|into|in|for)\s(?:the\s)?(?P<name>[^\W\d_a-z][\w'’-]+)")
_NAME_DID = re.compile(r"(?P<name>[^\W\d_a-z][\w'’-]+) (?:(?:has|have|had) )?(?:\w+ed|taken|took|\w*got)?\s?(?:in )?$")
_AFTER_NAME = re.compile(r"\s*(?:$|,|['’]s\b|(?:said|says)\b)")
_OTHER_SENTENCE = 200
"""Distance, in characters, that a sentence boundary adds: what stands in another sentence is far away."""


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` answers, `quantity` when it is a number; `fit` (0 to 1) says how well its kind fits."""

    start: int
    end: int
    fit: float
    quantity: Quantity | None = None


def answer_span(question: Question, text: str) -> Span | None:
    """The words of `text` that answer, by the kind that is asked for; None when there are none of that kind."""
    find = _FINDERS.get(question.kind)
    return find(question, text) if find else None


def measured(question: Question, text: str, start: int, end: int) -> Span:
    """The words `text[start:end]` as an answer: how well they fit what is asked, with the number they hold.

    A number is never cut in two; of two numbers told "respectively" the one that is the asked name's is taken.
    """
    if question.kind not in ("quantity", "money", "share"):
        start, end = _whole_list(text, start, end) if question.several else (start, end)
        return Span(start, end, _fit_of_words(question, text, start, end))
    told = quantities(text)
    aligned = _respectively(text, [one for one in told if _unit_fit(question, one) > 0], question)
    if aligned is not None:
        return Span(aligned.start, aligned.end, 1.0, aligned)
    held = [one for one in told if one.start < end and one.end > start]
    if not held:
        return Span(start, end, 0.0)
    quantity = max(held, key=lambda one: _unit_fit(question, one))
    unreal = quantity.modality == "could" and not question.about_future
    fit = _unit_fit(question, quantity) * (0.4 if unreal else 1)
    return Span(min(start, quantity.start), max(end, quantity.number_end), fit, quantity)


def _whole_list(text: str, start: int, end: int) -> tuple[int, int]:
    """With the names that are listed before and after: all of "Moldova, Romania and Poland"."""
    if not text[start : start + 1].isupper():
        return start, end
    while (more := _LISTED_AFTER.match(text, end)) is not None:
        end = more.end()
    while (more := _LISTED_BEFORE.search(text, 0, start)) is not None:
        start = more.start()
    return start, end


def _fit_of_words(question: Question, text: str, start: int, end: int) -> float:
    """1 where the words are of the kind asked for, 0 where they are not, 0.5 where that cannot be told."""
    words = text[start:end]
    if question.kind in ("person", "place"):
        return 1.0 if any(word[:1].isupper() for word in words.split()) else 0.0
    if question.kind == "date":
        return 1.0 if any(letter.isdigit() for letter in words) or _DATE.search(words) else 0.0
    return 0.5


def _asked_places(question: Question, text: str) -> tuple[list[int], list[int]]:
    """Where the question's names, and where its other words, stand in the text."""
    names, others = [], []
    name_stems = {stem(name) for name in question.names}
    for match in _TOKEN.finditer(text):
        word = match.group()
        if word[0].isupper() and any(same_name(word, name) for name in question.names):
            names.append(match.start())
        elif stem(word) in question.terms and stem(word) not in name_stems:
            others.append(match.start())
    return names, others


def _nearness(text: str, start: int, end: int, places: list[int]) -> float:
    """1 beside one of the places, falling with the distance in characters; 0 when there is none."""
    if not places:
        return 0.0
    return max(40 / (40 + _distance(text, start, end, place)) for place in places)


def _distance(text: str, start: int, end: int, place: int) -> int:
    between = text[end:place] if place >= end else text[place:start]
    breaks = len(re.findall(r"[.;!?]\s", between))
    return len(between) + breaks * _OTHER_SENTENCE


def _best(scored: list[tuple[float, Span]]) -> Span | None:
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _number(question: Question, text: str) -> Span | None:
    found = [(fit, quantity) for quantity in quantities(text) if (fit := _unit_fit(question, quantity)) > 0]
    names, others = _asked_places(question, text)
    aligned = _respectively(text, [quantity for _, quantity in found], question)
    scored = []
    for fit, quantity in found:
        near = _nearness(text, quantity.start, quantity.end, others) + 1.5 * _name_nearness(text, quantity, names)
        past = bool(_LONG_AGO.search(_clause(text, quantity)))
        unreal = quantity.modality == "could" and not question.about_future
        elsewhere = quantity is not aligned and _is_of_another(question, text, quantity)
        score = fit + near + 3 * (quantity is aligned) - 0.4 * past - 0.5 * elsewhere - unreal
        scored.append((score, Span(quantity.start, quantity.end, fit * (0.4 if unreal or elsewhere else 1), quantity)))
    return _best(scored)


def _name_nearness(text: str, quantity: Quantity, names: list[int]) -> float:
    """A number belongs to the name it follows ("Romania has received 757,000") rather than to the one after it."""
    before = [place for place in names if place < quantity.start]
    after = [place for place in names if place >= quantity.end]
    to_it = [
        place for place in after if re.search(r"\b(?:to|in|into|for|by|from)\s(?:the\s)?$", text[quantity.end : place])
    ]
    return max(
        _nearness(text, quantity.start, quantity.end, before),
        _nearness(text, quantity.start, quantity.end, to_it),
        0.5 * _nearness(text, quantity.start, quantity.end, after),
    )


def _is_of_another(question: Question, text: str, quantity: Quantity) -> bool:
    """Whether the number is said of a place or body that the question does not name: "2.8 million fled to Poland"."""
    clause = _clause(text, quantity)
    at = clause.find(quantity.text)
    after = _TO_A_NAME.search(clause[at + len(quantity.text) :])
    before = _NAME_DID.search(clause[:at])
    others = [match["name"] for match in (after, before) if match]
    asked = any(same_name(word.group(), name) for word in _TOKEN.finditer(clause) for name in question.names)
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


def _respectively(text: str, found: list[Quantity], question: Question) -> Quantity | None:
    """In "Moldova and Poland … 20,000 and 30,000, respectively" the second number is the second name's."""
    if "respectively" not in text or not found:
        return None
    sentence = text.rfind(". ", 0, found[0].start) + 1
    names = [name for part in _names(text[sentence : found[0].start]) for name in re.split(r" and |, ", part.group())]
    for name, quantity in zip(names[-len(found) :], found, strict=False):
        if any(same_name(word, asked) for word in name.split() for asked in question.names):
            return quantity
    return None


def _unit_fit(question: Question, quantity: Quantity) -> float:
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


def _names(text: str) -> list[re.Match[str]]:
    """Runs of capitalised words, those left out that have a capital only because a sentence begins."""
    return [match for match in _NAME.finditer(text) if _is_name(text, match)]


def _is_name(text: str, match: re.Match[str]) -> bool:
    before = text[: match.start()].rstrip(" \"'“‘(")
    if " " in match.group() or (before and before[-1] not in ".!?:\n"):
        return True
    # One word that begins a sentence has a capital in any case: only what follows tells that it is a name.
    return match.group().lower() not in STOP_WORDS and bool(_AFTER_NAME.match(text, match.end()))


def _person(question: Question, text: str) -> Span | None:
    names, others = _asked_places(question, text)
    scored = []
    for start, end in _unasked_names(question, text):
        words = text[start:end].split()
        role = bool(_ROLE.search(text[max(0, start - 40) : start].rpartition(". ")[2]))
        full = len(words) > 1
        score = 2 * _nearness(text, start, end, others) + _nearness(text, start, end, names) + 0.4 * full + 0.3 * role
        if full or not _DERIVED.search(text[start:end]):
            scored.append((score, Span(start, end, 1.0 if full or role else 0.4)))
    return _best(scored)


def _place(question: Question, text: str) -> Span | None:
    names, others = _asked_places(question, text)
    scored = []
    for start, end in _unasked_names(question, text):
        placed = bool(_BEFORE_PLACE.search(text[:start]))
        score = _nearness(text, start, end, others) + _nearness(text, start, end, names) + 0.6 * placed
        scored.append((score, Span(start, end, 1.0 if placed else 0.5)))
    return _best(scored)


def _unasked_names(question: Question, text: str) -> list[tuple[int, int]]:
    """The names in the text without the words that stand in the question: nobody asks for what they name."""
    spans = []
    for match in _names(text):
        words = list(_TOKEN.finditer(text, *match.span()))
        kept = [
            word
            for word in words
            if word.group().lower() not in STOP_WORDS
            and not any(same_name(word.group(), name) for name in question.names)
            and not (_ROLE.fullmatch(word.group()) and stem(word.group()) in question.terms)
        ]
        if kept and not _MONTH_OR_DAY.match(match.group()):
            spans.append((kept[0].start(), kept[-1].end()))
    return spans


def _date(question: Question, text: str) -> Span | None:
    names, others = _asked_places(question, text)
    scored = []
    for match in _DATE.finditer(text):
        group = "year" if match["year"] else "month" if match["month"] else 0
        start, end = match.span(group)
        score = _nearness(text, start, end, others) + 0.5 * _nearness(text, start, end, names)
        scored.append((score, Span(start, end, 1.0)))
    return _best(scored)


def _reason(question: Question, text: str) -> Span | None:
    match = _REASON.search(text)
    return Span(match.start(), match.end(), 1.0) if match else None


_MONTH_OR_DAY = re.compile(rf"(?:{MONTHS}|{_WEEKDAY})s?(?![a-z])")
# Of a country: Polish, Ukrainian. One such word alone is nobody.
_DERIVED = re.compile(r"(?:ish|ian|ese|ean)s?$")
_FINDERS: dict[Kind, Callable[[Question, str], Span | None]] = {
    "quantity": _number,
    "money": _number,
    "share": _number,
    "person": _person,
    "place": _place,
    "date": _date,
    "reason": _reason,
}
