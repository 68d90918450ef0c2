"""Turns that share context, and the answers given in them, in the same database as the catalog."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, String, Table, delete, insert, select, update

from qa_service.answer import Answer, Wire
from qa_service.errors import AnswerNotFoundError, ConversationNotFoundError
from vector_store.database import UtcDateTime, migrate, writing
from vector_store.revisions import current_revisions

WITHDRAWN = "An article that this answer rested on has been withdrawn."

_TABLES = MetaData()
_CONVERSATIONS = Table(
    "conversations",
    _TABLES,
    Column("id", String, primary_key=True),
    Column("created", UtcDateTime),
    Column("asked", UtcDateTime),
    Column("title", String),
)
_ANSWERS = Table(
    "answers",
    _TABLES,
    Column("number", Integer, primary_key=True),
    Column("id", String),
    Column("conversation_id", String),
    Column("body", String),
)
_ANSWER_ARTICLES = Table(
    "answer_articles",
    _TABLES,
    Column("answer_id", String, primary_key=True),
    Column("article_id", String, primary_key=True),
)
_TITLE_CHARS = 120


class ConversationSummary(Wire):
    """A conversation without its turns."""

    id: str
    title: str
    """The first question."""
    created_at: AwareDatetime
    asked_at: AwareDatetime
    """When its latest question was asked."""


class Conversation(ConversationSummary):
    """A conversation with its answers, oldest first."""

    turns: tuple[Answer, ...]


class Conversations:
    """What has been asked and answered. Every method may raise StorageError and CatalogDamagedError."""

    def __init__(self, engine: Engine) -> None:
        migrate(engine, Path(__file__).parent / "migrations" / "versions", "qa_service_version")
        self._engine = engine

    def require(self, conversation_id: str) -> None:
        """Raise ConversationNotFoundError when there is no such conversation."""
        with self._engine.connect() as connection:
            _summary(connection, conversation_id)

    def add(self, answer: Answer) -> None:
        """Keep an answer; the first one of a conversation begins it.

        It is kept without the words of an article that was deleted while it was being given.
        """
        now = datetime.now(UTC)
        this = _CONVERSATIONS.c.id == answer.conversation_id
        named = _articles_of(answer)
        with writing(self._engine).begin() as connection:
            for article_id in named - current_revisions(connection, named).keys():
                answer = _without(answer, article_id)
            if connection.execute(update(_CONVERSATIONS).where(this).values(asked=now)).rowcount == 0:
                title = answer.question[:_TITLE_CHARS]
                values = {"id": answer.conversation_id, "created": now, "asked": now, "title": title}
                connection.execute(insert(_CONVERSATIONS).values(values))
            body = answer.model_dump_json()
            connection.execute(insert(_ANSWERS).values(id=answer.id, conversation_id=answer.conversation_id, body=body))
            if named := _articles_of(answer):
                connection.execute(
                    insert(_ANSWER_ARTICLES), [{"answer_id": answer.id, "article_id": name} for name in named]
                )

    def answer(self, answer_id: str) -> Answer:
        """As it was given, with what became of its articles since. Raises AnswerNotFoundError."""
        with self._engine.connect() as connection:
            body = connection.scalar(select(_ANSWERS.c.body).where(_ANSWERS.c.id == answer_id))
            if body is None:
                raise AnswerNotFoundError(answer_id)
            return _read(connection, [body])[0]

    def conversation(self, conversation_id: str) -> Conversation:
        """With its answers as `answer` gives them. Raises ConversationNotFoundError."""
        of_it = _ANSWERS.c.conversation_id == conversation_id
        with self._engine.connect() as connection:
            summary = _summary(connection, conversation_id)
            bodies = connection.scalars(select(_ANSWERS.c.body).where(of_it).order_by(_ANSWERS.c.number)).all()
            return Conversation(**summary.model_dump(), turns=_read(connection, bodies))

    def last_answers(self, conversation_id: str, count: int) -> list[Answer]:
        """The last few answers of the conversation, oldest first. Raises ConversationNotFoundError."""
        of_it = select(_ANSWERS.c.body).where(_ANSWERS.c.conversation_id == conversation_id)
        with self._engine.connect() as connection:
            _summary(connection, conversation_id)
            bodies = connection.scalars(of_it.order_by(_ANSWERS.c.number.desc()).limit(count)).all()
        return [Answer.model_validate_json(body) for body in reversed(bodies)]

    def latest(self, limit: int) -> list[ConversationSummary]:
        """The conversations last asked in come first."""
        query = select(_CONVERSATIONS).order_by(_CONVERSATIONS.c.asked.desc(), _CONVERSATIONS.c.id).limit(limit)
        with self._engine.connect() as connection:
            return [
                ConversationSummary(id=row.id, title=row.title, created_at=row.created, asked_at=row.asked)
                for row in connection.execute(query)
            ]

    def delete(self, conversation_id: str) -> None:
        """Forget a conversation and its answers. Raises ConversationNotFoundError."""
        with writing(self._engine).begin() as connection:
            _summary(connection, conversation_id)
            connection.execute(delete(_CONVERSATIONS).where(_CONVERSATIONS.c.id == conversation_id))

    def withdraw(self, connection: Connection, article_id: str) -> None:
        """In the transaction that deletes an article: take its words out of every answer that has any."""
        naming = select(_ANSWER_ARTICLES.c.answer_id).where(_ANSWER_ARTICLES.c.article_id == article_id)
        withdrawn = []
        for row in connection.execute(select(_ANSWERS).where(_ANSWERS.c.id.in_(naming))).all():
            before = Answer.model_validate_json(row.body)
            after = _without(before, article_id)
            _rewrite(connection, after)
            if after.text != before.text:
                withdrawn.append(row)
        for row in withdrawn:
            _forget_what_was_leaned_on(connection, row.conversation_id, row.number)
        connection.execute(delete(_ANSWER_ARTICLES).where(_ANSWER_ARTICLES.c.article_id == article_id))


def _read(connection: Connection, bodies: Sequence[str]) -> tuple[Answer, ...]:
    """Stored answers, in which citations of what is no longer an article's newest revision say so."""
    answers = [Answer.model_validate_json(body) for body in bodies]
    newest = current_revisions(connection, {one.article_id for answer in answers for one in answer.citations})
    return tuple(
        answer.model_copy(
            update={
                "citations": tuple(
                    one.model_copy(update={"superseded": newest.get(one.article_id, one.revision) > one.revision})
                    for one in answer.citations
                )
            }
        )
        for answer in answers
    )


