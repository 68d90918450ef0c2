"""What texts have in common that are copies of one another."""

import sqlalchemy as sa
from alembic import op

from vector_store.near_copies import bands

revision = "vector_store_0003"
down_revision = "vector_store_0002"


def upgrade() -> None:
    """Make the table, and fill it from the articles that are there."""
    copy_bands = op.create_table(
        "copy_bands",
        sa.Column("digest", sa.Integer, primary_key=True),
        sa.Column(
            "article_id", sa.String, sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True, index=True
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("article_copies", "articles", ["duplicate_of"], sqlite_where=sa.text("duplicate_of IS NOT NULL"))
    originals = sa.text(
        "SELECT id, text FROM articles JOIN revisions ON article_id = id AND revisions.revision = articles.revision "
        "WHERE duplicate_of IS NULL"
    )
    connection = op.get_bind()
    for row in connection.execution_options(yield_per=100).execute(originals):
        if rows := [{"digest": digest, "article_id": row.id} for digest in bands(row.text)]:
            connection.execute(sa.insert(copy_bands), rows)
