"""When two texts are one: an agency's report as outlets print it, and what only looks like it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vector_store.near_copies import BANDS, bands, copied

AGENCY = """\
HALVERN (Meridian Wire) - The ferry "Orla Quist" ran aground on a sandbank outside the harbour of Halvern on Tuesday \
night with 412 people on board, the coast guard said. Nobody was hurt.

The ship had left Ostmark at 18:40 and was about two miles from its berth when the wind pushed it out of the fairway, \
according to the harbour master, Joost Brandt. Two tugs tried to pull it free at high water, but the line broke at the \
third attempt.

Passengers were brought ashore in lifeboats from midnight on. "People were calm, they helped each other and sang," \
said Brandt. The last of them reached the quay shortly before four in the morning, where the town had put up beds in \
the fish hall and volunteers served soup.

The shipping line said it would pay for hotels and for the journey home. Its ferries to Ostmark will not sail before \
Friday, because the fairway has to be measured again.

It is the third accident at this spot in nine years. In 2019 a freighter lay there for eleven days, and the council of \
Halvern has since asked the ministry again and again for a deeper channel. A spokeswoman of the ministry said that \
the plans were ready and the money was not."""

ANOTHER_REPORT = """\
More than four hundred ferry passengers spent Tuesday night on a stranded ship off Halvern. The "Orla Quist", on its \
way from Ostmark, was blown onto the sandbank that sailors here call the Anvil; 412 people were on board and no one \
was injured, the coast guard said.

"We heard a long scraping and then everything stood still," said Ada Moreau, a teacher from Velm who was travelling \
with her class. Lifeboats took the passengers to the harbour, where residents had opened the fish hall and brought \
blankets, tea and guitars.

Harbour master Joost Brandt defended the attempt to free the ferry with two tugs. The line broke at the third pull, \
and by then the tide was falling. Divers will look at the hull today. Until Friday no ferry is to leave for Ostmark.

The Anvil has a name along the coast: a freighter was stuck on it for more than a week in 2019. The town blames the \
ministry, which has promised a deeper fairway for years."""


def changed(*edits: tuple[str, str]) -> str:
    text = AGENCY
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


def paragraphs(*numbers: int) -> str:
    return "\n\n".join(AGENCY.split("\n\n")[number] for number in numbers)


COPIES = {
    "another line on top": changed(("HALVERN (Meridian Wire) - The", "By our reporter, 3 March 2021. The")),
    "an added sentence": changed(("Nobody was hurt.", "Nobody was hurt. The Harbour Post met 3 of the rescuers.")),
    "cut to a half from the end": paragraphs(0, 1, 2),
    "cut in the middle": paragraphs(0, 2, 4),
    "another hand's quotes, dashes and spaces": changed(('"', "“"), (" - ", " – "), ("\n\n", "\n"), (". ", ".\u00a0")),
    "another hand's words here and there": changed(
        ("ran aground on a sandbank", "got stuck on a sandbank"),
        ("Nobody was hurt.", "There were no injuries."),
        ("People were calm, they helped", "People were calm. They helped"),
        ("would pay for hotels and for the journey home", "would cover the cost of hotels and of the way home"),
    ),
    "another first sentence": changed((AGENCY[: AGENCY.index("The ship had")], "It was a long night at sea.\n\n")),
    "all in capitals": AGENCY.upper(),
}
OTHERS = {
    "a figure corrected": changed(("with 412 people", "with 421 people")),
    "a figure corrected, with the words before it": changed(
        ("night with 412 people", "night with as many as 430 people")
    ),
    "a figure in words corrected": changed(("at this spot in nine years", "at this spot in ten years")),
    "a time corrected": changed(("at 18:40 and was", "at 19:40 and was")),
    "another report of the event": ANOTHER_REPORT,
    "a sequel that tells it again": ANOTHER_REPORT[: ANOTHER_REPORT.index("The Anvil")] + paragraphs(1),
    "one paragraph of it, quoted": paragraphs(2),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_text_that_was_cut_or_edited_a_little_is_a_copy_and_found(copy: str) -> None:
    assert copied(AGENCY, copy)
    assert copied(copy, AGENCY)
    assert set(bands(AGENCY)) & set(bands(copy))


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_text_with_another_figure_or_other_words_is_no_copy(other: str) -> None:
    assert not copied(AGENCY, other)
    assert not copied(other, AGENCY)


def test_two_reports_of_one_event_are_not_even_compared() -> None:
    assert not set(bands(AGENCY)) & set(bands(ANOTHER_REPORT))


def test_a_figure_written_in_another_way_is_the_same() -> None:
    assert copied(AGENCY, changed(("two miles", "2 miles"), ("eleven days", "11 days"), ("18:40", "18.40")))


def test_a_short_text_is_no_copy_of_a_like_one() -> None:
    short = " ".join(AGENCY.split()[:25])
    assert bands(short) == bands("") == []
    assert not copied(short, short)


def test_what_texts_have_in_common_is_the_same_numbers_for_ever() -> None:
    """They are stored: other ones would find no copy of an article that was there before."""
    digests = bands(AGENCY)
    assert len(digests) == BANDS
    assert digests[:2] == [-1_404_806_655_489_098_571, -7_758_085_773_891_695_992]
    assert all(-(2**63) <= digest < 2**63 for digest in digests)


def test_of_a_book_only_a_sample_is_compared() -> None:
    book = " ".join(f"word{number * 7919 % 100_003}" for number in range(120_000))
    assert set(bands(book)) & set(bands(book + " " + AGENCY))
    assert copied(book, book + " " + AGENCY)


@settings(max_examples=60)
@given(text=st.text(max_size=400), other=st.text(max_size=400))
def test_any_texts_can_be_compared_either_way(text: str, other: str) -> None:
    assert copied(text, other) == copied(other, text)
    assert len(bands(text)) in (0, BANDS)
