"""How long an answer takes over HTTP, and how much memory the service holds afterwards.

    python benchmarks/ask.py [--questions N]

A real `qa-service serve` process with the sample articles; the sample questions, one after another after a warm-up.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil

QUESTIONS = Path(__file__).parents[1] / "tests" / "qa_service" / "sample_questions.jsonl"


def main() -> None:
    """Serve, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).with_name("qa-service")), "serve", "--port", "0"]
        environment = {"QA_DATA_DIR": folder, "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as service:
            assert service.stdout is not None
            url = next(word for line in service.stdout for word in line.split() if word.startswith("http://"))
            try:
                measure(url, psutil.Process(service.pid), options.questions)
            finally:
                service.terminate()


def measure(url: str, process: psutil.Process, number: int) -> None:
    """Ask `number` questions; print percentiles and memory."""
    asked = [json.loads(line)["question"] for line in QUESTIONS.read_text().splitlines()]
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
