"""How fast articles go in, what they cost, and whether answers stay quick meanwhile.

    python -m benchmarks.ingest compare dev-v2.0.json     # beside the pipeline of LangChain's tutorials
    python -m benchmarks.ingest again train-v1.1.json     # the same 1,000 articles a second time
    python -m benchmarks.ingest growth                    # memory from 1,000 to 100,000 articles
    python -m benchmarks.ingest asking train-v1.1.json    # /v1/ask while articles go in

The files are SQuAD's; an article is four of its paragraphs that follow each other. Each pipeline runs in a process of
its own; loading models is not counted.
"""

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import numpy as np
import psutil
from numpy.typing import NDArray

from benchmarks.ask import of_samples
from benchmarks.searchable import joined, squad
from vector_store.article import Article
from vector_store.bulk import BulkEncoder
from vector_store.catalog import Catalog
from vector_store.database import open_database
from vector_store.embedding import bundled_folder, load_embedder
from vector_store.index import Index
from vector_store.ingest import Ingester
from vector_store.precedence import Precedence
from vector_store.retriever import Retriever

TOGETHER = 4
QUESTIONS = 1_000
FIRST = 5
SIZES = (1_000, 10_000, 30_000, 100_000)

Find = Callable[[str], list[str]]
"""Question → the texts of the first passages."""


def main() -> None:
    """One of the measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("compare", "ours", "tutorial", "again", "growth", "asking"))
    parser.add_argument("squad", type=Path, nargs="?")
    parser.add_argument("--articles", type=int, default=1_000)
    options = parser.parse_args()
    measurements[options.what](options.squad, options.articles)


def compare(path: Path, count: int) -> None:
    """Both pipelines, one after the other, twice: the faster run of each counts."""
    best: dict[str, dict[str, float]] = {}
    for name in ("tutorial", "ours") * 2:
        command = [sys.executable, "-m", "benchmarks.ingest", name, str(path), "--articles", str(count)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
        print(name, said, flush=True)
        figures: dict[str, float] = json.loads(said)
        if name not in best or figures["seconds"] < best[name]["seconds"]:
            best[name] = figures
    print(f"articles a second, ours to theirs: {best['tutorial']['seconds'] / best['ours']['seconds']:.2f}")


def ours(path: Path, count: int) -> None:
    """This project's pipeline."""
    articles, questions = _read(path, count)
    with TemporaryDirectory() as folder:
        embedder = load_embedder()
        bulk = BulkEncoder(embedder, Precedence(), apart=True)
        catalog = Catalog(open_database(Path(folder, "catalog.sqlite3")))
        index = Index(Path(folder, "index"), catalog)
        started = time.perf_counter()
        passages = sum(one.passages for one in Ingester(catalog, index, embedder, encode=bulk.encode).add(articles))
        seconds = time.perf_counter() - started
        runtime = bulk.runtime
        retriever = Retriever(catalog, index, embedder)
        found = _found(questions, lambda question: [hit.passage.text for hit in retriever.search(question, k=FIRST)])
        _say(seconds, len(articles), passages, found, runtime=runtime)
        bulk.close()
        index.close()


