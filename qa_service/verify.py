"""Does the quote support the claim: its numbers, dates, names, negations and quoted words must stand in the quotes."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qa_service.quantities import MARKS, MONTHS, clauses, numbers, quantities


@dataclass(frozen=True, slots=True)
class Support:
    """`missing` names what of the claim does not stand in its quotes: "number 90,000", "name Warsaw"."""

    supported: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Date:
    """A date as far as it is told; `start:end` is its place in the text."""

    start: int
    end: int
    day: int | None
    month: int | None
    year: int | None


@dataclass(frozen=True, slots=True)
class _Value:
    """A number's value and kind: "%", a currency, "count" of a named thing, "" of an unnamed one, else "number"."""

    value: float
    kind: str
    text: str


_DATE = re.compile(
    rf"(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:\sof)?\s(?P<m1>{MONTHS})(?:,?\s(?P<y1>\d{{4}})\b)?"
    rf"|(?P<m2>\b{MONTHS})\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,\d|\.\d|\s(?:million|billion|thousand|per|%))"
    r"(?:,?\s(?P<y2>\d{4})\b)?"
    rf"|(?P<m3>\b{MONTHS}),?\s(?:of\s)?(?P<y3>\d{{4}})\b"
    r"|(?P<y4>\d{4})-(?P<m4>\d\d)-(?P<d4>\d\d)(?!\d)"
    r"|\b(?i:in|since|by|until|till|from|during|of|before|after|early|late|mid)[\s-](?P<y5>(?:19|20)\d\d)\b(?![,.]\d|\s?%)"
    r"|\b(?:[Ii]n|[Ss]ince|[Uu]ntil|[Ll]ast|[Ee]arly|[Ll]ate|[Dd]uring)\s"
    r"(?P<m5>January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
_MONTH_NUMBERS = dict(jan=1, feb=2, mar=3, apr=4, may=5, jun=6, jul=7, aug=8, sep=9, oct=10, nov=11, dec=12)
_VAGUE = re.compile(r"(?i)\b(?:dozens|scores|hundreds|thousands|millions|billions)\b")
_MARKER = re.compile(r"\s?\[\d{1,3}\]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]+)[\"”“»]|(?<!\w)‘([^‘]+?)’(?!\w)")
_OPENING = re.compile(r"(?:\A|[.!?:;…\n][\"”’)]*\s+|[\"“‘(„«])[\"“‘(„«\s]*\Z")
_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "’": "'"})

_NEGATION = re.compile(
    r"(?i)\b(?:not(?!\s(?:only|just|merely)\b)|cannot|\w+n['’]t|no(?!\.\s?\d|\s(?:doubt|fewer|less|more)\s)|never|none|nobody"
    r"|nothing|nowhere|neither|nor|without|den(?:y|ies|ied|ying)|refus(?:e[sd]?|ing)|reject(?:s|ed|ing)?|unable"
    r"|fail(?:s|ed|ing)?\sto|rul(?:e[sd]?|ing)\sout|hardly|barely)\b"
)
_GRAMMAR_WORDS = (
    "a about above according across after again against all almost also although am amid among an and another any are"
    " around as at be because been before being below between both but by can could did do does doing down during each"
    " either even every few finally for from further had has have having he her here hers him his how however i if in"
    " indeed instead into is it its just last later less like many may me meanwhile might more moreover most much must"
    " my near nearly neither never next no nobody none nor not nothing now of off on once only or other others our out"
    " over own per perhaps same several shall she should since so some still such than that the their them then there"
    " these they this those though through thus to today together tomorrow too toward towards under unless until up"
    " upon us very was we were what when where whether which while who whom whose why will with within without would"
    " yesterday yet you your"
)
_GRAMMAR = frozenset(_GRAMMAR_WORDS.split())
_OPENING_WORDS = (
    "agencies agency analysts army attacks authorities bombing border campaigners charities children citizens"
    " civilians companies critics demand deaths diplomats doctors dozens eight emergency estimates everyone experts"
    " families fighting figures five forces four fuel government governments homes hospitals humanitarian hundreds"
    " inflation investigators local members men migrants military million millions ministers nine observers officers"
    " officials one opposition parliament passengers people police polls president prices prime production profits"
    " prosecutors protesters rebels refugees relatives reporters rescuers residents revenue sales sanctions schools"
    " scientists seven shares shelling six soldiers sources spokespeople staff students talks ten thousands three"
    " total trade trains troops turnout two unemployment victims voters volunteers women workers"
)
_OPENERS = _GRAMMAR | frozenset(_OPENING_WORDS.split())
_PLAIN_ENDING = re.compile(r"(?!italy|beijing|nanjing|chongqing)(?:\w{3,}(?:ly|tions?|ments?|nesses|ness)|\w{5,}ing)")
_NAME_PARTS = frozenset({"a", "an", "the", "of", "and", "for", "in", "on", "at", "to", "i", "may"})


