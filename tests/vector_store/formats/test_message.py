from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from tests.vector_store.formats.reading import read, refusal

HEAD = """\
From: Ada Moreau <ada@quay.example>
To: desk@harbour.example
Subject: Harbour bridge closes
Date: Fri, 01 Mar 2024 09:30:00 +0200
"""


def sent(text: str | None = "The bridge closed.\n", markup: str | None = None) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Ada Moreau <ada@quay.example>"
    mail["Subject"] = "Harbour bridge closes"
    mail["Date"] = "Fri, 01 Mar 2024 09:30:00 +0200"
    if text is not None:
        mail.set_content(text)
    if markup is not None:
        (mail.add_alternative if text is not None else mail.set_content)(markup, subtype="html")
    return mail


def test_a_message_says_who_wrote_what_when() -> None:
    article = read(f"{HEAD}Organization: The Quay\nContent-Language: en-GB\n\nThe bridge closed.\n", "a.eml")
    assert (article.title, article.author, article.source) == ("Harbour bridge closes", "Ada Moreau", "The Quay")
    assert article.language == "en-GB"
    assert article.text == "The bridge closed.\n"
    assert article.published is not None
    assert article.published.isoformat() == "2024-03-01T09:30:00+02:00"


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Fri, 01 Mar 2024 09:30:00 GMT", datetime(2024, 3, 1, 9, 30, tzinfo=UTC)),
        ("Fri, 01 Mar 2024 09:30:00 -0000", datetime(2024, 3, 1, 9, 30, tzinfo=UTC)),
        ("Fri, 01 Mar 2024 09:30:00", datetime(2024, 3, 1, tzinfo=UTC)),
        ("Fri, 31 Feb 2024 09:30:00 +0200", None),
        ("last Friday", None),
        ("", None),
    ],
)
def test_a_date_without_a_zone_is_its_day_and_what_is_no_date_is_none(date: str, moment: datetime | None) -> None:
    assert read(f"Subject: Bridge\nDate: {date}\n\nThe bridge closed.", "a.eml").published == moment


def test_encoded_words_are_decoded() -> None:
    head = "Subject: =?utf-8?q?Br=C3=BCcke_gesperrt?=\nFrom: =?iso-8859-1?q?J=F6rg_Ost?= <j@quay.example>\n"
    article = read(f"{head}\nWords.", "a.eml")
    assert (article.title, article.author) == ("Brücke gesperrt", "Jörg Ost")


def test_without_a_subject_the_file_names_the_message_and_an_address_is_no_author() -> None:
    article = read("From: ada@quay.example\nDate: Fri, 01 Mar 2024 09:30:00 +0200\n\nWords.", "bridge_closes.eml")
    assert (article.title, article.author) == ("Bridge closes", None)


def test_plain_text_goes_before_markup_unless_it_is_blank() -> None:
    markup = "<p>The <b>harbour</b> bridge closed.</p><script>x()</script><p>Tea &amp; ferries.</p>"
    assert read(bytes(sent("As written.\n", markup)), "a.eml").text == "As written.\n"
    for message in (sent("\n", markup), sent(None, markup)):
        assert read(bytes(message), "a.eml").text == "The harbour bridge closed.\n\nTea & ferries."


def test_attachments_are_no_articles() -> None:
    mail = sent()
    mail.add_attachment("Other words.", filename="other.txt")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="a.pdf")
    assert read(bytes(mail), "a.eml").text == "The bridge closed.\n"


@pytest.mark.parametrize(
    ("declared", "written"),
    [("iso-8859-1", "cp1252"), ("koi8-r", "koi8-r"), ("us-ascii", "utf-8"), ("iso-2022-jp", "iso-2022-jp")],
)
def test_the_text_is_read_in_its_charset(declared: str, written: str) -> None:
    words = {"koi8-r": "Мост закрыт", "iso-2022-jp": "橋は閉鎖"}.get(declared, "Brücke „gesperrt“")
    head = f"{HEAD}Content-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: 8bit\n\n"
    assert read(head.encode() + words.encode(written), "a.eml").text == words


def test_bytes_of_another_charset_are_refused_with_their_place() -> None:
    assert "byte 3 is not UTF-8" in refusal(f"{HEAD}\n".encode() + b"Caf\xe9", "a.eml")


@pytest.mark.parametrize(
    ("delsp", "text"), [("no", "The long line.\n> quoted \n> more\nEnd"), ("yes", "The longline.")]
)
def test_lines_that_were_broken_for_sending_are_joined(delsp: str, text: str) -> None:
    body = text.replace("long line", "long \nline").replace("longline", "long \nline").replace("\nEnd", "\n  End")
    head = f'{HEAD}Content-Type: text/plain; format="flowed"; delsp={delsp}\n\n'
    assert read(head + body, "a.eml").text == text.replace("\nEnd", "\n End")


@pytest.mark.parametrize("content", ["", "\n \n", HEAD, HEAD + "\n \n"])
def test_a_message_without_words_is_refused(content: str) -> None:
    assert "it holds no text" in refusal(content, "a.eml")


@pytest.mark.parametrize("content", [b"just words", b"<html><p>a page</p></html>", b"\0\1\2 words"])
def test_what_is_no_message_is_refused(content: bytes) -> None:
    assert "it is no e-mail" in refusal(content, "a.eml")


def test_headers_and_parts_without_end_take_no_time() -> None:
    endless = f"From: {'a,' * 2_000_000}\nSubject: {'b ' * 2_000_000}\n\nWords."
    assert read(endless, "a.eml").title == "A"
    parts = "--x\nContent-Type: text/plain\n\nwords\n" * 20_000
    assert "more than 5,000 parts" in refusal(f"{HEAD}Content-Type: multipart/mixed; boundary=x\n\n{parts}", "a.eml")


def test_parts_nested_without_end_are_refused() -> None:
    nested = "".join(f"Content-Type: multipart/mixed; boundary=x{n}\n\n--x{n}\n" for n in range(2_000))
    assert "a.eml: " in refusal(f"{HEAD}{nested}", "a.eml")
