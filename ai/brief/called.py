"""Names that are announced: after "called", "the name is", and what corrects them later."""

from collections.abc import Iterator

from ai.brief.phrases import phrases, tables, words
from ai.brief.signs import (
    Name,
    as_name,
    name_span,
)
from ai.brief.tokens import REPAIR, Span, Tokens, low, lows
from ai.brief.vocabulary import CITIES, COMMON, GENERIC, REGIONS, TRADES

_TABLES = tables("names")
_CALLED = phrases(_TABLES["called"])
_NOT_OURS = words(_TABLES["not_ours"])
_FILLERS = words(': , - uh um er eh erm " well')
_BUSINESSES = words(
    "thing project spot joint shed room corner operation label team group band stall stand truck van boat island"
    " town village hut cart yard nursery club space collective cooperative mill press workshop"
    " works market academy"
)


def called(tokens: Tokens, place: int, cased: bool) -> Iterator[Name]:
    start = _CALLED.end_at(tokens, place)
    if not start or _is_of_another(tokens, place):
        return
    rank = 6.5 if tokens[place].low.startswith("renam") else 6 if _is_of_business(tokens, place) else 4.5
    while low(tokens, start) in _FILLERS and start < len(tokens) - 1:
        start += 1
    span = name_span(tokens, start, cased)
    behalf = tokens[place].low in ("on", "the") and tokens[start - 1].low in ("of", "behind")
    if span and not (behalf and not any(token.is_capital for token in tokens[start : start + 2])):
        yield as_name(tokens, span, rank)
        yield from _repaired(tokens, span, cased)


def _repaired(tokens: Tokens, span: Span, cased: bool) -> Iterator[Name]:
    """ "called Blue Oak, no wait, Green Oak"."""
    place = span[1]
    while low(tokens, place) in (",", "."):
        place += 1
    if low(tokens, place) != REPAIR:
        return
    start = place + 1
    while low(tokens, start) in _FILLERS:
        start += 1
    second = name_span(tokens, start, cased)
    if (
        second
        and tokens[start].low not in COMMON - {"the", tokens[span[0]].low}
        and (not cased or tokens[start].is_capital)
    ):
        yield as_name(tokens, second, 7)


def _is_of_another(tokens: Tokens, place: int) -> bool:
    """ "My name is Maria" names a person, "a cake called Sunset" a cake."""
    before = [word for word in lows(tokens, place - 3, place) if word not in ("is", "are", "also", ",")]
    if tokens[place].low in ("name", "name's") and "my" in before[-1:]:
        return True
    if tokens[place].low in ("called", "named") and low(tokens, place + 1) in ("me", "you", "us", "the"):
        return low(tokens, place + 1) != "the"
    if tokens[place].low.startswith(("call", "renam")) and before[-1:] in (["i"], ["i'm"]):
        return tokens[place].low == "called"  # but "I call it Tick & Mend", "I'm renaming it"
    if tokens[place].low in ("called", "named") and _is_thing(tokens, place):
        return True
    return tokens[place].low != "name" and bool(before) and before[-1] in _NOT_OURS


def _is_thing(tokens: Tokens, place: int) -> bool:
    """The "an iguana" of "an iguana called Steve": a noun with its article that is no shop and no town."""
    if low(tokens, place - 1) in ("is", "are") and low(tokens, place - 3) in ("the", "our", "my", "these", "this"):
        place -= 1  # "the candles are called Dusk and Dawn"
    elif not {"a", "an", "one"} & set(lows(tokens, place - 4, place - 1)):
        return False
    noun = low(tokens, place - 1)
    known = noun in COMMON | GENERIC | _BUSINESSES or any(
        table.end_at(tokens, at) == place for table in (TRADES, CITIES, REGIONS) for at in range(place - 4, place)
    )
    return noun.isalpha() and not known and not noun.endswith(("er", "ist", "ers", "ing"))


def _is_of_business(tokens: Tokens, place: int) -> bool:
    before = lows(tokens, place - 7, place)
    if tokens[place].low not in ("called", "named", "heißt", "namens"):
        return True
    return bool(
        set(before) & (GENERIC | {"it", "it's", "we", "we're", "which", "is", "are", "place"})
    ) or TRADES.within(tokens, place - 8, place)
