"""What an answer is worth, against what was known."""

from datetime import date
from typing import Any

import pytest

from qa_service.evaluation.cases import Case, Gold
from qa_service.evaluation.outcomes import Outcome, Place, Verdict, failed, judge, misplaced, place
from qa_service.evaluation.respondents import Given
from vector_store.article import Article

TEXT = "Some 5,000 fled. By night, 5,000 had come back."
ARTICLES = {"a": Article("a", "Flight", TEXT), "b": Article("b", "Other", "Nobody fled.")}
CASE = Case(id="q", question="How many fled?", answers=("5,000",), gold=(Gold(article="a", quote="Some 5,000 fled"),))
NO_ANSWER = Case(id="n", question="Who fled?", answers=())


def citation(number: int, article: str = "a", start: int = 0, end: int = 16) -> dict[str, Any]:
    return {"number": number, "article_id": article, "start_char": start, "end_char": end, "quote": TEXT[start:end]}


def given(**fields: object) -> Given:
    whole = {
        "text": "Some 5,000 fled. [1]",
        "status": "answered",
        "claims": [{"start": 0, "end": 16, "citations": [1]}],
    }
    return Given.model_validate(whole | fields)


def refusal(**fields: object) -> Given:
    return Given.model_validate({"text": "The articles do not say.", "status": "not_in_articles"} | fields)


def judged(case: Case, answer: Given) -> Outcome:
    return judge(case, answer, 12.3456, [place(gold, ARTICLES) for gold in case.gold])


@pytest.mark.parametrize(
    ("case", "answer", "verdict"),
    [
        (CASE, given(), "right"),
        (CASE, given(text="Some fled. [1]", claims=[{"start": 0, "end": 10}], short_answer="5,000 of them"), "right"),
        (CASE, given(text="Some 15,000 fled."), "wrong"),
        (CASE, given(text="Many fled. Some 5,000 fled.", claims=[{"start": 0, "end": 10}]), "wrong"),
        (CASE, refusal(candidate="5,000"), "refused"),
        (NO_ANSWER, refusal(), "rightly refused"),
        (NO_ANSWER, given(), "should have refused"),
    ],
)
def test_the_sentence_that_leads_or_the_short_answer_decides(case: Case, answer: Given, verdict: Verdict) -> None:
    assert judged(case, answer).verdict == verdict


@pytest.mark.parametrize(
    ("case", "answer", "scores"),
    [
        (CASE, given(short_answer="5,000"), (1, 1)),
        (CASE, given(short_answer="Some 5,000"), (0, pytest.approx(2 / 3))),
        (CASE, given(short_answer=None), (0, 0)),
        (CASE, refusal(candidate="5,000"), (0, 0)),
        (NO_ANSWER, refusal(), (1, 1)),
        (NO_ANSWER, given(short_answer=None), (0, 0)),
        (NO_ANSWER, given(short_answer="Nobody"), (0, 0)),
    ],
)
def test_the_short_answer_is_scored_and_a_refusal_counts_where_there_is_no_answer(
    case: Case, answer: Given, scores: tuple[float, float]
) -> None:
    outcome = judged(case, answer)
    assert (outcome.em, outcome.f1) == scores


def test_what_a_refusal_would_have_said_is_judged_apart() -> None:
    near = judged(CASE, refusal(candidate="5,000", confidence=0.4))
    assert (near.answered_em, near.answered_f1, near.would_be_right) == (1, 1, True)
    far = judged(CASE, refusal(candidate="Nobody"))
    assert (far.answered_em, far.would_be_right) == (0, False)
    assert (far.lead, far.short_answer, far.candidate) == (None, None, "Nobody")


def test_a_refusal_without_a_candidate_stays_one_at_any_threshold() -> None:
    assert judged(NO_ANSWER, refusal()).answered_em == 1
    assert judged(NO_ANSWER, refusal(candidate="Nobody")).answered_em == 0
    assert judged(CASE, refusal()).would_be_right is False


def test_an_answer_to_an_unanswerable_question_is_never_right() -> None:
    assert judged(NO_ANSWER, given()).would_be_right is False


def test_only_what_the_sentences_cite_is_judged_not_earlier_figures() -> None:
    claims = [{"start": 0, "end": 16, "citations": [1, 2]}]
    citing = judged(CASE, given(claims=claims, citations=[citation(1), citation(2, "b"), citation(3, "b")])).citing
    assert citing is not None
    assert (citing.cited, citing.from_gold, citing.told, citing.on_quote, citing.reached) == (2, 1, 2, 1, True)


