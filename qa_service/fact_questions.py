"""Sentence → "Who …?", "When …?", "What …?" and "Why …?", each with the words that should answer. Pure.

Most of it rests on appositions ("Michael Gove, the housing secretary"), which name a person and say who that is: the
safest of the transformations in Heilman & Smith, "Good Question! Statistical Ranking for Question Generation" (2010).
"""

import re
from collections.abc import Iterator

from qa_service.clause_patterns import (
    CAP,
    DATE,
    NAME,
    PARTICIPLE_FORMS,
    PAST_FORMS,
    PERSON,
    PRESENT_FORMS,
    SUBJECT,
    Draft,
    Sentence,
    leans,
    tail,
    words_of,
)
from qa_service.inflection import PAST, PRESENT
from qa_service.quantities import MONTHS

_OFFICE = (
    r"(?:(?:(?:prime|foreign|finance|defence|interior|housing|health|energy|education|justice) )?(?:minister|secretary)"
    r"|(?:vice[- ])?president|mayor|governor|chancellor|king|queen|commissioner|High Commissioner|chief executive"
    r"|(?:managing |finance )?director|head|leader|chair(?:man|woman|person)?|spokes(?:man|woman|person)"
    r"|(?:emergency )?(?:relief )?coordinator|secretary[- ]general|Secretary General|President|ambassador|coxswain"
    r"|captain|commander|founder|owner|editor)"
)
_OF_WHAT = (
    rf"(?: (?:of|for|in|at) (?:the )?{NAME}"
    rf"| (?:of|for|at) (?:the |a |an )?(?:[a-z]+ ){{0,3}}(?:of|in|at) (?:the )?{NAME})"
)
_POST = (
    rf"(?:{_OFFICE}{_OF_WHAT}"
    rf"|(?:{CAP}(?:'s|')? ){{1,3}}{_OFFICE}(?: for [a-z]+(?: [a-z]+)?)?(?:{_OF_WHAT})?)"
)
_HOLDERS = (
    re.compile(rf"(?P<who>{PERSON}), (?:the )?(?P<post>(?:UN )?{_POST})(?=[,.])"),
    re.compile(rf"(?:\b[Tt]he |\band |, )(?:current )?(?P<post>{_POST}), (?P<who>{PERSON})(?=[,.])"),
    re.compile(
        rf"\b(?P<post>(?:{CAP} )?(?:[A-Z][a-z]+(?:an|ese|ish)|French|Greek|Czech|NATO|Kremlin|EU|UN) {_OFFICE})"
        rf" (?P<who>{PERSON})\b"
    ),
)
"""Name and post; post and name; "Kremlin spokesman Dmitry Peskov"."""
_NOT_NOW = re.compile(r"(?i)\b(?:former|deputy|vice|ex|then|acting|late|first|onetime|co)[ -](?:the )?\Z")
_WHOSE_POST = re.compile(rf"(?P<of>{NAME}), (?:a|an|the) [^,¤.]*? whose (?P<office>{_OFFICE}) is (?P<who>{PERSON})")
_WHO_DOES = re.compile(
    rf"(?P<who>{PERSON}), who (?P<does>(?:is|runs|leads|heads|chairs|coordinates|represents|manages|speaks for|edits)"
    r" (?!an? )[^,.¤]+)"
)
_WILL_BE = re.compile(
    rf"(?P<who>{PERSON}) (?P<be>is|was|will be|became) (?P<what>(?:the )?(?:next |first |new )?{_OFFICE}{_OF_WHAT})"
)
_ROLE = re.compile(
    rf"(?P<who>{PERSON}), (?:an? )?(?P<role>(?:[a-z-]+ ){{0,4}}[a-z-]+"
    r" (?:of|at|from|in|for|with) (?:the |a |an )?[^,.¤]{2,50})(?=[,.])"
)
_TRADE = re.compile(
    r"\b(?:teacher|dentist|doctor|priest|pharmacist|bookkeeper|beekeeper|researcher|statistician|biologist|engineer"
    r"|lawyer|judge|councillor|coordinator|director|volunteer|trade unionist|analyst|professor|historian|farmer"
    r"|economist|author|commissioner|auditor|journalist|captain|nurse|surgeon|scientist|secretary|minister|president"
    r"|governor|mayor)\b"
)
_BY_WHOM = re.compile(
    rf"\A(?P<what>(?:The )?{SUBJECT}(?: [a-z]+){{0,2}}) (?:was|were) (?P<verb>{PARTICIPLE_FORMS})"
    rf"(?P<rest>(?: to [a-z]+)?) by (?P<who>{PERSON})(?=[,.])"
)
_DID = re.compile(
    rf"(?P<who>{PERSON})(?:, [^,¤]{{3,60}},)? (?P<verb>ordered|launched|founded|appointed|opened|unveiled|signed)"
    r"(?P<rest> .*)"
)
_HAPPENED = re.compile(
    rf"(?:\A|\b(?:since|when|before|after|because|and) )(?P<what>{SUBJECT})"
    rf" (?:(?P<aux>was|were|is to be|are to be|will be) (?P<part>sworn in|{PARTICIPLE_FORMS})|(?P<did>{PAST_FORMS}))"
    rf"(?P<rest>(?: [^\s,;:.¤]+){{0,8}}?) (?P<date>{DATE})(?=[,.; ])"
)
_ON_A_DAY = re.compile(
    rf"\A(?P<date>(?:On|In) {DATE.replace('on ', '').replace('in ', '')}),? (?P<what>[^,¤]{{3,50}}?)"
    rf" (?P<did>{PAST_FORMS})(?P<rest> .*)"
)
_VERB = re.compile(rf"\b(?:{PAST_FORMS}|{PRESENT_FORMS}|were|was|is|are|that)\b")
_IN_OFFICE = re.compile(
    rf"(?P<who>{PERSON}), (?:who has been (?P<been>in office|{_OFFICE})|(?P<role>{_OFFICE}))"
    rf" since (?P<year>(?:{MONTHS} )?(?:19|20)\d\d)"
)
_MAKES = re.compile(
    rf"(?P<who>{NAME}), which (?P<does>makes|produces|sells|runs|operates|builds|publishes|owns)"
    r" (?P<what>[^,.¤]{4,60})(?=[,.])"
)
_WANTED = re.compile(
    rf"(?:\A(?:The (?:[a-z]+ ){{1,4}}?|The [a-z ]{{3,40}}, |(?:Governor|President|Mayor) )?|, )(?P<who>{SUBJECT})"
    r"(?:, [^,¤]{3,60},|,)? (?:(?P<aux>has) )?"
    r"(?P<verb>ordered|demanded|promised|proposed|announced|asked|called|rejected|denied)(?P<for> for)?"
    r" (?P<what>(?:the|a|an|that|to|military|more|[a-z]+s) [^¤]{6,})\."
)
_AND_DID = re.compile(rf"\band (?:{PAST_FORMS})\b")
"""Where it goes on with another deed, the answering words would take that in."""
_BECAUSE = re.compile(
    rf"\A(?P<what>{SUBJECT}(?: in {NAME}(?: and {CAP})?)?|[A-Z][a-z]+ in {NAME}(?: and {CAP})?)"
    rf" (?P<aux>has|have|was|were|is|are) (?P<rest>(?:been )?(?:{PARTICIPLE_FORMS})\b[^,;:¤]*?),?"
    r" (?P<why>(?:because|after reports|due to|owing to|for lack of) [^;:¤]+)\."
)


