"""What a pronoun may stand for: whoever and whatever the earlier turns of a conversation named. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from qa_service.coreference.constituents import TITLE, Constituent, constituents
from qa_service.coreference.grammar import AUXILIARIES, is_verb, words
from qa_service.coreference.kinds import ConstituentKind, kind_of
from qa_service.question import read_question, stem


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and what was answered."""

    question: str
    """As it was resolved: as it stands on its own."""
    short_answer: str | None
    """The words that answer; None where the articles did not say."""
    answer: str
    """The answer's text without markers; empty where it is not built upon."""


@dataclass(frozen=True, slots=True)
class Referent:
    """Somebody or something that was named, in words that can stand in a question."""

    text: str
    kind: ConstituentKind
    named: bool
    preposition: str = ""
    """The one it stood after: "in" the war."""
    answered: bool = False
    """Whether it is an answer."""
    told: bool = False
    """Whether only the sentence of an answer names it."""

    pronoun: str = ""
    """"he" or "she" where the conversation tells; else empty."""

    @property
    def is_full_name(self) -> bool:
        """Whether it is a person's first and last name."""
        parts = self.text.split()
        return self.kind == "person" and 2 <= len(parts) <= 4 and all(part[0].isupper() for part in parts)

    @property
    def stems(self) -> frozenset[str]:
        """The stems of its words."""
        return frozenset(stem(word.text) for word in words(self.text))


@dataclass(frozen=True, slots=True)
class Swap:
    """The text that takes the place of `question[start:end]`."""

    start: int
    end: int
    text: str


_OF_THEM = re.compile(r"^(?:how many|which|who) of (?P<what>the .+)$", re.IGNORECASE)
_WHO_IS = re.compile(
    r"^(?:who|what)(?:'s| is| was| are| were) (?P<what>(?:the|an?) [^?]+?)(?: now| today| currently)?$", re.IGNORECASE
)
_LIST = re.compile(r", | and ")
_LONGEST_NAME = 8
_NEAR_START = 5
_ARTICLE = re.compile(r"(?:an?|the) ")


def referents(turns: Sequence[Turn]) -> list[Referent]:
    """The likeliest first: the last turn's answer, then what its question named, then the turns before it."""
    found: dict[str, Referent] = {}
    for turn in reversed(turns):
        for one in _of_turn(turn):
            known = replace(one, pronoun=_pronoun(one.text, turn.answer)) if one.kind == "person" else one
            met = found.setdefault(one.text.lower(), known)
            if met.kind == "place" and known.is_full_name:  # "to Billie Holiday"
                found[one.text.lower()] = replace(met, kind="person")
    for turn in reversed(turns):  # what only the sentence of an answer names comes last
        for part in constituents(turn.answer[:300]):
            if part.named and not part.inner and part.kind not in ("date", "source"):
                found.setdefault(
                    part.text.lower(), Referent(_definite(part.text), part.kind, True, part.preposition, told=True)
                )
    return _whole(list(found.values()))


def _pronoun(name: str, answer: str) -> str:
    """How the answer goes on of whom it names, in the same sentence."""
    _, _, after = answer.partition(name)
    rest = after.split(". ")[0][:90]
    she = bool(re.search(r"\b(?:she|her|woman|actress|queen|mother|wife of)\b", rest))
    he = bool(re.search(r"\b(?:he|his|him|actor|king|father|husband of)\b", rest))
    return "" if she == he else "she" if she else "he"


def _whole(known: Sequence[Referent]) -> list[Referent]:
    """Without surnames of whom the whole name is known."""
    parts = {part for one in known if one.is_full_name for part in one.text.split()}
    return [one for one in known if one.text not in parts]


def choose(known: Sequence[Referent], *choices: Callable[[Referent], bool]) -> Referent | None:
    """The first that the first choice allows, else the next one."""
    return next((one for choice in choices for one in known if choice(one)), None)


def _of_turn(turn: Turn) -> Iterator[Referent]:
    answer = answer_referent(turn)
    if answer is not None:
        yield answer
    asked = turn.question.strip().rstrip("?!. ")
    described = _WHO_IS.match(asked)
    if described and turn.short_answer is None:
        yield Referent(described["what"], kind_of(described["what"]), False)
    if (group := asked_group(asked)) is not None:
        yield group
    for one in constituents(asked):
        if not one.asked and one.text.lower() not in ("the", "a"):
            yield Referent(_definite(one.text), one.kind, one.named, one.preposition)
    if one_name := _whole_name(turn.question):
        yield one_name


def _whole_name(question: str) -> Referent | None:
    """A turn that is but a name: a title, what a conversation is about."""
    parts = words(question)
    is_name = bool(parts) and len(parts) <= _LONGEST_NAME and not question.rstrip().endswith("?")
    if not is_name or any(part.low in AUXILIARIES for part in parts) or constituents(question)[:1]:
        return None
    return Referent(question.strip(), "thing", True)


