"""The database of a data folder: what it keeps, and what it says when the disk or the file is broken."""

import contextlib
import os
import random
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Column, Engine, MetaData, Table, create_engine, insert, select
from sqlalchemy.exc import StatementError

from vector_store.article import Article, Filters, Passage
from vector_store.catalog import Catalog
from vector_store.changes import Record
from vector_store.database import UtcDateTime, open_database, shrink, writing
from vector_store.errors import ArchiveBusyError, CatalogDamagedError, StorageError

TIMES = Table("times", MetaData(), Column("at", UtcDateTime))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def record(catalog: Catalog, article: Article) -> None:
    change = catalog.change(article)
    passage = Passage(change.article, 0, len(article.text))
    catalog.record([Record(change, [passage], np.eye(1, 8, dtype=np.float32))])


def long_article(number: int) -> Article:
    words = random.Random(number).choices([f"word{n}" for n in range(5_000)], k=3_000)
    return Article(id=f"a{number:04}", title="Long", text=" ".join(words))


def fill(catalog: Catalog) -> None:
    for number in range(1_000):
        record(catalog, long_article(number))


def stored(catalog: Catalog, article: Article) -> bool:
    """Whether it is there whole; fails when there is a part of it."""
    kept = [other for other in catalog.articles() if other.id == article.id]
    found = catalog.best_words(article.text.split()[0], Filters(article_ids=(article.id,)), 5)
    assert len(kept) == catalog.passage_count(article.id) == len(catalog.revisions(article.id)) == len(found)
    return bool(kept)


def test_a_time_is_kept_to_the_microsecond_whatever_its_zone(tmp_path: Path) -> None:
    times = [
        datetime(2022, 2, 25, 0, 30, 0, 1, tzinfo=timezone(timedelta(hours=5, minutes=45))),
        datetime(2, 1, 2, tzinfo=timezone(timedelta(hours=14))),
        datetime(9998, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=-12))),
        None,
    ]
    engine = open_database(tmp_path / "times.sqlite3")
    TIMES.create(engine)
    with writing(engine).begin() as connection:
        connection.execute(insert(TIMES), [{"at": time} for time in times])
    with engine.connect() as connection:
        kept = list(connection.scalars(select(TIMES.c.at)))
    engine.dispose()
    assert kept == times
    assert all(time is None or time.tzinfo is UTC for time in kept)


def test_a_time_without_a_zone_is_never_stored(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "times.sqlite3")
    TIMES.create(engine)
    with pytest.raises(StatementError, match="has no time zone"), writing(engine).begin() as connection:
        connection.execute(insert(TIMES), [{"at": datetime(2022, 2, 25)}])  # noqa: DTZ001
    engine.dispose()


def test_a_catalog_opens_again_and_again_and_keeps_what_it_has(tmp_path: Path) -> None:
    article = long_article(1)
    for _ in range(3):
        engine = open_database(tmp_path / "catalog.sqlite3")
        Catalog(engine)
        catalog = Catalog(engine)  # twice on one engine, too
        if not catalog.overview().articles:
            record(catalog, article)
        assert stored(catalog, article)
        engine.dispose()


def test_a_folder_with_a_percent_sign_or_a_space_opens(tmp_path: Path) -> None:
    folder = tmp_path / "100% news?"
    folder.mkdir()
    engine = open_database(folder / "catalog.sqlite3")
    assert Catalog(engine).overview().articles == 0
    engine.dispose()
    assert (folder / "catalog.sqlite3").exists()


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "catalog.sqlite3")
    catalog = Catalog(engine)
    one, two = (catalog.change(long_article(number)) for number in (1, 2))
    whole = Record(one, [Passage(one.article, 0, 9)], np.eye(1, 8, dtype=np.float32))
    broken = Record(two, [Passage(two.article, 0, 9)], np.eye(2, 8, dtype=np.float32))
    with pytest.raises(ValueError, match="zip"):
        catalog.record([whole, broken])
    assert not stored(catalog, one.article)
    assert not stored(catalog, two.article)
    assert catalog.index_changes() == []
    engine.dispose()


def test_a_full_disk_is_said_and_nothing_is_half_stored(disk: Path) -> None:
    engine = open_database(disk / "catalog.sqlite3")
    catalog = Catalog(engine)
    with pytest.raises(StorageError, match="full") as refusal:
        fill(catalog)
    accepted = list(map(long_article, range(catalog.overview().articles)))
    assert refusal.value.folder == disk
    assert accepted
    assert all(stored(catalog, article) for article in accepted)
    assert not stored(catalog, long_article(len(accepted)))
    engine.dispose()

    reopened = open_database(disk / "catalog.sqlite3")
    assert [article.id for article in Catalog(reopened).articles()] == [article.id for article in accepted]
    reopened.dispose()


