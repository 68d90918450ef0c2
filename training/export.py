"""A trained reader → the files that the service ships: a graph and its weights, in 8-bit integers or half precision."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from training.graph import Shape, bert
from vector_store.encoder import MINILM, WORDS, Tensors, initializers

MINILM_SHAPE = Shape(layers=6, hidden=384, heads=12, inner=1536, words=30522, positions=512, epsilon=1e-12)
# Processors without VNNI add two products of 8-bit integers in 16 bits: 7 bits in the weights cannot overflow that.
_MOST = 63
_ROWS_MOST = 127


def write_embedder_graph(path: Path = MINILM) -> None:
    """The graph of the bundled embedding model, whose weights are in its own package."""
    path.write_bytes(bert(MINILM_SHAPE, head=False).SerializeToString())


def export(trained: Path, into: Path, *, whole_numbers: bool) -> None:
    """`trained` is a folder that transformers saved."""
    into.mkdir(parents=True, exist_ok=True)
    tensors = initializers(load_file(trained / "model.safetensors"))
    graph = bert(MINILM_SHAPE, head=True, whole_numbers=whole_numbers)
    (into / "graph.onnx").write_bytes(graph.SerializeToString())
    save_file(in_whole_numbers(tensors) if whole_numbers else in_halves(tensors), into / "weights.safetensors")


def in_halves(tensors: Tensors) -> Tensors:
    """As 16-bit floating point, the other way round where the loader turns them."""
    return {name: _as_loaded(name, tensor.astype(np.float16)) for name, tensor in tensors.items()}


def in_whole_numbers(tensors: Tensors, hidden: int = MINILM_SHAPE.hidden) -> Tensors:
    """The products' weights with a step for each column, the words' table with one for each row, the rest as halves."""
    stored: Tensors = {}
    for name, tensor in tensors.items():
        values = tensor.astype(np.float32)
        if name == WORDS:
            stored[name], stored[f"{name}.row_step"] = _stepped(values, _ROWS_MOST, axis=1)
        elif values.ndim == 2 and min(values.shape) >= hidden and "embeddings" not in name:
            stored[name], steps = _stepped(values, _MOST, axis=0)
            stored[f"{name}.step"] = steps[0]
        else:
            stored[name] = _as_loaded(name, values.astype(np.float16))
    return stored


def _stepped(values: NDArray[np.float32], most: int, axis: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Integers and their step: the one, of those that clip a little, that errs least."""
    largest = np.maximum(np.abs(values).max(axis=axis, keepdims=True), 1e-8)
    best = np.full(largest.shape, np.inf, np.float32)
    chosen = largest / most
    for share in np.linspace(0.7, 1.0, 13, dtype=np.float32):
        step = largest * share / most
        error = ((np.clip(np.round(values / step), -most, most) * step - values) ** 2).sum(axis=axis, keepdims=True)
        chosen, best = np.where(error < best, step, chosen), np.minimum(error, best)
    return np.clip(np.round(values / chosen), -most, most).astype(np.int8), chosen.astype(np.float32)


def _as_loaded(name: str, tensor: NDArray[np.generic]) -> NDArray[np.generic]:
    turned = name.endswith("dense.weight") or name == "qa_outputs.weight"
    return np.ascontiguousarray(tensor.T if turned else tensor)
