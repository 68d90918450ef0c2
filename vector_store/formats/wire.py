"""News wires: a dispatch of an agency, whatever the format that it came in → an Article, or why it is none."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from textwrap import shorten

from vector_store.article import identity
from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import Item, moment_of, stated, submitted
from vector_store.submission import ID_PATTERN, is_web_address

_ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)
# From its first moment in UTC to its last on the date line's eastern side: it counts where there is no zone.
_UNTIL_THE_DAY_IS_OVER = timedelta(hours=36)
_BY = re.compile(r"by\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One version of one item, in its provider's words. All times are as they were written.

    `first` and `current` say when the first and when this version was made; before `embargo`, no version may be shown.
    `status` is "usable" where it is None, and its last part counts: "stat:withheld". `origin` names the item to people.
    """

    origin: str
    text: str
    guid: str | None = None
    version: str | None = None
    status: str | None = None
    embargo: str | None = None
    first: str | None = None
    current: str | None = None
    title: str | None = None
    source: str | None = None
    author: str | None = None
    language: str | None = None


def articles(found: Iterable[Dispatch | Item]) -> Iterator[Item]:
    """Each dispatch as an article, or as the error that says why it is none; what is already an item stays as it is.

    A dispatch that follows a higher version of itself is an error: taken in, it would pass for the newest.
    """
    versions: dict[str, int] = {}
    for one in found:
        if not isinstance(one, Dispatch):
            yield one
            continue
        try:
            _refuse_old(one, versions)
            yield _article(one)
        except UnreadableSourceError as error:
            yield error


def _refuse_old(dispatch: Dispatch, versions: dict[str, int]) -> None:
    version = _number(dispatch.version)
    if dispatch.guid is None or version is None:
        return
    seen = versions.setdefault(dispatch.guid, version)
    if version < seen:
        raise UnreadableSourceError(
            dispatch.origin, f"version {version} comes after version {seen}; it is passed over."
        )
    versions[dispatch.guid] = version


def _number(version: str | None) -> int | None:
    return int(version) if version and re.fullmatch(r"[0-9]{1,18}", version) else None


def _article(dispatch: Dispatch) -> Item:
    name = _name(dispatch.guid)
    _refuse_unusable(dispatch, name)
    embargo = _embargo(dispatch)
    # Neither standard has a date of publication. The first version's stays when a comma is corrected, as
    # datePublished does on web pages; an embargoed text is published when its embargo ends.
    begun = moment_of(dispatch.first or "") or moment_of(dispatch.current or "")
    fields = {
        **name,
        "title": stated(dispatch.title) or shorten(dispatch.text[:1_000], 100, placeholder="…"),
        "source": stated(dispatch.source),
        "author": stated(_BY.sub("", dispatch.author.strip(), count=1)) if dispatch.author else None,
        "published": max(begun, embargo) if begun and embargo else begun,
        "language": stated(dispatch.language, 35),
    }
    return submitted(dispatch.origin, _without(dispatch.title, dispatch.text), fields).article()


def _without(title: str | None, text: str) -> str:
    """The text without a first line that only repeats the title."""
    rest = text.removeprefix(title) if title else text
    return rest.lstrip("\r\n") if rest.startswith(("\r\n", "\n")) and rest.strip() else text


def _name(guid: str | None) -> dict[str, str]:
    """The guid as the article's address, where it is one, else as its id; a digest where it cannot be an id."""
    if not guid:
        return {}
    if is_web_address(guid) and len(guid) <= 2_000:
        return {"url": guid}
    if re.fullmatch(ID_PATTERN, guid):
        return {"id": guid}
    return {"id": f"guid-{sha256(guid.encode(errors='surrogatepass')).hexdigest()[:20]}"}


def _refuse_unusable(dispatch: Dispatch, name: dict[str, str]) -> None:
    status = re.split(r"[:/]", (dispatch.status or "usable").strip().lower())[-1]
    if status == "usable" or (status == "embargoed" and dispatch.embargo):
        return
    problem = f"its provider says that it is {status}, so it is not taken in"
    if status in ("canceled", "cancelled") and name:
        article_id = identity(given=name.get("id"), url=name.get("url"), title="", text="")
        problem += f"; if an earlier version was, take that back: qa-service articles delete {article_id}"
    raise UnreadableSourceError(dispatch.origin, f"{problem}.")


def _embargo(dispatch: Dispatch) -> datetime | None:
    """When the embargo ended; raises UnreadableSourceError while it lasts, or where nobody can tell."""
    written = (dispatch.embargo or "").strip()
    if not written:
        return None
    ends = moment_of(written)
    margin = timedelta(0) if _ZONE.search(written) else _UNTIL_THE_DAY_IS_OVER
    if ends is None or ends + margin > datetime.now(UTC):
        raise UnreadableSourceError(
            dispatch.origin, f"it is under embargo until {written!r}; give it again after that."
        )
    return ends
