"""The search view, as a person uses it."""

import json
import re
from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.test_page import CONTRAST, EVIL, HOSTILE, fails_with, finished, highlighted, open_article

SEARCH = "**/v1/search"
FLED = "How many people have fled Ukraine?"
READ = (
    "#search-view h2, .narrowed label, .narrowed select, .narrowed input, #query, .find .send, .further .quiet, .wait, "
    ".histogram h3, .ends, .all-dates, .hit .title, .hit .byline, .passage, .passage mark, #to-chat"
)


def view(page: Page) -> Locator:
    return page.get_by_role("region", name="Search the articles")


def query(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="What to search for")


def bars(page: Page) -> Locator:
    return page.get_by_role("toolbar", name="Matching articles over time").get_by_role("button")


def titles(page: Page) -> Locator:
    return view(page).get_by_role("list").get_by_role("heading", level=3)


def naming(part: str) -> re.Pattern[str]:
    """An address with this in it."""
    return re.compile(re.escape(part))


def drawn(page: Page) -> None:
    """Wait for the result, or for what went wrong."""
    expect(view(page).locator(".found")).to_have_attribute("aria-busy", "false")


def search(page: Page, words: str) -> None:
    """Go to the search view and search."""
    page.get_by_role("link", name="Search").click()
    query(page).fill(words)
    page.keyboard.press("Enter")
    drawn(page)
    expect(page).to_have_url(naming("#search?q="))


def restart(page: Page, address: str) -> None:
    """Open the address as a link from elsewhere does; a change of the fragment alone would not load the page."""
    page.goto("about:blank")
    page.goto(address)
    drawn(page)


def asked_of_the_service(page: Page, wanted: dict[str, object]) -> dict[str, Any]:
    result: dict[str, Any] = page.request.post("/v1/search", data=wanted).json()
    return result


def a_result(**given: object) -> dict[str, Any]:
    """A result with one passage and one bar, or what is given."""
    text = "😀 Some 𝒳𝒴 people have left."
    hit = {
        "article_id": "a1",
        "revision": 1,
        "title": "Title",
        "source": "The Harbour Post",
        "url": None,
        "published": "2022-02-25T22:00:00Z",
        "start_char": 100,
        "end_char": 100 + len(text),
        "text": text,
        "highlights": [{"start_char": 107, "end_char": 109}, {"start_char": 110, "end_char": 116}],
        "score": 0.5,
    }
    day = {"from": "2022-02-25", "to": "2022-02-25", "articles": 1}
    usual = {
        "passages": [hit],
        "histogram": {"interval": "day", "bars": [day], "undated": 0, "articles": 1},
        "searched": {"articles": 40, "published_from": "2022-02-25", "published_to": "2023-01-21"},
    }
    return usual | given


def gives(result: dict[str, Any]) -> Callable[[Route], None]:
    """A stand-in for the service that finds this."""
    return lambda route: route.fulfill(content_type="application/json", body=json.dumps(result))


# Finding


def test_what_is_found_is_shown_with_its_words_marked_and_opens_at_exactly_its_characters(page: Page) -> None:
    search(page, FLED)
    result = asked_of_the_service(page, {"question": FLED, "top_k": 20})
    found = result["passages"]

    expect(titles(page)).to_have_text([hit["title"] for hit in found])
    passages = view(page).locator(".passage")
    assert passages.all_text_contents() == [hit["text"] for hit in found]
    for shown, hit in zip(passages.all(), found, strict=True):
        places = [
            (one["start_char"] - hit["start_char"], one["end_char"] - hit["start_char"]) for one in hit["highlights"]
        ]
        assert shown.locator("mark").all_text_contents() == [hit["text"][start:end] for start, end in places]
    expect(view(page)).to_contain_text(f"20 passages shown, {result['histogram']['articles']} articles have words")
    title = titles(page).nth(1).get_by_role("button")
    title.click()
    panel = open_article(page)

    assert highlighted(panel) == found[1]["text"]
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(title).to_be_focused()


def test_highlights_count_code_points(page: Page) -> None:
    page.route(SEARCH, gives(a_result()))
    search(page, "people")

    expect(view(page).locator(".passage mark")).to_have_text(["𝒳𝒴", "people"])


