"""XML of news agencies: NewsML-G2 (an item, or a message of several) and NITF.

Nothing is fetched and no entity is expanded: an external DTD is not read, and `&name;` of an own one stays as it is.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

from vector_store.errors import UnreadableSourceError
from vector_store.formats import nitf
from vector_store.formats.documents import Item, whole
from vector_store.formats.markup import Element, local_name, plain_text, plain_text_of_html
from vector_store.formats.wire import Dispatch, articles

_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_OTHERS = {
    "packageItem": "a package, which lists articles and holds none",
    "conceptItem": "a concept",
    "knowledgeItem": "a list of concepts",
    "planningItem": "a plan of coverage",
    "catalogItem": "a catalogue",
}
_FOREIGN = {
    "html": "it is a web page; save it as .html",
    **dict.fromkeys(("rss", "feed", "RDF"), "it is a feed; give its address to `qa-service feeds add`"),
    **dict.fromkeys(("urlset", "sitemapindex"), "it is a sitemap; give its address to `qa-service feeds add`"),
    "NewsML": "it is NewsML 1; ask its provider for NewsML-G2, NITF or ninjs",
}


def read(file: BinaryIO, name: str) -> Iterator[Item]:
    """The articles of an XML file, in its order; where the XML breaks off, what stood before is read."""
    return articles(_found(whole(file, name), name))


def _found(content: bytes, name: str) -> Iterator[Dispatch | Item]:
    from lxml import etree  # inside, as no start should wait for it

    tags = [f"{{*}}{tag}" for tag in ("newsItem", "nitf", *_OTHERS)]
    safety = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    parsing = etree.iterparse(BytesIO(content), tag=tags, remove_comments=True, remove_pis=True, **safety)
    empty = True
    try:
        for _, element in parsing:
            if local_name(element) == "nitf" and element.getparent() is not None:
                continue  # the body of a newsItem that is still being read
            empty = False
            yield _one(element, name)
            element.clear()
    except (etree.XMLSyntaxError, LookupError) as error:  # LookupError: an encoding that nobody knows
        yield UnreadableSourceError(name, f"the XML is broken ({error}); what stands before was read.")
        return
    if empty:
        root = local_name(parsing.root)
        problem = _FOREIGN.get(root, f"its root is <{root}>; NewsML-G2 (newsItem, newsMessage) and NITF are read")
        yield UnreadableSourceError(name, f"{problem}.")


def _one(element: Element, name: str) -> Dispatch | UnreadableSourceError:
    kind, guid = local_name(element), element.get("guid")
    origin = f"{name}, {guid}" if guid else name
    if kind == "nitf":
        return nitf.dispatch(element, origin)
    if kind in _OTHERS:
        return UnreadableSourceError(origin, f"it is {_OTHERS[kind]}; it is passed over.")
    return _dispatch(element, guid, origin)


def _dispatch(item: Element, guid: str | None, origin: str) -> Dispatch | UnreadableSourceError:
    text = _text(item)
    elsewhere = item.find("{*}contentSet/{*}remoteContent")
    if not text and elsewhere is not None:
        where = elsewhere.get("href") or "elsewhere"
        return UnreadableSourceError(origin, f"its content is {where}, not in the item; give that if it is an article.")
    inside = item.find("{*}contentSet/{*}inlineXML/{*}nitf")
    return Dispatch(
        origin=origin,
        text=text,
        guid=guid,
        version=item.get("version"),
        status=_status(item),
        embargo=_words(item, "{*}itemMeta/{*}embargoed"),
        first=_words(item, "{*}itemMeta/{*}firstCreated"),
        current=_words(item, "{*}itemMeta/{*}versionCreated"),
        title=_words(item, "{*}contentMeta/{*}headline")
        or _words(item, "{*}itemMeta/{*}title")
        or (None if inside is None else nitf.headline(inside))
        or _words(item, "{*}contentMeta/{*}slugline"),
        source=_party(item, "{*}itemMeta/{*}provider")
        or _party(item, "{*}rightsInfo/{*}copyrightHolder")
        or _party(item, "{*}contentMeta/{*}infoSource"),
        author=_words(item, "{*}contentMeta/{*}by") or _party(item, "{*}contentMeta/{*}creator"),
        language=_language(item),
    )


def _text(item: Element) -> str:
    """The first inline rendition that has words: they are all of one content."""
    for inline in (*item.iterfind("{*}contentSet/{*}inlineXML"), *item.iterfind("{*}contentSet/{*}inlineData")):
        if text := _inline(inline):
            return text
    return ""


def _inline(inline: Element) -> str:
    if local_name(inline) == "inlineData":
        words = inline.text or ""
        if inline.get("encoding"):  # base64 and the like: a picture, a PDF
            return ""
        return plain_text_of_html(words) if "html" in (inline.get("contenttype") or "") else words.strip()
    inside = inline.find("{*}nitf")
    return plain_text(inline) if inside is None else nitf.body(inside)


def _status(item: Element) -> str | None:
    status = item.find("{*}itemMeta/{*}pubStatus")
    return None if status is None else status.get("qcode") or status.get("uri") or status.get("literal")


def _language(item: Element) -> str | None:
    tagged = item.find("{*}contentMeta/{*}language")
    return (None if tagged is None else tagged.get("tag")) or item.get(_LANGUAGE)


def _words(item: Element, path: str) -> str | None:
    found = item.find(path)
    return None if found is None else plain_text(found) or None


def _party(item: Element, path: str) -> str | None:
    """A party's name, else how the provider codes it: "nprov:QUAY"."""
    party = item.find(path)
    if party is None:
        return None
    code = party.get("qcode") or party.get("uri") or ""
    return party.findtext("{*}name") or party.get("literal") or code.replace("/", ":").rpartition(":")[2] or None
