"""The vectors in memory: exact under any filter, and right whatever comes and goes."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vector_store.article import Article, Filters
from vector_store.flat_index import FlatIndex
from vector_store.passages import Stored, Vectors

NOON = datetime(2022, 2, 24, 12, tzinfo=UTC)
SOURCES = ["Écho", "BBC", "bbc", "", None]
MOMENTS = [None, NOON, NOON + timedelta(microseconds=1), NOON + timedelta(days=1), datetime(2, 6, 1, tzinfo=UTC)]
DIMENSION = 8


def vectors(count: int, seed: int = 1) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


def article(number: int) -> Article:
    """Articles of every source at every moment."""
    source, moment = SOURCES[number % len(SOURCES)], MOMENTS[number // len(SOURCES) % len(MOMENTS)]
    return Article(id=f"a{number}", title="T", text="x", source=source, published=moment)


def stored(key: int, of: Article, vector: Vectors) -> Stored:
    return Stored(key, vector, of.id, of.source.casefold() if of.source else None, of.published)


ARTICLES = [article(number) for number in range(25)]
KEYS = {key: ARTICLES[key % 25] for key in range(1, 151)}
VECTORS = dict(zip(KEYS, vectors(len(KEYS)), strict=True))


def filled(keys: list[int]) -> FlatIndex:
    flat = FlatIndex()
    flat.put([stored(key, KEYS[key], VECTORS[key]) for key in keys])
    return flat


def brute(keys: set[int], filters: Filters, vector: Vectors, k: int) -> list[int]:
    admitted = [key for key in keys if filters.admit(KEYS[key])]
    return sorted(admitted, key=lambda key: (-float(VECTORS[key] @ vector), key))[:k]


FILTERS = st.builds(
    lambda ids, sources, period, undated: Filters(
        article_ids=tuple(ids),
        sources=tuple(sources),
        published_from=period[0],
        published_to=period[1],
        undated=undated,
    ),
    st.lists(st.sampled_from([*(one.id for one in ARTICLES), "nowhere"]), max_size=4),
    st.lists(st.sampled_from(["écho", "ÉCHO", "BBC", "CNN", ""]), max_size=2),
    st.sampled_from(
        [(start, end) for start in MOMENTS for end in MOMENTS if start is None or end is None or start <= end]
    ),
    st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(filters=FILTERS, k=st.integers(1, 200), seed=st.integers(2, 9))
def test_the_nearest_that_filters_admit_are_those_that_brute_force_finds(filters: Filters, k: int, seed: int) -> None:
    (vector,) = vectors(1, seed)
    flat = filled(list(KEYS))
    assert flat.admitted(filters).tolist() == sorted(brute(set(KEYS), filters, vector, len(KEYS)))
    found = flat.nearest(vector, filters, k)
    assert list(found) == brute(set(KEYS), filters, vector, k)
    for key, cosine in found.items():
        assert cosine == pytest.approx(float(VECTORS[key] @ vector), abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(steps=st.lists(st.tuples(st.booleans(), st.sets(st.sampled_from(sorted(KEYS)), max_size=9)), max_size=12))
def test_whatever_comes_and_goes_only_what_is_there_is_found(steps: list[tuple[bool, set[int]]]) -> None:
    """A key is used once: what went does not come again."""
    flat, there, gone = FlatIndex(), set[int](), set[int]()
    for comes, keys in steps:
        if comes:
            new = keys - gone
            flat.put([stored(key, KEYS[key], VECTORS[key]) for key in sorted(new)])
            there |= new
        else:
            flat.drop(keys)
            gone |= keys
            there -= keys
    assert set(flat.admitted(Filters())) == there
    (vector,) = vectors(1, 7)
    for filters in (Filters(), Filters(sources=("bbc",)), Filters(published_from=NOON)):
        assert list(flat.nearest(vector, filters, 5)) == brute(there, filters, vector, 5)
    assert flat.cosines(vector, KEYS).keys() == there


def test_it_grows_beyond_its_first_rows_and_keeps_them() -> None:
    many = vectors(5_000)
    flat = FlatIndex()
    for start in range(0, 5_000, 700):
        part = range(start, min(start + 700, 5_000))
        flat.put([stored(at + 1, ARTICLES[0], many[at]) for at in part])
    for at in (0, 1_023, 1_024, 2_500, 4_999):
        assert list(flat.nearest(many[at], Filters(), 1)) == [at + 1]


def test_like_vectors_come_in_the_order_of_their_keys() -> None:
    (vector,) = vectors(1)
    flat = FlatIndex()
    flat.put([stored(key, ARTICLES[0], vector) for key in (9, 3, 7, 1, 5)])
    assert list(flat.nearest(vector, Filters(), 3)) == [1, 3, 5]


def test_nothing_is_found_in_nothing() -> None:
    (vector,) = vectors(1)
    assert FlatIndex().nearest(vector, Filters(), 5) == {}
    assert FlatIndex().cosines(vector, [1, 2]) == {}
    assert filled([1]).nearest(vector, Filters(article_ids=("nowhere",)), 5) == {}
