import pytest

from vector_store.formats.typeset import Line, paragraphs

FULL = "The harbour bridge closed on Friday night after the port's engineers found"
"""A line as wide as the page."""


def set_down(*rows: str | tuple[str, float], page: int = 1, x: float = 72, size: float = 10) -> list[Line]:
    """Lines down a page, 12 points apart; after a row with a number, so many points more."""
    lines, y = [], 700.0
    for row in rows:
        words, gap = (row, 0.0) if isinstance(row, str) else row
        lines.append(Line(page, x, y, size, words))
        y -= 12 + gap
    return lines


def joined(lines: list[Line]) -> list[str]:
    return [paragraph.words for paragraph in paragraphs(lines)]


def test_no_lines_are_no_paragraphs() -> None:
    assert joined([]) == []


def test_the_lines_of_a_paragraph_are_one_and_a_wider_gap_begins_the_next() -> None:
    lines = set_down(FULL, (f"a crack in the third pier, and {FULL.lower()} another.", 8), FULL, "nothing.")
    assert joined(lines) == [f"{FULL} a crack in the third pier, and {FULL.lower()} another.", f"{FULL} nothing."]


def test_an_indented_line_begins_a_paragraph() -> None:
    first, second, third = set_down(FULL, "a crack. " + FULL[:60], FULL)
    indented = [Line(1, 86, line.y, 10, line.words) for line in (first, third)]
    assert joined([indented[0], second, indented[1]]) == [f"{FULL} {second.words}", FULL]


def test_larger_letters_are_a_paragraph_of_their_own() -> None:
    heading = Line(1, 72, 720, 18, "Harbour bridge closes")
    found = paragraphs([heading, *set_down(FULL, "a crack.")])
    assert [(found_one.size, found_one.words) for found_one in found] == [
        (18, "Harbour bridge closes"),
        (10, f"{FULL} a crack."),
    ]


def test_lines_that_end_before_the_page_does_stay_lines() -> None:
    assert joined(set_down(FULL, "a crack.", "Monday 4,100", "Tuesday 3,900")) == [
        f"{FULL} a crack.\nMonday 4,100\nTuesday 3,900"
    ]


def test_each_item_of_a_list_is_a_line_however_long() -> None:
    bullet, going_on, second = set_down(f"• {FULL}", "a crack, divers said.", f"• {FULL}")
    hanging = Line(1, 84, going_on.y, 10, going_on.words)
    assert joined([bullet, hanging, second]) == [f"• {FULL} a crack, divers said.\n• {FULL}"]


@pytest.mark.parametrize(
    ("above", "below", "text"),
    [
        ("the govern-", "ment said", "the government said"),
        ("the soft\xad", "ware works", "the software works"),
        ("two-", "thirds of it", "two-thirds of it"),
        ("a well-", "known man, as well-known as", "a well-known man, as well-known as"),
        ("an after-", "noon in the afternoon", "an afternoon in the afternoon"),
        ("after noon, after-", "noon", "after noon, after-noon"),
        ("between COVID-", "19 and", "between COVID-19 and"),
        ("Ada Moreau-", "Keller said", "Ada Moreau-Keller said"),
        ("two-", "and three-year terms", "two- and three-year terms"),
        ("the port -", "which is old", "the port - which is old"),
    ],
)
def test_a_hyphen_at_a_lines_end_goes_where_the_word_has_none(above: str, below: str, text: str) -> None:
    # The first line is padded, so that the break is the page's and not the writer's.
    assert joined(set_down(f"{'x' * 40} {above}", below)) == [f"{'x' * 40} {text}"]


def test_a_sentence_goes_on_over_the_page_and_a_finished_one_does_not() -> None:
    page_ends = set_down(FULL, FULL)
    assert joined([*page_ends, *set_down("a crack in it.", page=2)]) == [f"{FULL} {FULL} a crack in it."]
    assert joined([*set_down(FULL, f"{FULL}."), *set_down(f"So {FULL}", page=2)]) == [f"{FULL} {FULL}.", f"So {FULL}"]


def test_headers_footers_and_page_numbers_are_left_out() -> None:
    lines = []
    for page in (1, 2, 3):
        lines.append(Line(page, 72, 800, 8, "The Harbour Post, 1 March 2024"))
        lines += set_down(f"{FULL} {page * 'x'}.", page=page)
        lines.append(Line(page, 300, 30, 8, f"Page {page + 11} of 20"))
    assert joined(lines) == [f"{FULL} {page * 'x'}." for page in (1, 2, 3)]


def test_what_differs_from_page_to_page_is_no_header() -> None:
    lines = [Line(page, 72, 800, 8, f"{page * 400} cars") for page in (1, 2, 3)]
    assert joined(lines) == ["400 cars 800 cars 1200 cars"]


def test_a_very_long_paragraph_takes_no_longer_than_its_length_asks() -> None:
    (text,) = joined([Line(1, 72, 1e9 - 12 * number, 10, FULL) for number in range(20_000)])
    assert len(text) == 20_000 * (len(FULL) + 1) - 1
