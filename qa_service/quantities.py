"""Numbers and quantities as news copy writes them. A quantity is a number that counts or measures something.

All offsets count Unicode code points of the text that was read, end exclusive.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from typing import Literal

Modality = Literal["reported", "estimated", "could"]
Bound = Literal["exact", "about", "at_least", "at_most"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is counted or measured.

    `start:end` takes in a hedge ("some", "at least"), `number_start:number_end` does not; both hold signs and words of
    money and shares. `unit` is lower-cased: "%" for a share, "dollars" for money, "" when nothing countable follows.
    """

    start: int
    end: int
    value: float
    text: str
    number_start: int
    number_end: int
    unit: str
    modality: Modality
    bound: Bound


@dataclass(frozen=True, slots=True)
class _Number:
    """`scale` is the last scale word's value, 1 without one: "two million" has 1000000."""

    start: int
    end: int
    value: float
    scale: float = 1


MONTHS = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
"""A month's name or short name, as part of a larger pattern; case matters, so that "may" is not one."""
_SMALL_WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_SMALL = {word: n for n, word in enumerate((_SMALL_WORDS + " seventeen eighteen nineteen").split())}
_TENS = dict(twenty=20, thirty=30, forty=40, fifty=50, sixty=60, seventy=70, eighty=80, ninety=90)
_ORDINALS: dict[str, float] = {f"{word}th": n for word, n in _SMALL.items()}
_ORDINALS |= dict(
    first=1, second=2, third=3, fifth=5, eighth=8, ninth=9, twelfth=12, twentieth=20, half=0.5, quarter=0.25
)
_WORTH = {**_SMALL, **_TENS, "half": 0.5, "quarter": 0.25}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
_SHORT_SCALES = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12}
_SIGNS = {"$": "dollars", "€": "euros", "£": "pounds", "₴": "hryvnia", "₽": "roubles", "¥": "yen"}
_MONEY = dict(dollar="dollars", usd="dollars", euro="euros", eur="euros", pound="pounds", hryvnia="hryvnia")
_MONEY |= dict(rouble="roubles", ruble="roubles", yen="yen", yuan="yuan")
MARKS = frozenset({"%", *_SIGNS.values(), *_MONEY.values()})
"""The units that are signs of a share or of money, not things counted."""
_TABLES = (_TENS, _SMALL, _ORDINALS, _SCALES, _MONEY)
_TEN, _ONE, _NTH, _SCALE, _CASH = ("(?:" + "|".join(table) + ")" for table in _TABLES)
_BIG = _SCALE.replace("hundred|", "")
_BELOW_100 = rf"(?:{_TEN}(?:[-\s]{_ONE}\b)?|{_ONE})\b"
_BELOW_1000 = rf"(?:(?:a|{_BELOW_100})[-\s]hundred\b(?:\s(?:and\s)?{_BELOW_100}(?!\shundred))?|{_BELOW_100})"
_SPELLED = (
    rf"(?:half\sa|a\squarter\sof\sa|a)[-\s]{_BIG}\b|{_ONE}\sand\sa\shalf\b(?:\s{_BIG}\b)?"
    rf"|{_BELOW_1000}(?:[-\s]{_BIG}\b(?:\s{_BELOW_1000}[-\s]{_BIG}\b)*(?:\s(?:and\s)?{_BELOW_1000}(?!\s{_SCALE}))?)?"
)
_DIGITS = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?![.,]?\d)|\d+(?:\.\d+)?"
_METRES = r"(?!\s(?:away|long|tall|high|deep|wide|above|below|sprint|race|hurdles|freestyle|relay)\b)"
_NUMBER = re.compile(
    rf"(?i)(?<![^\W_])(?:(?P<digits>{_DIGITS})(?P<scale>[-\s]?{_SCALE}\b|(?:mn|bn|tn|k|b|m{_METRES})(?![^\W_]))?"
    rf"|(?P<words>{_SPELLED})(?![^\W_]))"
)
_ORDINAL = re.compile(rf"(?i)\b(?:(\d+)(?:st|nd|rd|th)|(?:({_TEN})-)?({_NTH})s?)\b(?!(?<=half)\sa\s)")
_PRONOUN = re.compile(r"(?i)\b(?:no|any|every|some|each)\sone\b|\bone(?=['’]s\b|\s(?:of|another)\b)")
_HEDGES: dict[Bound, str] = {
    "at_least": r"at\sleast|(?:far\s)?more\sthan|(?:just\s|well\s)?over|no\s(?:fewer|less)\sthan|upwards\sof|exceeding",
    "at_most": r"(?<!gone\s)(?<!went\s)up\sto|at\smost|as\s(?:many|much)\sas|under|(?:no\smore|fewer|less)\sthan",
    "about": r"some|about|around|nearly|almost|roughly|approximately|(?:an\s)?estimated|close\sto|perhaps",
}
_HEDGE = "|".join(_HEDGES.values())
_BEFORE = re.compile(rf"(?i)(?P<hedge>(?:\b(?:{_HEDGE})\s)*)(?P<sign>(?:\b(?:US|C|A|HK|NZ))?[$€£₴₽¥]\s?)?\Z")
_AFTER = re.compile(
    r"(?i)(?P<mark>\s?%|[-\s]?(?:percentage\spoints?|per\scent|percent)\b"
    rf"|[-\s](?:US\s|American\s)?(?P<money>{_CASH})s?\b)?(?P<more>\+|\sor\s(?:more|so|fewer|less)\b)?"
)
_MORE: dict[str, Bound] = {"+": "at_least", "more": "at_least", "so": "about", "fewer": "at_most", "less": "at_most"}
_JOINED = re.compile(r"\s?(?:[-–—/]|to|or|and)\s?")
_BETWEEN = re.compile(r"(?i)\bbetween\s\D*\Z")
_GLUED = re.compile(r"(?:km|kg|mm|cm|ft|lb|mph|kph|MW|GW|kW|ha)\b")
_UNIT_WORD = re.compile(r"[-\s]?([^\W\d_][^\W\d_]*(?:[-'’][^\W\d_]+)*)")
_PLURAL = re.compile(r"people|children|men|women|police|dead|wounded|missing|staff|aircraft|km|kg|\w{2,}[^\W_isu']s")
_NO_UNIT = re.compile(
    r"an?|the|of|in|on|at|to|by|for|from|with|as|per|and|or|but|nor|than|that|who|whom|whose|which|when|where|while|if|is"
    r"|are|was|were|be|been|being|has|have|had|do|does|did|can|could|may|might|will|would|shall|should|must|not|this|these"
    r"|those|its?|he|she|they|we|you|i|his|her|their|our|since|until|after|before|during|under|over|into|across|through"
    r"|between|among|against|about|around|near|nearly|amid|out|up|down|off|also|so|then|there|now|last|next|later|ago|only"
    r"|already|still|yet|just|even|both|either|each|every|all|any|some|least|most|behind|because|despite|says?|said|told"
    rf"|left|fled|fell|rose|went|came|took|got|found|made|gave|died|(?i:{MONTHS})"
)
_SKIPPED = re.compile(r"more|other|additional|further|such")
_NOT_COUNTED = re.compile(
    rf"""(?xm)\d{{4}}-\d\d-\d\d | \d+(?:/\d+)+ | \d{{1,2}}\.\d{{1,2}}\.\d{{4}} | https?://\S+ | \b0\d+\b(?!\.)
    | \d{{1,2}}:\d\d(?::\d\d)? | \b\d{{1,4}}(?:\.\d\d)?\s?(?:[ap]\.?m\b|GMT\b|UTC\b)
    | \b[\w.]{{1,9}}\s(?:o['’]clock|in\sthe\s(?:morning|afternoon|evening)|at\snight)\b
    | \b\d{{1,2}}(?:st|nd|rd|th)?(?:\s?(?:[-–]|to|and)\s?\d{{1,2}})?\s(?:of\s)?{MONTHS}
    | \b{MONTHS}\s\d{{1,2}}(?:\s?[-–]\s?\d{{1,2}})?\b(?![,.]\d|\s?(?:million|thousand|billion|%|per))
    | \+\d[\d\s()-]{{6,}}\d | \b\d{{3,4}}-\d{{3,4}}-\d{{3,4}}\b
    | \b(?:aged|ages?\sof)\s(?:between\s)?\w+(?:(?:-|\sand\s|\sto\s)\w+)? | \b[\w-]{{1,20}}[-\s]years?[-\s]old
    | \b[A-Z]\w+,\s\d{{1,2}}, | \[\d+\] | ^[ \t]{{0,9}}\(?\d{{1,3}}[.)]\s | \#\d+ | [^\W\d_]-\d+
    | \b(?:No\.|Nos\.|Article|Boeing|Airbus|Flight|Channel|Resolution|Chapter|Section|Room|Route|Phase|Type)\s\d+
    | \b(?i:(?:one|two|three|four|five|\d+)[-\s](?:half|halves|quarters?|thirds?|fifths?|tenths?)|one\sin\s[\w-]+)\b
    | \b(?i:no|any|every|some|each|which|another)\sone\b(?!\s(?:hundred|thousand|million|billion)) | \b(?i:one)['’]s\b
    | \b(?i:one)[-\s](?:another|by|after|thing|hand|way|day|off|sided|time)\b"""
)
_YEAR = re.compile(r"(?:19\d\d|20\d\d|2100)\Z")
_YEAR_LEAD = re.compile(
    rf"(?:\b(?i:in|since|by|of|from|until|till|during|before|after|early|late|mid|the|an?|its|his|their|year|for"
    rf"|\d{{4}}\s(?:and|or|to))|['’]s|\b{MONTHS},?)\s\Z|\d{{4}}[-–]\Z"
)
_NAME_LEAD = re.compile(r"[^\W\d_.!?:;][\"”’,)]?\s[A-Z][\w.]*\s\Z")
_CLOCK_LEAD = re.compile(r"\b(?:[Aa]t|By|[Uu]ntil|[Tt]ill)\s\Z")
_OPENING = re.compile(r"(?:\A|[.!?:;…\n][\"”’)]*\s*|[\"“‘(—–]\s?)\Z")
_CLAUSE_BREAK = re.compile(
    r"(?<!\bMr)(?<!\bMrs)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bNo)(?<!\bGen)(?<!\bSen)(?<!\bLt)(?<!\bCol)(?<!\b[A-Z])"
    r"(?<!\bFeb)(?<!\bSept)[.!?…]{1,3}[\"”’)]{0,3}\s{1,9}(?=[\"“‘(\[]?[A-Z0-9])|\n+|[;:]\s+|(?<!\d)\s[—–-]\s|—"
    r"|,\s+(?=(?:and|but|or|so|yet|while|although|though|as|which|who|whose|where|because|since|after|before|has|have"
    r"|had|is|are|was|were)\b)|\s(?=(?:but|while|whereas|although|though|despite)\b)"
    r"|\b(?:While|Whereas|Although|Though)\s(?:[^,.;:\n]|[,.]\d){1,150}?,\s+"
)
_COULD = re.compile(
    r"\b(?:could|may|might|would|will|Could|Would|Will)\b(?!-)(?!\snot\s(?:be\s)?(?:independently\s)?(?:confirm|verif))"
    r"|['’]ll\b|\b(?i:expect(?:s|ed|ing)?|forecasts?|projected|projections?|predict(?:s|ed|ions?)?|set\sto|likely\sto"
    r"|(?:plan(?:s|ned|ning)?|aims?|hopes?|intends?)\sto|potential(?:ly)?|by\sthe\send\sof\s(?:the|this|next)\syear)\b"
)
_ESTIMATED = re.compile(r"(?i)\b(?:estimat(?:e|es|ed|ing)|believed?|believes|thought|reckons?|reckoned)\b")