def test_source_dates_and_order_search_at_once_and_can_be_cleared(page: Page) -> None:
    search(page, "people")
    page.get_by_label("Source").select_option("Kestrel News")
    expect(page).to_have_url(naming("source=Kestrel+News"))
    drawn(page)
    page.get_by_label("Published from").fill("2022-03-01")
    page.get_by_label("Published to").fill("2022-12-31")
    drawn(page)
    page.get_by_label("Order").select_option("Oldest first")
    expect(page).to_have_url(naming("sort=oldest"))
    drawn(page)
    filters = {"sources": ["Kestrel News"], "published_from": "2022-03-01", "published_to": "2022-12-31"}
    wanted = {"question": "people", "top_k": 20, "sort": "oldest", "filters": filters}
    expect(titles(page)).to_have_text([hit["title"] for hit in asked_of_the_service(page, wanted)["passages"]])

    page.get_by_role("button", name="Clear source and dates").click()
    drawn(page)

    expect(page).to_have_url(re.compile(re.escape("#search?q=people&sort=oldest") + "$"))
    expect(page.get_by_role("button", name="Clear source and dates")).to_be_hidden()
    expect(query(page)).to_be_focused()


def test_articles_without_a_date_are_found_between_dates_only_when_that_is_ticked(page: Page) -> None:
    guide = "Explainer: how are refugees counted?"
    search(page, guide)
    ticked = page.get_by_label("Also articles without a date")
    expect(titles(page).filter(has_text=guide)).not_to_have_count(0)
    expect(ticked).to_be_disabled()
    page.get_by_label("Published from").fill("2022-03-01")
    drawn(page)
    expect(titles(page).filter(has_text=guide)).to_have_count(0)

    ticked.check()
    drawn(page)

    expect(page).to_have_url(naming("undated=1"))
    expect(titles(page).filter(has_text=guide)).not_to_have_count(0)
    page.reload()
    expect(ticked).to_be_checked()
    page.get_by_role("button", name="Clear source and dates").click()
    expect(ticked).not_to_be_checked()


def test_dates_the_wrong_way_round_are_not_searched(page: Page) -> None:
    search(page, "people")
    page.get_by_label("Published from").fill("2022-03-02")
    drawn(page)
    before = page.url

    page.get_by_label("Published to").fill("2022-03-01")
    query(page).press("Enter")

    expect(page).to_have_url(before)
    assert page.get_by_label("Published to").evaluate("box => box.validity.rangeUnderflow")


def test_an_empty_search_box_searches_nothing(page: Page) -> None:
    page.get_by_role("link", name="Search").click()
    expect(query(page)).to_be_focused()
    query(page).fill("   ")
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Search", exact=True)).to_be_disabled()
    expect(page.get_by_role("button", name="Ask this")).to_be_disabled()
    expect(page).to_have_url(re.compile(re.escape("#search") + "$"))


# Over time


def test_a_bar_says_its_days_and_its_articles_and_narrows_to_them(page: Page) -> None:
    search(page, FLED)
    histogram = asked_of_the_service(page, {"question": FLED, "top_k": 20})["histogram"]
    full = next(bar for bar in histogram["bars"] if bar["articles"] > 1)
    expect(bars(page)).to_have_count(len(histogram["bars"]))
    said = f"21 February 2022 – 27 February 2022: {histogram['bars'][0]['articles']} articles"
    expect(bars(page).first).to_have_accessible_name(said)

    bars(page).nth(histogram["bars"].index(full)).click()
    drawn(page)

    expect(page.get_by_label("Published from")).to_have_value(full["from"])
    expect(page.get_by_label("Published to")).to_have_value(full["to"])
    expect(view(page)).to_contain_text(f"{full['articles']} articles have words")
    widen = page.get_by_role("button", name="All dates")
    expect(widen).to_be_focused()
    page.keyboard.press("Enter")
    drawn(page)
    expect(bars(page)).to_have_count(len(histogram["bars"]))
    expect(page.get_by_label("Published from")).to_have_value("")


def test_the_bars_are_one_stop_of_the_tab_key_and_walked_with_the_arrows(page: Page) -> None:
    days = [{"from": f"2022-02-2{n}", "to": f"2022-02-2{n}", "articles": n % 3} for n in range(1, 6)]
    page.route(SEARCH, gives(a_result(histogram={"interval": "day", "bars": days, "undated": 2, "articles": 8})))
    search(page, "people")
    expect(view(page)).to_contain_text("2 articles without a date")
    page.get_by_role("button", name="Ask this").focus()

    page.keyboard.press("Tab")
    expect(bars(page).nth(4)).to_be_focused()
    expect(page.get_by_role("tooltip")).to_have_text("25 February 2022: 2 articles")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(bars(page).nth(1)).to_be_focused()  # the empty one between is passed over
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    expect(bars(page).nth(0)).to_be_focused()
    page.keyboard.press("Tab")
    expect(titles(page).first.get_by_role("button")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_label("Published to")).to_have_value("2022-02-21")


