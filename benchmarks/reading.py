"""How long reading takes: 8 passages of 200 word pieces, by each runtime that could do it, in one run.

    python benchmarks/reading.py [--trained FOLDER] [--rounds N]

The shipped reader alone, or, with the folder that `python -m training` left in its `--work`/model, also torch in
float32 and bfloat16 and onnxruntime in float32, against which the shipped one is compared.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from qa_service.span_model import FOLDER, BundledModel
from training.export import export
from vector_store.encoder import Encoder, Pieces, weights

PASSAGES, PIECES, QUESTION = 8, 200, 12


def main() -> None:
    """Time each and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trained", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    shipped = BundledModel()
    runs: dict[str, Callable[[list[Pieces]], object]] = {"shipped (onnxruntime int8)": shipped.logits}
    with TemporaryDirectory() as folder:
        if options.trained is not None:
            export(options.trained, Path(folder), whole_numbers=False)
            whole = Encoder(Path(folder) / "graph.onnx", weights(Path(folder) / "weights.safetensors"))
            runs["onnxruntime float32"] = whole.rows
            runs |= torch_runs(options.trained)
        times: dict[str, list[float]] = {name: [] for name in runs}
        pairs = some_pairs()
        for _ in range(options.rounds + 2):  # in turn, so that what slows the machine slows all
            for name, run in runs.items():
                started = time.perf_counter()
                run(pairs)
                times[name].append((time.perf_counter() - started) * 1000)
    print(f"{PASSAGES} passages of {PIECES} pieces with a question of {QUESTION}; {FOLDER.name}")
    first = statistics.median(next(iter(times.values()))[2:])
    for name, taken in times.items():
        p50 = statistics.median(taken[2:])
        print(f"{name:28} p50 {p50:6.0f} ms  best {min(taken[2:]):6.0f} ms  {p50 / first:5.2f} × shipped")


def some_pairs() -> list[Pieces]:
    """Random pieces: what they mean costs nothing."""
    rng = np.random.default_rng(1)
    length = PIECES + QUESTION + 3
    segments = [0] * (QUESTION + 2) + [1] * (PIECES + 1)
    return [([101, *map(int, rng.integers(1_000, 30_000, length - 1))], segments) for _ in range(PASSAGES)]


def torch_runs(trained: Path) -> dict[str, Callable[[list[Pieces]], object]]:
    """The same model in torch."""
    import torch
    from transformers import AutoModelForQuestionAnswering

    def run(dtype: torch.dtype) -> Callable[[list[Pieces]], object]:
        model = AutoModelForQuestionAnswering.from_pretrained(str(trained)).to(dtype)
        model.train(mode=False)

        def logits(pairs: list[Pieces]) -> object:
            with torch.inference_mode():
                ids = torch.tensor([list(ids) for ids, _ in pairs])
                return model(input_ids=ids, token_type_ids=torch.tensor([list(segments) for _, segments in pairs]))

        return logits

    found: dict[str, Callable[[list[Pieces]], object]] = {"torch float32": run(torch.float32)}
    if torch.backends.cpu.get_cpu_capability().startswith("AVX512"):  # elsewhere it is emulated, 50 times slower
        found["torch bfloat16"] = run(torch.bfloat16)
    return found


if __name__ == "__main__":
    main()