def clauses(text: str) -> list[tuple[int, int]]:
    """Start and end of each clause, in order; together they are the text."""
    cuts = [0, *(match.end() for match in _CLAUSE_BREAK.finditer(text)), len(text)]
    return [(start, end) for start, end in pairwise(cuts) if start < end]


def _spelled(words: str) -> tuple[float, float]:
    total, current, scale = 0.0, 0.0, 1.0
    for word in re.findall(r"[a-z]+", words.lower()):
        scale = _SCALES.get(word, 1.0)
        if word == "hundred":
            current = (current or 1) * scale
        elif word in _SCALES:
            total, current = total + (current or 1) * scale, 0.0
        else:
            current += _WORTH.get(word, 0)
    return total + current, scale


def _number(match: re.Match[str]) -> _Number:
    if match["words"]:
        return _Number(match.start(), match.end(), *_spelled(match["words"]))
    scale = (_SCALES | _SHORT_SCALES).get((match["scale"] or "").lstrip("-").strip().lower(), 1.0)
    value = round(float(re.sub(r"[^\d.]", "", match["digits"])) * scale, 6)
    return _Number(match.start(), match.end(), value, scale)


def _scaled(text: str, left: _Number, right: _Number) -> _Number:
    """`left` in the scale of the range it opens: "two to three million" begins at 2000000."""
    joint = _JOINED.fullmatch(text[left.end : right.start].rstrip("$€£"))
    if not joint or left.scale > 1 or left.value >= 1000 or right.scale == 1:
        return left
    ranged = joint[0].strip() != "and" or _BETWEEN.search(text[max(0, left.start - 30) : left.start])
    return replace(left, value=left.value * right.scale, scale=right.scale) if ranged else left


