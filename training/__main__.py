"""Make the reader: mine hard negatives, train, export, calibrate. A stopped run goes on where it was.

    python -m training --data ../shared/data --work build/reader

`--data` is a folder with squad/ and qamr/ (docs/reader.md). What it makes is put into qa_service/reader_model.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from qa_service.reader import CALIBRATION, Calibration, Reader
from qa_service.service import SAMPLES
from qa_service.span_model import FOLDER, BundledModel
from qa_service.statements import StatementReader
from training.calibrate import Question, Weighed, cross_fitted, curve, fit, of_samples, of_squad, save, weighed
from training.course import Course, Mined
from training.data import Paragraph, held_out, qamr, squad
from training.examples import Corpus, batches
from training.export import export, write_embedder_graph
from training.negatives import archive, articles_of, mine
from training.train import BATCH, Plan, freeze, new_model, train
from vector_store.article import Article
from vector_store.embedding import bundled_folder, load_embedder, plain_tokenizer
from vector_store.sources import articles_from

SEED = 1
MINED_FROM, MINED = 160, 5_000
"""Articles that hard negatives are searched in, and questions that they are searched for."""
SECOND_LESSON = 830
"""How many batches of the second lesson are shown; the first is shown whole."""
THIRD_LESSON = 2_529
FOURTH_LESSON = 4_000
FROZEN = 2
"""Layers that the third and fourth lesson leave as they are."""
QUESTIONS = Path(__file__).parents[1] / "tests" / "qa_service" / "sample_questions.jsonl"
CALIBRATED_ON, PASSAGES = 700, 6


@dataclass(frozen=True, slots=True)
class Sets:
    """The paragraphs, those held out apart: no article is on both sides."""

    squad: list[Paragraph]
    unanswerable: list[Paragraph]
    qamr: list[Paragraph]
    held_out: list[Paragraph]

    @classmethod
    def read(cls, data: Path) -> "Sets":
        """All sets that may be used for training."""
        apart, rest = held_out(squad(data / "squad/train-v1.1.json"), articles=12, seed=SEED)
        extra_apart, extra = held_out(squad(data / "squad/train-v2.0-extra.json"), articles=3, seed=SEED)
        known = {paragraph.text for paragraph in apart}
        # The answerable questions of these paragraphs are in train-v1.1 too.
        ten = [
            replace(paragraph, asked=tuple(one for one in paragraph.asked if not one.spans))
            for paragraph in squad(data / "squad/train-v2.0-ten-articles.json")
            if paragraph.text not in known
        ]
        return cls(rest, extra + ten, qamr(data / "qamr"), apart + extra_apart)


def main() -> None:
    """The whole way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="where checkpoints and the trained model are kept")
    options = parser.parse_args()
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    torch.manual_seed(SEED)
    options.work.mkdir(parents=True, exist_ok=True)
    sets = Sets.read(options.data)
    say(f"{len(sets.squad)} + {len(sets.unanswerable)} + {len(sets.qamr)} paragraphs, {len(sets.held_out)} held out")
    mined = options.work / "mined.jsonl"
    if not mined.exists():
        say("mining hard negatives")
        mine(_some_articles(sets.squad), load_embedder(), MINED, SEED, mined)
    trained = options.work / "model"
    if not trained.exists():
        teach(sets, mined, options.work)
    say("exporting")
    write_embedder_graph()
    export(trained, FOLDER, whole_numbers=True)
    say("calibrating")
    save(calibrated(sets.held_out), FOLDER / CALIBRATION)


def teach(sets: Sets, mined: Path, work: Path) -> None:
    """Train, and save the model as transformers does in `work`/model."""
    tokenizer = plain_tokenizer(bundled_folder())
    corpus = Corpus(sets.squad, tokenizer)
    course = Course(corpus, Corpus(sets.unanswerable, tokenizer), Corpus(sets.qamr, tokenizer), SEED)
    first = course.short()
    total = len(batches(first, BATCH, random.Random(SEED))) + SECOND_LESSON
    negatives = _negatives(corpus, mined)
    model = new_model(bundled_folder())
    train(model, [lambda: first, lambda: course.long(negatives, tokenizer)], Plan(total, SEED), work, say)
    freeze(model, FROZEN)
    plan = Plan(THIRD_LESSON, SEED, rate=1.5e-4, head_rate=5e-4)
    train(model, [lambda: course.rest(negatives, tokenizer)], plan, work / "rest", say)
    plan = Plan(FOURTH_LESSON, SEED, rate=1.5e-4, head_rate=4e-4)
    train(model, [lambda: course.again(negatives, tokenizer)], plan, work / "again", say)
    model.save_pretrained(work / "model")


def calibrated(paragraphs: list[Paragraph]) -> Calibration:
    """The probabilities of the reader that lies in the package, fitted on held-out questions and on our own."""
    samples = [article for article in articles_from([SAMPLES]) if isinstance(article, Article)]
    theirs = _weighed(articles_of(paragraphs), of_squad(paragraphs, CALIBRATED_ON, SEED))
    ours = _weighed(samples, of_samples(QUESTIONS))
    for name, examples in (("SQuAD, held out", theirs), ("our tune half", ours), ("both", [*theirs, *ours])):
        say(name)
        for line in curve(cross_fitted(examples)):
            say(line)
    return fit([*theirs, *ours])


def _weighed(articles: Iterable[Article], questions: list[Question]) -> list[Weighed]:
    embedder = load_embedder()
    unfitted = Calibration((0.0,) * 5, (1.0, 0.0, 0.0))
    with archive(articles, embedder) as (retriever, catalog):
        statements = StatementReader(embedder, catalog.rarity)
        reader = Reader(BundledModel(), unfitted, statements, catalog.rarity, embedder.word_vectors)
        return list(weighed(questions, retriever, reader, PASSAGES))


def _some_articles(paragraphs: list[Paragraph]) -> list[Paragraph]:
    names = sorted({paragraph.article for paragraph in paragraphs})
    chosen = set(random.Random(SEED).sample(names, MINED_FROM))
    return [paragraph for paragraph in paragraphs if paragraph.article in chosen]


def _negatives(corpus: Corpus, mined: Path) -> Mined:
    asking = {one.asked.question: one for one in corpus.asking}
    rows = [json.loads(line) for line in mined.read_text().splitlines()]
    pairs = [
        (asking[row["question"]], row["passages"]) for row in rows if row["question"] in asking and row["passages"]
    ]
    random.Random(SEED).shuffle(pairs)
    return pairs


def say(what: str) -> None:
    """A line of the log."""
    print(time.strftime("%H:%M:%S"), what, flush=True)


if __name__ == "__main__":
    main()
