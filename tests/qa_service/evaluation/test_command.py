"""`qa-service eval` as a person runs it: what it asks, prints, writes, and with which exit code it ends."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import typer.main
from rich.console import Console

from qa_service.cli import app
from qa_service.errors import EvaluationInputError, PeerError
from qa_service.evaluation.cases import read_cases
from qa_service.evaluation.command import ALL_FAILED, DONE, INTERRUPTED, Terminal, carry_out
from qa_service.evaluation.plan import Plan
from qa_service.evaluation.report import Report
from qa_service.service import Service
from qa_service.settings import Settings
from tests.qa_service.evaluation.test_cases import SQUAD, written
from tests.qa_service.test_sample_questions import QUESTIONS
from tests.standins.chat import FAIL, MODEL, WAIT, Chat, chat_server
from vector_store.errors import UnreadableSourceError
from vector_store.sources import articles_from

PAGE = (Path(__file__).parents[3] / "docs" / "evaluation.md").read_text()
COMMAND = Path(sys.executable).with_name("qa-service")
PNG = b"\x89PNG\r\n"
MARQUAND = "lantern-2022-10-14-halvern-marquand"
LINES = [
    {"id": "oil", "question": "What is the price of oil?", "answers": []},
    {"id": "mayor", "question": "Who is the mayor of Halvern?", "answers": ["Marquand"], "articles": [MARQUAND]},
]
CHAT_LINES = [
    {"id": "won", "question": "Who won?", "answers": ["Mira Tallis"], "gold": [{"article": "vote", "quote": "Mira"}]},
    {"id": "lost", "question": "Who lost?", "answers": []},
]


def questions(folder: Path, *lines: object, name: str = "questions.jsonl") -> Path:
    return written(folder, "\n".join(map(json.dumps, lines)), name)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run in this process ended."""

    code: int
    out: str
    err: str
    folder: Path

    @property
    def report(self) -> Report:
        return Report.model_validate_json((self.folder / "report.json").read_bytes())


def evaluated(plan: Plan, data: Path = Path("untouched")) -> Ended:
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(Console(file=out, width=200), Console(file=err, width=200))
    code = carry_out(plan, lambda: Settings(data_dir=data), terminal)
    assert plan.out is not None
    return Ended(code, out.getvalue(), err.getvalue(), plan.out)


@pytest.fixture(scope="module")
def chat() -> Iterator[Chat]:
    replies = {"Who won?": {"content": "Mira Tallis won.", "citations": [{"id": "vote", "quote": "Mira Tallis"}]}}
    with chat_server(replies) as running:
        yield running


def test_the_sample_articles_are_asked_in_a_folder_of_their_own(tmp_path: Path) -> None:
    ended = evaluated(Plan(questions(tmp_path, *LINES), out=tmp_path / "runs" / "first"), tmp_path / "mine")
    assert ended.code == DONE
    assert not (tmp_path / "mine").exists()
    assert ended.report.questions == 2
    assert ended.report.run.name == "first"
    assert ended.report.figures.hit_k.value == 1
    assert sorted(path.name for path in ended.folder.iterdir()) == [
        "calibration.png",
        "report.json",
        "report.md",
        "risk_coverage.png",
    ]
    assert (ended.folder / "risk_coverage.png").read_bytes().startswith(PNG)
    assert (ended.folder / "calibration.png").read_bytes().startswith(PNG)
    page = (ended.folder / "report.md").read_text()
    assert page.startswith("# first: questions.jsonl")
    assert "![calibration](calibration.png)" in page
    assert "right when it answers" in ended.out
    assert "2/2" in ended.err


def test_articles_of_ones_own_are_asked_instead(tmp_path: Path) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "ferry.md").write_text(
        "---\nid: ferry\ntitle: Ferry resumes\n---\n\nThe ferry to Ostmark resumed on Monday with 214 passengers.\n"
    )
    line = {"question": "How many passengers had the ferry to Ostmark?", "answers": ["214"], "articles": ["ferry"]}
    plan = Plan(questions(tmp_path, line), articles=tmp_path / "news", out=tmp_path / "run")
    report = evaluated(plan).report
    assert report.warnings == ()
    assert report.figures.hit_1.value == 1


