"""Bytes of a file or page → Article. One function per format; libraries do the reading.

Everything passes through Submission, so a file obeys the same rules as a request.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, time
from html import unescape
from itertools import pairwise
from pathlib import PurePath
from typing import Any, NamedTuple, Protocol

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import ValidationError

from vector_store.article import Article, midnight_utc
from vector_store.errors import UnreadableSourceError
from vector_store.submission import Submission, is_web_address, readable


def article_from(content: bytes, *, name: str) -> Article:
    """The article in a file called `name` (a path or a bare name), whose suffix tells the format.

    Raises UnreadableSourceError: another format, bytes that are not text, nothing to read, a bad header.
    """
    read = FORMATS.get(PurePath(name).suffix.lower())
    if read is None:
        raise unknown_format(name, FORMATS)
    return read(content, name).article()


def unknown_format(name: str, known: Iterable[str]) -> UnreadableSourceError:
    """`known` are the suffixes that the caller can read."""
    suffix = PurePath(name).suffix
    what = f"files ending in {suffix}" if suffix else "files without a suffix"
    return UnreadableSourceError(name, f"{what} cannot be read; give one of {', '.join(sorted(known))}.")


def decoded(content: bytes, *, name: str, charset: str = "utf-8") -> str:
    """The text without its byte order mark; raises UnreadableSourceError that names the first bad byte (from 0)."""
    try:
        text = content.decode(charset).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not {charset.upper()}; save it as UTF-8."
        raise UnreadableSourceError(name, problem) from error
    except (LookupError, UnicodeError) as error:
        raise UnreadableSourceError(name, f"the charset {charset!r} cannot be read; save it as UTF-8.") from error
    if "\0" in text:
        raise UnreadableSourceError(name, "it has NUL characters, so it is not plain text; save it as UTF-8.")
    return text


def _submission(name: str, text: str, fields: Mapping[str, object]) -> Submission:
    if not text.strip():
        raise UnreadableSourceError(name, "it holds no text; there is nothing to answer from.")
    try:
        return Submission.model_validate({**fields, "text": text})
    except ValidationError as error:
        raise UnreadableSourceError(name, readable(error)) from error


def _title_of(name: str) -> str:
    words = re.sub(r"(?<!\d)[-_]+|[-_]+(?!\d)", " ", PurePath(name).stem).strip()
    return words[:1].upper() + words[1:] or name


# Plain text

_HEADLINE = re.compile(r"\s*(\S[^\r\n]{0,199})\r?\n[ \t]*\r?\n\s*\S")


def _plain(content: bytes, name: str) -> Submission:
    text = decoded(content, name=name)
    headline = _HEADLINE.match(text)
    return _submission(name, text, {"title": headline[1] if headline else _title_of(name)})


# Markdown

_HEADER = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_HEADER_KEYS = ("id", "title", "source", "author", "published", "url", "language")
_HTML = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE)
_GROUPS = ("bullet_list", "ordered_list", "table")
# By default, words nested more than 20 deep, which is ten lists, would vanish without a word.
_PARSER = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")


class _Line(NamedTuple):
    """A block's words. Blocks of one list or table share `group`, cells of one row `row`; 0 is neither."""

    group: int
    row: int
    words: str


def _markdown(content: bytes, name: str) -> Submission:
    text = decoded(content, name=name)
    header = _HEADER.match(text)
    if header is None and re.match(r"---[ \t]*\r?\n", text):
        raise UnreadableSourceError(name, "the header that begins with --- never ends; close it with a line ---.")
    fields = _header_fields(header[1], name) if header else {}
    tokens = _PARSER.parse(text[header.end() :] if header else text)
    heading = next((i for i, token in enumerate(tokens) if (token.type, token.tag) == ("heading_open", "h1")), None)
    headline = None if heading is None else _words(tokens[heading + 1])
    if fields.get("title") is None:
        fields["title"] = headline or _title_of(name)
    if heading is not None and headline == fields["title"]:
        del tokens[heading : heading + 3]
    return _submission(name, _joined(list(_lines(tokens))), fields)


