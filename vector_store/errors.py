"""The errors of articles and of their index.

    NewsError
    ├── InvalidArticleError        an article that cannot be kept as it is
    ├── UnreadableSourceError      a file or folder that holds no article
    │   ├── FetchRefusedError      an address that is not fetched: not http, not public, or its robots.txt says no
    │   └── FetchFailedError       an address that gives nothing that can be used
    ├── ArticleNotFoundError
    ├── FeedNotFoundError
    ├── ArchiveBusyError           a large archive is being compacted, or its database written for long
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
        """`origin` names the file (and line) or the address; `problem` is a sentence that says what to do."""
        super().__init__(f"{origin}: {problem}")
        self.origin = origin


class FetchRefusedError(UnreadableSourceError):
    """An address to which nothing is sent, now or later, unless a setting or its owner's robots.txt changes."""

    code = "fetch_refused"


class FetchFailedError(UnreadableSourceError):
    """An address was asked, or could not be, and nothing came that can be used; it may go well another time."""

    code = "fetch_failed"

    def __init__(
        self, origin: str, problem: str, *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        """`status` is the HTTP status that was answered, `retry_after` the seconds that the server asked to wait."""
        super().__init__(origin, problem)
        self.status = status
        self.retry_after = retry_after


class ArticleNotFoundError(NewsError):
    """No article (or no such revision of it) has this id."""

    code = "article_not_found"

    def __init__(self, article_id: str, revision: int | None = None) -> None:
        """`revision` is given when the article exists and that revision does not."""
        which = f"revision {revision} of the article" if revision is not None else "article"
        super().__init__(f"There is no {which} {article_id!r}; GET /v1/articles lists what there is.")
        self.article_id = article_id


class FeedNotFoundError(NewsError):
    """No feed has this id."""

    code = "feed_not_found"

    def __init__(self, feed_id: str) -> None:
        super().__init__(f"There is no feed {feed_id!r}; GET /v1/feeds lists what there is.")
        self.feed_id = feed_id


class ArchiveBusyError(NewsError):
    """What was wanted cannot be done now, because the archive's files are being written."""

    code = "archive_busy"

    def __init__(self, reason: str) -> None:
        """`reason` says what is being done."""
        super().__init__(f"The archive is busy ({reason}). Try again in a minute.")


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
