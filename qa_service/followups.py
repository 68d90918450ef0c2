"""Follow-up questions → questions that stand on their own. Pure, and without a language model.

A pronoun gives way to what it stands for, a question that leaves words out gets them from the one before
(coreference/ellipsis.py), one that leans on a scene is told where it is. A fresh question stays as it was written.
"""

import re
from collections.abc import Callable, Sequence

from qa_service.coreference.constituents import Constituent, constituents
from qa_service.coreference.ellipsis import LEAD_IN, fragment, reasked, replaced
from qa_service.coreference.grammar import (
    AUXILIARIES,
    PREPOSITIONS,
    QUESTION_WORDS,
    is_noun_too,
    is_verb,
    plain_verb,
    words,
)
from qa_service.coreference.kinds import kind_of
from qa_service.coreference.pronouns import without_pronouns
from qa_service.coreference.referents import Referent, Turn, answer_referent, asked_group, referents

__all__ = ["LONGEST", "Turn", "resolve"]

LONGEST = 2_000
"""The longest question that is given back, in characters: what Ask takes."""
_REMEMBERED = 8
_LONGEST_FOLLOW_UP = 300
_LONGEST_EARLIER = 600
_LONGEST_SAID = 200

_BARE = re.compile(
    r"^(?P<word>why not|why|how come|since when|until when|when|where|how)(?: exactly| so)?$"
    r"|^(?P<asked>since when|when|where|why|how) (?:is|was|did|does|has|would) (?:that|this|it)"
    r"(?: happen(?:ed|ing)?| take place| occur(?:red)?| so| the case| done)?(?: exactly)?$",
    re.IGNORECASE,
)
_WHO_SAID = re.compile(
    r"^who (?P<verb>said|says|claimed|reported|told|announced|wrote) (?P<what>that|this|it|so)\b(?P<rest>.*)$", re.I
)
_OWNED = re.compile(r"^(?:his|her|its|their) (?P<what>.+)$", re.IGNORECASE)
_HOW_MANY = re.compile(r"^(?P<many>how many|how much|which|who) (?P<did>\w+)\b", re.IGNORECASE)
_TELL = re.compile(r"^(?:tell|show) me|\b(?:more|details)$", re.IGNORECASE)
_ELSE = re.compile(r"^(?P<word>who|what|where|which|when) else$", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“](?P<words>[^\"“”]{8,})[\"”]")
_LEANING = re.compile(
    r"\b(?:anyone|anybody|someone|somebody|nobody|others?|another|else|then|afterwards?|the same"
    r"|again|in total|instead)\b",
    re.IGNORECASE,
)
# What a thing is, and what the page says: asked of nothing else.
_WHOLE = re.compile(r"\barticle\b|^(?:what|who) (?:is|are|was|were) (?:an? )?[\w-]+$|^which ones?$", re.IGNORECASE)
_HAPPENED = re.compile(r"^what (?:else )?happened\b", re.IGNORECASE)
# Known without a conversation.
_UNIQUE = frozenset(
    "world war wars sun weather pandemic internet economy earth eu uk us usa un news articles article".split()
)


def resolve(question: str, before: Sequence[Turn]) -> str:
    """The question as it stands on its own; the same string where it does, or where nothing fits.

    `before`: the earlier turns, oldest first; the last few count. A turn that was refused still says what was asked.
    """
    turns = [turn for turn in before[-_REMEMBERED:] if turn.question.strip() and len(turn.question) <= _LONGEST_EARLIER]
    asked = " ".join(question.split())
    if not turns or not words(asked) or len(asked) > _LONGEST_FOLLOW_UP:
        return question
    known = referents(turns)
    for step in (_bare, _who_said, _fragment, _sentence):
        found = step(asked, turns, known)
        if found is not None:
            tidy = _tidy(found)
            return tidy if len(tidy) <= LONGEST and tidy != asked else question
    return question


_Step = Callable[[str, Sequence[Turn], Sequence[Referent]], str | None]


def _tidy(text: str) -> str:
    text = " ".join(text.split()).replace(" ?", "?").replace(" ,", ",")
    text = text.rstrip("?!. ") + "?"
    return text[0].upper() + text[1:]


def _core(asked: str) -> str:
    return LEAD_IN.sub("", asked).strip().rstrip("?!. ")


def _bare(asked: str, turns: Sequence[Turn], known: Sequence[Referent]) -> str | None:
    """Such as "Why?" and "When was that?"."""
    core = _core(asked)
    if found := _ELSE.match(core):
        return _else(found["word"].lower(), turns[-1].question)
    found = _BARE.match(core)
    if found is None:
        return None
    word = (found["word"] or found["asked"]).capitalize()
    answer = answer_referent(turns[-1])
    word = {"How come": "Why"}.get(word, word)
    again = reasked(word, turns[-1].question, answer.text if answer else None)
    if again is None and found["asked"] and (scene := _scene(turns)) is not None:
        return f"{word} was {scene.text}?"
    if again is None and (scene := _scene(turns)) is not None:
        return f"{word} {_preposition(scene)} {scene.text}?"
    return again


def _else(word: str, earlier: str) -> str | None:
    return f"{word} else{earlier[len(word) :]}" if earlier.lower().startswith(f"{word} ") else None


def _who_said(asked: str, turns: Sequence[Turn], known: Sequence[Referent]) -> str | None:
    """Such as "Who said that?": with the words that were said."""
    found = _WHO_SAID.match(_core(asked))
    if found is None or (found["rest"].strip() and found["what"].lower() == "that"):
        return None
    said = next((words_said for turn in reversed(turns) if (words_said := _said(turn))), None)
    return f"Who {found['verb']} “{said}”{found['rest']}?" if said else None


_ATTRIBUTION = re.compile(r",\s[^,]*\b(?:said|says|told|announced|reported|added|showed)\b.*$")


def _said(turn: Turn) -> str | None:
    short = (turn.short_answer or "").strip(' "“”.,')
    sentence = next((one for one in re.split(r"(?<=[.!?])\s+", turn.answer) if short and short in one), turn.answer)
    quoted = next((one["words"].strip(" ,") for one in _QUOTED.finditer(turn.answer) if short in one["words"]), None)
    told = quoted or (short if len(short.split()) >= 4 else _ATTRIBUTION.sub("", sentence).strip(' ."“”')) or short
    return told.replace('"', "").replace("“", "").replace("”", "")[:_LONGEST_SAID].rstrip(" .,") or None


def _fragment(asked: str, turns: Sequence[Turn], known: Sequence[Referent]) -> str | None:
    left = fragment(asked)
    if left is None:
        return None
    owned = _OWNED.match(left)
    left = completed(without_pronouns(left, known), known)
    if owned is not None:
        return f"{'Who' if kind_of(owned['what']) == 'person' else 'What'} is {left}?"
    for turn in reversed(turns):
        found = replaced(left, turn.question)
        if found is not None:
            return found
    return None


def _sentence(asked: str, turns: Sequence[Turn], known: Sequence[Referent]) -> str | None:
    """A whole question: its pronouns replaced, and told where it is if it still leans."""
    full = completed(asked, known)
    found = without_pronouns(full, known)
    if found != full:
        return LEAD_IN.sub("", found)
    if (counted := _counted(found, turns)) is not None:
        return counted
    tied = LEAD_IN.match(full) is not None
    core = LEAD_IN.sub("", full)
    if not _leans(core, tied):
        return full if full != asked else None
    scene = _scene(turns)
    if scene is None or _shares(core, scene):
        return full if full != asked else None
    if _TELL.search(core.rstrip("?!. ")):
        return f"{core.rstrip('?!. ')} about {scene.text}?"
    if scene.kind in ("person", "thing") and (found_verb := _HAPPENED.match(core)) is not None:
        return f"{found_verb.group()} to {scene.text}{core[found_verb.end() :]}"
    return f"{core.rstrip('?!. ')} {_preposition(scene)} {scene.text}?"


def _counted(asked: str, turns: Sequence[Turn]) -> str | None:
    """Such as "How many have returned?": of those that the question before counted."""
    core = LEAD_IN.sub("", asked)
    found = _HOW_MANY.match(core)
    if found is None or found["many"].lower() != "how many" or not is_verb(found["did"]) or is_noun_too(found["did"]):
        return None
    group = asked_group(turns[-1].question.strip().rstrip("?!. "))
    if group is None:
        return None
    again = {plain_verb(word.text) for word in words(core)} & {plain_verb(word.text) for word in words(group.text)} - {
        None
    }
    of_them = (
        group.text.split(" who ")[0].split(" that ")[0].removeprefix("the ") if again - {"have"} else f"of {group.text}"
    )
    return f"{found['many']} {of_them} {core[found.start('did') :]}"


def completed(asked: str, known: Sequence[Referent]) -> str:
    """With the whole name where the conversation has it: "Renner" → "Tobias Renner"."""
    full = {_surname(one): one.text for one in reversed(known) if one.kind == "person" and one.named and _surname(one)}
    lower = {name.lower(): name for name in full if len(name) >= 5}
    found = words(asked)
    plain = not any(word.text[0].isupper() for word in found[1:])
    for at in reversed(range(len(found))):
        word = found[at]
        name = re.sub(r"['’]s?$", "", word.text)
        beside = [found[near].text for near in (at - 1, at + 1) if 0 <= near < len(found)]
        alone = not any(
            near[0].isupper() and near.lower() not in QUESTION_WORDS | AUXILIARIES | PREPOSITIONS | {"and", "the"}
            for near in beside
        )
        if (alone and name in full) or (plain and name.lower() in lower):
            name = name if name in full else lower[name.lower()]
            if at and found[at - 1].low in full[name].lower().split():
                continue
            asked = f"{asked[: word.start]}{full[name]}{asked[word.start + len(name) :]}"
    return asked


def _surname(one: Referent) -> str:
    return one.text.split()[-1] if one.is_full_name and len(one.text.split()[-1]) > 2 else ""


def _leans(core: str, tied: bool) -> bool:
    """Whether a question without pronouns still needs to be told what it is about."""
    parts = constituents(core)
    if any(one.named or one.kind == "source" for one in parts) or any(
        word.text[0].isupper() for word in words(core)[1:]
    ):
        return False
    core = core.rstrip("?!. ")
    if _WHOLE.search(core):
        return False
    if tied or _LEANING.search(core) or len(words(core)) <= 4:
        return True
    short = len(words(core)) <= 8 and not {"that", "who", "which"} & {word.low for word in words(core)[1:]}
    return short and any(_bare_definite(one, core) for one in parts)


def _bare_definite(one: Constituent, core: str) -> bool:
    """Such as "the plan", that nothing after it tells apart."""
    mine = [word.low for word in words(one.text)]
    following = core[one.end :].split()[:1]
    told_apart = bool(following) and following[0].lower() in ("of", "that", "which", "who", "to")
    return (
        mine[0] == "the"
        and not one.inner
        and one.kind != "date"
        and mine[-1] not in _UNIQUE
        and not told_apart
        and len(mine) <= 3
    )


def _scene(turns: Sequence[Turn]) -> Referent | None:
    """What the last questions were about, with its place in a sentence."""
    for turn in reversed(turns):
        parts = [one for one in constituents(turn.question) if one.kind not in ("date", "source") and not one.inner]
        told = [one for one in parts if one.named and one.kind != "group"] or [
            one for one in parts if not one.asked and one.text.lower().startswith("the ")
        ]
        if told:
            best = next((one for one in told if one.kind == "event"), None) or _short(told[-1], turn)
            return Referent(best.text, best.kind, best.named, best.preposition)
    return None


def _short(one: Constituent, turn: Turn) -> Constituent:
    """Of a long phrase the last name in it."""
    inner = [
        part for part in constituents(turn.question) if part.named and one.start <= part.start and part.end <= one.end
    ]
    return min(inner, key=lambda part: part.end - part.start) if len(one.text.split()) > 5 and inner else one


def _shares(core: str, scene: Referent) -> bool:
    mine = {word.low for word in words(core)} - {"the"}
    return bool(mine & {word.low for word in words(scene.text)} - PREPOSITIONS)


def _preposition(scene: Referent) -> str:
    if scene.preposition and scene.preposition in ("in", "at", "on", "during", "for", "from", "near"):
        return scene.preposition
    return {"event": "in", "place": "in", "person": "with", "group": "among"}.get(scene.kind, "for")
