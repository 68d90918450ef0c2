"""A small model learns a small thing, goes on where it was stopped, and is exported without a change of mind."""

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForQuestionAnswering

from training.examples import Example
from training.export import in_halves, in_whole_numbers
from training.graph import Shape, bert
from training.train import Plan, freeze, train
from vector_store.encoder import Encoder, initializers, weights

SHAPE = Shape(layers=2, hidden=64, heads=4, inner=128, words=200, positions=64, epsilon=1e-12)


def small() -> BertForQuestionAnswering:
    torch.manual_seed(5)
    config = BertConfig(
        vocab_size=SHAPE.words,
        hidden_size=SHAPE.hidden,
        num_hidden_layers=SHAPE.layers,
        num_attention_heads=SHAPE.heads,
        intermediate_size=SHAPE.inner,
        max_position_embeddings=SHAPE.positions,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return BertForQuestionAnswering(config)


def marked(count: int) -> list[Example]:
    """The answer is the piece 150; texts without it do not answer."""
    rng = random.Random(7)
    made = []
    for _ in range(count):
        passage = [rng.randint(110, 140) for _ in range(rng.randint(5, 20))]
        at = rng.randrange(len(passage))
        answered = rng.random() < 0.6
        if answered:
            passage[at] = 150
        place = at + 4 if answered else 0
        made.append(Example(np.array([103, 104], np.int32), np.array(passage, np.int32), place, place))
    return made


@pytest.fixture(autouse=True)
def _few_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_it_learns_and_a_lesson_is_made_only_when_its_turn_comes(tmp_path: Path) -> None:
    model, said, made = small(), list[str](), list[int]()

    def lesson(number: int) -> list[Example]:
        made.append(len(said))
        return marked(10_000)

    train(model, [lambda: lesson(1), lambda: lesson(2)], Plan(130, 1), tmp_path, said.append)
    losses = [float(line.split("loss ")[1].split()[0]) for line in said if "loss" in line]
    assert losses[-1] < 0.5 < losses[0]
    assert made[0] == 0 < made[1]


def test_a_stopped_run_ends_as_one_that_was_not_stopped(tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop_at_the_second_report(line: str, seen: list[str]) -> None:
        seen.append(line)
        if len(seen) == 2:
            raise Stopped

    whole, stopped, seen = small(), small(), list[str]()
    lessons = [lambda: marked(18_000)]
    train(whole, lessons, Plan(120, 1), tmp_path / "whole", lambda line: None)
    with pytest.raises(Stopped):
        train(stopped, lessons, Plan(120, 1), tmp_path / "stopped", lambda line: stop_at_the_second_report(line, seen))
    resumed = small()
    train(resumed, lessons, Plan(120, 1), tmp_path / "stopped", lambda line: None)
    for one, other in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)


def test_frozen_layers_stay_as_they_are(tmp_path: Path) -> None:
    model = small()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    freeze(model, 1)
    train(model, [lambda: marked(400)], Plan(3, 1, rate=1e-2), tmp_path, lambda line: None)
    changed = {name for name, tensor in model.state_dict().items() if not torch.equal(tensor, before[name])}
    assert any(".layer.1." in name for name in changed)
    assert not any("embeddings" in name or ".layer.0." in name for name in changed)


@pytest.mark.parametrize(("whole_numbers", "far"), [(False, 0.01), (True, 0.35)])
def test_the_exported_graph_says_what_the_model_says(tmp_path: Path, whole_numbers: bool, far: float) -> None:
    from safetensors.numpy import save_file

    model = small()
    tensors = initializers({name: tensor.numpy() for name, tensor in model.state_dict().items()})
    stored = in_whole_numbers(tensors, SHAPE.hidden) if whole_numbers else in_halves(tensors)
    save_file(stored, tmp_path / "weights.safetensors")
    graph = bert(SHAPE, head=True, whole_numbers=whole_numbers)
    (tmp_path / "graph.onnx").write_bytes(graph.SerializeToString())
    encoder = Encoder(tmp_path / "graph.onnx", weights(tmp_path / "weights.safetensors"))
    ids = [101, 103, 104, 102, 120, 150, 131, 102]
    segments = [0, 0, 0, 0, 1, 1, 1, 1]
    with torch.inference_mode():
        out = model(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([segments]))
    expected = torch.stack([out.start_logits, out.end_logits], dim=-1)[0].numpy()
    (rows,) = encoder.rows([(ids, segments)])
    assert np.abs(rows - expected).max() < far * np.abs(expected).max()


def test_whole_numbers_take_a_quarter_of_the_room() -> None:
    tensors = initializers({name: tensor.numpy() for name, tensor in small().state_dict().items()})
    size = sum(tensor.nbytes for tensor in in_whole_numbers(tensors, SHAPE.hidden).values())
    assert size < 0.4 * sum(tensor.nbytes for tensor in tensors.values())