@pytest.mark.parametrize("given", [True, False], ids=["given", "open"])
def test_paragraphs_of_a_squad_file_are_loaded_and_asked(tmp_path: Path, given: bool) -> None:
    file = written(tmp_path, json.dumps(SQUAD), "dev-v2.json")
    report = evaluated(Plan(file, given=given, out=tmp_path / "run")).report
    assert [outcome.id for outcome in report.outcomes] == ["n1", "n2"]
    assert report.warnings == ()
    first, _ = report.outcomes
    # Three short paragraphs make a passage each.
    assert (first.rank, first.read) == (1, 1 if given else 3)


def test_a_server_of_our_contract_is_asked_in_its_own_archive(
    tmp_path: Path, served: str, sample_service: Service
) -> None:
    before = sample_service.catalog.overview()
    ended = evaluated(Plan(QUESTIONS, url=served, half="tune", limit=12, seed=3, out=tmp_path / "run"))
    assert ended.code == DONE
    assert ended.report.warnings == ()
    assert ended.report.figures.citation_precision_quote.value is not None
    assert ended.report.run.respondent.startswith(served)
    assert sample_service.catalog.overview() == before


def test_a_server_of_openais_contract_is_put_in_the_same_table(tmp_path: Path, served: str, chat: Chat) -> None:
    file = questions(tmp_path, *CHAT_LINES)
    (tmp_path / "vote.jsonl").write_text('{"id": "vote", "title": "Vote", "text": "Mira Tallis won the vote."}\n')
    peer = Plan(
        file, url=chat.address, api="openai", model=MODEL, articles=tmp_path / "vote.jsonl", out=tmp_path / "peer"
    )
    theirs = evaluated(peer)
    assert theirs.report.verdicts == {"right": 1, "rightly refused": 1}
    assert theirs.report.figures.citation_precision_quote.value == 1
    assert theirs.report.risk_coverage is None
    assert not (theirs.folder / "calibration.png").exists()
    assert "“not in the articles”" in theirs.err
    ours = evaluated(Plan(file, url=served, out=tmp_path / "ours", compare=(tmp_path / "peer" / "report.json",)))
    assert "Side by side" in ours.out
    assert "Against peer, over the 2 questions of both runs." in ours.out
    compared = json.loads((ours.folder / "comparison-1.json").read_text())
    assert (compared["this"], compared["other"]) == ("ours", "peer")
    assert "won" in compared["lost"]
    assert "## Side by side" in (ours.folder / "report.md").read_text()


