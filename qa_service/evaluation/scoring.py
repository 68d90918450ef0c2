"""Measures of answers against known ones. Pure; docs/evaluation.md says whose measures they are."""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from math import comb

import numpy as np
from numpy.typing import NDArray

from qa_service.answer import Wire

RESAMPLES = 1_000
"""How often the bootstrap draws."""

BINS = 10
"""How many bins of equal width the calibration has."""

_PUNCTUATION = str.maketrans("", "", string.punctuation)

Ratio = tuple[float, float]
"""What one question adds to the numerator and to the denominator of a share."""


class Estimate(Wire):
    """A share and its 95 % interval; `value` is None where nothing could be counted."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    of: int = 0
    """The denominator: questions, or citations."""


class RiskCoverage(Wire):
    """How wrong the answers are, when only the surest ones are given."""

    aurc: float
    """The area under the curve, 0 to 1; less is better."""
    points: tuple[tuple[float, float], ...]
    """(share answered, share of those that is wrong), from the surest on."""


class Bin(Wire):
    """The questions whose confidence lies in one tenth of 0 to 1."""

    questions: int
    confidence: float
    """Their mean confidence."""
    right: float
    """The share whose answer is right."""


class Calibration(Wire):
    """Whether confidence means what it says."""

    ece: float
    """The expected calibration error: how far confidence and share right lie apart, on average over the questions."""
    bins: tuple[Bin | None, ...]
    """From 0 upwards; None for an empty one."""


class BestThreshold(Wire):
    """The best mean score that any threshold on the confidence would have given on these very questions."""

    score: float
    threshold: float | None
    """Answers at or above it are given; None: refusing every question is best."""


class Latency(Wire):
    """Milliseconds of whole answers."""

    mean: float
    p50: float
    p95: float
    p99: float


def normalised(words: str) -> str:
    """As SQuAD's official script compares: without case, punctuation, articles and extra white space."""
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", words.lower().translate(_PUNCTUATION)).split())


def exact_match(said: str, accepted: Sequence[str]) -> float:
    """1 where `said` is an accepted answer, else 0. Nothing accepted: nothing is to be said."""
    return float(any(normalised(said) == normalised(words) for words in _golds(accepted)))


def token_f1(said: str, accepted: Sequence[str]) -> float:
    """How far the words of `said` are those of the nearest accepted answer, 0 to 1."""
    return max(_f1(normalised(said).split(), normalised(words).split()) for words in _golds(accepted))


def holds(text: str, accepted: Sequence[str]) -> bool:
    """Whether an accepted answer stands in the text: whole words and whole numbers, whatever case and spacing."""
    return any(re.search(_whole(_plain(words)), _plain(text)) for words in accepted if words.strip())


def share(ratios: Sequence[Ratio], seed: int) -> Estimate:
    """Sum of numerators over sum of denominators. The interval is a bootstrap over the questions."""
    table = np.array(ratios, dtype=float).reshape(-1, 2)
    top, bottom = table.sum(axis=0)
    if bottom == 0:
        return Estimate()
    low, high = _interval(table, seed, lambda sums: sums[0] / sums[1] if sums[1] else None)
    return Estimate(value=top / bottom, low=low, high=high, of=round(bottom))


def difference(these: Sequence[Ratio], others: Sequence[Ratio], seed: int) -> Estimate:
    """The first share less the second, with a paired bootstrap: both are of the same questions in the same order."""
    table = np.array([(*this, *other) for this, other in zip(these, others, strict=True)], dtype=float).reshape(-1, 4)
    value = _apart(table.sum(axis=0))
    if value is None:
        return Estimate()
    low, high = _interval(table, seed, _apart)
    return Estimate(value=value, low=low, high=high, of=len(table))


