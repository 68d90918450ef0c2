"""Which articles hold any of some phrases, and when they came out: all of them, unranked, through the catalog."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tests.conftest import Store
from vector_store.article import Article, Filters

WARSAW = timezone(timedelta(hours=1))
NEWS = (
    Article(
        "a", "Storm nears", "Refugees waited in Zürich.", source="Post", published=datetime(2022, 3, 1, tzinfo=UTC)
    ),
    Article("b", "Votes", "A refugee won. The U.S. sent 70,000 tents.", source="Post"),
    Article("c", "Storms", "Nothing.", source="Echo", published=datetime(2022, 3, 2, 0, 30, tzinfo=WARSAW)),
    Article("d", "Zurich", "S. U. and 70 people, 000.", source="Echo", published=datetime(2022, 3, 9, tzinfo=UTC)),
)
ALL = {date(2022, 3, 1): 2, date(2022, 3, 9): 1, None: 1}


@pytest.fixture
def news(store: Store) -> Store:
    store.add(*NEWS)
    return store


def days(*published: str | None) -> Counter[date | None]:
    return Counter(None if day is None else date.fromisoformat(day) for day in published)


def test_articles_are_counted_by_their_day_in_utc_and_undated_ones_apart(news: Store) -> None:
    assert news.catalog.published_days(()) == ALL


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("refugees", days("2022-03-01", None)),
        ("storm", days("2022-03-01", "2022-03-01")),
        ("zürich", days("2022-03-01", "2022-03-09")),
        ("u s", days(None)),
        ("70 000", days(None)),
        ("wombat", days()),
    ],
    ids=["in whatever form", "in a title too", "without accents", "letters in order", "digits in order", "nowhere"],
)
def test_a_phrase_is_found(news: Store, phrase: str, found: Counter[date | None]) -> None:
    assert news.catalog.published_days([phrase]) == found


def test_any_of_several_phrases_is_enough_and_an_article_counts_once(news: Store) -> None:
    assert news.catalog.published_days(["tents", "refugee", "storm"]) == days("2022-03-01", "2022-03-01", None)
    assert news.catalog.published_days([f"word{number}" for number in range(1_000)] + ["tents"]) == days(None)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(sources=("post",)),
        Filters(article_ids=("b", "d")),
        Filters.model_validate({"published_from": "2022-03-01", "published_to": "2022-03-01"}),
        Filters.model_validate({"published_from": "2022-03-02"}),
        Filters(sources=("nobody",)),
    ],
)
@pytest.mark.parametrize("phrases", [(), ("refugee", "zurich")], ids=["all", "some"])
def test_only_what_the_filters_admit_counts(news: Store, filters: Filters, phrases: tuple[str, ...]) -> None:
    there = {"a", "b", "d"} if phrases else {"a", "b", "c", "d"}
    wanted = [article for article in NEWS if article.id in there and filters.admit(article)]
    counted = Counter(article.published and article.published.astimezone(UTC).date() for article in wanted)
    assert news.catalog.published_days(phrases, filters) == counted


def test_deleted_articles_and_earlier_revisions_do_not_count(news: Store) -> None:
    news.ingester.delete("a")
    news.add(Article("b", "Votes", "All is well.", source="Post"))
    assert news.catalog.published_days(["refugee", "tents"]) == {}
    assert news.catalog.published_days(["well"]) == days(None)


@pytest.mark.parametrize(
    ("odd", "holding"),
    [
        ("", 0),
        ('"', 0),
        ("\x00", 0),
        ("*", 0),
        ("\N{CYCLONE}", 0),
        ("title:votes", 0),
        ('storm" OR "zurich', 0),
        ("NEAR(storm nears)", 0),
        ("-votes", 1),
        ("AND", 1),
        ("(storm", 2),
    ],
)
def test_no_phrase_is_read_as_a_query(news: Store, odd: str, holding: int) -> None:
    assert sum(news.catalog.published_days([odd]).values()) == holding
    assert sum(news.catalog.published_days([odd, "wombats"]).values()) == holding