def fact_questions(sentence: Sentence) -> Iterator[Draft]:
    """The questions that the names, days and reasons of the sentence answer."""
    yield from _holders(sentence.text)
    yield from _doers(sentence)
    yield from _when(sentence)
    yield from _what(sentence)
    yield from _wanted(sentence)
    yield from _persons(sentence)


def _holders(text: str) -> Iterator[Draft]:
    """The mayor of Kyiv, Vitali Klitschko → Who is the mayor of Kyiv?"""
    for told in (match for pattern in _HOLDERS for match in pattern.finditer(text)):
        before = text[: told.start("post")]
        post = re.sub(r"\bPresident\b", "president", told["post"])
        the = "" if re.match(rf"{CAP}'s? ", post) and not before.endswith("the ") else "the "
        if not _NOT_NOW.search(before):
            yield Draft(f"Who is {the}{post}?", "who", *told.span("who"))
    for told in _WHOSE_POST.finditer(text):
        yield Draft(f"Who is the {told['office']} of {told['of']}?", "who", *told.span("who"))
    for told in _WILL_BE.finditer(text):
        yield Draft(f"Who {told['be']} {told['what']}?", "who", *told.span("who"))


def _doers(sentence: Sentence) -> Iterator[Draft]:
    """Michael Gove presented the scheme, or it was presented by Michael Gove → Who presented the scheme?"""
    for told in _WHO_DOES.finditer(sentence.text):
        does = tail(" " + told["does"])
        if does:
            yield Draft(f"Who{does}?", "who", *told.span("who"))
    by_whom = _BY_WHOM.match(sentence.text)
    if by_whom and by_whom["verb"] in PAST:
        what = sentence.inside(by_whom["what"])
        yield Draft(f"Who {by_whom['verb']} {what}{by_whom['rest']}?", "who", *by_whom.span("who"))
    for told in _DID.finditer(sentence.text):
        rest = tail(told["rest"])
        if rest and told["who"] in sentence.persons:
            yield Draft(f"Who {told['verb']}{rest}?", "who", *told.span("who"))


