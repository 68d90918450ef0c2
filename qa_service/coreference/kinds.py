"""What a phrase stands for: a person, a place, a date and so on, by its words. Pure."""

import re
from typing import Literal

from qa_service.coreference.grammar import PLACED, PREPOSITIONS

ConstituentKind = Literal["person", "place", "event", "thing", "group", "date", "source"]

_MONTH = (
    r"(?:(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
    r"|(?:Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\b\.?(?=,? \d)|(?<=\d )(?:Jan|Feb|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?\b(?!\d))(?:,? [12]\d{{3}})?"
_DATE_CORE = (
    rf"{_DAY}|{_MONTH}(?: of)?(?: [12]\d{{3}})?|(?:early |late |mid-)?[12]\d{{3}}s?(?![,.]?\d)"
    rf"|(?:(?:last|next|this) )?{_WEEKDAY}"
    r"|(?:the )?(?:first|second|third|fourth|last|next|previous) (?:quarter|half)(?: of [12]\d{3})?"
    r"|(?:the )?(?:last|next|this|previous|following) (?:week|weekend|month|year|quarter|summer|winter|spring|autumn)"
    r"|the weekend|today|yesterday|tomorrow|now"
)
DATE = re.compile(
    rf"\b(?:(?P<preposition>(?i:on|in|by|since|before|after|until|till|from|at|during"
    rf"|as of)) )?(?P<core>{_DATE_CORE})(?!\w)"
)
"""A day, month, year, quarter or "last week", with the preposition before it."""
_EVENTS = re.compile(
    r"(?i)\b(?:war|storm|hurricane|earthquake|election|referendum|fire|flood|strike|crash|attack"
    r"|battle|siege|games|cup|olympics"
    r"|festival|tournament|championships?|open|conference|summit|explosion|recount|inquiry|trial"
    r"|invasion|match|final|season)s?\b"
)
_BODIES = re.compile(
    r"(?i)\b(?:power|union|alliance|list|bank|university|council|company|party|church|agency|group"
    r"|club|hospital|directive"
    r"|ministry|board|institute|corporation|inc|ltd|news|post|times|wire|association|commission"
    r"|organi[sz]ation|school|college"
    r"|court|army|parliament|committee|scheme|act|plan|line|station|band|orchestra|records|company"
    r"|government|law|album)\b"
)
_LANDS = re.compile(
    r"(?i)\b(?:coast|city|island|islands|river|sea|street|republic|states|kingdom|province|county|bay"
    r"|valley|district|village"
    r"|town|region|port|mount|lake|country)\b"
)
_OFFICES = re.compile(
    r"(?i)\b(?:president|minister|mayor|governor|chancellor|spokes(?:man|woman|person)"
    r"|chief executive|head|leader|director|judge"
    r"|commissioner|king|queen|pope|author|founder|winner|chair(?:man|woman)?|captain|coach|officer"
    r"|candidate|man|woman|actor"
    r"|predecessor|successor|deputy|rival|wife|husband|mother|father|brother|sister|son|daughter|boss"
    r"|actress|singer|owner|editor|sponsor|priest|doctor)\b"
)
_PLURAL = re.compile(r"(?:people|children|men|women|police|staff|\w{2,}[^\Wsiu'’]s)", re.I)
DEMONYM = re.compile(r"[A-Z]\w+(?:ian|ean|can|man|ese|ish|[cs]h)")


def kind_of(text: str, preposition: str = "") -> ConstituentKind:
    """What a phrase stands for, by its words and the preposition before it."""
    if DATE.fullmatch(text):
        return "date"
    head = _head(text)
    if _EVENTS.search(head):
        return "event"
    if _PLURAL.fullmatch(_last(head)) and not head.startswith(("the United",)) and not _last(head)[0].isupper():
        return "group"
    if _OFFICES.search(head) and not head[-1].isupper():
        return "person"
    if _BODIES.search(head):
        return "thing"
    if " " not in head and head.endswith("s") and DEMONYM.fullmatch(head.removesuffix("s")) and not head.endswith("ss"):
        return "group"
    if (preposition in PLACED and _named(head)) or _LANDS.search(head):
        return "place"
    return _kind_of_name(head)


def _kind_of_name(head: str) -> ConstituentKind:
    parts = head.split()
    capitals = all(part[0].isupper() or part in ("de", "van", "von", "al", "bin") for part in parts)
    return "person" if 2 <= len(parts) <= 4 and capitals and parts[0] != "The" else "thing"


def _head(text: str) -> str:
    """The words before the first preposition."""
    parts = text.split()
    stop = next((at for at, part in enumerate(parts) if at and part.lower() in PREPOSITIONS), len(parts))
    return " ".join(parts[:stop]) or text


def _last(head: str) -> str:
    return head.split()[-1].strip("'’\"”.,") or head


def _named(head: str) -> bool:
    return any(part[0].isupper() for part in head.split())
