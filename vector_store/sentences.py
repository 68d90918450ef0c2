"""Where the sentences of an article begin and end: rules for news prose, no model.

A wrong cut tears a statement from its subject, a missed one only makes a sentence longer: in doubt, no cut.
"""

import re

_ENDS_ANYWHERE = "。｡！？؟۔।॥։።។။"
"""Stops of scripts that need no space after them."""

_STOP = r"[.!?…‽⁇⁈⁉" + _ENDS_ANYWHERE + "]"
_THIN_SPACE = r"[ \xa0\u202f]"

_MARK = re.compile(
    rf"""
      (?P<blank> \n\s*\n | \u2029 )
    | \n
    | (?P<stop> {_STOP} (?: {_THIN_SPACE}?{_STOP} )*+ )        # "?!", "...", ". . ."
      ["'”’»›)\]}}」』）】》〉］｝*_]*+ (?: [“‘«‹](?=\s|\Z) )?    # what closes after it; „Ja.“ closes with “
      (?: {_THIN_SPACE}[»”)\]](?=\s|\Z) )?                     # « Oui. »
    """,
    re.VERBOSE,
)
"""Every place where a sentence might end. It never fails once it has begun, so a search takes linear time."""

_INK = re.compile(r"\S")
_OPENING = re.compile(r"""["'“‘„‚«»‹›”(\[¿¡*_–—-]{0,4}\s?""")
_BULLET = re.compile(r"[-*•‣◦▪●·]\s")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)*+[^\W\d_]")
_BRAND = re.compile(r"[a-z]{1,2}[A-Z]")
"""iPhone, eBay: a small letter that may begin a sentence."""

_INSIDE_A_WORD = re.compile(r"""[-–—/("“‘'\[]""")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NEVER_LAST = _words("""
    Mr Mrs Ms Mx Dr Prof Gen Lt Col Sgt Capt Maj Brig Cpl Pvt Pfc Spc Adm Cmdr Cdr Cmdt Supt Insp Det Sen Rep Reps Sens
    Gov Pres Rev Fr Hon Amb Messrs Msgr Mme Mlle Sra Srta Mt Ft Ste vs Vs v cf e.g E.g i.e I.e viz approx ca
""")
"""Abbreviations that always want another word."""

_BEFORE_NUMBER = _words("""
    No Nos no nos Vol vol Fig fig Ch pp p Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec
    Mon Tue Tues Wed Thu Thurs Fri Sat Sun
""")
"""Abbreviations only before a number ("No. 10", "Feb. 24"); elsewhere they are words that may end a sentence."""

_SOMETIMES_LAST = _words("""
    St Ave Blvd Rd Inc Corp Co Cos Ltd Plc Bros Jr Sr Dept Univ Assn Est Ph.d Ala Ariz Ark Calif Colo Conn Del Fla Ga
    Ill Ind Kan Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis Wyo Ont Que
""")
"""Abbreviations that stand inside a sentence unless a word follows that likes to begin one."""

_CLOCK = frozenset({"a.m", "p.m", "A.m", "P.m"})
_OF_THE_CLOCK = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:[ECMP][SD]?T|GMT|UTC|BST|CEST|IST|JST)\b|(?:Eastern|Central|Pacific|"
    r"Greenwich|Kyiv|Moscow|London|Beijing|Paris)\b|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
)
"""What may follow "p.m." within a sentence."""

_BEGINNER = re.compile(
    r"(?:A|About|According|After|All|Also|Although|An|And|Another|Any|As|At|Because|Before|Both|But|By|Despite|During|"
    r"Each|Earlier|Even|Every|Few|For|From|Had|He|Her|Here|His|How|However|I|If|In|Instead|It|Its|Just|Last|Later|Many|"
    r"Meanwhile|More|Most|My|Neither|No|None|Nor|Not|Nothing|Now|Of|On|Once|One|Only|Or|Other|Others|Our|Over|People|"
    r"Police|She|Since|So|Some|Still|Such|That|The|Their|Then|There|These|They|This|Those|Though|Through|To|Today|Two|"
    r"Under|Unless|Until|We|What|When|Where|Whether|Which|While|Who|Why|With|Within|Without|Yet|You|Your)(?=[\s,'’])"
)
"""Words that begin a sentence far more often than they begin a name: they settle "the U.S. The"."""

_SPEAKER = re.compile(
    r"[^\W\d_a-z][\w.'’-]{0,40}+(?: [^\W\d_a-z][\w.'’-]{0,40}+){0,3} "
    r"(?:said|says|asked|asks|added|wrote|tweeted|told|shouted|cried|replied|responded|joked|exclaimed|wondered)\b"
)
"""Who said it, after a quotation that ends with "!" or "?"."""

