"""Files that are being written: each is taken once it has stopped changing, and its article is named after it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from vector_store.article import Article, identity

SETTLED_SECONDS = 1.0
"""How long a file must not have changed."""

_Look = tuple[int, int] | None
"""When a file was written and how long it is; None when there is no such file."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What has stopped changing: the files that are there, and those that are not."""

    present: list[Path]
    gone: list[Path]


class Settling:
    """The files that have changed and are yet to be taken."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[_Look, float] | None] = {}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._seen)

    def changed(self, paths: Iterable[Path]) -> None:
        """These were written, moved or removed."""
        self._seen.update(dict.fromkeys(paths))

    def look(self, now: float) -> Settled:
        """Which have looked the same since `SETTLED_SECONDS` before `now` (seconds of one clock).

        They stay until they are `taken`, so that a try that fails is made again.
        """
        settled = Settled([], [])
        for path, before in list(self._seen.items()):
            look = _look(path)
            if before is None or before[0] != look:
                self._seen[path] = look, now
            elif now - before[1] >= SETTLED_SECONDS:
                (settled.gone if look is None else settled.present).append(path)
        return settled

    def taken(self, paths: Iterable[Path]) -> None:
        """These are done with, until they change again."""
        for path in paths:
            self._seen.pop(path, None)


def named(article: Article, folder: Path, path: Path) -> Article:
    """The article of a file that holds one: where it gives neither id nor address, its place in the folder is its id.

    Then a file that changes is the next revision of its article, where its words alone would make another article.
    """
    words_alone = identity(given=None, url=None, title=article.title, text=article.text)
    if article.url is not None or article.id != words_alone:
        return article
    place = f"{folder.resolve().name}/{path.relative_to(folder).as_posix()}"
    return replace(article, id=f"file-{sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()[:20]}")


def _look(path: Path) -> _Look:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size
