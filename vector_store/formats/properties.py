"""What office programs write into a file's properties: its title and author, where they are that and no default."""

import re

from vector_store.formats.documents import stated

_NO_TITLE = re.compile(
    r"\(?(anonymous|unspecified|untitled|unknown|document|slide|presentation|layout|microsoft|powerpoint|word doc)"
    r"|.*\.(docx?|pdf|indd|qxp|odt|rtf|pages|tex|html?|txt)$",
    re.IGNORECASE,
)
_NO_AUTHORS = frozenset("(anonymous) anonymous unknown admin administrator user owner author python-docx".split())


def title(value: object) -> str | None:
    """The title, unless it is one word, a file's name or what the program wrote by itself."""
    words = stated(value)
    return words if words and " " in words and not _NO_TITLE.match(words) else None


def author(value: object) -> str | None:
    """The author, unless nobody is named."""
    words = stated(value)
    return words if words and words.lower() not in _NO_AUTHORS else None