def answer_referent(turn: Turn) -> Referent | None:
    """Whom or what the short answer names, where the question asked for such a thing."""
    short = (turn.short_answer or "").strip(' .,;:"“”')
    if not short:
        return None
    asked = read_question(turn.question)
    named = [one for one in constituents(short) if one.named and not one.inner and one.kind not in ("date", "source")]
    if asked.kind == "person":
        return _person(short, named)
    if asked.kind == "place":
        return _place(short, named)
    if asked.kind == "date" and len(words(short)) <= _LONGEST_NAME:
        return Referent(short, "date", False, "", True)
    return _thing(turn.short_answer or "", short, named) if asked.kind == "thing" else None


def _person(short: str, named: Sequence[Constituent]) -> Referent | None:
    brief = len(words(short)) <= _LONGEST_NAME
    if len(named) > 1 and _LIST.search(short) and brief and short[0].isupper():
        return Referent(short, "group", True, "", True)
    if not named:
        return Referent(short, "person", False, "", True) if brief else None
    body = named[0].text.lower().startswith("the ") and named[0].kind != "person"
    return Referent(_definite(named[0].text), "thing" if body else "person", True, "", True)


def _place(short: str, named: Sequence[Constituent]) -> Referent | None:
    if short[0].isupper() and len(words(short)) <= _LONGEST_NAME:
        return Referent(short, "place", True, "in", True)
    return Referent(named[0].text, "place", True, "in", True) if named else None


def _thing(answer: str, short: str, named: Sequence[Constituent]) -> Referent | None:
    if (title := TITLE.search(answer)) is not None:
        return Referent(constituents(title.group())[0].text, "thing", True, "", True)
    if len(words(short)) > _LONGEST_NAME:
        return None
    first = named[0] if named and named[0].start < _NEAR_START else None
    if first is not None and len(named) > 1 and _LIST.search(short):
        return Referent(short, "group", True, "", True)
    if first is not None:
        return Referent(first.text, "thing" if first.kind == "person" else first.kind, True, "", True)
    return Referent(_definite(short), kind_of(short), False, "", True) if _ARTICLE.match(short) else None


def _definite(text: str) -> str:
    """Named once, it is known: "a fire" → "the fire"."""
    return re.sub(r"^(?:(?:a|an|any|some) |the (?=[^A-Z]))", "the ", re.sub(r"['’]s?$", "", text), flags=re.IGNORECASE)


def asked_group(asked: str) -> Referent | None:
    """Those that a question counts, told apart: "How many people have fled?" → "the people who have fled"."""
    if found := _OF_THEM.match(asked):
        return Referent(_until_verb(found["what"]), "group", False)
    counted = [one for one in constituents(asked) if one.asked]
    if not counted or not counted[0].plural:
        return None
    what, rest = counted[0], asked[counted[0].end :].strip()
    following = words(rest)
    if not following:
        return None
    subject = following[0].low not in AUXILIARIES or not _has_own_subject(rest, following[0].end)
    human = stem(words(what.text)[-1].text) in _PEOPLE
    if not subject or (not is_verb(following[0].text) and following[0].low not in AUXILIARIES and not human):
        return Referent(f"the {what.text}", "group", what.named)
    return Referent(f"the {what.text} {'who' if human else 'that'} {rest}", "group", what.named)


def _has_own_subject(rest: str, at: int) -> bool:
    """Whether the auxiliary's subject follows it: "has Romania taken in"."""
    after = rest[at:].strip()
    first = words(after)[0] if words(after) else None
    return first is not None and (first.text[0].isupper() or first.low in ("the", "a", "an", "he", "she", "it", "they"))


def _until_verb(text: str) -> str:
    """The group of "the people who have fled Ukraine went to Poland", before what was asked of it."""
    found = re.match(
        r"the [\w-]+(?: [\w-]+)?(?: (?:who|that) (?:\w+ )*?\w+(?: (?:to |from |in |by "
        r"|of )?(?:the )?[A-Z\d][\w'’]*)*)?",
        text,
    )
    one = constituents(text)
    whole = found.group() if found and (" who " in found.group() or " that " in found.group()) else None
    return whole or (one[0].text if one else text)


_PEOPLE = frozenset(
    stem(word)
    for word in "people refugees civilians residents citizens migrants evacuees children men women soldiers "
    "adults students "
    "workers patients voters candidates teachers doctors members players actors ukrainians russians "
    "employees passengers".split()
)


def owned(text: str) -> str:
    """With the ending of an owner: "Orlund's", "the hosts'"."""
    return f"{text}'" if text.endswith("s") and text[0].islower() else f"{text}'s"
