"""What "there", "then", "that", "this plant" and "the company" point at in a conversation. Pure."""

import re
from collections.abc import Sequence

from qa_service.coreference.constituents import constituents
from qa_service.coreference.grammar import (
    AUXILIARIES,
    FUNCTION_WORDS,
    PREPOSITIONS,
    QUESTION_WORDS,
    Word,
    is_noun_too,
    is_verb,
)
from qa_service.coreference.referents import Referent, Swap, choose, owned
from qa_service.question import stem

_THERE_IS = re.compile(
    r"\b(?:is|are|was|were|been|be|has|have|had|will|would|can|could|may|might|isn't|aren't"
    r"|wasn't) there\b(?! (?:now|then)\b)"
    r"|\bthere (?:is|are|was|were|has|have|had|will|would|may|might|be|been)\b",
    re.IGNORECASE,
)
_GOING = frozenset(
    "go goes going went gone travel travelled come came get got move moved arrive arrived flee fled "
    "return returned".split()
)
_TELLING = frozenset(
    "say said says think know true claim claimed believe reported report announce announced hope "
    "fear mean sure feel felt show shows "
    "shown find found is was so such now all".split()
)
_PERSONS = frozenset("man woman person politician candidate".split())
_PLACES = frozenset("city town country region village area state place island".split())
_THINGS = frozenset(
    "company firm group team party agency organisation organization bank band movie film album song "
    "book show single game magazine "
    "programme program series".split()
)
_BODIES = frozenset("company firm band group team party".split())
_OFFICES = frozenset("office post job position role".split())
_OFFICE = re.compile(
    r"\b(?P<what>mayor|president|governor|chancellor|prime minister|chief executive|head|director"
    r"|chair\w*)(?:al|ial)?\b",
    re.IGNORECASE,
)
_CLOSING = frozenset("and or a an the first ever still also not really actually".split())
_NO_NOUN = FUNCTION_WORDS | frozenset(
    "true right wrong correct enough legal possible good bad important new different".split()
)
_DOING = frozenset("do does did will would can could".split())
_DATED = frozenset("on in by since before after last next today yesterday now".split())


def there(asked: str, found: Sequence[Word], at: int, known: Sequence[Referent]) -> Swap | None:
    """The place, with the preposition that the sentence wants; None for "there is"."""
    word = found[at]
    if any(match.start() <= word.start < match.end() for match in _THERE_IS.finditer(asked)) and not _ends(asked, word):
        return None
    place = choose(
        known,
        lambda one: one.kind == "place",
        lambda one: one.kind in ("thing", "event") and one.preposition in ("in", "at", "to", "into", "from", "on"),
        lambda one: one.kind in ("thing", "event") and one.named,
    )
    if place is None:
        return None
    before = found[at - 1].low if at else ""
    if before in ("from", "in", "near", "to", "around", "over"):
        return Swap(word.start, word.end, place.text)
    kept = place.preposition if place.preposition in ("in", "at", "on") else "in"
    return Swap(word.start, word.end, f"{'to' if before in _GOING else kept} {place.text}")


def _ends(asked: str, word: Word) -> bool:
    return not asked[word.end :].strip(" ?!.") and not re.search(
        r"\b(?:is|are|was|were) there\W*$", asked, re.IGNORECASE
    )


def then(found: Sequence[Word], at: int, known: Sequence[Referent]) -> Swap | None:
    """The date, at the end of a question."""
    date = choose(known, lambda one: one.kind == "date")
    word, before = found[at], found[at - 1].low if at else ""
    if date is None or at + 1 < len(found) or not at:
        return None
    core = f"{date.preposition or _date_preposition(date.text)} {date.text}".strip()
    if before in ("by", "since", "until", "before", "after"):
        return Swap(word.start, word.end, date.text)
    start = found[at - 1].start if before == "back" else word.start
    return Swap(start, word.end, core)


def _date_preposition(text: str) -> str:
    if text.lower().split()[0] in _DATED:
        return ""
    return "on" if re.search(r"\b\d{1,2}\b|day\b", text) else "in"


def that(asked: str, found: Sequence[Word], at: int, known: Sequence[Referent]) -> Swap | None:
    """The word as a pronoun or before a noun; not as a conjunction."""
    word, before = found[at], found[at - 1].low if at else ""
    following = found[at + 1] if at + 1 < len(found) else None
    starts = before in AUXILIARIES | PREPOSITIONS or not before or (is_verb(before) and before not in _TELLING)
    noun = following if following is not None and _is_noun(following, word.low, before) else None
    if noun is not None and (starts or word.low != "that"):
        return _pointed(word, noun, known)
    alone = starts and (
        following is None or following.low in PREPOSITIONS or word.low != "that" or before in AUXILIARIES
    )
    if not alone and following is not None:
        return None
    matter = _matter(word.low, known)
    return Swap(word.start, word.end, matter.text) if matter else None


