"""What a question asks for: its content words and names, and the kind of thing that would answer it."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import jellyfish
import snowballstemmer

from vector_store.lexical import STOP_WORDS

Kind = Literal["person", "quantity", "money", "share", "date", "place", "reason", "statement", "thing"]
"""What an answer to the question is. "statement": a yes/no question, answered by the sentence that decides it."""

# The stemmer of the words index, so that its document counts fit (Porter, An algorithm for suffix stripping, 1980).
_STEMMER = snowballstemmer.stemmer("porter")

_POLITE = re.compile(
    r"^\s*(?:please\s*,?\s*)?(?:(?:can|could|would) you (?:please )?(?:tell|show|explain to) me|tell me"
    r"|(?:do|does) (?:you|anyone) know|i(?:'d| would) like to know|i want to know)\s*,?\s*",
    re.IGNORECASE,
)
_ROLE = (
    r"(?:president|minister|mayor|candidate|spokes\w+|chief|leader|head|officer|chair\w*|director|judge|governor|"
    r"chancellor|commander|general|founder|winner|author|official|politician|actor|person|man|woman|commissioner)s?"
)
# Words that reports use for one another; soldiers, children or voters are not meant by them.
_PEOPLE = "people person refugee civilian resident citizen national arrival migrant evacuee"
# Words of the asking, not of what is asked.
_ASKING = frozenset("many much long tell say said according".split())
_ASKED_BY: dict[Kind, tuple[str, ...]] = {
    "share": (
        r"^(?:what|which) (?:percentage|per ?cent|share|proportion|fraction)\b",
        r"^(?:how (?:high|low) (?:was|is)|what (?:was|is)) (?:the )?(?:\w+ )?turnout\b",
    ),
    "money": (
        r"\bhow much (?:money|cash|funding|aid)\b",
        r"\bhow much (?:\w+ )*(?:cost|pay|paid|raise|spend|spent|earn|lose|lost|worth|invest|owe|ask)\b",
        r"^how much (?:is|was|did|does|do|has|have|had|will|would)\b",
        r"^what (?:was|is|were|are) .{0,40}\b(?:revenue|profit|loss|cost|price|sales|budget)\b",
    ),
    "quantity": (
        r"\bhow (?:many|much|long|old|far|fast|high|tall|large|big|often|wide|deep|strong|hot|cold|heavy)\b",
        r"^(?:what|which) (?:is|was|are|were) the (?:\w+ )?(?:number|total|toll|tally|size|speed)\b",
    ),
    "person": (
        r"^(?:to |by |with |for |from )?(?:who|whom|whose)\b",
        rf"^(?:which|what) (?:[\w-]+ ){{0,3}}{_ROLE}\b",
    ),
    "date": (
        r"^(?:since |until |by |from )?when\b",
        r"^(?:on |in |at |since |by )?(?:what|which) (?:exact )?(?:day|date|year|month|time|weekday)\b",
    ),
    "place": (
        r"^(?:from |to )?where\b",
        r"^(?:in |to |from |at )?(?:what|which) (?:[\w-]+ )?(?:country|city|town|place|region|state|village|port"
        r"|station|street|district|countries|cities|towns|places|regions|states|villages|ports|stations)\b",
    ),
    "reason": (
        r"^why\b|^how come\b",
        r"^(?:for )?what (?:caused|reason|led)\b|^what (?:is|was|were) the (?:cause|reason)s?\b",
    ),
    "statement": (
        r"^(?:is|are|was|were|did|does|do|has|have|had|can|could|will|would|should)\b",
        r"^(?:isn't|aren't|wasn't|weren't|didn't|doesn't|hasn't|haven't|won't)\b",
    ),
}
_KINDS = {kind: re.compile("|".join(patterns), re.IGNORECASE) for kind, patterns in _ASKED_BY.items()}

_TOKEN = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
# What a country's name ends in when it names its people or their language.
_DERIVED = re.compile(r"i?ans?|ns?|ese|ish|i")
_COUNTED = re.compile(r"\bhow (?:many|much) ((?:[^\W_]+[\s-]?){1,3})", re.IGNORECASE)
_SEVERAL = re.compile(
    r"^(?:\w+ )?(?:which|what) (?:[\w-]+ ){0,2}(?:countries|cities|parties|\w{2,}[^\Wsiu']s)\b"
    r"|^(?:who|what|which) (?:are|were)\b",
    re.IGNORECASE,
)
_FORECAST = re.compile(
    r"\b(?:could|may|might|will|would|expect\w*|forecast\w*|predict\w*|project\w*|plan\w*|by the end of)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is read."""

    text: str
    kind: Kind
    terms: tuple[str, ...]
    """The stems of its content words, in order, each once; its names' words are among them."""
    words: tuple[str, ...]
    """The same as they are written, in lower case: one for each stem."""
    names: tuple[str, ...]
    """The words in it that are written as names."""
    counted: str | None
    """The stem of what a "how many" counts: "people" → "peopl"."""
    several: bool
    """Whether it asks for more than one: "which countries", "who are"."""
    about_future: bool
    """Whether it asks for what could or will be, so that forecasts may answer it."""
    day: date | None = None
    """The day that a number is asked of; `inquiry` takes it from the question's scope."""

    @property
    def of_people(self) -> bool:
        """Whether what is counted are human beings, whatever word a report has for them."""
        return self.counted in PEOPLE


