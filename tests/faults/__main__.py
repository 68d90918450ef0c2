"""`python -m tests.faults --kills 200 --seed 7`: the fault test at full length, and a table of what it met."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults.killing import Killing, launched


def main() -> int:
    """1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Kill a process again and again.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, launched() as launcher:
        killing = Killing(launcher, Path(folder), asked.seed)
        killing.measure(times=2)
        killing.kill(killing.drawn(asked.kills))
        killing.finish()
    sys.stdout.write(killing.tally.table() + "\n")
    return int(bool(killing.tally.wrong))


if __name__ == "__main__":
    sys.exit(main())
