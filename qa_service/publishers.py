"""Which publishers a question wants to hear: "according to Reuters", "what did The Guardian report". Pure.

A publisher that is only spoken of ("Who leads the BBC?") is not meant, nor is a speaker ("according to the UN").
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"\w+(?:[-.&]\w+)*")
_DOMAIN = re.compile(r"(?:www\.)?([\w-]+)(?:\.[a-z]{2,})+")
# What may be left off a publisher's name: "BBC" for BBC News, "Kestrel" for Kestrel News.
_GENERIC = frozenset("news online wire radio tv".split())
# Initials that are other names first.
_NOT_INITIALS = frozenset("AI EU GP IT MP PM TV UK UN US WHO NATO".split())

_REPORTS = r"(?:reports?|reporting|articles?|stories|story|coverage|headlines?|news|dispatch(?:es)?)"
_FIGURES = r"(?:figures?|counts?|numbers|account|version|tally|estimates?)"
_ATTRIBUTED = re.compile(
    r"(?:,\s*)?\b(?:according to|per|going by|citing|as (?:reported|told|published|written|said) (?:by|in|on)"
    r"|(?:reported|published|written|printed|posted) (?:by|in|on))\s+"
    rf"(?:(?:an? |the )?{_REPORTS} (?:by|in|of|from|on)\s+)?$",
    re.IGNORECASE,
)
# Of these words only the preposition goes with the name: "What is said in the Harbour Post about …".
_OF_REPORTS = re.compile(
    rf"\b(?:{_REPORTS}|{_FIGURES}|anything|something|know|learn|hear|read|latest|newest|said|appeared)\s+"
    r"(?P<joint>(?:from|by|in|of|on)\s+)$",
    re.IGNORECASE,
)
_AT_START = re.compile(r"^\s*(?P<joint>(?:from|in|on)\s+)$", re.IGNORECASE)
_IN = re.compile(r"(?P<joint>\bin\s+)$", re.IGNORECASE)
_HOLDING = re.compile(
    r"\b(?:shares?|stakes?|stocks?|invest\w*|jobs?|cuts|work\w*|interest|staff|trust)\s+in\s+$", re.IGNORECASE
)
_OWNED = re.compile(
    rf"(?:['’]s?)?\s+(?:own |latest |first |last )?{_REPORTS}\b|['’]s?\s+(?:\w+ )?{_FIGURES}\b", re.IGNORECASE
)
_POSSESSIVE = re.compile(r"['’]s?(?!\w)")
_STAFF = re.compile(
    r"(?:['’]s?)?\s+(?:director|chief|boss|chair\w*|spokes\w+|editor|executive|staff|employees?|journalists?|presenter|head|"
    r"owner|trust|board)\b",
    re.IGNORECASE,
)
_VERBS = {"report": "reported", "say": "said", "write": "written", "publish": "published", "print": "printed",
          "state": "stated", "claim": "claimed", "estimate": "estimated"}  # fmt: skip
_AUXILIARY = re.compile(r"\b(?:did|does|do|has|have|had|is|was)\s+$", re.IGNORECASE)
_ASKED_VERB = re.compile(
    rf"\s+(?:ever |also )?(?P<verb>{'|'.join(_VERBS)})(?:e?d|ing)?\b(?P<that>\s+that\b)?|\s+(?:said|written)\b",
    re.IGNORECASE,
)
_TOLD_VERB = re.compile(
    r"\s+(?:has |have |had )?(?:also )?(?:reported|reports|said|says|wrote|writes|published|publishes)\b(?:\s+that\b)?",
    re.IGNORECASE,
)
_WHAT = re.compile(r"(?:(?:and|so|but)\s+)?what\s+$", re.IGNORECASE)
_WHEN = re.compile(r"(?:when|where|why)\s+$", re.IGNORECASE)
_THING = re.compile(r"\s+(?:the|an?|this|that|its|his|her|their)\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"\s*(?:$|[?.!,;]|(?:about|of|on|in|at|from|to|for|since|before|after|during|by|until|regarding|concerning|when|as|"
    r"yesterday|today|last|this|and)\b)",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|except|besides|than|without|excluding|instead of|but)\s+(?:the\s+)?$", re.IGNORECASE)
_JOINT = re.compile(r"\s*(?:,|,?\s+and|,?\s+or|/|&)\s+(?:the\s+)?", re.IGNORECASE)

_NAME_AFTER = re.compile(r"\s+[A-Z]")
_NAME_BEFORE = re.compile(r"\b(?!The\b|\w+day\b|Ja|Feb|Mar|Apr|May|Ju|Aug|Sep|Oct|Nov|Dec)[A-Z][\w-]*\s+$")

# Publishers that every reader knows, so that their absence from the archive can be said.
_WELL_KNOWN = (
    "Reuters|Associated Press|AP|Agence France-Presse|AFP|BBC|CNN|Al Jazeera|Der Spiegel|Die Zeit|Le Monde|Le Figaro|"
    "El País|La Repubblica|Financial Times|Wall Street Journal|Bloomberg|Politico|The Economist|NPR|TASS|Xinhua|DPA"
)
_PAPER = (
    r"(?:[A-Z][\w-]+ ){1,3}(?:Times|Post|Herald|Tribune|Gazette|Guardian|Telegraph|Chronicle|Observer|News|Courier)"
    r"|Guardian|Telegraph|Independent"
)
_UNKNOWN = re.compile(
    r"\b(?:[Aa]ccording to|[Pp]er|(?:[Rr]eported|[Pp]ublished) (?:by|in))\s+(?:[Tt]he )?"
    rf"(?P<cited>{_WELL_KNOWN}|{_PAPER})\b(?!['’]|\s+[A-Z])"
    rf"|\b(?:[Dd]id|[Dd]oes|[Hh]as)\s+(?:[Tt]he )?(?P<asked>{_WELL_KNOWN}|{_PAPER})\s+(?:{'|'.join(_VERBS)})"
)


@dataclass(frozen=True, slots=True)
class Named:
    """Publishers that the words `question[start:end]` ask to hear.

    With `instead` in their place the same is asked, of no publisher.
    """

    start: int
    end: int
    publishers: tuple[str, ...]
    """As the archive spells them."""
    instead: str
    reports: bool
    """Whether a date that follows is that of the report: "did Reuters report on 3 March"."""


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    publishers: tuple[str, ...]
    written_as_name: bool
    """With a capital, or of several words: "in the sun" is not The Sun."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The names of an archive's publishers, each a tuple of words in lower case."""

    names: Mapping[tuple[str, ...], str]
    initials: Mapping[str, str]
    longest: int


