"""Respondents, who is asked in an evaluation: this service, or a server that speaks its contract or OpenAI's."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from qa_service.answer import Ask
from qa_service.answering import Answerer
from qa_service.errors import PeerError
from vector_store.article import Article, Filters

REFUSALS = (
    "do not say",
    "does not say",
    "don't say",
    "not in the articles",
    "cannot find",
    "can't find",
    "could not find",
    "couldn't find",
    "no information",
    "not contain information",
    "not contain any information",
    "not enough information",
    "do not mention",
    "does not mention",
    "do not provide",
    "does not provide",
    "cannot answer",
    "can't answer",
    "unable to answer",
    "unable to find",
    "don't know",
    "do not know",
)
"""A chat answer that has one of these near its beginning counts as a refusal: a chat API has no other word for it."""

# Further on, such words are about a detail: "…, but the articles do not say when".
_REFUSAL_CHARS = 200
_TIMEOUT = httpx.Timeout(10, read=300)
_REASON_CHARS = 200
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_Model = TypeVar("_Model", bound=BaseModel)


class _Foreign(BaseModel):
    """What other servers send: what is not known is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Reference(_Foreign):
    """A place in an article that an answer cites, or was read from; offsets are None where they are not told."""

    article_id: str
    number: int | None = None
    start_char: int | None = None
    end_char: int | None = None
    quote: str | None = None


class GivenClaim(_Foreign):
    """A sentence of the answer: `text[start:end]`."""

    start: int
    end: int
    citations: tuple[int, ...] = ()


class Given(_Foreign):
    """An answer, as far as it is judged: a part of `Answer`, which other servers may fill."""

    text: str
    status: str
    short_answer: str | None = None
    candidate: str | None = None
    """The words that would have answered, where the service refused."""
    as_of: date | None = None
    claims: tuple[GivenClaim, ...] = ()
    citations: tuple[Reference, ...] = ()
    passages: tuple[Reference, ...] | None = None
    """Best first; None where the server does not tell what it read."""
    confidence: float | None = Field(default=None, ge=0, le=1)
    conversation_id: str | None = None

    @property
    def refused(self) -> bool:
        """Whether it says that the articles do not say."""
        return self.status == "not_in_articles"

    def as_refusal(self) -> "Given":
        """The same, had it been refused."""
        unsaid = {"status": "not_in_articles", "candidate": self.short_answer, "short_answer": None}
        return self.model_copy(update=unsaid | {"claims": (), "citations": (), "as_of": None, "text": ""})

    @property
    def lead(self) -> str:
        """The sentence that leads; the whole text where sentences are not told apart."""
        return self.text[self.claims[0].start : self.claims[0].end] if self.claims else self.text

    @property
    def cited(self) -> tuple[Reference, ...]:
        """The citations that the answer's sentences rest on, without those of earlier figures."""
        used = {number for claim in self.claims for number in claim.citations}
        return tuple(citation for citation in self.citations if citation.number in used or not self.claims)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and its answer."""

    question: str
    given: Given


class Respondent(Protocol):
    """Whoever answers."""

    def ask(self, question: str, earlier: Sequence[Turn], articles: tuple[str, ...]) -> Given:
        """The answer, from the articles of these ids alone (none: from all), after the earlier turns.

        Raises NewsError where there is no answer.
        """


@dataclass(frozen=True, slots=True)
class Here:
    """This service, in this process. The answerer refuses nothing that has words; what is below `threshold` is refused
    here, so that the words are known which would have answered.
    """

    answerer: Answerer
    threshold: float

    def ask(self, question: str, earlier: Sequence[Turn], articles: tuple[str, ...]) -> Given:
        """See Respondent."""
        asked = Ask(question=question, conversation_id=_conversation(earlier), filters=Filters(article_ids=articles))
        given = Given.model_validate(self.answerer.answer(asked).model_dump())
        return given if given.refused or (given.confidence or 0.0) >= self.threshold else given.as_refusal()


@dataclass(frozen=True, slots=True)
class Server:
    """A server that speaks our contract (docs/api.md)."""

    client: httpx.Client

    def ask(self, question: str, earlier: Sequence[Turn], articles: tuple[str, ...]) -> Given:
        """See Respondent."""
        body = {"question": question, "filters": {"article_ids": list(articles)}}
        if conversation := _conversation(earlier):
            body |= {"conversation_id": conversation}
        return _answered(self.client, "v1/ask", body, Given)

    def articles(self, ids: Iterable[str]) -> dict[str, Article]:
        """Those of the articles that the server has, as it has them."""
        found: dict[str, Article] = {}
        for article_id in ids:
            response = _sent(self.client, "GET", f"v1/articles/{quote(article_id, safe='')}")
            if response.is_success:
                got = _read(self.client, response, _ServerArticle)
                found[article_id] = Article(got.id, got.title, got.text, url=got.url)
        return found


@dataclass(frozen=True, slots=True)
class Chat:
    """A server that speaks OpenAI's chat completions. `articles` (by id) tell which of them a link or title names."""

    client: httpx.Client
    model: str
    articles: Mapping[str, Article]

    def ask(self, question: str, earlier: Sequence[Turn], articles: tuple[str, ...]) -> Given:
        """See Respondent; `articles` must be empty, since a chat API has no word for it."""
        turns = [(turn.question, turn.given.text) for turn in earlier]
        messages = [
            _message(role, said) for turn in turns for role, said in zip(("user", "assistant"), turn, strict=True)
        ]
        body = {"model": self.model, "messages": [*messages, _message("user", question)]}
        completion = _answered(self.client, "v1/chat/completions", body, _Completion)
        message = completion.choices[0].message
        sources = message.annotations or message.citations or completion.citations or ()
        text = (message.content or "").strip()
        return Given(
            text=text,
            status="not_in_articles" if refusal(text) else "answered",
            short_answer=re.sub(r"\s*\[\d+\]", "", text),
            citations=tuple(Reference(article_id=self._named(source), quote=source.quote) for source in sources),
        )

    def _named(self, source: "_Source") -> str:
        """The id of the article that the source names, else its own name for it."""
        named = (article.id for article in self.articles.values() if source.names(article))
        return next(named, source.id or source.url or source.title or "")


