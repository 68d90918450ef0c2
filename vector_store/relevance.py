"""How well a passage suits a question: five signs between 0 and 1, weighed.

The weights come from questions with known passages; docs/retrieval.md says which, what each sign is worth, and what was
tried and left out. All that is asked of a text is asked of stems and their rarity, so that nothing here is English but
the stop words.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from vector_store.lexical import folded, stem, word_after, word_before, word_end, words_of

T = TypeVar("T")

# BM25's saturation and length normalisation at their customary values; others were no better.
_SATURATION, _LENGTH_SHARE = 1.2, 0.75
# A passage's length on average, in code points. A constant: a score shall not change because other articles came.
_USUAL_LENGTH = 750
# Words that stand within this distance speak of one thing: about a sentence, in code points.
_WINDOW = 150
# Cosines that lie closer together than this are not torn further apart.
_LEAST_SPREAD = 0.2
# With these Porter's stems end where their words may not: cities and city, sizing and size.
_STEM_ENDS = "ei"
# What a stop word weighs in a sequence of two.
_STOP_WORD_RARITY = 0.3
# A word with a capital that does not begin the question, or a number.
_NAME = re.compile(r"(?<!^)\b[A-ZÀ-ÖØ-ÞΑ-ΩА-Я][^\W_]*|\b\d[^\W_]*")


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for a passage, each from 0 to 1."""

    meaning: float
    """The cosine of question and passage, from the least to the greatest among the candidates."""
    words: float
    """BM25 of the passage's words as a share of what the question's words could reach."""
    together: float
    """The share of the question's words, by rarity, that stand close together or in the title."""
    order: float
    """The share of the question's sequences of two words that stand in the passage just so."""
    names: float
    """The share of the question's names and numbers, by rarity, that the passage or its title has."""

    @property
    def score(self) -> float:
        """Their weighted mean."""
        mean = (
            WEIGHTS.meaning * self.meaning
            + WEIGHTS.words * self.words
            + WEIGHTS.together * self.together
            + WEIGHTS.order * self.order
            + WEIGHTS.names * self.names
        )
        return min(max(mean, 0.0), 1.0)  # sums of fractions miss the bounds by a hair


WEIGHTS = Signs(meaning=0.293, words=0.162, together=0.31, order=0.186, names=0.049)
"""Sum to 1. Fitted by `python -m benchmarks.retrieval fit`."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What a question says: its stems with their rarity, its sequences of two with their weight, its names."""

    rarity: Mapping[str, float]
    sequences: Mapping[tuple[str, str], float]
    names: Mapping[str, float]

    def signs(self, meaning: float, title: str, body: str) -> Signs:
        """What speaks for a passage that is near the question (0 to 1) and has this title and text."""
        text = folded(body)
        places = self._places(text)
        titled = {term for _, _, term in self._places(folded(title))}
        there = titled | {term for _, _, term in places}
        whole = sum(self.rarity.values()) or 1.0
        return Signs(
            meaning=meaning,
            words=self._bm25(Counter(term for _, _, term in places), len(text)) / whole,
            together=(sum(self.rarity[term] for term in titled) + self._closest(places, titled)) / whole,
            order=_share(self.sequences, self._sequences(text, places)),
            names=_share(self.names, self.names.keys() & there),
        )

    def _places(self, text: str) -> list[tuple[int, int, str]]:
        """Where the terms stand, in order: start, end, term. Only words that begin like a term are taken apart."""
        found = []
        for term in self.rarity:
            begin = term[:-1] if term[-1] in _STEM_ENDS and len(term) > 2 else term
            at = text.find(begin)
            while at >= 0:
                if at == 0 or not text[at - 1].isalnum():
                    end = word_end(text, at)
                    if stem(text[at:end]) == term:
                        found.append((at, end, term))
                at = text.find(begin, at + len(begin))
        return sorted(found)

    def _bm25(self, counts: Mapping[str, int], length: int) -> float:
        """As of Robertson and Zaragoza, 2009; it saturates at the sum of the rarities."""
        slack = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / _USUAL_LENGTH)
        return sum(self.rarity[term] * count / (count + slack) for term, count in counts.items())

    def _closest(self, places: Sequence[tuple[int, int, str]], but: Set[str]) -> float:
        """The most that the terms within one window weigh together, `but` those."""
        inside: Counter[str] = Counter()
        weight = most = 0.0
        first = 0
        for place, _, term in places:
            if not inside[term] and term not in but:
                weight += self.rarity[term]
            inside[term] += 1
            while places[first][0] < place - _WINDOW:
                gone = places[first][2]
                inside[gone] -= 1
                if not inside[gone] and gone not in but:
                    weight -= self.rarity[gone]
                first += 1
            most = max(most, weight)
        return most

    def _sequences(self, text: str, places: Sequence[tuple[int, int, str]]) -> set[tuple[str, str]]:
        """Those of the question's sequences that stand in the text."""
        found = set()
        for start, end, term in places:
            after, before = word_after(text, end), word_before(text, start)
            found |= {(term, stem(after)), (stem(before), term)} & self.sequences.keys()
        return found


def sought(question: str, rarity: Mapping[str, float]) -> Sought:
    """What the question says, by the rarity of its terms."""
    named = {stem(word) for name in _NAME.findall(question) for word in words_of(name)}
    sequences = {
        (one, other): rarity.get(one, _STOP_WORD_RARITY) + rarity.get(other, _STOP_WORD_RARITY)
        for one, other in pairwise(stem(word) for word in words_of(question))
        if one in rarity or other in rarity
    }
    return Sought(rarity, sequences, {term: weight for term, weight in rarity.items() if term in named})


def spread(cosines: Mapping[int, float]) -> dict[int, float]:
    """The cosines from 0, the least, to 1: how far they lie apart differs between questions."""
    least = min(cosines.values(), default=0.0)
    width = max(max(cosines.values(), default=0.0) - least, _LEAST_SPREAD)
    return {key: (cosine - least) / width for key, cosine in cosines.items()}


def _share(weights: Mapping[T, float], held: Iterable[T]) -> float:
    whole = sum(weights.values())
    return sum(weights[one] for one in held) / whole if whole else 0.0