def _header_fields(header: str, name: str) -> dict[str, object]:
    try:
        fields = yaml.safe_load(header) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: 2022-02-31
        reason = " ".join(str(error).split())
        raise UnreadableSourceError(name, f"the header between the --- lines is not YAML ({reason}).") from error
    if not isinstance(fields, dict):
        raise UnreadableSourceError(name, "the header between the --- lines must be lines of the form key: value.")
    return {key: fields[key] for key in _HEADER_KEYS if key in fields}


def _lines(tokens: list[Token]) -> Iterator[_Line]:
    depth = group = row = 0
    for number, token in enumerate(tokens, 1):
        if token.type.rpartition("_")[0] in _GROUPS:
            depth += token.nesting
            group = (group or number) if depth else 0
        elif token.type in ("tr_open", "tr_close"):
            row = number if token.nesting == 1 else 0
        elif words := _words(token):
            yield _Line(group, row, words)


def _joined(lines: list[_Line]) -> str:
    first = [line.words for line in lines[:1]]
    return "".join(first + [_gap(before, after) + after.words for before, after in pairwise(lines)])


def _gap(before: _Line, after: _Line) -> str:
    if before.row and before.row == after.row:
        return " | "
    return "\n" if before.group and before.group == after.group else "\n\n"


def _words(token: Token) -> str:
    """What a reader sees of one token; empty for structure and markup."""
    match token.type:
        case "inline" | "image":
            return "".join(map(_words, token.children or ()))
        case "text" | "code_inline":
            return token.content
        case "fence" | "code_block":
            return token.content.rstrip("\n")
        case "html_block":
            return unescape(_HTML.sub("", token.content)).strip()
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "html_inline" if token.content.startswith("<br"):
            return "\n"
    return ""


# HTML

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


def _html(content: bytes, name: str) -> Submission:
    # Inside, because trafilatura takes a fifth of a second to import, which no start should wait for.
    import trafilatura
    from trafilatura.xml import xmltotxt

    markup = decoded(content, name=name, charset=_charset(content))
    try:
        page = trafilatura.load_html(markup)
        found = trafilatura.extract_with_metadata(page, **_EXTRACTION)
        blocks = [(block.tag, xmltotxt(block, False)) for block in found.body] if found else []
    except Exception as error:  # the library's own mistakes with odd pages come in every class
        raise UnreadableSourceError(name, f"the page cannot be read ({error!r}).") from error
    if page is None or found is None or all(tag == "head" for tag, _ in blocks):
        raise UnreadableSourceError(name, "the page has no article; give the page of one article, not a list.")
    fields = {
        "title": found.title or _title_of(name),
        "author": found.author,
        "source": _first(page, "//meta[@property='og:site_name']/@content") or found.sitename,
        "url": found.url if found.url and is_web_address(found.url) else None,
        "published": _published(page),
        "language": _first(page, "/html/@*[name()='lang' or name()='xml:lang']"),
    }
    if blocks[0] == ("head", fields["title"]):
        del blocks[0]
    return _submission(name, "\n\n".join(_block_text(tag, words) for tag, words in blocks), fields)


def _charset(content: bytes) -> str:
    """UTF-8 where the bytes are that, whatever the page says; else what it declares."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    declared = _CHARSET.search(content[:4096])
    try:
        content.decode()
    except UnicodeDecodeError:
        charset = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
        # As browsers do: pages that say Latin-1 are written in its superset.
        return "windows-1252" if charset in ("iso-8859-1", "latin1", "us-ascii") else charset
    return "utf-8"


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
    moments = list(filter(None, map(_moment, declared or (times if len(times) == 1 else ()))))
    return max(moments, key=lambda moment: moment.time() > time.min, default=None)


def _moment(written: str) -> datetime | None:
    """A time without a zone counts as its day only. Year 1 is what some systems write for none."""
    for read in (datetime.fromisoformat, _day):
        with suppress(ValueError):
            moment = read(written.strip())
            moment = moment if moment.tzinfo else midnight_utc(moment.date())
            return moment if 1 < moment.year < 9999 else None
    return None


def _day(written: str) -> datetime:
    return midnight_utc(date.fromisoformat(written[:10]))


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


FORMATS: dict[str, Callable[[bytes, str], Submission]] = {
    **dict.fromkeys((".md", ".markdown"), _markdown),
    **dict.fromkeys((".txt", ".text"), _plain),
    **dict.fromkeys((".html", ".htm", ".xhtml"), _html),
}
"""Each suffix and the function that reads it: a new format is one function and one line here."""
