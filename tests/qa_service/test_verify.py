"""No unchecked claim: every number, date, name, negation and quoted word stands in the quotes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa_service.verify import support

Case = tuple[str | tuple[str, ...], ...]

LEFT = "Some 70,000 people have left Ukraine for Poland and Moldova since Thursday, the UN agency said."
SIEGE = (
    "The forces sent by Moscow are not advancing as fast as expected, "
    "but the same sources warn that the fall of Kiev could be a matter of hours."
)
BAN = "However, no travel ban will be imposed on Putin or Lavrov, who has been in office since 2004."
DATED = "On 3 March 2022 the council voted 41 to 12 for the budget."
CONTEXT = "Orlund sheds jobs · Ledger Daily · Brussels, 20 September 2022"


SUPPORTED = {
    "itself": (LEFT, LEFT),
    "without its full stop": ("Some 70,000 people have left Ukraine", LEFT),
    "other spacing and case": ("some 70,000  people\nhave left Ukraine", LEFT),
    "own citation marker": ("Some 70,000 people have left Ukraine [1].", LEFT),
    "number in words": ("Seventy thousand people have left Ukraine.", LEFT),
    "number with k": ("About 70k people left Ukraine.", LEFT),
    "a million in figures": ("One million people fled.", "1,000,000 people fled on foot."),
    "a million as 1 million": ("1 million people fled.", "One million people fled on foot."),
    "half a million": ("500,000 people fled.", "Half a million people fled on foot."),
    "range by value": ("Between 2 million and 3 million may flee.", "Officials said 2 to 3 million may flee."),
    "per cent and sign": ("Sales fell 43%.", "Sales fell by 43 per cent."),
    "money sign and word": ("It asked for 1.7 billion dollars.", "It asked donors for $1.7 billion."),
    "ordinal in figures": ("It was the 3rd storm.", "It was the third storm of the winter."),
    "american date": ("The council voted on March 3, 2022.", DATED),
    "date without its year": ("The council voted on 3 March.", DATED),
    "iso date": ("The council voted on 2022-03-03.", DATED),
    "month and year": ("In March 2022 the council voted.", DATED),
    "year alone": ("Lavrov has been in office since 2004.", BAN),
    "weekday as a name": ("People have left since Thursday.", LEFT),
    "year from the context": ("Orlund cut 850 jobs in 2022.", "Orlund will cut 850 jobs.", CONTEXT),
    "day from the context": ("As of 20 September 2022, Orlund cut 850 jobs.", "Orlund will cut 850 jobs.", CONTEXT),
    "year of a told day": ("Orlund cut jobs on 5 May 2022.", "Orlund will cut jobs on 5 May.", CONTEXT),
    "name from the context": ("Orlund of Brussels cut 850 jobs.", "Orlund will cut 850 jobs.", CONTEXT),
    "possessive": ("Ukraine's people have left for Poland.", LEFT),
    "people of a country": ("70,000 Ukrainians have left.", LEFT),
    "diacritics": ("Chisinau counted 120,000 people.", "Chişinău counted 120,000 people."),
    "polish letters": ("Łódź opened a shelter.", "Lodz opened two halls as a shelter."),
    "initials": ("The US sent troops.", "The U.S. sent 3,000 troops."),
    "hyphenated name": (
        "The pro-Russian separatists hold Donetsk.",
        "In Donetsk, separatists who are pro-Russian rule.",
    ),
    "common opening word": ("Officials said 70,000 people have left Ukraine.", LEFT),
    "negation in both": ("Putin and Lavrov will not be banned from travel.", BAN),
    "negation of another clause": ("Sources warn that the fall of Kiev could be a matter of hours.", SIEGE),
    "negated clause": ("Moscow's forces are not advancing as expected.", SIEGE),
    "denial as negation": ("Moscow denied the attack.", "Moscow has repeatedly denied the attack on the port."),
    "not only": ("The storm cut power.", "The storm not only cut power but closed schools."),
    "no fewer than": ("20 people died.", "No fewer than 20 people died."),
    "curly quotation marks": ("He spoke of “any contingency”.", 'He spoke of dealing with "any contingency" there.'),
    "comma inside the quotation": ('"Any contingency," he said.', "He said that any contingency was covered."),
    "two quotes together": ("Putin will not be banned, and 70,000 people have left Ukraine.", BAN, "", LEFT),
    "vague number": ("Thousands have fled the city.", "Thousands fled the city on Monday."),
    "one as a pronoun": ("One of the ministers is Lavrov.", "The minister is Lavrov."),
}

UNSUPPORTED: dict[str, Case] = {
    "no quotes": ("Anything.", ("quotes",)),
    "blank quote": ("Anything.", ("quotes",), "  "),
    "another number": ("Some 90,000 people have left Ukraine.", ("number 90,000",), LEFT),
    "part of a number": ("0,000 people have left Ukraine", ("number 0,000",), "70,000 people have left Ukraine."),
    "tail of a number": ("000 people have left Ukraine", ("number 000",), "70,000 people have left Ukraine."),
    "scale dropped": ("1.5 people fled.", ("number 1.5",), "1.5 million people fled."),
    "number of a day": ("Some 3 people voted.", ("number 3",), DATED),
    "year as a count": ("2,022 people voted.", ("number 2,022",), DATED),
    "share for a count": ("43% of people left.", ("number 43",), "43 people left."),
    "count for a share": ("43 people left.", ("number 43",), "43% of people left."),
    "other currency": ("It cost 5 million euros.", ("number 5 million",), "It cost $5 million."),
    "number only in the context": ("Orlund cut 20 jobs.", ("number 20",), "Orlund cut jobs.", CONTEXT),
    "vague for vague": ("Hundreds have fled.", ("number Hundreds",), "Dozens have fled."),
    "another day": ("On 4 March 2022 the council voted.", ("date 4 March 2022",), DATED),
    "another month": ("The council voted on April 3.", ("date April 3",), DATED),
    "another year": ("The council voted on 3 March 2021.", ("date 3 March 2021",), DATED),
    "year not told": ("Lavrov has been in office since 2005.", ("number 2005",), BAN),
    "name inside": ("Some 70,000 people have left Ukraine for Warsaw.", ("name Warsaw",), LEFT),
    "name first": ("Warsaw says 70,000 people have left Ukraine.", ("name Warsaw",), LEFT),
    "country like a pronoun": ("Some 70,000 people have left for the US.", ("name US",), LEFT),
    "another weekday": ("People have left Ukraine since Friday.", ("name Friday",), LEFT),
    "first name not told": ("Sergey Lavrov has been in office since 2004.", ("name Sergey",), BAN),
    "negation dropped": ("A travel ban will be imposed on Putin.", ("negation of the quote, “no”",), BAN),
    "n't dropped": ("They closed the port.", ("negation of the quote, “didn't”",), "They didn't close the port."),
    "negated clause turned": (
        "The forces sent by Moscow are advancing as fast as expected.",
        ("negation of the quote, “not”",),
        SIEGE,
    ),
    "negation invented": ("People have not left Ukraine.", ("negation not",), LEFT),
    "never invented": ("70,000 people never left Ukraine.", ("negation never",), LEFT),
    "negation of another sentence": (
        "The mayor did not resign.",
        ("negation not",),
        "The mayor resigned. Nobody was hurt in the storm.",
    ),
    "words put into a mouth": ('The UN agency spoke of "a flood".', ("quoted words “a flood”",), LEFT),
    "nothing in common": ("He resigned yesterday.", ("every word",), "Rain fell for nine hours."),
}


@pytest.mark.parametrize("case", SUPPORTED.values(), ids=SUPPORTED)
def test_what_stands_in_the_quotes_is_supported(case: tuple[str, ...]) -> None:
    claim, quote, context, *more = (*case, "")[: max(3, len(case))]
    assert support(claim, [quote, *more], context).missing == ()


@pytest.mark.parametrize("case", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_what_does_not_stand_in_the_quotes_is_named(case: Case) -> None:
    claim, missing, quote, context = (*case, "", "")[:4]
    found = support(str(claim), [str(quote)] if quote else [], str(context))
    assert not found.supported
    assert found.missing == missing


@given(st.text(min_size=1).filter(str.strip))
def test_any_words_support_themselves(words: str) -> None:
    assert support(words, [words]).supported


SENTENCES = (
    "Some {} people have left Ukraine for Poland.",
    "The storm left {} homes without power on Friday.",
    "Prices rose by {}% in the region.",
    "It was fined ${} million by the court.",
    "Police said {} of the bodies were found.",
)


@example("Prices rose by {}% in the region.", 1900, 1900, True)  # no year
@given(st.sampled_from(SENTENCES), st.integers(0, 10**7), st.integers(0, 10**7), st.booleans())
def test_another_number_is_never_supported(sentence: str, told: int, claimed: int, grouped: bool) -> None:
    claim = sentence.format(f"{claimed:,}" if grouped else claimed)
    assert support(claim, [sentence.format(told)]).supported == (claimed == told)


WORDED = {
    "seven": 7,
    "twenty-five": 25,
    "three hundred and fifty": 350,
    "two thousand": 2000,
    "half a million": 500_000,
}


@given(st.sampled_from(sorted(WORDED)), st.integers(1, 600_000))
def test_a_number_in_words_is_supported_by_its_value_alone(words: str, value: int) -> None:
    claim = f"The storm drove {words} people from their homes."
    quote = f"The storm drove {value:,} people from their homes."
    assert support(claim, [quote]).supported == (value == WORDED[words])


@given(st.text(), st.text(), st.text())
def test_missing_words_and_support_exclude_each_other(claim: str, quote: str, context: str) -> None:
    found = support(claim, [quote], context)
    assert found.supported == (not found.missing)
