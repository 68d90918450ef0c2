"""The few words inside a sentence that answer a question: a name, a number, a day, a place."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from qa_service.mentions import TOKEN, WEEKDAY, asked_places, names_of, nearness
from qa_service.number_spans import aligned_number, likeliest_number, unit_fit
from qa_service.quantities import MONTHS, Quantity, quantities
from qa_service.question import Kind, Question, same_name, stem
from vector_store.lexical import STOP_WORDS

_ROLE = re.compile(
    r"\b(?:president|minister|mayor|candidate|spokes\w+|chief|leader|head|officer|chair\w*|director|judge|governor|king"
    r"|queen|chancellor|commander|general|founder|winner|secretary|commissioner|doctor|professor|analyst|volunteer)\b",
    re.IGNORECASE,
)
_LISTED_NAME = r"(?:the\s)?[^\W\d_a-z][\w'’-]*(?:\s[^\W\d_a-z][\w'’-]*)*"
_LISTED_AFTER = re.compile(rf"(?:,\s(?:and\s|or\s)?|\s(?:and|or)\s){_LISTED_NAME}(?=[\s,.;:!?]|$)")
_LISTED_BEFORE = re.compile(rf"(?<![\w'’-]){_LISTED_NAME}(?:,\s(?:and\s|or\s)?|\s(?:and|or)\s)$")
_DATE = re.compile(
    rf"\b(?:{WEEKDAY},?\s)?\d{{1,2}}(?:st|nd|rd|th)?\s{MONTHS}(?:,?\s\d{{4}})?|\b{MONTHS}\s\d{{1,2}}(?:,\s\d{{4}})?\b"
    rf"|\b(?:early |late |mid-)?{MONTHS}(?:\s\d{{4}})"
    rf"|\b(?:last |next |this )?{WEEKDAY}(?:\s(?:morning|afternoon|evening|night))?\b"
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

    A number is never cut in two; of numbers that are told of several names the one that is the asked name's is taken.
    """
    if question.kind not in ("quantity", "money", "share"):
        start, end = _whole_list(text, start, end) if question.several else (start, end)
        return Span(start, end, _fit_of_words(question, text, start, end))
    told = quantities(text)
    aligned = aligned_number(question, text, [one for one in told if unit_fit(question, one) > 0])
    if aligned is not None:
        return Span(aligned.start, aligned.end, 1.0, aligned)
    held = [one for one in told if one.start < end and one.end > start]
    if not held:
        return Span(start, end, 0.0)
    quantity = max(held, key=lambda one: unit_fit(question, one))
    unreal = quantity.modality == "could" and not question.about_future
    fit = unit_fit(question, quantity) * (0.4 if unreal else 1)
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


def _number(question: Question, text: str) -> Span | None:
    found = likeliest_number(question, text)
    return Span(found.quantity.start, found.quantity.end, found.fit, found.quantity) if found else None


def _best(scored: list[tuple[float, Span]]) -> Span | None:
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _person(question: Question, text: str) -> Span | None:
    names, others = asked_places(question, text)
    scored = []
    for start, end in _unasked_names(question, text):
        words = text[start:end].split()
        role = bool(_ROLE.search(text[max(0, start - 40) : start].rpartition(". ")[2]))
        full = len(words) > 1
        score = 2 * nearness(text, start, end, others) + nearness(text, start, end, names) + 0.4 * full + 0.3 * role
        if full or not _DERIVED.search(text[start:end]):
            scored.append((score, Span(start, end, 1.0 if full or role else 0.4)))
    return _best(scored)


def _place(question: Question, text: str) -> Span | None:
    names, others = asked_places(question, text)
    scored = []
    for start, end in _unasked_names(question, text):
        placed = bool(_BEFORE_PLACE.search(text[:start]))
        score = nearness(text, start, end, others) + nearness(text, start, end, names) + 0.6 * placed
        scored.append((score, Span(start, end, 1.0 if placed else 0.5)))
    return _best(scored)


def _unasked_names(question: Question, text: str) -> list[tuple[int, int]]:
    """The names in the text without the words that stand in the question: nobody asks for what they name."""
    spans = []
    for match in names_of(text):
        words = list(TOKEN.finditer(text, *match.span()))
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
    names, others = asked_places(question, text)
    scored = []
    for match in _DATE.finditer(text):
        group = "year" if match["year"] else "month" if match["month"] else 0
        start, end = match.span(group)
        score = nearness(text, start, end, others) + 0.5 * nearness(text, start, end, names)
        scored.append((score, Span(start, end, 1.0)))
    return _best(scored)


def _reason(question: Question, text: str) -> Span | None:
    match = _REASON.search(text)
    return Span(match.start(), match.end(), 1.0) if match else None


_MONTH_OR_DAY = re.compile(rf"(?:{MONTHS}|{WEEKDAY})s?(?![a-z])")
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
