"""Sentences in parts, by patterns and without a parser: names, noun phrases, what follows a verb. Pure.

Whatever does not fit the patterns is left alone: a question that is not asked does no harm.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal

from qa_service.inflection import PARTICIPLES, PAST, PRESENT
from qa_service.quantities import MONTHS
from vector_store.article import Article
from vector_store.sentences import sentences

QuestionKind = Literal["count", "money", "change", "who", "when", "what", "why", "person"]

CAP = r"\b[A-ZÀ-ÖØ-ÞĀ-Ž][\w’'-]*(?<!['’]s)"
NAME = rf"{CAP}(?:(?: (?:of|for))?(?: the)? {CAP}){{0,5}}"
PERSON = rf"{CAP}(?: (?:de|la|le|al|von|van|der|den|bin|el))*(?: {CAP}){{1,2}}(?<![ .-]\w)"
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
DATE = rf"(?:on \d{{1,2}} {MONTHS}(?: \d{{4}})?|on {MONTHS} \d{{1,2}}(?:, \d{{4}})?|in (?:{MONTHS} )?(?:19|20)\d\d)"
"""A day or year that needs no other day to be understood, with its preposition."""

_LONGEST = 600
"""Characters of a sentence that is looked at; a longer one is a list or no prose."""
_QUOTED = re.compile(r'"[^"\n]*(?:"|$)|“[^”\n]*(?:”|$)', re.MULTILINE)
_DATELINE = re.compile(r"[A-ZÀ-Ž][A-ZÀ-Ž .'-]{2,40}(?:, [A-ZÀ-Ž]\w+)?(?: \([A-Z]\w+\))?(?: [-–—]|:) ")
_LEAD_IN = re.compile(
    r"(?:Meanwhile|In total|In all|Overall|Altogether|So far|But|And|Now|Today),? "
    r"|[A-Z][a-z]+ (?:days|weeks|months|years) (?:after|into) the [a-z]+, "
)
_INNER_CAPITAL = re.compile(rf"(?<=[a-z,] )({CAP})")
_PAIR = re.compile(rf"(?=\b({CAP} {CAP})\b)")
_NO_FIRST_NAME = frozenset(
    "The In On At From For To By Of With And But As When While After Before Since If That Mr Mrs Ms Dr President Mayor"
    " Governor Judge Senator Minister General Captain Sir Lady Father Sister".split()
)
_STOPS_TAIL = re.compile(
    r"[,;:–—()¤…]|[.?!](?=\s|$)"
    r"|\s(?=(?:and|but|while|although|though|as|after|when|where|which|who|whom|whose|that|because"
    r"|if|so|or|instead|rather|according|despite|without|including|until|whereas|since (?:they|he|she|it))\b)"
)
_RELATIVE_TIME = re.compile(
    rf"\s(?:(?:just |only |late |early )?(?:(?:on|by|since|until|from|before|last|next|this|late on) )*{WEEKDAY}"
    r"(?:'s)?(?: (?:morning|afternoon|evening|night|midday|noon))?"
    r"|so far|now|already|today|yesterday|tomorrow|overnight|yet|too|again|in total|altogether|later|earlier|since"
    r"|(?:by|in|during|over|at) the (?:morning|afternoon|evening|night|day|week|weekend|past \w+)|at the weekend"
    r"|(?:in |by |over )?(?:this|last|next|the same|that) (?:day|week|month|year|spring|summer|autumn|winter|time)"
    r"|(?:in|within|over|for) (?:the )?(?:(?:last|past|first|next|coming) )?(?:\w+ )?(?:and a half )?"
    r"(?:days?|weeks?|hours?|months?|years?))$"
)
_SO_FAR = re.compile(r"\s(?:so far|now|already|today|yet|in total|altogether|since)$")
_UNBOUND = re.compile(
    r"(?i)\b(?:he|she|it|they|we|you|i|him|her|hers|his|them|their|theirs|our|your|my|me|us|this|these|that|those|there"
    r"|here|such|one|ones|both|another|others?|same|former|latter|further|more|most|many|then|ago|later|earlier|previous|not"
    r"|no|never|neither|today|yesterday|tomorrow|also|however|so|respectively|well|had been)\b"
    r"|\b(?:last|next|this|that|the) (?:day|week|month|year|night|morning|evening|weekend|quarter)\b"
    r"|\b(?:the|an?) (?:company|firm|agency|country|government|capital|region|party|group|board|organi[sz]ation|office"
    r"|centre|center|city|town|village|station|plant|factory|institute|council|leader|maker|measure|two|three)\b"
    r"(?! (?:of|in|at|for|on) (?:the )?[A-Z])"
)
_DANGLING = re.compile(
    r"\b(?:a|an|the|its|of|from|with|at|by|for|and|or|into|about|to|than|is|are|was|were|has|have|had|be|been|under|over"
    r"|between|across|along|against|some|nearly|one|two|three|four|five|six|seven|eight|nine|ten|only|just)$"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A question made from a sentence; `start:end` of the sentence should answer it."""

    text: str
    kind: QuestionKind
    start: int
    end: int
    tally: str | None = None
    """What is counted, where the count goes on after the report ("people" who have fled); None for what is settled."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of an article without its dateline; what is quoted in it is masked with ¤."""

    text: str
    start: int
    """Where it stands in the article."""
    names: frozenset[str]
    """The words that the article writes with a capital within its sentences."""
    persons: tuple[str, ...]
    """The full names of people in the article."""
    pairs: frozenset[str]
    """Every two words with capitals that stand together in the article, such as first names with surnames."""

    @cached_property
    def lead_in(self) -> int:
        """Where its first clause begins, after "Meanwhile" and the like."""
        lead = _LEAD_IN.match(self.text)
        return lead.end() if lead else 0

    def named(self, phrase: str) -> bool:
        """Whether a word of the phrase is a name."""
        return any(word in self.names or is_acronym(word) for word in words_of(phrase))

    def full(self, name: str) -> str:
        """A person's surname with the first name, where the article tells one."""
        whole = [pair for pair in self.pairs if pair.endswith(f" {name}")]
        return whole[0] if len(whole) == 1 else name

    def inside(self, phrase: str) -> str:
        """A phrase as it is written within a sentence: a capital only where it is a name's."""
        first, _, others = phrase.partition(" ")
        name = first.removesuffix("'s") in self.names or first.isupper() or others[:1].isupper()
        return phrase if name and first not in ("The", "A", "An") else phrase[:1].lower() + phrase[1:]