@pytest.mark.parametrize(
    ("interval", "first", "last", "said"),
    [
        ("week", "2022-02-28", "2022-03-06", "28 February 2022 – 6 March 2022: 1 article"),
        ("month", "2022-03-01", "2022-03-31", "March 2022: 1 article"),
        ("year", "2022-01-01", "2022-12-31", "2022: 1 article"),
        ("century", "1900-01-01", "1999-12-31", "1900 – 1999: 1 article"),
    ],
)
def test_every_interval_has_words(page: Page, interval: str, first: str, last: str, said: str) -> None:
    bar = {"from": first, "to": last, "articles": 1}
    page.route(SEARCH, gives(a_result(histogram={"interval": interval, "bars": [bar], "undated": 0, "articles": 1})))
    search(page, "people")

    expect(bars(page)).to_have_accessible_name(said)


# The address


def test_an_address_brings_a_search_back_as_do_back_and_forward(page: Page) -> None:
    search(page, "refugees & Poland #1?")
    page.get_by_label("Order").select_option("Newest first")
    expect(page).to_have_url(naming("sort=newest"))
    drawn(page)
    first = titles(page).all_text_contents()
    shared = page.url
    query(page).fill("storm")
    page.keyboard.press("Enter")
    expect(page).to_have_title("storm – Search – Newsdesk QA")

    page.go_back()
    expect(query(page)).to_have_value("refugees & Poland #1?")
    drawn(page)
    expect(titles(page)).to_have_text(first)
    page.go_forward()
    expect(query(page)).to_have_value("storm")
    restart(page, shared)

    expect(query(page)).to_have_value("refugees & Poland #1?")
    expect(page.get_by_label("Order")).to_have_value("newest")
    expect(titles(page)).to_have_text(first)


@pytest.mark.parametrize("odd", ["#search?sort=best&q=people", "#search?q=people&to=May&from=%ZZ", "#search?q=%F0&q=2"])
def test_no_address_breaks_the_page(page: Page, odd: str) -> None:
    restart(page, f"/{odd}")

    assert view(page).locator(".hit, .failure").count() > 0


def test_a_fragment_that_is_half_an_escape_is_a_new_conversation(page: Page) -> None:
    page.goto("about:blank")
    page.goto("/#%E0%A4%A")

    expect(page.get_by_role("heading", level=2)).to_be_visible()