def refusal(text: str) -> bool:
    """Whether a chat answer says that it has no answer: by the phrases of REFUSALS."""
    beginning = " ".join(text.replace("’", "'").split())[:_REFUSAL_CHARS].casefold()
    return not beginning or any(phrase in beginning for phrase in REFUSALS)


@contextmanager
def connected(url: str, *, key: str | None) -> Iterator[httpx.Client]:
    """A client of the server; `key` is sent as a bearer token. Raises PeerError where nothing answers there."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    base = url.rstrip("/").removesuffix("/v1")
    try:
        # A proxy of the environment may be the way to a peer, but never to this machine.
        elsewhere = urlsplit(base).hostname not in _HERE
        client = httpx.Client(base_url=base, headers=headers, timeout=_TIMEOUT, trust_env=elsewhere)
    except (httpx.InvalidURL, ValueError) as error:
        raise PeerError(url, str(error)) from error
    with client:
        _sent(client, "GET", "/")
        yield client


class _ServerArticle(_Foreign):
    id: str
    title: str
    text: str
    url: str | None = None


class _Source(_Foreign):
    """A citation as chat APIs send them: an annotation of OpenAI's, an address alone, or an object of their own."""

    id: str | None = None
    url: str | None = None
    title: str | None = None
    quote: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, value: object) -> object:
        if isinstance(value, str):
            return {"url": value}
        return value.get("url_citation", value) if isinstance(value, dict) else value

    def names(self, article: Article) -> bool:
        """Whether it is the article: by its id, its address, its title, or an address that ends in its id."""
        by_address = self.url is not None and (self.url == article.url or re.split("[/=#]", self.url)[-1] == article.id)
        return by_address or self.id == article.id or self.title == article.title


class _ChatMessage(_Foreign):
    content: str | None = None
    annotations: tuple[_Source, ...] | None = None
    citations: tuple[_Source, ...] | None = None


class _Choice(_Foreign):
    message: _ChatMessage


class _Completion(_Foreign):
    choices: tuple[_Choice, ...] = Field(min_length=1)
    citations: tuple[_Source, ...] | None = None


def _conversation(earlier: Sequence[Turn]) -> str | None:
    return earlier[-1].given.conversation_id if earlier else None


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _answered(client: httpx.Client, path: str, body: Mapping[str, object], model: type[_Model]) -> _Model:
    response = _sent(client, "POST", path, body)
    if not response.is_success:
        raise PeerError(_address(client), f"HTTP {response.status_code}: {response.text[:_REASON_CHARS]}")
    return _read(client, response, model)


def _sent(client: httpx.Client, method: str, path: str, body: Mapping[str, object] | None = None) -> httpx.Response:
    try:
        return client.request(method, path, json=body)
    except httpx.HTTPError as error:
        raise PeerError(_address(client), str(error) or type(error).__name__) from error


def _read(client: httpx.Client, response: httpx.Response, model: type[_Model]) -> _Model:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise PeerError(_address(client), f"not what the contract says: {where}: {first['msg']}") from error


def _address(client: httpx.Client) -> str:
    return str(client.base_url).rstrip("/")
