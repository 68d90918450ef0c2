"""The encoder: the same numbers as the library whose place it takes, whatever runs together with what."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentence_transformers import SentenceTransformer

from vector_store.embedding import BundledModel, Embedder, SentenceTransformersModel, bundled_folder
from vector_store.encoder import batched, weights

TEXTS = [
    "How many people have fled?",
    "Some 70,000 people have left Ukraine since the invasion began, most of them for Poland and Moldova. " * 6,
    "🌪️ 北京",
    "",
    "word " * 2_000,
]


@pytest.fixture(scope="module")
def bundled() -> BundledModel:
    return BundledModel(bundled_folder())


def test_the_vectors_are_those_of_sentence_transformers(bundled: BundledModel) -> None:
    library = SentenceTransformersModel(SentenceTransformer(str(bundled_folder())))
    np.testing.assert_allclose(bundled.encode(TEXTS), library.encode(TEXTS), atol=2e-5)
    assert (bundled.window, bundled.special) == (library.window, library.special)
    np.testing.assert_array_equal(bundled.words, library.words)


def test_a_folder_of_the_hub_s_form_gives_the_same_embedder_through_torch(bundled: BundledModel) -> None:
    ours, theirs = Embedder(bundled, "ours"), SentenceTransformersModel(SentenceTransformer(str(bundled_folder())))
    assert ours.token_offsets(TEXTS) == Embedder(theirs, "theirs").token_offsets(TEXTS)


def test_a_text_has_the_same_rows_alone_and_among_others(bundled: BundledModel) -> None:
    together = bundled.encode(TEXTS)
    for at, text in enumerate(TEXTS):
        np.testing.assert_allclose(bundled.encode([text])[0], together[at], atol=1e-5)


def test_no_text_gives_no_vector(bundled: BundledModel) -> None:
    assert bundled.encode([]).shape == (0, 384)


@given(st.lists(st.integers(min_value=1, max_value=512), max_size=60))
def test_every_text_is_in_one_batch_and_little_of_a_batch_is_padding(lengths: list[int]) -> None:
    batches = list(batched(lengths))
    assert sorted(at for batch in batches for at in batch) == list(range(len(lengths)))
    for batch in batches:
        of_batch = [lengths[at] for at in batch]
        assert max(of_batch) <= 1.15 * min(of_batch) + 4


def test_weights_that_are_not_there_are_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        weights(tmp_path / "nowhere.safetensors")


def test_embedding_imports_no_torch() -> None:
    code = (
        "import sys; from vector_store.embedding import load_embedder; load_embedder().encode(['Kyiv']);"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
