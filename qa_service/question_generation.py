"""Article → questions that it answers, made from its own sentences by transforming them. Pure.

Overgenerate and check, after Heilman & Smith (2010), without their parser: a few patterns that seldom err, and a check
of the form. Whether the service answers such a question from these articles is for `suggestions` to find out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from qa_service.clause_patterns import Draft, QuestionKind, Sentence, sentences_of, well_formed
from qa_service.fact_questions import fact_questions
from qa_service.quantity_questions import quantity_questions
from vector_store.article import Article, Passage

_READ = 8_000
"""Characters of an article that are looked through: news says first what matters."""


@dataclass(frozen=True, slots=True)
class GeneratedQuestion:
    """A question, and the words of its article that should answer it."""

    text: str
    kind: QuestionKind
    answer: Passage
    tally: str | None = None
    """What is counted, where the count goes on after the report; None for what is settled."""


def generate(article: Article) -> list[GeneratedQuestion]:
    """The questions of an English article, in the order of its sentences, each once; others have none."""
    if article.language and not article.language.lower().startswith("en"):
        return []
    made: dict[str, GeneratedQuestion] = {}
    for sentence in sentences_of(article, _READ):
        for draft in _drafts(sentence):
            start = sentence.start + draft.start
            answer = Passage(article, start, sentence.start + draft.end)
            made.setdefault(draft.text, GeneratedQuestion(draft.text, draft.kind, answer, draft.tally))
    return list(made.values())


def _drafts(sentence: Sentence) -> Iterator[Draft]:
    for draft in (*quantity_questions(sentence), *fact_questions(sentence)):
        if well_formed(draft.text, sentence.names):
            yield draft
