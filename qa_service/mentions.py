"""Where in a text the names stand, and the words and names of a question; and how near a place is to them. Pure."""

import re

from qa_service.question import Question, same_name, stem
from vector_store.lexical import STOP_WORDS

TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_NAME = re.compile(
    r"[^\W\d_a-z][\w'’-]*\.?(?:\s(?:(?:of|the|de|da|von|van|der|bin|al|el|and)\s){0,2}(?=[^\W\d_a-z])[^\W\d_a-z][\w'’-]*)*"
)
_AFTER_NAME = re.compile(r"\s*(?:$|,|['’]s\b|(?:said|says)\b)")
_OTHER_SENTENCE = 200
"""Distance, in characters, that a sentence boundary adds: what stands in another sentence is far away."""


def names_of(text: str) -> list[re.Match[str]]:
    """Runs of capitalised words, those left out that have a capital only because a sentence begins."""
    return [match for match in _NAME.finditer(text) if _is_name(text, match)]


def _is_name(text: str, match: re.Match[str]) -> bool:
    before = text[: match.start()].rstrip(" \"'“‘(")
    if " " in match.group() or (before and before[-1] not in ".!?:\n"):
        return True
    # One word that begins a sentence has a capital in any case: only what follows tells that it is a name.
    return match.group().lower() not in STOP_WORDS and bool(_AFTER_NAME.match(text, match.end()))


def asked_places(question: Question, text: str) -> tuple[list[int], list[int]]:
    """Where the question's names, and where its other words, stand in the text."""
    names, others = [], []
    name_stems = {stem(name) for name in question.names}
    for match in TOKEN.finditer(text):
        word = match.group()
        if word[0].isupper() and any(same_name(word, name) for name in question.names):
            names.append(match.start())
        elif stem(word) in question.terms and stem(word) not in name_stems:
            others.append(match.start())
    return names, others


def nearness(text: str, start: int, end: int, places: list[int]) -> float:
    """1 beside one of the places, falling with the distance in characters; 0 when there is none."""
    if not places:
        return 0.0
    return max(40 / (40 + _distance(text, start, end, place)) for place in places)


def _distance(text: str, start: int, end: int, place: int) -> int:
    between = text[end:place] if place >= end else text[place:start]
    breaks = len(re.findall(r"[.;!?]\s", between))
    return len(between) + breaks * _OTHER_SENTENCE
