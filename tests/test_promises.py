"""The promises of the design, each as a test that fails without it."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa_service.answer import Answer, Ask
from qa_service.service import SAMPLES, Service
from vector_store.article import Filters
from vector_store.errors import NewsError
from vector_store.sentences import sentences
from vector_store.sources import articles_from

KYIV = {
    "id": "kyiv",
    "title": "The mayor of Kyiv speaks",
    "text": "Vitali Klitschko, the mayor of Kyiv, said on Friday that 15,000 people had slept in the metro stations.",
    "source": "The Harbour Post",
    "published": "2022-02-25",
}
MAYOR = {"question": "Who is the mayor of Kyiv?"}


def ask(client: TestClient, question: str, **more: object) -> Answer:
    response = client.post("/v1/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    return Answer.model_validate(response.json())


def generated_questions() -> list[str]:
    """A question about each sentence of the sample articles: its words without those at either end."""
    asked = []
    for article in articles_from([SAMPLES]):
        assert not isinstance(article, NewsError)
        for number, (start, end) in enumerate(sentences(article.text)):
            words = article.text[start:end].strip(".”“\"'").split()
            opening = ("What about", "How many", "Who", "When", "Is it true that")[number % 5]
            asked.append(f"{opening} {' '.join(words[1:12])}?")
    return asked


def test_every_quote_is_verbatim_over_500_questions(sample_service: Service) -> None:
    questions = generated_questions()[:520]
    assert len(questions) >= 500
    citations = 0
    for question in questions:
        for citation in sample_service.answerer.answer(Ask(question=question)).citations:
            article = sample_service.catalog.article(citation.article_id, citation.revision)
            assert article.text[citation.start_char : citation.end_char] == citation.quote
            citations += 1
    assert citations >= 300, "too few answers to have shown anything"


def test_every_claim_is_checked_and_cites(samples: TestClient) -> None:
    answer = ask(samples, "Who is the mayor of Halvern?")
    assert answer.claims
    quotes = {citation.number: citation.quote for citation in answer.citations}
    for claim in answer.claims:
        said = answer.text[claim.start : claim.end]
        assert claim.support == "supported"
        assert said == " ".join(quotes[claim.citations[0]].split())


@pytest.mark.parametrize("question", ["What is the price of oil?", "Who won the football world cup?", "Wer ist das?"])
def test_what_the_articles_do_not_say_is_said_to_be_missing(samples: TestClient, question: str) -> None:
    answer = ask(samples, question)
    assert answer.status == "not_in_articles"
    assert answer.citations == ()
    assert answer.nearest
    assert answer.searched.articles == 40
    assert "The articles do not say." in answer.text


def test_an_answer_carries_the_date_of_what_it_rests_on(client: TestClient) -> None:
    client.post("/v1/articles", json=KYIV)
    assert ask(client, **MAYOR).as_of == date(2022, 2, 25)


def test_an_unknown_date_stays_unknown(client: TestClient) -> None:
    client.post("/v1/articles", json={name: value for name, value in KYIV.items() if name != "published"})
    answer = ask(client, **MAYOR)
    assert answer.status == "answered"
    assert answer.as_of is None
    assert answer.citations[0].published is None


def test_the_newest_report_leads_and_earlier_ones_are_listed(client: TestClient) -> None:
    for day, count in (("2022-03-03", "1 million"), ("2022-03-15", "3 million"), ("2022-03-08", "2 million")):
        text = f"Some {count} people have fled the country since the war began, the UN refugee agency said."
        client.post("/v1/articles", json={"title": "Refugees", "text": text, "published": day})
    answer = ask(client, "How many people have fled the country?")
    assert "3 million" in str(answer.short_answer)
    assert answer.as_of == date(2022, 3, 15)
    figures = [(str(figure.as_of), figure.value) for figure in answer.figures]
    assert figures == [("2022-03-15", 3e6), ("2022-03-08", 2e6), ("2022-03-03", 1e6)]


def test_reports_of_one_day_that_differ_are_both_said(client: TestClient) -> None:
    for source, count in (("Meridian Wire", "116,000"), ("Danube Courier", "150,000")):
        text = f"At least {count} people have fled Ukraine, officials said on Saturday."
        client.post("/v1/articles", json={"title": source, "text": text, "source": source, "published": "2022-02-26"})
    answer = ask(client, "How many people have fled Ukraine?")
    assert answer.status == "conflicting"
    assert "116,000" in answer.text
    assert "150,000" in answer.text


def test_a_forecast_is_not_reported_as_a_fact(client: TestClient) -> None:
    fact = "Some 50,000 people have fled Ukraine, the UN refugee agency said."
    forecast = "Up to 4 million people could flee Ukraine, the UN refugee agency said."
    client.post("/v1/articles", json={"title": "Now", "text": fact, "published": "2022-02-25"})
    client.post("/v1/articles", json={"title": "Later", "text": forecast, "published": "2022-02-26"})
    assert ask(client, "How many people have fled Ukraine?").short_answer == "Some 50,000"


def test_a_deleted_article_never_answers(client: TestClient) -> None:
    client.post("/v1/articles", json=KYIV)
    before = ask(client, **MAYOR)
    assert before.status == "answered"
    assert client.delete("/v1/articles/kyiv").status_code == 204
    again = ask(client, **MAYOR, conversation_id=before.conversation_id)
    assert again.status == "not_in_articles"
    doors = [
        client.post("/v1/search", json=MAYOR),
        client.get("/v1/articles"),
        client.get("/v1/articles/kyiv"),
        client.get("/v1/articles/kyiv/revisions/1"),
        client.get("/v1/archive"),
        client.get(f"/v1/answers/{before.id}"),
        client.get(f"/v1/conversations/{before.conversation_id}"),
    ]
    assert not [response.url for response in doors if "Klitschko" in response.text]


def test_a_corrected_article_answers_from_its_newest_revision_only(client: TestClient) -> None:
    client.post("/v1/articles", json=KYIV)
    client.post("/v1/articles", json={**KYIV, "text": KYIV["text"].replace("15,000", "51,000")})
    answer = ask(client, "How many people slept in the metro stations?")
    assert answer.short_answer == "51,000"
    assert answer.citations[0].revision == 2
    assert len(answer.figures) == 1


def test_a_search_never_leaves_its_filters(samples: TestClient) -> None:
    filters = {"sources": ["Kestrel News"], "published_to": "2022-03-31"}
    passages = samples.post("/v1/search", json={"question": "refugees", "top_k": 50, "filters": filters}).json()[
        "passages"
    ]
    assert passages
    assert {passage["source"] for passage in passages} == {"Kestrel News"}
    assert max(passage["published"] for passage in passages) < "2022-04-01"
    assert Filters.model_validate(filters).empty is False


_WITHOUT_NETWORK = """
import socket, sys
from pathlib import Path
def refuse(*args, **more):
    raise SystemExit(f"a connection was tried: {args}")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
from qa_service.answer import Answer, Ask
from qa_service.service import open_service
from qa_service.settings import Settings
from vector_store.article import Article
with open_service(Settings(data_dir=Path(sys.argv[1]))) as service:
    list(service.ingester.add([Article("a", "Oil", "A barrel of oil costs 95 dollars, traders said.")]))
    print(service.answerer.answer(Ask(question="How much does a barrel of oil cost?")).short_answer)
"""


def test_start_and_answer_reach_no_other_host(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
    run = [sys.executable, "-c", _WITHOUT_NETWORK, str(tmp_path)]
    done = subprocess.run(run, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "95 dollars" in done.stdout
