"""Question → Answer: the steps meet here and nowhere else."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from qa_service.answer import (
    Answer,
    Ask,
    Citation,
    Cited,
    Claim,
    Delta,
    Done,
    Event,
    Found,
    FoundPassage,
    NearArticle,
    Searched,
)
from qa_service.composition import Composition, Statement, compose, nothing_found
from qa_service.conversations import Conversations
from qa_service.figures import day_of, figure
from qa_service.findings import Finding, Reading
from qa_service.question import Question, read_question
from qa_service.reader import Reader
from qa_service.verify import support
from vector_store.article import Hit
from vector_store.catalog import Catalog
from vector_store.retriever import Retriever

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class _Said:
    """One claim, its text and the citations that it brings."""

    text: str
    claim: Claim
    citations: tuple[Citation, ...]


class Answerer:
    """One path for every interface: the stream; the whole answer is its end."""

    def __init__(
        self, catalog: Catalog, retriever: Retriever, reader: Reader, conversations: Conversations, threshold: float
    ) -> None:
        """Below `threshold`, a probability, the articles count as not answering."""
        self._catalog = catalog
        self._retriever = retriever
        self._reader = reader
        self._conversations = conversations
        self._threshold = threshold

    def answer(self, ask: Ask) -> Answer:
        """The whole answer at once. Raises ConversationNotFoundError."""
        *_, last = self.stream(ask)
        assert isinstance(last, Done)
        return last.answer

    def stream(self, ask: Ask) -> Iterator[Event]:
        """What was found, the text as it comes, each citation once it is verified, and the whole, which is stored.

        Raises ConversationNotFoundError before the first event.
        """
        if ask.conversation_id is not None:
            self._conversations.require(ask.conversation_id)
        started = time.perf_counter()
        question = read_question(ask.question)
        hits = self._search(question, ask)
        retrieved = time.perf_counter()
        yield Found(passages=tuple(map(FoundPassage.of, hits)))
        reading = self._reader.read(question, hits)
        composition = compose(question, reading, self._threshold)
        read = time.perf_counter()
        said: list[_Said] = []
        for statement in composition.statements:
            said.append(_say(statement, said))
            yield Delta(text=(" " if len(said) > 1 else "") + said[-1].text)
            yield from (Cited(citation=citation) for citation in said[-1].citations)
        timings = {
            "retrieve": _ms(retrieved - started),
            "read": _ms(read - retrieved),
            "total": _ms(time.perf_counter() - started),
        }
        answer = self._whole(ask, hits, reading, composition, said).model_copy(update={"timings_ms": timings})
        if not said:
            yield Delta(text=answer.text)
        of_history = answer.citations[sum(len(part.citations) for part in said) :]
        yield from (Cited(citation=citation) for citation in of_history)
        self._conversations.add(answer)
        yield Done(answer=answer)

    def _search(self, question: Question, ask: Ask) -> list[Hit]:
        """The best passages; where a number of one day is asked for, first those of that day's reports."""
        hits = self._retriever.search(question.text, ask.filters, ask.top_k)
        near = ask.filters.near(question.day) if question.day else None
        if near is None:
            return hits
        of_day = self._retriever.search(question.text, near, ask.top_k // 2)
        found = {(hit.passage.article.id, hit.passage.start): hit for hit in (*of_day, *hits)}
        return list(found.values())[: ask.top_k]

    def _whole(
        self, ask: Ask, hits: Sequence[Hit], reading: Reading, composition: Composition, said: Sequence[_Said]
    ) -> Answer:
        searched = self._searched(ask)
        nearest = () if said else _nearest(hits)
        citations = [citation for part in said for citation in part.citations]
        told = [finding for statement in composition.statements for finding in statement.findings]
        past = [_cite(finding, len(citations) + at) for at, finding in enumerate(composition.history, start=1)]
        lead = composition.lead
        return Answer(
            id=f"ans_{uuid4().hex}",
            conversation_id=ask.conversation_id or f"cnv_{uuid4().hex}",
            question=ask.question,
            resolved_question=ask.question,
            status=composition.status,
            text=" ".join(part.text for part in said) or nothing_found(searched),
            short_answer=lead.span.text if lead and lead.span else None,
            as_of=day_of(lead) if lead else None,
            claims=tuple(part.claim for part in said),
            citations=(*citations, *past),
            figures=tuple(
                figure(finding, number)
                for number, finding in enumerate((*told, *composition.history), start=1)
                if finding.found is not None and finding.found.quantity is not None
            ),
            passages=tuple(map(FoundPassage.of, hits)),
            nearest=nearest,
            searched=searched,
            confidence=round(reading.answerable, 4),
            answered_by="extractive",
            warnings=(),
            timings_ms={},
        )

    def _searched(self, ask: Ask) -> Searched:
        seen = self._catalog.overview(ask.filters)
        return Searched(
            articles=seen.articles,
            published_from=seen.published_from.date() if seen.published_from else None,
            published_to=seen.published_to.date() if seen.published_to else None,
        )


def _say(statement: Statement, before: Sequence[_Said]) -> _Said:
    """The first finding's words with the markers of all, and whether those words stand in the quotes."""
    number = sum(len(part.citations) for part in before)
    citations = tuple(_cite(finding, number + at) for at, finding in enumerate(statement.findings, start=1))
    words = " ".join(citations[0].quote.split())
    checked = support(words, [citation.quote for citation in citations])
    start = sum(len(part.text) + 1 for part in before)
    claim = Claim(
        start=start,
        end=start + len(words),
        support="supported" if checked.supported else "unsupported",
        citations=tuple(citation.number for citation in citations),
    )
    return _Said(words + " " + "".join(f"[{citation.number}]" for citation in citations), claim, citations)


def _cite(finding: Finding, number: int) -> Citation:
    return Citation.of(number, finding.quote)


def _nearest(hits: Sequence[Hit]) -> tuple[NearArticle, ...]:
    articles = {hit.passage.article.id: hit.passage.article for hit in hits}
    return tuple(NearArticle.of(article) for article in list(articles.values())[:_NEAREST])


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
