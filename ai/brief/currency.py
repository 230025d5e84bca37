"""In which currency and of which size prices are meant that do not say it themselves."""

from collections.abc import Mapping
from dataclasses import replace

from ai.brief.money import CURRENCIES, money_at
from ai.brief.phrases import phrases, tables, words
from ai.brief.pricing import LINKS
from ai.brief.tokens import BLANK, Tokens, low, tokens_of
from ai.brief.vocabulary import STATE_CODES
from ai.business import Item, Place

LEAST_HUNDREDS = 20  # where half of the prices are below, "one fifty" is 1.50
_PRICES_IN = phrases(
    "all in | prices in | prices are in | price in | prices are all in | prices all in | everything in"
)
_AMERICAN = phrases("usd | us $ | us dollars | us dollar | american dollars")
_PROVINCES = words("NS BC QC AB MB SK NB ON WA SA")
_LOCAL = tuple((codes.split(), phrases(places)) for codes, places in tables("local_money").items())


def in_hundreds(tokens: Tokens) -> Tokens:
    """ "one seventy five" as 175 where the other prices are of that size, not as 1.75."""
    pairs = {place for place in range(len(tokens) - 1) if _is_pair(tokens, place)}
    moneys = [money_at(tokens, place) for place in range(len(tokens)) if not pairs & {place, place - 1}]
    amounts = sorted(money.price.amount for money in moneys if money and not money.bare)
    if not pairs or not amounts or amounts[len(amounts) // 2] < LEAST_HUNDREDS:
        return tokens
    return [
        replace(token, value=100 * (token.value or 0) + (tokens[place + 1].value or 0))
        if place in pairs
        else replace(token, low=BLANK, text=BLANK, value=None)
        if place - 1 in pairs
        else token
        for place, token in enumerate(tokens)
    ]


def _is_pair(tokens: Tokens, place: int) -> bool:
    first, second = tokens[place].value, tokens[place + 1].value
    if first is None or second is None or not (tokens[place].is_word and tokens[place + 1].is_word):
        return False
    return first in range(1, 10) and 10 <= second < 100 and low(tokens, place - 1) in LINKS


def currency_of(tokens: Tokens) -> str | None:
    """The one currency that a brief speaks of, also as in "all prices in euro"; None if it is none or several."""
    told = {CURRENCIES[low(tokens, end)] for _, end in _PRICES_IN.spans(tokens) if low(tokens, end) in CURRENCIES}
    told |= {CURRENCIES[token.low] for place, token in enumerate(tokens) if _is_bracketed_currency(tokens, place)}
    moneys = (money_at(tokens, place) for place in range(len(tokens)))
    told = told or {money.price.currency for money in moneys if money and money.price.currency}
    return told.pop() if len(told) == 1 else None


def _is_bracketed_currency(tokens: Tokens, place: int) -> bool:
    """ "(euro)"."""
    return tokens[place].low in CURRENCIES and low(tokens, place - 1) == "(" and low(tokens, place + 1) == ")"


def in_currency(item: Item, currency: str | None) -> Item:
    """The item with its price in this currency if it says none itself."""
    return _repriced(item, currency) if item.price and not item.price.currency and currency else item


def _repriced(item: Item, currency: str) -> Item:
    assert item.price is not None  # noqa: S101  (for the type checker)
    return item.model_copy(update={"price": item.price.model_copy(update={"currency": currency})})


def currencies_at(place: Place, tokens: Tokens) -> Mapping[str, str]:
    """Which dollars, shillings or rupees are meant at a place, "CAD" for "USD"; none where a brief says which."""
    if _AMERICAN.within(tokens, 0, len(tokens)) or (place.region or "") in STATE_CODES - _PROVINCES:
        return {}
    there = tokens_of(f"{place.city or ''}, {place.region or ''}")
    return {old: new for (old, new), towns in _LOCAL if towns.within(there, 0, len(there))}


def as_there(item: Item, there: Mapping[str, str]) -> Item:
    """The item with its price in the money of the place."""
    new = there.get(item.price.currency or "") if item.price else None
    return _repriced(item, new) if new else item
