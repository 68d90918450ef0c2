"""Sentences of news prose. In the examples, | stands where a sentence must end."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vector_store.sentences import sentences

ODD = st.text(
    st.one_of(
        st.sampled_from(list(".!?…。؟।\"'”“’»«)(]* \n\r\t\u2029\xa0AbZi5,;:-•1")),
        st.sampled_from("\u0301\u200b\u200d\u202f👩🏽م中のกე"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=80,
)


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def assert_split_at_bars(marked: str) -> None:
    wanted = [part.strip() for part in marked.split("|")]
    assert split(marked.replace("|", "")) == wanted


@pytest.mark.parametrize(
    "marked",
    [
        "Mr. Biden met Dr. Fauci in St. Petersburg, Fla., before Lt. Gen. Mark Hertling spoke.| He then left.",
        "Sen. Lindsey Graham and Rep. Adam Schiff flew to Kyiv with Gov. Mike DeWine.| Nobody else did.",
        "MR. JUSTICE JONES ruled.| THE COURT ROSE.",
        "The report (Dr. Fauci wrote it) names ex-Gov. Cuomo.| He denied it.",
        "The case of Roe v. Wade is old.| Arsenal vs. Chelsea is older.",
        "Shells hit several cities, e.g. Mariupol and Kharkiv, i.e. The East as they call it.| More fell later.",
        "Apple Inc. Chief Executive Tim Cook met Bros. Karamazov Ltd. Chairman Jones Jr. Monday.| They talked.",
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "The U.S. President spoke to the U.N. General Assembly.| It listened.",
        "Troops returned to the U.S.| The withdrawal took a day.",
        "He moved to Washington, D.C.| He had lived in the U.K. before.",
        "She works for Boeing Co.| But it fired her.",
        'It was "made in the U.S."| They sold it anyway.',
        "The shop stands in Baker St.| Its owner fled.",
    ],
)
def test_an_abbreviation_that_may_be_last_ends_a_sentence_before_a_word_that_begins_one(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "The book by J. K. Rowling sold well.| George W. Bush read it.| So did J.R.R. Tolkien's son.",
        "The winner, Samuel L. Jackson, left.| Then J. A. Smith came.",
    ],
)
def test_initials_stay_with_the_name(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "Prices rose 1.5 percent to $3.20 a gallon.| In 2021 they fell 0.3 percent.",
        "The war began on Feb. 24, 2022.| By Jan. 5 it had spread.",
        "He lives at No. 10 Downing Street.| It is small.",
        "Did he pay?| He said no.| The court disagreed.",
        "They left in Dec.| Ukraine protested.",
        "The army lost 137 people in 2022.| 70,000 people fled.",
        "See cnn.com or read the U.S.-made file v2.1.pdf for more.| Thanks.",
    ],
)
def test_a_number_keeps_its_abbreviation_and_its_decimals(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "The raid began at 5 a.m. Monday and ended by 7 p.m. EST at the latest.| Nobody slept.",
        "Sirens sounded at 5 p.m.| Police closed the road at 6 a.m. local time.",
        "The curfew starts at 10 p.m.| Residents must stay indoors.",
    ],
)
def test_a_clock_time_ends_a_sentence_unless_its_day_or_zone_follows(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    [
        '"We will not leave."| He stayed.',
        "“We will not leave.”| “Never,” he added.",
        "(The mayor declined to comment.)| His deputy did not (see below.)| It rained.",
        "« Nous restons. »| Il est parti.",
        "„Wir bleiben hier.“| Er ging.",
        "He wrote [the letter.]| ‘No.’| Then he slept.",
        "**Kyiv is calm.**| _Lviv is not._| Odesa waits.",
    ],
)
def test_what_closes_after_the_stop_belongs_to_the_sentence(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    [
        'He did not hesitate.| "Everyone should help," he said.',
        "She paused.| “Why us?” she asked.| ‘Because,’ he said.",
        "He refused.| «Niet», he said.| (It was late.)| — Reuters",
    ],
)
def test_an_opening_quote_begins_the_next_sentence(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    [
        '"Where are they?" he asked.| "Gone!" said Anna.',
        '"Glory to Ukraine!" Volodymyr Zelensky said on Friday.| The crowd cheered.',
        '"Where is the aid?"| She had waited for days.',
    ],
)
def test_a_quoted_question_stays_with_its_speaker(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "What?!| Really?!?| Yes!!!| No.",
        "Well ... maybe not.| I waited...| Nothing came…| Then it did.",
        "He looked away . . . and left.| They stayed. . . .| Night fell.",
        "... and then he left.| That was all.",
        "The Yahoo! site was down.| Who knew?",
    ],
)
def test_runs_of_stops_are_one_stop_and_a_small_letter_goes_on(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "Sales fell.| iPhone exports stopped.| eBay followed.",
        "It ended.| 2,000 people cheered.| €5m was paid.| Ärzte halfen.| Żaden nie wrócił.",
        "ომი დაიწყო.| ხალხი გაიქცა.",
    ],
)
def test_a_sentence_may_begin_with_a_brand_a_number_or_any_script(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    [
        "俄罗斯入侵乌克兰。|基辅遭到袭击！|谁会帮忙？|没有人。",
        "他说：“我们不走。”|然后他走了。|“真的吗？”|她问。",
        "大統領は「戦争だ。」と述べた。|市民は避難した。",
        "هل انتهت الحرب؟| لا. |لم تنته بعد.",
        "युद्ध शुरू हुआ।| लोग भाग गए॥| कोई नहीं बचा।",
        "جنگ شروع ہوئی۔| لوگ بھاگ گئے۔",
    ],
)
def test_stops_of_other_scripts_end_sentences(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize(
    "marked",
    ["They sold Boeing Co .| Ukraine bought it .", "Gazprom Neft. , the owner, left.", "Yahoo! , the owner, left."],
)
def test_spaces_that_a_tokenizer_left_before_punctuation_mislead_nobody(marked: str) -> None:
    assert_split_at_bars(marked)


@pytest.mark.parametrize("blank", ["\n\n", "\r\n\r\n", "\n \t \n", "\n\n\n\n", "\u2029"])
def test_a_blank_line_always_ends_a_sentence(blank: str) -> None:
    assert split(f"the men and{blank}their Dr.{blank}house") == ["the men and", "their Dr.", "house"]


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\n  "])
def test_a_single_line_break_within_prose_does_not(line_break: str) -> None:
    wrapped = line_break.join(
        [
            "Russian forces advanced on the capital from several flanks on Friday, as",
            "President Volodymyr Zelensky said that he would stay with his family in",
            "Kyiv and",
            "fight.",
        ]
    )
    assert split(wrapped) == [wrapped]


def test_a_short_line_that_ends_with_a_comma_or_colon_goes_on() -> None:
    assert split("In Kyiv,\nUkraine's mayor said:\nWe stay.") == ["In Kyiv,\nUkraine's mayor said:\nWe stay."]


def test_headings_and_list_items_end_with_their_line() -> None:
    text = (
        "Sanctions against Putin\nThe EU is preparing to tighten them. It will freeze:\n"
        "• assets of the president\n• assets of his foreign minister, who has been in office since 2004 and "
        "has no plans\n- travel\n1. First item\n2. Second item\nNo travel ban follows."
    )
    assert split(text) == [
        "Sanctions against Putin",
        "The EU is preparing to tighten them.",
        "It will freeze:",
        "• assets of the president",
        "• assets of his foreign minister, who has been in office since 2004 and has no plans",
        "- travel",
        "1. First item",
        "2. Second item",
        "No travel ban follows.",
    ]


@settings(deadline=None, max_examples=400)
@given(ODD)
@example("")
@example(" \r\n ")
@example("x")
@example(".")
@example('." "!\n')
def test_sentences_hold_all_that_is_written_once_and_in_order(text: str) -> None:
    end_before = 0
    for start, end in sentences(text):
        assert not text[end_before:start].strip()
        assert start < end
        assert text[start:end] == text[start:end].strip()
        end_before = end
    assert not text[end_before:].strip()


@settings(deadline=None, max_examples=100)
@given(ODD, ODD)
def test_a_blank_line_separates_whatever_stands_around_it(before: str, after: str) -> None:
    assert split(f"{before}\n\n{after}") == split(before) + split(after)


FIVE_MEGABYTES = 5_000_000


@pytest.mark.parametrize(
    "stretch",
    ["a", "word ", ".", '"', " ", "\n", '.")', "a?", "\u0301", ". . .x", "x\r"],
)
def test_five_megabytes_without_a_sentence_end_are_one_sentence_in_linear_time(stretch: str) -> None:
    text = "x" + stretch * (FIVE_MEGABYTES // len(stretch))
    assert sentences(text) == [(0, len(text.rstrip()))]


def test_five_megabytes_of_news_have_the_sentences_of_their_parts() -> None:
    story = "Russia invaded Ukraine on Feb. 24. Some 70,000 people fled.\n\n“We stay,” said Lt. Col. Ivan Bondar. "
    copies = FIVE_MEGABYTES // len(story)
    assert len(sentences(story * copies)) == 3 * copies
