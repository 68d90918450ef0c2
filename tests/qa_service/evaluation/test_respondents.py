"""Whoever is asked answers in one form: this service, its contract over HTTP, OpenAI's chat completions."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from qa_service.errors import PeerError
from qa_service.evaluation.respondents import Chat, Given, Here, Respondent, Server, Turn, connected, refusal
from qa_service.service import Service
from tests.standins.chat import FAIL, GARBLE, MODEL, chat_server
from tests.standins.chat import Chat as ChatServer
from vector_store.article import Article
from vector_store.errors import NewsError

MAYOR = "Who is the mayor of Halvern?"
VOTE = Article("vote", "Tallis wins", "Mira Tallis won the vote.", url="https://quay.example/vote")
LINK = {
    "type": "url_citation",
    "url_citation": {"url": VOTE.url, "title": "elsewhere", "start_index": 0, "end_index": 3},
}


@pytest.fixture(scope="module")
def chat() -> Iterator[ChatServer]:
    replies: dict[str, dict[str, Any]] = {
        "Who won?": {"content": "Mira Tallis won [1].", "annotations": [LINK]},
        "By address?": {"content": "Yes.", "citations": ["https://elsewhere.example/vote", "https://x.example/"]},
        "By object?": {"content": "Yes.", "annotations": [], "citations": [{"title": "Tallis wins", "quote": "Mira"}]},
        "Nothing?": {"content": None, "annotations": None},
    }
    with chat_server(replies) as running:
        yield running


@pytest.fixture
def client(chat: ChatServer) -> Iterator[httpx.Client]:
    with connected(chat.address, key="secret") as opened:
        yield opened


@pytest.fixture
def server(served: str) -> Iterator[Server]:
    with connected(served, key=None) as opened:
        yield Server(opened)


def asked(respondent: Respondent, question: str, *earlier: Turn, articles: tuple[str, ...] = ()) -> Given:
    return respondent.ask(question, earlier, articles)


def test_this_service_and_a_server_of_it_answer_alike(sample_service: Service, server: Server) -> None:
    here, there = asked(Here(sample_service.answerer, 0), MAYOR), asked(server, MAYOR)
    assert here.lead
    assert here.lead in here.text
    assert here.passages
    assert here.cited
    ignored = {"conversation_id"}
    assert here.model_dump(exclude=ignored) == there.model_dump(exclude=ignored)


def test_a_question_can_be_limited_to_articles(sample_service: Service, server: Server) -> None:
    article = "lantern-2022-10-14-halvern-marquand"
    for respondent in (Here(sample_service.answerer, 0), server):
        passages = asked(respondent, MAYOR, articles=(article,)).passages
        assert passages
        assert {passage.article_id for passage in passages} == {article}


def test_below_the_threshold_the_words_that_would_have_answered_are_kept_apart(sample_service: Service) -> None:
    answered = asked(Here(sample_service.answerer, 0), MAYOR)
    refused = asked(Here(sample_service.answerer, 1.1), MAYOR)
    assert not answered.refused
    assert refused.refused
    assert refused.candidate == (answered.short_answer or answered.lead)
    assert (refused.short_answer, refused.cited, refused.as_of) == (None, (), None)
    assert refused.confidence == answered.confidence


def test_earlier_turns_are_of_the_same_conversation(sample_service: Service, server: Server) -> None:
    for respondent in (Here(sample_service.answerer, 0), server):
        first = asked(respondent, MAYOR)
        second = asked(respondent, "Since when?", Turn(MAYOR, first))
        assert second.conversation_id == first.conversation_id
        turns = sample_service.conversations.conversation(str(first.conversation_id)).turns
        assert [turn.question for turn in turns] == [MAYOR, "Since when?"]


def test_a_server_gives_the_articles_that_it_has(server: Server, sample_service: Service) -> None:
    wanted = "lantern-2022-10-14-halvern-marquand"
    assert server.articles([wanted, "no-such", "../archive"]) == {
        wanted: Article(
            wanted,
            sample_service.catalog.article(wanted).title,
            sample_service.catalog.article(wanted).text,
            url=sample_service.catalog.article(wanted).url,
        )
    }


def test_a_server_that_refuses_a_question_is_quoted(server: Server) -> None:
    with pytest.raises(PeerError, match=r"HTTP 422: .*article_ids"):
        asked(server, MAYOR, articles=tuple(map(str, range(1_001))))


def test_a_chat_is_told_the_whole_conversation_and_the_key(chat: ChatServer, client: httpx.Client) -> None:
    respondent = Chat(client, MODEL, {})
    first = asked(respondent, "Who won?")
    asked(respondent, "Where?", Turn("Who won?", first))
    said = [(message.role, message.content) for message in chat.requests[-1].messages]
    assert said == [("user", "Who won?"), ("assistant", "Mira Tallis won [1]."), ("user", "Where?")]
    assert chat.keys[-1] == "Bearer secret"


def test_a_chats_answer_has_no_short_one_but_its_whole_text(client: httpx.Client) -> None:
    answer = asked(Chat(client, MODEL, {"vote": VOTE}), "Who won?")
    assert (answer.lead, answer.short_answer) == ("Mira Tallis won [1].", "Mira Tallis won.")
    assert (answer.refused, answer.confidence, answer.passages) == (False, None, None)


@pytest.mark.parametrize(
    ("question", "named"),
    [("Who won?", ["vote"]), ("By address?", ["vote", "https://x.example/"]), ("By object?", ["vote"])],
)
def test_what_a_chat_cites_is_an_article_when_it_names_one(
    client: httpx.Client, question: str, named: list[str]
) -> None:
    answer = asked(Chat(client, MODEL, {"vote": VOTE}), question)
    assert [citation.article_id for citation in answer.cited] == named


@pytest.mark.parametrize("question", ["Unknown?", "Nothing?"])
def test_a_chat_that_says_that_it_does_not_know_has_refused(client: httpx.Client, question: str) -> None:
    assert asked(Chat(client, MODEL, {}), question).refused


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("The articles do not say.", True),
        ("I’m sorry, I couldn’t\nfind that.", True),
        ("", True),
        ("Mira Tallis won the vote.", False),
        ("Mira Tallis won the vote" + ", by a margin" * 15 + ". The articles do not say when.", False),
    ],
)
def test_a_refusal_is_known_by_its_phrases_near_the_beginning(text: str, refused: bool) -> None:
    assert refusal(text) is refused


@pytest.mark.parametrize(("question", "reason"), [(FAIL, "HTTP 503: .*overloaded"), (GARBLE, "not what the contract")])
def test_a_chat_that_fails_is_quoted(client: httpx.Client, question: str, reason: str) -> None:
    with pytest.raises(PeerError, match=reason):
        asked(Chat(client, MODEL, {}), question)


def test_an_address_may_end_as_openais_clients_take_it(chat: ChatServer) -> None:
    with connected(f"{chat.address}/v1/", key=None) as opened:
        assert asked(Chat(opened, MODEL, {}), "Who won?").lead == "Mira Tallis won [1]."
    assert chat.keys[-1] is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "localhost:8000", "http://[", "nonsense", ""])
def test_where_nothing_answers_that_is_said(url: str) -> None:
    with pytest.raises(NewsError, match=r"gave no answer \(.+\)\. Check --url"), connected(url, key=None):
        pass
