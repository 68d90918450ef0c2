"""How the tests of the formats read a file: by the public door, from bytes."""

from io import BytesIO

from vector_store.article import Article
from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import Item
from vector_store.formats.known import count_in, items_in


def items(content: bytes | str, name: str) -> list[Item]:
    """All that is in a file; it is counted too, and must hold as many."""
    content = content.encode() if isinstance(content, str) else content
    found = list(items_in(BytesIO(content), name))
    assert count_in(BytesIO(content), name) == len(found)
    return found


def read(content: bytes | str, name: str) -> Article:
    """The one article."""
    (item,) = items(content, name)
    assert isinstance(item, Article), item
    return item


def refusal(content: bytes | str, name: str) -> str:
    """Why there is no article."""
    (item,) = items(content, name)
    assert isinstance(item, UnreadableSourceError), item
    assert str(item).startswith(f"{name}: ")
    return str(item)


def told(content: bytes | str, name: str) -> list[str]:
    """Titles and error messages, in their order."""
    return [item.title if isinstance(item, Article) else f"! {item}" for item in items(content, name)]