def test_a_full_disk_that_is_freed_takes_articles_again(disk: Path) -> None:
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    engine = open_database(disk / "catalog.sqlite3")
    catalog = Catalog(engine)
    with pytest.raises(StorageError):
        fill(catalog)
    ballast.unlink()
    refused = long_article(catalog.overview().articles)
    record(catalog, refused)
    assert stored(catalog, refused)
    engine.dispose()


def test_a_disk_full_from_the_start_is_said(disk: Path) -> None:
    with (disk / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
        while True:
            ballast.write(bytes(4_096))
    engine = open_database(disk / "catalog.sqlite3")
    with pytest.raises(StorageError):
        Catalog(engine)
    engine.dispose()


def test_a_read_only_disk_is_said_and_keeps_what_was_stored(disk: Path) -> None:
    engine = open_database(disk / "catalog.sqlite3")
    record(Catalog(engine), long_article(1))
    engine.dispose()
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)

    refused = open_database(disk / "catalog.sqlite3")
    with pytest.raises(StorageError) as refusal:
        record(Catalog(refused), long_article(2))
    assert refusal.value.folder == disk
    refused.dispose()

    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    again = open_database(disk / "catalog.sqlite3")
    assert stored(Catalog(again), long_article(1))
    assert not stored(Catalog(again), long_article(2))
    again.dispose()


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "nowhere" / "catalog.sqlite3")
    with pytest.raises(StorageError, match="nowhere"):
        Catalog(engine)
    engine.dispose()


def test_a_file_that_is_no_database_is_said_to_be_damaged_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    garbage = random.Random(7).randbytes(100_000)
    path.write_bytes(garbage)
    engine = open_database(path)
    with pytest.raises(CatalogDamagedError, match="not a database") as damage:
        Catalog(engine)
    engine.dispose()
    assert damage.value.path == path
    assert path.read_bytes() == garbage


@pytest.mark.parametrize("left", [0.3, 0.7, 0.95])
def test_a_truncated_database_is_said_to_be_damaged(tmp_path: Path, left: float) -> None:
    path = tmp_path / "catalog.sqlite3"
    engine = open_database(path)
    for number in range(10):
        record(Catalog(engine), long_article(number))
    engine.dispose()
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * left)])

    truncated = open_database(path)
    with pytest.raises(CatalogDamagedError) as damage:
        list(Catalog(truncated).articles())
    truncated.dispose()
    assert damage.value.path == path


def test_a_page_of_garbage_inside_a_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    engine = open_database(path)
    for number in range(10):
        record(Catalog(engine), long_article(number))
    engine.dispose()
    content = bytearray(path.read_bytes())
    content[4_096:] = random.Random(3).randbytes(len(content) - 4_096)
    path.write_bytes(content)

    broken = open_database(path)
    with pytest.raises(CatalogDamagedError):
        list(Catalog(broken).articles())
    broken.dispose()


def test_a_reader_does_not_wait_for_the_writer(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "catalog.sqlite3")
    catalog = Catalog(engine)
    record(catalog, long_article(1))
    with writing(engine).begin():
        assert [article.id for article in catalog.articles()] == ["a0001"]
    engine.dispose()


def impatient(engine: Engine) -> Engine:
    """It waits a millisecond for others, not half a minute."""
    with engine.execution_options(sqlite_begin=None).connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
    return engine


def test_who_waits_too_long_for_another_writer_is_told_so(tmp_path: Path) -> None:
    catalog = Catalog(open_database(tmp_path / "catalog.sqlite3"))
    other = sqlite3.connect(catalog.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    engine = impatient(open_database(catalog.path))
    with pytest.raises(ArchiveBusyError, match="database is locked"), writing(engine).begin():
        pass
    with pytest.raises(ArchiveBusyError, match="database is locked"):
        shrink(engine)
    other.close()


def test_a_file_is_not_said_to_be_small_while_a_reader_keeps_it_from_it(tmp_path: Path) -> None:
    catalog = Catalog(open_database(tmp_path / "catalog.sqlite3"))
    for number in range(20):
        record(catalog, long_article(number))
    reader = sqlite3.connect(catalog.path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM articles").fetchall()
    for number in range(20):
        catalog.delete(f"a{number:04}")
    engine = impatient(open_database(catalog.path))
    with pytest.raises(ArchiveBusyError, match="somebody reads it"):
        shrink(engine)
    reader.close()
    before = catalog.path.stat().st_size
    catalog.compact()
    assert catalog.path.stat().st_size < before / 2
    assert catalog.path.with_name("catalog.sqlite3-wal").stat().st_size == 0


def test_what_was_committed_is_in_the_file_for_another_process_to_see(tmp_path: Path) -> None:
    engine = open_database(tmp_path / "catalog.sqlite3")
    record(Catalog(engine), long_article(1))
    other = create_engine(f"sqlite:///{tmp_path / 'catalog.sqlite3'}")
    with other.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM articles").scalar() == 1
    other.dispose()
    engine.dispose()