def _initials(text: str) -> str:
    """The text with "U.S." as "US"."""
    return re.sub(r"\b(?:[A-Z]\.){2,}", lambda found: found[0].replace(".", ""), text)


def _base(word: str) -> str:
    """A word for comparing: no case, no diacritics, no possessive."""
    chars = unicodedata.normalize("NFKD", word.translate(_LETTERS))
    return re.sub(r"'s?$", "", "".join(char for char in chars if not unicodedata.combining(char)).casefold())


def _words(text: str) -> set[str]:
    return {_base(word) for word in _WORD.findall(_initials(text))}


def _spaced(text: str) -> str:
    """For comparing words verbatim: one kind of space, quotation mark and apostrophe; case does not matter."""
    text = re.sub(r"[“”„«»]", '"', re.sub(r"[‘’]", "'", text))
    return " ".join(text.split()).casefold()


def _contains(quote: str, words: str) -> bool:
    """Whether the words stand in the quote verbatim, and do not begin or end inside a word or a number."""
    wanted = re.escape(_spaced(words).rstrip(".!? ") or "\0")
    return bool(re.search(rf"(?<!\w)(?<!\d[.,]){wanted}(?!\w|[.,]\d)", _spaced(quote))) or quote == words


def _dates(text: str) -> list[_Date]:
    found = []
    for match in _DATE.finditer(text):
        got = {name[0]: part for name, part in match.groupdict().items() if part}
        month = got.get("m", "")
        number = int(month) if month.isdigit() else _MONTH_NUMBERS.get(month[:3].lower())
        day, year = (int(got[key]) if key in got else None for key in "dy")
        found.append(_Date(match.start(), match.end(), day, number, year))
    return found


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with the spans spaced out, so that every other offset stays."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _is_told(date: _Date, known: _Date, years: set[int | None]) -> bool:
    """Whether a known date tells all of `date`; a known day without its year may take one of `years`."""
    year_told = date.year in (None, known.year) or (known.year is None and date.year in years)
    return date.day in (None, known.day) and date.month in (None, known.month) and year_told


def _missing_dates(claim: str, quotes: str, context: str) -> Iterator[str]:
    known = _dates(quotes) + _dates(context)
    years = {date.year for date in _dates(context)}
    bare = {value for _, _, value in numbers(quotes)}
    for date in _dates(claim):
        told_as_number = date.month is None and date.year in bare
        if not told_as_number and not any(_is_told(date, each, years) for each in known):
            words = claim[date.start : date.end]
            yield f"date {words}" if date.day or date.month else f"number {date.year}"


def _values(text: str) -> list[_Value]:
    """The numbers outside dates, and of which kind they are."""
    text = _blank(text, ((date.start, date.end) for date in _dates(text)))
    counted = {at: q for q in quantities(text) for at in range(q.number_start, q.number_end)}
    found = []
    for start, end, value in numbers(text):
        quantity = counted.get(start)
        unit = quantity.unit if quantity else ""
        kind = "number" if quantity is None else unit if unit in MARKS or not unit else "count"
        found.append(_Value(value, kind, text[start:end]))
    return found


def _missing_numbers(claim: str, quotes: Sequence[str]) -> Iterator[str]:
    known = [value for quote in quotes for value in _values(quote)]
    anywhere = {value for quote in quotes for _, _, value in numbers(quote)}
    for number in _values(claim):
        kinds = {each.kind for each in known if each.value == number.value}
        told = number.value in anywhere if number.kind in {"", "number"} else kinds & {number.kind, ""}
        if not told:
            yield f"number {number.text}"
    said = {word.lower() for quote in quotes for word in _VAGUE.findall(quote)}
    yield from (f"number {word}" for word in _VAGUE.findall(claim) if word.lower() not in said)


