"""JSON Feed 1 and 1.1 (jsonfeed.org)."""

import json
import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from vector_store.entries import Entry, FeedDocument, address, document, first_moment, html_of, undated, unnamed
from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import stated
from vector_store.submission import readable

_NOT_TEXT = re.compile(r"[\x00\ud800-\udfff]")


class _Author(BaseModel):
    name: str | None = None


class _Item(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)  # the standard asks this of ids

    id: str | None = None
    url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    language: str | None = None
    author: _Author | None = None
    authors: tuple[_Author, ...] = ()

    @field_validator("*", mode="before")
    @classmethod
    def _only_text(cls, value: object) -> object:
        return _NOT_TEXT.sub("\ufffd", value) if isinstance(value, str) else value


class _Feed(BaseModel):
    version: str
    title: str | None = None
    language: str | None = None
    items: tuple[object, ...]


def json_feed(text: str, name: str, base_url: str | None) -> FeedDocument:
    """The feed; an item that breaks the standard is a problem, and the rest is read.

    Raises UnreadableSourceError: text that is not JSON, or JSON that is no feed.
    """
    try:
        feed = _Feed.model_validate(json.loads(text, strict=False))
    except ValidationError as error:
        raise UnreadableSourceError(name, f"it is JSON, but not a JSON Feed: {readable(error)}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableSourceError(name, f"it is not JSON that can be read ({error}).") from error
    return document(stated(feed.title), _entries(feed, name, base_url))


def _entries(feed: _Feed, name: str, base_url: str | None) -> Iterator[Entry | UnreadableSourceError]:
    for number, given in enumerate(feed.items, 1):
        origin = f"{name}, entry {number}"
        try:
            item = _Item.model_validate(given)
        except ValidationError as error:
            yield UnreadableSourceError(origin, readable(error))
            continue
        url = address(item.url, base_url)
        key = (item.id or "").strip() or url
        if key is None:
            yield unnamed(origin)
            continue
        entry = _entry(item, key, url, feed.language)
        yield entry
        if item.date_published and entry.published is None:
            yield undated(origin, item.date_published)


def _entry(item: _Item, key: str, url: str | None, language: str | None) -> Entry:
    authors = [author.name for author in (*item.authors, item.author or _Author()) if author.name]
    return Entry(
        key=key,
        url=url,
        title=stated(item.title),
        author=stated(", ".join(dict.fromkeys(authors))),
        language=stated(item.language or language, 35),
        summary=item.summary,
        content=item.content_html or (html_of(item.content_text) if item.content_text else None),
        published=first_moment(item.date_published),
        updated=first_moment(item.date_modified),
    )
