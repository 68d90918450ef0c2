"""The bundled model's runtimes, and which is the fastest on this machine: found by a short measurement.

onnxruntime is always there. torch in bfloat16 is faster on processors that multiply in it, torch on an accelerator
anywhere; both are only taken if their vectors are onnxruntime's within what bfloat16 rounds.
"""

import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vector_store.embedding import BundledModel, bundled_folder, load_sentence_transformer

if TYPE_CHECKING:
    import torch

Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts → (len(texts), dimension), each of length 1."""

LEAST_COSINE = 0.999
"""What a runtime's vectors have to agree with onnxruntime's."""

_PROSE = (
    "The harbour office said on Tuesday that the northern pier will stay closed until engineers have looked at every "
    "one of its 214 pillars. Ferries to the islands leave from the old quay in the meantime, twice a day instead of "
    "five times, and the council has asked people who do not have to travel to stay at home for the week. "
)
_TEXTS = [(_PROSE * 3)[at : at + 620] for at in range(0, 160, 10)]


@dataclass(frozen=True, slots=True)
class Runtime:
    """What embeds, and how fast: `rates` are passages a second of each runtime that was tried."""

    name: str
    encode: Encode
    rates: Mapping[str, float]


def fastest() -> Runtime:
    """Try every runtime that this machine may have an advantage from. Raises EmbeddingModelError."""
    tried = dict(_candidates(bundled_folder()))
    exact = tried["onnxruntime"](_TEXTS)
    rates = {name: _rate(encode) for name, encode in tried.items() if _agrees(encode, exact)}
    best = max(rates, key=lambda name: rates[name])
    return Runtime(best, tried[best], {name: round(rate, 1) for name, rate in rates.items()})


def worth_torch() -> bool:
    """Whether torch may be faster here than onnxruntime: told without importing it, which costs seconds."""
    if any(Path("/dev").glob("nvidia[0-9]*")) or (platform.system(), platform.machine()) == ("Darwin", "arm64"):
        return True
    try:
        flags = Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


def _candidates(folder: Path) -> Iterator[tuple[str, Encode]]:
    yield "onnxruntime", BundledModel(folder).encode
    if not worth_torch():
        return
    import torch

    capable = torch.cpu.get_capabilities()
    if capable.get("avx512_bf16") or capable.get("amx_bf16"):
        yield "torch bfloat16", _in_torch(folder, "cpu", torch.bfloat16)
    if torch.accelerator.is_available():
        device = torch.accelerator.current_accelerator()
        assert device is not None
        yield f"torch {device.type}", _in_torch(folder, device.type, torch.bfloat16)


def _in_torch(folder: Path, device: str, dtype: "torch.dtype") -> Encode:
    model = load_sentence_transformer(str(folder), device=device, dtype=dtype)

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.asarray(model.encode(list(texts), batch_size=16, show_progress_bar=False), np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    return encode


def _agrees(encode: Encode, exact: NDArray[np.float32]) -> bool:
    return float((encode(_TEXTS) * exact).sum(axis=1).min()) >= LEAST_COSINE


def _rate(encode: Encode) -> float:
    """Passages a second, the best of three: the others were disturbed."""
    best = 0.0
    for _ in range(3):
        started = time.perf_counter()
        encode(_TEXTS)
        best = max(best, len(_TEXTS) / (time.perf_counter() - started))
    return best
