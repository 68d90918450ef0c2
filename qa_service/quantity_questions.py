"""Sentence → "How many …?" and "How much …?", each with the number that should answer. Pure."""

import re
from collections.abc import Iterator

from qa_service.clause_patterns import (
    DATE,
    NAME,
    PARTICIPLE_FORMS,
    PARTICLE,
    PAST_FORMS,
    PRESENT_FORMS,
    SUBJECT,
    Draft,
    Sentence,
    base_form,
    tail,
)
from qa_service.inflection import PARTICIPLES, PAST, PAST_OF
from qa_service.quantities import MARKS, Quantity, quantities

_DIGITS = re.compile(r"\d+")
_MOST_NUMBERS = 12
"""Groups of digits in a sentence; more are a table."""
_PLURAL = r"(?:people|children|men|women|staff|police|[A-Za-z][\w-]*[^\Wsiu']s)"
_NOT_IN_NOUN = (
    r"(?!(?:of|in|on|at|to|by|for|from|with|as|per|and|or|than|were|was|are|have|has|had|who|a|an|the|its|were)\b)"
)
_NOUNS = rf"(?P<noun>(?:{_NOT_IN_NOUN}[A-Za-z][\w-]* ){{0,3}}?{_PLURAL})"
_MEASURES = re.compile(
    r"(?:second|minute|hour|day|week|month|year|time|metre|meter|kilomet\w+|mile|degree|percent\w*|percentage points?"
    r"|euro|dollar|pound|crown|cent|third|quarter|fifth|tenth|half|halve)s?\Z"
)
_HUMAN = re.compile(r"(?:people|refugees|men|women|children|others)\Z")
"""What is too vague to be counted by itself: "How many people did Poland receive?" """
_SHORT_LEAD = 12
"""A longer lead-in is a time that what is over needs: "Two days after the storm, 300 people left Lanning".

    So is a place, by which nobody knows what happened there: "In Lanning, 300 people left".
    """
_CASH = re.compile(r" (?P<unit>crowns|zloty|francs|kronor|rupees|pesos|lei|lira)\b")
_COUNTED_DID = re.compile(
    rf" {_NOUNS} (?:(?P<aux>have|has|had|were|are)(?: (?:now|already|since|also|actually|so far))? )?"
    rf"(?P<verb>(?:known|thought|believed|entitled|{PARTICIPLE_FORMS}|{PAST_FORMS}))\b(?P<rest>.*)"
)
_VERB_GROUP = (
    r"(?:(?P<aux>has|have|had|will)(?: (?:now|already|since|also|actually|so far))? (?P<main>[a-z]+)"
    rf"|(?P<verb>{PAST_FORMS}|{PRESENT_FORMS}))(?P<particle>{PARTICLE})"
)
_PLACE_ASIDE = r"(?:, [^,¤]{3,60},)?"
_OF_A_PLACE = rf"(?:The )?[A-Za-z][a-z-]+(?: [a-z-]+){{0,2}} (?:of|in|at) (?:the )?{NAME}"
_DOER = re.compile(rf"(?P<subject>{SUBJECT}|{_OF_A_PLACE}){_PLACE_ASIDE} {_VERB_GROUP}(?: only| just| alone)? ?\Z")
_WHOSE = re.compile(rf"(?P<name>(?:[Tt]he )?{NAME}), whose (?P<noun>[a-z]+(?: [a-z]+)?) {_VERB_GROUP} ?\Z")
_OF_ALL = re.compile(r"Of (?P<all>the [\d,]+ [^,¤]{3,60}), ?\Z")
_IN_PLACE = re.compile(rf"(?P<place>In (?:the )?{NAME},) (?:only |just )?\Z")
_SAID_THAT = re.compile(r"[^¤]*\b(?:said|says|announced|reported)(?: on \w+day)? that \Z")
_NUMBER_OF = re.compile(
    rf"\b[Tt]he number of (?P<noun>people|refugees|{_PLURAL}) (?P<what>who (?:have|has) [^,;¤]+?|killed [^,;¤]+?)"
    r" (?:has (?:gone up to|risen to|climbed to|grown to|reached|passed|exceeded)|stands at|stood at|rose to|reached"
    r"|passed|at) ?\Z"
)
_HOME_TO = re.compile(
    rf"(?P<name>(?<!the )(?<!The ){NAME}), (?:a|an) (?:[a-z-]+ )?"
    r"(?:town|city|village|country|state|suburb|port|nation|district) of ?\Z"
)
_CHANGED_BY = re.compile(
    r"(?P<subject>(?:The |[A-Z])[^,¤]{3,60}?) (?:(?P<aux>has|have) )?(?P<verb>risen|fallen|grown|shrunk|rose|fell|grew"
    r"|shrank|increased|dropped) by ?\Z"
)
_GOES_ON = re.compile(
    r"ow many (?![^?]* did )(?:of the [\d,]+ )?(?:[\w-]+ ){0,3}?(?P<noun>[\w-]+)(?: in [^?]+)?"
    r" (?:have|has|are|does|were killed)\b"
)
_BY_DATE = re.compile(rf" by {DATE.replace('on ', '').replace('in ', '')}")


