"""Question sets → paragraphs with questions and the places of their answers.

Only sets that may be used for training are named here; `dev-v1.1` and `dev-v2.0` are for measuring alone.
"""

import json
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

Span = tuple[int, int]
"""Start and end in the paragraph, in code points, end exclusive."""

# Penn Treebank spellings of brackets and quotes, as QAMR's sentences have them.
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}", "``": '"', "''": '"'}
_NO_SPACE_BEFORE = re.compile(r"[,.;:?!)\]}%]|'s|'re|'ve|'ll|'d|'m|'|n't")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question; no spans: the paragraph does not answer it."""

    question: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text with its questions; `article` names what it was taken from."""

    article: str
    text: str
    asked: tuple[Asked, ...]


def squad(path: Path) -> list[Paragraph]:
    """A SQuAD file, version 1.1 or 2.0. Answers whose place is a guess ("ambiguous") are left out."""
    return [
        Paragraph(page["title"], paragraph["context"], tuple(_asked(paragraph)))
        for page in json.loads(path.read_text())["data"]
        for paragraph in page["paragraphs"]
    ]


def _asked(paragraph: dict[str, list[dict[str, list[dict[str, object]]]]]) -> Iterable[Asked]:
    for row in paragraph["qas"]:
        answers = row.get("answers", [])
        if not any(answer.get("ambiguous") for answer in answers):
            places = {(int(str(a["answer_start"])), str(a["text"])) for a in answers}
            yield Asked(str(row["question"]).strip(), tuple(sorted((at, at + len(text)) for at, text in places)))


def qamr(folder: Path) -> list[Paragraph]:
    """QAMR's sentences, written out; only questions whose answer a validator gave too."""
    sentences = dict(line.split("\t") for line in (folder / "wiki-sentences.tsv").read_text().splitlines() if line)
    asked: dict[str, list[Asked]] = {}
    for name in ("dev.tsv", "test.tsv"):
        for line in (folder / name).read_text().splitlines():
            sentence, _, _, _, _, question, answer, *validators = line.split("\t")
            tokens = _indices(answer)
            if _contiguous(tokens) and any(_indices(other.split(":")[1]) == tokens for other in validators):
                _, places = written_out(sentences[sentence].split(" "))
                span = (places[tokens[0]][0], places[tokens[-1]][1])
                asked.setdefault(sentence, []).append(Asked(question.strip(), (span,)))
    return [Paragraph(name, written_out(sentences[name].split(" "))[0], tuple(of)) for name, of in asked.items()]


def _indices(field: str) -> list[int]:
    return [int(part) for part in field.split() if part.isdigit()]


def _contiguous(tokens: Sequence[int]) -> bool:
    return bool(tokens) and list(tokens) == list(range(tokens[0], tokens[-1] + 1))


def written_out(tokens: Sequence[str]) -> tuple[str, list[Span]]:
    """Tokens as a person would write them, and the place of each."""
    text, places, opened = "", [], False
    for token in tokens:
        word = _BRACKETS.get(token, token)
        closing = word == '"' and opened
        tight = closing or not text or text[-1] in "([{" or _NO_SPACE_BEFORE.fullmatch(word) is not None
        tight = tight or (opened and text.endswith('"') and text.count('"') % 2 == 1)
        text += word if tight else " " + word
        places.append((len(text) - len(word), len(text)))
        opened = (not opened) if word == '"' else opened
    return text, places


def held_out(paragraphs: Sequence[Paragraph], articles: int, seed: int) -> tuple[list[Paragraph], list[Paragraph]]:
    """Whole articles set apart, and the rest: for watching the training and for calibration."""
    names = sorted({paragraph.article for paragraph in paragraphs})
    apart = set(random.Random(seed).sample(names, articles))
    return [p for p in paragraphs if p.article in apart], [p for p in paragraphs if p.article not in apart]
