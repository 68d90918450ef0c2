"""A follow-up is asked as a question of its own; a fresh question is left exactly as it was written."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_service.evaluation.cases import read_cases
from qa_service.evaluation.report import gold_warnings
from qa_service.followups import LONGEST, Turn, resolve
from qa_service.service import SAMPLES
from vector_store.article import Article
from vector_store.sources import articles_from

QUESTIONS = Path(__file__).with_name("follow_up_questions.jsonl")
FLED = Turn(
    "How many people have fled Ukraine?",
    "5.3 million",
    "Two months on, 5.3 million people have fled Ukraine, a spokesperson for the agency said in Geneva.",
)
POLAND = Turn("How many have fled to Poland according to Reuters?", "1.2 million", "")
BY_DAY = Turn("How many people had fled Ukraine on 8 March 2022?", "two million", "")
MAYOR = Turn("Who is the mayor of Halvern?", "Ilse Marquand", "Ilse Marquand is mayor. She is the first woman to be.")
CHIEF = Turn("Who runs Orlund Power now?", "Rafael Lindmark", "Rafael Lindmark took over on 1 November.")
STORM = Turn("How many people died in Storm Ysolde?", "12", "The death toll was raised to 12 this week.")
FIRE = Turn("What caused the fire at the Dunmarch plant?", "a faulty sensor", "The cause was a faulty sensor.")
FRAUD = Turn("Was there any fraud?", "There is no sign of fraud", '"There is no sign of fraud," Judge Castell said.')
VOTES = Turn("How many votes did Ilse Marquand receive in the recount?", "29,881", "")
SEATS = Turn("How many seats did the Civic Alliance win on Halvern's council?", "19", "")
PROFIT = Turn("What was Orlund's profit in the first quarter of 2022?", "38 million euros", "")
WORKERS = Turn("How many people work at Orlund's plant in Dunmarch?", "900", "")
TAKEN = Turn("How many refugees has Romania taken in?", "757,000", "")
REFUSED = Turn("How many refugees has Portugal taken in?", None, "")
UNKNOWN = Turn("Who is the mayor of Lviv?", None, "")
MOLDOVA = Turn("How many people had come to Moldova by 6 March 2022?", "230,000", "")
HOSTS = Turn("How much are British hosts of Ukrainians paid?", "£350 a month", "")
FACTORY = Turn("Where is Orlund's second factory?", "Dunmarch", "")
TRAWLER = Turn("Which trawler was driven on to rocks in the storm?", "Corrie Maid", "")
ELECTED = Turn("Who won the mayoral election in Halvern?", "Ilse Marquand", "")
JUDGE = Turn("Who ordered the recount in Halvern?", "Judge Hermine Castell", "")
DENMARK = Turn("Is Denmark bound by the Temporary Protection Directive?", "Denmark is not bound by it", "")
SURVEY = Turn("How many adults were telephoned for the displacement survey?", "2,000", "")

CONVERSATIONS = [
    # The words left out come from the question before; all else of it stays.
    ([FLED], "and to Poland?", "How many people have fled Ukraine to Poland?"),
    ([POLAND], "and to Moldova?", "How many have fled to Moldova according to Reuters?"),
    ([POLAND], "and according to Kestrel News?", "How many have fled to Poland according to Kestrel News?"),
    ([POLAND], "What about Romania?", "How many have fled to Romania according to Reuters?"),
    ([BY_DAY], "And on 15 March?", "How many people had fled Ukraine on 15 March 2022?"),
    ([FLED], "on 3 March 2022?", "How many people have fled Ukraine on 3 March 2022?"),
    ([FLED], "And now?", "How many people have fled Ukraine now?"),
    ([PROFIT], "And in the second quarter?", "What was Orlund's profit in the second quarter of 2022?"),
    ([PROFIT], "What about the third?", "What was Orlund's profit in the third quarter of 2022?"),
    ([FLED], "what about children?", "How many children have fled Ukraine?"),
    ([FLED], "And how many women?", "How many women have fled Ukraine?"),
    ([TAKEN], "And Hungary?", "How many refugees has Hungary taken in?"),
    ([VOTES], "And Dagny Achterberg?", "How many votes did Dagny Achterberg receive in the recount?"),
    ([SEATS], "And the Progress Union?", "How many seats did the Progress Union win on Halvern's council?"),
    ([MAYOR], "And of Lviv?", "Who is the mayor of Lviv?"),
    ([MAYOR], "And the governor?", "Who is the governor of Halvern?"),
    ([TAKEN, REFUSED], "And Slovakia?", "How many refugees has Slovakia taken in?"),
    # The same question, asked for something else.
    ([FLED], "why?", "Why have people fled Ukraine?"),
    ([TAKEN], "When?", "When has Romania taken in refugees?"),
    ([STORM], "When was that?", "When did people die in Storm Ysolde?"),
    ([JUDGE], "Why?", "Why did Judge Hermine Castell order the recount in Halvern?"),
    ([DENMARK], "Why not?", "Why isn't Denmark bound by the Temporary Protection Directive?"),
    ([MAYOR], "since when?", "Since when is Ilse Marquand the mayor of Halvern?"),
    ([FIRE], "When was that?", "When was the fire at the Dunmarch plant?"),
    ([MAYOR], "Who else?", "Who else is the mayor of Halvern?"),
    # Who said it, with the words.
    ([FLED], "who said that?", "Who said “Two months on, 5.3 million people have fled Ukraine”?"),
    ([FRAUD], "Who said that?", "Who said “There is no sign of fraud”?"),
    # Persons.
    ([CHIEF], "How old is he?", "How old is Rafael Lindmark?"),
    ([MAYOR], "When will she be sworn in?", "When will Ilse Marquand be sworn in?"),
    ([CHIEF], "Who was his predecessor?", "Who was Rafael Lindmark's predecessor?"),
    ([CHIEF], "And his predecessor?", "Who is Rafael Lindmark's predecessor?"),
    ([MAYOR], "Who was mayor before her?", "Who was mayor before Ilse Marquand?"),
    ([MAYOR, STORM], "How old is she?", "How old is Ilse Marquand?"),
    ([UNKNOWN], "How old is he?", "How old is the mayor of Lviv?"),
    # Of two persons the one that the answer calls so, though the other was named later.
    ([MAYOR, Turn("Who was second?", "Tobias Renner", "Tobias Renner lost his office.")], "How old is she?",
     "How old is Ilse Marquand?"),
    # Things, places, groups.
    ([STORM], "how many houses did it flood?", "How many houses did Storm Ysolde flood?"),
    ([TRAWLER], "How many men were rescued from it?", "How many men were rescued from Corrie Maid?"),
    ([CHIEF], "What does the company make?", "What does Orlund Power make?"),
    ([STORM], "Was the storm expected?", "Was Storm Ysolde expected?"),
    ([FACTORY], "How many people work there?", "How many people work in Dunmarch?"),
    ([MOLDOVA], "And how many of them were still there?",
     "How many of the people who had come to Moldova by 6 March 2022 were still in Moldova?"),
    ([FLED], "how many of them went to Romania?", "How many of the people who have fled Ukraine went to Romania?"),
    ([FLED], "And how many are children?", "How many of the people who have fled Ukraine are children?"),
    ([FLED], "How many have returned?", "How many of the people who have fled Ukraine have returned?"),
    ([FLED], "Where did they go?", "Where did the people who have fled Ukraine go?"),
    ([FLED], "How many of these were children?", "How many of the people who have fled Ukraine were children?"),
    ([WORKERS], "How many of them will be moved?",
     "How many of the people who work at Orlund's plant in Dunmarch will be moved?"),
    ([HOSTS], "And how long can their guests stay?", "How long can the guests of British hosts of Ukrainians stay?"),
    ([ELECTED], "Has a woman held that office before?", "Has a woman held the office of mayor of Halvern before?"),
    # What leans on a scene is told where.
    ([STORM], "How strong was the wind?", "How strong was the wind in Storm Ysolde?"),
    ([FIRE], "Was anyone hurt?", "Was anyone hurt in the fire at the Dunmarch plant?"),
    ([SURVEY], "And who led the analysis?", "Who led the analysis for the displacement survey?"),
]  # fmt: skip

FRESH = [
    "Is there a curfew in Kyiv?",
    "Is it true that Moldova applied to join the EU?",
    "It is said that Orlund will close its plant. When?",
    "Which companies said that profits fell?",
    "How long does it take to travel from Lviv to Przemyśl?",
    "Has Orlund said when it will pay a dividend?",
    "Does Renner admit that he lost?",
    "Did Ilse Marquand keep her promise?",
    "How many refugees are there in Romania?",
    "Who is the governor of the Carrow Coast?",
    "What was Orlund's profit in the second quarter of 2022?",
    "What did the court that ruled on the recount say?",
    "Who said that the wall was too low?",
    "Which party won most seats in Halvern?",
    "What is a refugee?",
    "  Who leads   the UN refugee agency",
    "Thanks!",
    "?",
]


@pytest.mark.parametrize(("before", "question", "resolved"), CONVERSATIONS)
def test_a_follow_up_is_asked_in_full(before: list[Turn], question: str, resolved: str) -> None:
    assert resolve(question, before) == resolved


@pytest.mark.parametrize("question", FRESH)
@pytest.mark.parametrize("before", [FLED, MAYOR, CHIEF, STORM, UNKNOWN, TAKEN], ids=lambda turn: turn.question)
def test_a_fresh_question_is_left_as_it_was_written(question: str, before: Turn) -> None:
    assert resolve(question, [before]) == question


@pytest.mark.parametrize("question", sorted({question for _, question, _ in CONVERSATIONS} | set(FRESH)))
def test_the_first_question_is_left_as_it_was_written(question: str) -> None:
    assert resolve(question, []) == question


@pytest.mark.parametrize(("before", "resolved"), [(before, resolved) for before, _, resolved in CONVERSATIONS])
def test_a_question_that_was_resolved_stands_on_its_own(before: list[Turn], resolved: str) -> None:
    assert resolve(resolved, before) == resolved


def test_what_is_long_past_is_forgotten() -> None:
    assert resolve("How old is he?", [CHIEF, *[Turn("Was there any fraud?", None, "")] * 20]) == "How old is he?"


_SAID = """who what when where why how many much of to in Poland Ukraine's the a that this it its they them there then
he his her and about which is are was did has fled went said people 3 March 2022 “Reuters” according , ? ! 's é ** ("""
_WORDS = st.sampled_from([*_SAID.split(), "\n", " "])
_TEXTS = st.one_of(st.lists(_WORDS, max_size=14).map(" ".join), st.text(max_size=60))


