"""kill -9 at random moments of a change, and what the folder has to say for itself at the next start."""

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, get_args

from tests.faults.victim import FLOOD, Kind, Order

ROOT = Path(__file__).parents[2]
KINDS: tuple[Kind, ...] = get_args(Kind)
# How often each comes. A flood makes Chroma write its graph to files, a rebuild is made beside the index in use, and
# the last are killed while they open what the one before has left.
SHARES: Mapping[Kind, int] = {"ingest": 28, "update": 26, "delete": 20, "flood": 14, "rebuild": 6, "open": 6}
WRITING: tuple[Kind, ...] = ("ingest", "update", "delete", "flood")
"""Those that write to the catalog."""
_AT_ONCE = 4
_FEW, _MANY = 4, 30
# Of what a change usually takes: some kills come just after its end.
_LONGEST = 1.05
_PATIENCE = 10.0


@dataclass
class Told:
    """What a process said before it ended."""

    kind: Kind
    pid: int = 0
    opened: dict[str, Any] | None = None
    articles: dict[str, int] = field(default_factory=dict)
    """What it was to change, and the revision that each was to have."""
    acknowledged: list[str] = field(default_factory=list)
    done: bool = False
    begun: float = 0.0
    written: float = 0.0
    """Seconds from the beginning of the change to its first write to the catalog."""
    ended: float = 0.0
    """Seconds from the beginning to the end."""
    exit: int = 0


@dataclass(frozen=True)
class Moment:
    """When to kill: so many seconds after the change begins, or begins to write. None: when it is done."""

    seconds: float | None
    writing: bool = False


@dataclass
class Tally:
    """What the kills have met."""

    kills: Counter[Kind] = field(default_factory=Counter)
    left: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    """How much of the change was there at the next start."""
    untold: int = 0
    rebuilt: int = 0
    crashed: int = 0
    wrong: list[str] = field(default_factory=list)

    def table(self) -> str:
        """For people."""
        heads = ("nothing", "part", "whole", "acknowledged")
        lines = ["killed in     kills" + "".join(f"{head:>14}" for head in heads)]
        for kind in KINDS:
            lines.append(f"{kind:<14}{self.kills[kind]:>5}" + "".join(f"{self.left[kind, head]:>14}" for head in heads))
        totals = [sum(self.left[kind, head] for kind in KINDS) for head in heads]
        lines.append(f"{'together':<14}{self.kills.total():>5}" + "".join(f"{total:>14}" for total in totals))
        lines.append(f"killed after the commit and before the index was told of all: {self.untold}")
        lines.append(f"starts at which the index was built anew: {self.rebuilt}")
        lines.append(f"starts that Chroma crashed: {self.crashed}")
        lines.append(f"promises broken: {len(self.wrong)}")
        return "\n".join([*lines, *self.wrong])


