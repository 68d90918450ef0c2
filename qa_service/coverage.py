"""How much of what a question says stands in a text: its words by rarity, words of like meaning in part."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from qa_service.question import Question, bare, same_name, stem
from vector_store.lexical import STOP_WORDS

WordVectors = Callable[[Sequence[str]], NDArray[np.float32]]
"""Words → (n, dimension) of length 1."""

_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_JOINT = re.compile(r"[-'’]")
# Cosine of two words' vectors: below the first they have nothing to do with each other, above the second they are
# synonyms (fled and left 0.29, electricity and power 0.48, died and killed 0.58; fled and people 0.04).
_UNRELATED, _SYNONYMS = 0.15, 0.5
_CREDIT_OF_SYNONYMS = 0.8


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, to look up. `a | b` are the words of both texts."""

    stems: frozenset[str]
    content: frozenset[str]
    """In lower case, without those that say nothing."""
    capitalised: frozenset[str]

    def __or__(self, other: Self) -> "Words":
        return Words(self.stems | other.stems, self.content | other.content, self.capitalised | other.capitalised)

    def has_name(self, name: str) -> bool:
        """Whether the name stands here, in whatever spelling."""
        return bare(name) in self.stems or any(same_name(name, token) for token in self.capitalised)

    def share_of(self, names: Sequence[str]) -> float:
        """How many of the names stand here, from 0 to 1; 1 of none."""
        return sum(self.has_name(name) for name in names) / len(names) if names else 1.0


def words_of(text: str) -> Words:
    """The words of the text; those of a compound also one by one."""
    tokens = {match.group() for match in _TOKEN.finditer(text)}
    parts = tokens | {part for token in tokens if _JOINT.search(token) for part in _JOINT.split(token)}
    return Words(
        stems=frozenset(map(stem, parts)),
        content=frozenset(map(bare, tokens)) - STOP_WORDS,
        capitalised=frozenset(part for part in parts if part[:1].isupper()),
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """A question's words with their rarity, and for each the words of the texts that are akin to it, 0 to 1."""

    question: Question
    rarity: Mapping[str, float]
    akin: Mapping[str, Mapping[str, float]]

    def coverage(self, words: Words, counted: str | None = None) -> float:
        """The share of the question's words in the text, by rarity; `counted` stands there under another name."""
        whole = sum(self.rarity.values())
        there = {stem(name) for name in self.question.names if words.has_name(name)} | {counted}
        return sum(self.rarity[term] * self._held(term, words, there) for term in self.rarity) / whole if whole else 0.0

    def _held(self, term: str, words: Words, there: set[str | None]) -> float:
        if term in words.stems or term in there:
            return 1.0
        akin = self.akin.get(term, {})
        return max((akin[word] for word in words.content & akin.keys()), default=0.0)


def terms_of(question: Question, rarity: Mapping[str, float], texts: Iterable[Words], vectors: WordVectors) -> Terms:
    """The question's words, with what in the texts is akin to them. A name has no synonyms."""
    names = {stem(name) for name in question.names}
    asked = [(term, word) for term, word in zip(question.terms, question.words, strict=True) if term not in names]
    found = sorted(set().union(*(words.content for words in texts)))
    akin: dict[str, dict[str, float]] = {}
    if asked and found:
        cosines = vectors([word for _, word in asked]) @ vectors(found).T
        credit = _CREDIT_OF_SYNONYMS * np.clip((cosines - _UNRELATED) / (_SYNONYMS - _UNRELATED), 0, 1)
        for (term, _), row in zip(asked, credit, strict=True):
            akin[term] = {found[at]: float(row[at]) for at in np.flatnonzero(row)}
    return Terms(question, rarity, akin)