def _lex(text: str) -> list[_Number]:
    found = [_number(match) for match in _NUMBER.finditer(text)]
    return [_scaled(text, left, right) for left, right in pairwise(found)] + found[-1:]


def _ordinal(match: re.Match[str]) -> float:
    digits, tens, word = match.groups()
    return float(digits or _TENS.get((tens or "").lower(), 0) + _ORDINALS.get(word.lower(), 0))


def numbers(text: str) -> list[tuple[int, int, float]]:
    """Start, end and value of every number, in order: years, days, ages, "3rd" and "third" as 3, "half" as 0.5.

    For checking claims: more generous than `quantities`. "One" as a pronoun is not a number.
    """
    pronouns = {match.end() for match in _PRONOUN.finditer(text)}
    found = [(n.start, n.end, n.value) for n in _lex(text) if n.end not in pronouns]
    found += [(match.start(), match.end(), _ordinal(match)) for match in _ORDINAL.finditer(text)]
    kept: list[tuple[int, int, float]] = []
    for number in sorted(found, key=lambda found: (found[0], -found[1])):
        if not kept or number[0] >= kept[-1][1]:
            kept.append(number)
    return kept


def _unit(text: str, at: int, value: float) -> str:
    words: list[str] = []
    while len(words) < 3 and (match := _UNIT_WORD.match(text, at)):
        at, word = match.end(), match[1].lower()
        if match[0][0] == "-":
            return word.split("-")[0]
        if _NO_UNIT.fullmatch(word) or _NUMBER.match(word):
            break
        if not _SKIPPED.fullmatch(word):
            words.append(re.sub(r"['’]s$", "", word))
        if _PLURAL.fullmatch(word):
            return " ".join(words)
    return " ".join(takewhile(lambda word: not word.endswith("ed"), words[: 3 if value == 1 else 1]))


