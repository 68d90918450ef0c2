"""The reader: what it finds across passages, how sure it is, and that nothing is refused unread."""

from collections.abc import Sequence

import pytest

from qa_service.findings import Reading
from qa_service.question import read_question
from qa_service.reader import Calibration, Reader, Signs
from qa_service.span_model import BundledModel
from qa_service.statements import StatementReader
from vector_store.article import Article, Hit, Passage
from vector_store.embedding import Embedder
from vector_store.encoder import Pieces, Rows

MAYOR = "Ilse Marquand, the mayor of Halvern, opened the new bridge in March 2022."
FILLER = "The council met and spoke at length about the weather, the harvest and the roads of the valley. " * 8


class Counting(BundledModel):
    """The bundled model; counts the texts it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0

    def logits(self, pairs: Sequence[Pieces]) -> list[Rows]:
        self.read += len(pairs)
        return super().logits(pairs)


@pytest.fixture(scope="module")
def model() -> Counting:
    return Counting()


@pytest.fixture(scope="module")
def reader(model: Counting, embedder: Embedder) -> Reader:
    def alike(stems: Sequence[str]) -> dict[str, float]:
        return dict.fromkeys(stems, 1.0)

    return Reader(model, Calibration.of("bundled"), StatementReader(embedder, alike), alike, embedder.word_vectors)


def hit(text: str, article_id: str, score: float = 0.5) -> Hit:
    return Hit(Passage(Article(article_id, "News", text), 0, len(text)), score)


def read(reader: Reader, question: str, *hits: Hit) -> Reading:
    return reader.read(read_question(question), hits)


def test_the_words_that_answer_are_found_in_whichever_passage_they_are(reader: Reader) -> None:
    others = [hit("The mayor of Lowick opened a school.", "b", 1.0), hit("Halvern lies on a river.", "c", 0.9)]
    reading = read(reader, "Who is the mayor of Halvern?", *others, hit(MAYOR, "a", 0.1))
    best = reading.findings[0]
    assert best.span is not None
    assert best.span.text == "Ilse Marquand"
    assert best.quote.text == MAYOR
    assert reading.answerable > 0.6


@pytest.mark.parametrize(
    "question", ["Who is the mayor of Lowick?", "What is the price of oil?", "How many people died in the storm?"]
)
def test_it_is_not_sure_where_the_passages_do_not_say(reader: Reader, question: str) -> None:
    assert read(reader, question, hit(MAYOR, "a", 1.0)).answerable < 0.4


def test_when_the_first_excerpts_answer_the_rest_is_not_read(reader: Reader, model: Counting) -> None:
    hits = [hit(MAYOR, "a", 1.0), *(hit(FILLER, f"filler {number}", 0.1) for number in range(10))]
    model.read = 0
    assert read(reader, "Who is the mayor of Halvern?", *hits).answerable > 0.8
    some, model.read = model.read, 0
    read(reader, "What is the price of oil?", *hits)
    assert 0 < some < model.read


def test_an_answer_at_the_end_of_much_text_is_found(reader: Reader) -> None:
    hits = [*(hit(FILLER, f"filler {number}", 0.9) for number in range(10)), hit(FILLER + MAYOR, "a", 0.1)]
    best = read(reader, "When did the mayor of Halvern open the bridge?", *hits).findings[0]
    assert best.quote.article.id == "a"
    assert best.span is not None
    assert "March 2022" in best.span.text


def test_a_second_article_that_says_the_same_raises_confidence(reader: Reader) -> None:
    question = "Who is the mayor of Halvern?"
    alone = read(reader, question, hit(MAYOR, "a"))
    second = hit("Speaking on the radio, mayor Ilse Marquand of Halvern promised lower taxes.", "b")
    copy = hit(MAYOR, "b")
    assert read(reader, question, hit(MAYOR, "a"), second).answerable >= alone.answerable
    assert read(reader, question, hit(MAYOR, "a"), copy).answerable == pytest.approx(alone.answerable)


def test_a_yes_no_question_is_answered_by_the_statement_that_decides_it(reader: Reader) -> None:
    reading = read(reader, "Has the mayor of Halvern opened the bridge?", hit(MAYOR, "a"), hit(FILLER, "b"))
    assert reading.findings[0].quote.text == MAYOR
    assert reading.findings[0].span is None


def test_no_passage_no_finding(reader: Reader) -> None:
    assert read(reader, "Who is the mayor of Halvern?") == Reading((), 0.0)


def test_each_sign_speaks_the_way_its_name_says() -> None:
    calibration = Calibration.of("bundled")
    usual = Signs(score=2, coverage=0.5, unknown_names=0, misfit=0)
    for name, better in (("score", 5), ("coverage", 1.0)):
        signs = Signs(**{**{field: getattr(usual, field) for field in Signs.__annotations__}, name: better})
        assert calibration.span(signs) > calibration.span(usual)
    for name, worse in (("unknown_names", 1.0), ("misfit", 1.0)):
        signs = Signs(**{**{field: getattr(usual, field) for field in Signs.__annotations__}, name: worse})
        assert calibration.span(signs) < calibration.span(usual)
