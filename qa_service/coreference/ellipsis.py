"""Questions that leave out what the one before said: "And to Poland?", "Why?". Pure.

What is there replaces the phrase of the same kind in the question before: place by place, date by date, name by name;
all else of that question stays (after Dalrymple, Shieber and Pereira, Ellipsis and higher-order unification, 1991).
"""

import re
from collections.abc import Sequence

from qa_service.coreference.constituents import YEAR, Constituent, constituents
from qa_service.coreference.grammar import AUXILIARIES, PREPOSITIONS, QUESTION_WORDS, is_verb, plain_verb, words

LEAD_IN = re.compile(r"^\W*(?:(?:and|but|or|so|then|also|ok|okay|well)\b[\s,]+)+", re.IGNORECASE)
"""Words that tie a question to the one before."""
_WHAT_ABOUT = re.compile(
    r"^\W*(?:what|how) about\s+|^\W*(?:and )?what of\s+|^\W*same (?:question )?for\s+", re.IGNORECASE
)
_ONLY = re.compile(r"^(?:only|just|also|even)\s+", re.IGNORECASE)
_HOW_MANY = re.compile(r"^how many (?P<what>(?!of\b|in\b|more\b|times\b)[a-z-]+(?: [a-z-]+)?)$", re.IGNORECASE)
_LONGEST = 9
_AUX = "|".join(sorted(AUXILIARIES - {"be", "been", "being"}, key=len, reverse=True))
_NOT = {"is": "isn't", "are": "aren't", "was": "wasn't", "were": "weren't", "do": "don't", "does": "doesn't"} | {
    one: f"{one}n't" for one in ("did", "has", "have", "had", "could", "would", "should")
} | {"will": "won't", "can": "can't"}  # fmt: skip
_YES_NO = re.compile(rf"^(?P<aux>{_AUX})\s+(?P<rest>.+)$", re.IGNORECASE)
_ADVERB = re.compile(
    rf"^(?:(?:since |until |by |from )?(?:when|where|why)|how(?: (?:long|often|far"
    rf"|fast))?)\s+(?P<aux>{_AUX})\s+(?P<rest>.+)$",
    re.I,
)
_COUNTED = re.compile(rf"^how (?:many|much) (?P<what>.+?) (?P<aux>{_AUX})\s+(?P<rest>.+)$", re.IGNORECASE)
_COUNTED_DID = re.compile(
    r"^how (?:many|much) (?P<what>[\w-]+(?: [\w-]+){0,2}?) (?P<verb>\w+)\b(?P<rest>.*)$", re.IGNORECASE
)
_WHO = re.compile(rf"^(?:who|which [\w-]+|what)\s+(?P<aux>{_AUX})\s+(?P<rest>.+)$", re.IGNORECASE)
_WHO_DID = re.compile(r"^(?:who|which [\w-]+)\s+(?P<verb>[a-z]+)\b(?P<rest>.*)$", re.IGNORECASE)
_ORDINAL = re.compile(r"\b(?:first|second|third|fourth|fifth|last|previous|next)\b", re.IGNORECASE)
_SUPERLATIVE = re.compile(
    r"\b(?!west|east|rest|test|guest|request|forest|interest|protest|arrest)\w{3,}est\b|\b(?:most|least|fewest)\b"
)


def fragment(question: str) -> str | None:
    """What is asked instead, where the question is no whole sentence: "And to Poland?" → "to Poland"."""
    about = _WHAT_ABOUT.match(LEAD_IN.sub("", question))
    tied = bool(LEAD_IN.match(question)) or bool(about)
    left = _ONLY.sub("", _WHAT_ABOUT.sub("", LEAD_IN.sub("", question))).strip().rstrip("?!. ").strip()
    counted = _HOW_MANY.match(left)
    if counted is not None and not is_verb(counted["what"].split()[-1]):
        left, tied = counted["what"], True
    parts = words(left)
    if not parts or len(parts) > _LONGEST or any(part.low in AUXILIARIES | QUESTION_WORDS for part in parts):
        return None
    prepositional = parts[0].low in PREPOSITIONS or left.lower().startswith("according to")
    if (
        not tied
        and not (prepositional and len(parts) <= 6)
        and not (question.rstrip().endswith("?") and len(parts) <= 2)
    ):
        return None
    sentence = parts[0].low in ("that", "this", "it", "he", "she", "they") or (not about and is_verb(parts[0].text))
    return None if sentence else left


