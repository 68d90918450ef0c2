"""Markdown: front matter describes the article, the first heading is its title, its blocks are plain paragraphs."""

import re
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from typing import NamedTuple

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import decoded, of_one, submitted, title_of
from vector_store.submission import Submission

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
        fields["title"] = headline or title_of(name)
    if heading is not None and headline == fields["title"]:
        del tokens[heading : heading + 3]
    return submitted(name, _joined(list(_lines(tokens))), fields)


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


read = of_one(_markdown)
