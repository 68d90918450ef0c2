"""What is read first, and that nothing is left out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qa_service.coverage import Terms
from qa_service.excerpts import excerpts, parts
from qa_service.question import read_question
from vector_store.article import Article, Hit, Passage

SENTENCES = st.lists(
    st.sampled_from(["Rain fell on Monday.", "He left.", "A heading", "It was cold, they said, and dark " * 9 + "."]),
    min_size=1,
    max_size=20,
)


def whole(text: str, article_id: str = "a") -> Passage:
    return Passage(Article(article_id, "", text), 0, len(text))


@given(SENTENCES, st.sampled_from([" ", "\n\n"]))
def test_the_parts_hold_the_passage_in_order(sentences: list[str], between: str) -> None:
    passage = whole(between.join(sentences))
    found = list(parts(passage))
    assert "".join("".join(part.text for part in found).split()) == "".join(passage.text.split())
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_a_sentence_stays_with_the_one_it_leans_on() -> None:
    first = "The mayor spoke to a large crowd " * 12 + "on Monday."
    found = [part.text for part in parts(whole(f"{first} She promised a bridge. " + "Rain fell in the hills. " * 3))]
    assert found[0] == f"{first} She promised a bridge."


def test_what_holds_the_asked_words_and_kind_comes_first() -> None:
    question = read_question("How many refugees has Romania received?")
    rarity = {stem: 1.0 for stem in question.terms}
    texts = {
        "weather": "Rain fell in the hills and the road was closed for a day.",
        "romania": "Romania has received 757,000 refugees since February.",
        "talk": "Romania has received refugees since February.",
    }
    hits = [Hit(whole(text, name), 0.5) for name, text in texts.items()]
    ordered = [one.passage.article.id for one in excerpts(Terms(question, rarity, {}), hits)]
    assert ordered == ["romania", "talk", "weather"]
