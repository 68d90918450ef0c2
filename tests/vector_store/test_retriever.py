"""Hybrid search: words and vectors together, filters exact, and the same through LangChain's door."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from tests.conftest import Store
from vector_store.article import Article, Filters, Hit
from vector_store.embedding import Embedder
from vector_store.langchain_retriever import LangChainRetriever
from vector_store.retriever import Retriever

DAYS = [datetime(2022, 2, day, 12, tzinfo=UTC) for day in (24, 25, 26)]
NEWS = [
    Article(
        id="bridge",
        title="Harbour bridge closes",
        text="The city closed the bridge on Friday. Ferries run instead.\n\nRepairs to the girders take a month.",
        source="Écho",
        url="https://x.example/bridge",
        published=DAYS[0],
    ),
    Article(
        id="physician",
        title="A doctor retires",
        text="After forty years the village physician hung up her stethoscope.",
        source="BBC",
        published=DAYS[1],
    ),
    Article(id="bees", title="Bees", text="Honeybees sleep in winter. Keepers feed them sugar.", source="ÉCHO"),
    Article(id="vote", title="Votes", text="Halvern elected Ada Moreau on Sunday.", source="bbc", published=DAYS[2]),
    Article(id="storm", title="Storm", text="Storm Ylva cut power to 412,000 homes.", published=DAYS[1]),
]  # fmt: skip


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Store]:
    """A store that only questions are put to."""
    opened = Store(tmp_path_factory.mktemp("news"), embedder)
    opened.add(*NEWS)
    yield opened
    opened.close()


def ids(hits: list[Hit]) -> list[str]:
    return [hit.passage.article.id for hit in hits]


def test_what_only_the_meaning_tells_is_found(news: Store) -> None:
    question = "medical practitioner stopped working"
    assert news.catalog.best_words(question, Filters(), 9) == {}
    assert ids(news.retriever.search(question))[0] == "physician"


def test_what_only_the_words_tell_is_found(store: Store) -> None:
    """A code is nothing to the model: among sixty like it, only the word side knows which."""
    store.add(*(Article(id=f"a{n}", title="Parts", text=f"The part has the number XK{n}9Z7Q.") for n in range(64, 124)))
    assert ids(store.retriever.search("Which part is XK739Z7Q?", k=1)) == ["a73"]


def test_a_passage_that_the_vectors_rank_below_their_pool_is_weighed_for_its_words(
    store: Store, embedder: Embedder
) -> None:
    near = [Article(id=f"n{n}", title="Trains", text=f"The train to Lund is late, number {n}.") for n in range(65)]
    far = Article(id="far", title="Recipe", text="Stir the soup. Add salt, butter and a leaf of zanthe.")
    store.add(*near, far)
    question = "Is the train to Lund late, zanthe?"
    by_vector = store.index.search(embedder.encode([question])[0], 60)
    assert "far" not in {passage.article.id for passage in store.catalog.passages(by_vector).values()}
    weighed = store.retriever.candidates(question, Filters(), 60).cosines
    assert "far" in {passage.article.id for passage in store.catalog.passages(list(weighed)).values()}


def test_scores_are_sorted_and_lie_between_nought_and_one(news: Store) -> None:
    for question in ("Which city closed the bridge?", "Ylva", "physician in winter", "?"):
        for filters in (Filters(), Filters(sources=("BBC", "écho"))):
            scores = [hit.score for hit in news.retriever.search(question, filters)]
            assert scores == sorted(scores, reverse=True)
            assert all(0 <= score <= 1 for score in scores)


def test_the_best_passage_comes_first_and_no_more_than_asked_for(news: Store) -> None:
    every = news.retriever.search("Who won the election in Halvern?", k=99)
    assert ids(every)[0] == "vote"
    assert set(ids(every)) == {article.id for article in NEWS}
    for k in (1, 2, 3):
        assert news.retriever.search("Who won the election in Halvern?", k=k) == every[:k]


def test_no_passage_comes_twice(news: Store) -> None:
    hits = news.retriever.search("bridge ferries girders", k=99)
    assert len({(hit.passage.article.id, hit.passage.start) for hit in hits}) == len(hits)


HOSTILE = [
    "",
    "?",
    "?!… — “”" * 20,
    "the of",
    "who was it and what of that",
    '"AND* NOT',
    "NEAR(storm power, 2) OR title:storm^ -bridge",
    "'; DROP TABLE words; --",
    "storm' OR '1'='1",
    "What is it of the U.S. that s is?",
    "🌪️",
    "👩🏽‍🚒🔌",
    "北京今天下雨吗？",
    "Хто переміг на виборах у Галверні?",
    "من فاز في الانتخابات؟",
    "\x00\u202estorm\x1f",
    "x" * 2_000,
    "storm " * 333,
    " ".join(f"word{number}" for number in range(400))[:2_000],
    "".join(chr(0x4E00 + number) for number in range(2_000)),
]


@pytest.mark.parametrize("question", HOSTILE)
@pytest.mark.parametrize("filters", [Filters(), Filters(sources=("BBC",)), Filters(article_ids=("nowhere",))])
def test_no_question_is_an_error(news: Store, question: str, filters: Filters) -> None:
    hits = news.retriever.search(question, filters)
    assert all(filters.admit(hit.passage.article) for hit in hits)
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert set(ids(hits)) == {article.id for article in NEWS if filters.admit(article)}


@pytest.mark.parametrize(
    "question",
    [
        "storm Ylva NOT power",
        'title:Ylva* OR "storm',
        "Ylva'; DROP TABLE passages; --",
        "🌪️ Ylva 🌪️",
        "What of the storm that was called Ylva? " + "Who was it and what of that? " * 60,
    ],
)
def test_what_a_hostile_question_says_is_found(news: Store, question: str) -> None:
    assert ids(news.retriever.search(question))[0] == "storm"


def test_a_question_in_another_script_finds_its_words(store: Store) -> None:
    store.add(
        *NEWS,
        Article(id="uk", title="Львів", text="Фестиваль у Львові почався в неділю."),
        Article(id="ar", title="بيروت", text="افتتح الميناء في بيروت."),
        Article(id="zh", title="北京", text="北京 今天 下雨。"),
    )
    assert ids(store.retriever.search("Коли почався фестиваль у Львові?"))[0] == "uk"
    assert ids(store.retriever.search("متى افتتح الميناء في بيروت"))[0] == "ar"
    assert ids(store.retriever.search("北京 今天"))[0] == "zh"


def test_an_empty_store_finds_nothing(store: Store) -> None:
    assert store.retriever.search("Where is Kyiv?") == []
    assert store.retriever.search("Where is Kyiv?", Filters(sources=("BBC",))) == []
    assert LangChainRetriever(retriever=store.retriever).invoke("Where is Kyiv?") == []


def test_a_store_of_one_passage_finds_it(store: Store) -> None:
    store.add(NEWS[1])
    assert ids(store.retriever.search("physician")) == ["physician"]
    assert ids(store.retriever.search("quarks")) == ["physician"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    article_ids=st.lists(st.sampled_from(["bridge", "bees", "storm", "BEES", "x"]), max_size=3),
    sources=st.lists(st.sampled_from(["écho", "Écho", "BBC", "CNN", ""]), max_size=2),
    period=st.lists(st.one_of(st.none(), st.sampled_from(DAYS)), min_size=2, max_size=2),
)
def test_filters_are_exact(
    news: Store, article_ids: list[str], sources: list[str], period: list[datetime | None]
) -> None:
    start, end = sorted(period, key=lambda day: day or DAYS[0]) if None not in period else period
    filters = Filters(article_ids=tuple(article_ids), sources=tuple(sources), published_from=start, published_to=end)
    admitted = {article.id for article in NEWS if filters.admit(article)}
    assert set(ids(news.retriever.search("What happened in the city?", filters, k=99))) == admitted


@pytest.fixture(scope="module")
def harbours(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Store]:
    """Two hundred passages that are much alike, more than are weighed."""
    opened = Store(tmp_path_factory.mktemp("harbours"), embedder)
    cargo = ["grain", "steel", "timber", "coffee", "paper", "salt", "oil"]
    opened.add(
        *(
            Article(
                id=f"h{n}",
                title=f"Harbour {n % 9}",
                text=f"Ship {n} brought {cargo[n % 7]} and {cargo[n % 5]} to harbour {n % 9}.",
                source=f"Gazette {n % 4}",
                published=DAYS[n % 3] if n % 11 else None,
            )
            for n in range(200)
        )
    )
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "filters",
    [
        Filters(sources=("GAZETTE 1",)),
        Filters(published_from=DAYS[1]),
        Filters(published_to=DAYS[1], sources=("gazette 0", "gazette 2")),
        Filters(article_ids=tuple(f"h{n}" for n in range(0, 200, 3))),
        Filters(article_ids=("h7",)),
    ],
)
def test_under_a_filter_the_candidates_are_those_of_brute_force(
    harbours: Store, embedder: Embedder, filters: Filters
) -> None:
    for question in ("Which ship brought coffee?", "steel to harbour 4", "What came in on Friday?"):
        vector = embedder.encode_recurring([question])[0]
        keys, vectors = harbours.catalog.admitted(filters)
        order = sorted(range(len(keys)), key=lambda at: (-float(vectors[at] @ vector), keys[at]))
        nearest = {keys[at] for at in order[:10]}
        worded = harbours.catalog.best_words(question, filters, 10)
        found = harbours.retriever.candidates(question, filters, 10).cosines
        assert found.keys() == nearest | worded.keys()
        assert all(filters.admit(passage.article) for passage in harbours.catalog.passages(list(found)).values())


def test_one_article_does_not_fill_the_list(store: Store) -> None:
    """Another with the words of the passage that came last comes before all but three of its passages."""
    text = "\n\n".join(f"The council of Halvern met for the {n}th time about the bridge. " * 12 for n in range(9))
    title = "Halvern's council and the bridge"
    question = "What did the council of Halvern say about the bridge?"
    store.add(Article(id="long", title=title, text=text))
    alone = store.retriever.search(question, k=99)
    assert len(alone) == store.catalog.passage_count("long") > 5
    store.add(Article(id="other", title=title, text=alone[-1].passage.text))
    first = ids(store.retriever.search(question, k=4))
    assert (first.count("long"), first.count("other")) == (3, 1)
    assert ids(store.retriever.search(question, Filters(article_ids=("long",)), k=5)) == ["long"] * 5


def test_a_filter_finds_the_one_article_that_the_whole_search_would_never_show(store: Store) -> None:
    near = [Article(id=f"n{n}", title="Trains", text=f"The train to Lund is late, number {n}.") for n in range(65)]
    store.add(*near, Article(id="far", title="Recipe", text="Stir the soup.", source="BBC"))
    question = "Is the train to Lund late?"
    assert "far" not in ids(store.retriever.search(question, k=60))
    assert ids(store.retriever.search(question, Filters(sources=("bbc",)))) == ["far"]


def test_an_undated_article_is_found_by_no_date_bound(news: Store) -> None:
    question = "What do honeybees do in winter?"
    assert ids(news.retriever.search(question))[0] == "bees"
    for bound in ({"published_from": "0100-01-01"}, {"published_to": "9000-01-01"}):
        hits = news.retriever.search(question, Filters.model_validate(bound), k=99)
        assert set(ids(hits)) == {"bridge", "physician", "vote", "storm"}


def test_a_deleted_article_is_not_found_and_a_corrected_one_is_found_by_its_newest_words(store: Store) -> None:
    store.add(*NEWS)
    store.ingester.delete("storm")
    store.add(Article(id="vote", title="Halvern votes", text="Halvern elected Jan Oster on Sunday."))
    assert "storm" not in ids(store.retriever.search("Storm Ylva cut power", k=99))
    (hit,) = [hit for hit in store.retriever.search("Who was elected?", k=99) if hit.passage.article.id == "vote"]
    assert hit.passage.text == "Halvern elected Jan Oster on Sunday."
    assert hit.passage.article.revision == 2


def test_an_article_deleted_behind_the_back_of_the_index_is_not_found(store: Store) -> None:
    store.add(*NEWS)
    store.catalog.delete("storm")
    assert "storm" not in ids(store.retriever.search("Storm Ylva cut power", k=99))


def test_the_langchain_retriever_gives_documents_that_are_slices_of_articles(news: Store) -> None:
    retriever = LangChainRetriever(retriever=news.retriever, k=3)
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("Which bridge was closed?")
    assert all(type(document) is Document for document in documents)
    assert len(documents) == 3
    for document in documents:
        article = news.catalog.article(document.metadata["article_id"], document.metadata["revision"])
        assert document.page_content == article.text[document.metadata["start_char"] : document.metadata["end_char"]]
    first = documents[0].metadata
    assert (first["article_id"], first["title"], first["source"]) == ("bridge", "Harbour bridge closes", "Écho")
    assert (first["url"], first["published"]) == ("https://x.example/bridge", "2022-02-24T12:00:00+00:00")


def test_the_langchain_retriever_finds_what_the_retriever_finds(news: Store) -> None:
    filters = Filters(sources=("écho",))
    documents = LangChainRetriever(retriever=news.retriever, filters=filters, k=2).invoke("bees")
    hits = news.retriever.search("bees", filters, 2)
    assert [document.metadata["score"] for document in documents] == [hit.score for hit in hits]
    assert [document.page_content for document in documents] == [hit.passage.text for hit in hits]


def test_a_retriever_needs_nothing_but_its_parts(news: Store, embedder: Embedder) -> None:
    assert ids(Retriever(news.catalog, news.index, embedder).search("Ylva", k=1)) == ["storm"]
