"""Imports, how far each has come, and the errors of their items."""

import sqlalchemy as sa
from alembic import op

revision = "qa_service_0002"
down_revision = "qa_service_0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False, index=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer),
        sa.Column("created", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.Column("unchanged", sa.Integer, nullable=False),
        sa.Column("duplicate", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("started_at", sa.DateTime),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("error_code", sa.String),
        sa.Column("error_detail", sa.String),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "job_errors",
        sa.Column("job", sa.Integer, sa.ForeignKey("jobs.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("item", sa.Integer, primary_key=True),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
    )
