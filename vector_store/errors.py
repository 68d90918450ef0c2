"""The errors of articles and of their index.

    NewsError
    ├── InvalidArticleError        an article that cannot be kept as it is
    ├── UnreadableSourceError      a file or folder that holds no article
    ├── ArticleNotFoundError
    ├── FolderOwnedError           another process owns the data folder
    ├── CatalogDamagedError        the database cannot be read
    ├── StorageError               the disk refuses (full, read-only, no permission)
    ├── EmbeddingModelError        the model cannot be loaded
    └── EmbeddingModelChangedError the vectors were made by another model

Each has a stable `code`, and a message that tells the person who can act what to do.
`qa_service.errors` extends the tree.
"""

from pathlib import Path
from typing import ClassVar


class NewsError(Exception):
    """Anything that a person can put right. Its text is a sentence for that person."""

    code: ClassVar[str]


class InvalidArticleError(NewsError):
    """An article that cannot be kept as it is: empty, too long, or with text that is not Unicode."""

    code = "invalid_article"

    def __init__(self, problem: str, article_id: str | None = None) -> None:
        """`problem` is a sentence that names what to change."""
        super().__init__(problem if article_id is None else f"Article {article_id!r}: {problem}")
        self.article_id = article_id


class UnreadableSourceError(NewsError):
    """A file, folder or line from which no article can be made."""

    code = "unreadable_source"

    def __init__(self, origin: str, problem: str) -> None:
        """`origin` names the file (and line); `problem` is a sentence that says what to do."""
        super().__init__(f"{origin}: {problem}")
        self.origin = origin


class ArticleNotFoundError(NewsError):
    """No article (or no such revision of it) has this id."""

    code = "article_not_found"

    def __init__(self, article_id: str, revision: int | None = None) -> None:
        """`revision` is given when the article exists and that revision does not."""
        which = f"revision {revision} of the article" if revision is not None else "article"
        super().__init__(f"There is no {which} {article_id!r}; GET /v1/articles lists what there is.")
        self.article_id = article_id


class FolderOwnedError(NewsError):
    """Another process owns the data folder; two at once would destroy it."""

    code = "folder_owned"

    def __init__(self, folder: Path, pid: int | None, url: str | None) -> None:
        """`url` is where the owner serves, None when it does not serve."""
        owner = f"process {pid}" if pid else "another process"
        serving = f", which serves {url}" if url else ""
        super().__init__(
            f"The data folder {folder} is in use by {owner}{serving}. "
            "Stop that process, or choose another folder with QA_DATA_DIR."
        )
        self.folder = folder
        self.pid = pid
        self.url = url


class CatalogDamagedError(NewsError):
    """The catalog's database cannot be read."""

    code = "catalog_damaged"

    def __init__(self, path: Path, reason: str) -> None:
        """`reason` is what the database itself says."""
        super().__init__(
            f"The catalog {path} cannot be read ({reason}). Restore it from a backup, "
            "or move the file away to start with an empty catalog."
        )
        self.path = path


class StorageError(NewsError):
    """The disk refuses: full, read-only, or no permission. No article is half stored."""

    code = "storage_refused"

    def __init__(self, folder: Path, reason: str) -> None:
        """`reason` is what the system says."""
        super().__init__(
            f"The data folder {folder} cannot be written ({reason}). "
            "Free some space or make it writable, then try again; no article is ever half stored."
        )
        self.folder = folder


class EmbeddingModelError(NewsError):
    """The embedding model cannot be loaded, or is not the one it should be."""

    code = "embedding_model_unavailable"

    def __init__(self, model: str, reason: str) -> None:
        """`reason` is a sentence that says what to do."""
        super().__init__(f"The embedding model {model!r} cannot be used: {reason}")
        self.model = model


class EmbeddingModelChangedError(NewsError):
    """The stored vectors were made by another model than the configured one."""

    code = "embedding_model_changed"

    def __init__(self, stored: str, configured: str) -> None:
        """Both are the models' names."""
        super().__init__(
            f"The articles were embedded by {stored!r}, but {configured!r} is configured. "
            "Run `qa-service reindex` to embed them again, or set QA_EMBEDDING_MODEL back."
        )
        self.stored = stored
        self.configured = configured
