"""A question with its pronouns replaced by what they stand for. Pure.

Agreement of number and kind, then recency (after Lappin and Leass, An algorithm for pronominal anaphora resolution,
1994, without a parser). A pronoun whose antecedent stands in the same question is left alone.
"""

import re
from collections.abc import Sequence

from qa_service.coreference.constituents import constituents
from qa_service.coreference.grammar import AUXILIARIES, PREPOSITIONS, Word, is_verb, words
from qa_service.coreference.pointing import definite, that, then, there
from qa_service.coreference.referents import Referent, Swap, choose, owned

_HE = frozenset("he him his himself".split())
_SHE = frozenset("she her hers herself".split())
_IT = frozenset("it its itself".split())
_THEY = frozenset("they them their theirs themselves".split())
_OWNING = frozenset("his her its their".split())
_LONE_OWNING = frozenset("hers theirs".split())
_THAT = frozenset("that this these those".split())
_CLAUSE = frozenset(
    "that when if whether because before after while who which where as since until although so how why what".split()
)
# "Is it true that", "how long does it take": nothing is meant by them.
_EMPTY_IT = re.compile(
    r"\bit (?:really )?(?:true|possible|likely|clear|legal|illegal|safe|said|known|believed|thought"
    r"|reported|expected|rain\w*|snow\w*"
    r"|dangerous|necessary|easy|hard|difficult|important|too late)\b"
    r"|\b(?:does|did|will|would|has) it (?:take|taken|seem|appear|rain|snow|matter)\b|\bit (?:is|was"
    r"|takes|took|seems|seemed) "
    r"(?:true|possible|likely|said|known|that|to)\b|\bwhat time is it\b|\bit (?:rains?|snows?)\b",
    re.IGNORECASE,
)


def without_pronouns(asked: str, known: Sequence[Referent]) -> str:
    """The question with each pronoun replaced once; as it is where none fits."""
    found = words(asked)
    swaps: list[Swap] = []
    met: set[str] = set()
    for at, word in enumerate(found):
        group = _group(word.low)
        if group is None or group in met:
            continue
        swap = _swap(asked, found, at, known)
        if swap is not None:
            met.add(group)
            swaps.append(swap)
    swaps += definite(asked, found, known) if not swaps else []
    for swap in reversed(swaps):
        asked = f"{asked[: swap.start]}{swap.text}{asked[swap.end :]}"
    return asked


def _group(low: str) -> str | None:
    for group in (_HE, _SHE, _IT, _THEY, _THAT):
        if low in group:
            return min(group)
    return low if low in ("there", "then", "one", "ones") else None


def _swap(asked: str, found: Sequence[Word], at: int, known: Sequence[Referent]) -> Swap | None:
    low = found[at].low
    if low in _THAT:
        return that(asked, found, at, known)
    if low == "there":
        return there(asked, found, at, known)
    if low == "then":
        return then(found, at, known)
    if low in ("one", "ones"):
        return None
    if _has_own(asked, found, at) or (low in _IT and _is_empty(asked, found[at])):
        return None
    referent = _antecedent(low, known)
    if referent is None:
        return None
    return _possessive(asked, found, at, referent) if low in _OWNING | _LONE_OWNING else _plain(found, at, referent)


def _is_empty(asked: str, word: Word) -> bool:
    return any(match.start() <= word.start < match.end() for match in _EMPTY_IT.finditer(asked))


def _antecedent(low: str, known: Sequence[Referent]) -> Referent | None:
    if low in _HE | _SHE:
        other = "she" if low in _HE else "he"
        return choose(
            sorted(known, key=lambda one: one.pronoun == other),
            lambda one: one.kind == "person" and not one.told,
            lambda one: one.named and one.kind == "thing" and not one.told and not one.answered and " " not in one.text,
            lambda one: one.kind == "person",
        )
    if low in _THEY:
        return choose(
            known,
            lambda one: one.kind == "group" and one.answered,
            lambda one: one.kind == "group" and not one.told,
            lambda one: one.named and one.kind == "thing" and not one.told,
            lambda one: one.named and one.kind == "person" and not one.told,
            lambda one: one.kind == "group",
            lambda one: one.named and one.kind in ("thing", "person"),
        )
    return choose(
        known,
        lambda one: one.kind in ("thing", "event") and (one.answered or one.named) and not one.told,
        lambda one: one.kind in ("thing", "event") and not one.told,
        lambda one: one.kind == "event",
        lambda one: one.kind == "place" and not one.told,
        lambda one: one.named and one.kind == "person" and not one.answered,
    )


def _has_own(asked: str, found: Sequence[Word], at: int) -> bool:
    """Whether the question itself has the antecedent: a phrase before, and a clause or an owner between."""
    low = found[at].low
    before = [
        one for one in constituents(asked[: found[at].start]) if one.kind not in ("date", "source") and not one.asked
    ]
    if low in _HE | _SHE:
        fitting = [one for one in before if one.kind == "person" or (one.named and one.kind == "thing")]
    elif low in _THEY:
        fitting = [one for one in before if one.kind in ("group", "thing")]
    else:
        fitting = [one for one in before if one.kind not in ("group", "person")]
    if not fitting:
        return False
    between = {word.low for word in words(asked[fitting[0].end : found[at].start])}
    # "The permit that it gives": the clause tells of the phrase, its subject is another.
    return low in _OWNING or bool(between & _CLAUSE and between not in ({"that"}, {"which"}))


def _plain(found: Sequence[Word], at: int, referent: Referent) -> Swap:
    word = found[at]
    ends = re.search(r"['’](?:s|d|ll|re|ve)$", word.text)
    return Swap(word.start, word.end - (len(ends.group()) if ends else 0), referent.text)


def _possessive(asked: str, found: Sequence[Word], at: int, referent: Referent) -> Swap:
    word, text = found[at], referent.text
    following = found[at + 1] if at + 1 < len(found) else None
    if word.low == "her" and (following is None or following.low in PREPOSITIONS | AUXILIARIES):
        return Swap(word.start, word.end, text)
    long = any(part.low in PREPOSITIONS | {"who", "that"} for part in words(text))
    after = found[at + 2].low if at + 2 < len(found) else ""
    single = not after or after in PREPOSITIONS | AUXILIARIES or is_verb(after)
    if long and following is not None and single and word.low in _OWNING:
        return Swap(word.start, following.end, f"the {following.text} of {text}")
    return Swap(word.start, word.end, owned(text))