def _matter(low: str, known: Sequence[Referent]) -> Referent | None:
    people = choose(known, lambda one: one.kind == "group" and not one.told) if low in ("these", "those") else None
    return people or choose(known, lambda one: one.answered and one.kind in ("thing", "event"), _is_matter)


def _is_matter(one: Referent) -> bool:
    """What "that" may point at: an event, or a phrase with an article; neither a mere name nor people."""
    if one.told or one.answered or " who " in one.text:
        return False
    return one.kind == "event" or (
        one.kind in ("thing", "group") and one.text.startswith("the ") and not one.text[4].isupper()
    )


def _is_noun(word: Word, pointing: str, before: str) -> bool:
    """Whether "this" or "that" belongs to the word: "that plant", not "does that include", "that people fled"."""
    if word.low in _NO_NOUN or not word.text[0].islower():
        return False
    plural = word.low == "people" or (word.low.endswith("s") and not word.low.endswith("ss"))
    if pointing == "that" and plural:
        return False
    return not is_verb(word.text) or (is_noun_too(word.text) and before not in _DOING)


def _pointed(word: Word, noun: Word, known: Sequence[Referent]) -> Swap | None:
    referent = _called(noun.low, known)
    return Swap(word.start, noun.end, referent.text) if referent else None


def definite(asked: str, found: Sequence[Word], known: Sequence[Referent]) -> list[Swap]:
    """Such as "the company", where the question names none and nothing after it tells which."""
    if any(one.named for one in constituents(asked)):
        return []
    for word, noun, *rest in zip(found, found[1:], [*found[2:], None], strict=False):
        following = rest[0]
        apart = following is not None and (following.low in ("of", "that", "which", "who") or not _closes(following))
        if word.low == "the" and not apart and (referent := _called(noun.low, known)) is not None:
            owner = re.search(r"['’]s?$", noun.text)
            return [Swap(word.start, noun.end, owned(referent.text) if owner else referent.text)]
    return []


def _closes(word: Word) -> bool:
    return word.low in AUXILIARIES | PREPOSITIONS | QUESTION_WORDS | _CLOSING or is_verb(word.text)


def _called(noun: str, known: Sequence[Referent]) -> Referent | None:
    """What the noun can stand for: what was called so, else a name of its sort."""
    noun = re.sub(r"['’]s?$", "", noun)
    written = re.compile(rf"\b{re.escape(noun)}\b(?!['’])", re.IGNORECASE)
    same = choose(known, lambda one: _tells_more(one) and bool(written.search(_head(one.text))))
    return same or _of_sort(noun, known)


def _tells_more(one: Referent) -> bool:
    return one.named or len(one.text.split()) > 2


def _of_sort(noun: str, known: Sequence[Referent]) -> Referent | None:
    if noun in _OFFICES:
        return _office(known)
    if noun in _PERSONS:
        return choose(known, lambda one: one.kind == "person" and one.named)
    if noun in _PLACES:
        return choose(known, lambda one: one.kind == "place" and one.named)
    if noun not in _THINGS:
        return None
    others = frozenset(map(stem, _THINGS - {noun}))
    things = [one for one in known if one.kind == "thing" and one.named and not one.stems & others]
    named = choose(things, lambda one: one.answered, lambda one: True)
    return named or choose(known, lambda one: noun in _BODIES and _may_be_body(one))


def _may_be_body(one: Referent) -> bool:
    """A band can bear a person's name, or a plural."""
    return one.named and one.kind in ("person", "group") and not one.told and not one.answered


def _head(text: str) -> str:
    return re.split(r" (?:of|in|at|on|for|from|to|into|with|who|that|which) ", text)[0]


def _office(known: Sequence[Referent]) -> Referent | None:
    for one in known:
        found = _OFFICE.search(one.text)
        if found is not None:
            what = found["what"].lower()
            place = re.search(r" (?:of|in) (?:the )?[A-Z].*$", one.text)
            where = f" of {place.group().split(' ', 2)[2]}" if place else ""
            return Referent(f"the office of {what}{where}", "thing", True)
    return None