def quantity_questions(sentence: Sentence) -> Iterator[Draft]:
    """The questions that the sentence's numbers answer."""
    if len(_DIGITS.findall(sentence.text)) > _MOST_NUMBERS:
        return
    for quantity in quantities(sentence.text):
        if quantity.modality == "could" or quantity.value == 1:
            continue
        before = sentence.text[sentence.lead_in : quantity.start]
        after = sentence.text[quantity.end :]
        cash = _CASH.match(after)
        if quantity.unit in MARKS or cash:
            beyond = after[cash.end() :] if cash else after
            yield from _of_marks(sentence, quantity, before, beyond, quantity.end + (cash.end() if cash else 0))
        else:
            yield from _of_counts(sentence, quantity, before, after)


def _of_counts(sentence: Sentence, quantity: Quantity, before: str, after: str) -> Iterator[Draft]:
    texts = (_counted(sentence, before, after), _number_of(before), _done(sentence, before, after))
    for text in filter(None, texts):
        yield Draft(text, "count", quantity.start, quantity.end, _tally(text))
    homes = _homes(sentence, before, after)
    if homes:
        yield Draft(homes, "count", quantity.start, quantity.end)


def _tally(question: str) -> str | None:
    """What is counted, where it may be more by now."""
    goes_on = _GOES_ON.search(question)
    return goes_on["noun"] if goes_on else None


def _of_marks(sentence: Sentence, quantity: Quantity, before: str, after: str, end: int) -> Iterator[Draft]:
    if quantity.unit == "%":
        text = _changed(sentence, before, after)
        if text:
            yield Draft(text, "change", quantity.start, end, "percent" if " has " in text else None)
        return
    doer = _DOER.match(before)
    rest = tail(after, at_any_time=False)
    if doer and rest is not None and not re.match(r" (?:in|of|to|a) [a-z]|-", rest):
        clause = _asked(sentence, doer["subject"], doer)
        if clause:
            yield Draft(f"How much {clause}{rest}?", "money", quantity.start, end)


def _counted(sentence: Sentence, before: str, after: str) -> str | None:
    """Some 70,000 people have left Ukraine → How many people have left Ukraine?"""
    place = _IN_PLACE.match(before)
    of_all = _OF_ALL.match(before)
    if before and not (place or of_all or _SAID_THAT.match(before)):
        return None
    told = _COUNTED_DID.match(f" boats{after}" if of_all else after)
    rest = tail(told["rest"], at_any_time=False) if told else None
    if told is None or rest is None or _MEASURES.match(told["noun"].split()[-1]):
        return None
    verb = _verb(told["aux"], told["verb"], rest)
    needs_more = place is not None or sentence.lead_in > _SHORT_LEAD
    if verb is None or (needs_more and told["aux"] != "have" and not _BY_DATE.search(rest)):
        return None
    counted = f"of {of_all['all']}" if of_all else told["noun"]
    asked = f"ow many {counted} {verb}{rest}?"
    return f"{place['place']} h{asked}" if place else f"H{asked}"


