"""What looks like a name and is none: an address, a day, a state, a kind of people."""

from ai.brief.money import money_at
from ai.brief.phrases import tables, words
from ai.brief.streets import KINDS
from ai.brief.style_words import ADJECTIVES
from ai.brief.tokens import Span, Tokens, lows
from ai.brief.vocabulary import NOT_PLACES, STATE_CODES

_DIETS = words(
    "vegan vegetarian halal kosher thai dutch danish swedish norwegian finnish polish czech irish scottish welsh "
    " greek turkish lebanese persian korean vietnamese nigerian ethiopian georgian portuguese brazilian"
    " argentinian peruvian"
)
_CALENDAR = tables("days")
_DAYS = words(
    f"{_CALENDAR['full en']} {_CALENDAR['short en']} weekday weekdays weekend weekends daily open hours"
    " closed today january february march april may june july august september october november december"
)
_UNITS = words("unit suite floor room arch flat apartment stall level bay")


def is_of_address(tokens: Tokens, span: Span) -> bool:
    """ "Pine Street", "Unit 4"."""
    first, last = tokens[span[0]].low, tokens[span[1] - 1].low
    return last in KINDS or (first in _UNITS and (last[0].isdecimal() or span[1] - span[0] == 1))


def is_priced(tokens: Tokens, span: Span) -> bool:
    """ "Manicure GHS 80": no name has a price in it."""
    moneys = (money_at(tokens, place) for place in range(*span))
    return any(money is not None and not money.bare for money in moneys)


def is_of_calendar(tokens: Tokens, span: Span) -> bool:
    """ "Tue-Fri", "NC"."""
    heard = [token for token in tokens[slice(*span)] if token.is_word]
    return all(token.low in _DAYS or token.text in STATE_CODES for token in heard)


def is_kind_of_people(tokens: Tokens, span: Span) -> bool:
    """ "We're Dutch", "the restaurant is Vegan"."""
    heard = set(lows(tokens, *span))
    return span[1] - span[0] == 1 and bool(heard & (NOT_PLACES | ADJECTIVES | _DIETS))
