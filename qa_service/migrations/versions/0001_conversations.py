"""Conversations and the answers given in them."""

import sqlalchemy as sa
from alembic import op

revision = "qa_service_0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("asked", sa.DateTime, nullable=False, index=True),
        sa.Column("title", sa.String, nullable=False),
    )
    op.create_table(
        "answers",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column(
            "conversation_id",
            sa.String,
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("body", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "answer_articles",
        sa.Column("answer_id", sa.String, sa.ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("article_id", sa.String, primary_key=True, index=True),
    )
