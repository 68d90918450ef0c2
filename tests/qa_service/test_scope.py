"""What a question says about where to look, and how it narrows the filters."""

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_service.answer import Scope
from qa_service.scope import narrowed, preferred, read_scope
from vector_store.article import Article, Filters

WEDNESDAY = date(2022, 3, 9)
ARCHIVE = ("Reuters", "The Guardian", "The Harbour Post", "BBC News")
NO_SCOPE = Scope(words=(), sources=(), published_from=None, published_to=None, strict=False, newest_first=False)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("According to Reuters, how many people have fled?", "How many people have fled?"),
        ("How many died, according to Reuters, in the storm?", "How many died in the storm?"),
        ("What did The Guardian report about the storm?", "What was reported about the storm?"),
        ("How many people did Reuters say had fled?", "How many people had fled?"),
        ("What did Reuters say caused the fire?", "What caused the fire?"),
        ("Did Reuters report that the mayor resigned?", "Is it reported that the mayor resigned?"),
        ("When did Reuters report the blast?", "When was the blast?"),
        ("Did Reuters report on the fire?", "Is there a report on the fire?"),
        ("In the BBC's coverage of the war, who leads?", "In the coverage of the war, who leads?"),
        ("What is said in the Harbour Post about it?", "What is said about it?"),
        ("What happened last week in Kyiv?", "What happened in Kyiv?"),
        ("What happened on 3 March in Kyiv?", "What happened on 3 March in Kyiv?"),
        ("What did Reuters report on 3 March about Kyiv?", "What was reported about Kyiv?"),
        ("What is the latest number of refugees?", "What is the number of refugees?"),
        ("What is the latest from the BBC?", "What is the latest?"),
        ("How many have fled so far?", "How many have fled?"),
        ("What is today's toll?", "What is the toll?"),
        ("Who is currently the mayor?", "Who is the mayor?"),
        ("What is the latest?", "What is the latest?"),
        ("Reuters, yesterday", "Reuters"),
    ],
)
def test_words_that_would_mislead_the_search_are_left_out(question: str, text: str) -> None:
    assert read_scope(question, ARCHIVE, WEDNESDAY).text == text


@pytest.mark.parametrize(
    ("question", "words", "sources", "period", "strict", "newest_first"),
    [
        ("How many fled according to Reuters?", ("according to Reuters",), ("Reuters",), (None, None), False, False),
        ("How many fled by 8 March?", ("by 8 March",), (), (None, date(2022, 3, 8)), False, True),
        (
            "What did Reuters report on 3 March?",
            ("did Reuters report", "on 3 March"),
            ("Reuters",),
            (date(2022, 3, 3), date(2022, 3, 3)),
            True,
            False,
        ),
        (
            "What is the latest from the BBC about 3 March?",
            ("the latest", "from the BBC", "3 March"),
            ("BBC News",),
            (date(2022, 3, 3), date(2022, 3, 6)),
            False,
            True,
        ),
        (
            "Who left between 1 and 3 March, or on 5 March?",
            ("between 1 and 3 March", "on 5 March"),
            (),
            (date(2022, 3, 1), date(2022, 3, 8)),
            False,
            False,
        ),
        (
            "Who left since 1 March but before 5 March?",
            ("since 1 March", "before 5 March"),
            (),
            (date(2022, 3, 1), date(2022, 3, 4)),
            False,
            False,
        ),
        # What is demanded of the report leaves no room for what is only preferred.
        (
            "Who left in 2021, in articles published before 5 March?",
            ("before 5 March",),
            (),
            (None, date(2022, 3, 4)),
            True,
            False,
        ),
    ],
)
def test_the_scope_says_what_was_read(
    question: str,
    words: tuple[str, ...],
    sources: tuple[str, ...],
    period: tuple[date | None, date | None],
    strict: bool,
    newest_first: bool,
) -> None:
    assert read_scope(question, ARCHIVE, WEDNESDAY).scope == Scope(
        words=words,
        sources=sources,
        published_from=period[0],
        published_to=period[1],
        strict=strict,
        newest_first=newest_first,
    )


@pytest.mark.parametrize("word", ["latest", "newest", "most recent", "current", "today's"])
def test_words_for_the_newest_want_the_newest(word: str) -> None:
    scope = read_scope(f"What is the {word} toll?".replace("the today", "today"), ARCHIVE, WEDNESDAY).scope
    assert scope is not None
    assert scope.newest_first
    assert scope.words == (word,)


@pytest.mark.parametrize(
    "words", ["so far", "now", "currently", "at the moment", "as of today", "to date", "right now"]
)
def test_words_for_now_want_the_newest(words: str) -> None:
    read = read_scope(f"How many are missing {words}?", ARCHIVE, WEDNESDAY)
    assert read.scope is not None
    assert read.scope.newest_first
    assert (read.scope.published_from, read.scope.published_to) == (None, None)
    assert read.text == "How many are missing?"


@pytest.mark.parametrize(
    "question",
    [
        "How many people have fled?",
        "From now on, who pays?",
        "What is the current account deficit?",
        "Who leads Reuters?",
        "How many fled according to the UN?",
        "When was it to open at first, and when now?",
        "Who won the 2022 World Cup?",
        "?",
    ],
)
def test_a_question_that_says_nothing_of_it_is_left_alone(question: str) -> None:
    read = read_scope(question, ARCHIVE, WEDNESDAY)
    assert (read.text, read.scope, read.day, read.unknown) == (question, None, None, ())


