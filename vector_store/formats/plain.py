"""Plain text: kept to the last character; a first line that stands alone is the title."""

import re

from vector_store.formats.documents import decoded, of_one, submitted, title_of
from vector_store.submission import Submission

_HEADLINE = re.compile(r"\s*(\S[^\r\n]{0,199})\r?\n[ \t]*\r?\n\s*\S")


def _plain(content: bytes, name: str) -> Submission:
    text = decoded(content, name=name)
    headline = _HEADLINE.match(text)
    return submitted(name, text, {"title": headline[1] if headline else title_of(name)})


read = of_one(_plain)