def _when(sentence: Sentence) -> Iterator[Draft]:
    for told in _HAPPENED.finditer(sentence.text):
        rest = tail(told["rest"])
        if rest == told["rest"] and sentence.named(told["what"]):
            yield Draft(_when_it_happened(sentence, told), "when", *told.span("date"))
    on_a_day = _ON_A_DAY.match(sentence.text)
    if on_a_day:
        rest = tail(on_a_day["rest"])
        what = sentence.inside(on_a_day["what"])
        if rest and not _VERB.search(what):
            yield Draft(f"When did {what} {PAST[on_a_day['did']]}{rest}?", "when", *on_a_day.span("date"))
    for told in _IN_OFFICE.finditer(sentence.text):
        been = told["been"] or told["role"]
        began = "take office" if been == "in office" else f"become {been}"
        yield Draft(f"When did {told['who']} {began}?", "when", *told.span("year"))


def _when_it_happened(sentence: Sentence, told: re.Match[str]) -> str:
    """Orlund was listed in 2011 → When was Orlund listed?"""
    what = sentence.inside(sentence.full(told["what"]))
    if told["did"]:
        return f"When did {what} {PAST[told['did']]}{told['rest']}?"
    first, *more = told["aux"].split(" ", 1)
    return f"When {first} {what} {' '.join([*more, told['part']])}{told['rest']}?"


def _what(sentence: Sentence) -> Iterator[Draft]:
    for told in _MAKES.finditer(sentence.text):
        yield Draft(f"What does {told['who']} {PRESENT[told['does']]}?", "what", *told.span("what"))
    told_why = _BECAUSE.match(sentence.text)
    if told_why and sentence.named(told_why["what"]):
        rest = tail(" " + told_why["rest"])
        if rest:
            what = sentence.inside(told_why["what"])
            yield Draft(f"Why {told_why['aux']} {what}{rest}?", "why", *told_why.span("why"))


def _wanted(sentence: Sentence) -> Iterator[Draft]:
    """The governor, Morwenna Tressick, ordered the evacuation of … → What did Morwenna Tressick order?"""
    told = _WANTED.search(sentence.text)
    if told is None or (told["for"] is None) == (told["verb"] in ("asked", "called")) or _AND_DID.search(told["what"]):
        return
    first = words_of(told["who"].removeprefix("The ").removeprefix("the "))[0]
    if sentence.named(first):
        who, end = sentence.inside(sentence.full(told["who"])), told["for"] or ""
        verb = f"has {who} {told['verb']}" if told["aux"] else f"did {who} {PAST[told['verb']]}"
        yield Draft(f"What {verb}{end}?", "what", *told.span("what"))


def _persons(sentence: Sentence) -> Iterator[Draft]:
    """Ewa Dudzic, a provincial councillor in Rzeszów → Who is Ewa Dudzic?"""
    for told in _ROLE.finditer(sentence.text):
        if _TRADE.search(told["role"]) and told["who"] in sentence.persons and not leans(told["role"]):
            yield Draft(f"Who is {told['who']}?", "person", *told.span("role"))
