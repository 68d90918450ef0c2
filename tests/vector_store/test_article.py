"""The shared words: which articles filters admit, what counts as a time, and when two texts are one article."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from vector_store.article import Article, Filters, LastMoment, Moment, Passage, canonical_url, identity, midnight_utc
from vector_store.submission import is_web_address

EARLY = datetime(2022, 2, 24, 5, 0, tzinfo=UTC)
KYIV = Article(id="kyiv", title="Kyiv", text="Kyiv stands.", source="Écho", published=EARLY)
UNDATED = Article(id="undated", title="Kyiv", text="Kyiv stands.", source="Écho")
NAMELESS = Article(id="nameless", title="Kyiv", text="Kyiv stands.", published=EARLY)


def moment(value: object) -> datetime:
    return TypeAdapter(Moment).validate_python(value)


def last_moment(value: object) -> datetime:
    return TypeAdapter(LastMoment).validate_python(value)


def code(filters: dict[str, object]) -> str:
    with pytest.raises(ValidationError) as refusal:
        Filters.model_validate(filters)
    (problem,) = refusal.value.errors()
    return problem["type"]


def test_a_passage_is_a_slice_counted_in_code_points() -> None:
    article = Article(id="a", title="T", text="👩🏽‍🚒 Kyiv é\u0301")
    assert Passage(article, 5, 9).text == article.text[5:9] == "Kyiv"


def test_empty_filters_admit_every_article() -> None:
    assert Filters().empty
    assert all(Filters().admit(article) for article in (KYIV, UNDATED, NAMELESS))


@pytest.mark.parametrize(
    "filters",
    [
        Filters(article_ids=("kyiv",)),
        Filters(sources=("BBC",)),
        Filters(published_from=EARLY),
        Filters(published_to=EARLY),
    ],
)
def test_filters_with_any_limit_are_not_empty(filters: Filters) -> None:
    assert not filters.empty


def test_only_the_named_articles_are_admitted_and_their_ids_are_exact() -> None:
    assert Filters(article_ids=("x", "kyiv")).admit(KYIV)
    assert not Filters(article_ids=("KYIV",)).admit(KYIV)


@pytest.mark.parametrize("source", ["Écho", "ÉCHO", "écho"])
def test_the_case_of_a_source_does_not_matter_beyond_ascii_either(source: str) -> None:
    assert Filters(sources=("BBC", source)).admit(KYIV)


@pytest.mark.parametrize("source", ["Echo", "Éch", "Écho ", "BBC"])
def test_another_source_is_not_admitted(source: str) -> None:
    assert not Filters(sources=(source,)).admit(KYIV)


@pytest.mark.parametrize("source", ["", "None", "Écho"])
def test_an_article_without_a_publisher_is_admitted_by_no_list_of_publishers(source: str) -> None:
    assert not Filters(sources=(source,)).admit(NAMELESS)


def test_both_bounds_are_inclusive() -> None:
    tick = timedelta(microseconds=1)
    assert Filters(published_from=EARLY, published_to=EARLY).admit(KYIV)
    assert not Filters(published_from=EARLY + tick).admit(KYIV)
    assert not Filters(published_to=EARLY - tick).admit(KYIV)


def test_bounds_compare_moments_not_clocks() -> None:
    in_tokyo = EARLY.astimezone(timezone(timedelta(hours=9)))
    assert Filters(published_from=in_tokyo, published_to=in_tokyo).admit(KYIV)


@pytest.mark.parametrize("bound", ["published_from", "published_to"])
@pytest.mark.parametrize("day", ["0100-01-01", "2022-02-24", "9000-01-01"])
def test_an_undated_article_is_admitted_by_no_date_bound(bound: str, day: str) -> None:
    assert not Filters.model_validate({bound: day}).admit(UNDATED)


def test_a_day_includes_its_first_and_its_last_moment() -> None:
    day = Filters.model_validate({"published_from": "2022-02-24", "published_to": "2022-02-24"})
    first, after = datetime(2022, 2, 24, tzinfo=UTC), datetime(2022, 2, 25, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    admitted = [
        day.admit(Article(id="a", title="T", text="t", published=published))
        for published in (first - tick, first, after - tick, after)
    ]
    assert admitted == [False, True, True, False]


@pytest.mark.parametrize("bound", ["published_from", "published_to"])
def test_an_undated_article_is_admitted_where_that_is_asked_for(bound: str) -> None:
    filters = Filters.model_validate({bound: "2022-02-24", "undated": True})
    assert filters.admit(UNDATED)
    assert not filters.empty
    assert Filters(undated=True).empty
    assert not Filters.model_validate({bound: "2022-02-24", "undated": True, "sources": ["BBC"]}).admit(UNDATED)


def test_days_that_a_question_names_are_those_of_dated_articles() -> None:
    for named in (Filters(undated=True).near(EARLY.date()), Filters(undated=True).within(EARLY.date(), None)):
        assert named is not None
        assert named.admit(KYIV)
        assert not named.admit(UNDATED)


@given(
    ids=st.sampled_from([(), ("kyiv",), ("x", "kyiv"), ("x",)]),
    sources=st.sampled_from([(), ("ÉCHO",), ("BBC",)]),
    start=st.sampled_from([None, EARLY - timedelta(days=1), EARLY]),
    end=st.sampled_from([None, EARLY, EARLY + timedelta(days=1)]),
)
def test_filters_together_admit_what_each_of_them_admits(
    ids: tuple[str, ...], sources: tuple[str, ...], start: datetime | None, end: datetime | None
) -> None:
    together = Filters(article_ids=ids, sources=sources, published_from=start, published_to=end)
    each = [
        Filters(article_ids=ids),
        Filters(sources=sources),
        Filters(published_from=start),
        Filters(published_to=end),
    ]
    for article in (KYIV, UNDATED, NAMELESS):
        assert together.admit(article) == all(one.admit(article) for one in each)


@pytest.mark.parametrize("value", ["2022-02-25", " 2022-02-25\n", date(2022, 2, 25)])
def test_a_day_is_midnight_utc_and_as_a_last_moment_its_end(value: object) -> None:
    assert moment(value) == midnight_utc(date(2022, 2, 25)) == datetime(2022, 2, 25, tzinfo=UTC)
    assert last_moment(value) == datetime(2022, 2, 25, 23, 59, 59, 999_999, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["2022-02-25T09:30:00+02:00", "2022-02-25 07:30Z", datetime(2022, 2, 25, 7, 30, tzinfo=UTC)]
)
def test_a_time_with_its_zone_is_that_moment_at_either_bound(value: object) -> None:
    assert moment(value) == last_moment(value) == datetime(2022, 2, 25, 7, 30, tzinfo=UTC)


def test_a_time_keeps_its_own_offset() -> None:
    assert moment("2022-02-25T00:30:00+02:00").utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize("naive", ["2022-02-25T09:30:00", "2022-02-25 09:30", datetime(2022, 2, 25, 9, 30)])  # noqa: DTZ001
def test_a_time_without_a_zone_is_refused(naive: object) -> None:
    assert code({"published_from": naive}) == code({"published_to": naive}) == "no_zone"


@pytest.mark.parametrize(
    "nonsense",
    [
        "2022",
        2022,
        2022.5,
        True,
        "1645776000",
        "yesterday",
        "",
        "25.02.2022",
        "2022-13-01",
        "2022-02-30",
        "2022-02-25T25:00:00Z",
        "2022-02-25 and so on",
        "٢٠٢٢-02-25",
        "0001-01-01",
        "9999-12-31",
        "9999-12-31T23:00:00-05:00",
        [],
        {},
        b"2022-02-25",
    ],
)
def test_what_is_no_date_is_refused_and_never_guessed(nonsense: object) -> None:
    assert code({"published_from": nonsense}) == code({"published_to": nonsense}) == "not_a_date"


@given(st.one_of(st.text(max_size=30), st.integers(), st.floats()))
def test_any_value_is_an_aware_time_or_refused(value: object) -> None:
    for read in (moment, last_moment):
        try:
            assert read(value).tzinfo is not None
        except ValidationError as refusal:
            assert {problem["type"] for problem in refusal.errors()} <= {"not_a_date", "no_zone"}  # noqa: PT017


def test_a_reversed_period_is_refused() -> None:
    assert code({"published_from": "2022-02-25", "published_to": "2022-02-24"}) == "period_reversed"
    assert code({"published_from": "2022-02-25T10:00Z", "published_to": "2022-02-25T11:30+02:00"}) == "period_reversed"


def test_a_period_of_one_moment_or_one_day_is_not_reversed() -> None:
    assert Filters(published_from=EARLY, published_to=EARLY).published_to == EARLY
    Filters.model_validate({"published_from": "2022-02-25", "published_to": "2022-02-25"})


def test_a_key_that_is_no_filter_is_refused() -> None:
    assert code({"source": "BBC"}) == "extra_forbidden"


def test_the_given_id_stands() -> None:
    assert identity(given="a-1", url="https://x.example/a", title="T", text="t") == "a-1"


@pytest.mark.parametrize(
    "other",
    [
        "HTTPS://X.Example/News/1",
        "https://x.example/News/1/",
        "https://x.example/News/1#comments",
        "  https://x.example/News/1\n",
        "http://x.example/News/1",
        "http://x.example:80/News/1",
        "https://x.example:443/News/1",
        "https://x.example/News/1?",
        "https://x.example/News/1/?utm_source=letter&UTM_Medium=email&fbclid=Iw&gclid=C&mc_eid=1&at_medium=RSS",
        "https://x.example/./Sport/../News/%31",
    ],
)
def test_addresses_of_one_page_are_one_identity(other: str) -> None:
    plain = "https://x.example/News/1"
    assert canonical_url(other) == canonical_url(plain) == plain
    assert identity(given=None, url=other, title="A", text="a") == identity(given=None, url=plain, title="B", text="b")


@pytest.mark.parametrize(
    "other",
    [
        "https://x.example/news/1",
        "https://x.example/News/1?page=2",
        "https://x.example:8443/News/1",
        "https://www.x.example/News/1",
        "https://x.example/News%2F1",
        *(f"https://x.example/News/1?{name}=2" for name in ("id", "cid", "ref", "source", "at_id", "utm", "p")),
    ],
)
def test_addresses_of_different_pages_are_different_identities(other: str) -> None:
    assert canonical_url(other) != canonical_url("https://x.example/News/1")


def test_the_order_of_parameters_and_the_way_of_writing_a_letter_do_not_matter() -> None:
    one = canonical_url("https://müller.example/stra%c3%9fe/~a?b=%7e2&a=1+2&a=0")
    assert one == canonical_url("http://xn--mller-kva.example/straße/%7Ea?a=0&a=1%202&b=~2")


HOSTS = st.sampled_from(["x.example", "X.Example:80", "u:80@x:443", "x:8443", "müller.example", "[::0:1]:443", "x."])
PIECES = st.sampled_from([*"/?#;=&%.~+[|:@\\aBü", "//", "..", "%2f", "%7e", "%zz", "%26", "utm_x=1", "&fbclid=", "a=1"])


@settings(max_examples=300)
@given(scheme=st.sampled_from(["http", "https"]), host=HOSTS, rest=st.lists(PIECES, max_size=8).map("".join))
def test_a_canonical_address_is_canonical(scheme: str, host: str, rest: str) -> None:
    url = f"{scheme}://{host}/{rest}"
    assert is_web_address(url)
    canonical = canonical_url(url)
    assert canonical_url(canonical) == canonical
    assert is_web_address(canonical)


def test_without_an_address_the_words_decide() -> None:
    first = identity(given=None, url=None, title="T", text="t")
    assert first == identity(given="", url="", title="T", text="t")
    assert first != identity(given=None, url=None, title="T", text="t ")
    assert first != identity(given=None, url=None, title="U", text="t")


def test_filters_near_a_day_admit_what_was_published_about_it() -> None:
    near = Filters().near(EARLY.date())
    assert near is not None
    assert near.admit(KYIV)
    assert not near.admit(UNDATED)
    later = Filters().near(date(2022, 3, 1))
    assert later is not None
    assert not later.admit(KYIV)


def test_filters_near_a_day_never_admit_more_than_before() -> None:
    narrow = Filters(sources=("Nobody",), published_from=EARLY)
    near = narrow.near(EARLY.date())
    assert near is not None
    assert not near.admit(KYIV)
    assert near.published_from == EARLY
    assert narrow.near(date(2021, 1, 1)) is None
