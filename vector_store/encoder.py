"""A BERT on onnxruntime: word pieces in, one row of numbers for each of them out. Imports no torch.

The graph (`training/graph.py` writes it) has no weights; a safetensors file brings them, under the names that
transformers gives them or already in the graph's own form.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from safetensors.numpy import load_file

Pieces = tuple[Sequence[int], Sequence[int]]
"""The ids of a text's word pieces, special ones included, and for each the segment (0 or 1) that it belongs to."""

Tensors = dict[str, NDArray[np.generic]]
"""Weights by name."""

WORDS = "embeddings.word_embeddings.weight"
"""The name of the table of input vectors, (vocabulary, dimension)."""

Rows = NDArray[np.float32]
"""(pieces, size): one row for each word piece."""

MINILM = Path(__file__).with_name("minilm.onnx")
"""The graph of the bundled embedding model."""

# Padding is wasted work: texts that differ more than this share no batch. Larger batches are no faster on a CPU.
_SLACK = 1.15
_ROWS = 16
_PIECES = 4096


class Encoder:
    """Runs many texts at once, those of like length together. Safe to use from several threads."""

    def __init__(self, graph: Path, tensors: Tensors) -> None:
        """`tensors` are the weights under the graph's names: `initializers` of a file's."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
        # A waiting thread that spins takes the processor from the requests beside it.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(tensor) for tensor in tensors.values()]
        options.add_external_initializers(list(tensors), values)
        self._session = onnxruntime.InferenceSession(graph.read_bytes(), options, providers=["CPUExecutionProvider"])

    def rows(self, texts: Sequence[Pieces]) -> list[Rows]:
        """For each text its rows, in the order given."""
        found: dict[int, Rows] = {}
        for batch in batched([len(ids) for ids, _ in texts]):
            for at, rows in zip(batch, self._run([texts[at] for at in batch]), strict=True):
                found[at] = rows[: len(texts[at][0])]
        return [found[at] for at in range(len(texts))]

    def _run(self, texts: Sequence[Pieces]) -> Rows:
        longest = max(len(ids) for ids, _ in texts)
        inputs = np.zeros((3, len(texts), longest), np.int32)
        for row, (ids, segments) in enumerate(texts):
            inputs[0, row, : len(ids)] = ids
            inputs[1, row, : len(ids)] = segments
            inputs[2, row, : len(ids)] = 1
        names = ("input_ids", "token_type_ids", "attention_mask")
        (rows,) = self._session.run(None, dict(zip(names, inputs, strict=True)))
        return np.asarray(rows, np.float32)


def batched(lengths: Sequence[int]) -> Iterator[list[int]]:
    """The places of texts of like length, longest first, so that little of a batch is padding."""
    batch: list[int] = []
    for at in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        longest = lengths[batch[0]] if batch else lengths[at]
        full = len(batch) == _ROWS or longest * (len(batch) + 1) > _PIECES or longest > _SLACK * lengths[at] + 4
        if batch and full:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def weights(path: Path) -> Tensors:
    """The tensors of a safetensors file, ready for the graph.

    Raises OSError for a file that is not there, safetensors.SafetensorError for one that is damaged.
    """
    return initializers(load_file(path))


def initializers(stored: Tensors) -> Tensors:
    """A file's tensors as the graph wants them: products the other way round, query, key and value side by side."""
    tensors = {name.removeprefix("bert."): tensor for name, tensor in stored.items() if "pooler" not in name}
    ready = {name: _in_float(name, tensor, tensors) for name, tensor in tensors.items() if not _is_part(name)}
    for name in [name for name in tensors if name.endswith("attention.self.query.weight")]:
        at = name.removesuffix(".self.query.weight")
        for part in ("weight", "bias"):
            three = [tensors[f"{at}.self.{which}.{part}"].astype(np.float32) for which in ("query", "key", "value")]
            ready[f"{at}.qkv.{part}"] = np.ascontiguousarray(np.concatenate(three).T)
    return ready


def _is_part(name: str) -> bool:
    return ".attention.self." in name or name.endswith((".row_step", "position_ids"))


def _in_float(name: str, tensor: NDArray[np.generic], stored: Tensors) -> NDArray[np.generic]:
    """Whole numbers stay as they are, except a table's, whose rows are looked up and not multiplied."""
    if f"{name}.row_step" in stored:
        return tensor.astype(np.float32) * stored[f"{name}.row_step"].astype(np.float32)
    if tensor.dtype == np.int8:
        return tensor
    transposed = name.endswith("dense.weight") or name == "qa_outputs.weight"
    return np.ascontiguousarray(tensor.T if transposed else tensor, dtype=np.float32)