def _rewrite(connection: Connection, answer: Answer) -> None:
    body = answer.model_dump_json()
    connection.execute(update(_ANSWERS).where(_ANSWERS.c.id == answer.id).values(body=body))


def _forget_what_was_leaned_on(connection: Connection, conversation_id: str, number: int) -> None:
    """The questions that came after this answer may have been filled in with its words."""
    later = (_ANSWERS.c.conversation_id == conversation_id) & (_ANSWERS.c.number > number)
    for body in connection.scalars(select(_ANSWERS.c.body).where(later)).all():
        answer = Answer.model_validate_json(body)
        if answer.resolved_question != answer.question:
            _rewrite(connection, answer.model_copy(update=_as_asked(answer)))


def _summary(connection: Connection, conversation_id: str) -> ConversationSummary:
    row = connection.execute(select(_CONVERSATIONS).where(_CONVERSATIONS.c.id == conversation_id)).one_or_none()
    if row is None:
        raise ConversationNotFoundError(conversation_id)
    return ConversationSummary(id=row.id, title=row.title, created_at=row.created, asked_at=row.asked)


def _articles_of(answer: Answer) -> set[str]:
    """Every article of which the answer holds words or a place."""
    cited = {citation.article_id for citation in answer.citations}
    found = {passage.article_id for passage in answer.passages}
    return cited | found | {article.article_id for article in answer.nearest}


def _without(answer: Answer, article_id: str) -> Answer:
    """The answer without the article. Where it quotes it, without any article's words.

    For which of its sentences stand without the lost one cannot be known.
    """
    others: dict[str, object] = {
        "passages": tuple(one for one in answer.passages if one.article_id != article_id),
        "nearest": tuple(one for one in answer.nearest if one.article_id != article_id),
    }
    if all(citation.article_id != article_id for citation in answer.citations):
        return answer.model_copy(update=others)
    nothing: dict[str, object] = {
        "text": WITHDRAWN,
        "short_answer": None,
        "as_of": None,
        "claims": (),
        "citations": (),
        "figures": (),
        "passages": (),
        "nearest": (),
        "confidence": 0.0,
        "warnings": (*answer.warnings, "article_withdrawn"),
    }
    return answer.model_copy(update=nothing | _as_asked(answer))


def _as_asked(answer: Answer) -> dict[str, object]:
    """The question without what was made of it."""
    return {"resolved_question": answer.question, "scope": None, "parts": ()}
