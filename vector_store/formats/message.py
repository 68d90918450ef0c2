"""EML: an e-mail; its subject is the title, its sender the author, its date the publication, without attachments."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.parser import BytesHeaderParser
from email.policy import EmailPolicy
from email.utils import parseaddr, parsedate_to_datetime
from typing import cast

from vector_store.article import midnight_utc
from vector_store.errors import UnreadableSourceError
from vector_store.formats.documents import charset_of, decoded, no_text, of_one, stated, submitted, title_of
from vector_store.formats.markup import plain_text_of_html
from vector_store.submission import Submission

_LONGEST_HEADER = 2_000
_MOST_PARTS = 5_000
_PART = re.compile(rb"^(?:--|content-type:)", re.IGNORECASE | re.MULTILINE)


class _Bounded(EmailPolicy):
    """The standard policy, which takes quadratic time for a header, never asked to read a long one."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return cast(str, super().header_fetch_parse(name, value[:_LONGEST_HEADER]))


def message(content: bytes, name: str) -> Submission:
    """The article in an e-mail. Raises UnreadableSourceError: no e-mail, no text of its own, unreadable bytes.

    A date that is none leaves it undated.
    """
    if not content.strip():
        raise no_text(name)
    if sum(1 for _ in _PART.finditer(content)) > _MOST_PARTS:
        raise UnreadableSourceError(name, f"the message has more than {_MOST_PARTS:,} parts; send its text alone.")
    try:
        mail = cast(EmailMessage, message_from_bytes(content, policy=_Bounded()))
        fields = _fields(mail)
        bodies = [(body, _payload(body)) for kind in ("plain", "html") if (body := mail.get_body((kind,)))]
        sent = str(BytesHeaderParser().parsebytes(content)["date"] or "")
    except Exception as error:  # damaged headers end in many classes of exception
        raise UnreadableSourceError(name, f"the message cannot be read ({error!r}); save it anew.") from error
    if not any(header in mail for header in ("subject", "from", "date")):
        raise UnreadableSourceError(name, "it is no e-mail: it has no subject, sender or date.")
    body, payload = next(((body, payload) for body, payload in bodies if payload.strip()), (None, b""))
    text = _text(body, payload, name) if body else ""
    return submitted(name, text, {**fields, "title": fields["title"] or title_of(name), "published": _moment(sent)})


def _fields(mail: EmailMessage) -> dict[str, str | None]:
    return {
        "title": stated(str(mail["subject"] or "")),
        "author": stated(parseaddr(str(mail["from"] or ""))[0]),
        "source": stated(str(mail["organization"] or "")),
        "language": stated(str(mail["content-language"] or ""), 35),
    }


def _payload(body: MIMEPart) -> bytes:
    payload = body.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _moment(sent: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(sent)
    except ValueError:
        return None
    if moment.tzinfo is None:  # either no zone at all, or the one that means "in UTC, wherever it was written"
        moment = moment.replace(tzinfo=UTC) if "-0000" in sent else midnight_utc(moment.date())
    return moment if 1 < moment.year < 9999 else None


def _text(body: MIMEPart, payload: bytes, name: str) -> str:
    charset = body.get_content_charset()
    text = decoded(payload, name=name, charset=charset_of(payload, charset)).replace("\r\n", "\n")
    if body.get_content_subtype() == "html":
        return plain_text_of_html(text)
    flowed = str(body.get_param("format", "")).lower() == "flowed"
    return _unflowed(text, joined=str(body.get_param("delsp", "")).lower() == "yes") if flowed else text


def _unflowed(text: str, joined: bool) -> str:
    """Paragraphs whose lines were broken with a space before the break (RFC 3676), whole again."""
    lines: list[str] = []
    for line in text.split("\n"):
        words = line.removeprefix(" ")
        above = lines[-1] if lines else ""
        if above.endswith(" ") and above != "-- " and not above.startswith(">") and not words.startswith(">"):
            lines[-1] = above[: -1 if joined else None] + words
        else:
            lines.append(words)
    return "\n".join(lines)


read = of_one(message)
