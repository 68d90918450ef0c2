"""What is said, from findings made by hand: real articles, spans found by the real rules, scores given."""

from dataclasses import replace
from datetime import UTC, date, datetime

from qa_service.answer import Searched
from qa_service.composition import Composition, nothing_found
from qa_service.composition import compose as composed_at
from qa_service.figures import day_of, figure, timeline
from qa_service.findings import Finding, Reading
from qa_service.question import Question, read_question
from qa_service.spans import answer_span
from vector_store.article import Article, Passage

FLED = read_question("How many people have fled Ukraine?")
THRESHOLD = 0.5
WHO = read_question("Who is the chief executive of Orlund?")


def finding(question: Question, text: str, day: str | None, score: float = 0.8, article_id: str = "") -> Finding:
    published = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    article = Article(article_id or text, "Title", text, published=published)
    quote = Passage(article, 0, len(text))
    found = answer_span(question, text)
    return Finding(quote, score, Passage(article, found.start, found.end) if found else None, found)


def fled(count: str, day: str | None, score: float = 0.8, article_id: str = "") -> Finding:
    return finding(FLED, f"{count} people have fled Ukraine.", day, score, article_id)


def reading(*findings: Finding) -> Reading:
    ordered = tuple(sorted(findings, key=lambda one: -one.score))
    return Reading(ordered, ordered[0].score if ordered else 0)


def compose(question: Question, read: Reading) -> Composition:
    return composed_at(question, read, THRESHOLD)


def test_weak_evidence_is_no_answer() -> None:
    composed = compose(FLED, reading(fled("2 million", "2022-03-08", THRESHOLD - 0.01)))
    assert composed.status == "not_in_articles"
    assert not composed.statements
    assert compose(FLED, reading(fled("2 million", "2022-03-08", THRESHOLD))).status == "answered"
    assert compose(FLED, reading()).status == "not_in_articles"


def test_the_newest_value_leads_though_an_older_one_scores_higher() -> None:
    composed = compose(FLED, reading(fled("1 million", "2022-03-03", 0.9), fled("2 million", "2022-03-08", 0.85)))
    assert composed.lead is not None
    assert "2 million" in composed.lead.quote.text
    assert [day_of(one) for one in composed.history] == [date(2022, 3, 3)]
    assert composed.status == "answered"


def test_an_undated_value_never_outranks_a_dated_one() -> None:
    composed = compose(FLED, reading(fled("9 million", None, 0.9), fled("2 million", "2022-03-08", 0.85)))
    assert composed.lead is not None
    assert "2 million" in composed.lead.quote.text


def test_a_much_weaker_newer_value_does_not_lead() -> None:
    composed = compose(FLED, reading(fled("2 million", "2022-03-08", 0.95), fled("9 million", "2022-04-08", 0.4)))
    assert composed.lead is not None
    assert "2 million" in composed.lead.quote.text


def test_values_of_one_day_that_differ_conflict() -> None:
    composed = compose(FLED, reading(fled("116,000", "2022-02-26"), fled("150,000", "2022-02-26", 0.79)))
    assert composed.status == "conflicting"
    assert len(composed.statements) == 2


def test_values_of_one_day_that_agree_are_cited_together() -> None:
    composed = compose(FLED, reading(fled("1,000,000", "2022-03-03"), fled("One million", "2022-03-03", 0.79)))
    assert composed.status == "answered"
    assert [len(statement.findings) for statement in composed.statements] == [2]


def test_copies_of_one_report_are_no_second_source_of_its_figure() -> None:
    original = fled("2 million", "2022-03-08", 0.9, "wire")
    other = fled("Some 2 million", "2022-03-08", 0.8, "other")
    copied = replace(other.quote.article, id="post", duplicate_of="wire")
    copy = replace(other, quote=replace(other.quote, article=copied))
    composed = compose(FLED, reading(original, copy, other))
    assert composed.statements[0].findings == (original, other)
    assert compose(FLED, reading(original, copy)).statements[0].findings == (original,)


