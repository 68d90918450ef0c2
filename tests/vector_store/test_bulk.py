"""Much text is embedded in a process of its own: the same vectors, in order, whatever becomes of the process."""

import os
import signal
from collections.abc import Iterator
from threading import Thread

import numpy as np
import psutil
import pytest

from vector_store.bulk import BulkEncoder
from vector_store.embedding import Embedder
from vector_store.precedence import Precedence
from vector_store.runtimes import LEAST_COSINE, fastest

TEXTS = [f"{'Ferry ' * (number % 9)}number {number} leaves." for number in range(300)]


@pytest.fixture
def bulk(embedder: Embedder) -> Iterator[BulkEncoder]:
    encoder = BulkEncoder(embedder, Precedence(), apart=True)
    yield encoder
    encoder.close()


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children() if "vector_store.bulk" in child.cmdline()}


def test_a_few_texts_start_no_process(bulk: BulkEncoder, embedder: Embedder) -> None:
    assert np.allclose(bulk.encode(TEXTS[:40]), embedder.encode(TEXTS[:40]), atol=1e-5)
    assert children() == set()
    assert bulk.runtime == "onnxruntime, in the service's process"


def test_much_text_starts_one_whose_vectors_mean_the_same_and_its_death_loses_nothing(
    bulk: BulkEncoder, embedder: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    exact = embedder.encode(TEXTS)
    assert np.allclose(bulk.encode(TEXTS), exact, atol=1e-5)
    bulk.wait_until_started()
    (process,) = children()
    assert "/s" in bulk.runtime
    assert ((bulk.encode(TEXTS) * exact).sum(axis=1) >= LEAST_COSINE).all()
    os.kill(process, signal.SIGKILL)
    assert np.allclose(bulk.encode(TEXTS), exact, atol=1e-5)
    assert "the embedding process ended" in caplog.text
    assert bulk.encode(TEXTS).shape == exact.shape
    assert children() == set()


def test_another_model_is_never_embedded_apart(embedder: Embedder) -> None:
    encoder = BulkEncoder(embedder, Precedence(), apart=False)
    encoder.encode(TEXTS)
    assert children() == set()


def test_between_its_steps_it_gives_way_to_a_question(embedder: Embedder) -> None:
    precedence = Precedence(patience=3_600)
    encoder = BulkEncoder(embedder, precedence, apart=False)
    worker = Thread(target=encoder.encode, args=(TEXTS[:20],))
    with precedence.question():
        worker.start()
        worker.join(0.1)
        assert worker.is_alive()
    worker.join()


def test_the_runtime_that_is_taken_is_the_fastest_of_those_that_agree(embedder: Embedder) -> None:
    chosen = fastest()
    assert chosen.rates[chosen.name] == max(chosen.rates.values())
    assert "onnxruntime" in chosen.rates
    assert ((chosen.encode(TEXTS[:9]) * embedder.encode(TEXTS[:9])).sum(axis=1) >= LEAST_COSINE).all()
