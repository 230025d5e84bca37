"""Words of an owner made fit for a page: one line, no control characters, not endless; prices in a language."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from ai.business import Item, Language, Price

SYMBOLS = (("EUR", "€"), ("USD", "$"), ("GBP", "£"), ("CHF", "CHF"), ("BRL", "R$"), ("JPY", "¥"), ("INR", "₹"))
ENDLESS = 1e12  # no price; an infinite one would not even be a number to print
STEERING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # may make a page read other than it is


def clean(text: str | None, limit: int = 300) -> str:
    """One line without control or direction characters, at most `limit` characters."""
    if not text:
        return ""
    plain = STEERING.sub("", text[: limit * 4])
    plain = "".join(" " if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} else char for char in plain)
    line = " ".join(plain.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def sentence(text: str) -> str:
    """First letter large and a full stop, unless it ends in one of its own."""
    if not text:
        return ""
    ended = text if text[-1] in ".!?…" else text + "."
    return capital(ended)


def capital(text: str) -> str:
    """First letter large, unless the second is, as in "iPhone"."""
    return text if text[1:2].isupper() else text[:1].upper() + text[1:]


def listed(parts: Sequence[str], word: str) -> str:
    """ "bread, rolls and cake"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def money(price: Price, language: Language, cents: bool = False) -> str:
    """ "€3.50" in English, "3,50 €" elsewhere; without a currency just the number; `cents` shows them always."""
    number = _amount(price.amount, cents)
    symbol = _symbol(price.currency)
    if language == "en":
        return f"{symbol} {number}" if len(symbol) > 2 else f"{symbol}{number}"
    return f"{number.replace('.', ',')}\u00a0{symbol}".rstrip("\u00a0")


def priced(price: Price, language: Language, words: Mapping[str, str], cents: bool = False) -> str:
    """The amount with "from" and "per hour" where the owner said so."""
    start = f"{words['from']} " if price.at_least else ""
    unit = clean(price.unit, 40)
    return f"{start}{money(price, language, cents)}{f' / {unit}' if unit else ''}"


def names(items: Sequence[Item]) -> list[str]:
    return [capital(name) for item in items if (name := clean(item.name, 160))]


def in_cents(items: Sequence[Item]) -> bool:
    """Whether a list needs two decimals, so that its prices line up."""
    return any(item.price and item.price.amount < ENDLESS and item.price.amount % 1 for item in items)


def _amount(amount: float, cents: bool) -> str:
    if amount >= ENDLESS:
        return f"{amount:.3g}"
    return f"{amount:.2f}" if cents or amount % 1 else f"{amount:.0f}"


def _symbol(currency: str | None) -> str:
    known = clean(currency, 12)
    return dict(SYMBOLS).get(known.upper(), known)


def currency_code(currency: str | None) -> str | None:
    """The ISO code of what an owner called it, or None: search engines accept nothing else."""
    known = clean(currency, 12)
    by_symbol = {symbol: code for code, symbol in SYMBOLS}
    code = by_symbol.get(known, known.upper())
    return code if re.fullmatch(r"[A-Z]{3}", code) else None
