import pytest

from tests.vector_store.formats.reading import read
from vector_store.article import identity


def test_a_text_file_is_kept_to_the_last_character() -> None:
    content = " \r\nHeadline\r\n\r\n  Body,\tindented. \r\n\r\n"
    article = read(content, "a.txt")
    assert article.text == content
    assert article.title == "Headline"
    assert article.id == identity(given=None, url=None, title="Headline", text=content)


@pytest.mark.parametrize("content", ["Headline\nBody.", "Only line\n\n", "a" * 201 + "\n\nBody.", "One line"])
def test_a_text_file_without_a_headline_of_its_own_is_called_after_the_file(content: str) -> None:
    assert read(content, "in/bridge_closes-2024-03-01.txt").title == "Bridge closes 2024-03-01"


def test_a_text_file_has_no_date() -> None:
    assert read("2024-03-01\n\nThe bridge closed.", "2024-03-01.txt").published is None
