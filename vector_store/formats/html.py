"""HTML: the article of a page without what stands around it, and what the page declares of it."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, Protocol
from urllib.parse import urlsplit

from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import charset_of, decoded, moment_of, of_one, stated, submitted, title_of
from vector_store.submission import Submission, is_web_address

_EXTRACTION: dict[str, Any] = {
    "include_comments": False,
    "favor_precision": True,
    "prune_xpath": ["//nav", "//aside", "//button", "//footer[not(ancestor::article)]"],
    # The date it finds is not used: it also guesses, from addresses, images and the copyright line.
    "date_extraction_params": {"extensive_search": False, "original_date": True},
}
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""")
_DATE_NAMES = ("article:published_time", "datePublished", "parsely-pub-date", "DC.date.issued", "dcterms.issued")
_META_DATES = " | ".join(f"//meta[@property='{name}' or @name='{name}']/@content" for name in _DATE_NAMES)
_MARKED_DATES = " | ".join(f"//*[@itemprop='datePublished' or @pubdate]/@{key}" for key in ("datetime", "content"))
_TIMES = "//time[not(ancestor::nav or ancestor::aside or ancestor::footer)]/@datetime"


class _Page(Protocol):
    """An lxml page, asked only for strings (lxml has no types)."""

    def xpath(self, path: str) -> list[str]: ...


def page(content: bytes, name: str, *, charset: str | None = None, url: str | None = None) -> Submission:
    """The one article of a page.

    `charset` is what the server said; `url` is where the page was found, used where it declares no address.
    Raises UnreadableSourceError: a page without an article, or in another charset than it says.
    """
    # Inside, because trafilatura takes a fifth of a second to import, which no start should wait for.
    import trafilatura
    from trafilatura.xml import xmltotxt

    markup = decoded(content, name=name, charset=charset_of(content, charset or _declared_charset(content)))
    if not markup.strip():
        raise _no_article(name)
    try:
        tree = trafilatura.load_html(markup)
        found = trafilatura.extract_with_metadata(tree, **_EXTRACTION)
        blocks = [(block.tag, xmltotxt(block, False)) for block in found.body] if found else []
    except Exception as error:  # the library's own mistakes with odd pages come in every class
        raise UnreadableSourceError(name, f"the page cannot be read ({error!r}).") from error
    if tree is None or found is None or all(tag == "head" for tag, _ in blocks):
        raise _no_article(name)
    fields = {
        "title": stated(found.title) or title_of(name),
        "author": stated(found.author),
        "source": stated(_first(tree, "//meta[@property='og:site_name']/@content") or found.sitename),
        "url": _address(found.url, url),
        "published": _published(tree),
        "language": stated(_first(tree, "/html/@*[name()='lang' or name()='xml:lang']"), 35),
    }
    if blocks[0] == ("head", found.title):
        del blocks[0]
    return submitted(name, "\n\n".join(_block_text(tag, words) for tag, words in blocks), fields)


def _no_article(name: str) -> UnreadableSourceError:
    return UnreadableSourceError(name, "the page has no article; give the page of one article, not a list.")


def _address(declared: str | None, found: str | None) -> str | None:
    """What the page declares, unless that is the front page, which careless sites declare on every page."""
    own = stated(declared, 2_000)
    if own is None or not is_web_address(own) or (found and _is_front(own) and not _is_front(found)):
        return found
    return own


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _declared_charset(content: bytes) -> str | None:
    declared = _CHARSET.search(content[:4096])
    return declared[1].decode("ascii", "replace") if declared else None


def _block_text(tag: str, words: str) -> str:
    if tag not in ("list", "table"):
        return words.strip()
    lines = [line.strip().removeprefix("- ").strip("| ") for line in words.splitlines()]
    return "\n".join(line for line in lines if line.strip("|-"))  # without the rule under a table's head


def _first(page: _Page, path: str) -> str | None:
    return next((value.strip() for value in page.xpath(path) if value.strip()), None)


def _published(page: _Page) -> datetime | None:
    """What the page declares as its publication, rather a time than a day; else its `<time>`, if it has just one."""
    declared = [*page.xpath(_META_DATES), *_linked_dates(page), *page.xpath(_MARKED_DATES)]
    times = set(page.xpath(_TIMES))
    moments = list(filter(None, map(moment_of, declared or (times if len(times) == 1 else ()))))
    return max(moments, key=lambda moment: moment.time() > time.min, default=None)


def _linked_dates(page: _Page) -> Iterator[str]:
    for script in page.xpath("//script[@type='application/ld+json']/text()"):
        try:
            yield from list(_dates_in(json.loads(script, strict=False)))
        except (ValueError, RecursionError):  # many pages carry broken JSON; they have other dates
            continue


def _dates_in(linked: object) -> Iterator[str]:
    """`datePublished` of the articles in JSON-LD; not of a video or a comment."""
    if isinstance(linked, list):
        for part in linked:
            yield from _dates_in(part)
    elif isinstance(linked, dict):
        kinds, written = linked.get("@type"), linked.get("datePublished")
        kinds = kinds if isinstance(kinds, list) else [kinds]
        if isinstance(written, str) and any(str(kind).endswith(("Article", "Posting", "Report")) for kind in kinds):
            yield written
        yield from _dates_in([linked.get("@graph"), linked.get("mainEntity")])


read = of_one(page)
