"""Whether two texts are one, as when several outlets print a report of an agency: nearly the same words in order. Pure.

Texts that may be copies are found by MinHash over shingles (Broder, On the Resemblance and Containment of Documents,
1997), whose values are banded so that a look-up finds them (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets,
chapter 3); what was found is decided by the shingles themselves. docs/near_copies.md has the measurements.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from datasketch import MinHash

Shingles = NDArray[np.uint64]
"""Each stretch of three words of a text once, as a number, ascending."""

_SHINGLE = 3
# With these, a text and its half are found in 98 of 100 cases, two reports of one event in one of a thousand.
BANDS, _ROWS = 32, 3
# A text shorter than that says too little: two outlets may quote the same sentence.
_FEWEST = 30
# The part of the shorter text's shingles that stand in the longer one: an editor's changes leave 0.8 and more of them,
# different reports have 0.05 in common.
_SHARED = 0.75
# How much shorter a copy may be.
_PART = 0.35
# Beyond it a text is known by a sample: a book takes no longer than an article of 20,000 words.
_SAMPLE = 20_000
_COMPARED_WORDS = 20_000

_WORD = re.compile(r"[^\W_]+")
_COUNTING = "one two three four five six seven eight nine ten eleven twelve".split()
_NUMBERS = {word: str(number) for number, word in enumerate(_COUNTING, start=1)} | {
    word: word.rstrip("s") for word in "dozen dozens hundred hundreds thousand thousands million millions".split()
}


def bands(text: str) -> list[int]:
    """Numbers of 64 bits with a sign: two texts of which one is a copy most likely share one. Empty for a short one."""
    shingles = _shingles(_words(text))
    if len(shingles) < _FEWEST:
        return []
    sketch = _empty_sketch().copy()
    sketch.update_batch((np.sort(_mixed(shingles))[:_SAMPLE] >> np.uint64(32)).tolist())
    return [
        int.from_bytes(blake2b(bytes([band]) + values.tobytes(), digest_size=8).digest(), signed=True)
        for band, values in enumerate(sketch.hashvalues.astype("<u4").reshape(BANDS, _ROWS))
    ]


def copied(one: str, other: str) -> bool:
    """Whether one of the texts is the other, edited a little or cut, and no figure in it was changed.

    A report that gives another figure in the same words is news, or a correction.
    """
    words, other_words = _words(one), _words(other)
    fewer, more = sorted((_shingles(words), _shingles(other_words)), key=len)
    if len(fewer) < max(_FEWEST, _PART * len(more)):
        return False
    shared = len(np.intersect1d(fewer, more, assume_unique=True))
    return shared >= _SHARED * len(fewer) and not _figures_differ(words, other_words)


def _words(text: str) -> list[str]:
    """The words as they are compared: without case, punctuation and forms of letters."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _shingles(words: Sequence[str]) -> Shingles:
    known: dict[str, int] = {}
    numbers = np.array([known.get(word) or known.setdefault(word, crc32(word.encode())) for word in words], np.uint64)
    count = max(len(numbers) - _SHINGLE + 1, 0)
    hashed = np.zeros(count, np.uint64)
    for place in range(_SHINGLE):
        hashed = _mixed(hashed + numbers[place : place + count])
    return np.unique(hashed)


def _mixed(hashed: Shingles) -> Shingles:
    """Numbers near one another come to lie far apart (the finalizer of SplitMix64)."""
    hashed = (hashed ^ (hashed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashed = (hashed ^ (hashed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashed ^ (hashed >> np.uint64(31))


@cache
def _empty_sketch() -> "MinHash":
    # Imported here: it brings SciPy, a quarter of a second that only those who take articles in should wait.
    from datasketch import MinHash

    return MinHash(num_perm=BANDS * _ROWS, seed=1, hashfunc=int, scheme="affine32")


def _figures_differ(words: Sequence[str], other: Sequence[str]) -> bool:
    """Whether somewhere the same words stand beside different figures."""
    figures, others = _figures(words[:_COMPARED_WORDS]), _figures(other[:_COMPARED_WORDS])
    beside_both = ((figures[words], others[words]) for words in figures.keys() & others.keys())
    return any(not (mine <= theirs or theirs <= mine) for mine, theirs in beside_both)


def _figures(words: Sequence[str]) -> dict[tuple[str, ...], set[str]]:
    """The figures of a text, by the three words before each, the three after it, and the two on either side."""
    kept: list[str] = []
    places: list[tuple[int, str]] = []
    for is_figure, run in groupby(words, key=_is_figure):
        if is_figure:
            places.append((len(kept), " ".join(_NUMBERS.get(word, word) for word in run)))
            kept.append("#")
        else:
            kept += run
    found: dict[tuple[str, ...], set[str]] = {}
    for at, figure in places:
        before, after = kept[max(at - 3, 0) : at], kept[at + 1 : at + 4]
        for beside in ((*before, "#"), ("#", *after), (*before[-2:], "#", *after[:2])):
            if len(beside) > 3:
                found.setdefault(beside, set()).add(figure)
    return found


def _is_figure(word: str) -> bool:
    return word in _NUMBERS or any(letter.isdigit() for letter in word)