@given(question=_TEXTS, before=st.lists(st.builds(Turn, _TEXTS, st.none() | _TEXTS, _TEXTS), max_size=3))
@settings(max_examples=400, deadline=None)
def test_whatever_is_said_gives_a_question_that_may_be_asked(question: str, before: list[Turn]) -> None:
    resolved = resolve(question, before)
    assert len(resolved) <= LONGEST
    assert resolved == question or resolved.strip()


@pytest.mark.parametrize("piece", ["the people who ", "Ann ", "and ", "of the ", "a. ", '"X ', "in 2014 ", "that "])
def test_long_texts_are_no_harm(piece: str) -> None:
    long = (piece * LONGEST)[:LONGEST]
    assert resolve(long, [FLED]) == long
    for question in ("why?", "who said that?", "and to Poland?", "how many of them are there?"):
        assert len(resolve(question, [Turn(long[:590], long, long), Turn(long, None, "")])) <= LONGEST


def test_our_follow_ups_are_split_and_every_gold_quote_stands_in_its_article() -> None:
    cases = read_cases(QUESTIONS).cases
    articles = {one.id: one for one in articles_from([SAMPLES]) if isinstance(one, Article)}
    assert len(cases) == 40
    assert sorted(case.half or "" for case in cases) == ["test"] * 20 + ["tune"] * 20
    assert gold_warnings(cases, articles) == []
    assert all(json.loads(line)["after"] for line in QUESTIONS.read_text("utf-8").splitlines())
