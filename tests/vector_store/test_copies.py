"""Which articles are copies of which, whatever comes, changes and goes."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

import vector_store.catalog
from tests.vector_store.test_near_copies import AGENCY, ANOTHER_REPORT, changed, paragraphs
from vector_store.article import Article, Filters, Passage
from vector_store.catalog import Catalog
from vector_store.changes import Change, Record
from vector_store.database import migrate, open_database, writing
from vector_store.schema import ARTICLES, REVISIONS

EDITED = changed(("Nobody was hurt.", "Nobody was injured."))
CORRECTED = changed(("412 people", "421 people"))
FIRST_HALF, SECOND_HALF = paragraphs(0, 1, 2), paragraphs(2, 3, 4)
TakenIn = Callable[..., dict[str, tuple[str, str | None]]]
VERSIONS = Path(vector_store.catalog.__file__).parent / "migrations" / "versions"


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """An empty one."""
    engine = open_database(tmp_path / "catalog.sqlite3")
    yield Catalog(engine)
    engine.dispose()


def batch(catalog: Catalog, **texts: str) -> dict[str, tuple[str, str | None]]:
    """Articles that come together; the status of each and what it is a copy of."""
    changes = catalog.changes([Article(id=id, title=f"T {id}", text=text) for id, text in texts.items()])
    known = [change for change in changes if change.status == "unchanged"]
    recorded = catalog.record(_record(change) for change in changes if change.status != "unchanged")
    return {change.article.id: (change.status, change.duplicate_of) for change in [*known, *recorded]}


def add(catalog: Catalog, **texts: str) -> dict[str, tuple[str, str | None]]:
    """The same for articles that come one after the other."""
    return {id: batch(catalog, **{id: text})[id] for id, text in texts.items()}


def _record(change: Change) -> Record:
    return Record(change, [Passage(change.article, 0, len(change.article.text))], np.eye(1, 8, dtype=np.float32))


def originals(catalog: Catalog) -> dict[str, str | None]:
    return {article.id: article.duplicate_of for article in catalog.articles()}


@pytest.mark.parametrize("taken_in", [add, batch])
def test_a_near_copy_is_a_duplicate_of_the_first_and_kept_whole(catalog: Catalog, taken_in: TakenIn) -> None:
    assert taken_in(catalog, z=AGENCY, other=ANOTHER_REPORT, a=EDITED, m=FIRST_HALF) == {
        "z": ("created", None),
        "other": ("created", None),
        "a": ("duplicate", "z"),
        "m": ("duplicate", "z"),
    }
    assert originals(catalog) == {"z": None, "other": None, "a": "z", "m": "z"}
    assert catalog.article("a").text == EDITED
    assert catalog.page(Filters(article_ids=("a",)), "injured", None, 9)[0].origin == "z"


def test_a_duplicate_that_comes_again_is_unchanged_and_still_one(catalog: Catalog) -> None:
    add(catalog, z=AGENCY, a=EDITED)
    assert add(catalog, a=EDITED, z=AGENCY) == {"a": ("unchanged", "z"), "z": ("unchanged", None)}


def test_a_report_of_another_figure_in_the_same_words_is_no_copy(catalog: Catalog) -> None:
    assert add(catalog, z=AGENCY, a=CORRECTED)["a"] == ("created", None)


def test_when_the_original_goes_the_first_copy_is_the_original_of_the_others(catalog: Catalog) -> None:
    add(catalog, z=AGENCY, m=EDITED, a=FIRST_HALF)
    catalog.delete("z")
    assert originals(catalog) == {"m": None, "a": "m"}
    assert add(catalog, n=AGENCY)["n"] == ("duplicate", "m")


def test_copies_of_one_text_that_are_none_of_each_other_stand_alone_without_it(catalog: Catalog) -> None:
    add(catalog, z=AGENCY, m=FIRST_HALF, a=SECOND_HALF)
    assert originals(catalog) == {"z": None, "m": "z", "a": "z"}
    catalog.delete("z")
    assert originals(catalog) == {"m": None, "a": None}


def test_when_a_figure_of_the_original_is_corrected_its_copies_are_on_their_own(catalog: Catalog) -> None:
    add(catalog, z=AGENCY, m=EDITED, a=AGENCY)
    assert add(catalog, z=CORRECTED)["z"] == ("updated", None)
    assert originals(catalog) == {"z": None, "m": None, "a": "m"}
    assert add(catalog, n=CORRECTED)["n"] == ("duplicate", "z")


def test_an_original_that_is_edited_a_little_keeps_its_copies(catalog: Catalog) -> None:
    add(catalog, z=AGENCY, m=AGENCY, a=FIRST_HALF)
    assert add(catalog, z=EDITED)["z"] == ("updated", None)
    assert originals(catalog) == {"z": None, "m": "z", "a": "z"}


def test_an_original_that_becomes_a_copy_takes_its_copies_along(catalog: Catalog) -> None:
    add(catalog, z=ANOTHER_REPORT, m=AGENCY, a=FIRST_HALF)
    assert add(catalog, m=ANOTHER_REPORT)["m"] == ("updated", "z")
    assert originals(catalog) == {"z": None, "m": "z", "a": None}
    assert add(catalog, n=AGENCY)["n"] == ("duplicate", "a")


def test_a_correction_and_a_copy_of_the_old_words_in_one_batch_are_told_apart(catalog: Catalog) -> None:
    add(catalog, z=AGENCY)
    assert batch(catalog, z=CORRECTED, old=AGENCY, new=CORRECTED) == {
        "z": ("updated", None),
        "old": ("created", None),
        "new": ("duplicate", "z"),
    }


def test_a_copy_is_found_among_a_hundred_texts_of_one_mould(catalog: Catalog) -> None:
    bulletins = {f"b{n:03}": changed(("412", str(1_000 + n)), ("18:40", str(2_000 + n))) for n in range(100)}
    assert set(batch(catalog, **bulletins).values()) == {("created", None)}
    assert add(catalog, copy=bulletins["b071"] + " Reported from the quay.")["copy"] == ("duplicate", "b071")


def test_articles_of_an_older_folder_are_known_to_their_copies(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    for name in ("0001_articles.py", "0002_scope.py"):
        shutil.copy(VERSIONS / name, versions)
    engine = open_database(tmp_path / "catalog.sqlite3")
    migrate(engine, versions, "vector_store_version")
    with writing(engine).begin() as connection:
        connection.execute(insert(ARTICLES).values(id="z", revision=1))
        connection.execute(
            insert(REVISIONS).values(
                article_id="z", revision=1, title="T", text=AGENCY, words_digest="", recorded=datetime.now(UTC)
            )
        )
    assert add(Catalog(engine), a=EDITED)["a"] == ("duplicate", "z")
    engine.dispose()
