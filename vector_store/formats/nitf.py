"""NITF (News Industry Text Format): one article, on its own or inside NewsML-G2."""

from vector_store.formats.markup import Element, plain_text
from vector_store.formats.wire import Dispatch


def dispatch(nitf: Element, origin: str) -> Dispatch:
    """What a whole NITF document says; its identifier is unique only within its `regsrc`."""
    docdata = "{*}head/{*}docdata"
    guid = _attribute(nitf, f"{docdata}/{{*}}doc-id", "id-string")
    source = _attribute(nitf, f"{docdata}/{{*}}doc-id", "regsrc")
    publication = "{*}head/{*}pubdata"
    return Dispatch(
        origin=f"{origin}, {guid}" if guid else origin,
        text=body(nitf),
        guid=f"{source}:{guid}" if guid and source else guid,
        status=_attribute(nitf, docdata, "management-status"),
        embargo=_attribute(nitf, f"{docdata}/{{*}}date.release", "norm"),
        first=_attribute(nitf, publication, "date.publication")
        or _attribute(nitf, f"{docdata}/{{*}}date.issue", "norm"),
        title=headline(nitf),
        source=_attribute(nitf, publication, "name")
        or _attribute(nitf, f"{docdata}/{{*}}doc.copyright", "holder")
        or _words(nitf, "{*}body/{*}body.head/{*}distributor"),
        author=_words(nitf, "{*}body/{*}body.head/{*}byline"),
        language=nitf.get("{http://www.w3.org/XML/1998/namespace}lang"),
    )


def headline(nitf: Element) -> str | None:
    """The first-level headline, else the title of the document."""
    return _words(nitf, "{*}body/{*}body.head/{*}hedline/{*}hl1") or nitf.findtext("{*}head/{*}title")


def body(nitf: Element) -> str:
    """The text of the body, without the headline, the byline and the dateline that stand in its head."""
    content = nitf.find("{*}body/{*}body.content")
    return "" if content is None else plain_text(content)


def _words(nitf: Element, path: str) -> str | None:
    found = nitf.find(path)
    return None if found is None else plain_text(found) or None


def _attribute(nitf: Element, path: str, name: str) -> str | None:
    found = nitf.find(path)
    return None if found is None else found.get(name)
