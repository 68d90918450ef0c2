"""A question with a text → which of its words answer, and by how much that is likelier than that none do.

The models are extractive question answering models in the form of transformers' AutoModelForQuestionAnswering: two
numbers for each word piece, how likely the answer starts and ends there; the first piece stands for "not in this text"
(Devlin et al., BERT, 2019, section 4.3). Ours runs on onnxruntime, any other by transformers and torch.
"""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from qa_service.errors import ReaderModelError
from vector_store.embedding import bundled_folder, no_garbage_expected, plain_tokenizer
from vector_store.encoder import Encoder, Pieces, Rows, batched, weights

BUNDLED = "bundled"
FOLDER = Path(__file__).with_name("reader_model")
# Longer than any question that means something; what is beyond it is not read.
_QUESTION_PIECES = 96
# A window of a text that is longer than the model sees begins so many pieces before the last one's end.
_OVERLAP = 64
_LONGEST_ANSWER = 30
_PARAGRAPH = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class ScoredSpan:
    """`text[start:end]`; `score` is the logarithm of how much likelier it is to answer than nothing in the text is."""

    start: int
    end: int
    score: float


class SpanModel(Protocol):
    """What gives each word piece its two numbers."""

    tokenizer: Tokenizer
    """Its own, without truncation and padding; puts the special pieces of a pair of texts in place."""
    window: int
    """How many word pieces it sees, those of the question and special ones included."""

    def logits(self, pairs: Sequence[Pieces]) -> list[Rows]:
        """For each pair (pieces, 2): start and end."""


class BundledModel:
    """The reader that this project trained; docs/reader.md tells how."""

    window = 320

    def __init__(self) -> None:
        self.tokenizer = plain_tokenizer(bundled_folder())
        self._encoder = Encoder(FOLDER / "graph.onnx", weights(FOLDER / "weights.safetensors"))

    def logits(self, pairs: Sequence[Pieces]) -> list[Rows]:
        """For each pair (pieces, 2): start and end."""
        return self._encoder.rows(pairs)


class TransformersModel:
    """A folder or a name on the hub, loaded by transformers; imports torch."""

    def __init__(self, name: str) -> None:
        """Raises ReaderModelError."""
        if Path(name).is_dir():
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        with no_garbage_expected():
            import torch
            from safetensors import SafetensorError
            from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        try:
            model, loading = AutoModelForQuestionAnswering.from_pretrained(name, output_loading_info=True)
            tokenizer = AutoTokenizer.from_pretrained(name)
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            raise ReaderModelError(name, f"{error}. Check the name, or the network if it is a hub model.") from error
        if loading["missing_keys"]:
            raise ReaderModelError(name, "it is not trained for question answering; choose one that is.")
        if not getattr(tokenizer, "is_fast", False):
            raise ReaderModelError(name, "its tokenizer gives no offsets; choose a model with a fast tokenizer.")
        self._torch, self._model = torch, model.eval()
        self._segments = int(getattr(model.config, "type_vocab_size", 0)) > 1
        self._padding = int(tokenizer.pad_token_id or 0)
        self.window = min(int(tokenizer.model_max_length), 384)
        self.tokenizer = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()

    def logits(self, pairs: Sequence[Pieces]) -> list[Rows]:
        """For each pair (pieces, 2): start and end."""
        found: dict[int, Rows] = {}
        for batch in batched([len(ids) for ids, _ in pairs]):
            for at, rows in zip(batch, self._run([pairs[at] for at in batch]), strict=True):
                found[at] = rows[: len(pairs[at][0])]
        return [found[at] for at in range(len(pairs))]

    def _run(self, pairs: Sequence[Pieces]) -> Rows:
        longest = max(len(ids) for ids, _ in pairs)
        ids = self._torch.full((len(pairs), longest), self._padding)
        mask, segments = self._torch.zeros_like(ids), self._torch.zeros_like(ids)
        for row, (pieces, segment) in enumerate(pairs):
            ids[row, : len(pieces)] = self._torch.tensor(pieces)
            segments[row, : len(pieces)] = self._torch.tensor(segment)
            mask[row, : len(pieces)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask}
        if self._segments:
            inputs["token_type_ids"] = segments
        with self._torch.inference_mode():
            out = self._model(**inputs)
        rows: Rows = self._torch.stack([out.start_logits, out.end_logits], dim=-1).float().numpy()
        return rows


