"""The forms of verbs that news copy uses: "took", "taken" and "takes" are forms of "take". Pure.

Only verbs of this list are known. Whoever turns sentences around on its word says nothing of the others.
"""

_REGULAR = """
    abandon accept account accuse add admit adopt agree allow announce apply appoint approve arrest arrive ask
    assign attend attract ban bar block bomb borrow call cancel capture carry cause chair change charge check
    claim climb close collapse collect complete condemn confirm connect consume convert cover create cross
    damage deliver demand demolish deny deploy destroy detain devastate develop devote die displace distribute
    donate double drop drown earn elect employ end enter equip escape estimate evacuate execute expand expel
    express fail fire flatten flood force found gain generate grant halt handle hire host identify impose
    increase infect inject injure install interview introduce invade invest issue join jump kill land last
    launch levy liberate license limit list load locate lodge lower maintain manage mark merge move murder
    name need nominate occupy offer open operate order own pass perform place plan plant pledge plunder plunge
    postpone prepare present prevent process produce promise propose publish purchase raise reach recall receive
    recommend record recover reduce refuse register reject release remain remove renew rent repair replace
    report request require rescue resign restore resume retain return reveal sack sail save score seize select
    serve share shelter sign start station store suffer support suspend target test threaten total trade train
    transfer transport trap treat triple turn unveil uproot use vaccinate visit vote wait waive walk want warn
    welcome work wound
"""
_DOUBLING = "admit ban bar cancel drop equip expel plan ship stop trap commit transfer"
_IRREGULAR = """
    be/was/been become/became/become begin/began/begun bring/brought/brought build/built/built buy/bought/bought
    catch/caught/caught choose/chose/chosen come/came/come cost/cost/cost cut/cut/cut draw/drew/drawn
    drive/drove/driven fall/fell/fallen feed/fed/fed fight/fought/fought find/found/found flee/fled/fled
    fly/flew/flown get/got/got give/gave/given go/went/gone grow/grew/grown have/had/had hit/hit/hit
    hold/held/held house/housed/housed keep/kept/kept lay/laid/laid lead/led/led leave/left/left let/let/let
    lose/lost/lost make/made/made meet/met/met pay/paid/paid put/put/put quit/quit/quit ride/rode/ridden
    rise/rose/risen run/ran/run see/saw/seen sell/sold/sold send/sent/sent set/set/set shed/shed/shed
    shoot/shot/shot shrink/shrank/shrunk shut/shut/shut sink/sank/sunk spend/spent/spent stand/stood/stood
    strike/struck/struck take/took/taken teach/taught/taught win/won/won withdraw/withdrew/withdrawn
    write/wrote/written swear/swore/sworn steal/stole/stolen
"""


def _past(base: str) -> str:
    if base.endswith("e"):
        return base + "d"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + base[-1] + "ed" if base in _DOUBLING.split() else base + "ed"


def _third(base: str) -> str:
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + "es" if base.endswith(("s", "sh", "ch", "x", "z", "o")) else base + "s"


_PARTS = [(base, _past(base), _past(base)) for base in _REGULAR.split()]
_OWN = [(base, past, participle) for base, past, participle in (verb.split("/") for verb in _IRREGULAR.split())]
_PARTS += _OWN
IRREGULAR = {form: base for base, *forms in _OWN for form in forms if base not in ("be", form)}
"""The forms of irregular verbs, past and participle → base: "went" and "gone" → "go"."""
PAST = {past: base for base, past, _ in _PARTS if base != "be"}
"""Simple past → base: "took" → "take"."""
PARTICIPLES = {participle: base for base, _, participle in _PARTS if base != "be"}
"""Past participle → base: "taken" → "take"."""
PRESENT = {_third(base): base for base, _, _ in _PARTS if base not in ("be", "have")} | {"has": "have"}
"""Third person singular → base: "takes" → "take"."""
PAST_OF = {base: past for base, past, _ in _PARTS}
"""Base → simple past: "take" → "took"."""