def publishers_named(question: str, publishers: Sequence[str]) -> list[Named]:
    """The publishers of the archive that the question wants to hear, in its order."""
    found = []
    for mention in _joined(question, _mentions(question, _known(tuple(publishers)))):
        named = _wanted(question, mention)
        if named is not None:
            found.append(named)
    return found


def unknown_publishers(question: str, publishers: Sequence[str]) -> tuple[str, ...]:
    """Publishers that the question wants to hear and the archive lacks, where that can be told safely."""
    mentions = _mentions(question, _known(tuple(publishers)))
    return tuple(
        match["cited"] or match["asked"]
        for match in _UNKNOWN.finditer(question)
        if not any(one.start < match.end() and match.start() < one.end for one in mentions)
    )


@lru_cache(maxsize=8)
def _known(publishers: tuple[str, ...]) -> _Known:
    names: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    shorter: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    initials: defaultdict[str, set[str]] = defaultdict(set)
    for publisher in publishers:
        words = _words(publisher)
        if not words:
            continue
        names[words].add(publisher)
        domain = _DOMAIN.fullmatch(publisher.casefold())
        if domain:
            shorter[(domain[1],)].add(publisher)
        elif len(words) > 1 and words[-1] in _GENERIC:
            shorter[words[:-1]].add(publisher)
        letters = "".join(word[0] for word in words if word not in ("of", "and", "the")).upper()
        acronym = any(part.isupper() and len(part) > 1 for part in _WORD.findall(publisher))
        if len(letters) > 1 and not acronym and letters not in _NOT_INITIALS:
            initials[letters].add(publisher)
    known = {name: min(meant) for name, meant in names.items()}  # of two spellings one: a filter takes case as nothing
    known |= {name: meant.pop() for name, meant in shorter.items() if len(meant) == 1 and name not in known}
    short = {letters: meant.pop() for letters, meant in initials.items() if len(meant) == 1}
    return _Known(known, short, max(map(len, known), default=0))


def _words(name: str) -> tuple[str, ...]:
    words = tuple(word.casefold() for word in _WORD.findall(name))
    return words[1:] if len(words) > 1 and words[0] == "the" else words


def _mentions(question: str, known: _Known) -> list[_Mention]:
    words = list(_WORD.finditer(question))
    folded = [match.group().casefold() for match in words]
    found = []
    at = 0
    while at < len(words):
        mention = _mention(question, words, folded, at, known)
        if mention is None:
            at += 1
        else:
            found.append(mention)
            at += sum(mention.start <= word.start() < mention.end for word in words[at:])
    return found


