"""Signs → probability, fitted on questions that the reader has never seen, asked openly of an archive.

Three kinds of questions: SQuAD's, of articles held out from training, searched among all the held-out paragraphs; the
same with the answering paragraph hidden; and our own about the sample articles (the tune half).
"""

import json
import math
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from qa_service.findings import Finding, agreeing
from qa_service.question import read_question
from qa_service.reader import Calibration, Reader, Signs
from qa_service.reader import Weighed as Found
from training.data import Paragraph
from vector_store.article import Passage
from vector_store.retriever import Retriever

_HIDDEN_SHARE = 0.35
# Our own questions are news and few: each counts as several.
OURS = 3.0
# In Wikipedia hardly two paragraphs say the same, so that the fit cannot tell what a second report is worth.
LEAST_AGREEMENT = 0.3


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the words that answer it, and the articles that hold them; no answers: not in the articles."""

    text: str
    answers: tuple[str, ...]
    articles: frozenset[str]
    """Empty: whichever article has the words."""
    hidden: bool = False
    """Whether those articles are kept from the reader, so that it must refuse."""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """One question's spans: their signs (n, 4), whether each is right, and who agrees with whom."""

    signs: NDArray[np.float64]
    right: NDArray[np.bool_]
    findings: tuple[tuple[Passage, Passage], ...]
    """(quote, words) of each."""
    weight: float
    answerable: bool = True
    """Whether any article that could be found answers."""


def of_squad(paragraphs: Sequence[Paragraph], count: int, seed: int) -> list[Question]:
    """Questions of paragraphs that are articles named by their place in the list; a third with their own one hidden."""
    rng = random.Random(seed)
    asked = [(at, one) for at, paragraph in enumerate(paragraphs) for one in paragraph.asked]
    return [
        Question(
            one.question,
            tuple(paragraphs[at].text[start:end] for start, end in one.spans),
            frozenset([str(at)]),
            hidden=bool(one.spans) and rng.random() < _HIDDEN_SHARE,
        )
        for at, one in rng.sample(asked, min(count, len(asked)))
    ]


def of_samples(path: Path) -> list[Question]:
    """The tune half of our own questions, follow-ups left out."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [
        Question(row["question"], tuple(row["answers"]), articles=frozenset(), weight=OURS)
        for row in rows
        if row["half"] == "tune" and not row.get("after")
    ]


def weighed(questions: Iterable[Question], retriever: Retriever, reader: Reader, passages: int) -> Iterator[Weighed]:
    """Each question searched and read as the service does it."""
    for question in questions:
        asked = read_question(question.text)
        if asked.kind == "statement":
            continue
        hits = retriever.search(asked.text, k=passages + question.hidden)
        if question.hidden:
            hits = [hit for hit in hits if hit.passage.article.id not in question.articles]
        found = reader.weigh(asked, hits[:passages])
        if found:
            yield Weighed(
                np.array([astuple(one.signs) for one in found]),
                np.array([_right(question, one) for one in found]),
                tuple((one.quote, _words(one)) for one in found),
                question.weight,
                bool(question.answers) and not question.hidden,
            )


def _words(one: Found) -> Passage:
    start = one.quote.start
    return Passage(one.quote.article, start + one.span.start, start + one.span.end)


def _right(question: Question, one: Found) -> bool:
    """Whether the words hold an answer, or most of one, and stand in an article that gives it."""
    if question.hidden or (question.articles and one.quote.article.id not in question.articles):
        return False
    words = (_words(one) if question.articles else one.quote).text.lower()
    return any(answer.lower() in words or _overlap(words, answer.lower()) >= 0.5 for answer in question.answers)


def _overlap(words: str, answer: str) -> float:
    """F1 of their words."""
    one, other = words.split(), answer.split()
    shared = sum(min(one.count(word), other.count(word)) for word in set(one))
    return 2 * shared / (len(one) + len(other)) if shared else 0.0


def fit(examples: Sequence[Weighed]) -> Calibration:
    """First every span by itself, then the best one of each question with those that agree."""
    signs = np.concatenate([one.signs for one in examples])
    right = np.concatenate([one.right for one in examples])
    counts = np.concatenate([np.full(len(one.right), one.weight) for one in examples])
    each = LogisticRegression(C=10.0, max_iter=2_000).fit(signs, right, counts)
    weights = (*map(float, each.coef_[0]), float(each.intercept_[0]))
    first = Calibration(weights, (1.0, 0.0, 0.0))
    best = [best_of(first, one) for one in examples]
    rows = np.array([[math.log(p / (1 - p)), min(agree, 2)] for p, agree, _ in best])
    whole = LogisticRegression(C=10.0, max_iter=2_000)
    whole.fit(rows, [of for _, _, of in best], [one.weight for one in examples])
    slope, agreement = map(float, whole.coef_[0])
    return Calibration(weights, (slope, max(agreement, LEAST_AGREEMENT), float(whole.intercept_[0])))


def best_of(calibration: Calibration, one: Weighed) -> tuple[float, int, bool]:
    """The best span's own probability, how many agree with it, and whether it is right."""
    scores = [calibration.span(Signs(*signs)) for signs in one.signs]
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    findings = [Finding(one.findings[at][0], scores[at], one.findings[at][1], None) for at in order]
    return scores[order[0]], len(agreeing(findings[0], findings[1:])), bool(one.right[order[0]])


def expected_error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """How far confidence is from the share that is right, over equal bins (Guo et al., 2017)."""
    probability, was = np.array(confidence), np.array(right, dtype=float)
    place = np.minimum((probability * bins).astype(int), bins - 1)
    parts = [(place == at) for at in range(bins) if (place == at).any()]
    return float(sum(part.sum() * abs(probability[part].mean() - was[part].mean()) for part in parts) / len(was))


def cross_fitted(examples: Sequence[Weighed], parts: int = 5) -> list[tuple[float, bool, bool]]:
    """For each question (confidence, right, answerable), by a fit that has not seen it."""
    found = []
    for part in range(parts):
        calibration = fit([one for at, one in enumerate(examples) if at % parts != part])
        for one in examples[part::parts]:
            best, agree, right = best_of(calibration, one)
            found.append((calibration.whole(best, agree), right, one.answerable))
    return found


def curve(judged: Sequence[tuple[float, bool, bool]]) -> Iterator[str]:
    """What each threshold would mean, a line each, and how far the confidence can be trusted."""
    can = [one for one in judged if one[2]]
    cannot = [one for one in judged if not one[2]]
    error = expected_error([one[0] for one in judged], [one[1] for one in judged])
    yield f"{len(can)} answerable, {len(cannot)} not; expected calibration error {error:.3f}"
    for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        right = sum(confidence >= threshold and was for confidence, was, _ in can) / max(len(can), 1)
        wrong = sum(confidence >= threshold and not was for confidence, was, _ in can) / max(len(can), 1)
        refused = sum(confidence < threshold for confidence, _, _ in cannot) / max(len(cannot), 1)
        yield f"at {threshold}: right {right:.3f}, wrong {wrong:.3f}; not answerable: refused {refused:.3f}"


def save(calibration: Calibration, path: Path) -> None:
    """As `Calibration.of` reads it."""
    stored = {
        "signs": list(Signs.__annotations__),
        "weights": [round(weight, 4) for weight in calibration.weights],
        "answer": [round(number, 4) for number in calibration.answer],
    }
    path.write_text(json.dumps(stored, indent=2) + "\n")
