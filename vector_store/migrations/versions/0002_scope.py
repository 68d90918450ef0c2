"""What filters ask of a revision, without its text: a scan of the table itself reads every text."""

from alembic import op

revision = "vector_store_0002"
down_revision = "vector_store_0001"


def upgrade() -> None:
    """Make the index."""
    op.create_index("revisions_scope", "revisions", ["article_id", "revision", "source", "source_folded", "published"])
