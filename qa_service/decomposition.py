"""Questions that are answered in several steps → the questions of each step. Pure.

Kinds of them after Min et al., Multi-hop reading comprehension through question decomposition and rescoring (2019):
several questions in one, a comparison, and a bridge, whose subject is only described.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa_service.inflection import PAST, PAST_OF

Extreme = Literal["most", "least"]

_WH = r"(?:how|when|where|who|whom|whose|what|which|why)"
_NEXT_QUESTION = re.compile(
    rf"\s*(?:[,;]\s*and|[,;?]|\band)\s+(?=(?:(?:in|on|at|by|to|from|for|with) )?{_WH}\b)", re.IGNORECASE
)
_OPENS = re.compile(rf"(?:(?:in|on|at|by|to|from|for|with|since|until) )?{_WH}\b", re.IGNORECASE)
# "Tell me who …", "He asked what …": the second word of asking belongs to the first.
_SHORTEST = 3
MOST_PARTS = 4
"""Each part is searched and read: a question of more parts is asked as it stands."""

_NAME = r"(?:the )?[A-Z][\w'’.-]*(?: (?:of |the |de |and the )?[A-Z][\w'’.-]*)*"
_PREPOSITION = r"(?:in|into|to|from|on|by|for|at|with|of) "
_PLACED = rf"(?:{_PREPOSITION})?{_NAME}"
# What holds for all of them may follow: "…, Poland or Romania, according to Reuters?"
_FOR_ALL = r",? (?:according to|as of|by|on|in|since|during|before|after|until) [^?]+?"
_EITHER = re.compile(
    rf"[,:]?\s+(?P<one>{_PLACED})(?P<more>(?:, {_PLACED})*),? or (?P<last>{_PLACED})(?P<for_all>{_FOR_ALL})?\s*\?*$"
)
_BOTH = re.compile(
    rf"(?:\bboth )?(?P<one>{_NAME})(?P<more>(?:, {_NAME})*),? and (?P<last>{_PLACED})"
    r"|\b(?:both )?(?:the )?(?P<first>first|second|third) and (?P<second>second|third|fourth|last) (?P<noun>\w+?)s?\b"
)
# Names that hold an "and".
_ONE_NAME = re.compile(
    r"\b(?:Bosnia and Herzegovina|Trinidad and Tobago|Antigua and Barbuda|Saint \w+ and [A-Z]\w+|Turks and Caicos"
    r"|Marks and Spencer|Procter and Gamble|Standard and Poor|Johnson and Johnson|Black and Decker|Ernst and Young"
    r"|Tyne and Wear|Newfoundland and Labrador|Food and (?:Drug|Agriculture)|Health and (?:Human|Social)"
    r"|\w+ and (?:Sons?|Co|Company|Partners|Associates|Ministers?|Affairs|Customs|Control|Prevention|Development)\b)"
)
_LESS = re.compile(
    r"\b(?:fewer|fewest|less|least|smaller|smallest|lower|lowest|younger|youngest|shorter|cheaper)\b", re.IGNORECASE
)
_MEASURES = {
    "older": "old", "oldest": "old", "younger": "old", "youngest": "old",
    "bigger": "big", "biggest": "big", "smaller": "big", "smallest": "big", "larger": "large", "largest": "large",
    "longer": "long", "longest": "long", "shorter": "long", "taller": "tall", "tallest": "tall",
    "higher": "high", "highest": "high", "lower": "high", "lowest": "high",
}  # fmt: skip
_WHICH_MORE = re.compile(
    r"^(?:which|what|who)(?: (?!has|have|had|is|was|did|does|do|will)[\w-]+)*?(?: of (?:them|these|the two))?"
    r"(?: (?P<aux>has|have|had|did|does|do|will))?(?: (?P<verb>[\w-]+(?: (?:in|up|out|to))?))? "
    r"(?:the )?(?P<more>more|fewer|less|most|fewest) (?P<counted>[\w-]+)(?P<rest>.*)$",
    re.IGNORECASE,
)
_DID_MORE = re.compile(
    r"^(?P<aux>has|have|had|did|do|does|are|were|is|was|will) (?P<more>more|fewer) (?P<counted>[\w-]+)(?P<rest>.*)$",
    re.IGNORECASE,
)
_WHICH_IS = re.compile(
    rf"^(?:which|what|who)(?: [\w-]+)?? (?P<be>is|was) (?:the )?(?P<measure>{'|'.join(_MEASURES)})$", re.IGNORECASE
)
_COMPARED = re.compile(r"^how (?:do|does|did) (?P<what>.+?) compare (?P<where>.+)$", re.IGNORECASE)
# What lies between two things is of neither alone.
_BETWEEN = re.compile(r"\bbetween ", re.IGNORECASE)

_SINGULAR = {"do": "does", "are": "is", "have": "has", "were": "was"}

_OFFICE = (
    r"(?:(?:prime|foreign|defence|finance|interior|health) minister|president|mayor|chief executive|head|leader"
    r"|director|governor|chancellor|founder|owner|winner|author|chair\w*|commissioner|spokes\w+|captain|coach|editor|ambassador)"
)
_HUMAN = "man|woman|person|politician|candidate|minister|official|player"
_NO_THING = "one|way|reason|fact|first|last|day|time"
# What may follow a description: "the woman who runs Orlund born?".
_TAIL = r"(?P<tail> (?:born|raised|educated|elected|appointed|arrested|killed|found|from|live|work|study|say|go))?"
_DESCRIBED = (
    re.compile(rf"\bthe (?:{_HUMAN}) who (?P<did>[^?]+?){_TAIL}\s*\?*$"),
    re.compile(rf"\bthe (?P<what>(?!(?:{_NO_THING})\b)[a-z]+) (?:that|which) (?P<did>[^?]+?){_TAIL}\s*\?*$"),
    re.compile(rf"\b(?P<whole>the (?:new |current |former )?{_OFFICE} of {_NAME})"),
    re.compile(rf"\b(?P<whole>{_NAME}['’]s? (?:new |current |former )?{_OFFICE})\b"),
)
_WHO_IS = re.compile(r"^\W*(?:who|whom|whose)\b|^\W*(?:what|which) (?:is|was) the name\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parts:
    """Questions that together answer one, at least two."""

    questions: tuple[str, ...]
    """In the order of the whole; later ones may lean on earlier ones ("and how many really went?")."""
    names: tuple[str, ...] = ()
    """What is compared, one for each question; empty where nothing is."""
    wanted: Extreme | None = None
    """Which of them is asked for: the one with most, or with least."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A question whose subject is only described: "How old is the man who runs Orlund Power?"."""

    first: str
    """Asks who or what is described."""
    before: str
    after: str

    def second(self, found: str) -> str:
        """The question with what was found in place of the description."""
        return f"{self.before}{found}{self.after}"


