"""Question → Answer: the steps meet here and nowhere else."""

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
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
    FoundPassage,
    NearArticle,
    Part,
    Status,
)
from qa_service.composition import Statement, nothing_found, searched
from qa_service.conversations import Conversations
from qa_service.figures import day_of, figure
from qa_service.findings import Finding
from qa_service.followups import Turn, resolve
from qa_service.inquiry import SURE, Context, Inquiry, each_once
from qa_service.investigation import Investigator
from qa_service.verify import support
from vector_store.article import Hit
from vector_store.catalog import Catalog
from vector_store.errors import StorageError
from vector_store.holdings import NOTHING
from vector_store.precedence import Precedence

_NEAREST = 3
_REMEMBERED = 8
"""How many earlier turns a question may lean on."""
_MARKER = re.compile(r"\s*\[\d+\]")
_NOT_STORED = "This answer could not be stored, so no follow-up can go on from it; the disk of the service is full."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Said:
    """One claim, its text and the citations that it brings."""

    text: str
    claim: Claim
    citations: tuple[Citation, ...]


class Answerer:
    """One path for every interface: the stream; the whole answer is its end."""

    def __init__(
        self, catalog: Catalog, investigator: Investigator, conversations: Conversations, precedence: Precedence
    ) -> None:
        self._catalog = catalog
        self._investigator = investigator
        self._conversations = conversations
        self._precedence = precedence

    def answer(self, ask: Ask) -> Answer:
        """The whole answer at once. Raises ConversationNotFoundError."""
        *_, last = self.stream(ask)
        assert isinstance(last, Done)
        return last.answer

    def stream(self, ask: Ask) -> Iterator[Event]:
        """What was found, the text as it comes, each citation once it is verified, and the whole, which is stored.

        Raises ConversationNotFoundError before the first event.
        """
        started = time.perf_counter()
        before = self._before(ask)
        resolved = resolve(ask.question, list(map(_turn, before)))
        context = Context(_today(before), ask.filters, ask.top_k, ask.scope)
        with self._precedence.question():
            inquiries = yield from self._investigator.investigate(resolved, context)
        said: list[_Said] = []
        for statement in _statements(inquiries):
            said.append(_say(statement, said))
            yield Delta(text=(" " if len(said) > 1 else "") + said[-1].text)
            yield from (Cited(citation=citation) for citation in said[-1].citations)
        answer = self._whole(ask, resolved, inquiries, said)
        if not said:
            yield Delta(text=answer.text)
        of_history = answer.citations[sum(len(part.citations) for part in said) :]
        yield from (Cited(citation=citation) for citation in of_history)
        timings = {
            "retrieve": _ms(sum(one.search.seconds for one in inquiries)),
            "read": _ms(sum(one.seconds for one in inquiries)),
            "total": _ms(time.perf_counter() - started),
        }
        answer = answer.model_copy(update={"timings_ms": timings})
        yield Done(answer=self._kept(answer))

    def _kept(self, answer: Answer) -> Answer:
        """Stored; where the disk refuses that, the answer is given all the same and says so."""
        try:
            self._conversations.add(answer)
        except StorageError as error:
            log.warning("an answer could not be stored: %s", error)
            return answer.model_copy(update={"warnings": (*answer.warnings, _NOT_STORED)})
        return answer

    def _before(self, ask: Ask) -> list[Answer]:
        if ask.conversation_id is None:
            return []
        return self._conversations.last_answers(ask.conversation_id, _REMEMBERED)

    def _whole(self, ask: Ask, resolved: str, inquiries: Sequence[Inquiry], said: Sequence[_Said]) -> Answer:
        lead = next((one for one in inquiries if one.answered), inquiries[0])
        filters = lead.search.filters
        looked_in = searched(self._catalog.overview(filters) if filters is not None else NOTHING)
        leading = lead.composition.lead
        hits = each_once(hit for one in inquiries for hit in one.search.hits)
        told = [finding for statement in _statements(inquiries) for finding in statement.findings]
        history = inquiries[0].composition.history if len(inquiries) == 1 else ()
        citations = [citation for part in said for citation in part.citations]
        past = [_cite(finding, len(citations) + at) for at, finding in enumerate(history, start=1)]
        return Answer(
            id=f"ans_{uuid4().hex}",
            conversation_id=ask.conversation_id or f"cnv_{uuid4().hex}",
            question=ask.question,
            resolved_question=resolved,
            status=_status(inquiries),
            text=" ".join(part.text for part in said) or nothing_found(looked_in),
            short_answer=lead.short_answer,
            as_of=day_of(leading) if leading else None,
            claims=tuple(part.claim for part in said),
            citations=(*citations, *past),
            figures=tuple(
                figure(finding, number)
                for number, finding in enumerate((*told, *history), start=1)
                if finding.found is not None and finding.found.quantity is not None
            ),
            passages=tuple(map(FoundPassage.of, hits)),
            nearest=() if said else _nearest(hits),
            searched=looked_in,
            scope=lead.search.scope,
            parts=tuple(map(_part, inquiries)) if len(inquiries) > 1 else (),
            confidence=round(min(one.reading.answerable for one in inquiries if one.answered or not said), 4),
            answered_by="extractive",
            warnings=tuple(map(_lacking, lead.search.unknown)),
            timings_ms={},
        )


def _today(before: Sequence[Answer]) -> date:
    """What "last week" is counted from: the day that the conversation is about, else the calendar's."""
    return next((answer.as_of for answer in reversed(before) if answer.as_of), datetime.now(UTC).date())


def _lacking(publisher: str) -> str:
    return f"There are no articles by {publisher}; all others were searched."


def _turn(answer: Answer) -> Turn:
    """A turn of the conversation; what was hardly an answer is not built upon.

    Of a question of several parts, a follow-up goes on from the one that leads.
    """
    sure = answer.status != "not_in_articles" and answer.confidence >= SURE
    text = _MARKER.sub("", answer.text)
    asked = answer.parts[0].question if answer.parts else answer.resolved_question
    return Turn(asked, answer.short_answer if sure else None, text if sure else "")


def _part(inquiry: Inquiry) -> Part:
    return Part(question=inquiry.search.text, status=inquiry.composition.status, short_answer=inquiry.words)


def _status(inquiries: Sequence[Inquiry]) -> Status:
    """Of several parts the worst that was found; in part, where one was not found at all."""
    found = {one.composition.status for one in inquiries}
    if "not_in_articles" in found:
        return "partial" if len(found) > 1 else "not_in_articles"
    order: tuple[Status, ...] = ("conflicting", "partial", "answered")
    return next(status for status in order if status in found)


def _statements(inquiries: Sequence[Inquiry]) -> list[Statement]:
    """What the steps say, each sentence once."""
    said: dict[tuple[str, int], Statement] = {}
    for one in inquiries:
        for statement in one.composition.statements:
            quote = statement.findings[0].quote
            said.setdefault((quote.article.id, quote.start), statement)
    return list(said.values())


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
