"""Ask and Answer, with Claim, Citation, Figure and the events of a stream: these models are the wire format.

All offsets count Unicode code points, end exclusive: `Claim`'s into `Answer.text`, all others into the article's text.
"""

from datetime import date
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from vector_store.article import Article, Filters, Hit, Passage

MAX_QUESTION_CHARS = 2_000
MOST_READ = 12
"""How many passages are read for a question, unless it says otherwise."""

Status = Literal["answered", "partial", "conflicting", "not_in_articles"]
Modality = Literal["reported", "estimated", "could"]


class Wire(BaseModel):
    """What every model of the contract is: frozen, strict about unknown fields, documented by its docstrings."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def in_words(day: date) -> str:
    """As people write it: 3 March 2022."""
    return f"{day.day} {day:%B %Y}"


def checked_question(question: str) -> str:
    """A question that can be asked, without white space around it. Raises errors with codes of their own."""
    question = question.strip()
    if not question:
        raise PydanticCustomError("question_empty", "The question is empty; write what you want to know.")
    if len(question) > MAX_QUESTION_CHARS:
        raise PydanticCustomError(
            "question_too_long",
            "The question has {length} characters; shorten it to {limit} or fewer.",
            {"length": len(question), "limit": MAX_QUESTION_CHARS},
        )
    if any("\ud800" <= char <= "\udfff" or char == "\0" for char in question):
        raise PydanticCustomError("question_not_text", "The question holds what is not a character; send UTF-8 text.")
    return question


class Ask(Wire):
    """A question, and what it may be answered from."""

    question: str = Field(examples=["How many people have fled?"])
    """In plain language, 1 to 2,000 characters."""
    conversation_id: str | None = None
    """The conversation that this question continues; None starts one."""
    top_k: int = Field(default=MOST_READ, ge=1, le=50)
    """How many passages are read."""
    stream: bool = False
    """Whether the answer comes as server-sent events."""
    filters: Filters = Filters()
    """Which articles may be used."""
    scope: bool = True
    """Whether the question's own words ("according to Reuters", "before 3 March", "latest") may narrow the search."""

    _checked = field_validator("question")(checked_question)


class Citation(Wire):
    """Exact characters of one article: `article.text[start_char:end_char] == quote`."""

    number: int
    """As in the answer's text: [1], [2], …"""
    article_id: str
    revision: int
    title: str
    source: str | None
    url: str | None
    published: AwareDatetime | None
    quote: str
    start_char: int
    end_char: int
    superseded: bool = False
    """Whether the article has got other content since it was quoted: told when an answer is read again. The quoted
    revision stays readable."""

    @classmethod
    def of(cls, number: int, passage: Passage) -> Self:
        """The citation of a whole passage. The quote is sliced from the article, never typed."""
        article = passage.article
        return cls(
            number=number,
            article_id=article.id,
            revision=article.revision,
            title=article.title,
            source=article.source,
            url=article.url,
            published=article.published,
            quote=passage.text,
            start_char=passage.start,
            end_char=passage.end,
        )


class Claim(Wire):
    """One sentence of an answer: `Answer.text[start:end]`, without its citation markers."""

    start: int
    end: int
    support: Literal["supported", "unsupported"]
    """Whether the numbers, dates, names and negations of the claim stand in its quotes."""
    citations: tuple[int, ...]
    """The numbers of the citations it rests on."""


class Figure(Wire):
    """A reported quantity. Figures of one subject over time make a timeline, newest first."""

    value: float
    """In units: "2.5 million people" is 2500000."""
    unit: str
    """What is counted, as the article calls it; empty when it does not."""
    text: str
    """The article's own words."""
    as_of: date | None
    """The day of the report it comes from; None when the article is undated."""
    modality: Modality
    """Reported as a fact, as an estimate, or as something that could come."""
    citation: int
    """The number of the citation that holds it."""


class FoundPassage(Wire):
    """A passage that was read for the answer."""

    article_id: str
    start_char: int
    end_char: int
    score: float

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Where the hit lies, without its words."""
        passage = hit.passage
        return cls(
            article_id=passage.article.id,
            start_char=passage.start,
            end_char=passage.end,
            score=round(hit.score, 4),
        )


class NearArticle(Wire):
    """An article that came nearest to a question it does not answer."""

    article_id: str
    title: str
    source: str | None
    published: AwareDatetime | None

    @classmethod
    def of(cls, article: Article) -> Self:
        """The article without its text."""
        return cls(article_id=article.id, title=article.title, source=article.source, published=article.published)


class Searched(Wire):
    """What the answer was looked for in: how many articles, and the period that the dated ones cover."""

    articles: int
    published_from: date | None
    published_to: date | None


class Scope(Wire):
    """What the question itself says about where to look. Never wider than the filters that it was asked with."""

    words: tuple[str, ...]
    """The question's own words that say so, in its order: "according to Reuters", "last week"."""
    sources: tuple[str, ...]
    """Only these publishers, spelled as in the archive; empty: any."""
    published_from: date | None
    """Reports of this day or later."""
    published_to: date | None
    """Reports of this day or earlier."""
    strict: bool
    """Whether reports outside that period are left out ("reported before 3 March"); else they come second
    ("on 3 March": a later report may tell of it)."""
    newest_first: bool
    """Whether of answers that are about as good the newest is wanted: "latest", "so far", "now"."""


class Part(Wire):
    """One of the questions that a question was answered by, where it took several."""

    question: str
    """As it was searched."""
    status: Status
    short_answer: str | None


class Answer(Wire):
    """A short answer, the day it rests on, and the exact words of the articles that carry it."""

    id: str
    conversation_id: str
    question: str
    """As it was asked."""
    resolved_question: str
    """As it was searched."""
    status: Status
    text: str
    short_answer: str | None
    """The few words that answer, verbatim from the first citation; None when there are none."""
    as_of: date | None
    """The publication day of what the answer rests on; None when unknown."""
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    figures: tuple[Figure, ...]
    passages: tuple[FoundPassage, ...]
    nearest: tuple[NearArticle, ...]
    """Only where the articles do not say: the articles that came nearest."""
    searched: Searched
    scope: Scope | None = None
    """What was read from the question about where to look; None where it says nothing, or was told not to."""
    parts: tuple[Part, ...] = ()
    """A question of several parts, a comparison, or one that took two steps: what was asked instead. Else empty."""
    confidence: float = Field(ge=0, le=1)
    """The probability that the articles answer the question."""
    answered_by: str
    """"extractive", or the language model."""
    warnings: tuple[str, ...]
    timings_ms: dict[str, int]


class Found(Wire):
    """Event `passages`: what will be read, before any text; once for each part of a question that has several."""

    passages: tuple[FoundPassage, ...]


class Delta(Wire):
    """Event `delta`: the next piece of the answer's text."""

    text: str


class Cited(Wire):
    """Event `citation`: one that has been verified."""

    citation: Citation


class Done(Wire):
    """Event `done`: the whole answer; a client may use just this one."""

    answer: Answer


Event = Found | Delta | Cited | Done
