"""Which words are the name of a person, and where it ends."""

from ai.brief.phrases import tables, words
from ai.brief.tokens import Tokens, low, lows
from ai.brief.vocabulary import CITIES, COMMON, REGIONS, TRADES

_TABLES = tables("people")
GIVEN = words(_TABLES["given"])
_PARTICLES = words("de van von der den di da do dos del della la le ter ten bin al el zu")
_GREETINGS = words("hi hello hey hiya morning afternoon evening howdy greetings")
_NOT_NAMES = words(_TABLES["not_names"])


def is_full_name(tokens: Tokens, place: int) -> bool:
    """ "Dave Kowalski" after "Big Dave,"."""
    pair = tokens[place : place + 2]
    coordinated = pair[:1] and pair[0].low not in COMMON and low(tokens, place - 1) == "and"
    known = len(pair) == 2 and (pair[0].low in GIVEN or coordinated) and all(token.is_capital for token in pair)
    return bool(known) and is_name(tokens, place, sure=True)


def name_end(tokens: Tokens, start: int, sure: bool) -> int:
    end = start + 1
    while end < min(start + 3, len(tokens)) and _is_surname(tokens, start, end, sure):
        end += 1
    last = _past_particles(tokens, end) if tokens[start].is_capital else end
    return last + 1 if last > end and tokens[last].is_capital else end


def _past_particles(tokens: Tokens, place: int) -> int:
    """Past the "van der" of "Jan van der Berg"."""
    last = place
    while last < min(place + 2, len(tokens) - 1) and tokens[last].low in _PARTICLES:
        last += 1
    return last


def is_name(tokens: Tokens, place: int, sure: bool) -> bool:
    token = tokens[place]
    if not token.is_capital and tokens[0].is_capital and tokens[0].low != "i":
        return False
    if not token.is_word or token.low in _NOT_NAMES or token.value is not None or TRADES.end_at(tokens, place):
        return False
    follows = place + 1 < len(tokens) and tokens[place + 1].is_capital and tokens[place + 1].low not in COMMON
    if token.low in COMMON and not (token.low in ("big", "little", "may", "june") and token.is_capital and follows):
        return False
    if (CITIES.end_at(tokens, place) and token.low not in GIVEN) or REGIONS.end_at(tokens, place):
        return False
    introduced = follows or low(tokens, place + 1) in ("and", ",", ".", "from", "", "i", "the", "-", "by", "here")
    greeted = (
        low(tokens, place - 1) != "it's"
        or low(tokens, place + 1) in ("from", "here")
        or (place < 7 and bool(_GREETINGS & set(lows(tokens, 0, place))) and low(tokens, place + 1) in (".", ","))
    )
    told = token.is_capital and introduced and greeted
    return sure or token.low in GIVEN or told or _is_greeting(tokens, place)


def _is_greeting(tokens: Tokens, place: int) -> bool:
    """The "mick" of "hi i'm mick i'm a plumber"."""
    opens = low(tokens, place - 1) == "i'm" and place < 6 and _GREETINGS & set(lows(tokens, 0, place))
    follows = low(tokens, place + 1) in ("i'm", "i", "and") and low(tokens, place + 2) in (
        "a",
        "an",
        "i",
        "run",
        "own",
        "have",
        "do",
    )
    return bool(opens) and follows and not tokens[place].low.endswith(("ing", "ed"))


def _is_ended(text: str) -> bool:
    """Whether a dot ends the name, as it does not after the initial of "Priya N. Shah"."""
    return text[-1] == "." and len(text) > 2


def _is_surname(tokens: Tokens, start: int, place: int, sure: bool) -> bool:
    token = tokens[place]
    if not token.is_word or token.low in COMMON or token.value is not None or _is_ended(tokens[place - 1].text):
        return False
    if TRADES.end_at(tokens, place) and not (token.is_capital and tokens[start].low in GIVEN):
        return False
    capitals = tokens[start].is_capital
    over = low(tokens, place + 1) in COMMON or place + 1 >= len(tokens) or tokens[place + 1].is_mark
    return token.is_capital if capitals else sure and over and token.low not in _NOT_NAMES
