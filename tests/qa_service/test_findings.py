"""What is quoted can be read alone; who agrees with whom."""

from qa_service.findings import Finding, agreeing, quote_of
from vector_store.article import Article, Passage


def whole(text: str, article_id: str = "a") -> Passage:
    return Passage(Article(article_id, "Title", text), 0, len(text))


def quoted(text: str, words: str) -> str:
    start = text.index(words)
    return quote_of(whole(text), start, start + len(words)).text


def finding(article_id: str, text: str, words: str) -> Finding:
    passage = whole(text, article_id)
    start = text.index(words)
    return Finding(passage, 0.9, Passage(passage.article, start, start + len(words)), None)


def test_the_sentence_that_holds_the_words_is_quoted_whole() -> None:
    text = "Rain fell. Ilse Marquand won the vote on Sunday. Turnout was low."
    assert quoted(text, "Ilse Marquand") == "Ilse Marquand won the vote on Sunday."


def test_words_across_two_sentences_bring_both() -> None:
    text = "Rain fell on Monday. Snow fell on Tuesday. Then it was dry."
    assert quoted(text, "Monday. Snow") == "Rain fell on Monday. Snow fell on Tuesday."


def test_a_sentence_that_leans_back_brings_the_one_before() -> None:
    text = "Rain fell. Marquand spoke to the crowd. She promised a new bridge."
    assert quoted(text, "a new bridge") == "Marquand spoke to the crowd. She promised a new bridge."


def test_what_it_leans_on_may_stand_in_the_passage_before() -> None:
    text = "Marquand spoke to the crowd in the square.\n\nShe promised a new bridge."
    start = text.index("She")
    passage = Passage(Article("a", "Title", text), start, len(text))
    assert quote_of(passage, start + 4, len(text)).text == text


def test_a_heading_is_nothing_to_lean_on() -> None:
    text = "A new bridge\n\nShe promised a bridge by spring."
    assert quoted(text, "by spring") == "She promised a bridge by spring."


def test_articles_that_give_the_same_words_agree() -> None:
    lead = finding("a", "Ilse Marquand won the vote on Sunday.", "Ilse Marquand")
    other = finding("b", "The next mayor of the city is Ilse Marquand, officials said.", "Ilse Marquand")
    third = finding("c", "Voters chose Otto Brandt instead.", "Otto Brandt")
    assert agreeing(lead, [other, third]) == [other]


def test_an_article_does_not_agree_with_itself_and_a_copy_is_no_second_voice() -> None:
    text = "Ilse Marquand won the vote on Sunday, the commission said."
    lead = finding("a", text, "Ilse Marquand")
    again = finding("a", "Ilse Marquand will take office in May after her victory.", "Ilse Marquand")
    copy = finding("b", text.replace("Sunday", "Sunday night"), "Ilse Marquand")
    assert agreeing(lead, [again, copy]) == []
