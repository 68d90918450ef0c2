"""Search and SearchResult: what is looked for and what was found, as the wire has them.

All offsets count Unicode code points of the article's text, end exclusive.
"""

from datetime import date
from typing import Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, field_validator

from qa_service.answer import Searched, Wire, checked_question
from vector_store.article import Filters, Hit
from vector_store.histogram import Bar, Histogram, Interval

Sort = Literal["relevance", "newest", "oldest"]


class Search(Wire):
    """What to look for, where, and in which order to show it."""

    question: str = Field(examples=["refugees in Poland"])
    """In plain language, or just words; 1 to 2,000 characters."""
    top_k: int = Field(default=8, ge=1, le=100)
    """How many passages to show."""
    filters: Filters = Filters()
    """Which articles may be found."""
    sort: Sort = "relevance"
    """`newest` and `oldest`: of the best passages, those that hold most of what is asked for, by date; undated last."""

    _checked = field_validator("question")(checked_question)


class Highlight(Wire):
    """A word of the question, in whatever form it has there: `article.text[start_char:end_char]`."""

    start_char: int
    end_char: int


class SearchHit(Wire):
    """A passage that was found, with its words."""

    article_id: str
    revision: int
    title: str
    source: str | None
    url: str | None
    published: AwareDatetime | None
    start_char: int
    end_char: int
    text: str
    """`article.text[start_char:end_char]`."""
    highlights: tuple[Highlight, ...]
    """In order, none over another, all within the passage; empty where it was found by its meaning alone."""
    score: float
    """Comparable within this result only."""

    @classmethod
    def of(cls, hit: Hit, places: list[tuple[int, int]]) -> Self:
        """The hit, with the places of the question's words in its article's text."""
        article = hit.passage.article
        return cls(
            article_id=article.id,
            revision=article.revision,
            title=article.title,
            source=article.source,
            url=article.url,
            published=article.published,
            start_char=hit.passage.start,
            end_char=hit.passage.end,
            text=hit.passage.text,
            highlights=tuple(Highlight(start_char=start, end_char=end) for start, end in places),
            score=round(hit.score, 4),
        )


class HistogramBar(Wire):
    """The matching articles of some days, the first and the last included; days are days in UTC, as in filters."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    articles: int

    @classmethod
    def of(cls, bar: Bar) -> Self:
        """The same on the wire."""
        return cls.model_validate({"first": bar.first, "last": bar.last, "articles": bar.articles})


class Matching(Wire):
    """When the articles that share a content word with the question were published: all of them, not only those shown.

    A question without a content word is matched by every article that the filters admit.
    """

    interval: Interval
    """What a bar stands for, the shortest that makes no more than 60 bars (a century: 100)."""
    bars: tuple[HistogramBar, ...]
    """From the oldest to the newest, without a gap."""
    undated: int
    """Articles whose date is unknown: they are in no bar."""
    articles: int
    """All matching articles, undated ones included."""

    @classmethod
    def of(cls, histogram: Histogram) -> Self:
        """The same on the wire."""
        bars = tuple(map(HistogramBar.of, histogram.bars))
        return cls(interval=histogram.interval, bars=bars, undated=histogram.undated, articles=histogram.articles)


class SearchResult(Wire):
    """Passages in the order asked for, and when what matches was published."""

    passages: tuple[SearchHit, ...]
    histogram: Matching
    searched: Searched
    """What the filters left to be searched."""
