"""Question files: what they may hold, and what is said of one that cannot be used."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_service.errors import EvaluationInputError
from qa_service.evaluation.cases import Case, CaseFile, Gold, read_cases, selected

NORMANS = "The Normans gave their name to Normandy. Normandy is a region in France."
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Norman_Conquest",
            "paragraphs": [
                {
                    "context": NORMANS,
                    "qas": [
                        {
                            "id": "n1",
                            "question": "To what did the Normans give their name? ",
                            "answers": [
                                {"text": "Normandy", "answer_start": 31},
                                {"text": "Normandy", "answer_start": 31},
                                {"text": "to Normandy", "answer_start": 0},
                            ],
                            "is_impossible": False,
                        },
                        {
                            "id": "n2",
                            "question": "Who gave England its name?",
                            "answers": [{"text": "Normandy", "answer_start": 31}],
                            "is_impossible": True,
                            "plausible_answers": [{"text": "The Normans", "answer_start": 0}],
                        },
                    ],
                },
                {"context": "Ducks swim.", "qas": []},
            ],
        },
        {"title": "Årø", "paragraphs": [{"context": "It is an island.", "qas": []}]},
    ],
}


def written(folder: Path, content: str, name: str = "questions.jsonl") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_a_line_says_all_that_is_known_of_a_question(tmp_path: Path) -> None:
    line = {
        "id": "q1",
        "question": " And to Poland? ",
        "after": ["How many fled?"],
        "answers": ["2.8 million"],
        "gold": [{"article": "a", "quote": "2.8 million people"}],
        "as_of": "2022-04-20",
        "kind": "how_many",
        "tags": ["follow_up"],
        "half": "test",
    }
    (case,) = read_cases(written(tmp_path, json.dumps(line))).cases
    assert case == Case(
        id="q1",
        question="And to Poland?",
        after=("How many fled?",),
        answers=("2.8 million",),
        gold=(Gold(article="a", quote="2.8 million people"),),
        as_of=date(2022, 4, 20),
        kind="how_many",
        tags=("follow_up",),
        half="test",
    )
    assert case.given == ("a",)


def test_a_short_line_is_enough(tmp_path: Path) -> None:
    one, other = (
        '{"question": "Who won?", "answers": []}',
        '{"question": "A\u2028B", "answers": ["x"], "articles": ["a"]}',
    )
    first, second = read_cases(written(tmp_path, f"\ufeff{one}\n\n{other}\n")).cases
    assert (first.id, first.answers, first.gold) == ("1", (), ())
    assert (second.id, second.question, second.gold) == ("3", "A\u2028B", (Gold(article="a"),))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 2: this is not JSON: EOF while parsing"),
        ("[]", "line 2: must be a JSON object"),
        ('{"question": "Who?"}', "line 2: answers: is missing."),
        (
            '{"question": "Who?", "answers": [], "answer": 1}',
            "line 2: answer: is not a known key; the keys are question",
        ),
        ('{"question": "Who?", "answers": [""]}', "line 2: answers.0: String should have at least 1 character"),
        ('{"question": " ", "answers": []}', "line 2: question: The question is empty"),
        ('{"question": "Who?", "answers": [], "half": "dev"}', "line 2: half: Input should be 'tune' or 'test'"),
        ('{"question": "Who?", "answers": [], "as_of": 2022}', "line 2: as_of: Input should be a valid date"),
        ('{"question": "Who?", "answers": [], "gold": [{"quote": "x"}]}', "line 2: gold.0.article: is missing"),
        ('{"question": 1, "answers": 2, "gold": 3, "tags": 4}', "and 1 more."),
        ('{"id": "1", "question": "Who?", "answers": []}', "the id '1' is given to two questions"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, line: str, problem: str) -> None:
    path = written(tmp_path, f'{{"question": "Where?", "answers": []}}\n{line}\n')
    with pytest.raises(EvaluationInputError) as refusal:
        read_cases(path)
    assert str(refusal.value).startswith(str(path))
    assert problem in str(refusal.value)


def test_a_file_that_holds_no_question_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b'{"question": "Caf\xe9"}')
    for path, problem in (
        (written(tmp_path, "\n \n", "empty.jsonl"), "it holds no question"),
        (tmp_path / "missing.jsonl", "there is no such file"),
        (tmp_path, "it cannot be read (Is a directory)"),
        (tmp_path / "latin.jsonl", "byte 17 is not UTF-8"),
        (written(tmp_path, '{"data": []}', "empty.json"), "it holds no question"),
        (
            written(tmp_path, '{"question": "Who?", "answers": []}', "lines.json"),
            "call JSON lines .jsonl): data: is missing",
        ),
    ):
        with pytest.raises(EvaluationInputError) as refusal:
            read_cases(path)
        assert problem in str(refusal.value)


def test_paragraphs_of_squad_are_articles_and_its_questions_cases(tmp_path: Path) -> None:
    file = read_cases(written(tmp_path, json.dumps(SQUAD), "dev.json"))
    assert [(article.id, article.title) for article in file.articles] == [
        ("Norman_Conquest-0", "Norman Conquest"),
        ("Norman_Conquest-1", "Norman Conquest"),
        ("r-2", "Årø"),
    ]
    assert file.articles[0].text == NORMANS
    answerable, impossible = file.cases
    assert (answerable.id, answerable.question) == ("n1", "To what did the Normans give their name?")
    assert answerable.answers == ("Normandy", "to Normandy")
    # The second one's start is wrong: the words count wherever they stand.
    assert answerable.gold == (
        Gold(article="Norman_Conquest-0", quote="Normandy", start=31),
        Gold(article="Norman_Conquest-0", quote="to Normandy"),
    )
    assert (impossible.answers, impossible.gold) == ((), ())
    assert impossible.given == answerable.given == ("Norman_Conquest-0",)


def test_squads_first_version_has_no_marks(tmp_path: Path) -> None:
    question = {"id": "d1", "question": "Who swim?", "answers": [{"text": "Ducks", "answer_start": 0}]}
    first = {"version": "1.1", "data": [{"title": "T", "paragraphs": [{"context": "Ducks swim.", "qas": [question]}]}]}
    (case,) = read_cases(written(tmp_path, json.dumps(first), "v1.json")).cases
    assert case.gold == (Gold(article="T-0", quote="Ducks", start=0),)


@pytest.mark.parametrize(
    ("context", "question", "problem"),
    [("", "Who?", "paragraph 0 of 'T': text: is empty"), ("Ducks swim.", " ", "question 'd1': question: The question")],
)
def test_what_cannot_be_asked_in_a_squad_file_is_named(
    tmp_path: Path, context: str, question: str, problem: str
) -> None:
    asked = {"id": "d1", "question": question, "answers": []}
    squad = {"data": [{"title": "T", "paragraphs": [{"context": context, "qas": [asked]}]}]}
    with pytest.raises(EvaluationInputError, match=problem):
        read_cases(written(tmp_path, json.dumps(squad), "bad.json"))


def file_of(count: int) -> CaseFile:
    halves = ("tune", "test", None)
    cases = [
        Case.model_validate({"id": str(number), "question": "Who?", "answers": [], "half": halves[number % 3]})
        for number in range(count)
    ]
    return CaseFile(Path("questions.jsonl"), "", tuple(cases))


@given(count=st.integers(1, 40), limit=st.integers(1, 50), seed=st.integers(0, 3))
def test_a_seed_draws_the_same_questions_again_and_keeps_their_order(count: int, limit: int, seed: int) -> None:
    drawn = [case.id for case in selected(file_of(count), half=None, limit=limit, seed=seed)]
    assert drawn == [case.id for case in selected(file_of(count), half=None, limit=limit, seed=seed)]
    assert len(set(drawn)) == min(count, limit)
    assert drawn == sorted(drawn, key=int)


def test_another_seed_draws_others() -> None:
    draws = {tuple(case.id for case in selected(file_of(40), half=None, limit=5, seed=seed)) for seed in range(5)}
    assert len(draws) == 5


def test_a_half_is_what_is_marked_so() -> None:
    assert [case.id for case in selected(file_of(6), half="test", limit=None, seed=0)] == ["1", "4"]
    with pytest.raises(EvaluationInputError, match='no question is marked "half": "test"'):
        selected(file_of(1), half="test", limit=None, seed=0)
