"""Submission: one article as a person or a program gives it, and the rules that hold at every door."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from vector_store.article import Article, Moment, canonical_url, identity

ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._~:-]{0,199}"
"""The whole of an article's id: it fits into a URL path as it is."""

_NOT_TEXT = re.compile(r"[\x00\ud800-\udfff]")
_PROBLEMS_SHOWN = 5

_EMPTY = {
    "title": PydanticCustomError("title_empty", "is empty; give the article's headline"),
    "text": PydanticCustomError("text_empty", "is empty; give the words of the article"),
}
_BAD_ID = PydanticCustomError(
    "id_invalid", "must be 1 to 200 letters, digits and . _ ~ : - and begin with a letter or a digit"
)
_BAD_URL = PydanticCustomError(
    "url_invalid", "must be a whole http or https address without spaces, as in https://example.org/news/1"
)


class Submission(BaseModel):
    """One article, not yet kept. White space around the fields does not count, except in `text`, kept exactly.

    An optional field that is blank is absent. Bounds count characters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: str | None = Field(default=None, json_schema_extra={"pattern": f"^{ID_PATTERN}$"})
    """Your name for the article; the same id again is its next revision. Made from `url`, else from the words."""
    url: str | None = Field(default=None, max_length=2_000)
    """Where the article was published (http or https)."""
    title: str = Field(min_length=1, max_length=500)
    """The headline."""
    text: str = Field(min_length=1)
    """The plain text. Citations count its characters, so it is never changed."""
    source: str | None = Field(default=None, max_length=500)
    """The publisher, as readers name it: filters and "according to ..." compare with it."""
    author: str | None = Field(default=None, max_length=500)
    """Who wrote it."""
    published: Moment | None = None
    """A time with its zone, or a day, which means midnight UTC. Absent means unknown, never now."""
    language: str | None = Field(default=None, max_length=35)
    """A language tag such as en or en-GB."""

    @field_validator("id")
    @classmethod
    def _id(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(ID_PATTERN, value):
            raise _BAD_ID
        return value

    @field_validator("url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is not None and not is_web_address(value):
            raise _BAD_URL
        return value

    @field_validator("*", mode="before")
    @classmethod
    def _words(cls, value: object, field: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        if bad := _NOT_TEXT.search(value):
            raise PydanticCustomError(
                "not_text",
                "has {code} at character {position}, which is not text; remove it",
                {"code": f"U+{ord(bad[0]):04X}", "position": bad.start() + 1},
            )
        stripped = value.strip()
        if not stripped and field.field_name in _EMPTY:
            raise _EMPTY[field.field_name]
        return value if field.field_name == "text" else stripped or None

    def article(self) -> Article:
        """The article as its first revision, with an id in any case."""
        fields = self.model_dump()
        return Article(**fields | {"id": identity(given=self.id, url=self.url, title=self.title, text=self.text)})


def _web_address(url: str) -> str:
    if not is_web_address(url.strip()):
        raise _BAD_URL
    return url.strip()


WebAddress = Annotated[str, Field(max_length=2_000), AfterValidator(_web_address)]
"""A whole http or https address; white space around it does not count."""

_REWORDED = {
    "missing": "is missing",
    "string_type": "must be text; put it in quotes",
    "extra_forbidden": f"is not a known key; the keys are {', '.join(Submission.model_fields)}",
    "model_type": "must be one object with the keys of an article",
}


def readable(error: ValidationError) -> str:
    """One sentence for the person who gave the article: "title: is missing; published: has no time zone; ..."."""
    problems = error.errors(include_url=False, include_input=False)
    shown = [_sentence(problem) for problem in problems[:_PROBLEMS_SHOWN]]
    if len(problems) > _PROBLEMS_SHOWN:
        shown.append(f"and {len(problems) - _PROBLEMS_SHOWN} more")
    return "; ".join(shown) + "."


def _sentence(problem: ErrorDetails) -> str:
    where = ".".join(map(str, problem["loc"]))[:80]
    said = _REWORDED.get(problem["type"], problem["msg"])
    return f"{where}: {said}" if where else said


def is_web_address(url: str) -> bool:
    """Whether a browser could open it: http or https, a host, nothing that is left out of an address."""
    if any(character.isspace() or not character.isprintable() for character in url):
        return False
    try:
        parts = urlsplit(url)
        canonical_url(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a broken port or IPv6 address
        return False
