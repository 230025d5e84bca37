"""Prices: an amount, its currency as an ISO 4217 code, "from", and what it buys."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import Tokens, low
from ai.business import Price

_TABLES = tables("money")

HIGHEST = 10_000_000
CURRENCIES: Mapping[str, str] = MappingProxyType(
    {word: code for code, table in {
        "EUR": "€ euro euros eur",
        "USD": "$ dollar dollars usd bucks buck",
        "GBP": "£ pound pounds gbp quid",
        "JPY": "¥ yen jpy",
        "CHF": "chf franken sfr francs franc",
        "BRL": "r$ reais brl",
        "SEK": "kronor sek",
            "DKK": "dkk",
            "kr": "kr kroner",
        "NOK": "nok",
        "PLN": "zł zl zloty zlotys pln",
        "CZK": "kč czk koruna korun",
        "INR": "₹ rupees rupee inr rs",
        "CAD": "cad",
        "AUD": "aud",
        "NZD": "nzd",
        "HKD": "hkd",
        "SGD": "sgd",
        "ZAR": "zar rand",
        "GHS": "ghs cedi cedis",
        "AED": "aed dirham dirhams",
        "SAR": "riyal riyals",
        "MYR": "myr ringgit",
        "IDR": "idr rupiah",
        "PHP": "₱ php",
        "LKR": "lkr",
        "PKR": "pkr",
        "UGX": "ugx",
        "TZS": "tzs",
        "HUF": "huf forint forints",
        "CNY": "cny rmb yuan",
        "TWD": "twd",
        "UAH": "₴ hryvnia",
            "KES": "ksh kes shillings shilling",
            "NGN": "₦ naira ngn",
            "ILS": "₪ shekels",
            "TRY": "₺ lira",
            "KRW": "₩ won",
            "THB": "฿ baht",
            "MXN": "mxn pesos",
    }.items() for word in table.split()}
)  # fmt: skip
# Marks that are other words in small letters, and the letters before a "$".
_WRITTEN: Mapping[str, str] = MappingProxyType({"R": "ZAR", "RM": "MYR", "Rp": "IDR", "Sh": "KES"})
_DOLLARS: Mapping[str, str] = MappingProxyType(
    {
        "r": "BRL", "a": "AUD", "au": "AUD", "c": "CAD", "ca": "CAD", "nz": "NZD", "hk": "HKD", "s": "SGD",
        "us": "USD", "nt": "TWD",
    }
)  # fmt: skip
CENTS: Mapping[str, str | None] = MappingProxyType(
    {
        "cent": None,
        "cents": None,
        "pence": "GBP",
        "p": "GBP",
        "centimes": "EUR",
        "céntimos": "EUR",
        "cêntimos": "EUR",
    }
)
_FROM = phrases(_TABLES["from"])
_ONLY = words("just only about around roughly")
_PER = words("per / an a each the pro je par por al à la l' all' die")
_UNITS = words(_TABLES["units"])
_NO_UNITS = words("the our my your this each one cent")


@dataclass(frozen=True, slots=True)
class Money:
    """A price with the tokens that told it; `bare` when no currency was said."""

    price: Price
    start: int
    end: int

    cents: bool = False

    @property
    def bare(self) -> bool:
        return self.price.currency is None and not self.cents


def money_at(tokens: Tokens, place: int) -> Money | None:
    """A price that begins here: "from 80 dollars an hour", "€3.50", "three euros fifty", or a bare number."""
    after_from = _FROM.end_at(tokens, place)
    start = after_from or place
    start = start + 1 if low(tokens, start) in _ONLY else start
    found = _symbol_first(tokens, start) or _number_first(tokens, start)
    if found is None or not 0 <= found[0] <= HIGHEST:
        return None
    amount, currency, end = found
    currency, end, ranged = _range_end(tokens, start, end, amount, currency)
    at_least = bool(after_from) or ranged
    if low(tokens, end) == "+" or (low(tokens, end + 1) in ("up", "upwards") and low(tokens, end) == "and"):
        at_least, end = True, end + (1 if low(tokens, end) == "+" else 2)
    cents = low(tokens, end - 1) in CENTS
    unit, end = _unit(tokens, end)
    return Money(Price(amount=amount, currency=currency, at_least=at_least, unit=unit), place, end, cents)


def _range_end(
    tokens: Tokens, start: int, end: int, amount: float, currency: str | None
) -> tuple[str | None, int, bool]:
    """Past the "-9€" of "5-9€", which costs 5 at least; only where a currency tells that these are prices."""
    hyphen = low(tokens, end) == "-" and not (tokens[end].gap and tokens[start].value is not None)
    if not (hyphen or low(tokens, end) in ("to", "-")) or tokens[end].gap != (low(tokens, end) == "to"):
        return currency, end, False
    second = _symbol_first(tokens, end + 1) or _number_first(tokens, end + 1)
    if second is None or second[0] <= amount or not (currency or second[1]):
        return currency, end, False
    return currency or second[1], second[2], True


def _symbol_first(tokens: Tokens, place: int) -> tuple[float, str, int] | None:
    currency, start = CURRENCIES.get(low(tokens, place)), place + 1
    if low(tokens, place) in _DOLLARS and low(tokens, place + 1) == "$" and not tokens[place + 1].gap:
        currency, start = _DOLLARS[low(tokens, place)], place + 2
    if currency is None and place < len(tokens):
        currency = _WRITTEN.get(tokens[place].text)
    if currency is None or start >= len(tokens):
        return None
    amount = tokens[start].value
    return None if amount is None or not tokens[start].low[0].isdecimal() else (amount, currency, start + 1)


def _number_first(tokens: Tokens, place: int) -> tuple[float, str | None, int] | None:
    if place >= len(tokens):
        return None
    amount = tokens[place].value
    if amount is None:
        return (*_fixed(1, tokens, place + 1),) if _one_coin(tokens, place) else None
    amount, after = _pointed(tokens, place, amount)
    word = low(tokens, after)
    if word in CENTS and not (word == "p" and tokens[after].gap):
        return amount / 100, CENTS[word], after + 1
    next_price = not word.isalpha() and after + 1 < len(tokens) and tokens[after + 1].is_number
    if word in CURRENCIES and not next_price:
        return _fixed(amount, tokens, after)
    return _loose(tokens, after, amount)


def _one_coin(tokens: Tokens, place: int) -> bool:
    return low(tokens, place) in ("a", "one") and low(tokens, place + 1) in ("euro", "dollar", "pound", "buck")


def _fixed(amount: float, tokens: Tokens, place: int) -> tuple[float, str | None, int]:
    """ "three euros fifty", "3 euros and 50 cents": the cents after the currency at `place`."""
    currency, after = CURRENCIES[tokens[place].low], place + 1
    cents_at = after + 1 if low(tokens, after) == "and" else after
    cents = tokens[cents_at].value if cents_at < len(tokens) else None
    if cents is None or not 5 <= cents < 100 or cents != int(cents) or amount != int(amount):
        return amount, currency, after
    follows = low(tokens, cents_at + 1)
    if follows in CENTS:
        return amount + cents / 100, currency, cents_at + 2
    plain_cents = cents_at == after and (tokens[cents_at].is_word or cents % 5 == 0) and follows not in CURRENCIES
    return (amount + cents / 100, currency, after + 1) if plain_cents else (amount, currency, after)


def _loose(tokens: Tokens, after: int, amount: float) -> tuple[float, str | None, int]:
    """ "three fifty", which are three and a half of a currency said after it or not at all."""
    cents = tokens[after].value if after < len(tokens) else None
    spoken = cents is not None and tokens[after].is_word and tokens[after - 1].is_word
    if cents is None or not spoken or not 10 <= cents < 100 or amount != int(amount) or amount >= 1000:
        return amount, None, after
    currency = CURRENCIES.get(low(tokens, after + 1))
    return amount + cents / 100, currency, after + (1 if currency is None else 2)


def _pointed(tokens: Tokens, place: int, amount: float) -> tuple[float, int]:
    """ "four point five", "twelve and a half"."""
    if low(tokens, place + 1) == "point" and place + 2 < len(tokens) and tokens[place + 2].value is not None:
        digits, after = "", place + 2
        while after < len(tokens) and after < place + 4 and tokens[after].value is not None:
            digits, after = digits + f"{tokens[after].value:.0f}", after + 1
        return float(f"{amount:.0f}.{digits}"), after
    if [low(tokens, place + offset) for offset in (1, 2, 3)] == ["and", "a", "half"]:
        return amount + 0.5, place + 4
    return amount, place + 1


def _unit(tokens: Tokens, place: int) -> tuple[str | None, int]:
    joined = low(tokens, place) in _PER
    word = low(tokens, place + 1)
    if low(tokens, place) == "per" and len(word) > 2 and word.isalpha() and word not in _NO_UNITS:
        return word, place + 2
    if (
        joined
        and word in _UNITS
        and not (low(tokens, place) in ("the", "la", "die") and word not in ("hour", "kilo"))
    ):
        return word, place + 2
    if low(tokens, place) == "each":
        return None, place + 1
    return ("hour", place + 1) if low(tokens, place) == "hourly" else (None, place)