def test_openais_key_goes_to_openais_servers_only(tmp_path: Path, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    file = questions(tmp_path, CHAT_LINES[0])
    evaluated(Plan(file, url=chat.address, api="openai", model=MODEL, out=tmp_path / "run"))
    assert chat.keys[-1] == "Bearer secret"


def test_a_question_that_fails_is_listed_and_the_rest_is_asked(tmp_path: Path, chat: Chat) -> None:
    failing = {"id": "bad", "question": FAIL, "answers": []}
    file = questions(tmp_path, failing, *CHAT_LINES)
    ended = evaluated(Plan(file, url=chat.address, api="openai", model=MODEL, out=tmp_path / "run"))
    assert ended.code == DONE
    assert ended.report.verdicts == {"right": 1, "rightly refused": 1, "error": 1}
    assert "No answer came" in ended.out
    assert "overloaded" in ended.out


def test_when_every_question_fails_the_exit_code_says_so(tmp_path: Path, chat: Chat) -> None:
    file = questions(tmp_path, {"question": FAIL, "answers": []})
    ended = evaluated(Plan(file, url=chat.address, api="openai", model=MODEL, out=tmp_path / "run"))
    assert ended.code == ALL_FAILED
    assert ended.report.verdicts == {"error": 1}
    # A server of another contract fails with every question.
    wrong = evaluated(Plan(questions(tmp_path, LINES[0]), url=chat.address, out=tmp_path / "wrong"))
    assert wrong.code == ALL_FAILED


def test_what_cannot_be_asked_is_said_before_anything_is_loaded(tmp_path: Path, chat: Chat) -> None:
    file = questions(tmp_path, *CHAT_LINES)
    squad = written(tmp_path, json.dumps(SQUAD), "dev-v2.json")
    (tmp_path / "taken").write_text("")
    chatting = Plan(file, url=chat.address, api="openai", model=MODEL, out=tmp_path / "run")
    evaluated(chatting)
    plans = [
        (Plan(tmp_path / "none.jsonl"), "none.jsonl: there is no such file"),
        (Plan(file, half="tune"), 'no question is marked "half": "tune"'),
        (Plan(file, api="openai", model=MODEL), "say with --url where"),
        (Plan(file, api="openai", url=chat.address), "say with --model which"),
        (Plan(file, api="openai", url=chat.address, model=MODEL, given=True), "ask with --open"),
        (Plan(file, model=MODEL), "--model: it is for --api openai"),
        (Plan(file, hide_own=True), "say with --among how many"),
        (Plan(file, url=chat.address, among=3), "without --url"),
        (Plan(squad, articles=tmp_path), "a SQuAD file brings its own articles"),
        (Plan(file, articles=tmp_path / "none"), "none: there is no such file or folder"),
        (Plan(file, out=tmp_path / "taken"), "the folder cannot be made (File exists)"),
        (Plan(file, compare=(tmp_path / "none.json",)), "none.json: there is no such file"),
        (Plan(file, compare=(file,)), "this is not JSON"),
        (Plan(file, compare=(squad,)), "run: is missing"),
        (Plan(squad, compare=(tmp_path / "run" / "report.json",)), "it has none of these questions"),
    ]
    for plan, problem in plans:
        with pytest.raises((EvaluationInputError, UnreadableSourceError)) as refusal:
            evaluated(plan)
        assert problem in str(refusal.value)
    with pytest.raises(PeerError, match="gave no answer"):
        evaluated(Plan(file, url="http://127.0.0.1:9"))
    assert not list(Path.cwd().glob("eval-*"))


def run(folder: Path, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """The command in a process of its own; `before` is Python that runs first."""
    start = f"{before}\nimport sys\nsys.argv[0] = 'qa-service'\nfrom qa_service.cli import app\napp()"
    command = [sys.executable, "-c", start, "eval", *arguments]
    environment = os.environ | {"QA_DATA_DIR": str(folder / "data"), "COLUMNS": "100"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def test_without_matplotlib_all_but_the_plots_is_written(tmp_path: Path, served: str) -> None:
    file = questions(tmp_path, *LINES)
    ended = run(tmp_path, file.name, "--url", served, before="import sys; sys.modules['matplotlib'] = None")
    assert ended.returncode == 0, ended.stderr
    assert "pip install 'news-qa-service[eval]'" in ended.stderr
    (folder,) = tmp_path.glob("eval-questions-*")
    assert sorted(path.name for path in folder.iterdir()) == ["report.json", "report.md"]
    assert "png" not in (folder / "report.md").read_text()


def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    file = questions(tmp_path, {"question": "Who?"})
    ended = run(tmp_path, file.name)
    assert ended.returncode == 2
    assert ended.stderr == "questions.jsonl, line 1: answers: is missing.\n"
    assert list(tmp_path.iterdir()) == [file]
    assert run(tmp_path, file.name, "--half", "dev").returncode == 2


def test_ctrl_c_reports_what_was_asked_so_far(tmp_path: Path) -> None:
    waiting = {"id": "wait", "question": WAIT, "answers": []}
    file = questions(tmp_path, CHAT_LINES[1], waiting, CHAT_LINES[0])
    with chat_server({}) as chat:
        arguments = ["eval", file.name, "--url", chat.address, "--api", "openai", "--model", MODEL, "--out", "run"]
        with subprocess.Popen(
            [COMMAND, *arguments],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
            # As in a terminal: tests that run in the background inherit a Ctrl-C that is ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process:
            assert chat.waiting.wait(60)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted: the rest was not asked." in said
    assert "Traceback" not in said
    report = Report.model_validate_json((tmp_path / "run" / "report.json").read_bytes())
    assert report.run.interrupted
    assert [outcome.id for outcome in report.outcomes] == ["lost"]


def test_every_option_and_exit_code_is_documented() -> None:
    command = typer.main.get_group(app).commands["eval"]
    options = [name for option in command.params for name in (*option.opts, *option.secondary_opts)]
    assert len(options) > 10
    assert not [name for name in options if name.startswith("--") and f"`{name}" not in PAGE]
    assert all(f"| {code} |" in PAGE for code in (DONE, ALL_FAILED, 2, INTERRUPTED))


def test_what_the_page_shows_works(tmp_path: Path) -> None:
    written(tmp_path, json.dumps(SQUAD), "dev-v2.0.json")
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(snippet, "evaluation.md", "exec"), {})
    loaded = list(articles_from([tmp_path / "paragraphs.jsonl"]))
    assert loaded == list(read_cases(tmp_path / "dev-v2.0.json").articles)
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (case,) = read_cases(written(tmp_path, example.replace("\n", ""))).cases
    assert case.after
