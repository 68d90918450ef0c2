"""Questions made from sentences, such as can be asked as they are; none where the words do not allow it."""

import re

import pytest

from qa_service.question_generation import generate
from qa_service.service import SAMPLES
from vector_store.article import Article
from vector_store.errors import NewsError
from vector_store.sources import articles_from

CONTEXT = (
    "\n\nPeople in Ukraine, in Poland and in Slovakia, where Tobias Renner was, heard of Orlund Power and of Orlund, in"
    " the Civic Alliance, in Port Lanning, in the Kremlin, from Warsaw to Denmark."
)
"""Shows which words are names: those with a capital within a sentence."""


def made_from(text: str, language: str | None = None) -> dict[str, str]:
    """Questions and the words that should answer."""
    made = generate(Article(id="a", title="A report", text=text + CONTEXT, language=language))
    return {question.text: question.answer.text for question in made}


@pytest.mark.parametrize(
    ("sentence", "question", "answer"),
    [
        (
            "GENEVA: Some 70,000 people have left Ukraine since the invasion began, the UN agency said on Friday.",
            "How many people have left Ukraine since the invasion began?",
            "Some 70,000",
        ),
        ("About 26,000 people had entered Poland.", "How many people entered Poland?", "About 26,000"),
        (
            "In Poland, only 12,000 nurses had arrived by 7 April 2022.",
            "In Poland, how many nurses had arrived by 7 April 2022?",
            "12,000",
        ),
        (
            "Of the 83 boats in Port Lanning's harbour, 31 have sunk, according to the harbour master.",
            "How many of the 83 boats in Port Lanning's harbour have sunk?",
            "31",
        ),
        (
            "The number of people killed by Storm Ysolde has gone up to 11.",
            "How many people were killed by Storm Ysolde?",
            "11",
        ),
        ("Orlund employs 7,100 people, 900 of whom weld.", "How many people does Orlund employ?", "7,100"),
        (
            "Poland, next door, has set up nine reception points along its frontier.",
            "How many reception points has Poland set up along its frontier?",
            "nine",
        ),
        (
            "The Civic Alliance won 19 of the 45 seats, a gain of three.",
            "How many of the 45 seats did the Civic Alliance win?",
            "19",
        ),
        (
            "It lies in Russia, whose military campaign has killed at least 137 Ukrainians and threatens others.",
            "How many Ukrainians has Russia's military campaign killed?",
            "at least 137",
        ),
        ("Warsaw, a city of 1.8 million people, was full.", "How many people live in Warsaw?", "1.8 million"),
        ("Orlund Power earned 11 million euros.", "How much did Orlund Power earn?", "11 million euros"),
        ("Orlund spent 500 crowns on soap.", "How much did Orlund spend on soap?", "500 crowns"),
        (
            "Warsaw's population has grown by 15 percent since February.",
            "By how much has Warsaw's population grown since February?",
            "15 percent",
        ),
        ("The mayor of Kyiv, Vitali Klitschko, spoke.", "Who is the mayor of Kyiv?", "Vitali Klitschko"),
        ("Vitali Klitschko, the mayor of Kyiv, spoke.", "Who is the mayor of Kyiv?", "Vitali Klitschko"),
        ("Kremlin spokesman Dmitry Peskov said so.", "Who is the Kremlin spokesman?", "Dmitry Peskov"),
        (
            "Martin Griffiths, the UN's relief coordinator, came.",
            "Who is the UN's relief coordinator?",
            "Martin Griffiths",
        ),
        ("Ilse Marquand will be the next mayor of Halvern.", "Who will be the next mayor of Halvern?", "Ilse Marquand"),
        (
            "The Homes for Ukraine scheme was presented to parliament by Michael Gove.",
            "Who presented the Homes for Ukraine scheme to parliament?",
            "Michael Gove",
        ),
        ("Renner was sworn in on 1 November 2014.", "When was Tobias Renner sworn in?", "on 1 November 2014"),
        (
            "On 8 April a missile hit the railway station of Kramatorsk, in the east.",
            "When did a missile hit the railway station of Kramatorsk?",
            "On 8 April",
        ),
        ("Tobias Renner, mayor since 2014, smiled.", "When did Tobias Renner become mayor?", "2014"),
        ("Orlund Power, which makes batteries for ships, grew.", "What does Orlund Power make?", "batteries for ships"),
        (
            "The governor, Ada Quist, ordered the evacuation of all the people in Poland.",
            "What did Ada Quist order?",
            "the evacuation of all the people in Poland",
        ),
        (
            "Orlund Power has asked for a loan from its banks.",
            "What has Orlund Power asked for?",
            "a loan from its banks",
        ),
        ("Hospitals in Warsaw added 7,000 beds.", "How many beds did hospitals in Warsaw add?", "7,000"),
        (
            "Police in Poland have increased patrols at stations after reports of thefts.",
            "Why have police in Poland increased patrols at stations?",
            "after reports of thefts",
        ),
        (
            "It is full, said Ewa Dudzic, a provincial councillor in Rzeszów.",
            "Who is Ewa Dudzic?",
            "provincial councillor in Rzeszów",
        ),
    ],
)
def test_a_sentence_that_states_it_becomes_the_question(sentence: str, question: str, answer: str) -> None:
    assert made_from(sentence).get(question) == answer


