"""How near our stand-alone questions come to those that people wrote: CANARD (Elgohary et al., 2019), and how fast.

    python benchmarks/followups.py CANARD.json [--development N] [--seed N] [--show]

Of the file's conversations some with about N questions are drawn for development; the table is of all others, or with
--show each question of the development part is printed beside the person's. A conversation begins with a title and
a section heading, then questions and answers; ours resolves each question after those before it, as it resolved them.

Texts are compared in lower case, as words and single marks (`\\w+|[^\\w\\s]`). ROUGE-1 recall: which share of the words
of the person's question ours has, each as often, on average (Lin, 2004). BLEU: of the whole, up to four words in
a row, with the penalty for brevity, unsmoothed (Papineni et al., 2002).
"""

import argparse
import json
import math
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from random import Random

from qa_service.followups import Turn, resolve

_PIECE = re.compile(r"\w+|[^\w\s]")
_NO_ANSWER = "I don't know."
_LONGEST_ROW = 4


@dataclass(frozen=True, slots=True)
class Followup:
    """One question of a conversation."""

    conversation: str
    history: tuple[str, ...]
    question: str
    rewrite: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """What ours made of it, and how long that took."""

    followup: Followup
    text: str
    seconds: float


def main() -> None:
    """Print one table, or the development part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("canard", type=Path)
    parser.add_argument("--development", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    development, measured = divided(read(options.canard), options.development, options.seed)
    if options.show:
        show(development)
        return
    print(f"{len(measured)} questions; {len(development)} for development (seed {options.seed}) are left out")
    print("| what is searched | ROUGE-1 recall | BLEU | words |\n| --- | --- | --- | --- |")
    resolved = list(ours(measured))
    rewrites = [one.followup.rewrite for one in resolved]
    ways: dict[str, list[str]] = {
        "the question as it is": [one.followup.question for one in resolved],
        "all of the conversation, then the question": [
            " ".join((*one.followup.history, one.followup.question)) for one in resolved
        ],
        "the last question, then the question": [
            " ".join((*one.followup.history[-2::2][:1], one.followup.question)) for one in resolved
        ],
        "ours": [one.text for one in resolved],
    }
    for name, texts in ways.items():
        print(f"| {name} | {recall(texts, rewrites):.3f} | {bleu(texts, rewrites):.1f} | {mean_length(texts):.1f} |")
    changed = sum(one.text != one.followup.question for one in resolved)
    times = [one.seconds * 1e6 for one in resolved if len(one.followup.history) > 2]
    print(f"ours changes {changed}; equal to the person's, marks and case apart: {same(resolved)}")
    slow = sorted(times)[len(times) * 95 // 100]
    print(f"µs a question after the first: p50 {statistics.median(times):.0f}, p95 {slow:.0f}")


def read(path: Path) -> list[Followup]:
    """The questions in the order of their conversations."""
    rows = sorted(json.loads(path.read_text("utf-8")), key=lambda row: (row["QuAC_dialog_id"], row["Question_no"]))
    return [Followup(row["QuAC_dialog_id"], tuple(row["History"]), row["Question"], row["Rewrite"]) for row in rows]


def divided(followups: Sequence[Followup], development: int, seed: int) -> tuple[list[Followup], list[Followup]]:
    """Whole conversations, at least `development` questions of them; and the others."""
    counts = Counter(one.conversation for one in followups)
    names = sorted(counts)
    Random(seed).shuffle(names)
    drawn: set[str] = set()
    while sum(counts[name] for name in drawn) < development:
        drawn.add(names[len(drawn)])
    return (
        [one for one in followups if one.conversation in drawn],
        [one for one in followups if one.conversation not in drawn],
    )


def ours(followups: Sequence[Followup]) -> Iterator[Resolved]:
    """Each question after those before it. The title and the heading count as one turn without an answer."""
    for _, conversation in groupby(followups, key=lambda one: one.conversation):
        turns: list[Turn] = []
        for followup in conversation:
            title, _, *rest = followup.history
            if not turns:
                turns.append(Turn(title, None, ""))
            else:
                said = rest[-1] if rest and rest[-1] != _NO_ANSWER else None
                turns[-1] = Turn(turns[-1].question, said, said or "")
            started = time.perf_counter()
            text = resolve(followup.question, turns)
            yield Resolved(followup, text, time.perf_counter() - started)
            turns.append(Turn(text, None, ""))


def show(followups: Sequence[Followup]) -> None:
    """Ours beside the person's, with the answer before."""
    for one in ours(followups):
        mark = "=" if pieces(one.text) == pieces(one.followup.rewrite) else " "
        print(f"[{one.followup.history[-1][:110]}]\n  asked  {one.followup.question}")
        print(f"{mark} ours   {one.text}\n  person {one.followup.rewrite}")


def same(resolved: Sequence[Resolved]) -> int:
    """How many are word for word what the person wrote."""
    return sum(
        re.findall(r"\w+", one.text.lower()) == re.findall(r"\w+", one.followup.rewrite.lower()) for one in resolved
    )


def pieces(text: str) -> list[str]:
    """Words and marks in lower case."""
    return _PIECE.findall(text.lower())


def mean_length(texts: Sequence[str]) -> float:
    """Words and marks of a text, on average."""
    return statistics.mean(len(pieces(text)) for text in texts)


def recall(texts: Sequence[str], references: Sequence[str]) -> float:
    """ROUGE-1 recall."""
    return statistics.mean(
        (Counter(pieces(text)) & Counter(pieces(reference))).total() / max(1, len(pieces(reference)))
        for text, reference in zip(texts, references, strict=True)
    )


def bleu(texts: Sequence[str], references: Sequence[str]) -> float:
    """BLEU of the whole, 0 to 100."""
    precisions = [precision(texts, references, length) for length in range(1, _LONGEST_ROW + 1)]
    if min(precisions) == 0:
        return 0.0
    ours_length = sum(len(pieces(text)) for text in texts)
    theirs_length = sum(len(pieces(text)) for text in references)
    brevity = min(0.0, 1 - theirs_length / ours_length)
    return 100 * math.exp(brevity + statistics.mean(map(math.log, precisions)))


def precision(texts: Sequence[str], references: Sequence[str], length: int) -> float:
    """The share of rows of so many words that the references have too."""
    shared = total = 0
    for text, reference in zip(texts, references, strict=True):
        mine, theirs = rows(pieces(text), length), rows(pieces(reference), length)
        shared += (mine & theirs).total()
        total += mine.total()
    return shared / max(1, total)


def rows(parts: Sequence[str], length: int) -> Counter[tuple[str, ...]]:
    """All rows of so many words."""
    return Counter(tuple(parts[at : at + length]) for at in range(len(parts) - length + 1))


if __name__ == "__main__":
    main()
