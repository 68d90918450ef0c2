"""What feeds and sitemaps say of articles, and the reading that they share: addresses and dates."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from html import escape
from urllib.parse import urljoin

from vector_store.article import midnight_utc
from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import moment_of
from vector_store.submission import is_web_address

_LONGEST_ADDRESS = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed or a sitemap says of one article. Every field but `key` may be None.

    `key` is the feed's own name for the article, else its address: the same each time that the feed is read.
    `summary` is plain text; `content` is HTML of the whole text, where the feed carries that, as it came: for
    `html.page`, not for a browser. `published` and `updated` are aware; None where absent or unreadable, never now, and
    neither stands in for the other.
    """

    key: str
    url: str | None = None
    title: str | None = None
    author: str | None = None
    source: str | None = None
    language: str | None = None
    summary: str | None = None
    content: str | None = None
    published: datetime | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed as it was read: all its entries, in its order, and what of it could not be read."""

    title: str | None
    entries: tuple[Entry, ...]
    problems: tuple[UnreadableSourceError, ...] = ()


def document(title: str | None, found: Iterable[Entry | UnreadableSourceError]) -> FeedDocument:
    """The feed of what was found, in its order."""
    read = list(found)
    entries = tuple(one for one in read if isinstance(one, Entry))
    return FeedDocument(title, entries, tuple(one for one in read if isinstance(one, UnreadableSourceError)))


def address(written: str | None, base_url: str | None) -> str | None:
    """The whole web address, relative to `base_url` where it is not whole; None where that makes none."""
    if not written or not written.strip():
        return None
    try:
        url = urljoin(base_url or "", written.strip()).replace(" ", "%20")
    except ValueError:  # a broken IPv6 address
        return None
    return url if is_web_address(url) and len(url) <= _LONGEST_ADDRESS else None


def moment(written: str) -> datetime | None:
    """The moment that an ISO 8601 or an e-mail date names; the rules of `moment_of` hold for both.

    The zones that count are numbers and those of RFC 822; IST and the like mean different times in different places.
    """
    if found := moment_of(written):
        return found
    # -0000 is UTC of a clock whose own zone is unknown (RFC 5322); Python takes it for no zone at all.
    written = re.sub(r"\s-0000\b", " +0000", written.strip())
    for whole in (written, f"{written} 00:00:00"):
        with suppress(ValueError, TypeError, IndexError, OverflowError):
            read = parsedate_to_datetime(whole)
            read = read if read.tzinfo else midnight_utc(read.date())
            return read if 1 < read.year < 9999 else None
    return None


def first_moment(*written: str | None) -> datetime | None:
    """The first of these dates that can be read."""
    return next(filter(None, (moment(text) for text in written if text)), None)


def undated(origin: str, *written: str | None) -> UnreadableSourceError:
    """The problem of an entry whose dates cannot be read."""
    dates = ", ".join(repr(text.strip()[:40]) for text in written if text and text.strip())
    return UnreadableSourceError(origin, f"its date {dates} cannot be read; it stays undated.")


def unnamed(origin: str) -> UnreadableSourceError:
    """The problem of an entry that nobody could know again."""
    return UnreadableSourceError(origin, "it has neither an id nor a web address; it is passed over.")


def html_of(text: str) -> str:
    """Plain text as HTML: a paragraph for each block between blank lines."""
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in text.split("\n\n") if block.strip())
