"""How long an answer takes over HTTP, and how much memory the service holds afterwards.

    python -m benchmarks.ask [--questions N] [--squad train-v1.1.json --articles 10000]

A real `qa-service serve` process with the sample articles and the sample questions, or with the first paragraphs of a
SQuAD file as articles and its questions about them; one question after another after a warm-up.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx
import psutil

from training.data import squad

_AT_ONCE = 100
QUESTIONS = Path(__file__).parents[1] / "tests" / "qa_service" / "sample_questions.jsonl"


def main() -> None:
    """Serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--squad", type=Path)
    parser.add_argument("--articles", type=int, default=10_000)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).with_name("qa-service")), "serve", "--port", "0"]
        command += ["--no-samples"] if options.squad else []
        environment = {"QA_DATA_DIR": folder, "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as service:
            assert service.stdout is not None
            url = next(word for line in service.stdout for word in line.split() if word.startswith("http://"))
            try:
                asked = filled(url, options.squad, options.articles) if options.squad else of_samples()
                measure(url, psutil.Process(service.pid), asked, options.questions)
            finally:
                service.terminate()


def of_samples() -> list[str]:
    """The questions about the sample articles."""
    return [json.loads(line)["question"] for line in QUESTIONS.read_text().splitlines()]


def filled(url: str, path: Path, count: int) -> list[str]:
    """Put in the file's first paragraphs; questions about them, in random order."""
    paragraphs = squad(path)[:count]
    with httpx.Client(base_url=url, timeout=600) as client:
        for start in range(0, len(paragraphs), _AT_ONCE):
            part = list(enumerate(paragraphs))[start : start + _AT_ONCE]
            body = [{"id": str(at), "title": one.article.replace("_", " "), "text": one.text} for at, one in part]
            client.post("/v1/articles", json=body).raise_for_status()
        print(client.get("/v1/archive").json())
    asked = [one.question for paragraph in paragraphs for one in paragraph.asked]
    Random(1).shuffle(asked)
    return asked


def measure(url: str, process: psutil.Process, asked: list[str], number: int) -> None:
    """Ask `number` questions; print percentiles and memory."""
    times = []
    with httpx.Client(base_url=url, timeout=60) as client:
        for question in asked[:5]:
            client.post("/v1/ask", json={"question": question}).raise_for_status()
        for question in islice(cycle(asked), number):
            started = time.perf_counter()
            client.post("/v1/ask", json={"question": question}).raise_for_status()
            times.append((time.perf_counter() - started) * 1000)
    percentiles = statistics.quantiles(times, n=100)
    print(f"{number} questions: p50 {percentiles[49]:.0f} ms, p95 {percentiles[94]:.0f} ms, max {max(times):.0f} ms")
    print(f"resident memory of the service: {process.memory_info().rss / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
