"""Articles over time, in few enough bars."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vector_store.article import Filters
from vector_store.histogram import MAX_BARS, Bar, Histogram, Interval, histogram

DAYS = st.dictionaries(st.none() | st.dates(), st.integers(1, 50), max_size=8)


def test_nothing_makes_no_bar_and_undated_articles_are_counted_beside_them() -> None:
    assert histogram({}) == Histogram("day", (), undated=0, articles=0)
    assert histogram({None: 3}) == Histogram("day", (), undated=3, articles=3)


def test_days_without_an_article_have_an_empty_bar() -> None:
    first, second, third = date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)
    assert histogram({third: 2, first: 1, None: 4}) == Histogram(
        "day", (Bar(first, first, 1), Bar(second, second, 0), Bar(third, third, 2)), undated=4, articles=7
    )


def test_weeks_begin_on_monday() -> None:
    wednesday = date(2022, 3, 2)
    bars = histogram({wednesday: 1, wednesday + timedelta(days=70): 1}).bars
    assert (bars[0], len(bars)) == (Bar(date(2022, 2, 28), date(2022, 3, 6), 1), 11)


@pytest.mark.parametrize(
    ("last", "interval", "bars"),
    [
        (date(2020, 1, 1), "day", 1),
        (date(2020, 2, 29), "day", 60),
        (date(2020, 3, 1), "week", 9),
        (date(2021, 2, 21), "week", 60),
        (date(2021, 2, 22), "month", 14),
        (date(2024, 12, 31), "month", 60),
        (date(2025, 1, 1), "year", 6),
        (date(2079, 12, 31), "year", 60),
        (date(2080, 1, 1), "decade", 7),
        (date(2619, 12, 31), "decade", 60),
        (date(2620, 1, 1), "century", 7),
    ],
)
def test_the_interval_is_the_shortest_that_needs_no_more_than_sixty_bars(
    last: date, interval: Interval, bars: int
) -> None:
    made = histogram({date(2020, 1, 1): 1, last: 1})
    assert (made.interval, len(made.bars)) == (interval, bars)


@given(DAYS)
def test_bars_follow_each_other_without_gap_and_count_every_dated_article(days: dict[date | None, int]) -> None:
    made = histogram(days)
    assert len(made.bars) <= MAX_BARS or made.interval == "century"
    assert len(made.bars) <= 100
    assert made.articles == sum(days.values()) == made.undated + sum(bar.articles for bar in made.bars)
    for bar, following in zip(made.bars, made.bars[1:], strict=False):
        assert following.first == bar.last + timedelta(days=1)
    if made.bars:
        assert made.bars[0].articles
        assert made.bars[-1].articles


@given(DAYS)
def test_the_days_of_a_bar_can_be_a_filter(days: dict[date | None, int]) -> None:
    for bar in histogram(days).bars:
        assert bar.first <= bar.last
        Filters.model_validate({"published_from": bar.first.isoformat(), "published_to": bar.last.isoformat()})
