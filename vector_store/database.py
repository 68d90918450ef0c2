"""The SQL database of a data folder: opened durably, migrated by Alembic, its errors said in words."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, DateTime, Dialect, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from vector_store.errors import ArchiveBusyError, CatalogDamagedError, NewsError, StorageError

MIGRATIONS = Path(__file__).parent / "migrations"

# What SQLite says when only the person who owns the disk can help, and when only a backup can.
_REFUSED = ("full", "readonly", "unable to open", "disk i/o", "permission")
_DAMAGED = ("malformed", "not a database", "corrupt")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware → naive UTC; a naive time is a bug and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Naive UTC → aware."""
        return None if value is None else value.replace(tzinfo=UTC)


def open_database(path: Path) -> Engine:
    """An engine on the SQLite file, which is made when absent. Readers never wait for the writer (WAL).

    Any transaction on it raises StorageError when the disk refuses, CatalogDamagedError when the file is broken,
    ArchiveBusyError when it has waited for another one for half a minute.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": 30})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)

    def say_in_words(context: ExceptionContext) -> NewsError | None:  # what it returns is raised instead
        reason = str(context.original_exception)
        if any(word in reason.lower() for word in _DAMAGED):
            return CatalogDamagedError(path, reason)
        if any(word in reason.lower() for word in _REFUSED):
            return StorageError(path.parent, reason)
        if "locked" in reason.lower():
            return ArchiveBusyError(reason)
        return None

    event.listen(engine, "handle_error", say_in_words)
    return engine


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write: they take their turn at the start instead of failing halfway."""
    return engine.execution_options(sqlite_begin="IMMEDIATE")


def shrink(engine: Engine) -> None:
    """Write the file anew, without the pages that are free, and empty its log. For a while it needs its space twice.

    Raises ArchiveBusyError when it had to wait too long for those who read or write.
    """
    with engine.execution_options(sqlite_begin=None).connect() as connection:
        connection.exec_driver_sql("VACUUM")
        refused, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    if refused:
        raise ArchiveBusyError("somebody reads it all the time")


def migrate(engine: Engine, versions: Path, version_table: str) -> None:
    """Bring the tables that the migrations in `versions` describe up to date, in one transaction."""
    # Imported here: only a process that opens a database needs Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(versions).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    with writing(engine).begin() as connection:
        config.attributes.update(connection=connection, version_table=version_table)
        command.upgrade(config, "head")


def _configure(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # transactions begin when SQLAlchemy says so, not when the driver guesses
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        "cache_size = -32000",  # 32 MB instead of 2: a search reads more than those of a big archive
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    if mode is not None:
        connection.exec_driver_sql(f"BEGIN {mode}")