def _verb(aux: str | None, verb: str, rest: str) -> str | None:
    """As a question about a number has it: "had reached" becomes "reached" where no date needs the earlier past."""
    if aux is None:
        return verb if verb in PAST else None
    if aux == "had" and not _BY_DATE.search(rest):
        return PAST_OF[PARTICIPLES[verb]] if verb in PARTICIPLES else None
    return f"{aux} {verb}"


def _number_of(before: str) -> str | None:
    """The number of people who have fled Ukraine has passed … → How many people have fled Ukraine?"""
    told = _NUMBER_OF.search(before)
    if told is None:
        return None
    what = told["what"].removeprefix("who ")
    return f"How many {told['noun']} {'were ' if what.startswith('killed') else ''}{what}?"


def _homes(sentence: Sentence, before: str, after: str) -> str | None:
    """Przemyśl, a town of 60,000 people → How many people live in Przemyśl?"""
    told = _HOME_TO.search(before)
    if told is None or not sentence.named(told["name"]) or not re.match(r" people| inhabitants| residents|,|\.", after):
        return None
    return f"How many people live in {told['name']}?"


def _done(sentence: Sentence, before: str, after: str) -> str | None:
    """Orlund employs 7,100 people → How many people does Orlund employ?"""
    told = _DOER.match(before) or _WHOSE.search(before)
    part = re.match(r"(?P<of> of (?P<whole>the \w+ [a-z]+s))(?=[ ,.])", after)
    counted = re.match(rf" {_NOUNS}(?=[ ,.;])", after)
    if told is None or not (part or counted):
        return None
    noun = f"of {part['whole']}" if part else counted["noun"] if counted else ""
    rest = tail(after[part.end() if part else counted.end() if counted else 0 :], at_any_time=False)
    if rest is None or _MEASURES.match(noun.split()[-1]) or re.match(r" (?:of|a) ", rest):
        return None
    whose = f"{told['name']}'s {told['noun']}" if "name" in told.groupdict() else told["subject"]
    clause = _asked(sentence, whose, told)
    if clause is None or (_HUMAN.match(noun) and not rest and clause.startswith("did ")):
        return None
    return f"How many {noun} {clause}{rest}?"


def _asked(sentence: Sentence, subject: str, told: re.Match[str]) -> str | None:
    """Subject and verb in the order of a question: "has Poland set up", "does Orlund employ"."""
    if not sentence.named(subject):
        return None
    doer = sentence.inside(sentence.full(subject))
    if told["verb"]:
        form = base_form(told["verb"])
        return f"{form[0]} {doer} {form[1]}{told['particle']}" if form else None
    if told["aux"] == "will":
        return f"will {doer} {told['main']}{told['particle']}" if told["main"] in PAST_OF else None
    if told["main"] not in PARTICIPLES:
        return None
    if told["aux"] == "had":
        return f"did {doer} {PARTICIPLES[told['main']]}{told['particle']}"
    return f"{told['aux']} {doer} {told['main']}{told['particle']}"


def _changed(sentence: Sentence, before: str, after: str) -> str | None:
    """Warsaw's population has grown by 15 percent → By how much has Warsaw's population grown?"""
    told = _CHANGED_BY.match(before)
    rest = tail(after, at_any_time=False)
    if told is None or rest is None or not sentence.named(told["subject"]) or rest.startswith(" to "):
        return None
    subject = sentence.inside(told["subject"])
    if told["aux"]:
        return f"By how much {told['aux']} {subject} {told['verb']}{rest}?"
    form = base_form(told["verb"])
    return f"By how much did {subject} {form[1]}{rest}?" if form and form[0] == "did" else None
