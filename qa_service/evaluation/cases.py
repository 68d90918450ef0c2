"""Cases, questions with known answers, from JSON lines or from SQuAD's files (v1.1, v2.0)."""

import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pydantic_core import ErrorDetails

from qa_service.answer import Wire, checked_question
from qa_service.errors import EvaluationInputError
from vector_store.article import Article
from vector_store.submission import Submission

Half = Literal["tune", "test"]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Model = TypeVar("_Model", bound=BaseModel)

_REWORDED = {"missing": "is missing", "model_type": "must be a JSON object", "string_type": "must be text in quotes"}


class Gold(Wire):
    """Where an answer stands."""

    article: Words
    """The article's id."""
    quote: str | None = Field(default=None, min_length=1)
    """The article's own words; None where only the article is known."""
    start: int | None = Field(default=None, ge=0)
    """Where the quote begins in the article's text; None: wherever it stands there."""


class _Asked(Wire):
    question: str
    after: tuple[str, ...] = ()
    """Earlier questions of the same conversation; they are asked first."""
    answers: tuple[Words, ...]
    """All the wordings that count as right; empty: the articles do not say."""
    gold: tuple[Gold, ...] = ()
    within: tuple[Words, ...] = ()
    """The ids of the articles that `--given` limits the question to; empty: those of `gold`."""
    as_of: Annotated[date, Field(strict=True)] | None = None
    """The day that the answer should be as of; None: not judged."""
    kind: Words | None = None
    tags: tuple[Words, ...] = ()
    half: Half | None = None
    """Whether it may be tuned on, or is kept for testing."""

    _checked = field_validator("question")(checked_question)
    _checked_after = field_validator("after")(lambda questions: tuple(map(checked_question, questions)))


class Case(_Asked):
    """A question, the answers that count as right, and where they stand."""

    id: Words

    @property
    def given(self) -> tuple[str, ...]:
        """The articles that hold the answer, or were written to look as if they did."""
        return self.within or tuple(dict.fromkeys(gold.article for gold in self.gold))


class _Line(_Asked):
    id: Words | None = None
    """Its line's number where it has none."""
    articles: tuple[Words, ...] = ()
    """Short for `gold` where only the articles are known."""


