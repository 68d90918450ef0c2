"""Turns that share context, and the answers given in them, in the same database as the catalog."""

from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, String, Table, delete, insert, select, update

from qa_service.answer import Answer, Wire
from qa_service.errors import AnswerNotFoundError, ConversationNotFoundError
from vector_store.database import UtcDateTime, migrate, writing

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
        """Keep an answer; the first one of a conversation begins it."""
        now = datetime.now(UTC)
        this = _CONVERSATIONS.c.id == answer.conversation_id
        with writing(self._engine).begin() as connection:
            if connection.execute(update(_CONVERSATIONS).where(this).values(asked=now)).rowcount == 0:
                title = answer.question[:_TITLE_CHARS]
                values = {"id": answer.conversation_id, "created": now, "asked": now, "title": title}
                connection.execute(insert(_CONVERSATIONS).values(values))
            body = answer.model_dump_json()
            connection.execute(insert(_ANSWERS).values(id=answer.id, conversation_id=answer.conversation_id, body=body))
            named = _articles_of(answer)
            if named:
                connection.execute(
                    insert(_ANSWER_ARTICLES), [{"answer_id": answer.id, "article_id": name} for name in named]
                )

    def answer(self, answer_id: str) -> Answer:
        """Raises AnswerNotFoundError."""
        with self._engine.connect() as connection:
            body = connection.scalar(select(_ANSWERS.c.body).where(_ANSWERS.c.id == answer_id))
        if body is None:
            raise AnswerNotFoundError(answer_id)
        return Answer.model_validate_json(body)

    def conversation(self, conversation_id: str) -> Conversation:
        """Raises ConversationNotFoundError."""
        of_it = _ANSWERS.c.conversation_id == conversation_id
        with self._engine.connect() as connection:
            summary = _summary(connection, conversation_id)
            bodies = connection.scalars(select(_ANSWERS.c.body).where(of_it).order_by(_ANSWERS.c.number)).all()
        turns = tuple(Answer.model_validate_json(body) for body in bodies)
        return Conversation(**summary.model_dump(), turns=turns)

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

    def withdraw(self, article_id: str) -> None:
        """Take the words of a deleted article out of every answer that quotes or names it."""
        naming = select(_ANSWER_ARTICLES.c.answer_id).where(_ANSWER_ARTICLES.c.article_id == article_id)
        with writing(self._engine).begin() as connection:
            rows = connection.execute(select(_ANSWERS.c.id, _ANSWERS.c.body).where(_ANSWERS.c.id.in_(naming))).all()
            for row in rows:
                body = _withdrawn(Answer.model_validate_json(row.body)).model_dump_json()
                connection.execute(update(_ANSWERS).where(_ANSWERS.c.id == row.id).values(body=body))
            connection.execute(delete(_ANSWER_ARTICLES).where(_ANSWER_ARTICLES.c.article_id == article_id))


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


def _withdrawn(answer: Answer) -> Answer:
    """The answer without any article's words: which of its sentences stand without the lost one cannot be known."""
    nothing: dict[str, object] = {
        "text": WITHDRAWN,
        "short_answer": None,
        "as_of": None,
        "claims": (),
        "citations": (),
        "figures": (),
        "passages": (),
        "nearest": (),
        "warnings": (*answer.warnings, "article_withdrawn"),
    }
    return answer.model_copy(update=nothing)
