"""Much text → vectors, in steps that give way to questions; where a lot comes, in a process of its own.

A few texts are embedded where the question that comes next is answered too. When more keep coming, a second process
is started (`python -m vector_store.bulk`): it takes the fastest runtime (`vector_store.runtimes`), never holds this
interpreter up while it works, and takes its memory with it when it ends, a minute after the last text.
"""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock, Thread, Timer
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from vector_store.embedding import Embedder
from vector_store.precedence import Precedence
from vector_store.runtimes import Encode, fastest

# What one step embeds: about a third of a second, which is what a question waits for at most.
_STEP = 16
# So many texts, with no pause longer than this between them, are worth starting a process for: that takes 5 seconds.
_MANY = 256
_PAUSE = 20.0
_IDLE = 60.0

log = logging.getLogger(__name__)


class BulkEncoder:
    """Embeds what the embedder would, with the same meaning. Its methods may be called from any thread."""

    def __init__(self, embedder: Embedder, precedence: Precedence, *, apart: bool) -> None:
        """`apart`: whether a process may be started; only for the bundled model."""
        self._embedder = embedder
        self._precedence = precedence
        self._apart = apart
        self._turn = Lock()
        self._worker: _Worker | None = None
        self._starting: Thread | None = None
        self._recent = 0
        self._last = 0.0
        self._ending: Timer | None = None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension), in the order given; computed in steps of texts of like length."""
        with self._turn:
            self._count(len(texts))
            order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
            rows: dict[int, NDArray[np.float32]] = {}
            for start in range(0, len(order), _STEP):
                step = order[start : start + _STEP]
                self._precedence.give_way()
                rows |= zip(step, self._encoded([texts[at] for at in step]), strict=True)
            self._last = time.monotonic()
        return np.stack([rows[at] for at in range(len(texts))])

    @property
    def runtime(self) -> str:
        """What embeds at present, in words for the person who runs the service."""
        worker = self._worker
        return worker.runtime if worker is not None else "onnxruntime, in the service's process"

    def wait_until_started(self) -> None:
        """Return when the process that is being started, if any, embeds."""
        if self._starting is not None:
            self._starting.join()

    def close(self) -> None:
        """End the process, if there is one."""
        self.wait_until_started()
        with self._turn:
            self._end()

    def _encoded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self._worker is not None:
            try:
                return self._worker.encode(texts)
            except (OSError, ValueError) as error:  # killed, perhaps for its memory
                log.warning("the embedding process ended (%s); embedding goes on in the service's own", error)
                self._end()
                self._apart = False
        return self._embedder.encode(texts)

    def _count(self, texts: int) -> None:
        """Start the process when much comes, and put off its end."""
        if time.monotonic() - self._last > _PAUSE:
            self._recent = 0
        self._recent += texts
        if self._apart and self._recent >= _MANY and self._worker is None and self._starting is None:
            self._starting = Thread(target=self._start, name="embedding-process", daemon=True)
            self._starting.start()
        if self._worker is not None:
            self._end_later()

    def _start(self) -> None:
        """Meanwhile texts are embedded here."""
        try:
            worker = _Worker()
        except (OSError, ValueError) as error:
            log.warning("no embedding process could be started (%s); embedding goes on in the service's own", error)
            self._apart = False
            return
        with self._turn:
            log.info("embedding by %s", worker.runtime)
            self._worker = worker
            self._end_later()

    def _end_later(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
        self._ending = Timer(_IDLE, self.close)
        self._ending.daemon = True
        self._ending.start()

    def _end(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
        if self._worker is not None:
            self._worker.close()
        self._worker, self._ending, self._starting = None, None, None


class _Worker:
    """The process: a line of JSON with texts in, float32 rows out. It ends when its input does."""

    def __init__(self) -> None:
        """Raises OSError or ValueError when it does not start."""
        command = [sys.executable, "-m", "vector_store.bulk"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        try:
            started = json.loads(self._out.readline())
        except ValueError:
            self.close()
            raise
        self._dimension = int(started["dimension"])
        self.runtime = str(started["runtime"])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Raises OSError when the process is gone."""
        self._in.write(json.dumps(texts).encode() + b"\n")
        self._in.flush()
        size = len(texts) * self._dimension * 4
        content = self._out.read(size)
        if len(content) < size:
            raise BrokenPipeError("it gave no answer")
        return np.frombuffer(content, np.float32).reshape(len(texts), self._dimension)

    def close(self) -> None:
        """End it."""
        for stream in (self._in, self._out):
            with suppress(OSError):
                stream.close()
        self._process.wait()


def main() -> None:
    """Serve the process that has started this one until it closes the pipe or dies."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not stand among the rows
    if hasattr(os, "nice"):
        os.nice(5)
    chosen = fastest()
    tried = ", ".join(f"{name} {rate:.0f}/s" for name, rate in chosen.rates.items())
    dimension = chosen.encode(["."]).shape[1]
    out.write(json.dumps({"runtime": f"{chosen.name} ({tried})", "dimension": dimension}).encode() + b"\n")
    out.flush()
    _serve(sys.stdin.buffer, out, chosen.encode)


def _serve(asked: BinaryIO, out: BinaryIO, encode: Encode) -> None:
    for line in asked:
        with suppress(BrokenPipeError):
            out.write(np.ascontiguousarray(encode(json.loads(line)), np.float32).tobytes())
            out.flush()


if __name__ == "__main__":
    main()
