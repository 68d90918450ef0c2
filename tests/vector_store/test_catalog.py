"""The truth in SQL: what comes in, what it means, what leaves, and which articles a filter admits."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vector_store.article import Article, Filters, Passage
from vector_store.catalog import Catalog
from vector_store.changes import Change, Record
from vector_store.database import open_database
from vector_store.errors import ArticleNotFoundError
from vector_store.holdings import Overview
from vector_store.passages import Vectors

NOON = datetime(2022, 2, 24, 12, 0, tzinfo=UTC)
KYIV = Article(
    id="kyiv",
    title="Kyiv",
    text="Kyiv stands.\nThe Dnieper flows.",
    url="https://x.example/kyiv",
    source="Écho",
    author="Ada",
    published=NOON,
    language="en",
)
SOURCES = [None, "BBC", "bbc", "ÉCHO", "écho", "Straße", "STRASSE", "", "İstanbul", "ΣΊΣΥΦΟΣ", "σίσυφος"]
TIMES = st.one_of(
    st.none(),
    st.builds(
        lambda minutes, tick, offset: (NOON + timedelta(minutes=minutes, microseconds=tick)).astimezone(
            timezone(timedelta(minutes=offset))
        ),
        st.integers(-2, 2),
        st.integers(-1, 1),
        st.sampled_from([0, 120, -570]),
    ),
)
ARTICLES_GIVEN = st.lists(
    st.builds(
        Article, id=st.sampled_from("abcdefg"), title=st.just("T"), text=st.uuids().map(str),
        source=st.sampled_from(SOURCES), published=TIMES,
    ),
    max_size=7,
    unique_by=lambda article: article.id,
)  # fmt: skip


@st.composite
def filters_given(draw: st.DrawFn) -> Filters:
    bounds = [draw(TIMES), draw(TIMES)]
    if None not in bounds:
        bounds.sort()
    return Filters(
        article_ids=tuple(draw(st.lists(st.sampled_from("abcxA"), max_size=3))),
        sources=tuple(draw(st.lists(st.sampled_from([*SOURCES[1:], "CNN"]), max_size=3))),
        published_from=bounds[0],
        published_to=bounds[1],
        undated=draw(st.booleans()),
    )


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty one."""
    engine = open_database(tmp_path / "catalog.sqlite3")
    yield Catalog(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """One that generated articles go through; each test empties it first."""
    engine = open_database(tmp_path_factory.mktemp("shared") / "catalog.sqlite3")
    yield Catalog(engine)
    engine.dispose()


def vectors(count: int, seed: int = 0) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


def lines(article: Article) -> list[Passage]:
    """Each line a passage."""
    starts = [0, *(place + 1 for place, letter in enumerate(article.text) if letter == "\n")]
    return [Passage(article, start, len((article.text[start:] + "\n").split("\n")[0]) + start) for start in starts]


def add(catalog: Catalog, *articles: Article) -> list[Change]:
    """One after the other; what became of each."""
    changes = []
    for article in articles:
        change = catalog.change(article)
        if change.status != "unchanged":
            passages = lines(change.article)
            (change,) = catalog.record([Record(change, passages, vectors(len(passages)))])
        changes.append(change)
    return changes


def article(id: str, text: str | None = None, published: datetime | None = None) -> Article:
    return Article(id=id, title="T", text=text or f"Text of {id}.", published=published)


def ids(articles: Sequence[Article]) -> list[str]:
    return [article.id for article in articles]


def keys(catalog: Catalog, filters: Filters = Filters()) -> list[int]:
    return catalog.admitted(filters)[0]


def texts(catalog: Catalog, filters: Filters = Filters()) -> set[str]:
    return {passage.text for passage in catalog.passages(keys(catalog, filters)).values()}


def test_a_new_article_is_created_and_kept_in_every_field(catalog: Catalog) -> None:
    (change,) = add(catalog, KYIV)
    assert (change.status, change.article.revision, change.duplicate_of) == ("created", 1, None)
    assert catalog.article("kyiv") == KYIV


def test_the_catalog_counts_revisions_whatever_the_article_says(catalog: Catalog) -> None:
    (change,) = add(catalog, Article(id="a", title="T", text="t", revision=7))
    assert change.article.revision == 1


def test_the_same_article_again_is_unchanged(catalog: Catalog) -> None:
    _, change = add(catalog, KYIV, KYIV)
    assert (change.status, change.article.revision) == ("unchanged", 1)
    assert len(catalog.revisions("kyiv")) == 1


@pytest.mark.parametrize("field", ["title", "text", "url", "source", "author", "published", "language"])
def test_a_change_of_any_field_is_the_next_revision(catalog: Catalog, field: str) -> None:
    fields = {name: getattr(KYIV, name) for name in KYIV.__dataclass_fields__}
    changed = Article(**fields | {field: NOON + timedelta(seconds=1) if field == "published" else "other"})
    _, change = add(catalog, KYIV, changed)
    assert (change.status, change.article.revision) == ("updated", 2)
    assert getattr(catalog.article("kyiv"), field) == getattr(changed, field)


def test_the_same_moment_by_another_clock_is_the_next_revision(catalog: Catalog) -> None:
    """Half past midnight in Warsaw is of another day than half past eleven at night in London."""
    in_london, in_warsaw = (
        article("a", "t", datetime(2022, 2, 25, 0, 30, tzinfo=timezone(timedelta(hours=1))).astimezone(zone))
        for zone in (UTC, timezone(timedelta(hours=1)))
    )
    assert in_london == in_warsaw
    _, changed, again = add(catalog, in_london, in_warsaw, in_warsaw)
    assert (changed.status, changed.article.revision, again.status) == ("updated", 2, "unchanged")
    kept = catalog.article("a").published
    assert kept is not None
    assert kept.isoformat() == "2022-02-25T00:30:00+01:00"


def test_what_articles_mean_that_come_together_is_what_they_mean_one_after_the_other(catalog: Catalog) -> None:
    add(catalog, article("a", "one"), article("b", "one"))
    together = [article("a", "one"), article("a", "two"), article("a", "two"), article("c", "one"), article("a", "one")]
    changes = catalog.changes(together)
    assert [(change.status, change.article.revision) for change in changes] == [
        ("unchanged", 1),
        ("updated", 2),
        ("unchanged", 2),
        ("created", 1),
        ("updated", 3),
    ]
    catalog.record([Record(change, [], vectors(0)) for change in changes if change.status != "unchanged"])
    assert [catalog.article("a", revision).text for revision in (1, 2, 3)] == ["one", "two", "one"]


def test_an_old_revision_stays_readable(catalog: Catalog) -> None:
    add(catalog, article("a", "one"), article("a", "two"), article("a", "three"))
    assert [catalog.article("a", revision).text for revision in (1, 2, 3)] == ["one", "two", "three"]
    assert catalog.article("a").revision == 3
    numbers, times = zip(*catalog.revisions("a"), strict=True)
    assert numbers == (1, 2, 3)
    assert list(times) == sorted(times)


def test_the_passages_of_a_replaced_revision_are_gone(catalog: Catalog) -> None:
    add(catalog, article("a", "harbour\nbridge"))
    old = keys(catalog)
    add(catalog, article("a", "tunnel"))
    assert texts(catalog) == {"tunnel"}
    assert catalog.passages(old) == catalog.vectors(old) == {}
    assert catalog.best_words("harbour bridge", Filters(), 9) == {}
    assert catalog.passage_count("a") == catalog.overview().passages == 1


def test_a_key_is_never_used_again(catalog: Catalog) -> None:
    add(catalog, article("a"))
    before = keys(catalog)
    catalog.delete("a")
    add(catalog, article("b"))
    assert not set(before) & set(keys(catalog))


@pytest.mark.parametrize("copy", ["The bridge closed.", "THE  bridge\n closed. ", "the bridge\tclosed."])
def test_a_text_that_differs_in_case_and_white_space_only_is_a_duplicate(catalog: Catalog, copy: str) -> None:
    _, change = add(catalog, article("z", "The bridge closed."), article("a", copy))
    assert (change.status, change.duplicate_of, change.article.revision) == ("duplicate", "z", 1)
    assert catalog.article("a").text == copy


def test_a_third_copy_names_the_first_article_too(catalog: Catalog) -> None:
    *_, third = add(catalog, article("z", "same"), article("a", "same"), article("m", "same"))
    assert third.duplicate_of == "z"


def test_a_deleted_article_is_nowhere(catalog: Catalog) -> None:
    add(catalog, article("a", "harbour"), article("a", "harbour bridge"), article("b", "tunnel"))
    catalog.delete("a")
    for revision in (None, 1, 2):
        with pytest.raises(ArticleNotFoundError):
            catalog.article("a", revision)
    assert catalog.revisions("a") == []
    assert catalog.passage_count("a") == 0
    assert ids(list(catalog.articles())) == ids(catalog.page(Filters(), "", None, 9)) == ["b"]
    assert texts(catalog) == {"tunnel"}
    assert catalog.best_words("harbour bridge", Filters(), 9) == {}
    assert catalog.page(Filters(), "harbour", None, 9) == []


def test_a_deleted_article_comes_back_as_new(catalog: Catalog) -> None:
    add(catalog, article("a", "one"), article("a", "two"))
    catalog.delete("a")
    (change,) = add(catalog, article("a", "two"))
    assert (change.status, change.article.revision) == ("created", 1)


def test_what_is_not_there_cannot_be_deleted_or_read(catalog: Catalog) -> None:
    add(catalog, article("a"))
    with pytest.raises(ArticleNotFoundError):
        catalog.delete("b")
    with pytest.raises(ArticleNotFoundError, match="revision 2"):
        catalog.article("a", 2)
    with pytest.raises(ArticleNotFoundError, match="article 'b'"):
        catalog.article("b", 2)


def test_when_the_original_is_deleted_one_of_its_copies_takes_its_place(catalog: Catalog) -> None:
    add(catalog, article("o", "same"), article("b", "same"), article("c", "same"))
    catalog.delete("o")
    (new,) = add(catalog, article("n", "same"))
    assert new.duplicate_of == "b"
    catalog.delete("b")
    (newer,) = add(catalog, article("m", "same"))
    assert newer.duplicate_of == "c"


def test_when_the_original_gets_other_words_one_of_its_copies_takes_its_place(catalog: Catalog) -> None:
    add(catalog, article("o", "same"), article("b", "same"), article("c", "same"), article("o", "other"))
    of_old, of_new = add(catalog, article("n", "same"), article("m", "other"))
    assert (of_old.status, of_old.duplicate_of) == ("duplicate", "b")
    assert (of_new.status, of_new.duplicate_of) == ("duplicate", "o")


def test_an_original_with_a_new_headline_stays_the_original(catalog: Catalog) -> None:
    renamed = Article(id="o", title="Another headline", text="same")
    add(catalog, article("o", "same"), article("b", "same"), renamed)
    (new,) = add(catalog, article("n", "same"))
    assert new.duplicate_of == "o"


def test_a_copy_that_gets_words_of_its_own_is_no_copy(catalog: Catalog) -> None:
    *_, changed = add(catalog, article("o", "same"), article("b", "same"), article("b", "own"))
    assert (changed.status, changed.duplicate_of) == ("updated", None)
    catalog.delete("o")
    (new,) = add(catalog, article("n", "own"))
    assert new.duplicate_of == "b"


def test_published_keeps_the_offset_of_the_publisher(catalog: Catalog) -> None:
    in_warsaw = datetime(2022, 2, 25, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    in_india = datetime(2022, 2, 25, 0, 30, 0, 5, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    in_newfoundland = datetime(2022, 2, 25, 0, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
    for number, published in enumerate((in_warsaw, in_india, in_newfoundland)):
        add(catalog, article(str(number), published=published))
        kept = catalog.article(str(number)).published
        assert kept is not None
        assert kept.isoformat() == published.isoformat()


def test_an_undated_article_stays_undated(catalog: Catalog) -> None:
    add(catalog, article("a"))
    assert catalog.article("a").published is None


@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(articles=[Article(id="a", title="T", text="t")], filters=Filters(sources=("",)))
@example(articles=[Article(id="a", title="T", text="t", source="ÉCHO")], filters=Filters(sources=("écho",)))
@given(articles=ARTICLES_GIVEN, filters=filters_given())
def test_every_way_through_sql_admits_what_the_filters_admit(
    shared: Catalog, articles: list[Article], filters: Filters
) -> None:
    for kept in list(shared.articles()):
        shared.delete(kept.id)
    add(shared, *articles)
    admitted = sorted(article.id for article in articles if filters.admit(article))

    assert sorted(ids(shared.page(filters, "", None, 99))) == admitted
    assert shared.overview(filters).articles == shared.overview(filters).passages == len(admitted)
    found = shared.passages(keys(shared, filters)).values()
    assert sorted(passage.article.id for passage in found) == admitted


def in_order(articles: Sequence[Article]) -> list[str]:
    """Newest first, undated last, then by id: the definition."""
    dated = [article for article in articles if article.published]
    newest = sorted(dated, key=lambda article: (-(article.published or NOON).timestamp(), article.id))
    return ids(newest) + sorted(article.id for article in articles if not article.published)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(articles=ARTICLES_GIVEN, size=st.integers(1, 3))
def test_pages_show_every_article_once_newest_first_undated_last(
    shared: Catalog, articles: list[Article], size: int
) -> None:
    for kept in list(shared.articles()):
        shared.delete(kept.id)
    add(shared, *articles)
    seen: list[Article] = []
    while page := shared.page(Filters(), "", (seen[-1].published, seen[-1].id) if seen else None, size):
        assert len(page) <= size
        seen += page
    assert ids(seen) == in_order(articles)


def test_a_cursor_outlives_its_article(catalog: Catalog) -> None:
    add(catalog, *(article(id, published=NOON) for id in "abc"), article("d"), article("e"))
    catalog.delete("b")
    catalog.delete("d")
    assert ids(catalog.page(Filters(), "", (NOON, "b"), 9)) == ["c", "e"]
    assert ids(catalog.page(Filters(), "", (None, "d"), 9)) == ["e"]


def test_a_page_with_words_shows_the_articles_that_have_one_of_them(catalog: Catalog) -> None:
    add(catalog, article("a", "harbour\nharbour"), article("b", "tunnel", NOON), article("c", "bridge and harbour"))
    assert ids(catalog.page(Filters(), "HARBOUR tunnels", None, 9)) == ["b", "a", "c"]
    assert ids(catalog.page(Filters(article_ids=("c",)), "harbour", None, 9)) == ["c"]
    assert ids(catalog.page(Filters(), "harbour", (None, "a"), 9)) == ["c"]


def test_words_and_filters_together_find_an_article_among_thousands_with_the_same_words(catalog: Catalog) -> None:
    many = [catalog.change(article(f"a{number:04}", f"Harbour {number}.")) for number in range(1_200)]
    longer = catalog.change(article("z", f"Harbour {'and much else ' * 50}."))
    one = vectors(1)
    catalog.record([Record(change, [Passage(change.article, 0, 9)], one) for change in [*many, longer]])
    assert ids(catalog.page(Filters(article_ids=("z", "a1199")), "harbour", None, 9)) == ["a1199", "z"]


def test_the_overview_tells_counts_publishers_and_period(catalog: Catalog) -> None:
    later = (NOON + timedelta(days=3)).astimezone(timezone(timedelta(hours=9)))
    add(
        catalog,
        KYIV,
        Article(id="b", title="T", text="b", source="BBC", published=later),
        Article(id="c", title="T", text="c", source="BBC"),
        Article(id="d", title="T", text="d"),
    )
    assert catalog.overview() == Overview(4, 5, ("BBC", "Écho"), NOON, later)
    assert catalog.overview(Filters(sources=("bbc",))) == Overview(2, 2, ("BBC",), later, later)
    assert catalog.overview(Filters(published_to=NOON)) == Overview(1, 2, ("Écho",), NOON, NOON)
    assert catalog.overview(Filters(article_ids=("d",))) == Overview(1, 1, (), None, None)
    assert catalog.overview(Filters(article_ids=("x",))) == Overview(0, 0, (), None, None)


def test_the_overview_counts_only_the_newest_revision(catalog: Catalog) -> None:
    add(catalog, KYIV, Article(id="kyiv", title="Kyiv", text="Kyiv.", source="BBC"))
    assert catalog.overview() == Overview(1, 1, ("BBC",), None, None)


def test_filters_look_at_the_newest_revision_only(catalog: Catalog) -> None:
    add(catalog, KYIV, Article(id="kyiv", title="Kyiv", text="Kyiv.", source="BBC"))
    assert texts(catalog, Filters(sources=("Écho",))) == set()
    assert texts(catalog, Filters(published_from=NOON)) == set()
    assert texts(catalog, Filters(sources=("bbc",))) == {"Kyiv."}


def test_vectors_come_back_as_they_were_within_half_precision(catalog: Catalog) -> None:
    change = catalog.change(KYIV)
    given_vectors = vectors(2)
    catalog.record([Record(change, lines(change.article), given_vectors)])
    kept_keys, kept = catalog.admitted(Filters())
    assert kept.dtype == np.float32
    np.testing.assert_allclose(kept, given_vectors, atol=1e-3)
    for place, key in enumerate(kept_keys):
        np.testing.assert_array_equal(catalog.vectors([key])[key], kept[place])


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_batches_hold_every_key_once_in_order(catalog: Catalog, size: int) -> None:
    add(catalog, *(article(id) for id in "abcde"))
    seen = list(catalog.batches(size))
    assert [passage.key for found in seen for passage in found] == keys(catalog)
    assert all(len(found) <= size for found in seen)


def test_cutting_an_article_anew_replaces_its_passages_and_not_its_revision(catalog: Catalog) -> None:
    add(catalog, KYIV)
    catalog.replace_passages(KYIV, [Passage(KYIV, 0, 4)], vectors(1))
    assert texts(catalog) == {"Kyiv"}
    assert catalog.best_words("Dnieper", Filters(), 9) == {}
    assert catalog.article("kyiv") == KYIV


def test_the_index_is_owed_every_passage_that_came_or_went(catalog: Catalog) -> None:
    add(catalog, article("a"))
    came = keys(catalog)
    catalog.delete("a")
    changes = catalog.index_changes()
    assert [key for _, key in changes] == came * 2
    catalog.index_told(changes[0][0])
    assert catalog.index_changes() == changes[1:]
    catalog.index_told(changes[1][0])
    assert catalog.index_changes() == []


def test_a_fact_is_the_last_one_remembered(catalog: Catalog) -> None:
    assert catalog.fact("model") is None
    catalog.remember("model", "one")
    catalog.remember("model", "two")
    catalog.remember("other", "three")
    assert (catalog.fact("model"), catalog.fact("other")) == ("two", "three")


def test_a_rarer_word_tells_more_and_an_unknown_one_most(catalog: Catalog) -> None:
    add(catalog, article("a", "harbour bridges"), article("b", "harbour closed"), article("c", "harbour opened"))
    told = catalog.rarity(["harbour", "bridg", "unheard"])
    assert list(told) == ["harbour", "bridg", "unheard"]
    assert 0 < told["harbour"] < told["bridg"] < told["unheard"]


def test_rarity_forgets_what_was_deleted(catalog: Catalog) -> None:
    add(catalog, article("a", "harbour"), article("b", "harbour"), article("c", "bridge"))
    before = catalog.rarity(["harbour"])["harbour"] / catalog.rarity(["unheard"])["unheard"]
    catalog.delete("a")
    catalog.delete("b")
    after = catalog.rarity(["harbour"])["harbour"] / catalog.rarity(["unheard"])["unheard"]
    assert before < after == 1


def test_rarity_of_nothing_is_nothing(catalog: Catalog) -> None:
    assert catalog.rarity([]) == {}
    assert catalog.rarity(["harbour"]).keys() == {"harbour"}
