"""The chat page, as a person uses it."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from qa_service.answer import (
    Answer,
    Citation,
    Cited,
    Claim,
    Delta,
    Done,
    Figure,
    Found,
    FoundPassage,
    NearArticle,
    Searched,
)

FLED = "How many people have fled Ukraine?"
ASK = "**/v1/ask"

# Feeds the page an answer's bytes one call at a time, which the network cannot be told to do.
FED = """
const fetched = window.fetch;
window.fetch = (url, options) => {
  if (url !== "v1/ask") return fetched(url, options);
  const body = new ReadableStream({
    start(controller) {
      window.feed = (text) => controller.enqueue(new TextEncoder().encode(text));
      window.cut = () => controller.error(new TypeError("network error"));
      options.signal.addEventListener("abort", () => controller.error(options.signal.reason));
    },
  });
  return Promise.resolve(new Response(body, { headers: { "Content-Type": "text/event-stream" } }));
};
"""

CONTRAST = """
(selectors) => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = (color) => {
    const [r, g, b] = [...rgba(color)].map((c) => (c / 255 + 0.055) / 1.055).map((c) => c ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const color = getComputedStyle(node).backgroundColor;
      if (rgba(color)[3] === 255) return color;
    }
    return "white";
  };
  return Object.fromEntries(selectors.map((selector) => {
    const node = document.querySelector(selector);
    const [a, b] = [light(getComputedStyle(node).color), light(ground(node))].sort((x, y) => y - x);
    return [selector, (a + 0.05) / (b + 0.05)];
  }));
}
"""


READ = (
    "h1, #archive, #new, .turn h2, .verdict, .conflicting .verdict, .as-of, .text, .chip, .doubt, .number, .title, "
    ".byline, blockquote, .aside, .warnings, #hint, #question, mark, .close, dialog h2, dialog .byline, .article-text"
)


def question_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Your question")


def turn(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("article").last


def ask(page: Page, question: str) -> Locator:
    """Ask, and wait for the end of the answer."""
    question_box(page).fill(question)
    page.keyboard.press("Enter")
    expect(turn(page).get_by_role("heading", level=2)).to_have_text(question)
    return finished(page)


def finished(page: Page) -> Locator:
    expect(turn(page)).to_have_attribute("aria-busy", "false")
    return turn(page)


def last_answer(page: Page) -> dict[str, Any]:
    """The answer that is shown, from the service itself."""
    conversation = page.evaluate("location.hash.slice(1)")
    answer: dict[str, Any] = page.request.get(f"/v1/conversations/{conversation}").json()["turns"][-1]
    return answer


def open_article(page: Page) -> Locator:
    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    return panel


def highlighted(panel: Locator) -> str:
    expect(panel.locator("mark").first).to_be_in_viewport()
    return "".join(panel.locator("mark").all_text_contents())


def event(event: Found | Delta | Cited | Done) -> str:
    name = {Found: "passages", Delta: "delta", Cited: "citation", Done: "done"}[type(event)]
    return f"event: {name}\r\ndata: {event.model_dump_json()}\r\n\r\n"


def answers_with(answer: Answer | str) -> Callable[[Route], None]:
    """A stand-in for the service that streams this answer, or these bytes."""
    body = answer if isinstance(answer, str) else event(Done(answer=answer))
    return lambda route: route.fulfill(status=200, content_type="text/event-stream", body=body)


def fails_with(status: int, **problem: object) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, content_type="application/problem+json", body=json.dumps(problem))


def citation(number: int, quote: str, published: datetime | None = datetime(2022, 2, 25, 22, tzinfo=UTC)) -> Citation:
    return Citation(
        number=number,
        article_id=f"a{number}",
        revision=1,
        title=f"Title {number}",
        source="The Harbour Post",
        url=None,
        published=published,
        quote=quote,
        start_char=0,
        end_char=len(quote),
    )


def an_answer(**given: object) -> Answer:
    """An answer of 70,000 people, or what is given."""
    text = "Some 70,000 people have left, 7,000 of them by sea. [1] Others say 90,000. [2]"
    usual: dict[str, Any] = {
        "id": "ans_1",
        "conversation_id": "cnv_1",
        "question": "How many left?",
        "resolved_question": "How many left?",
        "status": "answered",
        "text": text,
        "short_answer": "7,000",
        "as_of": date(2022, 2, 25),
        "claims": (
            Claim(start=0, end=51, support="supported", citations=(1,)),
            Claim(start=56, end=74, support="unsupported", citations=(2,)),
        ),
        "citations": (citation(1, "Some 70,000 people have left."), citation(2, "It was said to be 80,000.", None)),
        "figures": (),
        "passages": (),
        "nearest": (),
        "searched": Searched(articles=38, published_from=date(2022, 2, 24), published_to=date(2023, 5, 1)),
        "confidence": 0.8731,
        "answered_by": "extractive",
        "warnings": (),
        "timings_ms": {},
    }
    return Answer.model_validate(usual | given)


# What is there before the first question


def test_the_header_says_what_the_archive_covers(page: Page) -> None:
    archive = page.request.get("/v1/archive").json()

    expect(page.get_by_role("heading", level=1)).to_have_text("Newsdesk QA")
    expect(page.get_by_role("banner")).to_contain_text(f"{archive['articles']:,} article")
    expect(page.get_by_role("banner")).to_contain_text(archive["published_to"][:4])


def test_a_sample_question_is_asked_by_a_click(page: Page) -> None:
    sample = page.get_by_role("main").get_by_role("listitem").get_by_role("button").first
    question = sample.inner_text()

    sample.click()

    expect(finished(page).get_by_role("heading", level=2)).to_have_text(question)
    expect(page.get_by_text("For example")).to_be_hidden()


def test_sample_questions_that_another_request_is_looking_for_are_shown_when_they_are_found(page: Page) -> None:
    answers = iter([[], [{"question": "Who won?", "article_id": "a", "title": "A vote"}]])
    page.route("**/v1/suggestions*", lambda route: route.fulfill(json={"suggestions": next(answers)}))
    page.reload()
    expect(page.get_by_role("main").get_by_role("listitem").get_by_role("button")).to_have_text(["Who won?"])


def test_an_empty_archive_says_how_to_fill_it(page: Page) -> None:
    nothing = {"articles": 0, "passages": 0, "sources": []}
    body = json.dumps(nothing | {"published_from": None, "published_to": None})
    page.route("**/v1/archive", lambda route: route.fulfill(content_type="application/json", body=body))

    page.reload()

    expect(page.get_by_role("main")).to_contain_text("qa-service ingest FOLDER")
    expect(page.get_by_role("main")).to_contain_text("POST /v1/articles")
    expect(page.get_by_role("main").get_by_role("link")).to_have_attribute("href", "docs")


# Asking


def test_an_answer_opens_the_article_at_exactly_the_quoted_words(page: Page) -> None:
    shown = ask(page, FLED)
    answer = last_answer(page)
    cited = answer["citations"][0]
    assert answer["status"] != "not_in_articles"
    expect(shown).to_contain_text(cited["title"])
    expect(shown.get_by_role("blockquote").first).to_have_text(cited["quote"])

    chip = shown.locator(".text").get_by_role("button").first
    chip.hover()
    expect(page.get_by_role("tooltip")).to_contain_text(cited["quote"])
    chip.click()
    panel = open_article(page)

    assert highlighted(panel) == cited["quote"]
    expect(panel.get_by_role("heading")).to_have_text(cited["title"])
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(chip).to_be_focused()


def test_the_keyboard_is_enough(page: Page) -> None:
    shown = ask(page, FLED)
    chip = shown.locator(".text").get_by_role("button").first
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if chip.evaluate("chip => chip === document.activeElement"):
            break

    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("tooltip")).to_be_hidden()
    page.keyboard.press("Enter")
    panel = open_article(page)
    page.keyboard.press("Enter")

    expect(panel).to_be_hidden()
    expect(chip).to_be_focused()


def test_what_the_articles_do_not_say_is_said_so_with_the_nearest(page: Page) -> None:
    shown = ask(page, "What is the price of oil?")
    answer = last_answer(page)

    assert answer["status"] == "not_in_articles"
    expect(shown).to_contain_text("Not in the articles")
    expect(shown).to_contain_text(answer["text"])
    expect(shown).to_contain_text(f"Searched {answer['searched']['articles']:,} article")
    shown.get_by_role("listitem").get_by_role("button").first.click()
    panel = open_article(page)
    expect(panel.get_by_role("heading")).to_have_text(answer["nearest"][0]["title"])
    expect(panel.locator("mark")).to_have_count(0)


def test_an_empty_question_cannot_be_sent(page: Page) -> None:
    send = page.get_by_role("button", name="Ask", exact=True)
    expect(send).to_be_disabled()

    question_box(page).fill("  \n ")
    page.keyboard.press("Enter")

    expect(send).to_be_disabled()
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(0)


def test_a_question_over_the_limit_is_counted_and_not_sent(page: Page) -> None:
    send = page.get_by_role("button", name="Ask", exact=True)

    question_box(page).fill("😀" * 1_990)
    expect(page.get_by_role("contentinfo")).to_contain_text("10 characters left")
    expect(send).to_be_enabled()
    question_box(page).fill("😀" * 2_001)
    expect(page.get_by_role("contentinfo")).to_contain_text("1 character too many")
    page.keyboard.press("Enter")

    expect(send).to_be_disabled()
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(0)


def test_where_a_question_says_to_look_is_shown_and_can_be_taken_back(page: Page) -> None:
    question = "How many people have fled Ukraine, according to Kestrel News?"
    narrow = ask(page, question)
    expect(narrow).to_contain_text("Searched: only reports by Kestrel News")
    assert {citation["source"] for citation in last_answer(page)["citations"]} == {"Kestrel News"}

    narrow.get_by_role("button", name="Search all articles").click()

    expect(page.get_by_role("article")).to_have_count(2)
    expect(finished(page)).not_to_contain_text("Searched: only")
    assert last_answer(page)["scope"] is None
    assert last_answer(page)["question"] == question


def test_a_question_of_several_parts_shows_what_was_asked(page: Page) -> None:
    shown = ask(page, "When did Storm Ysolde reach land, and who is the king of Spain?")
    parts = last_answer(page)["parts"]
    assert [part["question"] for part in parts][1] == "Who is the king of Spain?"
    listed = shown.locator(".parts").get_by_role("listitem")
    expect(listed).to_have_count(2)
    expect(listed.last).to_contain_text("Not in the articles")


def test_a_follow_up_shows_what_was_searched_for(page: Page) -> None:
    ask(page, "How many people have fled to Poland?")
    shown = ask(page, "And to Slovakia?")
    expect(shown).to_contain_text("Searched for: How many people have fled to Slovakia?")


def test_shift_enter_starts_a_new_line(page: Page) -> None:
    question_box(page).press_sequentially("one")
    page.keyboard.press("Shift+Enter")
    question_box(page).press_sequentially("two")

    expect(question_box(page)).to_have_value("one\ntwo")


# How an answer reads


def test_an_answer_is_read_with_its_status_date_and_doubts_in_words(page: Page) -> None:
    page.route(ASK, answers_with(an_answer(status="conflicting", resolved_question="How many left Ukraine?")))
    shown = ask(page, "How many left?")

    expect(shown).to_contain_text("Sources differ")
    expect(shown).to_contain_text("as of 25 February 2022")
    expect(shown).to_contain_text("Searched for: How many left Ukraine?")
    expect(shown.locator("strong")).to_have_text("7,000")  # not the end of 70,000 or its beginning
    expect(shown).to_contain_text("Others say 90,000. (the quotes do not bear this out)")
    expect(shown).to_contain_text("Date unknown")
    expect(shown).not_to_contain_text("0.87")


def test_an_undated_answer_says_so(page: Page) -> None:
    page.route(ASK, answers_with(an_answer(as_of=None)))

    expect(ask(page, "How many left?")).to_contain_text("date unknown")


def test_only_markers_of_citations_become_buttons(page: Page) -> None:
    page.route(ASK, answers_with(an_answer(text="He said [7] so. [1]", claims=(), short_answer=None)))
    text = ask(page, "How many left?").locator(".text")

    expect(text.get_by_role("button")).to_have_text(["1"])
    expect(text).to_contain_text("He said [7] so.")


def test_a_figure_that_changed_is_a_table(page: Page) -> None:
    def figure(text: str, day: date | None, modality: str, cited: int) -> Figure:
        return Figure.model_validate(
            {"value": 1, "unit": "people", "text": text, "as_of": day, "modality": modality, "citation": cited}
        )

    figures = (figure("4 million", None, "could", 2), figure("some 70,000", date(2022, 2, 25), "estimated", 1))
    page.route(ASK, answers_with(an_answer(figures=figures, warnings=("The language model was too slow.",))))
    shown = ask(page, "How many left?")

    table = shown.get_by_role("table", name="How the figure changed")
    expect(table.get_by_role("row").nth(1)).to_have_text("Date unknown4 million forecast2")
    expect(table.get_by_role("row").nth(2)).to_have_text("25 February 2022some 70,000 estimate1")
    expect(shown).to_contain_text("The language model was too slow.")


def test_offsets_of_claims_count_code_points(page: Page) -> None:
    text = "😀😀 é. Bad."
    claims = (Claim(start=6, end=10, support="unsupported", citations=()),)
    page.route(ASK, answers_with(an_answer(text=text, claims=claims, citations=(), short_answer=None)))

    expect(ask(page, "How many left?").locator(".doubtful")).to_have_text(text[6:10])


# What goes wrong


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (lambda route: route.abort(), "cannot be reached"),
        (fails_with(429, title="Too many", detail="Wait 7 seconds.", code="rate_limited"), "Wait 7 seconds."),
        (fails_with(500, title="Internal", detail="Report the number 1234.", code="bug"), "Report the number 1234."),
        (lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>Bad</h1>"), "error 502"),
        (lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Hi</h1>"), "does not understand"),
        (answers_with("event: delta\ndata: {nonsense\n\n"), "does not understand"),
        (answers_with('event: error\ndata: {"detail":"The disk is full.","status":507}\n\n'), "The disk is full."),
        (answers_with(": still here\n\n"), "broke off before there was an answer"),
        (answers_with(event(Delta(text="Half of")) + event(Delta(text=" it"))), "broke off before it was finished"),
    ],
)
def test_a_failure_is_said_and_the_question_is_not_lost(
    page: Page, failure: Callable[[Route], None], said: str
) -> None:
    page.route(ASK, failure)
    shown = ask(page, "How many left?")
    expect(shown).to_contain_text(said)

    page.unroute(ASK)
    page.route(ASK, answers_with(an_answer()))
    shown.get_by_role("button", name="Try again").click()

    expect(finished(page)).to_contain_text("Answered")
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(1)


def test_an_archive_out_of_reach_can_be_tried_again(page: Page) -> None:
    page.route("**/v1/archive", lambda route: route.abort())
    page.reload()
    expect(page.get_by_role("banner")).to_contain_text("cannot be reached")

    page.unroute("**/v1/archive")
    page.get_by_role("button", name="Try again").click()

    expect(page.get_by_role("banner")).to_contain_text("article")


# The stream


def feed(page: Page, text: str) -> None:
    page.evaluate("(text) => feed(text)", text)


def test_the_answer_grows_under_the_eyes(page: Page) -> None:
    page.add_init_script(FED)
    page.reload()
    question_box(page).fill("How many left?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(turn(page)).to_contain_text("Searching…")

    found = FoundPassage(article_id="a", start_char=0, end_char=9, score=0.5)
    feed(page, ": still here\r\n\r\n" + event(Found(passages=(found, found))))
    expect(turn(page)).to_contain_text("Reading 2 passages…")
    feed(page, event(Delta(text="Some 70,000 people [")))
    expect(turn(page).locator(".text")).to_have_text("Some 70,000 people")
    feed(page, event(Delta(text="1] ")) + event(Cited(citation=citation(1, "70,000"))))
    expect(turn(page).locator(".text").get_by_role("button")).to_have_text("1")
    feed(page, event(Done(answer=an_answer()))[:40])
    expect(turn(page)).to_have_attribute("aria-busy", "true")
    feed(page, event(Done(answer=an_answer()))[40:])

    expect(finished(page)).to_contain_text("as of 25 February 2022")


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("document.getElementById('stop').click()", "Stopped."),
        ("cut()", "The answer broke off before it was finished."),
    ],
)
def test_what_had_arrived_stays_when_an_answer_is_stopped_or_breaks_off(page: Page, end: str, said: str) -> None:
    page.add_init_script(FED)
    page.reload()
    question_box(page).fill("How many left?")
    page.keyboard.press("Enter")
    feed(page, event(Delta(text="Some 70,000 people")))
    expect(page.get_by_role("button", name="Stop")).to_be_visible()

    page.evaluate(end)

    expect(finished(page)).to_contain_text("Some 70,000 people")
    expect(turn(page)).to_contain_text(said)
    expect(turn(page).get_by_role("button", name="Try again")).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_a_silent_service_is_given_up(page: Page) -> None:
    page.clock.install()
    page.add_init_script(FED)
    page.reload()
    question_box(page).fill("How many left?")
    page.keyboard.press("Enter")

    page.clock.fast_forward(61_000)

    expect(finished(page)).to_contain_text("broke off")


def test_a_question_can_be_stopped_before_anything_arrives(page: Page) -> None:
    page.route(ASK, lambda _: None)  # never answered
    question_box(page).fill("How many left?")
    page.keyboard.press("Enter")
    expect(turn(page)).to_contain_text("Searching…")

    page.get_by_role("button", name="Stop").click()

    expect(finished(page)).to_contain_text("Stopped.")
    expect(question_box(page)).to_be_focused()


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_events_are_the_same_however_the_bytes_are_cut(page: Page, end: str) -> None:
    text = end.join(
        [": hello", "event: delta", 'data: {"text":', "data:  1}", "", "data", "", "id: 7", "", "data: é😀", "", ""]
    )
    for cut in range(len(text) + 1):
        events = page.evaluate(
            "async (parts) => { const parse = (await import('/stream.js')).parser(); return parts.flatMap(parse); }",
            [text[:cut], "", text[cut:]],
        )
        assert events == [
            {"event": "delta", "data": '{"text":\n 1}'},
            {"event": "message", "data": ""},
            {"event": "message", "data": "é😀"},
        ]


# Conversations


def test_a_reload_brings_the_conversation_back(page: Page) -> None:
    ask(page, FLED)
    ask(page, "And who said so?")
    before = page.get_by_role("log").inner_text()

    page.reload()

    expect(page.get_by_role("log").get_by_role("article")).to_have_count(2)
    assert page.get_by_role("log").inner_text() == before


def test_a_new_conversation_begins_empty_and_back_returns(page: Page) -> None:
    ask(page, FLED)
    first = page.url

    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(0)
    expect(page.get_by_role("heading", level=2)).to_be_visible()
    expect(question_box(page)).to_be_focused()
    ask(page, FLED)
    assert page.url != first
    page.go_back()

    expect(page).to_have_url(first)
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(1)


def test_a_forgotten_conversation_is_said_and_a_new_one_begins(page: Page) -> None:
    page.goto("about:blank")  # a change of the fragment alone would not load the page
    page.goto("/#cnv_of_long_ago")

    expect(page.get_by_role("log")).to_contain_text("no longer kept")
    ask(page, FLED)
    expect(page).not_to_have_url("/#cnv_of_long_ago")


# Articles


EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"
HOSTILE = {
    "id": "hostile",
    "title": f"{EVIL} The lighthouse of Zarbograd",
    "source": f"{EVIL} Post",
    "author": EVIL,
    "url": "https://example.org/zarbograd",
    "published": "2022-03-01",
    "text": (
        f"😀👩‍👩‍👧 {EVIL} cafe\u0301 e\u0301.\r\n\r\nשלום 𝒳𝒴.\r\n\r\n"
        f"The lighthouse of Zarbograd employs 4,321 keepers {EVIL} and one cat, the harbour office said 😀.\r\n\r\n"
        "Nobody else works there."
    ),
}
KEEPERS = "How many keepers does the lighthouse of Zarbograd employ?"


def test_markup_in_an_article_and_a_question_is_shown_and_not_run(page: Page) -> None:
    assert page.request.post("/v1/articles", data=HOSTILE).ok
    ask(page, f"{EVIL} {KEEPERS}")
    shown = ask(page, KEEPERS)
    answer = last_answer(page)
    cited = answer["citations"][0]
    assert cited["article_id"] == "hostile"

    shown.locator(".text").get_by_role("button").first.click()
    panel = open_article(page)

    assert highlighted(panel) == cited["quote"] == HOSTILE["text"][cited["start_char"] : cited["end_char"]]
    assert panel.locator(".article-text").text_content() == HOSTILE["text"]
    expect(panel.get_by_role("heading")).to_have_text(HOSTILE["title"])
    expect(panel.get_by_role("link", name="Open the original")).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator("img")).to_have_count(0)
    assert page.request.delete("/v1/articles/hostile").ok


def test_a_deleted_article_has_been_withdrawn(page: Page) -> None:
    assert page.request.post("/v1/articles", data=HOSTILE).ok
    shown = ask(page, KEEPERS)
    assert page.request.delete("/v1/articles/hostile").ok

    shown.locator(".text").get_by_role("button").first.click()

    expect(open_article(page)).to_contain_text("This article has been withdrawn.")

    page.reload()

    expect(finished(page).locator(".verdict")).to_have_text("Article withdrawn")
    expect(finished(page)).not_to_contain_text("4,321")
    expect(finished(page)).not_to_contain_text("article_withdrawn")


def test_a_corrected_article_shows_the_revision_that_was_quoted(page: Page) -> None:
    assert page.request.post("/v1/articles", data=HOSTILE).ok
    shown = ask(page, KEEPERS)
    assert page.request.post("/v1/articles", data=HOSTILE | {"text": "The lighthouse is closed."}).ok

    shown.locator(".text").get_by_role("button").first.click()
    panel = open_article(page)

    expect(panel).to_contain_text("The article has changed since.")
    assert highlighted(panel) == last_answer(page)["citations"][0]["quote"]
    expect(shown.locator(".superseded")).to_have_count(0)

    page.reload()

    expect(finished(page).locator(".sources .superseded")).to_have_text(re.compile("^Superseded: the article has"))
    assert page.request.delete("/v1/articles/hostile").ok


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//example.org", None])
def test_only_a_web_address_becomes_a_link(page: Page, url: str | None) -> None:
    article = {"id": "a1", "revision": 1, "current_revision": 1, "title": "", "text": "Elsewhere.", "url": url}
    page.route(
        "**/v1/articles/**", lambda route: route.fulfill(content_type="application/json", body=json.dumps(article))
    )
    page.route(ASK, answers_with(an_answer()))
    ask(page, "How many left?").locator(".text").get_by_role("button").first.click()
    panel = open_article(page)

    expect(panel.get_by_role("link")).to_have_count(0)
    expect(panel.locator("mark")).to_have_count(0)  # never other words than those quoted
    expect(panel).to_contain_text("nothing is highlighted")


@pytest.mark.parametrize("gap", ["\n", "\n\n", "\r\n", "\r\n \r\n", "\r"])
def test_a_quote_over_several_paragraphs_is_highlighted_whole(page: Page, gap: str) -> None:
    text = gap.join(["😀 One.", "Two e\u0301 👩‍👧.", "Three.", "Four."])
    for start in range(len(text) - 3):
        marks, whole = page.evaluate(
            """async ([text, start, end]) => {
                 const { paragraphs } = await import("/article.js");
                 const { unitsAt } = await import("/offsets.js");
                 const box = document.createElement("div");
                 box.append(...paragraphs(text, ...unitsAt(text, start, end)));
                 return [[...box.querySelectorAll("mark")].map((mark) => mark.textContent).join(""), box.textContent];
               }""",
            [text, start, len(text) - 3],
        )
        assert marks == text[start : len(text) - 3]
        assert whole == text


# How it looks


def test_nothing_scrolls_sideways_on_a_phone(page: Page) -> None:
    def overflow() -> int:
        width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return width

    page.set_viewport_size({"width": 390, "height": 844})
    assert overflow() == 0
    ask(page, FLED)
    assert overflow() == 0
    shown = page.get_by_role("log").get_by_role("article").first
    word = "Donau" * 40
    long = an_answer(text=f"{word} [1]", claims=(), citations=(citation(1, word),), status="partial", warnings=(word,))
    page.route(ASK, answers_with(long))
    ask(page, word)
    assert overflow() == 0

    shown.locator(".text").get_by_role("button").first.click()
    panel = open_article(page)
    box = panel.bounding_box()

    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    assert highlighted(panel)
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    ask(page, FLED)
    near = (NearArticle(article_id="a", title="Near", source="Post", published=None),)
    page.route(ASK, answers_with(an_answer(status="not_in_articles", nearest=near, warnings=("Slow.",))))
    ask(page, "What is not there?")
    page.unroute(ASK)
    page.route(ASK, answers_with(an_answer(status="conflicting")))
    ask(page, "How many left?")
    page.locator(".text").get_by_role("button").first.click()
    highlighted(open_article(page))

    ratios = page.evaluate(CONTRAST, READ.split(", "))

    assert {selector: ratio for selector, ratio in ratios.items() if ratio < 4.5} == {}
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(23, 22, 20)" if scheme == "dark" else "rgb(251, 249, 244)"
    )


def test_the_description_of_the_api_needs_no_other_host(page: Page) -> None:
    page.goto("/docs")
    expect(page.get_by_text("/v1/ask", exact=True)).to_be_visible()
    expect(page.get_by_text("Ask a question")).to_be_visible()
