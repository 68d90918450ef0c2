"""When a file that changes is taken, and what its article is called."""

from dataclasses import replace
from pathlib import Path

from qa_service.settling import SETTLED_SECONDS, Settling, named
from vector_store.submission import Submission

ARTICLE = Submission(title="Storm Ysolde", text="The storm took the roof of the fish market.").article()


def test_a_file_is_taken_once_it_has_not_changed_for_a_while(tmp_path: Path) -> None:
    settling, path = Settling(), tmp_path / "storm.md"
    path.write_text("The storm")
    settling.changed([path])
    assert settling.look(10).present == []
    path.write_text("The storm took the roof")
    assert settling.look(10 + SETTLED_SECONDS).present == []
    assert settling.look(10 + SETTLED_SECONDS * 1.5).present == []
    assert settling.look(10 + SETTLED_SECONDS * 2).present == [path]


def test_a_file_that_could_not_be_taken_is_tried_again_and_a_taken_one_is_not(tmp_path: Path) -> None:
    settling, path = Settling(), tmp_path / "storm.md"
    path.write_text("The storm")
    settling.changed([path])
    assert [settling.look(now).present for now in (1, 3, 5)] == [[], [path], [path]]
    settling.taken([path])
    assert settling.look(7).present == []
    settling.changed([path])
    assert [settling.look(now).present for now in (9, 11)] == [[], [path]]


def test_a_file_that_is_written_anew_by_removing_the_old_one_is_never_gone(tmp_path: Path) -> None:
    settling, path = Settling(), tmp_path / "storm.md"
    settling.changed([path])
    assert settling.look(1).gone == []
    path.write_text("The storm")
    assert [settling.look(now).gone for now in (3, 5)] == [[], []]
    path.unlink()
    assert [settling.look(now).gone for now in (7, 9)] == [[], [path]]


def test_a_file_that_changes_is_the_same_article(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "storm.md"
    first = named(ARTICLE, tmp_path, path)
    changed = Submission(title="Storm Ysolde ends", text="The wind has dropped.").article()
    assert named(changed, tmp_path, path).id == first.id
    assert first == replace(ARTICLE, id=first.id)
    assert named(ARTICLE, tmp_path, tmp_path / "storm.md").id != first.id
    assert named(ARTICLE, tmp_path / "deep", path).id != first.id


def test_a_file_that_says_which_article_it_is_keeps_its_id(tmp_path: Path) -> None:
    path = tmp_path / "storm.md"
    for article in (replace(ARTICLE, id="ysolde"), replace(ARTICLE, id="url-1", url="https://quay.example/storm")):
        assert named(article, tmp_path, path) == article
