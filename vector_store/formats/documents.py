"""What every format shares: the types, the bounds, and how bytes become text, a title, a date and a Submission."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from pathlib import PurePath
from typing import BinaryIO, TypeVar

from pydantic import ValidationError

from vector_store.article import Article, midnight_utc
from vector_store.errors import UnreadableSourceError
from vector_store.submission import Submission, readable

T = TypeVar("T")

Item = Article | UnreadableSourceError
"""What a source yields: an article, or the error that stands in its place."""

Reading = Callable[[BinaryIO, str], Iterator[T]]
"""A seekable binary file at its start and how to name it to people → what is in it, one at a time.

Memory does not grow with the file. It may raise UnreadableSourceError; `each` makes an item of that.
"""

Format = Reading[Item]
"""How a kind of file is read: its articles and errors, in its order."""

MAX_FILE_BYTES = 64_000_000
"""Bound of one article's file, and of one line or record in a file of many articles, which may be of any length."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LATIN = ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii")
_NO_CHARSETS = ("punycode", "idna", "unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape")
"""Codecs of Python that are no charsets."""
_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


def each(read: Reading[T], file: BinaryIO, name: str) -> Iterator[T | UnreadableSourceError]:
    """What is read, with what is raised as the last item; at least one item in any case."""
    empty = True
    try:
        for item in read(file, name):
            empty = False
            yield item
    except UnreadableSourceError as error:
        yield error
    else:
        if empty:
            yield UnreadableSourceError(name, "it holds no article.")


def of_one(read: Callable[[bytes, str], Submission]) -> Format:
    """The format of files that hold one article each, from the function that reads one."""

    def items(file: BinaryIO, name: str) -> Iterator[Item]:
        yield read(whole(file, name), name).article()

    return items


def whole(file: BinaryIO, name: str) -> bytes:
    """All that is left of the file; raises UnreadableSourceError over the bound."""
    content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise too_long(name, "file")
    return content


def suffix_of(name: str) -> str:
    """The suffix that tells the format, in small letters: ".warc.gz" is one."""
    path = PurePath(name.lower())
    return ".warc.gz" if path.name.endswith(".warc.gz") else path.suffix


def each_line(file: BinaryIO, name: str) -> Iterator[bytes]:
    """Each line, without the file's byte order mark; of one that is too long, its beginning, a byte over the bound.

    Raises UnreadableSourceError where the first shows that the file is UTF-16.
    """
    line = file.readline(MAX_FILE_BYTES + 1)
    if line.startswith(codecs.BOM_UTF8):
        line = line[3:] if line.endswith(b"\n") else line[3:] + file.readline(3)
    if line.startswith(_UTF16) or b"\0" in line[:4]:
        raise UnreadableSourceError(name, "it is UTF-16; save it as UTF-8.")
    while line:
        rest = line
        while len(rest) > MAX_FILE_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_FILE_BYTES + 1)
        yield line
        line = file.readline(MAX_FILE_BYTES + 1)


def unknown_format(name: str, known: Iterable[str]) -> UnreadableSourceError:
    """`known` are the suffixes that can be read."""
    suffix = PurePath(name).suffix
    what = f"files ending in {suffix}" if suffix else "files without a suffix"
    return UnreadableSourceError(name, f"{what} cannot be read; give one of {', '.join(sorted(known))}.")


def too_long(origin: str, what: str) -> UnreadableSourceError:
    """`what` is longer than the bound: a file, a line, a record."""
    return UnreadableSourceError(
        origin, f"the {what} is longer than {MAX_FILE_BYTES // 1_000_000} MB; give one article at a time."
    )


def decoded(content: bytes, *, name: str, charset: str = "utf-8") -> str:
    """The text without its byte order mark; raises UnreadableSourceError that names the first bad byte (from 0)."""
    try:
        if charset.lower() in _NO_CHARSETS:
            raise LookupError(charset)
        text = content.decode(charset).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        problem = f"byte {error.start} is not {charset.upper()}; save it as UTF-8."
        raise UnreadableSourceError(name, problem) from error
    except (LookupError, UnicodeError) as error:
        raise UnreadableSourceError(name, f"the charset {charset!r} cannot be read; save it as UTF-8.") from error
    if "\0" in text:
        raise UnreadableSourceError(name, "it has NUL characters, so it is not plain text; save it as UTF-8.")
    return text


def charset_of(content: bytes, declared: str | None) -> str:
    """UTF-8 where the bytes are that, whatever was declared; else what was declared, else UTF-8."""
    if content.startswith(_UTF16):
        return "utf-16"
    charset = (declared or "utf-8").strip().lower()
    if charset.startswith(("iso-2022", "utf-16", "utf-32")) and (b"\x1b" in content or b"\0" in content):
        return charset  # bytes that are UTF-8 too, but text of control characters
    try:
        content.decode()
    except UnicodeDecodeError:
        # As browsers do: what says Latin-1 is written in its superset.
        return "windows-1252" if charset in _LATIN else charset
    return "utf-8"


def stated(value: object, longest: int = 500) -> str | None:
    """A word or two that a document says of itself, on one line; None where it says nothing that can be kept."""
    words = " ".join(_NO_TEXT.sub(" ", value).split()) if isinstance(value, str) else ""
    return words if 0 < len(words) <= longest else None


def submitted(name: str, text: str, fields: Mapping[str, object]) -> Submission:
    """`fields` are Submission's, without the text; raises UnreadableSourceError where its rules are broken."""
    if not text.strip():
        raise no_text(name)
    try:
        return Submission.model_validate({**fields, "text": text})
    except ValidationError as error:
        raise UnreadableSourceError(name, readable(error)) from error


def no_text(name: str) -> UnreadableSourceError:
    """The file is empty, or blank."""
    return UnreadableSourceError(name, "it holds no text; there is nothing to answer from.")


def title_of(name: str) -> str:
    """A title out of a file's name, for what has no other."""
    words = re.sub(r"(?<!\d)[-_]+|[-_]+(?!\d)", " ", PurePath(name).stem).strip()
    return words[:1].upper() + words[1:] or name


def moment_of(written: str) -> datetime | None:
    """The moment that an ISO 8601 text names, aware; None where it names none, never now.

    A time without a zone counts as its day only. Year 1 is what some systems write for none.
    """
    for read in (datetime.fromisoformat, _day):
        with suppress(ValueError):
            moment = read(written.strip())
            moment = moment if moment.tzinfo else midnight_utc(moment.date())
            return moment if 1 < moment.year < 9999 else None
    return None


def _day(written: str) -> datetime:
    return midnight_utc(date.fromisoformat(written[:10]))