def _forms(word: str) -> set[str]:
    """A name and its plain derivations: Russia, Russians; Ukraine, Ukrainian; Italy, Italy's."""
    stem = word.removesuffix("e") + "ian" if word.endswith("e") else word + "n"
    return {word, word + "s", stem, stem + "s"}


def _names(claim: str) -> Iterator[str]:
    """The capitalised words of a claim that are names; the first word of a sentence only if it is no common word."""
    for match in _WORD.finditer(claim):
        word, base = match[0], _base(match[0])
        if not word[0].isalpha() or word.islower():
            continue
        shouted = word.isupper() and len(word) > 1
        opens = not shouted and _OPENING.search(claim[: match.start()][-12:]) is not None
        common = base in _OPENERS or _PLAIN_ENDING.fullmatch(base) is not None
        if not (opens and common) and (shouted or base not in _NAME_PARTS):
            yield word


def _missing_names(claim: str, evidence: str) -> Iterator[str]:
    told = [(date.start, date.end) for date in _dates(claim)]
    told += [(start, end) for start, end, _ in numbers(claim)]
    told += [(q.number_start, q.number_end) for q in quantities(claim)]
    known = _words(evidence)
    forms = {form for word in known for form in _forms(word)}
    for name in _names(_initials(_blank(claim, told))):
        if _base(name) not in forms and not _forms(_base(name)) & known:
            yield "name " + re.sub(r"['’]s?$", "", name)


def _missing_quoted(claim: str, quotes: Sequence[str]) -> Iterator[str]:
    for match in _QUOTED.finditer(claim):
        words = (match[1] or match[2]).strip(" ,.;:!?")
        if not any(_contains(quote, words) for quote in quotes):
            yield f"quoted words “{words}”"


def _content(text: str) -> set[str]:
    """What a text is about: the beginnings of its words, so that "advance" meets "advancing", and its values."""
    words = {word[:5] for word in _words(text) - _GRAMMAR if not word[0].isdigit()}
    return words | {str(value) for _, _, value in numbers(text)}


def _missing_subject(claim: str, quotes: Sequence[str]) -> Iterator[str]:
    content = _content(claim)
    if content and not any(content & _content(quote) for quote in quotes):
        yield "every word"


def _missing_negations(claim: str, quotes: Sequence[str]) -> Iterator[str]:
    """Clause by clause: a negated clause needs a negated one about as near as any, another one that is not negated."""
    told = [(quote[start:end], _content(quote[start:end])) for quote in quotes for start, end in clauses(quote)]
    for start, end in clauses(claim):
        content, negation = _content(claim[start:end]), _NEGATION.search(claim, start, end)
        shared = [(len(content & words), _NEGATION.search(text)) for text, words in told]
        most = max((count for count, _ in shared), default=0)
        if negation and (not most or not any(found for count, found in shared if 2 * count >= most)):
            yield f"negation {negation[0]}"
        elif not negation and content and 2 * most >= len(content):
            nearest = [found for count, found in shared if count == most]
            if first := nearest[0] if all(nearest) else None:
                yield f"negation of the quote, “{first[0]}”"


def support(claim: str, quotes: Sequence[str], context: str = "") -> Support:
    """Whether the quotes carry the claim. `context` (title, source, date line) may supply names and dates, no numbers.

    A claim that stands in a quote verbatim is always supported; without quotes nothing is.
    """
    quotes = [quote for quote in quotes if quote.strip()]
    if not quotes:
        return Support(False, ("quotes",))
    bare = _MARKER.sub("", claim)
    if any(_contains(quote, words) for quote in quotes for words in (claim, bare)):
        return Support(True, ())
    joined = "\n".join(quotes)
    missing = [
        *_missing_numbers(bare, quotes),
        *_missing_dates(bare, joined, context),
        *_missing_names(bare, f"{joined}\n{context}"),
        *_missing_subject(bare, quotes),
        *_missing_quoted(bare, quotes),
        *_missing_negations(bare, quotes),
    ]
    return Support(not missing, tuple(dict.fromkeys(missing)))