def parts(question: str) -> Parts | None:
    """The questions that it is made of; None for a single one, or one of too many parts."""
    asked = question.strip()
    found = _several(asked) or _alternatives(asked) or _both(asked)
    return found if found and len(found.questions) <= MOST_PARTS else None


def bridge(question: str) -> Bridge | None:
    """The two steps of a question about somebody or something described; None where everything is named."""
    if _WHO_IS.match(question):
        return None
    for pattern in _DESCRIBED:
        found = pattern.search(question)
        if found is None or found.start() == 0:
            continue
        groups = found.groupdict()
        whole, what, did = groups.get("whole"), groups.get("what"), groups.get("did")
        first = f"Who is {whole}?" if whole else f"Which {what} {_asked(did)}?" if what else f"Who {did}?"
        after = question[found.end() :] if whole else f"{groups['tail'] or ''}?"
        return Bridge(first, question[: found.start()], after)
    return None


def _asked(clause: str | None) -> str:
    """Such as "Orlund wants to close" → "does Orlund want to close"; as it is where its verb is not one in -s."""
    wanted = re.match(rf"(?P<who>{_NAME}) (?P<verb>[a-z]+)s\b(?P<rest>.*)", clause or "")
    return f"does {wanted['who']} {wanted['verb']}{wanted['rest']}" if wanted else clause or ""


def _several(question: str) -> Parts | None:
    """Such as "How many were told to leave, and how many really went?"."""
    bounds = [0]
    for found in _NEXT_QUESTION.finditer(question):
        if len(question[bounds[-1] : found.start()].split()) >= _SHORTEST and _OPENS.match(question[bounds[-1] :]):
            bounds.append(found.end())
    if len(bounds) == 1:
        return None
    ends = [*bounds[1:], len(question)]
    pieces = [question[start:end] for start, end in zip(bounds, ends, strict=True)]
    cleaned = [re.sub(r"(?:[\s,;?]|\band\s*$)+$", "", piece) for piece in pieces]
    return Parts(tuple(f"{piece[0].upper()}{piece[1:]}?" for piece in cleaned))