def _mention(question: str, words: list[re.Match[str]], folded: list[str], at: int, known: _Known) -> _Mention | None:
    """The longest publisher's name that starts with this word."""
    for length in range(min(known.longest, len(words) - at), 0, -1):
        publisher = known.names.get(tuple(folded[at : at + length]))
        if length == 1 and publisher is None:
            publisher = known.initials.get(words[at].group().replace(".", ""))
        if publisher is not None:
            start, end = words[at].start(), words[at + length - 1].end()
            if _part_of_longer_name(question, start, end):
                return None
            return _Mention(start, end, (publisher,), length > 1 or not question[start:end].islower())
    return None


def _part_of_longer_name(question: str, start: int, end: int) -> bool:
    if question.isupper():
        return False
    before = _NAME_BEFORE.search(question[:start])
    return _NAME_AFTER.match(question[end:]) is not None or (before is not None and before.start() > 0)


def _joined(question: str, mentions: Sequence[_Mention]) -> list[_Mention]:
    """Those of one list are one: "Reuters, the BBC and AP"."""
    joined: list[_Mention] = []
    for mention in mentions:
        if joined and _JOINT.fullmatch(question[joined[-1].end : mention.start]):
            last = joined.pop()
            publishers = tuple(dict.fromkeys((*last.publishers, *mention.publishers)))
            as_name = last.written_as_name and mention.written_as_name
            mention = _Mention(last.start, mention.end, publishers, as_name)
        joined.append(mention)
    return joined


def _wanted(question: str, mention: _Mention) -> Named | None:
    article = re.search(r"\bthe\s+$", question[: mention.start], re.IGNORECASE)
    start = article.start() if article else mention.start
    before, after = question[:start], question[mention.end :]
    if _STAFF.match(after):
        return None
    named = (
        _attribution(before, after, mention)
        or _telling(before, after, mention)
        or _owning(after, mention, start, bool(article))
        or _place(before, after, mention)
    )
    return None if named is None or _NOT.search(question[: named.start]) else named


def _attribution(before: str, after: str, mention: _Mention) -> Named | None:
    match = _ATTRIBUTED.search(before)
    if match is None:
        return None
    owned = _OWNED.match(after) or _POSSESSIVE.match(after)
    end = mention.end + (owned.end() if owned else 0)
    if after[end - mention.end :].startswith(","):
        end += 1
    return Named(match.start(), end, mention.publishers, "", True)


def _telling(before: str, after: str, mention: _Mention) -> Named | None:
    """did Reuters report, Reuters reported that."""
    auxiliary, asked = _AUXILIARY.search(before), _ASKED_VERB.match(after)
    if auxiliary and asked:
        end = mention.end + asked.end()
        instead = _without_teller(before[: auxiliary.start()], asked, after[asked.end() :])
        return Named(auxiliary.start(), end, mention.publishers, instead, True)
    told = _TOLD_VERB.match(after)
    if told is None or not mention.written_as_name:
        return None
    return Named(len(before), mention.end + told.end(), mention.publishers, "", True)


def _without_teller(head: str, asked: re.Match[str], rest: str) -> str:
    """What stands for "did Reuters report", so that a question remains."""
    participle = _VERBS.get((asked["verb"] or "").lower(), asked.group().strip())
    if not head.strip():
        return f"Is there a {asked['verb'] or 'report'}" if _GOES_ON.match(rest) else "Is it reported that"
    if _WHEN.fullmatch(head) and _THING.match(rest):
        return "was"
    return f"was {participle}" if _WHAT.fullmatch(head) and _GOES_ON.match(rest) else ""


def _owning(after: str, mention: _Mention, start: int, article: bool) -> Named | None:
    """the BBC's coverage, Reuters articles."""
    if not mention.written_as_name or not _OWNED.match(after):
        return None
    possessive = _POSSESSIVE.match(after)
    end = mention.end + (possessive.end() if possessive else 0)
    return Named(start, end, mention.publishers, "the" if article or possessive else "", False)


def _place(before: str, after: str, mention: _Mention) -> Named | None:
    """reports from the BBC; in the Harbour Post."""
    if not mention.written_as_name or _POSSESSIVE.match(after) or _HOLDING.search(before):
        return None
    several = " " in mention.publishers[0].removeprefix("The ")
    match = _OF_REPORTS.search(before) or _AT_START.search(before) or (_IN.search(before) if several else None)
    if match is None:
        return None
    end = mention.end + (1 if after.startswith(",") and _AT_START.search(before) else 0)
    return Named(match.start("joint"), end, mention.publishers, "", True)