def sentences_of(article: Article, longest: int) -> Iterator[Sentence]:
    """The sentences in the first `longest` characters of the article."""
    text = _QUOTED.sub(lambda quoted: "¤" * len(quoted.group()), article.text[:longest].replace("’", "'"))
    names = _names(text)
    persons = _persons(text)
    pairs = frozenset(pair for pair in _PAIR.findall(text) if pair.split()[0] not in _NO_FIRST_NAME)
    for start, end in sentences(article.text[:longest]):
        dateline = _DATELINE.match(text, start, end)
        start = dateline.end() if dateline else start
        if text[end - 1] == "." and end - start <= _LONGEST:
            yield Sentence(text[start:end], start, names, persons, pairs)


def _names(text: str) -> frozenset[str]:
    inner = {word.removesuffix("'s") for word in _INNER_CAPITAL.findall(text)}
    return frozenset(word for word in inner if not re.fullmatch(rf"{WEEKDAY}|{MONTHS}|I", word))


def _persons(text: str) -> tuple[str, ...]:
    told = re.finditer(
        rf"(?:\bsaid |, )({PERSON})(?=[,.])|({PERSON})(?= said|, who|, \d\d,)|(?<=^)({PERSON})(?=,)", text
    )
    found = chain.from_iterable(match.groups() for match in told)
    return tuple(dict.fromkeys(name for name in found if name and not re.match(r"The |In |On |At ", name)))


def words_of(phrase: str) -> list[str]:
    """Its words without possessive endings."""
    return [word.removesuffix("'s").rstrip("'") for word in re.findall(r"\w[\w'-]*", phrase)]


def is_acronym(word: str) -> bool:
    """Whether it is written in capitals: "UN"."""
    return len(word) > 1 and word.isupper()


def tail(rest: str, *, at_any_time: bool = True) -> str | None:
    """What follows a verb or noun up to the end of its clause, without times that lean on the day of the report.

    It begins with a space or is empty; None where it cannot be told or leans on other sentences. What was counted "by
    Friday" is another number on Saturday: where not `at_any_time`, only "so far" and the like are left out.
    """
    stop = _STOPS_TAIL.search(rest)
    cut = rest[: stop.start()] if stop else rest
    beyond = rest[stop.start() :] if stop else ""
    if re.match(rf"(?:,| and| or|, and) {CAP}", beyond) and re.search(rf"{CAP}$", cut):
        return None
    before = None
    while cut != before:
        before, cut = cut, (_RELATIVE_TIME if at_any_time else _SO_FAR).sub("", cut)
    return None if leans(cut) or _RELATIVE_TIME.search(cut) or _DANGLING.search(cut) else cut


def leans(phrase: str) -> bool:
    """Whether it needs other sentences to be understood: "he", "the company", "last week"."""
    return _UNBOUND.search(phrase) is not None or re.search(rf"\b{WEEKDAY}\b", phrase) is not None


def well_formed(question: str, names: frozenset[str]) -> bool:
    """Whether it can be asked as it is: 4 to 16 words, a name among them, nothing that leans on other sentences."""
    words = question.rstrip("?").split()
    return (
        4 <= len(words) <= 16
        and "¤" not in question
        and not leans(re.sub(r"(?i)\bhow many\b", "", question))
        and any(word in names or is_acronym(word) for word in words_of(question)[1:])
        and "  " not in question
    )


def base_form(verb: str) -> tuple[str, str] | None:
    """The auxiliary that a question wants, and the verb's base: "took" → ("did", "take"), "takes" → ("does", "take").

    None for what is no finite form of a known verb.
    """
    if verb in PAST:
        return "did", PAST[verb]
    return ("does", PRESENT[verb]) if verb in PRESENT else None


PAST_FORMS = "|".join(sorted(PAST, key=len, reverse=True))
PRESENT_FORMS = "|".join(sorted(PRESENT, key=len, reverse=True))
PARTICIPLE_FORMS = "|".join(sorted(PARTICIPLES, key=len, reverse=True))
PARTICLE = r"(?: (?:up|in|out|off|back|over)(?= ))?"
SUBJECT = rf"(?:[Tt]he )?{NAME}(?:'s(?: [a-z-]+){{1,3}})?"