def test_a_conversation_waits_while_one_searches(page: Page) -> None:
    page.get_by_role("textbox", name="Your question").fill(FLED)
    page.keyboard.press("Enter")
    search(page, "storm")  # while the answer is being made, or after
    expect(page.get_by_role("log")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Your question")).to_be_hidden()

    page.get_by_role("link", name="Ask").click()

    expect(finished(page).get_by_role("heading", level=2)).to_have_text(FLED)
    expect(page).to_have_url(naming("#cnv_"))
    expect(page.get_by_role("textbox", name="Your question")).to_be_focused()
    conversation = page.url
    page.go_back()
    expect(query(page)).to_have_value("storm")
    page.get_by_role("link", name="Ask").click()
    expect(page).to_have_url(conversation)
    page.reload()
    expect(page.get_by_role("log").get_by_role("article")).to_have_count(1)


def test_what_was_searched_for_can_be_asked(page: Page) -> None:
    search(page, FLED)
    page.get_by_role("button", name="Ask this").click()

    expect(finished(page).get_by_role("heading", level=2)).to_have_text(FLED)
    expect(view(page)).to_be_hidden()
    expect(page).to_have_url(naming("#cnv_"))
    page.go_back()
    expect(query(page)).to_have_value(FLED)


def test_the_first_link_skips_to_the_box_of_the_view(page: Page) -> None:
    for name, box in (
        ("What to search for", query(page)),
        ("Your question", page.get_by_role("textbox", name="Your q")),
    ):
        if name == "What to search for":
            search(page, "storm")
        else:
            page.get_by_role("link", name="Ask").click()
        before = page.url
        page.get_by_role("link", name="Skip to the question").press("Enter")
        expect(box).to_be_focused()
        expect(page).to_have_url(before)


# States


def test_while_it_searches_it_says_so(page: Page) -> None:
    waiting: list[Route] = []
    page.route(SEARCH, lambda route: waiting.append(route))
    page.get_by_role("link", name="Search").click()
    query(page).fill("storm")
    page.keyboard.press("Enter")
    expect(view(page).get_by_role("status")).to_have_text("Searching…")
    expect(view(page).locator(".found")).to_have_attribute("aria-busy", "true")

    gives(a_result())(waiting[0])

    drawn(page)
    expect(view(page).get_by_role("status")).to_contain_text("1 passage shown")


def test_a_late_result_does_not_replace_that_of_a_later_search(page: Page) -> None:
    waiting: list[Route] = []
    page.route(SEARCH, lambda route: waiting.append(route))
    page.get_by_role("link", name="Search").click()
    for words in ("first", "second"):
        query(page).fill(words)
        with page.expect_request(SEARCH):
            page.keyboard.press("Enter")
        expect(page).to_have_url(naming(words))
    hit = a_result()["passages"][0]
    page.wait_for_function("document.querySelector('.found').getAttribute('aria-busy') === 'true'")
    first, second = waiting
    gives(a_result(passages=[hit | {"title": "Second"}]))(second)
    expect(titles(page)).to_have_text(["Second"])
    gives(a_result(passages=[hit | {"title": "First"}]))(first)
    drawn(page)

    expect(titles(page)).to_have_text(["Second"])


def test_nothing_found_says_where_was_searched(page: Page) -> None:
    restart(page, "/#search?q=storm&source=Nobody&from=2022-03-01")
    expect(view(page)).to_contain_text("Nothing found")
    expect(view(page)).to_contain_text("There is no article of Nobody, published on 1 March 2022 or later.")

    page.get_by_role("button", name="Clear source and dates").click()
    drawn(page)

    expect(titles(page)).not_to_have_count(0)


def test_where_no_article_has_the_words_the_nearest_are_shown_as_such(page: Page) -> None:
    search(page, "zygomorphic wombats")

    expect(view(page).get_by_role("status")).to_contain_text("No article has a word of your search.")
    expect(titles(page)).not_to_have_count(0)
    expect(page.get_by_role("toolbar")).to_have_count(0)


def test_an_empty_archive_says_how_to_fill_it(page: Page) -> None:
    nothing = {"interval": "day", "bars": [], "undated": 0, "articles": 0}
    searched = {"articles": 0, "published_from": None, "published_to": None}
    page.route(SEARCH, gives(a_result(passages=[], histogram=nothing, searched=searched)))
    search(page, "storm")

    expect(view(page)).to_contain_text("There are no articles yet")
    expect(view(page)).to_contain_text("qa-service ingest FOLDER")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (lambda route: route.abort(), "cannot be reached"),
        (fails_with(500, title="Internal", detail="Report the number 1234.", code="bug"), "Report the number 1234."),
        (lambda route: route.fulfill(status=200, content_type="text/html", body="<h1>Hi</h1>"), "does not understand"),
    ],
)
def test_a_failure_is_said_and_can_be_tried_again(page: Page, failure: Callable[[Route], None], said: str) -> None:
    page.route(SEARCH, failure)
    search(page, "storm")
    expect(view(page).get_by_role("alert")).to_contain_text(said)

    page.unroute(SEARCH)
    view(page).get_by_role("button", name="Try again").click()
    drawn(page)

    expect(view(page).get_by_role("alert")).to_have_count(0)
    expect(titles(page)).not_to_have_count(0)


def test_markup_in_articles_and_in_the_search_is_shown_and_not_run(page: Page) -> None:
    assert page.request.post("/v1/articles", data=HOSTILE).ok
    restart(page, f"/#search?q={quote(EVIL)}+Zarbograd+keepers&source={quote(str(HOSTILE['source']))}")
    hit = view(page).locator(".hit").first

    expect(hit.get_by_role("heading")).to_have_text(str(HOSTILE["title"]))
    expect(hit.locator("mark", has_text="keepers").first).to_be_visible()
    expect(page.locator("img")).to_have_count(0)
    assert page.request.delete("/v1/articles/hostile").ok


# How it looks


def test_a_phone_shows_it_whole(page: Page) -> None:
    def overflow() -> int:
        width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return width

    page.set_viewport_size({"width": 390, "height": 844})
    search(page, FLED)
    assert overflow() == 0
    word = "Donau" * 80
    page.route(
        SEARCH, gives(a_result(passages=[a_result()["passages"][0] | {"text": word, "title": word, "highlights": []}]))
    )
    restart(page, f"/#search?q={word}&source={word}")
    assert overflow() == 0
    page.get_by_role("link", name="Ask").click()
    page.get_by_role("textbox", name="Your question").fill(FLED)
    page.keyboard.press("Enter")
    finished(page)
    expect(page.get_by_role("link", name="Search")).to_be_in_viewport()
    expect(page.get_by_role("button", name="New conversation")).to_be_in_viewport()

    assert overflow() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_from_its_ground(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    restart(page, "/#search?q=people&from=2022-01-01")

    ratios = page.evaluate(CONTRAST, READ.split(", "))

    assert {selector: ratio for selector, ratio in ratios.items() if ratio < 4.5} == {}
