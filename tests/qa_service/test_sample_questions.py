"""Our own questions about the sample articles: a change that answers much worse is seen at once."""

from collections import Counter
from pathlib import Path

from qa_service.evaluation.cases import read_cases, selected
from qa_service.evaluation.report import asked, gold_warnings
from qa_service.evaluation.respondents import Here
from qa_service.service import SAMPLES, Service
from vector_store.article import Article
from vector_store.sources import articles_from

QUESTIONS = Path(__file__).with_name("sample_questions.jsonl")
FOLLOW_UPS = Path(__file__).with_name("follow_up_questions.jsonl")
ARTICLES = {one.id: one for one in articles_from([SAMPLES]) if isinstance(one, Article)}


def test_the_set_is_large_and_split_and_every_gold_quote_stands_in_its_article() -> None:
    cases = read_cases(QUESTIONS).cases
    assert len(cases) >= 250
    assert {case.half for case in cases} == {"tune", "test"}
    assert gold_warnings(cases, ARTICLES) == []
    for case in cases:
        quotes = [" ".join((gold.quote or "").split()).casefold() for gold in case.gold]
        assert not case.answers or any(answer.casefold() in quote for answer in case.answers for quote in quotes)


def test_the_test_half_is_answered_about_as_well_as_it_was_measured(sample_service: Service) -> None:
    # Measured (docs/reader.md); the floors leave room for noise, not for a step back.
    cases = selected(read_cases(QUESTIONS), half="test", limit=None, seed=0)
    here = Here(sample_service.answerer, threshold=0.0)
    counts = Counter(outcome.verdict for outcome in asked(cases, here, ARTICLES, given=False))
    assert counts["right"] >= 60, counts
    assert counts["rightly refused"] >= 20, counts


def test_follow_ups_are_answered_about_as_well_as_it_was_measured(sample_service: Service) -> None:
    cases = selected(read_cases(FOLLOW_UPS), half="test", limit=None, seed=0)
    assert gold_warnings(cases, ARTICLES) == []
    here = Here(sample_service.answerer, threshold=0.4)
    counts = Counter(outcome.verdict for outcome in asked(cases, here, ARTICLES, given=False))
    assert counts["right"] + counts["rightly refused"] >= 13, counts
