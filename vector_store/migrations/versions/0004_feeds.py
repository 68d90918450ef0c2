"""Feeds, and which of their entries have been taken in."""

import sqlalchemy as sa
from alembic import op

revision = "vector_store_0004"
down_revision = "vector_store_0003"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "feeds",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("minutes", sa.Integer),
        sa.Column("added", sa.DateTime, nullable=False),
        sa.Column("title", sa.String),
        sa.Column("etag", sa.String),
        sa.Column("modified", sa.String),
        sa.Column("whole_from", sa.DateTime),
        sa.Column("checked", sa.DateTime),
        sa.Column("succeeded", sa.DateTime),
        sa.Column("next_check", sa.DateTime, index=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_error", sa.JSON),
        sa.Column("result", sa.JSON, nullable=False),
        sa.Column("problems", sa.JSON, nullable=False),
    )
    op.create_table(
        "feed_entries",
        sa.Column("feed_id", sa.String, sa.ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("tried", sa.DateTime, nullable=False),
        sa.Column("article_id", sa.String),
        sa.Column("error", sa.JSON),
        sa.Column("attempts", sa.Integer, nullable=False),
    )
    op.create_index("feed_errors", "feed_entries", ["feed_id", "tried"], sqlite_where=sa.text("error IS NOT NULL"))