@pytest.mark.parametrize(("start", "end", "on_quote"), [(14, 20, 1), (15, 20, 0), (27, 47, 0)])
def test_a_citation_is_on_a_quote_when_they_share_a_character(start: int, end: int, on_quote: int) -> None:
    citing = judged(CASE, given(citations=[citation(1, start=start, end=end)])).citing
    assert citing is not None
    assert (citing.from_gold, citing.on_quote, citing.reached) == (1, on_quote, bool(on_quote))


def test_a_refusal_cites_nothing_and_so_reaches_nothing() -> None:
    citing = judged(CASE, refusal(citations=[citation(1)])).citing
    assert citing is not None
    assert (citing.cited, citing.reached) == (0, False)
    assert judged(NO_ANSWER, given(citations=[citation(1)])).citing is None


def test_where_only_the_article_is_known_it_is_enough() -> None:
    case = CASE.model_copy(update={"gold": (Gold(article="a"),)})
    citing = judged(case, given(citations=[citation(1, start=27, end=47)])).citing
    assert citing is not None
    assert (citing.from_gold, citing.told, citing.reached) == (1, 0, True)


def test_without_offsets_a_quote_is_compared_by_its_words() -> None:
    unknown = Place("a", "Some 5,000  fled", ())
    for quote, on_quote in (("Some 5,000\nfled. By night", True), ("5,000 fled", True), ("By night", False)):
        citing = judge(CASE, given(citations=[{"number": 1, "article_id": "a", "quote": quote}]), 1, [unknown]).citing
        assert citing is not None
        assert (citing.told, citing.on_quote, citing.reached) == (1, on_quote, on_quote)


def test_rank_is_that_of_the_first_passage_on_a_gold_quote() -> None:
    read = [
        {"article_id": "b", "start_char": 0, "end_char": 12},
        {"article_id": "a", "start_char": 16, "end_char": 47},
        {"article_id": "a", "start_char": 0, "end_char": 20},
    ]
    outcome = judged(CASE, given(passages=read))
    assert (outcome.rank, outcome.read) == (3, 3)
    assert judged(CASE, given(passages=read[:2])).rank is None
    assert judged(CASE, given(passages=None)).read is None
    assert judged(CASE, refusal(passages=[])).read == 0


def test_every_place_of_a_quote_counts_unless_one_is_named() -> None:
    assert place(Gold(article="a", quote="5,000"), ARTICLES).spans == ((5, 10), (27, 32))
    assert place(Gold(article="a", quote="5,000", start=27), ARTICLES).spans == ((27, 32),)
    assert place(Gold(article="a", quote="none"), ARTICLES).spans == ()
    assert place(Gold(article="z", quote="5,000"), ARTICLES).spans == ()


@pytest.mark.parametrize(
    ("gold", "lost"),
    [
        ({"article": "a"}, False),
        ({"article": "z"}, True),
        ({"article": "a", "quote": "5,000"}, False),
        ({"article": "a", "quote": "6,000"}, True),
        ({"article": "a", "quote": "5,000", "start": 27}, False),
        ({"article": "a", "quote": "5,000", "start": 26}, True),
    ],
)
def test_gold_that_is_not_in_the_articles_is_seen(gold: dict[str, Any], lost: bool) -> None:
    assert misplaced(CASE.model_copy(update={"gold": (Gold.model_validate(gold),)}), ARTICLES) is lost


def test_the_day_is_judged_where_one_is_expected_and_an_answer_given() -> None:
    dated = CASE.model_copy(update={"as_of": date(2022, 4, 20)})
    assert judged(dated, given(as_of="2022-04-20")).as_of_right is True
    assert judged(dated, given(as_of="2022-04-19")).as_of_right is False
    assert judged(dated, given(as_of=None)).as_of_right is False
    assert judged(dated, refusal()).as_of_right is None
    assert judged(CASE, given(as_of="2022-04-20")).as_of_right is None


def test_a_question_without_an_answer_keeps_the_reason() -> None:
    outcome = failed(CASE, "HTTP 500")
    assert (outcome.verdict, outcome.error, outcome.latency_ms) == ("error", "HTTP 500", None)
