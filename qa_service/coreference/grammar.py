"""Words of English: which only bind, which are verbs, and the plain form of a verb. Closed lists, no tagger."""

import re
from dataclasses import dataclass

from qa_service.inflection import IRREGULAR

PREPOSITIONS = frozenset(
    "in to into from at on by for with of about near across inside outside through towards against between among "
    "over under after before during since until within around behind beyond onto off than".split()
)
AUXILIARIES = frozenset(
    "is are was were be been being am do does did has have had can could will would shall should may might must "
    "isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't "
    "wouldn't shouldn't".split()
)
QUESTION_WORDS = frozenset("who whom whose what which when where why how".split())
PRONOUNS = frozenset(
    "i you he she it we they me him her us them my your his its our their mine yours hers ours theirs himself herself "
    "itself themselves this that these those there then one ones here".split()
)
DETERMINERS = frozenset("the a an".split())
_OTHER = frozenset(
    "and or but nor so if whether because while although as not no yes also too else still yet already now only just "
    "even ever never again many much more most less least fewer some any all both each every few several such same "
    "other another long old often far up out down away back together please then than else first later "
    "anyone anybody anything someone somebody something everyone everybody everything nobody nothing".split()
)
RANKS = frozenset("first second third last next other same few many most".split())
FUNCTION_WORDS = PREPOSITIONS | AUXILIARIES | QUESTION_WORDS | PRONOUNS | DETERMINERS | _OTHER
PLACED = frozenset("in to into from at near across inside outside through towards around within".split())

# Besides those of `inflection`, which are verbs of what happens: verbs of asking and telling.
_IRREGULAR = IRREGULAR | dict(
    pair.split(":")
    for pair in "bound:bind broke:break broken:break did:do done:do felt:feel heard:hear hurt:hurt knew:know "
    "known:know lent:lend meant:mean read:read said:say sat:sit spoke:speak spoken:speak thought:think threw:throw "
    "told:tell understood:understand".split()
)
_REGULAR = (
    "accept admit agree allow announce appear apply appoint arrive ask attack become begin believe "
    "belong blame break bring "
    "build buy call carry catch cause charge choose claim close come cover create cross cut deal "
    "decide demand destroy die do "
    "drive drop earn employ end escape estimate evacuate expect fall feel fight find flee flood fly follow force get "
    "give go grow happen have hear help hit hold include increase injure invest join keep kill know "
    "launch lead learn leave "
    "lend let live look lose make marry mean measure meet move need offer open order own pay plan "
    "play post predict pay "
    "produce promise publish put quit raise reach receive record refuse release remain repair "
    "replace report rescue resign "
    "return reveal rise run say see seek sell send serve set shoot shut sign sink speak spend stand "
    "start stay steal stop "
    "strike succeed suffer support swear take teach tell think throw travel try turn understand use "
    "visit vote want warn "
    "win withdraw work write record perform tour sing study graduate collaborate compose direct act cost change"
).split()
# As often nouns as verbs: they end a phrase only where an auxiliary still waits for its verb.
_EITHER = frozenset(
    "attack claim cost cut deal demand drop end estimate fall fight force help hit increase offer order plan play post "
    "promise release repair report rescue return rise run sign start stay stop strike support travel turn use visit "
    "vote win work record tour study act change call charge cause cover fire flood need move set close own lead".split()
)


def _forms(base: str) -> tuple[str, ...]:
    cut = base.removesuffix("e")
    ied = (base[:-1] + "ied", base[:-1] + "ies") if base.endswith("y") else ()
    doubled = (f"{base}{base[-1]}ed", f"{base}{base[-1]}ing")
    return (base, f"{base}s", f"{base}es", f"{cut}ed", f"{cut}ing", *doubled, *ied)


_BASES = {form: base for base in reversed(_REGULAR) for form in reversed(_forms(base))} | _IRREGULAR
VERBS = frozenset(_BASES)
NOUNS_TOO = frozenset(form for base in _EITHER for form in (base, f"{base}s", f"{base}es"))
_WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*['’]?")


@dataclass(frozen=True, slots=True)
class Word:
    """One word and where it stands."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """In lower case, with a straight apostrophe."""
        return self.text.lower().replace("’", "'")


def words(text: str) -> list[Word]:
    """The words of the text, in order."""
    return [Word(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]


def plain_verb(form: str) -> str | None:
    """The verb without its ending: "ordered" → "order", "fled" → "flee"; None where it is not known."""
    known = _BASES.get(form.lower())
    return known or (form.lower()[:-2] if re.fullmatch(r"\w{3,}[^e\W]ed", form.lower()) else None)


def is_verb(word: str) -> bool:
    """Whether the word is an auxiliary or has the form of a common verb."""
    low = word.lower().replace("’", "'")
    return low in AUXILIARIES or low in VERBS or (low.endswith("ed") and len(low) > 4)


def is_noun_too(word: str) -> bool:
    """Whether a common verb's form is as often a noun: "plan", "report"."""
    return word.lower() in NOUNS_TOO
