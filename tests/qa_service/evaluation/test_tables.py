"""The report as people read it."""

import io

from rich.console import Console

from qa_service.evaluation.comparison import compare
from qa_service.evaluation.outcomes import Outcome
from qa_service.evaluation.tables import drawn, facts, markdown, sheets
from tests.qa_service.evaluation.test_comparison import run
from tests.qa_service.evaluation.test_report import RUN, outcome


def shown(*outcomes: Outcome) -> dict[str, list[list[str]]]:
    return {sheet.title: [list(row) for row in sheet.rows] for sheet in sheets(run(*outcomes), [])}


def test_a_figure_stands_with_its_interval_and_what_it_is_of() -> None:
    rows = shown(*[outcome(str(number), "right") for number in range(4)])["Figures"]
    assert rows[0] == ["right", "100.0 %", "100.0 % to 100.0 %", "4"]


def test_figures_of_which_nothing_is_known_are_left_out() -> None:
    tables = shown(outcome("1", "rightly refused"))
    assert [row[0] for row in tables["Figures"]] == ["rightly refused", "should have refused", "EM", "F1"]
    assert "Confidence" not in tables
    assert "By kind" not in tables
    assert "Time of a whole answer" not in tables


def test_the_best_threshold_is_said_to_be_chosen_on_these_questions() -> None:
    report = run(
        outcome("1", "refused", confidence=0.25, answered_em=1, answered_f1=1), outcome("2", "rightly refused")
    )
    (sheet,) = [sheet for sheet in sheets(report, []) if sheet.title == "Confidence"]
    assert ("best EM by any threshold", "100.0 %", "0.250") in sheet.rows
    assert "chosen on these very questions" in sheet.note


def test_failures_and_mistakes_are_listed() -> None:
    tables = shown(
        outcome("1", "error", error="HTTP 500"),
        outcome("2", "wrong", short_answer="y"),
        outcome("3", "refused", candidate="z"),
        outcome("4", "right"),
    )
    assert tables["No answer came"] == [["1", "HTTP 500"]]
    assert [(row[0], row[4]) for row in tables["Where it was not right"]] == [
        ("2", "y"),
        ("3", "(refused; would have said: z)"),
    ]


def test_runs_stand_side_by_side() -> None:
    this = run(outcome("1", "right", latency_ms=20), outcome("2", "right", latency_ms=20))
    onyx = run(outcome("1", "right", latency_ms=900), outcome("2", "wrong", latency_ms=900))
    onyx = onyx.model_copy(update={"run": RUN.model_copy(update={"name": "onyx"})})
    (sheet,) = [sheet for sheet in sheets(this, [compare(this, onyx), compare(this, this)]) if "Side" in sheet.title]
    assert sheet.head == ("figure", "run", "onyx", "difference", "run", "difference")
    assert sheet.rows[0] == (
        *("right", "100.0 %", "50.0 %", "+50.0 % (0.0 % to 100.0 %)"),
        *("100.0 %", "0.0 % (0.0 % to 0.0 %)"),
    )
    assert sheet.rows[-1] == ("time of an answer, median", "20 ms", "900 ms", "", "20 ms", "")
    assert "Became right: 1 (2). No longer right: none. McNemar's exact test: p = 1." in sheet.note


def test_words_of_articles_do_not_break_the_page() -> None:
    report = run(outcome("1", "wrong", short_answer="a | b\n<script>"))
    page = markdown(report, [], ["calibration.png"])
    assert "| 1 | wrong | ? | x | a \\| b &lt;script> |" in page
    assert "![calibration](calibration.png)" in page


def test_the_page_says_who_was_asked_what() -> None:
    report = run(outcome("1", "right"), outcome("2", "wrong"))
    asked = RUN.model_copy(update={"limit": 2, "given": True, "interrupted": True, "settings": ("QA_X=1",)})
    assert facts(report.model_copy(update={"run": asked})) == [
        "2 questions (half: all, 2 drawn with seed 1), each question given its own articles, "
        "put to this service with QA_X=1.",
        "1 right, 1 wrong.",
        "Interrupted: the rest was not asked.",
    ]


def test_a_narrow_window_holds_the_widest_table() -> None:
    verdicts = ("right", "wrong", "refused", "rightly refused", "should have refused")
    console = Console(file=io.StringIO(), width=80)
    for sheet in sheets(run(*(outcome(verdict, verdict, kind="[how] many") for verdict in verdicts)), []):
        if sheet.title == "By kind":
            console.print(drawn(sheet))
    assert isinstance(console.file, io.StringIO)
    said = console.file.getvalue()
    assert "[how] many      5      1      1" in said
    assert max(map(len, said.splitlines())) <= 80