def test_a_forecast_leads_only_where_it_is_asked_for() -> None:
    could = finding(FLED, "Up to 4 million people could flee Ukraine.", "2022-03-09", 0.9)
    told = compose(FLED, reading(could, fled("2 million", "2022-03-08", 0.85)))
    future = read_question("How many people could flee Ukraine?")
    asked = compose(future, reading(finding(future, "Up to 4 million people could flee Ukraine.", "2022-03-09", 0.9)))
    assert asked.lead is not None
    assert "4 million" in asked.lead.quote.text
    assert timeline(FLED, [fled("2 million", "2022-03-08"), could]) is not None
    assert all(one.found and one.found.quantity and one.found.quantity.modality != "could" for one in told.history)


def test_of_equally_good_names_the_newer_report_leads() -> None:
    old = finding(WHO, "Orlund's chief executive is Marit Vesterlund.", "2022-05-10", 0.9)
    new = finding(WHO, "Orlund's chief executive is Henrik Lindmark.", "2022-11-08", 0.88)
    composed = compose(WHO, reading(old, new))
    assert composed.lead is not None
    assert "Lindmark" in composed.lead.quote.text


def test_a_sentence_without_what_was_asked_for_answers_in_part() -> None:
    when = read_question("When did the storm arrive?")
    composed = compose(when, reading(finding(when, "The storm arrived without warning.", "2022-05-10", 0.9)))
    assert composed.status == "partial"


def test_a_figure_is_what_the_finding_says() -> None:
    made = figure(fled("More than 2 million", "2022-03-08"), 3)
    assert (made.value, made.text, made.as_of, made.modality, made.citation) == (
        2e6,
        "More than 2 million",
        date(2022, 3, 8),
        "reported",
        3,
    )


def test_where_nothing_is_said_how_much_was_searched_is() -> None:
    searched = Searched(articles=40, published_from=date(2022, 2, 25), published_to=date(2023, 1, 21))
    text = nothing_found(searched)
    assert text == (
        "The articles do not say. 40 articles were searched, published 25 February 2022 to 21 January 2023."
    )
    one_day = Searched(articles=1, published_from=date(2022, 3, 1), published_to=date(2022, 3, 1))
    assert nothing_found(one_day) == "The articles do not say. 1 article was searched, published on 1 March 2022."
    assert nothing_found(Searched(articles=2, published_from=None, published_to=None)).endswith(
        "2 articles were searched."
    )
    assert "no articles" in nothing_found(Searched(articles=0, published_from=None, published_to=None))


def test_the_threshold_is_on_the_articles_as_a_whole_not_on_one_sentence() -> None:
    sure = Reading((fled("2 million", "2022-03-08", 0.45),), 0.6)
    assert compose(FLED, sure).status == "answered"


def test_another_article_with_the_same_words_is_cited_beside_the_lead() -> None:
    first = finding(WHO, "Orlund's chief executive is Henrik Lindmark.", "2022-11-08", 0.9)
    second = finding(WHO, "Shares rose when Henrik Lindmark took over as Orlund's chief executive.", "2022-11-09", 0.8)
    composed = compose(WHO, reading(first, second))
    assert [len(statement.findings) for statement in composed.statements] == [2]


BY = replace(read_question("How many people had fled Ukraine by 8 March 2022?"), day=date(2022, 3, 8))


def test_asked_of_a_day_that_days_report_leads_though_newer_ones_are_known() -> None:
    told = fled("2 million", "2022-03-08"), fled("4 million", "2022-03-30", 0.9), fled("1 million", "2022-03-03")
    composed = compose(BY, reading(*told))
    assert composed.lead is not None
    assert "2 million" in composed.lead.quote.text
    assert composed.history == ()


def test_asked_of_a_day_that_no_report_tells_of_nothing_is_said() -> None:
    assert compose(BY, reading(fled("4 million", "2022-03-30"))).status == "not_in_articles"
    named = finding(FLED, "By 8 March, 2 million people had fled Ukraine.", "2022-03-30")
    assert compose(BY, reading(named)).lead == named
