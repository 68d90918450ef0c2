"""MiniLM → a reader: lessons under a falling learning rate, checkpoints that a stopped run goes on from."""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import Module
from torch.nn.functional import cross_entropy
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler
from transformers import AutoModelForQuestionAnswering, PreTrainedModel

from training.examples import Example, batches, padded

BATCH = 3072
"""Word pieces of a batch, padding included."""
RATE = 2e-4
HEAD_RATE = 1e-3
"""Where the rate of the encoder, and of the head, falls from."""
_WARM_UP = 0.04
_EVERY = 50


def new_model(folder: Path) -> PreTrainedModel:
    """The encoder with a fresh head; its word vectors stay as they are. No dropout: hardly anything is seen twice."""
    model: PreTrainedModel = AutoModelForQuestionAnswering.from_pretrained(
        str(folder), attn_implementation="sdpa", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    dict(model.named_parameters())["bert.embeddings.word_embeddings.weight"].requires_grad_(False)
    return model


def freeze(model: PreTrainedModel, layers: int) -> None:
    """The lowest layers stay as they are: a batch then costs a quarter less (two of six layers)."""
    for name, parameter in model.named_parameters():
        if name.startswith("bert.embeddings.") or any(f".layer.{at}." in name for at in range(layers)):
            parameter.requires_grad_(False)


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast: the rates rise shortly, then fall to 0 at the last batch."""

    total: int
    """Batches."""
    seed: int
    rate: float = RATE
    head_rate: float = HEAD_RATE


def train(
    model: Module,
    lessons: Sequence[Callable[[], list[Example]]],
    plan: Plan,
    folder: Path,
    say: Callable[[str], None],
) -> None:
    """Shows the lessons in turn, as many batches of them as planned.

    A lesson is only made when its turn comes. With a checkpoint in `folder`, goes on from there.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model.to(device).train()
    head = [p for name, p in model.named_parameters() if name.startswith("qa_outputs")]
    total = plan.total
    rest = [p for name, p in model.named_parameters() if p.requires_grad and not name.startswith("qa_outputs")]
    groups = [{"params": rest, "lr": plan.rate}, {"params": head, "lr": plan.head_rate}]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _share(step, total))
    done = _resume(folder, model, optimizer, schedule)
    step, seen, started, losses = 0, 0, time.perf_counter(), []
    for number, lesson in enumerate(lessons):
        for batch in batches(lesson(), BATCH, random.Random(plan.seed + number)):
            step += 1
            if step <= done or step > total:
                continue
            losses.append(_learn(model, batch, device))
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            seen += sum(map(len, batch))
            if step % 50 == 0:
                rate = seen / (time.perf_counter() - started)
                loss = sum(losses) / len(losses)
                say(f"lesson {number + 1} batch {step}/{total} loss {loss:.3f} {rate:.0f} pieces/s")
                losses = []
            if step % _EVERY == 0:
                _keep(folder, model, optimizer, schedule, step)
    say(f"{step} batches")


def _learn(model: Module, batch: Sequence[Example], device: str) -> float:
    tensors = {name: torch.from_numpy(array).to(device) for name, array in padded(batch).items()}
    start, end = tensors.pop("start"), tensors.pop("end")
    with torch.autocast(device, torch.bfloat16, enabled=device == "cuda" or _multiplies_in_bfloat16()):
        out = model(**tensors)
    hidden = tensors["attention_mask"] == 0
    loss = cross_entropy(out.start_logits.float().masked_fill(hidden, -1e4), start)
    loss = (loss + cross_entropy(out.end_logits.float().masked_fill(hidden, -1e4), end)) / 2
    torch.autograd.backward(loss)
    return float(loss.detach())


def _multiplies_in_bfloat16() -> bool:
    """Whether this processor does: elsewhere it would be slower than single precision, not 1.7 times as fast."""
    capable = torch.cpu.get_capabilities()
    return bool(capable.get("avx512_bf16") or capable.get("amx_bf16"))


def _share(step: int, total: int) -> float:
    warm = max(1, math.ceil(total * _WARM_UP))
    return min((step + 1) / warm, max(0.0, (total - step) / (total - warm)))


def _keep(folder: Path, model: Module, optimizer: Optimizer, schedule: LRScheduler, step: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
    torch.save({**state, "step": step}, folder / "checkpoint.tmp")
    (folder / "checkpoint.tmp").replace(folder / "checkpoint.pt")


def _resume(folder: Path, model: Module, optimizer: Optimizer, schedule: LRScheduler) -> int:
    if not (folder / "checkpoint.pt").exists():
        return 0
    state = torch.load(folder / "checkpoint.pt", weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    schedule.load_state_dict(state["schedule"])
    return int(state["step"])