def replaced(left: str, earlier: str) -> str | None:
    """The earlier question with each part of the fragment in its place; None where there is none."""
    found = _ordinal(left, earlier) or _superlative(left, earlier)
    if found is not None:
        return found
    pieces = tuple(one for one in constituents(left) if not one.inner) or (_common(left),)
    asked = earlier
    for piece in pieces:
        asked = _placed(piece, asked)
    return asked if asked != earlier else None


def _common(left: str) -> Constituent:
    """A phrase of common nouns alone, such as "children"."""
    parts = words(left)
    first = parts[0].low if parts[0].low in PREPOSITIONS else ""
    start = parts[1].start if first and len(parts) > 1 else 0
    return Constituent(0, start, len(left), left[start:], first, "group", False, False, False)


def _ordinal(left: str, earlier: str) -> str | None:
    """Such as "the third" for "the second quarter of 2022", "in the third quarter" too."""
    mine, theirs = _ORDINAL.search(left), _ORDINAL.search(earlier)
    if mine is None or theirs is None or YEAR.search(left):
        return None
    rest = {word.low for word in words(left)} - PREPOSITIONS - {"the", "one", mine.group().lower()}
    kept = {word.low for word in words(earlier)}
    return earlier[: theirs.start()] + mine.group().lower() + earlier[theirs.end() :] if rest <= kept else None


def _superlative(left: str, earlier: str) -> str | None:
    mine, theirs = _SUPERLATIVE.search(left), _SUPERLATIVE.search(earlier)
    if mine is None or theirs is None or len(words(left)) > 2:
        return None
    return earlier[: theirs.start()] + mine.group() + earlier[theirs.end() :]


def _placed(piece: Constituent, earlier: str) -> str:
    slots = [one for one in constituents(earlier) if one.text.lower() != piece.text.lower()]
    slot = _slot(piece, slots)
    if slot is None:
        return _appended(piece, earlier)
    preposition = piece.preposition if piece.preposition and slot.preposition else slot.preposition
    if slot.preposition and not piece.preposition:
        preposition = earlier[slot.lead : slot.start].strip()
    start = slot.lead if slot.preposition else slot.start
    phrase = _with_year(piece, slot) if piece.kind == "date" else _like(piece.text, slot.text)
    if piece.preposition and not slot.preposition and piece.kind in ("date", "source"):
        preposition = piece.preposition
    return (
        f"{earlier[:start]}{preposition} {phrase}{earlier[slot.end :]}".replace("  ", " ")
        if preposition
        else (f"{earlier[:start]}{phrase}{earlier[slot.end :]}")
    )


def _like(phrase: str, slot: str) -> str:
    """The phrase with the possessive ending that the slot has."""
    ends = re.search(r"['’]s?$", slot)
    return phrase + ("'s" if ends and not phrase.endswith(("'s", "’s")) else "")


def _with_year(piece: Constituent, slot: Constituent) -> str:
    year = YEAR.search(slot.text)
    plain = bool(re.search(r"\d{1,2}|[A-Z][a-z]{2,}", piece.text)) and not piece.text.endswith("day")
    return f"{piece.text} {year.group()}" if year and plain and not YEAR.search(piece.text) else piece.text


def _slot(piece: Constituent, slots: Sequence[Constituent]) -> Constituent | None:
    if piece.kind in ("date", "source"):
        return next((one for one in slots if one.kind == piece.kind), None)
    free = [one for one in slots if one.kind not in ("date", "source")]
    if not piece.named:
        return _common_slot(piece, free)
    if piece.preposition:
        return next((one for one in reversed(free) if _same_way(one, piece) and one.named), None)
    named = [one for one in free if one.named and one.kind != "group" and _innermost(one, free)]
    return max(named, key=lambda one: _likeness(one, piece), default=None)


def _common_slot(piece: Constituent, free: Sequence[Constituent]) -> Constituent | None:
    if piece.preposition:
        return next((one for one in reversed(free) if one.preposition == piece.preposition), None)
    definite = piece.text.lower().startswith(("the ", "a ", "an "))
    if not definite:
        return next((one for one in free if one.asked), None) or next(
            (one for one in free if one.kind == "group"), None
        )
    office = next((one for one in free if one.kind == piece.kind == "person" and one.inner and " " in one.text), None)
    return office or next((one for one in free if one.text.lower().startswith("the ") and not one.inner), None)


_WAYS = ({"to", "into", "in"}, {"at", "in", "on"}, {"from", "of"}, {"by"}, {"for"})