class _Squad(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _SquadAnswer(_Squad):
    text: str
    answer_start: int


class _SquadQuestion(_Squad):
    id: str
    question: str
    answers: tuple[_SquadAnswer, ...] = ()
    is_impossible: bool = False


class _SquadParagraph(_Squad):
    context: str
    qas: tuple[_SquadQuestion, ...]


class _SquadArticle(_Squad):
    title: str
    paragraphs: tuple[_SquadParagraph, ...]


class _SquadFile(_Squad):
    data: tuple[_SquadArticle, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """What one file holds. `articles` are those that it brings along: the paragraphs of SQuAD."""

    path: Path
    digest: str
    cases: tuple[Case, ...]
    articles: tuple[Article, ...] = ()


def read_cases(path: Path) -> CaseFile:
    """The cases of a file: SQuAD's where its name ends in .json, else one JSON object a line.

    Raises EvaluationInputError, which names the file, the line and what is wrong there.
    """
    content = read_bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvaluationInputError(str(path), f"byte {error.start} is not UTF-8; save it as UTF-8.") from error
    cases, articles = _squad(text, path) if path.suffix.lower() == ".json" else (_lines(text, path), [])
    if not cases:
        raise EvaluationInputError(str(path), "it holds no question.")
    _require_different_ids(cases, path)
    return CaseFile(path, sha256(content).hexdigest(), tuple(cases), tuple(articles))


def selected(file: CaseFile, *, half: Half | None, limit: int | None, seed: int) -> list[Case]:
    """The cases of one half (None: all of them), and of those `limit` drawn by `seed`, in the file's order.

    Raises EvaluationInputError where none is left.
    """
    cases = [case for case in file.cases if half in (None, case.half)]
    if not cases:
        raise EvaluationInputError(str(file.path), f'no question is marked "half": "{half}".')
    if limit is None or limit >= len(cases):
        return cases
    return [cases[number] for number in sorted(Random(seed).sample(range(len(cases)), limit))]


def read_bytes(path: Path) -> bytes:
    """The file's content. Raises EvaluationInputError."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise EvaluationInputError(str(path), "there is no such file; check the path.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise EvaluationInputError(str(path), f"it cannot be read ({reason}).") from error


def parsed(model: type[_Model], text: str | bytes, origin: str) -> _Model:
    """The JSON as the model. Raises EvaluationInputError, in which `origin` says where that stands."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        known = ", ".join(model.model_fields)
        said = [_sentence(problem, known) for problem in problems[:3]]
        more = [f"and {len(problems) - 3} more"] if len(problems) > 3 else []
        raise EvaluationInputError(origin, "; ".join(said + more) + ".") from error


def _sentence(problem: ErrorDetails, known: str) -> str:
    where = ".".join(map(str, problem["loc"]))
    if problem["type"] == "json_invalid":
        return f"this is not JSON: {problem['ctx']['error']}"
    if problem["type"] == "extra_forbidden":
        return f"{where}: is not a known key; the keys are {known}"
    said = _REWORDED.get(problem["type"], problem["msg"].rstrip("."))
    return f"{where}: {said}" if where else said


def _lines(text: str, path: Path) -> list[Case]:
    # Not splitlines: U+2028 and its like may stand in a JSON string.
    lines = ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())
    return [_case(parsed(_Line, line, f"{path}, line {number}"), number) for number, line in lines]


def _case(line: _Line, number: int) -> Case:
    fields = {name: getattr(line, name) for name in line.model_fields_set - {"articles"}}
    of_articles = tuple(Gold(article=article) for article in line.articles)
    return Case(**fields | {"id": line.id or str(number), "gold": (*line.gold, *of_articles)})


def _squad(text: str, path: Path) -> tuple[list[Case], list[Article]]:
    file = parsed(_SquadFile, text, f"{path} (a name in .json means SQuAD's format; call JSON lines .jsonl)")
    paragraphs = ((article.title, paragraph) for article in file.data for paragraph in article.paragraphs)
    cases, articles = [], []
    for number, (title, paragraph) in enumerate(paragraphs):
        article = _paragraph(title, number, paragraph.context, path)
        articles.append(article)
        cases += [_squad_case(question, article, path) for question in paragraph.qas]
    return cases, articles


def _paragraph(title: str, number: int, text: str, path: Path) -> Article:
    """`number` counts through the file: two titles may look alike once they are fit for an id."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", title).strip("_")[:150] or "article"
    try:
        return Submission(id=f"{name}-{number}", title=title.replace("_", " "), text=text).article()
    except ValidationError as error:
        problem = _sentence(error.errors()[0], "")
        raise EvaluationInputError(str(path), f"paragraph {number} of {title!r}: {problem}.") from error


def _squad_case(question: _SquadQuestion, article: Article, path: Path) -> Case:
    answers = () if question.is_impossible else tuple(answer for answer in question.answers if answer.text.strip())
    gold = dict.fromkeys(_squad_gold(answer, article) for answer in answers)
    try:
        return Case(
            id=question.id,
            question=question.question,
            answers=tuple(dict.fromkeys(answer.text for answer in answers)),
            gold=tuple(gold),
            within=(article.id,),
        )
    except ValidationError as error:
        problem = _sentence(error.errors()[0], "")
        raise EvaluationInputError(str(path), f"question {question.id!r}: {problem}.") from error


def _squad_gold(answer: _SquadAnswer, article: Article) -> Gold:
    """Some files in SQuAD's format have starts that are wrong: then any place of the words counts."""
    start = answer.answer_start
    exact = start >= 0 and article.text[start : start + len(answer.text)] == answer.text
    return Gold(article=article.id, quote=answer.text, start=start if exact else None)


def _require_different_ids(cases: list[Case], path: Path) -> None:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise EvaluationInputError(str(path), f"the id {case.id!r} is given to two questions.")
        seen.add(case.id)