def _alternatives(question: str) -> Parts | None:
    """Such as "Which country has taken in more refugees, Poland or Romania?"."""
    found = _EITHER.search(question)
    if found is None:
        return None
    names = _listed(found["one"], found["more"], found["last"])
    stem = question[: found.start()].rstrip(" ,:")
    asked = [_measured(stem, name) for name in names]
    questions = tuple(f"{one}{found['for_all'] or ''}?" for one in asked if one)
    if len(questions) < len(names):
        return None
    return Parts(questions, tuple(map(_bare, names)), "least" if _LESS.search(stem) else "most")


def _measured(stem: str, name: str) -> str | None:
    """How many, or how old, one of the alternatives is."""
    if found := _WHICH_IS.match(stem):
        return f"How {_MEASURES[found['measure'].lower()]} {found['be'].lower()} {name}"
    if found := _DID_MORE.match(stem):
        return _joined("How many", found["counted"], _without_did(found["aux"].lower(), found["rest"].strip()), name)
    if found := _WHICH_MORE.match(stem):
        aux, verb = found["aux"], found["verb"] or ""
        if not aux:
            aux, verb = _with_did(verb)
        return _joined("How many", found["counted"], aux, name, verb, found["rest"].strip())
    return None


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)


def _without_did(auxiliary: str, rest: str) -> str:
    """Such as "did", "go to" → "went to"; another auxiliary stays."""
    verb, _, more = rest.partition(" ")
    past = PAST_OF.get(verb) if auxiliary == "did" else None
    return f"{past} {more}".strip() if past else f"{auxiliary} {rest}"


def _with_did(verb: str) -> tuple[str, str]:
    """Such as "took in" → "did", "take in"; a verb that is not known stays, without a "did"."""
    first, _, rest = verb.partition(" ")
    plain = PAST.get(first) or (first[:-2] if first.endswith("ed") else None)
    return ("did", f"{plain} {rest}".strip()) if plain else ("", verb)


def _both(question: str) -> Parts | None:
    """Such as "How many refugees are in Poland and Romania?", "in the first and second quarters"."""
    if _ONE_NAME.search(question) or _BETWEEN.search(question) or not _OPENS.match(question):
        return None
    found = _BOTH.search(question)
    if found is None:
        return None
    names: tuple[str, ...]
    if found["noun"]:
        names = (f"the {found['first']} {found['noun']}", f"the {found['second']} {found['noun']}")
    else:
        names = _listed(found["one"], found["more"], found["last"])
    before, after = question[: found.start()], question[found.end() :]
    questions = tuple(_asked_of_one(before, name, after) for name in names)
    return Parts(questions, tuple(map(_bare, names)))


def _asked_of_one(before: str, name: str, after: str) -> str:
    if re.match(_PREPOSITION, name):  # "to Poland and to Romania": the first one's own goes
        before = re.sub(rf"{_PREPOSITION}$", "", before)
    elif auxiliary := re.search(r"\b(do|are|have|were) $", before):
        before = before[: auxiliary.start()] + _SINGULAR[auxiliary[1]] + " "
    one = f"{before}{name}{after}".strip().rstrip("?").strip()
    compared = _COMPARED.match(one)
    return f"What were {compared['what']} {compared['where']}?" if compared else f"{one}?"


def _listed(one: str, more: str, last: str) -> tuple[str, ...]:
    """Each with its preposition; where only the first has one ("to Poland or Romania"), with that."""
    others = [*(name.strip() for name in more.split(",") if name.strip()), last]
    shared = re.match(_PREPOSITION, one)
    return (one, *(other if not shared or re.match(_PREPOSITION, other) else shared[0] + other for other in others))


def _bare(name: str) -> str:
    return re.sub(rf"^{_PREPOSITION}", "", name).removeprefix("the ").strip()


def extreme(values: Sequence[float], wanted: Extreme) -> int | None:
    """Which of the values is asked for; None where two are equal."""
    best = max(values) if wanted == "most" else min(values)
    return list(values).index(best) if list(values).count(best) == 1 else None