def _same_way(one: Constituent, piece: Constituent) -> bool:
    """Whether both stand after a preposition of one direction; "in" the war is not "in" Poland."""
    if one.preposition == piece.preposition:
        return (one.kind == "event") == (piece.kind == "event")
    return one.kind == "place" and any(one.preposition in way and piece.preposition in way for way in _WAYS)


def _innermost(one: Constituent, others: Sequence[Constituent]) -> bool:
    return not any(
        other is not one and one.start <= other.start and other.end <= one.end and other.named for other in others
    )


def _likeness(one: Constituent, piece: Constituent) -> tuple[int, int]:
    """How well a name fits another's place: same kind, same article, not a mere possessor, further to the front."""
    definite = one.text.startswith("the ") == piece.text.startswith("the ")
    capitals = piece.text.isupper() == one.text.isupper()
    kind = (
        one.kind == piece.kind
        or {one.kind, piece.kind} <= {"place", "thing"}
        or {one.kind, piece.kind} == {"person", "thing"}
    )
    owner = one.text.endswith(("'s", "’s"))
    loose = one.preposition in ("", "of", "in", "to", "for", "by", "from")
    event = one.kind == "event" and piece.kind != "event"
    return (2 * definite + kind + capitals + loose - 3 * event - 2 * owner + 2 * (not one.preposition), -one.start)


def _appended(piece: Constituent, earlier: str) -> str:
    """Only what names its own place in a sentence is added to one: "in Hungary", "on 15 March"."""
    if not piece.preposition and piece.kind != "date":
        return earlier
    return f"{earlier.rstrip('?!. ')} {piece.preposition} {piece.text}?".replace("  ", " ")


def reasked(word: str, earlier: str, answer: str | None) -> str | None:
    """The earlier question asked for something else: "Why", "When", "Where", "How", "Why not"."""
    asked = earlier.strip().rstrip("?!. ")
    negated = word.lower().endswith(" not")
    first = word.removesuffix(" not")
    for build in (_yes_no, _adverb, _counted, _counted_did, _who, _who_did):
        found = build(asked, answer)
        if found is not None:
            aux, rest = found
            aux = aux.lower()
            return f"{first} {_NOT.get(aux, aux) if negated else aux} {rest}?"
    return None


def _yes_no(asked: str, answer: str | None) -> tuple[str, str] | None:
    found = _YES_NO.match(asked)
    return (found["aux"], found["rest"]) if found else None


def _adverb(asked: str, answer: str | None) -> tuple[str, str] | None:
    found = _ADVERB.match(asked)
    return (found["aux"], found["rest"]) if found else None


def _counted(asked: str, answer: str | None) -> tuple[str, str] | None:
    """Such as "How many people have fled?" → have, people fled; "… has Romania taken in" → has, Romania taken in …"""
    found = _COUNTED.match(asked)
    if found is None:
        return None
    subject = found["rest"].startswith("the ") or found["rest"][0].isupper()
    if not subject:
        return found["aux"], f"{found['what']} {found['rest']}"
    parts = words(found["rest"])
    verb = next((at for at, part in enumerate(parts) if part.text[0].islower() and is_verb(part.text)), None)
    if verb is None:
        return found["aux"], found["rest"]
    last = verb + 1 == len(parts) - 1 and parts[-1].low in PREPOSITIONS
    end = parts[verb + 1 if last else verb].end
    return found["aux"], f"{found['rest'][:end]} {found['what']}{found['rest'][end:]}"


def _counted_did(asked: str, answer: str | None) -> tuple[str, str] | None:
    found = _COUNTED_DID.match(asked)
    plain = plain_verb(found["verb"]) if found else None
    if found is None or plain is None:
        return None
    return "do" if plain == found["verb"] else "did", f"{found['what']} {plain}{found['rest']}"


def _who(asked: str, answer: str | None) -> tuple[str, str] | None:
    found = _WHO.match(asked)
    if found is None:
        return None
    of_subject = found["rest"][0].isupper() or found["aux"].lower() in ("did", "does", "do")
    if of_subject:
        return found["aux"], f"{found['rest']} {answer or 'that'}"
    return (found["aux"], f"{answer} {found['rest']}") if answer else None


def _who_did(asked: str, answer: str | None) -> tuple[str, str] | None:
    found = _WHO_DID.match(asked)
    plain = plain_verb(found["verb"]) if found else None
    if found is None or plain is None or answer is None:
        return None
    return "does" if found["verb"].lower() in (f"{plain}s", f"{plain}es") else "did", f"{answer} {plain}{found['rest']}"
