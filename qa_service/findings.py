"""What was found in the articles: the words that may answer, and the sentences to quote with them."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from qa_service.spans import Span
from vector_store.article import Passage
from vector_store.sentences import sentences

_LEANS_BACK = re.compile(
    r"""["“'‘(]*(?:He|She|It|They|His|Her|Its|Their|This|These|That|Those|There|Such|Both|Neither|Another|Others|Most|Many
    |The\s(?:former|latter|leader|move|decision|two|company|group|agency|minister|president|official)s?
    |But|However|Half|(?:Of|Some\sof|One\sof|(?:Over|More\sthan)\shalf\sof)\s(?:them|these|those))\b""",
    re.VERBOSE,
)
# Two quotes that share this much of their words are one text that two outlets printed.
_COPIES = 0.6
# What a sentence leans on stands shortly before it.
_FAR = 2_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Sentences that may answer; `span` are the answering words."""

    quote: Passage
    score: float
    """The probability that it answers."""
    span: Passage | None
    found: Span | None
    """The span with its quantity; offsets count from the start of the quote."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Findings, best first, and the probability that the articles answer."""

    findings: tuple[Finding, ...]
    answerable: float


def leans_back(sentence: str) -> bool:
    """Whether it only makes sense after the sentence before it: "He said so"."""
    return _LEANS_BACK.match(sentence) is not None


def is_prose(text: str) -> bool:
    """Whether it is a sentence and not a heading or a line of a table."""
    return bool(re.search(r"[.!?…。！？؟।]", text)) or len(text.split()) >= 12


def quote_of(passage: Passage, start: int, end: int) -> Passage:
    """The passage's sentences that hold `article.text[start:end]`, with the one before where they lean on it."""
    article, text = passage.article, passage.article.text
    begin = _paragraph_before(text, passage.start)
    bounds = [(begin + first, begin + last) for first, last in sentences(text[begin : passage.end])]
    starts = [of for of, _ in bounds]
    first = max(bisect_right(starts, start) - 1, 0)
    last = max(bisect_right(starts, end - 1) - 1, first)
    sentence = text[bounds[first][0] : bounds[first][1]]
    if first > 0 and leans_back(sentence) and is_prose(text[bounds[first - 1][0] : bounds[first - 1][1]]):
        first -= 1
    return Passage(article, bounds[first][0], bounds[last][1])


def _paragraph_before(text: str, start: int) -> int:
    """Where the paragraph before the one at `start` begins, if that is not far."""
    nearest = max(start - _FAR, 0)
    at = start
    for _ in range(2):
        at = text.rfind("\n\n", nearest, max(at, 0))
        if at < 0:
            return nearest if nearest == 0 else start
    return at + 2


def agreeing(lead: Finding, others: Sequence[Finding]) -> list[Finding]:
    """Of other articles, those that answer with the same words; copies of one text count once."""
    if lead.span is None:
        return []
    words = _bare(lead.span.text)
    independent = [lead]
    for finding in others:
        same = finding.span is not None and words and words in _bare(finding.span.text)
        if same and all(_independent(finding, other) for other in independent):
            independent.append(finding)
    return independent[1:]


def _bare(text: str) -> str:
    return " ".join(word.strip(".,;:!?\"'“”‘’()").casefold() for word in text.split())


def _independent(one: Finding, other: Finding) -> bool:
    first, second = (set(_bare(finding.quote.text).split()) for finding in (one, other))
    shared = len(first & second) / max(len(first | second), 1)
    return one.quote.article.origin != other.quote.article.origin and shared < _COPIES
