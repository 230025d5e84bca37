"""When an amount is a price: with a currency always, a bare number only where it can be nothing else."""

from ai.brief.clauses import starts_clause
from ai.brief.items import IN_NAMES
from ai.brief.money import Money, money_at
from ai.brief.phrases import tables, words
from ai.brief.tokens import BLANK, STRONG, Tokens, low, lows
from ai.brief.vocabulary import COMMON

_TABLES = tables("offers")

EDGES = STRONG | words(', & / ( ) " +') | {BLANK}
AND = words("and plus und et y e or then")
LINKS = words(_TABLES["links"])
_NO_PRICE_AFTER = words(_TABLES["no_price_after"])
_NO_PRICE_BEFORE = words(_TABLES["no_price_before"])


_TO = words("- to till til until")
_EVENTS = words(tables("hours")["events"])
_SPENT = words("spend spent bought prize raised paid budget donated invested borrowed saved owe owed loan fined")


def price_at(tokens: Tokens, place: int) -> Money | None:
    """A price: with a currency, or a bare number that can be nothing else."""
    money = money_at(tokens, place)
    if money is None or _is_spent(tokens, money) or (money.bare and not _may_be_price(tokens, money)):
        return None
    return money


def _is_spent(tokens: Tokens, money: Money) -> bool:
    """What was paid, raised or is a limit: "it cost me 4000 euros", "free over £30"."""
    before = lows(tokens, money.start - 4, money.start)
    return bool(_SPENT & set(before)) or before[-1:] in (["over"], ["above"]) or before[-2:-1] == ["cost"]


def _is_hour(tokens: Tokens, money: Money) -> bool:
    """A bare number of two times, or where an event begins: "11 to 13.30", "tours start at 2"."""
    place = money.end - 1
    ranged = low(tokens, place - 1) in _TO and (place < 2 or tokens[place - 2].value is not None)
    opens = low(tokens, money.end) in _TO and money.end + 1 < len(tokens) and _is_time(tokens, money.end + 1)
    starts = low(tokens, money.start) in ("start", "starts", "starting", "begin", "begins", "beginning")
    begins = starts and money.price.amount <= 24 and low(tokens, money.start - 1) in _EVENTS
    return ranged or opens or begins


def _is_time(tokens: Tokens, place: int) -> bool:
    return tokens[place].value is not None or tokens[place].low in ("half", "quarter", "noon", "midnight", "late")


def _may_be_price(tokens: Tokens, money: Money) -> bool:
    number = tokens[money.end - 1]
    if not tokens[money.start].gap and money.start > 0 and tokens[money.start - 1].is_word:
        return False  # the 7 of "BS7"
    if _is_hour(tokens, money):
        return False
    if money.price.unit is not None:
        return low(tokens, money.start - 1) not in _NO_PRICE_BEFORE - {"from", "at"}
    after, before = low(tokens, money.end), low(tokens, money.start - 1)
    if before == "at" and number.low.isdecimal() and money.price.amount <= 24:
        return False  # "breakfast at 8"
    if after == "for" and money_at(tokens, money.end + 1):
        return False  # "two for £5"
    if money.price.at_least and (not after or after in EDGES):
        return before not in _NO_PRICE_BEFORE
    if number.value is None or (number.is_word and before not in ("for", "at", "costs", "cost", "is", "are")):
        return number.value is not None and money.price.amount != int(money.price.amount)
    told = before in ("is", "are", "cost", "costs") and after in COMMON
    edge = not after or after in EDGES | AND or starts_clause(tokens, money.end) or told
    return edge and before not in _NO_PRICE_BEFORE - {"at", "from"} and after not in _NO_PRICE_AFTER - {"and"}


def is_tag(tokens: Tokens, start: int, money: Money) -> bool:
    """A bare number is a price at the end of a short phrase of no common words: "beard trim 15"."""
    named = {at for first, last in IN_NAMES.spans(tokens, start, money.start) for at in range(first, last)}
    places = [place for place in range(start, money.start) if tokens[place].low not in LINKS]
    name = [tokens[place] for place in places if place not in named]
    told = [
        token
        for token in name
        if token.low in COMMON
        and token.low not in ("and", "fresh", "of", "with", "de", "small", "big", "new", "one", "men", "day")
    ]
    number = (
        tokens[money.end - 1].low[0].isdecimal()
        or not money.price.amount.is_integer()
        or low(tokens, money.start - 1) in ("is", "are", "costs", "cost")
    )
    return 0 < len(places) <= 4 and not told and (number or money.price.at_least)
