"""Lines at their places on pages → paragraphs: what was broken to fit the page is joined again (pure)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line. `x` and `y` are where it begins, `y` growing upwards; `size` is its letters'. All in points."""

    page: int
    x: float
    y: float
    size: float
    words: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words that belong together, and where and how large they are printed."""

    page: int
    size: float
    words: str


_COUNTS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve half "
    "twenty thirty forty fifty sixty seventy eighty ninety".split()
)
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")
_BROKEN = re.compile(r"(?:\A|(?<=\W))([^\W\d_]+)([-\u2010\xad])\Z")
_GOES_ON = re.compile(r"(?!and\b|or\b|to\b)\w+")
_ITEM = re.compile(r"[•‣◦▪●·*–-]\s|\d{1,2}[.)]\s")
_NUMBER = re.compile(r"[0-9]{1,5}")
_LAST_NUMBER = re.compile(r"[0-9]{1,5}(?=[^0-9]*\Z)")
_STOPS = tuple('.!?…:"”’»)。！？')
_WIDEST_LEADING = 2.4
"""Double-spaced; what stands further apart is no paragraph."""

_EDGE_LINES = 3
"""So many lines at a page's head and foot may be its header and footer."""


def paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """The paragraphs of a document, its lines given in reading order; headers and footers of pages are left out."""
    body = _without_margins(lines)
    leading, width, known = _leading(body), _widths(body), frozenset(_attested(body))
    groups: list[list[Line]] = []
    texts: list[list[str]] = []
    for line in body:
        gap = _gap(groups[-1], line, leading, width) if groups else None
        if gap is None:
            groups.append([line])
            texts.append([line.words])
        else:
            groups[-1].append(line)
            texts[-1][-1:] = _joined(texts[-1][-1], gap, line.words, known)
    return [Paragraph(group[0].page, group[0].size, "".join(text)) for group, text in zip(groups, texts, strict=True)]


def _without_margins(lines: Sequence[Line]) -> list[Line]:
    """Without the outer lines that stand at one place on many pages, alike but for the page's number."""
    pages: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        pages[line.page].append(line)
    edges = [_edges(page) for page in pages.values()]
    found = Counter(look for edge in edges for line in edge for look in _looks(line))
    often = {look for look, count in found.items() if count >= 2 and count >= len(pages) * 0.4}
    margins = {line for edge in edges for line in edge if _looks(line) & often}
    return [line for line in lines if line not in margins]


def _edges(page: list[Line]) -> set[Line]:
    down = sorted(page, key=lambda line: -line.y)
    return {*down[:_EDGE_LINES], *down[-_EDGE_LINES:]}


def _looks(line: Line) -> set[tuple[int, str]]:
    """Its place and words, as they are and with the first or the last number counted from the page's."""

    def counted(number: re.Match[str]) -> str:
        return f"{int(number[0]) - line.page:+}"

    first, last = re.sub(_NUMBER, counted, line.words, count=1), re.sub(_LAST_NUMBER, counted, line.words)
    return {(round(line.y), words) for words in (line.words, first, last)}


def _leading(lines: Sequence[Line]) -> float:
    """The usual step down from a line to the next, in their letters' sizes."""
    steps = Counter(
        round((above.y - below.y) / below.size, 1)
        for above, below in pairwise(lines)
        if above.page == below.page and _alike(above, below) and above.y > below.y
    )
    return min(max(steps, key=lambda step: (steps[step], -step), default=1.2), _WIDEST_LEADING)


def _widths(lines: Sequence[Line]) -> dict[int, int]:
    """Of each size of letters, how many characters a full line has."""
    lengths: dict[int, list[int]] = defaultdict(list)
    for line in lines:
        lengths[round(line.size)].append(len(line.words))
    return {size: sorted(found)[len(found) * 9 // 10] for size, found in lengths.items()}


def _attested(lines: Sequence[Line]) -> Iterator[str]:
    """The words that stand unbroken somewhere."""
    for line in lines:
        yield from (word.lower() for word in _WORD.findall(_BROKEN.sub("", line.words)))


def _gap(group: list[Line], below: Line, leading: float, widths: dict[int, int]) -> str | None:
    """What separates the line from the paragraph above it: a space, a line break, or None where a new one begins."""
    above = group[-1]
    if not _alike(above, below):
        return None
    first = below.words.split(maxsplit=1)[0]
    short = len(above.words) + 1 + len(first) < widths[round(above.size)] * 0.8 and not first[0].islower()
    step = (above.y - below.y) / below.size
    if above.page != below.page or step <= 0:  # the next page or column
        return None if short or above.words.endswith(_STOPS) or _ITEM.match(below.words) else " "
    indented = len(group) > 1 and below.x - above.x > below.size * 0.8 and not _ITEM.match(above.words)
    if step > leading * 1.25 or indented:
        return None
    return "\n" if short or _ITEM.match(below.words) else " "


def _alike(above: Line, below: Line) -> bool:
    return abs(above.size - below.size) < below.size * 0.1


def _joined(above: str, gap: str, below: str, known: frozenset[str]) -> tuple[str, str]:
    broken, rest = _BROKEN.search(above), _GOES_ON.match(below)
    if gap == "\n" or broken is None or rest is None:
        return above + gap, below
    left, right = broken[1].lower(), rest[0].lower()
    if broken[2] == "\xad" or (rest[0].islower() and not _is_compound(left, right, known)):
        return above[:-1], below
    return above, below


def _is_compound(left: str, right: str, known: frozenset[str]) -> bool:
    """Whether the hyphen at a line's end is the word's own, as far as the document's other words tell."""
    if left + right in known:
        return False
    return f"{left}-{right}" in known or left in _COUNTS or (left in known and right in known)
