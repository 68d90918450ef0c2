"""The index in good order while a service runs: checked now and then, built anew when it failed or is mostly dead."""

import logging
from threading import Event, Lock, Thread

from vector_store.errors import NewsError
from vector_store.index import Index

EVERY = 600.0
"""Seconds between two checks. Of 100,000 passages one takes a second, in which writers wait and readers do not."""
# Where a new build was refused, as by a full disk, the next try comes after so many seconds, then twice as many.
_AGAIN = 30.0

log = logging.getLogger(__name__)


class Upkeep:
    """A thread that looks after an index. It sleeps until a check is due or the index wants one."""

    def __init__(self, index: Index, every: float = EVERY) -> None:
        self._index = index
        self._every = every
        self._turn = Lock()
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin; once is enough."""
        with self._turn:
            if self._thread is None:
                self._stopped = Event()
                self._thread = Thread(target=self._run, args=(self._stopped,), name="index-upkeep")
                self._thread.start()

    def stop(self) -> None:
        """End, also in the middle of a build, which is then forgotten. To be called before the index is closed."""
        with self._turn:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._stopped.set()
            self._index.attention.set()
            thread.join()

    def _run(self, stopped: Event) -> None:
        wait, again = self._every, _AGAIN
        while True:
            self._index.attention.wait(wait)
            self._index.attention.clear()
            if stopped.is_set():
                return
            if self._in_order():
                wait, again = self._every, _AGAIN
            else:
                # Until then nothing is gained by being called for the same trouble.
                stopped.wait(again)
                wait, again = 0, min(2 * again, self._every)

    def _in_order(self) -> bool:
        """Whether it is, now at least."""
        try:
            if not self._index.check() or self._index.mostly_dead:
                self._index.rebuild(self._go_on, apart=True)
                log.info("the index was built anew")
        except _StoppedError:
            return False
        except NewsError as error:
            log.warning("the index could not be built anew: %s", error)
            return False
        except Exception:
            log.exception("the upkeep of the index failed")
            return False
        return True

    def _go_on(self, _done: int, _total: int) -> None:
        if self._stopped.is_set():
            raise _StoppedError


class _StoppedError(Exception):
    """Ends a build."""
