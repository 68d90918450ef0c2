"""RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0: what the elements of a feed mean.

Not by feedparser, which reads for display what here becomes an article's words and name: it takes the caption of a
photograph (media:description) for the text, makes a web address of an Atom id, fills a date without a year from the
clock, and needs a millisecond of Python for each entry.
"""

import re
from collections.abc import Iterator
from html import unescape

from vector_store.entries import Entry, address, first_moment, html_of, undated, unnamed
from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import stated
from vector_store.formats.markup import Element, local_name, plain_text, plain_text_of_html

_ATOM = "http://www.w3.org/2005/Atom"
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://www.w3.org/1999/xhtml": "xhtml:",
}
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_LOOKS_LIKE_HTML = re.compile(r"</\w|<\w[^<>]*/?>|&#?\w+;")
_XHTML = ("xhtml", "application/xhtml+xml")

_Fields = dict[str, list[Element]]


def entries_of(element: Element, origin: str, language: str | None) -> Iterator[Entry | UnreadableSourceError]:
    """What an `item` or `entry` says, then what of it could not be read. `language` is the feed's."""
    fields = _fields(element)
    url = _url(fields)
    key = _first(fields, "id", "guid") or element.get(_ABOUT) or url
    if not key:
        yield unnamed(origin)
        return
    dates = [_string(one) for one in _all(fields, "pubdate", "published", "issued", "dc:date", "dcterms:issued")]
    published = first_moment(*dates)
    yield Entry(
        key=key,
        url=url,
        title=stated(_first_words(fields, "title", "dc:title")),
        author=stated(", ".join(dict.fromkeys(filter(None, map(_person, _all(fields, "dc:creator", "author")))))),
        source=stated(_source(fields)),
        language=stated(_first(fields, "dc:language") or element.get(_LANGUAGE) or language, 35),
        summary=_first_words(fields, "summary", "description", "dc:description"),
        content=next(filter(None, map(_markup, _all(fields, "content:encoded", "content", "xhtml:body"))), None),
        published=published,
        updated=first_moment(*map(_string, _all(fields, "updated", "modified", "dcterms:modified"))),
    )
    if any(dates) and published is None:
        yield undated(origin, *dates)


def title_and_language(root: Element) -> tuple[str | None, str | None]:
    """What the feed says of itself as a whole."""
    channel = next((child for child in root if local_name(child).lower() == "channel"), root)
    fields = _fields(channel)
    language = _first(fields, "language", "dc:language") or channel.get(_LANGUAGE) or root.get(_LANGUAGE)
    return stated(_first_words(fields, "title")), stated(language, 35)


def _fields(element: Element) -> _Fields:
    """The children by name: with a prefix where another standard than the feed's own counts, without for the feed's."""
    own = ("", _namespace(element), _ATOM)
    fields: _Fields = {}
    for child in element:
        namespace, name = _namespace(child), local_name(child).lower()
        prefix = "" if namespace in own else _PREFIXES.get(namespace)
        if name and prefix is not None:
            fields.setdefault(prefix + name, []).append(child)
    return fields


def _namespace(element: Element) -> str:
    return element.tag.rpartition("}")[0].removeprefix("{") if isinstance(element.tag, str) else ""


def _all(fields: _Fields, *names: str) -> list[Element]:
    return [element for name in names for element in fields.get(name, ())]


def _first(fields: _Fields, *names: str) -> str | None:
    return next(filter(None, map(_string, _all(fields, *names))), None)


def _first_words(fields: _Fields, *names: str) -> str | None:
    return next(filter(None, map(_words, _all(fields, *names))), None)


def _url(fields: _Fields) -> str | None:
    addresses = [_target(link) for link in _all(fields, "link")]
    # What names an article on the web is in RSS also its address, unless it says that it is not.
    guids = [guid for guid in _all(fields, "guid") if (guid.get("isPermaLink") or "true").lower() == "true"]
    return next(filter(None, [*addresses, *(address(_string(guid), None) for guid in guids)]), None)


def _target(link: Element) -> str | None:
    href = link.get("href")
    if href is None:
        return address(_string(link), link.base)
    other = (link.get("rel") or "alternate") != "alternate" or "html" not in (link.get("type") or "text/html")
    return None if other else address(href, link.base)


def _person(element: Element) -> str | None:
    """The name: in Atom an element, in RSS behind the e-mail address, which is not kept."""
    name = element.find("{*}name")
    if name is not None:
        return _string(name)
    text = _string(element)
    named = re.fullmatch(r"\S+@\S+\s*\((.*)\)", text)
    return named[1] if named else re.sub(r"\s*<?\S+@\S+>?", "", text)


def _source(fields: _Fields) -> str | None:
    """Where the feed has the entry from, else who published it."""
    for source in _all(fields, "source"):
        title = source.find("{*}title")
        if words := _words(source if title is None else title):
            return words
    return _first(fields, "dc:publisher")


def _words(element: Element) -> str:
    """The plain text of what is text, HTML or XHTML."""
    kind = (element.get("type") or "").lower()
    if kind in _XHTML or any(map(local_name, element)):
        return plain_text(element)
    text = _string(element)
    guessed = not kind and _namespace(element) != _ATOM and _LOOKS_LIKE_HTML.search(text)
    return plain_text_of_html(text) if "html" in kind or guessed else " ".join(text.split())


def _markup(element: Element) -> str | None:
    """HTML of what is text, HTML or XHTML; None for what is neither: a picture, a text that is elsewhere."""
    from lxml import etree  # inside, as no start should wait for it

    kind = (element.get("type") or ("text" if _namespace(element) == _ATOM else "html")).lower()
    if element.get("src") or element.get("mode") == "base64":
        return None
    if any(map(local_name, element)):
        inner = "".join(etree.tostring(child, encoding="unicode") for child in element)
        return re.sub(r"(</?)[\w.-]+:", r"\1", f"{element.text or ''}{inner}")
    text = _string(element)
    if "html" in kind:
        return text or None
    return html_of(text) or None if kind in ("text", "text/plain") else None


def _string(element: Element) -> str:
    """The text as it stands, with the entities of HTML that the feed takes from a DTD."""
    parts = [element.text]
    for child in element:
        parts += [plain_text(child) if local_name(child) else unescape(child.text or ""), child.tail]
    return "".join(filter(None, parts)).strip()
