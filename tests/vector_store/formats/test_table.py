import csv
from io import StringIO

import pytest

from tests.vector_store.formats.reading import items, read, refusal, told
from vector_store.article import Article

FIELDS = {
    "id": "quay-1",
    "url": "https://quay.example/1",
    "title": "Harbour bridge closes",
    "text": 'The "harbour" bridge closed,\nthe port said;\r\nnobody was hurt.',
    "source": "The Quay",
    "author": "Ada Moreau",
    "published": "2024-03-01T09:30:00+02:00",
    "language": "en",
}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["news.csv", "news.tsv"])
def test_a_row_may_give_every_field_and_the_delimiter_is_found_out(name: str, delimiter: str) -> None:
    file = StringIO()
    csv.writer(file, delimiter=delimiter).writerows([FIELDS.keys(), FIELDS.values()])
    article = read(f"\ufeff{file.getvalue()}", name)
    assert article.published is not None
    assert article.published.isoformat() == FIELDS["published"]
    assert {field: getattr(article, field) for field in FIELDS if field != "published"} == {
        field: value for field, value in FIELDS.items() if field != "published"
    }


@pytest.mark.parametrize(
    "header",
    [
        "Headline,Body,Publisher,Date",
        " TITLE , Full Text,OUTLET,Publication_Date",
        "title,article-text,source,published at",
        "headline,content,newspaper,pubDate",
    ],
)
def test_columns_may_have_their_usual_names(header: str) -> None:
    article = read(f"{header}\nBridge,It closed.,The Quay,2024-03-01\n", "news.csv")
    assert (article.title, article.text, article.source) == ("Bridge", "It closed.", "The Quay")
    assert article.published is not None


def test_a_column_with_the_fields_own_name_goes_first_and_other_columns_are_passed_over() -> None:
    content = "headline,mood,title,content,text,title\nNo,grim,Bridge,No,It closed.,No\n"
    article = read(content, "news.csv")
    assert (article.title, article.text) == ("Bridge", "It closed.")


def test_blank_rows_do_not_count_and_blank_cells_are_absent() -> None:
    content = "\n\ntitle,text,date,url\n\nBridge,It closed.,,\n,,,\n  ,\nFerry,It sails.\n"
    found = items(content, "news.csv")
    assert [item.title for item in found if isinstance(item, Article)] == ["Bridge", "Ferry"]
    assert all(isinstance(item, Article) and item.published is None and item.url is None for item in found)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (b"Bridge,It closed.,2024-02-31", "published: is not a date"),
        (b"Bridge,It closed.,01/03/2024", "published: is not a date"),
        (b"Bridge,It closed.,2024-03-01 09:30:00", "published: has no time zone"),
        (b",It closed.,", "title: is empty"),
        (b"Bridge", "it holds no text"),
        (b"Bridge,It closed, they said.,2024-03-01", "it has 4 cells and the header 3"),
        (b"Caf\xe9,It closed.,", "it is not UTF-8"),
        (b"Bri\0dge,It closed.,", "title: has U+0000"),
        (b'"Bridge"x,It closed.,', "check its quotation marks"),
        (b"Bridge," + b"x" * 16_000_001 + b",", "field larger than field limit"),
    ],
)
def test_a_bad_row_is_one_error_with_its_number_and_reason(row: bytes, said: str) -> None:
    content = b'title,text,date\r\nOne,"It\nclosed.",\r\n' + row + b"\r\nTwo,It opened.,\r\n"
    one, error, two = told(content, "news.csv")
    assert (one, two) == ("One", "Two")
    assert error.startswith("! news.csv, row 3: ")
    assert said in error


def test_a_quotation_that_never_ends_is_an_error_and_never_part_of_an_article() -> None:
    one, error = told('title,text\nOne,It closed.\nTwo,"It opened.\nThree,It sank.\n', "news.csv")
    assert one == "One"
    assert "unexpected end of data" in error


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it holds no text"),
        ("\n\n \n", "it holds no text"),
        ("name,words\nBridge,It closed.\n", "no column text and no column title; name the columns in the first row"),
        ("name,words\nBridge,It closed.\n", "which is now: name, words."),
        ("title;date\nBridge;2024-03-01\n", "no column text; "),
        ("Bridge,It closed.\n", "no column text and no column title"),
        ("words " * 100_000, "no column text and no column title"),
        ("title,text\n", "only a header"),
        ("title,text\n,\n\n", "only a header"),
    ],
)
def test_a_table_without_articles_or_the_columns_for_them_is_one_error(content: str, said: str) -> None:
    assert said in refusal(content, "news.csv")


@pytest.mark.parametrize("content", ['"title,text\nBridge,It closed.\n', "title,text\rBridge,It closed.\r"])
def test_a_header_that_cannot_be_read_is_one_error(content: str) -> None:
    (error,) = told(content, "news.csv")
    assert error.startswith("! news.csv, row 1: it cannot be read (")


def test_a_table_in_another_encoding_is_one_error() -> None:
    assert "it is UTF-16; save it as UTF-8" in refusal("title\ttext\nBridge\tIt closed.\n".encode("utf-16"), "news.csv")
