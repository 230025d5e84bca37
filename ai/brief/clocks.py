"""One time of the day, as people say and type it: "half past eight", "8.30", "7h30", "noon", "8 in the evening"."""

import re
from dataclasses import dataclass, replace

from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import Token, Tokens, low

_TABLES = tables("times")

NAMED = {
    "noon": 720,
    "midday": 720,
    "midnight": 1440,
    "mittag": 720,
    "midi": 720,
    "mezzogiorno": 720,
    "mediodía": 720,
}
_FRACTIONS = {"half": 30, "quarter": 15, "five": 5, "ten": 10, "twenty": 20, "halb": -30, "viertel": 15}
_SUFFIX = words("o'clock oclock uhr h hs hrs horas hora heures heure ore")
_MORNING = phrases(_TABLES["morning"])
_EVENING = phrases(_TABLES["evening"])
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]00)?")
_JOINED = re.compile(r"(\d|1[0-2])([0-5]\d)")
_BEFORE_FRACTION = words("at until till til by around to")
DAY = 1440


@dataclass(frozen=True, slots=True)
class Clock:
    """Minutes since midnight as said; `half` tells morning from afternoon, `sure` that nothing else was meant."""

    minutes: int
    half: str | None = None
    sure: bool = False


def time_at(tokens: Tokens, place: int) -> tuple[Clock, int] | None:
    """A time that begins here, and where it ends."""
    if low(tokens, place) == "a" and _past(tokens, place + 1):  # "a quarter to nine"
        place += 1
    named = place + 1 if low(tokens, place + 1) in NAMED and tokens[place].value == 12 else place
    if low(tokens, named) in NAMED:
        return Clock(NAMED[tokens[named].low], half="said", sure=True), named + 1
    found = _past(tokens, place) or _digits(tokens, place)
    return None if found is None else _with_half(tokens, *found)


def _past(tokens: Tokens, place: int) -> tuple[Clock, int] | None:
    """ "half past eight", "quarter to six", "halb acht"."""
    minutes = _FRACTIONS.get(low(tokens, place))
    if minutes is None:
        return None
    word = low(tokens, place + 1)
    if tokens[place].value is not None and low(tokens, place - 1) not in _BEFORE_FRACTION and word != "past":
        return None  # "ten to six" is a range
    after = place + 2 if word in ("past", "to", "nach", "vor") else place + 1
    if after == place + 1 and low(tokens, place) not in ("half", "halb"):
        return None
    hour = _hour(tokens[after]) if after < len(tokens) else None
    if hour is None:
        return None
    return Clock(60 * hour + (-minutes if word in ("to", "vor") else minutes), sure=True), after + 1


def _digits(tokens: Tokens, place: int) -> tuple[Clock, int] | None:
    if place >= len(tokens):
        return None
    exact = _CLOCK.fullmatch(tokens[place].low)
    if exact:
        hour, minute = int(exact[1]), int(exact[2])
        half = "padded" if exact[1][0] == "0" else None
        return (
            (Clock(60 * hour + minute, half, sure=":" in exact[0]), place + 1) if _is_time(hour, minute) else None
        )
    joined = _JOINED.fullmatch(tokens[place].low) if low(tokens, place + 1) in ("am", "pm") else None
    if joined:  # "730am"
        return Clock(60 * int(joined[1]) + int(joined[2]), sure=True), place + 1
    hour_only = _hour(tokens[place])
    if hour_only is None:
        return None
    minute, after = _minutes(tokens, place + 1)
    return Clock(60 * hour_only + minute, sure=after > place + 2), after


def _minutes(tokens: Tokens, place: int) -> tuple[int, int]:
    """The thirty of "seven thirty" and of "7h30"; the 30 of "7 30" only before "am" or "pm"."""
    if place >= len(tokens) or tokens[place].value is None:
        after = low(tokens, place + 1)
        joined = low(tokens, place) == "h" and place + 1 < len(tokens) and not tokens[place + 1].gap
        return (
            (int(after), place + 2)
            if joined and after.isascii() and after.isdigit() and int(after) < 60
            else (0, place)
        )
    minute = tokens[place].value
    spoken = tokens[place].low[0].isalpha() and tokens[place - 1].low[0].isalpha()
    if minute in (15, 30, 45, 20, 40, 50, 10) and (spoken or low(tokens, place + 1) in ("am", "pm")):
        return int(minute), place + 1
    return 0, place


def _with_half(tokens: Tokens, clock: Clock, place: int) -> tuple[Clock, int]:
    if low(tokens, place) in _SUFFIX:
        clock, place = replace(clock, sure=True), place + 1
    short = low(tokens, place) in ("a", "p") and not tokens[place].gap and low(tokens, place - 1)[:1].isdecimal()
    if short:  # "8a-6p"
        return replace(clock, half=f"{low(tokens, place)}m", sure=True), place + 1
    for half, table in (("am", _MORNING), ("pm", _EVENING)):
        end = table.end_at(tokens, place)
        if end and clock.minutes < 780:
            night = half == "pm" and tokens[end - 1].low == "night" and clock.minutes >= 720
            return (Clock(DAY, "said", sure=True) if night else replace(clock, half=half, sure=True)), end
    return clock, place


def _hour(token: Token) -> int | None:
    if token.value is None or token.value != int(token.value) or not 0 <= token.value <= 24 or "." in token.low:
        return None
    return int(token.value)


def _is_time(hour: int, minute: int) -> bool:
    return minute < 60 and (hour < 24 or (hour == 24 and minute == 0))