def read_question(text: str) -> Question:
    """The question behind the words."""
    asked = _POLITE.sub("", text.strip()).strip() or text.strip()
    words = [match.group() for match in _TOKEN.finditer(asked)]
    content = [word for word in words if bare(word) not in STOP_WORDS | _ASKING]
    terms = {stem(word): bare(word) for word in reversed(content)}
    counted = _COUNTED.search(asked)
    kind: Kind = next((kind for kind, pattern in _KINDS.items() if pattern.search(asked)), "thing")
    return Question(
        text=asked,
        kind=kind,
        terms=tuple(reversed(terms)),
        words=tuple(reversed(terms.values())),
        names=tuple(word for at, word in enumerate(words) if _is_name(word, at, words)),
        counted=_head_noun(counted.group(1)) if counted else None,
        several=bool(_SEVERAL.search(asked)),
        about_future=bool(_FORECAST.search(asked)),
    )


def bare(word: str) -> str:
    """In lower case, without a possessive ending."""
    return word.lower().removesuffix("'s").removesuffix("’s").rstrip("'’")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The word's stem, as the words index has it."""
    return str(_STEMMER.stemWord(bare(word)))


PEOPLE = frozenset(stem(word) for word in _PEOPLE.split())


@lru_cache(maxsize=65_536)
def same_name(one: str, other: str) -> bool:
    """Whether two words are one name: equal, derived (Ukraine, Ukrainian), spelled otherwise (Kiev, Kyiv)."""
    one, other = bare(one), bare(other)
    if one == other or stem(one) == stem(other):
        return True
    shared = len(_shared_start(one, other))
    if shared >= 4 and (_DERIVED.fullmatch(one[shared:]) or _DERIVED.fullmatch(other[shared:])):
        return True
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    return _sound(one) == _sound(other) and jellyfish.jaro_winkler_similarity(one, other) >= 0.7


def _sound(name: str) -> str:
    """What is heard, vowels apart; y is heard as i (Metaphone: Philips, Hanging on the Metaphone, 1990)."""
    return str(jellyfish.metaphone(name.replace("y", "i")))


def _shared_start(one: str, other: str) -> str:
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[:at]


def _is_name(word: str, at: int, words: list[str]) -> bool:
    if not word[0].isupper() or bare(word) in STOP_WORDS or all(other.isupper() for other in words):
        return False
    # The first word has a capital anyway; only a name goes on in capitals or is all capitals.
    return at > 0 or word.isupper() or (len(words) > 1 and words[1][0].isupper())


def _head_noun(counted: str) -> str | None:
    nouns = []
    for match in _TOKEN.finditer(counted):
        if bare(match.group()) in STOP_WORDS:
            break
        nouns.append(stem(match.group()))
    if not nouns:
        return None
    return next((noun for noun in nouns if noun in PEOPLE), nouns[0])
