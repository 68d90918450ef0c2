"""JSON: IPTC ninjs 1, 2 and 3 (a news item, or a list of them), or articles with this project's own fields.

The shape decides: an object with a `uri`, which ninjs demands of every item, is ninjs.
"""

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import Item, charset_of, decoded, stated, whole
from vector_store.formats.markup import plain_text_of_html
from vector_store.formats.wire import Dispatch, articles
from vector_store.submission import Submission, readable


class _Named(BaseModel):
    """Keys in lower case: ninjs 3 writes `firstCreated` where 1 and 2 write `firstcreated`."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _lower(cls, given: object) -> object:
        return {str(key).lower(): value for key, value in given.items()} if isinstance(given, dict) else given


class _Words(_Named):
    role: str | None = None
    contenttype: str | None = None
    value: str = ""


class _Party(_Named):
    name: str | None = None


class _News(_Named):
    uri: str
    version: str | int | None = None
    pubstatus: str | None = None
    embargoed: str | None = None
    embargoeduntil: str | None = None
    firstcreated: str | None = None
    versioncreated: str | None = None
    language: str | None = None
    title: str | None = None
    slugline: str | None = None
    headline: str | None = None
    headlines: tuple[_Words, ...] = ()
    by: str | None = None
    byline: str | None = None
    bodies: tuple[_Words, ...] = ()
    source: str | None = None
    copyrightholder: str | None = None
    infosource: tuple[_Party, ...] = ()
    infosources: tuple[_Party, ...] = ()


def read(file: BinaryIO, name: str) -> Iterator[Item]:
    """The articles of a JSON file, in its order."""
    content = whole(file, name)
    found = _parsed(decoded(content, name=name, charset=charset_of(content, None)), name)
    if not isinstance(found, list):
        return articles([_one(found, name)])
    return articles(_one(entry, f"{name}, item {number}") for number, entry in enumerate(found, 1))


def _parsed(text: str, name: str) -> object:
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableSourceError(name, f"it is not JSON ({error.msg}: {where}).") from error
    except (ValueError, RecursionError) as error:  # a number or a nesting without end
        raise UnreadableSourceError(name, f"it is JSON that nobody can read ({error}).") from error


def _one(entry: object, origin: str) -> Dispatch | Item:
    try:
        if isinstance(entry, dict) and any(key.lower() == "uri" for key in entry):
            return _dispatch(_News.model_validate(entry), origin)
        if isinstance(entry, dict) and "jsonfeed.org" in str(entry.get("version")):
            return UnreadableSourceError(origin, "it is a JSON Feed; give its address to `qa-service feeds add`.")
        return Submission.model_validate(entry).article()
    except ValidationError as error:
        return UnreadableSourceError(origin, readable(error))


def _dispatch(news: _News, origin: str) -> Dispatch:
    parties = [party.name for party in (*news.infosources, *news.infosource) if party.name]
    shown = stated(news.uri)
    return Dispatch(
        origin=f"{origin}, {shown}" if shown else origin,
        text=_text(news),
        guid=news.uri,
        version=None if news.version is None else str(news.version),
        status=news.pubstatus,
        embargo=news.embargoed or news.embargoeduntil,
        first=news.firstcreated,
        current=news.versioncreated,
        title=_headline(news) or news.title or news.slugline,
        source=news.source or news.copyrightholder or next(iter(parties), None),
        author=news.by or news.byline,
        language=news.language,
    )


def _headline(news: _News) -> str | None:
    """The main headline; one without a role rather than a subhead."""
    ranked = sorted(news.headlines, key=lambda words: (words.role != "main", bool(words.role)))
    headlines = [news.headline or "", *(_plain(words) for words in ranked)]
    return next((headline for headline in headlines if headline.strip()), None)


def _text(news: _News) -> str:
    """One of the bodies, renditions of the same words: markup first, as only that is sure to have paragraphs."""
    keyed = (news.model_extra or {}).items()
    single = [
        _Words(role=key[5:], value=value) for key, value in keyed if key[:5] == "body_" and isinstance(value, str)
    ]
    ranked = sorted((*news.bodies, *single), key=lambda words: (not _is_markup(words), words.role != "main"))
    texts = (_plain(words) for words in ranked if _is_markup(words) or _is_plain(words))
    return next((text for text in texts if text.strip()), "")


def _plain(words: _Words) -> str:
    return plain_text_of_html(words.value) if _is_markup(words) else words.value


def _is_markup(words: _Words) -> bool:
    if words.contenttype:
        return "html" in words.contenttype.lower()
    # ninjs 1 has no media types; what follows `body_` often names one.
    return "html" in (words.role or "").lower() or bool(re.match(r"\s*<[a-zA-Z]", words.value))


def _is_plain(words: _Words) -> bool:
    return (words.contenttype or "text/plain").lower().startswith("text/plain")
