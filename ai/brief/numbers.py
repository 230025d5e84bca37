"""Numbers in digits or words as values: "twenty five", "1.200", "4,50", "two thousand and ten"."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import get_args

from ai.brief.money import CURRENCIES
from ai.brief.phrases import tables
from ai.brief.tokens import Token, Tokens, low
from ai.business import Language

_TABLES = tables("numbers")
UNITS: Mapping[str, int] = MappingProxyType({word: value for value, word in enumerate(_TABLES["units"].split())})
TENS: Mapping[str, int] = MappingProxyType(
    {word: 10 * value for value, word in enumerate(_TABLES["tens"].split(), start=2)}
)
# Typed briefs of other languages use digits; these are what stands in their opening hours.
FOREIGN: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        language: {word: int(value) for word, value in (pair.split("=") for pair in _TABLES[language].split())}
        for language in get_args(Language)
    }
)


def with_values(tokens: Tokens, language: str = "en") -> list[Token]:
    """The tokens with every number worth its value, those of several words made one."""
    found: list[Token] = []
    place = 0
    while place < len(tokens):
        token, place = _read(tokens, place, language)
        found.append(token)
    return found


def value_of(digits: str) -> float | None:
    """What digits are worth: "1,200" and "1.200" are thousands, "4,50" and "4.50" are not; a clock has none."""
    if ":" in digits:
        return None
    if "," in digits and "." in digits:  # "1,250.00", "1.250,00"
        whole, _, rest = digits.replace(",", ".").rpartition(".")
        digits = f"{whole.replace('.', '')}.{rest}"
    parts = digits.replace(",", ".").split(".")
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3 and parts[0] != "0":
        return float("".join(parts)[:12])
    return float(f"{parts[0][:12]}.{parts[1][:6]}") if len(parts) == 2 else float(parts[0][:12])


def _read(tokens: Tokens, place: int, language: str) -> tuple[Token, int]:
    token = tokens[place]
    if _is_grouped(tokens, place):
        return _joined(tokens, place, place + 2, int(token.low + tokens[place + 1].low)), place + 2
    if token.low[0].isdecimal():
        return replace(token, value=value_of(token.low) if token.low.isascii() else None), place + 1
    foreign = FOREIGN.get(language, {}).get(token.low)
    if foreign is not None:
        return replace(token, value=float(foreign)), place + 1
    value, end = _words(tokens, place)
    if value is None:
        return token, place + 1
    return _joined(tokens, place, end, value), end


def _is_grouped(tokens: Tokens, place: int) -> bool:
    """The "1 600" of "1 600 €" and of "CHF 1 600", which are thousands beside a currency and nowhere else."""
    first, rest = low(tokens, place), low(tokens, place + 1)
    digits = f"{first}{rest}"
    if not (len(first) <= 3 and len(rest) == 3 and digits.isascii() and digits.isdecimal() and first[0] != "0"):
        return False
    before, after = low(tokens, place - 1), low(tokens, place + 2)
    told = after in CURRENCIES or (before in CURRENCIES and not after[:1].isdecimal())
    return told and not before[:1].isdecimal() and before not in UNITS


def _joined(tokens: Tokens, start: int, end: int, value: int) -> Token:
    words = "".join((" " if token.gap else "") + token.text for token in tokens[start:end]).strip()
    return replace(tokens[start], text=words, low=words.lower(), end=tokens[end - 1].end, value=float(value))


def _words(tokens: Tokens, place: int) -> tuple[int | None, int]:
    """ "two thousand five hundred and ten" and all that is shorter."""
    total, end = _hundreds(tokens, place)
    if total is None or low(tokens, end) != "thousand":
        return total, end
    rest, after = _hundreds(tokens, _past_and(tokens, end + 1))
    return (total * 1000, end + 1) if rest is None else (total * 1000 + rest, after)


def _hundreds(tokens: Tokens, place: int) -> tuple[int | None, int]:
    article = low(tokens, place) == "a" and low(tokens, place + 1) in ("hundred", "thousand")
    count, end = (1, place + 1) if article else _below_hundred(tokens, place)
    if count is None or low(tokens, end) != "hundred":
        return count, end
    rest, after = _below_hundred(tokens, _past_and(tokens, end + 1))
    return (count * 100, end + 1) if rest is None else (count * 100 + rest, after)


def _below_hundred(tokens: Tokens, place: int) -> tuple[int | None, int]:
    word = low(tokens, place)
    if word in UNITS:
        return UNITS[word], place + 1
    if word not in TENS:
        return None, place
    after = place + 2 if low(tokens, place + 1) == "-" and not tokens[place + 1].gap else place + 1
    unit = UNITS.get(low(tokens, after), 0)
    return (TENS[word] + unit, after + 1) if 0 < unit < 10 else (TENS[word], place + 1)


def _past_and(tokens: Tokens, place: int) -> int:
    return place + 1 if low(tokens, place) == "and" else place