def load_span_model(name: str = BUNDLED) -> SpanModel:
    """The bundled reader, a folder, or any question answering model of the hub. Raises ReaderModelError."""
    return BundledModel() if name == BUNDLED else TransformersModel(name)


def best_spans(model: SpanModel, question: str, texts: Sequence[str]) -> list[ScoredSpan | None]:
    """For each text its best span; None where it has no word. A long text is read in overlapping windows."""
    asked = _shortened(model.tokenizer, question)
    windows = [(at, window) for at, text in enumerate(texts) for window in _windows(model, asked, text)]
    logits = model.logits([(window.ids, window.type_ids) for _, window in windows])
    best: list[ScoredSpan | None] = [None] * len(texts)
    for (at, window), rows in zip(windows, logits, strict=True):
        span, known = _best(window, rows, texts[at]), best[at]
        if span is not None and (known is None or span.score > known.score):
            best[at] = span
    return best


def _shortened(tokenizer: Tokenizer, question: str) -> str:
    encoded = tokenizer.encode(question, add_special_tokens=False)
    return question if len(encoded.ids) <= _QUESTION_PIECES else question[: encoded.offsets[_QUESTION_PIECES - 1][1]]


def _windows(model: SpanModel, question: str, text: str) -> Iterator[Encoding]:
    whole = model.tokenizer.encode(question, text)
    if len(whole.ids) <= model.window:
        yield whole
        return
    around = len(whole.ids) - sum(1 for of in whole.sequence_ids if of == 1)
    places = [place for place, of in zip(whole.offsets, whole.sequence_ids, strict=True) if of == 1]
    room = max(model.window - around, 1)
    overlap = min(_OVERLAP, room // 3)
    for first in range(0, max(len(places) - overlap, 1), room - overlap):
        start, end = places[first][0], places[min(first + room, len(places)) - 1][1]
        # The text before is replaced by spaces: the places stay those of the whole text.
        yield model.tokenizer.encode(question, " " * start + text[start:end])


def _best(window: Encoding, logits: Rows, text: str) -> ScoredSpan | None:
    """The window's best span within one paragraph, as whole words."""
    pieces = np.flatnonzero(np.array(window.sequence_ids, dtype=float) == 1)
    if not len(pieces):
        return None
    ends = [paragraph.end() for paragraph in _PARAGRAPH.finditer(text)]
    paragraphs = np.searchsorted(ends, [window.offsets[piece][0] for piece in pieces], side="right")
    scores = np.where(paragraphs[:, np.newaxis] == paragraphs, _pair_scores(logits[pieces]), -np.inf)
    first, last = divmod(int(scores.argmax()), len(pieces))
    start, end = _whole_words(window, int(pieces[first]), int(pieces[last]))
    return ScoredSpan(start, end, float(scores[first, last]) - float(logits[0].sum()))


def _pair_scores(logits: Rows) -> NDArray[np.float32]:
    """(pieces, pieces): the start's and the end's logit together where the end is not before the start, nor far off."""
    scores = logits[:, 0, np.newaxis] + logits[np.newaxis, :, 1]
    distance = np.arange(len(logits))[np.newaxis, :] - np.arange(len(logits))[:, np.newaxis]
    return np.where((distance >= 0) & (distance < _LONGEST_ANSWER), scores, -np.inf)


def _whole_words(window: Encoding, first: int, last: int) -> tuple[int, int]:
    words, texts = window.word_ids, window.sequence_ids
    while texts[first - 1] == 1 and words[first - 1] == words[first]:
        first -= 1
    while last + 1 < len(words) and texts[last + 1] == 1 and words[last + 1] == words[last]:
        last += 1
    return window.offsets[first][0], window.offsets[last][1]
