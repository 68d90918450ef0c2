"""Question sets as they are read."""

import json
from pathlib import Path

from training.data import Asked, Paragraph, held_out, qamr, squad, written_out


def test_squad_gives_the_places_of_its_answers_and_leaves_guessed_ones_out(tmp_path: Path) -> None:
    text = "Rain fell on Monday and on Tuesday."
    rows = [
        {"question": " When did rain fall? ", "answers": [{"text": "Monday", "answer_start": 13}]},
        {"question": "When again?", "answers": [{"text": "on", "answer_start": 10, "ambiguous": True}]},
        {"question": "Who fell?", "is_impossible": True, "answers": []},
    ]
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [{"title": "Rain", "paragraphs": [{"context": text, "qas": rows}]}]}))
    (paragraph,) = squad(path)
    assert paragraph.asked == (Asked("When did rain fall?", ((13, 19),)), Asked("Who fell?", ()))
    assert text[13:19] == "Monday"


def test_treebank_tokens_are_written_as_a_person_would() -> None:
    tokens = "`` It 's over , '' said Mr. Lee -LRB- 52 -RRB- , who did n't smile .".split()
    text, places = written_out(tokens)
    assert text == "\"It's over,\" said Mr. Lee (52), who didn't smile."
    assert text[places[7][0] : places[8][1]] == "Mr. Lee"


def test_qamr_keeps_what_a_validator_confirms(tmp_path: Path) -> None:
    (tmp_path / "wiki-sentences.tsv").write_text("s1\tThe lamps burn for eight days .\n")
    confirmed = "s1\t1\t7\t0\t1\tHow long do they burn?\t4 5\t8:4 5\t9:3 4 5\n"
    disputed = "s1\t1\t7\t1\t1\tWhat burns?\t0 1\t8:1\t9:Invalid\n"
    apart = "s1\t1\t7\t2\t1\tWhat is long?\t1 5\t8:1 5\t9:1 5\n"
    (tmp_path / "dev.tsv").write_text(confirmed + disputed)
    (tmp_path / "test.tsv").write_text(apart)
    (paragraph,) = qamr(tmp_path)
    (asked,) = paragraph.asked
    assert paragraph.text == "The lamps burn for eight days."
    assert [paragraph.text[start:end] for start, end in asked.spans] == ["eight days"]


def test_articles_are_held_out_whole_and_the_same_ones_each_time() -> None:
    paragraphs = [Paragraph(f"article {n % 5}", f"text {n}", ()) for n in range(20)]
    apart, rest = held_out(paragraphs, articles=2, seed=1)
    assert len(apart) == 8
    assert {one.article for one in apart}.isdisjoint(one.article for one in rest)
    assert held_out(paragraphs, articles=2, seed=1) == (apart, rest)
