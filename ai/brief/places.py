"""Where a business is: street, city and region, only where the brief says that it is there."""

from collections.abc import Iterator

from ai.brief.clauses import Clauses
from ai.brief.phrases import phrases, tables, words
from ai.brief.streets import Street
from ai.brief.text import one_line, title
from ai.brief.tokens import BLANK, REPAIR, STRONG, Tokens, low, lows, said, tokens_of
from ai.brief.towns import City, calm, capitals, city_at, made, may_be_town, past_district, postcode, state_code
from ai.brief.vocabulary import (
    AMBIGUOUS,
    CITIES,
    CITY_WORDS,
    GENERIC,
    REGIONS,
    TRADES,
)

_TABLES = tables("places")
_SURE = phrases(_TABLES["sure"])
_IN = phrases("in | à | em | en | aus | a | no | de | di | from | au | of | im")
_LANDMARKS = words(_TABLES["landmarks"])
_WRITING = words(
    "website site page pages write written speak text font letters font style look dressed do coded built"
)
_BEING = words(_TABLES["being"])


def city_in(tokens: Tokens, clauses: Clauses, street: Street | None, cased: bool, language: str) -> City | None:
    """The city with the best claim: beside the street, after "based in", after the trade, after a plain "in"."""
    found = [
        city
        for city in _cities(tokens, street, cased, language)
        if clauses.ours(city.span[0]) and clauses.ours(max(city.span[0] - 1, 0))
    ]
    return _latest(tokens, found) if found else None


def city_of_name(name: str) -> str | None:
    """The town at the end of a name of three words or more: "Studio 88 Miami"."""
    tokens = tokens_of(name)
    ends = (place for place in range(2, len(tokens)) if CITIES.end_at(tokens, place) == len(tokens))
    first = next(ends, None)
    return None if first is None or tokens[first].low in AMBIGUOUS else said(tokens, first, len(tokens))


def region_in(tokens: Tokens, clauses: Clauses) -> str | None:
    """A country or state that follows an "in" alone: "a hotel in Portugal"."""
    for start, end in REGIONS.spans(tokens):
        before = lows(tokens, start - 3, start)
        if before[-1:] == ["in"] and set(before) & {"based", "located", "we're", "are"} and clauses.ours(start):
            return title(said(tokens, start, end))
    return None


def _latest(tokens: Tokens, found: list[City]) -> City:
    """The best, unless a correction after it names another."""
    best = max(found, key=lambda city: (city.rank - 3 * _is_of_the_past(tokens, city), -city.span[0]))
    later = [
        city
        for city in found
        if city.span[0] > best.span[1] and REPAIR in lows(tokens, best.span[1], city.span[0]) and city.rank >= 2
    ]
    return later[-1] if later else best


def _is_of_the_past(tokens: Tokens, city: City) -> bool:
    """ "founded in 1951 in Chicago, today in Milwaukee"."""
    before = lows(tokens, city.span[0] - 10, city.span[0])
    marks = [index for index, word in enumerate(before) if word in STRONG | {","}]
    return bool({"founded", "began", "started"} & set(before[marks[-1] if marks else 0 :]))


def _cities(tokens: Tokens, street: Street | None, cased: bool, language: str) -> Iterator[City]:
    for place in range(len(tokens)):
        yield from _after_cue(tokens, place, cased, language)
        yield from _alone(tokens, place, cased)
        yield from _across(tokens, place, cased)
        yield from _near(tokens, place, cased)
        yield from _repaired(tokens, place, cased)
        if low(tokens, place) == "based" and low(tokens, place - 1) == "-" and not tokens[place].gap:
            yield from _before_based(tokens, place - 1, cased)
    if street is not None:
        yield from _beside_street(tokens, street, cased)


def _after_cue(tokens: Tokens, place: int, cased: bool, language: str) -> Iterator[City]:
    sure = _SURE.end_at(tokens, place)
    sure = sure + 1 if sure and low(tokens, sure) == ":" else sure
    if sure:
        yield from city_at(tokens, sure, 6, cased, free=True)
    plain = _IN.end_at(tokens, place) if not sure else 0
    introduced = low(tokens, place) == "from" and set(lows(tokens, place - 5, place)) & {
        "this",
        "name",
        "here",
        "it's",
    }
    if not plain or (
        language == "en" and low(tokens, place) != "in" and not (introduced or _follows_trade(tokens, place))
    ):
        return
    if low(tokens, place) in ("a", "no", "de", "di", "of", "from", "en") and language == "en":
        if low(tokens, place) == "from":
            yield from city_at(tokens, plain, 3, cased, free=False)
        return
    if cased and language == "en" and not _WRITING & set(lows(tokens, place - 6, place)):
        yield from _closed(tokens, plain)
    near = set(lows(tokens, place - 4, place))
    plain = plain + 1 if low(tokens, plain) in ("rainy", "sunny", "beautiful", "lovely", "old") else plain
    told = _follows_trade(tokens, place) or bool(near & _BEING) or low(tokens, place - 1) == BLANK
    yield from city_at(tokens, plain, 5 if told else 3, cased, free=told)