def tutorial(path: Path, count: int) -> None:
    """LangChain's: RecursiveCharacterTextSplitter(1000, 200), HuggingFaceEmbeddings of the same model, Chroma."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    articles, questions = _read(path, count)
    documents = [Document(one.text, metadata={"id": one.id, "title": one.title}) for one in articles]
    with TemporaryDirectory() as folder:
        embeddings = HuggingFaceEmbeddings(model_name=str(bundled_folder()))
        embeddings.embed_documents(["Warm up."])
        store = Chroma("articles", embeddings, persist_directory=folder)
        splitter = RecursiveCharacterTextSplitter(chunk_size=1_000, chunk_overlap=200)
        started = time.perf_counter()
        pieces = splitter.split_documents(documents)
        for start in range(0, len(pieces), 5_000):  # Chroma takes no more at once
            store.add_documents(pieces[start : start + 5_000])
        seconds = time.perf_counter() - started
        found = _found(questions, lambda asked: [one.page_content for one in store.similarity_search(asked, k=FIRST)])
        _say(seconds, len(articles), len(pieces), found, runtime="sentence-transformers")


def again(path: Path, count: int) -> None:
    """Twice the same: what the second time costs of the first."""
    articles, _ = _read(path, count)
    with _service() as (url, _process), httpx.Client(base_url=url, timeout=600) as client:
        times = []
        for _ in range(2):
            started = time.perf_counter()
            statuses = list(_sent(client, articles))
            times.append(time.perf_counter() - started)
            print({status: statuses.count(status) for status in set(statuses)}, f"{times[-1]:.2f} s", flush=True)
        print(f"the second time took {times[1] / times[0]:.1%} of the first")


def growth(_path: Path | None, _count: int) -> None:
    """Memory as the archive grows; vectors are drawn, not computed, for the embedding's memory does not grow."""
    drawn = np.random.default_rng(1)

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = drawn.normal(size=(len(texts), 384)).astype(np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    with TemporaryDirectory() as folder:
        catalog = Catalog(open_database(Path(folder, "catalog.sqlite3")))
        index = Index(Path(folder, "index"), catalog)
        ingester = Ingester(catalog, index, load_embedder(), encode=encode)
        begun, resident, done = time.perf_counter(), psutil.Process().memory_info().rss, 0
        results = ingester.add(_endless())
        for size in SIZES:
            done += sum(1 for _ in islice(results, size - done))
            held = psutil.Process().memory_info().rss - resident
            seconds = time.perf_counter() - begun
            print(f"{size} articles: {held / 1e6:.0f} MB more than empty, {seconds:.0f} s", flush=True)
        index.close()


def asking(path: Path, count: int) -> None:
    """The sample questions, quiet and while articles go in."""
    articles, _ = _read(path, count)
    with _service("--samples") as (url, process), httpx.Client(base_url=url, timeout=600) as client:
        asked = cycle(of_samples())
        _asked(client, islice(asked, 10))
        quiet = _asked(client, islice(asked, 100))
        print(f"quiet: p50 {quiet[49]:.0f} ms, p95 {quiet[94]:.0f} ms", flush=True)
        ended = threading.Event()
        went_in: list[str] = []

        def send() -> None:
            with httpx.Client(base_url=url, timeout=600) as other:
                for status in _sent(other, articles):
                    went_in.append(status)
                    if ended.is_set():
                        return

        sender = threading.Thread(target=send)
        sender.start()
        started = time.perf_counter()
        while len(went_in) < 100:  # by then the embedding process is there
            ended.wait(0.1)
        busy = _asked(client, islice(asked, 200))
        rate = len(went_in) / (time.perf_counter() - started)
        still = sender.is_alive()
        ended.set()
        sender.join()
        print(f"while articles go in: p50 {busy[49]:.0f} ms, p95 {busy[94]:.0f} ms, {rate:.1f} articles a second")
        print(f"p95: {busy[94] / quiet[94]:.2f} times the quiet one; articles still coming at the end: {still}")
        print(f"memory of the service: {process.memory_info().rss / 1e6:.0f} MB")


def _read(path: Path, count: int) -> tuple[list[Article], list[tuple[str, str]]]:
    """Articles, and questions about them with the words that answer."""
    articles, questions = joined(*squad(path), TOGETHER)
    articles = articles[:count]
    text_of = {article.id: article.text for article in articles}
    answers = _answers(path)
    about = [(one.text, answers[one.text]) for one in questions if one.article in text_of and one.text in answers]
    step = max(1, len(about) // QUESTIONS)
    return articles, about[::step][:QUESTIONS]


def _answers(path: Path) -> dict[str, str]:
    return {
        asked["question"].strip(): asked["answers"][0]["text"]
        for written in json.loads(path.read_text(encoding="utf-8"))["data"]
        for paragraph in written["paragraphs"]
        for asked in paragraph["qas"]
        if asked["answers"]
    }


def _found(questions: Sequence[tuple[str, str]], find: Find) -> float:
    """The share of questions whose answer stands in one of the first passages."""
    held = [any(answer in text for text in find(question)) for question, answer in questions]
    return sum(held) / len(held)


def _say(seconds: float, articles: int, passages: int, found: float, *, runtime: str) -> None:
    figures = {
        "seconds": round(seconds, 2),
        "articles a second": round(articles / seconds, 2),
        "passages": passages,
        "passages a second": round(passages / seconds, 1),
        f"answer among the first {FIRST}": round(found, 3),
        "resident MB": round(psutil.Process().memory_info().rss / 1e6),
        "runtime": runtime,
    }
    print(json.dumps(figures))


def _endless() -> Iterator[Article]:
    words = Path(__file__).read_text().split()
    for number in range(SIZES[-1] + 1):
        start = number * 7 % len(words)
        text = f"Report {number}. " + " ".join((words + words)[start : start + 120]) + f" The end of {number}."
        yield Article(id=f"a{number}", title=f"Report {number}", text=text)


@contextmanager
def _service(samples: str = "--no-samples") -> Iterator[tuple[str, psutil.Process]]:
    """A real `qa-service serve` process and its address."""
    command = [str(Path(sys.executable).with_name("qa-service")), "serve", "--port", "0", samples]
    with TemporaryDirectory() as folder:
        environment = {"QA_DATA_DIR": folder, "PATH": "/usr/bin:/bin", "COLUMNS": "200"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            try:
                url = next(word for line in process.stdout for word in line.split() if word.startswith("http://"))
                yield url, psutil.Process(process.pid)
            finally:
                process.terminate()


def _sent(client: httpx.Client, articles: Sequence[Article]) -> Iterator[str]:
    """The status of each, sixteen at a time."""
    for start in range(0, len(articles), 16):
        body = [
            {"id": one["id"], "title": one["title"], "text": one["text"]}
            for one in map(asdict, articles[start : start + 16])
        ]
        answer = client.post("/v1/articles", json=body).raise_for_status().json()
        yield from (str(result["status"]) for result in answer["results"])


def _asked(client: httpx.Client, questions: Iterator[str]) -> list[float]:
    """Percentiles 1 to 99 of the milliseconds that an answer takes."""
    times = []
    for question in questions:
        started = time.perf_counter()
        client.post("/v1/ask", json={"question": question}).raise_for_status()
        times.append((time.perf_counter() - started) * 1000)
    return [0.0, *statistics.quantiles(times, n=100)] if len(times) > 1 else times


measurements = {
    "compare": compare,
    "ours": ours,
    "tutorial": tutorial,
    "again": again,
    "growth": growth,
    "asking": asking,
}


if __name__ == "__main__":
    main()