def _bound(hedge: str, more: str) -> Bound:
    if more:
        return _MORE[more.split()[-1].lower()]
    return next((bound for bound, hedges in _HEDGES.items() if re.match(rf"(?i)(?:{hedges})\s", hedge)), "exact")


def _modality(before: str, after: str) -> Modality:
    """How a number is told, by its clause's words before and after it."""
    near = " ".join(re.split(r"\band\b|\d", after)[0].split()[:8])
    if _COULD.search(before) or _COULD.search(near):
        return "could"
    return "estimated" if _ESTIMATED.search(before) or _ESTIMATED.search(after[:80]) else "reported"


def _is_uncounted(text: str, quantity: Quantity) -> bool:
    """Whether the number counts nothing: "in 2014", "the Big Three", "737s", "at six", "a long one"."""
    start, end = quantity.number_start, quantity.number_end
    number, before = text[start:end], text[max(0, start - 40) : start]
    bare = not quantity.unit and start == quantity.start
    glued = text[end : end + 1].isalnum() and not _GLUED.match(text, end)
    named = number[0].isupper() and quantity.value < 100 and not _OPENING.search(before)
    if glued or named or (bare and quantity.value <= 24 and _CLOCK_LEAD.search(before)):
        return True
    if _YEAR.fullmatch(number) and quantity.unit not in MARKS:
        return not quantity.unit or bool(start == quantity.start and _YEAR_LEAD.search(before))
    if number.isdigit():
        return bare and bool(_NAME_LEAD.search(before))
    return bare and number.lower() == "one" and not before.endswith(("ing ", "ed "))