def _closed(tokens: Tokens, start: int) -> Iterator[City]:
    """ "we build boats in Risør.": capitals after an "in" and before a mark, where nothing better is told."""
    end = capitals(tokens, start)
    if end and end - start <= 2 and (end >= len(tokens) or tokens[end].low in STRONG | {","}):
        yield City(calm(title(one_line(said(tokens, start, end), 60))), (start, end), 1)


def _across(tokens: Tokens, place: int, cased: bool) -> Iterator[City]:
    """ "a cleaning service for homes across Dublin", "I moved to Sayulita": weaker than any "in"."""
    word, before = low(tokens, place), lows(tokens, place - 6, place)
    if word in ("across", "throughout") and cased:
        yield from city_at(tokens, place + 1, 1, cased, free=False)
    if word == "covering" or (word == "cover" and low(tokens, place - 1) in ("i", "we")):
        yield from city_at(tokens, place + 1, 1, cased, free=False)
    moved = word == "to" and {"moved", "relocated"} & set(before) and {"i", "we", "i've", "we've"} & set(before)
    if moved and cased:
        yield from city_at(tokens, place + 1, 1, cased, free=True)


def _follows_trade(tokens: Tokens, place: int) -> bool:
    place = place - 1 if low(tokens, place - 1) == "," else place
    return TRADES.within(tokens, place - 5, place) or bool(set(lows(tokens, place - 3, place)) & GENERIC)


def _before_based(tokens: Tokens, end: int, cased: bool) -> Iterator[City]:
    for start in range(max(0, end - 3), end):
        if CITIES.end_at(tokens, start) == end:
            yield made(tokens, start, end, 7)
            return
    if cased and may_be_town(tokens, end - 1):
        yield made(tokens, end - 1, end, 6)


def _near(tokens: Tokens, place: int, cased: bool) -> Iterator[City]:
    """ "a gastropub near Ludlow", "Stanton Lane, near Ludlow", but not "near Central Station"."""
    before = low(tokens, place - 2) if low(tokens, place - 1) == "," else low(tokens, place - 1)
    if low(tokens, place) == "near" and (before == BLANK or _follows_trade(tokens, place)):
        for city in city_at(tokens, place + 1, 1, cased, free=cased):
            if low(tokens, city.span[1] - 1) not in _LANDMARKS:
                yield city


def _unknown(tokens: Tokens, place: int, cased: bool) -> Iterator[City]:
    """The one capitalised word after a trade that heads its line: "yoga studio, Chagford"."""
    region = REGIONS.end_at(tokens, place) > 0
    if not cased or region or low(tokens, place - 1) != "," or not may_be_town(tokens, place):
        return
    heads = any(
        TRADES.end_at(tokens, start) == place - 1 and low(tokens, start - 1) in STRONG | {""}
        for start in range(max(0, place - 5), place - 1)
    )
    if heads and low(tokens, place + 1) in STRONG | {"", ","}:
        yield made(tokens, place, place + 1, 1)


def _alone(tokens: Tokens, place: int, cased: bool) -> Iterator[City]:
    """A known city that is all there is between two marks, or that follows the trade: "Bakery, Porto."."""
    end = CITIES.end_at(tokens, place)
    if not end:
        yield from _unknown(tokens, place, cased)
        return
    doubtful = tokens[place].low in (AMBIGUOUS if cased else CITY_WORDS) and not tokens[place].is_capital
    if doubtful and end == place + 1:
        return
    edges = STRONG | {"", ",", "-", "(", ")", "/", ":"}
    after = past_district(tokens, end)
    closed = low(tokens, after) in edges or REGIONS.end_at(tokens, end) > 0 or state_code(tokens, end) > 0
    if (closed and (low(tokens, place - 1) in edges or postcode(tokens, place - 1))) or any(
        TRADES.end_at(tokens, start) == place for start in range(max(0, place - 3), place)
    ):
        yield made(tokens, place, end, 3)


def _repaired(tokens: Tokens, place: int, cased: bool) -> Iterator[City]:
    """ "in Porto, no wait, Lisbon"."""
    if tokens[place].low == REPAIR and CITIES.end_at(tokens, place + 1):
        yield from city_at(tokens, place + 1, 2, cased, free=False)


def _beside_street(tokens: Tokens, street: Street, cased: bool) -> Iterator[City]:
    start = street.span[1]
    while low(tokens, start) in (",", "in", "-", "\n") or postcode(tokens, start):
        start += 1
    spoken = low(tokens, start - 1) == "in"
    if start > street.span[1] or CITIES.end_at(tokens, start):
        yield from city_at(tokens, start, 6, cased, free=cased or spoken)
