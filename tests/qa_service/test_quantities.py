"""Numbers and quantities as news copy writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_service.quantities import Quantity, clauses, numbers, quantities, same_value

COUNTED = {
    "comma groups": ("70,000 people left", 70_000, "people"),
    "narrow space groups": ("70\u202f000 people left", 70_000, "people"),
    "no-break space groups": ("1\u00a0250\u00a0000 people left", 1_250_000, "people"),
    "plain space groups": ("about 70 000 people left", 70_000, "people"),
    "bare figures": ("137 Ukrainians died", 137, "ukrainians"),
    "decimals and million": ("1.5 million people", 1_500_000, "people"),
    "exact decimals": ("1.1 million people", 1_100_000, "people"),
    "m after a digit": ("1.2m people fled", 1_200_000, "people"),
    "bn after a digit": ("3bn litres of water", 3e9, "litres"),
    "k after a digit": ("500k homes are dark", 500_000, "homes"),
    "two million": ("two million refugees", 2_000_000, "refugees"),
    "one million": ("one million refugees", 1_000_000, "refugees"),
    "a million": ("a million refugees", 1_000_000, "refugees"),
    "half a million": ("half a million refugees", 500_000, "refugees"),
    "quarter of a million": ("a quarter of a million homes", 250_000, "homes"),
    "one and a half million": ("one and a half million homes", 1_500_000, "homes"),
    "two and a half days": ("two and a half days", 2.5, "days"),
    "a dozen": ("a dozen soldiers", 12, "soldiers"),
    "half a dozen": ("half a dozen soldiers", 6, "soldiers"),
    "twenty-five": ("twenty-five ships", 25, "ships"),
    "three hundred and fifty": ("three hundred and fifty ships", 350, "ships"),
    "a hundred thousand": ("a hundred thousand tonnes", 100_000, "tonnes"),
    "long words": ("two million three hundred thousand homes", 2_300_000, "homes"),
    "sentence start": ("Three members of the crew", 3, "members"),
    "one with a thing": ("killing one soldier", 1, "soldier"),
    "killing one": ("killing one.", 1, ""),
    "per cent": ("43 per cent of voters", 43, "%"),
    "percent": ("43 percent of voters", 43, "%"),
    "percent sign": ("43% of voters", 43, "%"),
    "percentage points": ("two percentage points", 2, "%"),
    "dollar sign": ("$1.7 billion in aid", 1.7e9, "dollars"),
    "US dollar sign": ("US$1.7 billion in aid", 1.7e9, "dollars"),
    "dollars in words": ("1.7 billion dollars in aid", 1.7e9, "dollars"),
    "euros": ("€40m for schools", 40e6, "euros"),
    "pounds": ("£350 a month", 350, "pounds"),
    "hryvnia": ("500 hryvnia a day", 500, "hryvnia"),
    "adjective and noun": ("20,000 Ukrainian citizens arrived", 20_000, "ukrainian citizens"),
    "more people": ("20 more people arrived", 20, "people"),
    "hyphenated unit": ("a 40-mile convoy", 40, "mile"),
    "unit glued on": ("40km from the border", 40, "km"),
    "unit ends at a preposition": ("90 interpreters on her list", 90, "interpreters"),
    "no unit before a verb": ("137 were wounded", 137, ""),
    "no unit at the end": ("the toll is 137.", 137, ""),
    "year-like count with a hedge": ("some 2000 people", 2000, "people"),
    "year-like count after a verb": ("killed 2000 people", 2000, "people"),
}

UNCOUNTED = (
    "in 2014",
    "the 2019 elections",
    "since February 2022",
    "February 2022 protests",
    "between 2014 and 2019",
    "on 3 March",
    "March 3, 2022",
    "on the 3rd of March",
    "the third storm",
    "the twenty-first day",
    "2022-02-25",
    "25/02/2022",
    "at 10:30 on Friday",
    "5 p.m.",
    "at 4.48 in the morning",
    "from six in the evening",
    "before nine o'clock",
    "at six.",
    "aged 34",
    "a 34-year-old man",
    "Olena Petrenko, 34, fled",
    "call +380 44 123 4567",
    "as told before [1]",
    "the G7 states",
    "a Boeing 737",
    "off SWIFT-2",
    "Channel 4",
    "a cabin on Platform 5",
    "the Big Three",
    "the 1990s",
    "dozens died",
    "hundreds of thousands fled",
    "several thousand fled",
    "no one knows",
    "one of those citizens",
    "one another",
    "a slender one.",
    "two thirds of voters",
    "one in five",
    "24/7",
)

MODALITIES = {
    "two clauses": ("Some 70,000 people have left; up to four million could follow.", ["reported", "could"]),
    "but": ("70,000 people left, but 4 million may follow.", ["reported", "could"]),
    "while": ("While 4 million could leave, 70,000 have left.", ["could", "reported"]),
    "relative clause": ("The war, which could last, has killed 137 people.", ["reported"]),
    "will": ("The firm will shed 850 jobs.", ["could"]),
    "expected to": ("It is expected to reach 4 million people.", ["could"]),
    "as many as": ("As many as 5 million people might flee.", ["could"]),
    "forecast": ("The forecast of 4 million refugees stands.", ["could"]),
    "plans to": ("It plans to build 300 homes.", ["could"]),
    "by the end of the year": ("A total of 10 ships by the end of the year.", ["could"]),
    "month of May": ("In May 300 people left.", ["reported"]),
    "an estimated": ("An estimated 300 people left.", ["estimated"]),
    "is believed": ("It is believed that 300 people left.", ["estimated"]),
    "according to estimates": ("Some 300 people left, according to UN estimates.", ["estimated"]),
    "plain": ("Some 300 people left.", ["reported"]),
    "sentence before": ("It could rain. Some 300 people left.", ["reported"]),
    "title in a name": ("Mr. Lind could hire 300 people.", ["could"]),
}

BOUNDS = {
    "exact": ("137 people", "exact"),
    "some": ("some 137 people", "about"),
    "nearly": ("Nearly 137 people", "about"),
    "or so": ("137 or so people", "about"),
    "at least": ("at least 137 people", "at_least"),
    "more than": ("more than 137 people", "at_least"),
    "no fewer than": ("no fewer than 137 people", "at_least"),
    "plus sign": ("137+ people", "at_least"),
    "or more": ("137 or more people", "at_least"),
    "up to": ("up to 137 people", "at_most"),
    "as many as": ("as many as 137 people", "at_most"),
    "no more than": ("no more than 137 people", "at_most"),
    "fewer than": ("fewer than 137 people", "at_most"),
    "gone up to": ("the toll has gone up to 137", "exact"),
}

SAME = {
    "equal": ("70,000 people", "seventy thousand people", True),
    "five per cent": ("68,500 people", "70,000 people", True),
    "rounded to its digit": ("1.7 million people", "2 million people", True),
    "a third apart": ("1 million people", "1.4 million people", False),
    "small counts": ("2 people", "3 people", False),
    "another digit": ("20,000 people", "30,000 people", False),
    "lower bound": ("more than 1 million people", "1.2 million people", True),
    "far over a lower bound": ("more than 1 million people", "4 million people", False),
    "under a lower bound": ("more than 1 million people", "800,000 people", False),
    "upper bound": ("up to 200,000 people", "160,000 people", True),
}

NUMBERS = {
    "year and day": ("On 25 February 2022", [25, 2022]),
    "age": ("aged 34", [34]),
    "share": ("43 per cent", [43]),
    "ordinal in words": ("the third and the twenty-first", [3, 21]),
    "ordinal in figures": ("the 3rd", [3]),
    "decade": ("the 1990s", [1990]),
    "words": ("three hundred and fifty", [350]),
    "range in one scale": ("2 to 3 million", [2e6, 3e6]),
    "between in one scale": ("between $1 and 1.5 billion", [1e9, 1.5e9]),
    "two counts": ("between two hundred and three hundred", [200, 300]),
    "half": ("half of them", [0.5]),
    "half a million": ("half a million", [500_000]),
    "clock": ("10:30", [10, 30]),
    "pronoun": ("no one and one of them", []),
    "letters": ("the G7", []),
}


def only(text: str) -> Quantity:
    [quantity] = quantities(text)
    return quantity


@pytest.mark.parametrize(("text", "value", "unit"), COUNTED.values(), ids=COUNTED)
def test_a_quantity_has_its_value_and_unit(text: str, value: float, unit: str) -> None:
    assert (only(text).value, only(text).unit) == (value, unit)


@pytest.mark.parametrize("text", UNCOUNTED)
def test_what_counts_nothing_is_no_quantity(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize(("text", "modalities"), MODALITIES.values(), ids=MODALITIES)
def test_the_clause_says_how_a_quantity_is_told(text: str, modalities: list[str]) -> None:
    assert [quantity.modality for quantity in quantities(text)] == modalities


@pytest.mark.parametrize(("text", "bound"), BOUNDS.values(), ids=BOUNDS)
def test_a_hedge_is_a_bound(text: str, bound: str) -> None:
    assert only(text).bound == bound


@pytest.mark.parametrize(("a", "b", "same"), SAME.values(), ids=SAME)
def test_values_agree_within_rounding(a: str, b: str, same: bool) -> None:
    assert same_value(only(a), only(b)) == same_value(only(b), only(a)) == same


@pytest.mark.parametrize(("text", "values"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_have_values(text: str, values: list[float]) -> None:
    assert [value for _, _, value in numbers(text)] == values


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("20,000 to 30,000 people", [(20_000, "people"), (30_000, "people")]),
        ("20,000-30,000 people", [(20_000, "people"), (30_000, "people")]),
        ("with 20,000 and 30,000 Ukrainian citizens", [(20_000, "ukrainian citizens"), (30_000, "ukrainian citizens")]),
        ("$20-30 billion", [(20e9, "dollars"), (30e9, "dollars")]),
        ("two to three million people", [(2e6, "people"), (3e6, "people")]),
        ("5 to 7 per cent", [(5, "%"), (7, "%")]),
    ],
    ids=["to", "dash", "respectively", "money", "scale", "share"],
)
def test_a_range_is_two_quantities_of_one_unit(text: str, told: list[tuple[float, str]]) -> None:
    assert [(quantity.value, quantity.unit) for quantity in quantities(text)] == told


def test_a_quantity_knows_its_words_with_and_without_the_hedge() -> None:
    text = "It has led at least $1.7 billion in aid"
    quantity = only(text)
    assert quantity.text == "at least $1.7 billion"
    assert text[quantity.number_start : quantity.number_end] == "$1.7 billion"


@given(st.integers(1, 10**9).filter(lambda value: not 1900 <= value <= 2100))
def test_any_count_is_read_back(value: int) -> None:
    assert [only(f"They counted {form} ships.").value for form in (f"{value:,}", str(value))] == [value, value]


PIECES = st.sampled_from(
    ("some ", "two", " million", " to ", "$", "20,000", "%", " people", ", but ", "-", "3 March", ".")
)


@given(st.text() | st.lists(PIECES).map("".join))
def test_spans_lie_in_order_in_any_text(text: str) -> None:
    found = quantities(text)
    assert all(q.start <= q.number_start < q.number_end <= q.end and q.text == text[q.start : q.end] for q in found)
    assert [q.start for q in found] == sorted(q.start for q in found)
    assert "".join(text[start:end] for start, end in clauses(text)) == text
