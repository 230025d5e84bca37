"""Phone numbers, typed in any grouping or said digit by digit."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from ai.brief.numbers import UNITS
from ai.brief.phrases import phrases, tables, words
from ai.brief.times import range_at
from ai.brief.tokens import STRONG, Span, Token, Tokens, low, lows

_TABLES = tables("contacts")

LONGEST_RUN = 40  # tokens of a phone number said digit by digit, with dashes
_PHONE_CUES = phrases(_TABLES["phone_cues"])
_DIGITS: Mapping[str, str] = MappingProxyType(
    {word: str(value) for word, value in UNITS.items() if value < 10}
    | {"oh": "0", "o": "0", "nought": "0", "nil": "0"}
)
_TIMES: Mapping[str, int] = MappingProxyType({"double": 2, "triple": 3})
_JOINERS = words("- / ( ) ,")
_HOUR = re.compile(r"([01]\d|2[0-4])\.?(00|15|30|45)")


def overlaps(span: Span, taken: list[Span]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in taken)


def phones_in(tokens: Tokens, taken: list[Span]) -> list[tuple[str, Span]]:
    found, place = [], 0
    while place < len(tokens):
        run = None if overlaps((place, place + 1), taken) else _phone_run(tokens, place)
        if run and _is_phone(tokens, place, *run):
            found.append((_as_phone(tokens, place, *run), (place, run[1])))
            place = run[1]
        else:
            place += 1
    return found


def _phone_run(tokens: Tokens, start: int) -> tuple[str, int] | None:
    """The digits that begin here and where they end: groups of digits with spaces, dashes, dots or brackets."""
    digits, place, end, times = "", start, start, 1
    while place < min(len(tokens), start + LONGEST_RUN) and len(digits) <= 15:
        token = tokens[place]
        piece = _DIGITS.get(token.low) or (_typed_digits(token) if token.low[0].isdecimal() else None)
        if piece is not None:
            digits, times, end = digits + piece * times, 1, place + 1
        elif token.low in _TIMES:
            times = _TIMES[token.low]
        elif token.value is not None and 10 <= token.value < 100:
            digits, end = digits + f"{token.value:.0f}", place + 1
        elif not (place == start and token.low in ("+", "(", "plus")) and not _joins(tokens, place):
            break
        place += 1
    return (digits, end) if digits else None


def _joins(tokens: Tokens, place: int) -> bool:
    """A mark within a phone number: after a comma goes on only what can be no time and no price."""
    mark, before, after = tokens[place].low, low(tokens, place - 1), low(tokens, place + 1)
    if mark not in _JOINERS or place == 0:
        return False
    if mark == "," or (mark == "-" and tokens[place].gap):
        single = all(len(word) == 1 or word in _DIGITS for word in (before, after))
        return single or (len(after) >= 3 and after.isdecimal() and before.isdecimal() and len(before) >= 3)
    return True


def _typed_digits(token: Token) -> str | None:
    bare = token.low.replace(".", "").replace(",", "")
    return bare if bare.isdecimal() and bare.isascii() else None


def _is_phone(tokens: Tokens, start: int, digits: str, end: int) -> bool:
    """Seven digits or more in a plausible shape, or six after a word like "call"."""
    if all(_HOUR.fullmatch(low(tokens, at)) for at in (start, start + 2)) and range_at(tokens, start):
        return False  # "0800-1700"
    if not 6 <= len(digits) <= 15 or (_DIGITS.get(tokens[start].low) is None and not _opens_phone(tokens[start])):
        return False
    if (
        any(("." in token.low and len(token.low) < 6) or ":" in token.low for token in tokens[start:end])
        and digits[0] != "0"
    ):
        return False
    cued = _cued(tokens, start)
    plus = tokens[start].low in ("+", "plus")
    if cued or plus:
        return len(digits) >= 6
    groups = [token.low for token in tokens[start:end] if token.low[0].isdecimal()]
    spoken = not groups
    long_groups = any(len(group) >= 3 for group in groups)
    return len(digits) >= 7 and (
        spoken
        or (
            (long_groups or (digits[0] == "0" and len(digits) >= 9))
            and (len(digits) >= 9 or digits[0] == "0" or len(groups) == 2)
        )
    )


def _opens_phone(token: Token) -> bool:
    return token.low[0].isdecimal() or token.low in ("+", "(", "plus") or token.value is not None


def _cued(tokens: Tokens, start: int) -> bool:
    before = range(max(0, start - 7), start)
    return any(
        _PHONE_CUES.end_at(tokens, place)
        for place in before
        if not set(lows(tokens, place, start)) & STRONG - {"."}
    )


def _as_phone(tokens: Tokens, start: int, digits: str, end: int) -> str:
    """Digits typed stay as they were typed; spoken ones are written in one run."""
    plus = "+" if tokens[start].low in ("+", "plus") else ""
    if all(not token.is_word for token in tokens[start:end]):
        parts = [(" " if token.gap and index else "") + token.text for index, token in enumerate(tokens[start:end])]
        return "".join(parts).strip(" ,.-/")
    return plus + digits