def test_a_publisher_that_the_archive_lacks_narrows_nothing_and_is_told() -> None:
    read = read_scope("How many fled according to Der Spiegel?", ARCHIVE, WEDNESDAY)
    assert read.scope is None
    assert read.unknown == ("Der Spiegel",)
    assert read.text == "How many fled according to Der Spiegel?"


def test_the_day_of_a_question_is_that_of_its_only_date() -> None:
    assert read_scope("How many fled by 8 March?", ARCHIVE, WEDNESDAY).day == date(2022, 3, 8)
    assert read_scope("How many fled by 3 March and by 8 March?", ARCHIVE, WEDNESDAY).day is None


def test_only_a_question_with_a_date_waits_for_the_library() -> None:
    program = """
import sys
from datetime import date
from qa_service.scope import read_scope
for question in sys.argv[1:]:
    read_scope(question, ("Reuters",), date(2022, 3, 9))
print("dateparser" in sys.modules)
"""

    def loaded(question: str) -> str:
        command = [sys.executable, "-c", program, question]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.strip()

    assert loaded("What is the latest that Reuters reported of 2,000 people who may march today's route?") == "False"
    assert loaded("What happened on 3 March?") == "True"


def test_sources_are_those_that_both_allow_whatever_their_case() -> None:
    scope = NO_SCOPE.model_copy(update={"sources": ("Reuters", "BBC News")})
    assert narrowed(Filters(), scope) == Filters(sources=("Reuters", "BBC News"))
    assert narrowed(Filters(sources=("REUTERS", "Time")), scope) == Filters(sources=("REUTERS",))
    assert narrowed(Filters(sources=("Time",)), scope) is None


def test_a_strict_period_is_a_bound_and_a_preferred_one_is_not() -> None:
    period = {"published_from": date(2022, 3, 3), "published_to": date(2022, 3, 6)}
    bounded = Filters.model_validate(period)
    strict = NO_SCOPE.model_copy(update={**period, "strict": True})
    loose = NO_SCOPE.model_copy(update=period)
    assert narrowed(Filters(), strict) == bounded
    assert preferred(bounded, strict) is None
    assert narrowed(Filters(), loose) == Filters()
    assert preferred(Filters(), loose) == bounded
    assert preferred(Filters.model_validate({"published_to": date(2022, 3, 1)}), loose) is None


_SOURCES = st.lists(st.sampled_from(("Reuters", "REUTERS", "The Guardian", "BBC News")), unique=True, max_size=3)
_DAYS = st.dates(date(2022, 3, 1), date(2022, 3, 9))
_MAYBE_DAYS = st.none() | _DAYS


@st.composite
def filters(draw: st.DrawFn) -> Filters:
    first, last = draw(_MAYBE_DAYS), draw(_MAYBE_DAYS)
    if first and last and first > last:
        first, last = last, first
    return Filters.model_validate({"sources": draw(_SOURCES), "published_from": first, "published_to": last})


@st.composite
def scopes(draw: st.DrawFn) -> Scope:
    first, last = draw(_MAYBE_DAYS), draw(_MAYBE_DAYS)
    if first and last and first > last:
        first, last = last, first
    return Scope(
        words=(),
        sources=tuple(draw(_SOURCES)),
        published_from=first,
        published_to=last,
        strict=draw(st.booleans()),
        newest_first=draw(st.booleans()),
    )


@st.composite
def articles(draw: st.DrawFn) -> Article:
    day = draw(_MAYBE_DAYS)
    at = draw(st.sampled_from((time.min, time(12), time.max)))
    published = (
        datetime.combine(day, at, UTC) + draw(st.sampled_from((timedelta(0), timedelta(hours=2)))) if day else None
    )
    return Article(id="a", title="", text="x", source=draw(st.none() | _SOURCES.map("".join)), published=published)


@given(asked=filters(), scope=scopes(), article=articles())
def test_a_scope_never_widens(asked: Filters, scope: Scope, article: Article) -> None:
    hard = narrowed(asked, scope)
    of_scope = Filters.model_validate(
        {
            "sources": scope.sources,
            "published_from": scope.published_from if scope.strict else None,
            "published_to": scope.published_to if scope.strict else None,
        }
    )

    admitted = hard is not None and hard.admit(article)

    assert admitted == (asked.admit(article) and of_scope.admit(article))
    first = preferred(hard, scope) if hard else None
    if first is not None and first.admit(article):
        assert admitted


@given(
    st.lists(
        st.sampled_from(
            "What did The Guardian report on 3 March 2022 , may 12 last week before the end of latest so far now and "
            "2022 since Monday according to Reuters , ago 99 years from between 1-7 today's first half of BBC 's ? - / "
            "1/1/2022 31 29 February Q4".split()
        )
        | st.text(max_size=5),
        max_size=14,
    )
)
def test_whatever_is_asked_a_question_remains(words: list[str]) -> None:
    question = " ".join(words).strip()

    read = read_scope(question, ARCHIVE, WEDNESDAY, newest=date(2022, 1, 1))

    assert bool(read.text.strip()) == bool(question)
    if read.scope is not None:
        assert all(" ".join(words.split()) in " ".join(question.split()) for words in read.scope.words)
        first, last = read.scope.published_from, read.scope.published_to
        assert first is None or last is None or first <= last
    else:
        assert read.text == question
