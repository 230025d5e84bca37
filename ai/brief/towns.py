"""Which words are a town, and where its name ends."""

from collections.abc import Iterator
from dataclasses import dataclass

from ai.brief.clauses import STARTERS
from ai.brief.phrases import words
from ai.brief.text import one_line, title
from ai.brief.tokens import Span, Tokens, is_joint, low, said
from ai.brief.vocabulary import (
    CITIES,
    COMMON,
    NOT_PLACES,
    REGIONS,
    STATE_CODES,
    TRADES,
)

_SAINTS = words("san santa saint st sankt são sao los las new port fort mount le la el")
_SMALL = words("de da do dos das del della di am an der den of upon la le les los las el im sur sous do d")


@dataclass(frozen=True, slots=True)
class City:
    name: str
    span: Span
    rank: int
    region: str | None = None


def city_at(tokens: Tokens, start: int, rank: int, cased: bool, free: bool) -> Iterator[City]:
    """A known city, or where the cue leaves no doubt (`free`) the words that look like one."""
    end = CITIES.end_at(tokens, start)
    known = end > 0
    if not known and free:
        end = capitals(tokens, start) if cased else _spoken(tokens, start)
    if not end:
        return
    quarter = low(tokens, end) == "," and CITIES.end_at(tokens, end + 1)
    if quarter and not known:
        start, end = end + 1, quarter
    yield made(tokens, start, end, rank + known)


def made(tokens: Tokens, start: int, end: int, rank: int) -> City:
    """A city with the region that follows it, as in "Austin, Texas"."""
    first = end + 1 if low(tokens, end) in (",", "in") else end
    last = REGIONS.end_at(tokens, first) or state_code(tokens, first)
    region = title(said(tokens, first, last)) if last else None
    return City(
        calm(title(one_line(said(tokens, start, end), 60))), (start, last or end), rank + bool(region), region
    )


def calm(name: str) -> str:
    """ "TALLINN" as it is written in a sentence."""
    return name.title() if name.isupper() and len(name) > 3 else name


def state_code(tokens: Tokens, place: int) -> int:
    """Where "TX" ends, 0 if there is none."""
    code = place < len(tokens) and tokens[place].text in STATE_CODES
    return (
        place + 1
        if code and (place + 1 >= len(tokens) or tokens[place + 1].is_mark or tokens[place + 1].is_number)
        else 0
    )


def capitals(tokens: Tokens, start: int) -> int:
    """Where a run of capitalised words ends that may be a town: "Castelo de Vide", not "March" nor "Spanish"."""
    place = start
    while place < min(start + 5, len(tokens)) and tokens[place].is_word:
        word = tokens[place].low
        small = word in _SMALL and place > start and place + 1 < len(tokens) and tokens[place + 1].is_capital
        if not small and not may_be_town(tokens, place):
            break
        place += 1
        while is_joint(tokens, place):
            place += 2
        if place > start and REGIONS.end_at(tokens, place):
            break
    return place if place > start and not REGIONS.end_at(tokens, start) else 0


def may_be_town(tokens: Tokens, place: int) -> bool:
    word = tokens[place]
    coded = word.text in STATE_CODES and place > 0 and tokens[place - 1].is_capital
    owned = word.low.endswith("'s")
    return (
        word.is_capital
        and not coded
        and not owned
        and not word.is_number
        and not {word.low} & (NOT_PLACES | STARTERS | COMMON)
    )


def _spoken(tokens: Tokens, start: int) -> int:
    """One or two uncommon words, or "san luis obispo", if what follows them shows that the name is over."""
    end, most = start, 3 if low(tokens, start) in _SAINTS else 2
    while (
        not REGIONS.end_at(tokens, end)
        and end < min(start + most + 1, len(tokens))
        and tokens[end].is_word
        and not {tokens[end].low} & (COMMON | NOT_PLACES)
    ):
        end += 1
    over = end == len(tokens) or tokens[end].is_mark or low(tokens, end) in COMMON or REGIONS.end_at(tokens, end)
    return end if start < end <= start + most and over and not TRADES.within(tokens, start, end) else 0


def past_district(tokens: Tokens, place: int) -> int:
    """Past the "LS6" of "Leeds LS6", the "8" of "Dublin 8"."""
    code = tokens[place : place + 2]
    if code and code[0].text.isupper() and len(code[0].text) <= 2 and len(code) == 2 and not code[1].gap:
        return place + 2 if code[1].low.isdecimal() else place
    return place + 1 if code and code[0].low.isdecimal() and len(code[0].low) <= 2 else place


def postcode(tokens: Tokens, place: int) -> bool:
    word = low(tokens, place)
    return word.isdecimal() and 3 <= len(word) <= 5
