"""Which publishers a question wants to hear."""

import pytest

from qa_service.publishers import publishers_named, unknown_publishers

ARCHIVE = (
    "Reuters", "The Guardian", "The Harbour Post", "BBC News", "Associated Press", "Kestrel News", "Northline",
    "The Sun", "Time", "People's Daily", "www.example.com", "Alpine Weekly", "Atlantic Weekly", "Upland News",
)  # fmt: skip


def named(question: str) -> tuple[str, ...]:
    return tuple(name for one in publishers_named(question, ARCHIVE) for name in one.publishers)


@pytest.mark.parametrize(
    ("question", "publishers"),
    [
        ("How many fled according to Reuters?", ("Reuters",)),
        ("how many fled according to reuters?", ("Reuters",)),
        ("HOW MANY FLED ACCORDING TO REUTERS?", ("Reuters",)),
        ("According to a report by the BBC, how many fled?", ("BBC News",)),
        ("How many died per AP?", ("Associated Press",)),
        ("How many died, as reported by the Harbour Post?", ("The Harbour Post",)),
        ("What did The Guardian report?", ("The Guardian",)),
        ("what did guardian say about it?", ("The Guardian",)),
        ("What has Kestrel written about it?", ("Kestrel News",)),
        ("How many does People's Daily say have fled?", ("People's Daily",)),
        ("Reuters reported that the port burned. When?", ("Reuters",)),
        ("When did the port burn? On Monday Reuters reported it.", ("Reuters",)),
        ("What is in the Harbour Post about the station?", ("The Harbour Post",)),
        ("Any news from the BBC?", ("BBC News",)),
        ("In Northline, who is quoted?", ("Northline",)),
        ("What do Reuters' reports say?", ("Reuters",)),
        ("What are the BBC's figures?", ("BBC News",)),
        ("According to Reuters' correspondent, what burned?", ("Reuters",)),
        ("What did Reuters, the BBC and AP report?", ("Reuters", "BBC News", "Associated Press")),
        ("What did Reuters report and what did AP report?", ("Reuters", "Associated Press")),
        ("What did Example write?", ("www.example.com",)),
    ],
)
def test_a_publisher_that_is_to_be_heard_is_found(question: str, publishers: tuple[str, ...]) -> None:
    assert named(question) == publishers


@pytest.mark.parametrize(
    "question",
    [
        "How many fled according to the UN?",  # not Upland News
        "How many fled according to the mayor?",
        "Who leads Reuters?",
        "Who resigned from the BBC?",
        "What did Northline announce?",
        "How many shares in the Harbour Post were sold?",
        "What is happening in the sun?",
        "Did they come in time for the vote?",
        "According to the Reuters Institute, what is trust?",
        "According to Thomson Reuters, what is trust?",
        "According to the BBC's director general, what went wrong?",
        "What did AW report?",  # Alpine or Atlantic Weekly
        "What is known, other than according to Reuters?",
        "How many people fled, not according to Reuters?",
        "",
    ],
)
def test_a_publisher_that_is_only_spoken_of_is_not(question: str) -> None:
    assert named(question) == ()


def test_the_exact_name_comes_before_a_shortened_one() -> None:
    (found,) = publishers_named("According to the BBC, who won?", ("BBC News", "BBC", "BBC Sport"))
    assert found.publishers == ("BBC",)


def test_a_shortened_name_of_two_publishers_names_neither() -> None:
    assert publishers_named("What did Kestrel report?", ("Kestrel News", "Kestrel Radio")) == []


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("How many fled according to Der Spiegel?", ("Der Spiegel",)),
        ("What did the Coastal Herald report?", ("Coastal Herald",)),
        ("What did AFP say?", ("AFP",)),
        ("What did the Harbour Post report?", ()),
        ("What did the BBC say?", ()),
        ("Did CNN lay off staff?", ()),
        ("How many fled according to Filippo Grandi?", ()),
        ("How many fled according to the Guardian Council?", ()),
    ],
)
def test_a_publisher_that_the_archive_lacks_is_told_where_that_is_sure(question: str, unknown: tuple[str, ...]) -> None:
    assert unknown_publishers(question, ARCHIVE) == unknown