@pytest.mark.parametrize(
    "sentence",
    [
        "They employ 7,100 people.",
        "The company employs 7,100 people in Poland.",
        "About 26,000 people had entered the country.",
        "About 26,000 people had entered Poland by Friday.",
        "About 26,000 people have entered Poland in three days.",
        "In Poland, 300 women left.",
        "Two days after the storm, 300 people left Poland.",
        "Another 350,000 people have gone back.",
        "Up to four million people could leave Ukraine.",
        "Poland received 281,000 people by Monday.",
        "Insurers paid 480 million crowns.",
        "Some 700 people have come from Poland, Slovakia and Denmark.",
        "The former mayor of Kyiv, Vitali Klitschko, spoke.",
        "Its managing director, Petra Sandoval, spoke.",
        "Poland was invited on Monday.",
        '"Some 70,000 people have left Ukraine," he said.',
        "Orlund needed 14 days.",
        "Orlund Power denied that there was a plan and opened an office in Warsaw.",
        "They ordered the evacuation of Warsaw.",
        "Orlund asked a bank in Warsaw.",
        "Some 5,000 people have not left Ukraine.",
        "How many people have left Ukraine?",
    ],
)
def test_no_question_is_made_of_what_leans_on_other_sentences_or_is_not_stated(sentence: str) -> None:
    assert made_from(sentence) == {}


@pytest.mark.parametrize(
    ("sentence", "tally"),
    [
        ("Some 70,000 people have left Ukraine.", "people"),
        ("Of the 83 boats in Port Lanning's harbour, 31 have sunk.", "boats"),
        ("Orlund employs 7,100 people.", "people"),
        ("Warsaw, a city of 1.8 million people, was full.", None),
        ("The Civic Alliance won 19 of the 45 seats.", None),
        ("Slovakia had 720,000 residents before the war.", None),
        ("Vitali Klitschko, the mayor of Kyiv, spoke.", None),
    ],
)
def test_a_count_that_goes_on_after_the_report_is_told_apart(sentence: str, tally: str | None) -> None:
    made = generate(Article(id="a", title="A report", text=sentence + CONTEXT))
    assert {question.tally for question in made} == {tally}


def test_an_article_in_another_language_has_no_questions() -> None:
    assert made_from("Some 70,000 people have left Ukraine.", language="en-GB")
    assert made_from("Some 70,000 people have left Ukraine.", language="fr") == {}


def test_questions_of_real_articles_can_be_asked_by_themselves() -> None:
    articles = [article for article in articles_from([SAMPLES]) if not isinstance(article, NewsError)]
    questions = [question for article in articles for question in generate(article)]
    assert len({question.text for question in questions}) > 30
    for question in questions:
        assert re.fullmatch(r"(?:How|By|In|Who|When|What|Why)\b[^?¤]+[^\s?]\?", question.text)
        assert 4 <= len(question.text.split()) <= 16
        assert not re.search(r"\b(?:he|she|it|they|this|these|Monday|Tuesday|week|today|company)\b", question.text)
        assert question.answer.text
        assert question.answer.text.casefold() not in question.text.casefold()
