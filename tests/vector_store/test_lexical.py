"""The words side of the search, through the catalog: BM25 that no question can break."""

from collections import Counter
from collections.abc import Iterator
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vector_store.article import Article, Filters, Passage
from vector_store.catalog import Catalog
from vector_store.changes import Record
from vector_store.database import open_database
from vector_store.lexical import MAX_SCORED, MAX_TERMS, STOP_WORDS, folded, stem, words_of

NEWS = {
    "bridge": ("Harbour bridge closes", "The city closed the bridge. Ferries run instead."),
    "storm": ("Storm cuts power", "The city lost power in 412,000 homes. The storm was called Ylva."),
    "vote": ("Halvern votes", "The city of Halvern elected Moreau. Turnout in the city was high."),
    "uk": ("Київ", "Столиця стоїть. The capital, Kyiv, stands."),
    "zh": ("北京", "北京今天下雨。"),
    "cafe": ("Café", "Une café à Zürich fermé."),
}
ODD_QUESTIONS = [
    "",
    " \n\t ",
    "?!… — “”",
    "the of and",
    "who was it",
    "AND",
    "OR NOT",
    "NEAR(storm power, 2)",
    "storm AND",
    "NOT storm",
    '"storm',
    'storm"',
    '""',
    "storm*",
    "*",
    "^storm",
    "title:storm",
    "body : storm",
    "{title body} : storm",
    "-storm",
    "+storm",
    "(storm",
    "storm)",
    "'; DROP TABLE words; --",
    "storm' OR '1'='1",
    "%s {0} ${x} :terms ?",
    "words MATCH 'storm'",
    "🌪️🔌",
    "👩🏽‍🚒",
    "北京今天下雨吗？",
    "Київ стоїть",
    "ما هي عاصمة أوكرانيا؟",
    "𞤀𞤁𞤂",
    "①②③ ½ ² ㎏",
    "\x00storm\x1f",
    "e\u0301\u0301\u0301",
    "İ ß ﬁ",
    "\u202estorm",
    "a" * 2_000,
    "storm " * 400,
    " ".join(f"word{number}" for number in range(400))[:2_000],
    "'" * 2_000,
    '"' * 2_000,
]


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty one."""
    engine = open_database(tmp_path / "catalog.sqlite3")
    yield Catalog(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """One that only questions are put to."""
    engine = open_database(tmp_path_factory.mktemp("news") / "catalog.sqlite3")
    catalog = Catalog(engine)
    for id, (title, text) in NEWS.items():
        add(catalog, id, text, title)
    yield catalog
    engine.dispose()


def add(catalog: Catalog, id: str, text: str, title: str = "T") -> None:
    change = catalog.change(Article(id=id, title=title, text=text, source=id))
    passage = Passage(change.article, 0, len(text))
    catalog.record([Record(change, [passage], np.eye(1, 8, dtype=np.float32))])


def found(catalog: Catalog, question: str, filters: Filters = Filters(), k: int = 99) -> dict[str, float]:
    """The articles found, best first, and their scores."""
    scores = catalog.best_words(question, filters, k)
    passages = catalog.passages(list(scores))
    return {passages[key].article.id: score for key, score in scores.items()}


def test_a_rare_word_beats_a_common_one(news: Catalog) -> None:
    assert next(iter(found(news, "Which city has Ylva?"))) == "storm"
    assert next(iter(found(news, "Ferries in the city"))) == "bridge"


def test_a_passage_with_more_of_the_words_comes_first(catalog: Catalog) -> None:
    add(catalog, "both", "Ferries cross the harbour today.")
    add(catalog, "one", "Ferries cross the river today.")
    add(catalog, "none", "Trains cross the bridge today.")
    assert list(found(catalog, "ferries harbour")) == ["both", "one"]


def test_a_word_in_the_body_counts_more_than_one_in_the_title(catalog: Catalog) -> None:
    add(catalog, "title", "Trains run today.", "Ferries")
    add(catalog, "body", "Ferries run today.", "Trains")
    assert list(found(catalog, "ferries")) == ["body", "title"]


def test_scores_are_positive_and_sorted_and_at_most_k(news: Catalog) -> None:
    scores = list(found(news, "city power Halvern bridge").values())
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0
    assert len(found(news, "city power Halvern bridge", k=2)) == 2
    assert list(found(news, "city power Halvern bridge", k=2).values()) == scores[:2]


def test_scores_order_passages_as_bm25_does(catalog: Catalog) -> None:
    texts = {
        "a": "harbour harbour bridge",
        "b": "harbour bridge bridge bridge tunnel",
        "c": "bridge tunnel tunnel station river hill",
        "d": "station",
        "e": "river hill",
    }
    for id, text in texts.items():
        add(catalog, id, text, "x")
    counts = {id: Counter(text.split()) for id, text in texts.items()}
    length = {id: count.total() + 1 for id, count in counts.items()}  # the title is a word of it
    mean = sum(length.values()) / len(length)

    def bm25(id: str) -> float:
        score = 0.0
        for word in ("harbour", "tunnel"):
            having = sum(word in count for count in counts.values())
            idf = max(log((len(texts) - having + 0.5) / (having + 0.5)), 1e-6)
            often = counts[id][word]
            score += idf * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * length[id] / mean))
        return score

    expected = sorted((id for id in texts if bm25(id)), key=bm25, reverse=True)
    scores = found(catalog, "harbour tunnel")
    assert list(scores) == expected
    for id, score in scores.items():
        assert score == pytest.approx(bm25(id), rel=1e-3)


@pytest.mark.parametrize(
    "question", ["BRIDGE", "bridges", "bridge's", "bridge’s", "the bridge?", '"bridge"', "Bridge:"]
)
def test_case_ending_and_punctuation_do_not_matter(news: Catalog, question: str) -> None:
    assert "bridge" in found(news, question)


@pytest.mark.parametrize(
    ("question", "id"), [("cafe zurich", "cafe"), ("Київ", "uk"), ("СТОЛИЦЯ", "uk"), ("北京", "zh")]
)
def test_other_scripts_and_accents_are_found(news: Catalog, question: str, id: str) -> None:
    assert list(found(news, question)) == [id]


def test_a_number_is_found_as_it_is_written(news: Catalog) -> None:
    assert list(found(news, "412,000")) == ["storm"]


def test_a_stop_word_does_not_find_an_article_when_there_is_a_better_word(news: Catalog) -> None:
    assert list(found(news, "Where was the storm?")) == ["storm"]
    assert "the" in STOP_WORDS


@pytest.mark.parametrize("question", ODD_QUESTIONS)
@pytest.mark.parametrize("filters", [Filters(), Filters(sources=("STORM",))])
def test_no_question_is_an_error(news: Catalog, question: str, filters: Filters) -> None:
    scores = found(news, question, filters)
    assert set(scores) <= (set(NEWS) if filters.empty else {"storm"})


@pytest.mark.parametrize("question", ["", "?!", "🌪️", "unheard", "* ^ : -"])
def test_what_no_article_says_finds_none(news: Catalog, question: str) -> None:
    assert found(news, question) == {}


@pytest.mark.parametrize(
    "question", ["-storm", "NOT storm", "storm AND unheard", "^storm", "title:unheard storm", '"storm']
)
def test_operators_are_words_and_change_nothing(news: Catalog, question: str) -> None:
    assert "storm" in found(news, question)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(question="\ud800 storm")
@given(question=st.text(st.characters(), max_size=60))
def test_no_text_whatever_is_an_error(news: Catalog, question: str) -> None:
    found(news, question)
    found(news, question, Filters(sources=("storm",)))


def test_of_many_words_the_rarest_decide(catalog: Catalog) -> None:
    common = [f"common{number}" for number in range(MAX_TERMS + 5)]
    for number in range(5):
        add(catalog, f"c{number}", " ".join(common))
    add(catalog, "rare", "Ylva " + " ".join(common))
    assert next(iter(found(catalog, " ".join([*common, "Ylva"])))) == "rare"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """More passages with one word than are scored: of even ones in one article, of odd ones in another."""
    engine = open_database(tmp_path_factory.mktemp("crowd") / "catalog.sqlite3")
    catalog = Catalog(engine)
    for id in ("even", "odd"):
        lines = [f"harbour {id} number{number}" for number in range(MAX_SCORED + 50)]
        change = catalog.change(Article(id=id, title="T", text="\n".join(lines), source=id))
        ends = np.cumsum([len(line) + 1 for line in lines]).tolist()
        cut = [Passage(change.article, end - len(line) - 1, end - 1) for line, end in zip(lines, ends, strict=True)]
        catalog.record([Record(change, cut, np.eye(len(cut), 8, dtype=np.float32))])
    add(catalog, "rare", "The harbour of Ylva")
    add(catalog, "last", "harbour")
    yield catalog
    engine.dispose()


def test_a_rare_word_is_found_among_more_passages_than_are_scored(crowd: Catalog) -> None:
    assert list(found(crowd, "Which harbour is Ylva's?")) == ["rare"]
    assert list(crowd.best_words("harbour number7", Filters(), 9)) == [8, MAX_SCORED + 58]


def test_of_more_passages_than_are_scored_the_newest_are(crowd: Catalog) -> None:
    keys = crowd.best_words("harbour", Filters(), MAX_SCORED * 3)
    assert len(keys) == MAX_SCORED
    assert min(keys) == 2 * (MAX_SCORED + 50) + 2 - MAX_SCORED + 1


@pytest.mark.parametrize("source", ["even", "odd", "last"])
def test_a_filter_finds_what_it_admits_among_more_passages_than_are_scored(crowd: Catalog, source: str) -> None:
    assert set(found(crowd, "harbour", Filters(sources=(source,)))) == {source}
    admitted = crowd.admitted(Filters(sources=(source, "rare")))[0]
    assert crowd.best_words("Ylva harbour", Filters(sources=(source, "rare")), 1).keys() <= set(admitted)
    assert list(found(crowd, "Ylva harbour", Filters(sources=(source, "rare")), 1)) == ["rare"]


@pytest.mark.parametrize(("text", "same"), [("Crème BRÛLÉE", "creme brulee"), ("Київ", "київ"), ("e\u0301", "e")])
def test_words_are_folded_as_the_table_folds_them(catalog: Catalog, text: str, same: str) -> None:
    assert folded(text) == same
    add(catalog, "a", text)
    assert all(list(found(catalog, word)) == ["a"] for word in words_of(same))


@pytest.mark.parametrize(
    "word", ["refugees", "cities", "sizing", "hoping", "elected", "president", "400", "s", "us", "as"]
)
def test_stems_are_those_of_the_table(catalog: Catalog, word: str) -> None:
    add(catalog, "a", word)
    add(catalog, "b", "other")
    known = catalog.rarity([stem(word), "unheard"])
    assert known[stem(word)] < known["unheard"]


def test_words_of_a_deleted_article_are_not_found(catalog: Catalog) -> None:
    add(catalog, "a", "harbour", "Ferries")
    add(catalog, "b", "harbour", "Trains")
    catalog.delete("a")
    assert list(found(catalog, "harbour")) == ["b"]
    assert found(catalog, "ferries") == {}


def test_words_of_a_replaced_revision_are_not_found(catalog: Catalog) -> None:
    add(catalog, "a", "harbour", "Ferries")
    add(catalog, "a", "tunnel", "Trains")
    assert found(catalog, "harbour ferries") == {}
    assert list(found(catalog, "tunnel")) == list(found(catalog, "trains")) == ["a"]


def test_a_score_forgets_what_was_deleted(catalog: Catalog) -> None:
    add(catalog, "a", "harbour bridge")
    add(catalog, "b", "tunnel")
    add(catalog, "c", "station")
    alone = found(catalog, "harbour")
    for id in "defg":
        add(catalog, id, "harbour harbour harbour")
    assert found(catalog, "harbour")["a"] < alone["a"]
    for id in "defg":
        catalog.delete(id)
    assert found(catalog, "harbour") == alone


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sources=st.lists(st.sampled_from([id.upper() for id in NEWS]), max_size=3),
    ids=st.lists(st.sampled_from([*NEWS, "x"]), max_size=3),
    words=st.lists(st.sampled_from("city power bridge storm Halvern Київ café 北京 the".split()), max_size=4),
    k=st.integers(1, 4),
)
def test_a_filtered_search_is_the_whole_search_without_what_is_not_admitted(
    news: Catalog, sources: list[str], ids: list[str], words: list[str], k: int
) -> None:
    filters = Filters(sources=tuple(sources), article_ids=tuple(ids))
    everything = found(news, " ".join(words))
    admitted = {id: score for id, score in everything.items() if filters.admit(news.article(id))}
    assert list(found(news, " ".join(words), filters, k).items()) == list(admitted.items())[:k]
