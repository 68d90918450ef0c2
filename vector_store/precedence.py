"""Questions first: work that can wait gives way, between its steps, for as long as somebody waits for an answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

PATIENCE = 2.0
"""Seconds that one step of bulk work waits at most: also where questions never end, some of it gets done."""


class Precedence:
    """How many questions are being answered, and a place for others to wait. May be used from any thread."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._changed = Condition()
        self._questions = 0

    @contextmanager
    def question(self) -> Iterator[None]:
        """Somebody waits for what is done inside."""
        with self._changed:
            self._questions += 1
        try:
            yield
        finally:
            with self._changed:
                self._questions -= 1
                self._changed.notify_all()

    def give_way(self) -> None:
        """Return at once if nobody waits for an answer, else when nobody does, or when the patience ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._questions == 0, self._patience)
