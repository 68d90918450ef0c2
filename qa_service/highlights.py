"""Where in a passage the words of a question stand, in whatever form: refugees for refugee, Kyiv for Kiev."""

import re
from collections.abc import Sequence

from qa_service.question import Question, same_name
from vector_store.article import Passage
from vector_store.lexical import STOP_WORDS, folded, stem

Term = tuple[str, ...]
"""What is looked for, in lower case: a word, or words that count only one after the other ("70,000", "U.S.")."""

# The words index takes an accent that is written as a character of its own for a part of the word before it.
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)+")
# Names are compared by sound, which takes time; a question of nothing but names would take seconds.
MAX_NAMES = 20


def looked_for(question: Question) -> tuple[Term, ...]:
    """The question's content words; the parts of a compound one by one, where they say anything alone."""
    numbers = [tuple(_WORD.findall(number)) for number in _NUMBER.findall(question.text)]
    told = {part for number in numbers for part in number}
    terms: dict[Term, None] = dict.fromkeys(numbers)
    for word in question.words:
        parts = tuple(part for part in _WORD.findall(word) if part not in told)
        telling = [part for part in parts if len(part) > 1 and part not in STOP_WORDS]
        terms |= dict.fromkeys([(part,) for part in telling] or ([parts] if parts else []))
    return tuple(terms)


class Highlighter:
    """Finds one question's words in passages."""

    def __init__(self, question: Question) -> None:
        self._names = question.names[:MAX_NAMES]
        self._sought: dict[str, list[list[str]]] = {}
        for term in looked_for(question):
            stems = [stem(folded(part)) for part in term]
            self._sought.setdefault(stems[0], []).append(stems)

    def places(self, passage: Passage) -> list[tuple[int, int]]:
        """Start and end of each stretch that says one of them, in the article's text; in order, none over another."""
        words = [(match.group(), passage.start + match.start()) for match in _WORD.finditer(passage.text)]
        stems = [stem(folded(word)) for word, _ in words]
        found = []
        for at, (word, start) in enumerate(words):
            lengths = [len(term) for term in self._sought.get(stems[at], []) if stems[at : at + len(term)] == term]
            if lengths or self._is_named(word):
                last, last_start = words[at + max(lengths, default=1) - 1]
                found.append((start, last_start + len(last)))
        return _apart(found)

    def _is_named(self, word: str) -> bool:
        return word[0].isupper() and any(name[0] == word[0] and same_name(name, word) for name in self._names)


def _apart(stretches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without those that begin within the one before."""
    kept: list[tuple[int, int]] = []
    for start, end in stretches:
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