def mcnemar(gained: int, lost: int) -> float:
    """How likely so uneven a split of the changed questions is, if a change is as likely either way (exact test)."""
    changed = gained + lost
    tail = sum(comb(changed, count) for count in range(min(gained, lost) + 1))
    return min(1.0, tail / 2 ** (changed - 1)) if changed else 1.0


def risk_coverage(judged: Sequence[tuple[float, bool]]) -> RiskCoverage | None:
    """From (confidence, right) of every question. Equal confidences are taken together: their order is chance."""
    if not judged:
        return None
    answered = wrong = 0
    area = 0.0
    points = []
    for _, group in groupby(sorted(judged, key=_surest), key=_surest):
        rights = [right for _, right in group]
        answered += len(rights)
        wrong += rights.count(False)
        area += len(rights) * wrong / answered
        points.append((answered / len(judged), wrong / answered))
    return RiskCoverage(aurc=area / len(judged), points=tuple(points))


def calibration(judged: Sequence[tuple[float, bool]]) -> Calibration | None:
    """From (confidence, right) of every question."""
    if not judged:
        return None
    held: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judged:
        held[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    bins = tuple(map(_bin, held))
    apart = sum(one.questions * abs(one.right - one.confidence) for one in bins if one is not None)
    return Calibration(ece=apart / len(judged), bins=bins)


def best_threshold(scores: Sequence[tuple[float, float, float]]) -> BestThreshold | None:
    """From (confidence, score if answered, score if refused) of every question."""
    if not scores:
        return None
    total = sum(refused for _, _, refused in scores)
    best = BestThreshold(score=total / len(scores), threshold=None)
    for confidence, group in groupby(sorted(scores, key=lambda one: -one[0]), key=lambda one: one[0]):
        total += sum(answered - refused for _, answered, refused in group)
        if total / len(scores) > best.score:
            best = BestThreshold(score=total / len(scores), threshold=confidence)
    return best


def latency(milliseconds: Sequence[float]) -> Latency | None:
    """Of the answers' times; percentiles between two of them are interpolated."""
    if not milliseconds:
        return None
    p50, p95, p99 = map(float, np.percentile(milliseconds, [50, 95, 99]))
    return Latency(mean=float(np.mean(milliseconds)), p50=p50, p95=p95, p99=p99)


def _golds(accepted: Sequence[str]) -> list[str]:
    return [words for words in accepted if normalised(words)] or [""]


def _f1(said: list[str], gold: list[str]) -> float:
    if not said or not gold:
        return float(said == gold)
    shared = sum((Counter(said) & Counter(gold)).values())
    return 2 * shared / (len(said) + len(gold))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _whole(words: str) -> str:
    """A pattern of the words that does not find 5 in 15, 5.3 or 1,500, nor "art" in "party"."""
    before = r"(?<!\w)(?<!\d[.,])" if words[0].isalnum() else ""
    after = r"(?!\w)(?![.,]\d)" if words[-1].isalnum() else ""
    return before + re.escape(words) + after


def _surest(judged: tuple[float, bool]) -> float:
    return -judged[0]


def _bin(held: Sequence[tuple[float, bool]]) -> Bin | None:
    if not held:
        return None
    confidences, rights = zip(*held, strict=True)
    return Bin(questions=len(held), confidence=sum(confidences) / len(held), right=sum(rights) / len(held))


def _apart(sums: NDArray[np.float64]) -> float | None:
    return float(sums[0] / sums[1] - sums[2] / sums[3]) if sums[1] and sums[3] else None


def _interval(
    table: NDArray[np.float64], seed: int, measure: Callable[[NDArray[np.float64]], float | None]
) -> tuple[float, float]:
    """The middle 95 % of the measure over resamples of the rows."""
    draws = np.random.default_rng(seed)
    drawn = (measure(table[draws.integers(len(table), size=len(table))].sum(axis=0)) for _ in range(RESAMPLES))
    low, high = np.percentile([value for value in drawn if value is not None], [2.5, 97.5])
    return float(low), float(high)
