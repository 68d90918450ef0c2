"""Article, Passage, Hit and Filters: the words that everything shares.

All offsets count Unicode code points of `Article.text`, end exclusive.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Annotated, Self, TypeGuard
from urllib.parse import urlsplit, urlunsplit

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from w3lib.url import canonicalize_url


@dataclass(frozen=True, slots=True)
class Article:
    """One revision of one published text.

    `text` is the canonical plain text, kept exactly as it was given: every offset points into it.
    `published` is None when the date of publication is unknown; no other date ever stands in for it.
    `source` is the publisher. `revision` counts from 1; the catalog assigns it. So it does with `duplicate_of`, the
    first article that has these words or nearly so: it is no part of what the article says, nor of a comparison.
    """

    id: str
    title: str
    text: str
    revision: int = 1
    url: str | None = None
    source: str | None = None
    author: str | None = None
    published: datetime | None = None
    language: str | None = None
    duplicate_of: str | None = field(default=None, compare=False)

    @property
    def origin(self) -> str:
        """The id of the article that counts as the source: copies of one text are one."""
        return self.duplicate_of or self.id


@dataclass(frozen=True, slots=True)
class Passage:
    """The slice `article.text[start:end]`. It has no text of its own, so it cannot misquote."""

    article: Article
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words of the article between `start` and `end`."""
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found; `score` is comparable within that one search only."""

    passage: Passage
    score: float


# What advertisers, newsletters and social networks add to any address. Names that some sites use for the article itself
# (id, cid, ref, source, page) are not among them.
_TRACKING = re.compile(
    r"(?:utm|mtm|hsa)_\w+|at_(?:medium|campaign|custom\d|format|link_\w+|ptr_name|bbc_team)|mc_[ce]id|mkt_tok"
    r"|(?:fb|g|d|y|tw|tt)clid|msclkid|gclsrc|[gw]braid|li_fat_id|igsh(?:id)?|_hs(?:enc|mi)|_g[al]|oly_(?:anon|enc)_id"
    r"|vero_id|ref_src|cmpid",
    re.IGNORECASE,
)


def midnight_utc(day: date) -> datetime:
    """A calendar date stands for its first moment in UTC."""
    return datetime.combine(day, time.min, UTC)


def _moment(value: object, read: ValidatorFunctionWrapHandler) -> datetime:
    # Pydantic would read 2022 and "2022" as seconds since 1970: a date that nobody gave.
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.match(value.strip())):
        raise _NOT_A_DATE
    try:
        published: datetime = read(midnight_utc(value) if _is_day(value) else value)
    except ValidationError as error:
        naive = any(problem["type"] == "timezone_aware" for problem in error.errors())
        raise (_NO_ZONE if naive else _NOT_A_DATE) from error
    if not 1 < published.year < 9999:  # the first and last year cannot be told in every zone
        raise _NOT_A_DATE
    return published


def _last_moment(value: object, read: ValidatorFunctionWrapHandler) -> datetime:
    moment = _moment(value, read)
    return datetime.combine(moment.date(), time.max, UTC) if _is_day(value) else moment


def _is_day(value: object) -> TypeGuard[date]:
    return isinstance(value, date) and not isinstance(value, datetime)


def _day(value: object) -> object:
    """A day written out becomes a date; pydantic would make it midnight without a zone."""
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            return value
    return value


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NO_ZONE = PydanticCustomError(
    "no_zone", "has no time zone; add one, as in 2022-02-25T09:30:00+02:00, or give the day alone"
)
_NOT_A_DATE = PydanticCustomError(
    "not_a_date", "is not a date; write a day (2022-02-25) or a time with its zone (2022-02-25T09:30:00Z)"
)

Moment = Annotated[AwareDatetime, WrapValidator(_moment), BeforeValidator(_day)]
"""A time with its zone, or a calendar date, which means midnight UTC. Anything else is refused, never guessed."""

LastMoment = Annotated[AwareDatetime, WrapValidator(_last_moment), BeforeValidator(_day)]
"""A time with its zone, or a calendar date, which means that day's last moment in UTC: the day is included."""


class Filters(BaseModel):
    """Which articles a search may use. Empty lists and None mean no limit; both bounds are inclusive.

    An undated article is admitted by no date bound unless `undated` says so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    article_ids: tuple[str, ...] = Field(default=(), max_length=1_000)
    """Only these articles."""
    sources: tuple[str, ...] = Field(default=(), max_length=1_000)
    """Only articles of these publishers; case does not matter."""
    published_from: Moment | None = None
    """Only articles published at this time or later."""
    published_to: LastMoment | None = None
    """Only articles published at this time or earlier."""
    undated: bool = False
    """Whether articles without a date are admitted too where there is a date bound; without one they always are."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.published_from and self.published_to and self.published_from > self.published_to:
            raise PydanticCustomError("period_reversed", "published_from is later than published_to; swap them")
        return self

    def near(self, day: date, before: int = 2, after: int = 1) -> Self | None:
        """Narrowed to what was published about that day; None where these filters leave nothing of it."""
        return self.within(day - timedelta(days=before), day + timedelta(days=after))

    def within(self, first: date | None, last: date | None) -> Self | None:
        """Narrowed to what was published on these days, both included; None where that leaves nothing of a period.

        Of an article without a date that is not known: none is admitted, whatever `undated` says.
        """
        starts = [self.published_from, midnight_utc(first) if first else None]
        ends = [self.published_to, datetime.combine(last, time.max, UTC) if last else None]
        start = max((moment for moment in starts if moment), default=None)
        end = min((moment for moment in ends if moment), default=None)
        if start and end and start > end:
            return None
        return self.model_copy(update={"published_from": start, "published_to": end, "undated": False})

    @property
    def empty(self) -> bool:
        """Whether every article is admitted."""
        return not (self.article_ids or self.sources or self.published_from or self.published_to)

    def admit(self, article: Article) -> bool:
        """Whether a search with these filters may use the article: the definition that every index is held to."""
        if self.article_ids and article.id not in self.article_ids:
            return False
        publisher = article.source.casefold() if article.source else None
        if self.sources and publisher not in {source.casefold() for source in self.sources}:
            return False
        if self.published_from is None and self.published_to is None:
            return True
        published = article.published
        if published is None:
            return self.undated
        after = self.published_from is None or published >= self.published_from
        return after and (self.published_to is None or published <= self.published_to)


def canonical_url(url: str) -> str:
    """The address without what does not name the text, so that two of them that are equal lead to one article.

    http and https are one, and there is no default port, fragment, trailing slash or parameter that only tells where a
    reader came from; parameters are in order, escapes and letter case in one form. A host with and without "www." stays
    two: nothing says that they serve the same, and taking two articles for one loses one of them, while one that is
    taken for two is found to be a copy. Raises ValueError for what is no web address.
    """
    # Twice: what stood before a trailing slash may be written in another way where it stands at the end.
    return _stripped(canonicalize_url(_stripped(canonicalize_url(url.strip()))))


def _stripped(url: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.removesuffix(":80").removesuffix(":443")
    told = [pair for pair in parts.query.split("&") if not _TRACKING.fullmatch(pair.partition("=")[0])]
    return urlunsplit(("https", host, parts.path.rstrip("/;"), "&".join(told), ""))


def identity(*, given: str | None, url: str | None, title: str, text: str) -> str:
    """An article's id: the given one, else one made from its canonical URL, else one made from its words."""
    if given:
        return given
    if url:
        return f"url-{_digest(canonical_url(url))}"
    return "txt-" + _digest(title + "\n" + text)


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()[:20]
