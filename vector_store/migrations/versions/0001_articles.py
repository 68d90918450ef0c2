"""Articles, their revisions and passages with vectors, the words index, and what Chroma has yet to be told."""

import sqlalchemy as sa
from alembic import op

revision = "vector_store_0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "articles",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("duplicate_of", sa.String),
    )
    op.create_table(
        "revisions",
        sa.Column("article_id", sa.String, sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("url", sa.String),
        sa.Column("source", sa.String),
        sa.Column("source_folded", sa.String),
        sa.Column("author", sa.String),
        sa.Column("published", sa.DateTime),
        sa.Column("published_offset", sa.Integer),
        sa.Column("language", sa.String),
        sa.Column("words_digest", sa.String, nullable=False, index=True),
        sa.Column("recorded", sa.DateTime, nullable=False),
    )
    op.create_table(
        "passages",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column(
            "article_id", sa.String, sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, index=True
        ),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "index_changes",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("key", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )
    op.execute(
        "CREATE VIRTUAL TABLE words USING fts5("
        "title, body, content='', tokenize=\"porter unicode61 remove_diacritics 2\")"
    )
    op.execute("CREATE VIRTUAL TABLE word_counts USING fts5vocab(words, row)")