def _quantity(text: str, number: _Number, clause: tuple[int, int]) -> Quantity:
    before = _BEFORE.search(text, max(clause[0], number.start - 60), number.start)
    after = _AFTER.match(text, number.end)
    hedge, sign = (before["hedge"], before["sign"] or "") if before else ("", "")
    mark, more, money = (after["mark"] or "", after["more"] or "", after["money"]) if after else ("", "", None)
    number_start, number_end = number.start - len(sign), number.end + len(mark)
    start, end = number_start - len(hedge), number_end + len(more)
    unit = _MONEY.get(money.lower(), "") if money else "%" if mark else _SIGNS.get(sign.strip()[-1:], "")
    unit = unit or _unit(text, end, number.value)
    modality = _modality(text[max(clause[0], start - 300) : number.start], text[end : min(clause[1], end + 150)])
    place = (start, end, number.value, text[start:end], number_start, number_end)
    return Quantity(*place, unit, modality, _bound(hedge, more))


def _agreed(text: str, left: Quantity, right: Quantity) -> tuple[Quantity, Quantity]:
    """Two numbers that share one unit: "20,000 to 30,000 people", "$20-30 billion"."""
    joint = _JOINED.fullmatch(text, left.end, right.start)
    if joint and not left.unit:
        return replace(left, unit=right.unit), right
    if joint and left.unit in MARKS and right.unit not in MARKS and joint[0].strip() in {"", "-", "–", "to"}:
        return left, replace(right, unit=left.unit)
    return left, right


def quantities(text: str) -> list[Quantity]:
    """What is counted or measured, in order; years, days, times, ages, ordinals and parts of names are left out."""
    masked = {at for p in (_NOT_COUNTED, _ORDINAL) for match in p.finditer(text) for at in range(*match.span())}
    spans, ends = clauses(text), [end for _, end in clauses(text)]
    read = (_quantity(text, n, spans[bisect_right(ends, n.start)]) for n in _lex(text) if n.start not in masked)
    found = [quantity for quantity in read if not _is_uncounted(text, quantity)]
    for at in reversed(range(len(found) - 1)):
        found[at : at + 2] = _agreed(text, found[at], found[at + 1])
    return found


def _rounds_to(fine: float, coarse: float) -> bool:
    digits = len(f"{coarse:.0f}".rstrip("0")) or 1
    return coarse >= 100 and float(f"{fine:.{digits - 1}e}") == coarse and abs(fine - coarse) <= coarse / 5


def same_value(a: Quantity, b: Quantity) -> bool:
    """Whether two values agree within rounding: to 5 %, to the coarser one's digits, or as "more than" allows.

    Units are not compared. Rounding is believed to 20 % from 100 on, and so is a bound: "over 116,000" and
    "over 150,000" differ.
    """
    low, high = sorted((a, b), key=lambda quantity: quantity.value)
    bounded = high.value <= 1.2 * low.value and (low.bound == "at_least" or high.bound == "at_most")
    close = high.value <= low.value + 0.05 * high.value
    return close or bounded or _rounds_to(low.value, high.value) or _rounds_to(high.value, low.value)
