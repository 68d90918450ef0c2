"""The article that the service was first asked for. It lies beside the checkout and is no part of the project."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa_service.answer import Answer, Ask
from qa_service.evaluation.cases import read_cases
from qa_service.evaluation.report import asked
from qa_service.evaluation.respondents import Here
from qa_service.service import Service, open_service
from qa_service.settings import Settings
from vector_store.submission import Submission

SEED = Path(__file__).parents[3] / "shared" / "seed" / "article.txt"

pytestmark = pytest.mark.skipif(not SEED.exists(), reason="needs ../shared/seed/article.txt beside the checkout")


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with open_service(Settings(data_dir=tmp_path_factory.mktemp("seed"))) as service:
        fields = {"id": "seed", "title": "Invasion advances into Kiev", "published": "2022-02-25"}
        submission = Submission.model_validate({**fields, "text": SEED.read_text()})
        list(service.ingester.add([submission.article()]))
        yield service


def ask(service: Service, question: str) -> Answer:
    return service.answerer.answer(Ask(question=question))


@pytest.mark.parametrize(
    ("question", "short", "quoted"),
    [
        ("How many people have fled?", "70,000", "some 70,000 people to leave Ukraine"),
        ("How many refugees has Poland taken in?", "30,000", "20,000 and 30,000 Ukrainian citizens, respectively"),
        ("How many refugees has Moldova received?", "20,000", "20,000 and 30,000 Ukrainian citizens, respectively"),
        ("Who is the mayor of Kiev?", "Vitali Klichko", "current mayor of Kiev"),
        ("Who is the mayor of Kyiv?", "Vitali Klichko", "current mayor of Kiev"),
        ("Which former president carried a Kalashnikov?", "Petro Poroshenko", "carrying a Kalashnikov"),
        ("How many Ukrainians have been killed?", "137", "killed at least 137 Ukrainians"),
        ("Since when has Lavrov been in office?", "2004", "in office since 2004"),
        ("Who is the NATO Secretary General?", "Jens Stoltenberg", "NATO Secretary General"),
        ("Which finance minister reopened the SWIFT debate?", "Bruno Le Maire", "SWIFT"),
        ("Who spoke to Putin by telephone?", "Xi Jinping", "telephone conversation"),
    ],
)
def test_what_the_article_says_is_answered_and_cited(seeded: Service, question: str, short: str, quoted: str) -> None:
    answer = ask(seeded, question)
    assert answer.status == "answered"
    assert answer.short_answer is not None
    assert short in answer.short_answer
    assert quoted in answer.citations[0].quote
    assert answer.as_of is not None
    assert answer.as_of.isoformat() == "2022-02-25"


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor of Lviv?",
        "What is the price of oil?",
        "Who won the football match?",
        "How many refugees has Hungary taken in?",
        "When was the Berlin Wall built?",
    ],
)
def test_what_the_article_does_not_say_is_refused(seeded: Service, question: str) -> None:
    assert ask(seeded, question).status == "not_in_articles"


def test_questions_about_all_of_it_are_answered_about_as_well_as_it_was_measured(seeded: Service) -> None:
    cases = read_cases(Path(__file__).with_name("seed_questions.jsonl")).cases
    counts = Counter(one.verdict for one in asked(cases, Here(seeded.answerer, threshold=0.4), {}, given=False))
    assert counts["right"] >= 28, counts
    assert counts["wrong"] <= 2, counts
    assert counts["rightly refused"] >= 5, counts