_LONGEST_HEADING = 50
"""In code points; lines of hard-wrapped prose are longer."""

_LONGEST_ABBREVIATION = 12


def sentences(text: str) -> list[tuple[int, int]]:
    """The (start, end) of each sentence, in order and without the whitespace around it.

    Every character that is not whitespace is in exactly one sentence. A blank line always ends a sentence.
    A line break does not, unless the line before it looks like a heading or the one after it is a list item.
    """
    spans = []
    start = _next_ink(text, 0)
    for mark in _MARK.finditer(text):
        if mark.start() > start and _ends_sentence(text, start, mark):
            spans.append((start, mark.end() if mark["stop"] else _last_ink(text, mark.start())))
            start = _next_ink(text, mark.end())
    if start < len(text):
        spans.append((start, _last_ink(text, len(text))))
    return spans


def _next_ink(text: str, place: int) -> int:
    ink = _INK.search(text, place)
    return ink.start() if ink else len(text)


def _last_ink(text: str, end: int) -> int:
    """The end of what is written before `end`; there must be something."""
    while text[end - 1].isspace():
        end -= 1
    return end


def _ends_sentence(text: str, start: int, mark: re.Match[str]) -> bool:
    """Whether the sentence that began at `start` ends at `mark`."""
    if mark["blank"]:
        return True
    if not mark["stop"]:
        return _ends_at_line(text, mark.start())
    after = mark.end()
    if any(stop in _ENDS_ANYWHERE for stop in mark["stop"]):
        return text[after : after + 1] not in ("と", "、", "，", ",")  # 「…。」と述べた: the quotation's frame goes on
    if after < len(text) and not text[after].isspace():
        return False
    following = _next_ink(text, after)
    if following == len(text):
        return True
    if mark["stop"] == ".":
        return _full_stop_ends(text, start, mark.start(), following)
    return _exclamation_ends(text, mark["stop"], following)


def _ends_at_line(text: str, newline: int) -> bool:
    """Whether a single line break ends a sentence: after a heading or list item, or before a list item."""
    following = _next_ink(text, newline)
    if _BULLET.match(text, following):
        return True
    line_start = text.rfind("\n", max(0, newline - _LONGEST_HEADING - 2), newline) + 1
    line = text[line_start:newline].strip() if line_start or newline <= _LONGEST_HEADING else ""
    return bool(line) and line[-1] not in ".,;:!?…-–—&/(" and not _begins_small(text, following)


def _exclamation_ends(text: str, stop: str, following: int) -> bool:
    """Whether an ellipsis, "!" or "?" ends its sentence."""
    opening = _OPENING.match(text, following)
    word = opening.end() if opening else following
    if _begins_small(text, word) or text[following] in ",;:.!?…)]}":
        return False
    if "!" not in stop and "?" not in stop:
        return True
    return bool(_BEGINNER.match(text, word)) or not _SPEAKER.match(text, following)


def _full_stop_ends(text: str, start: int, stop: int, following: int) -> bool:
    """Whether the single "." at `stop` ends its sentence, with the next word at `following`."""
    if _begins_small(text, following) or text[following] in ",;:.!?…)]}":
        return False
    if stop - start <= 2 and text[start:stop].isalnum() and (stop - start == 1 or text[start:stop].isdigit()):
        return False  # "1. Russia", "B. Ukraine": the number of a list item
    word = _word_before(text, start, stop)
    if word in _NEVER_LAST:
        return False
    if word in _BEFORE_NUMBER:
        return not text[following].isdigit()
    opening = _OPENING.match(text, following)
    beginning = opening.end() if opening else following
    if word in _CLOCK:
        return not _OF_THE_CLOCK.match(text, following)
    if word in _SOMETIMES_LAST or (_ACRONYM.fullmatch(word) and not word.islower()):
        return bool(_BEGINNER.match(text, beginning))
    return True


def _begins_small(text: str, place: int) -> bool:
    """Whether a small letter stands at `place`, as none does at the beginning of a sentence."""
    letter = text[place : place + 1]
    georgian = "\u10d0" <= letter <= "\u10ff"  # small letters to Unicode, yet they begin every sentence
    return letter.islower() and not georgian and not _BRAND.match(text, place)


def _word_before(text: str, start: int, stop: int) -> str:
    """The word that the full stop at `stop` may abbreviate: "" if there is none, "MR" and "Mr" alike as "Mr"."""
    tail = text[max(start, stop - _LONGEST_ABBREVIATION) : stop]
    if tail[-1:].isspace():
        return ""
    word = _INSIDE_A_WORD.split(tail.split()[-1])[-1]
    return word[:1] + word[1:].lower()