class Launcher:
    """The process that loads the model once and forks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in: IO[str] = process.stdin
        self._out: IO[str] = process.stdout

    def give(self, message: object) -> None:
        """To the launcher, or to the process that it has forked."""
        self._in.write(json.dumps(message) + "\n")
        self._in.flush()

    def heard(self) -> Iterator[dict[str, Any]]:
        """What the forked process says, until it ends; the last says how."""
        while True:
            message: dict[str, Any] = json.loads(self._out.readline())
            yield message
            if "ended" in message:
                return


@contextmanager
def launched() -> Iterator[Launcher]:
    """A launcher, which ends with its input."""
    environment = os.environ | {"TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, "-m", "tests.faults.victim"]
    with subprocess.Popen(
        command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Launcher(process)


class Killing:
    """One folder whose processes are killed again and again, and what must be in it."""

    def __init__(self, launcher: Launcher, folder: Path, seed: int) -> None:
        self.tally = Tally()
        self._launcher = launcher
        self._folder = folder
        self._drawn = random.Random(seed)
        self._expected: dict[str, list[int]] = {}
        self._last = 0
        self._usually: dict[Kind, tuple[float, float]] = {}
        """How long a change takes until it writes, and until it ends."""
        self._killed: Told | None = None
        self._build: str | None = None

    def measure(self, times: int) -> None:
        """Let each kind of change end so often, and see how long it takes; its process is killed all the same."""
        for kind in KINDS:
            told = [self._run(kind, Moment(None)) for _ in range(times)]
            written, ended = ([getattr(one, what) for one in told] for what in ("written", "ended"))
            self._usually[kind] = statistics.fmean(written), statistics.fmean(ended)

    def drawn(self, count: int) -> list[Kind]:
        """So many kinds of change, each as often as its share."""
        return self._drawn.choices(KINDS, [SHARES[kind] for kind in KINDS], k=count)

    def kill(self, kinds: Iterable[Kind]) -> None:
        """One process for each, killed at a moment drawn evenly over its change or, as often, over its writing."""
        for kind in map(self._possible, kinds):
            written, ended = self._usually[kind]
            writing = kind in WRITING and self._drawn.random() < 0.5
            told = self._run(kind, Moment(self._drawn.uniform(0, _LONGEST * (ended - writing * written)), writing))
            self.tally.kills[kind] += 1
            if kind == "open":
                self.tally.left[kind, "acknowledged" if told.opened else "nothing"] += 1
            else:
                self._killed = told

    def finish(self) -> None:
        """Look at what the last one has left."""
        self._run("open", Moment(None))

    def _run(self, kind: Kind, moment: Moment) -> Told:
        told = self._one_process(kind, moment)
        if told.opened is None and told.exit != -signal.SIGKILL:
            self.tally.crashed += 1  # Chroma may die of a file that was cut off, once
            told = self._one_process(kind, moment)
            if told.opened is None and told.exit != -signal.SIGKILL:
                self.tally.wrong.append(f"the folder cannot be opened: its processes end with {told.exit}")
        return told

    def _one_process(self, kind: Kind, moment: Moment) -> Told:
        self._launcher.give(asdict(Order(str(self._folder), kind, self._expected)))
        told = Told(kind)
        for message in self._launcher.heard():
            told.pid = message.get("pid", told.pid)
            told.exit = message.get("ended", 0)
            if "wrong" in message:
                self._opened(told, message)
            elif "begun" in message:
                self._begun(told, moment)
            elif "acknowledged" in message:
                self._acknowledged(told, message["acknowledged"])
            elif "done" in message and moment.seconds is None:
                told.ended = time.perf_counter() - told.begun
                os.kill(told.pid, signal.SIGKILL)
        return told

    def _opened(self, told: Told, message: dict[str, Any]) -> None:
        """Say what to change, of what there is; from now on either of two revisions may be there."""
        told.opened = message
        self._settle(message)
        if told.kind == "open":
            return
        told.articles = self._chosen(told.kind)
        self._launcher.give(told.articles)
        for id, revision in told.articles.items():
            self._expected[id] = [*self._expected.get(id, [0]), 0 if told.kind == "delete" else revision]

    def _begun(self, told: Told, moment: Moment) -> None:
        told.begun = time.perf_counter()
        self._await(moment, told)
        if moment.seconds is not None:
            os.kill(told.pid, signal.SIGKILL)

    def _acknowledged(self, told: Told, id: str) -> None:
        """From now on only the newer one may be there."""
        told.acknowledged.append(id)
        if id in told.articles:
            self._expected[id] = self._expected[id][-1:]

    def _await(self, moment: Moment, told: Told) -> None:
        """The moment to kill; where there is none, the first write."""
        if told.kind in WRITING and (moment.writing or moment.seconds is None):
            log = self._folder / "catalog.sqlite3-wal"
            before = log.stat().st_mtime_ns
            while log.stat().st_mtime_ns == before and time.perf_counter() < told.begun + _PATIENCE:
                time.sleep(0.0002)
            told.written = time.perf_counter() - told.begun
        time.sleep(max(0.0, told.begun + told.written + (moment.seconds or 0) - time.perf_counter()))

    def _chosen(self, kind: Kind) -> dict[str, int]:
        """The articles to change, and the revision that each is to have; of a deleted one, the one that it has."""
        present = {id: revision for id, (revision,) in self._expected.items() if revision}
        small = sorted(present.keys() - {FLOOD})
        self._drawn.shuffle(small)
        if kind == "flood":
            return {FLOOD: present.get(FLOOD, 0) + 1}
        if kind == "ingest":
            self._last += _AT_ONCE
            return {f"a{self._last - at}": 1 for at in range(_AT_ONCE)}
        if kind == "rebuild":
            return {}
        return {id: present[id] + (kind == "update") for id in small[:_AT_ONCE]}

    def _possible(self, kind: Kind) -> Kind:
        """Neither too few articles nor more and more of them."""
        count = len(self._expected.keys() - {FLOOD}) - sum(0 in revisions for revisions in self._expected.values())
        if kind in ("update", "delete") and count < _FEW:
            return "ingest"
        return "delete" if kind == "ingest" and count > _MANY else kind

    def _settle(self, opened: Mapping[str, Any]) -> None:
        """What the process found at its start is what counts from now on, and has to be what was allowed."""
        self.tally.wrong += opened["wrong"]
        self.tally.untold += opened["waiting"] > 0
        self.tally.rebuilt += opened["rebuilt"]
        revisions = opened["revisions"]
        if self._killed is not None:
            self.tally.left[self._killed.kind, self._how_much(self._killed, revisions, opened["build"])] += 1
        self._killed = None
        self._build = opened["build"]
        self._expected = {id: [revisions.get(id, 0)] for id in self._expected}

    def _how_much(self, told: Told, revisions: Mapping[str, int], build: str | None) -> str:
        if told.kind == "rebuild":
            there, wanted = int(build != self._build), 1
        else:
            after = {id: 0 if told.kind == "delete" else revision for id, revision in told.articles.items()}
            there, wanted = sum(revisions.get(id, 0) == revision for id, revision in after.items()), len(after)
        if there == wanted:
            return "acknowledged" if len(told.acknowledged) == wanted else "whole"
        return "part" if there else "nothing"
