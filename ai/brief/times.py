"""Times of the day and ranges of them, as people say and type them."""

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
_LATE = phrases("late | close | closing | sold out | we sell out | we're sold out | we run out | dusk | sunset")
_EVENING = phrases(_TABLES["evening"])
_FROM = words("from between von ab de des dalle dal das desde dès")
_TO = words("to till til until through thru - ~ bis à a às as alle al hasta até and jusqu'à")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]00)?")
_MILITARY = re.compile(r"([01]\d|2[0-4])([0-5]\d)")
_BEFORE_FRACTION = words("at until till til by around to")
DAY = 1440


@dataclass(frozen=True, slots=True)
class Clock:
    """Minutes since midnight as said; `half` tells morning from afternoon, `sure` that nothing else was meant."""

    minutes: int
    half: str | None = None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    opens: Clock
    closes: Clock

    @property
    def sure(self) -> bool:
        return self.opens.sure or self.closes.sure


def time_at(tokens: Tokens, place: int) -> tuple[Clock, int] | None:
    """A time that begins here, and where it ends."""
    if low(tokens, place) == "a" and _past(tokens, place + 1):  # "a quarter to nine"
        place += 1
    named = place + 1 if low(tokens, place + 1) in NAMED and tokens[place].value == 12 else place
    if low(tokens, named) in NAMED:
        return Clock(NAMED[tokens[named].low], half="said", sure=True), named + 1
    found = _past(tokens, place) or _digits(tokens, place)
    return None if found is None else _with_half(tokens, *found)


def range_at(tokens: Tokens, place: int) -> tuple[Range, int] | None:
    """Two times with a "to" between that begin here."""
    opener = low(tokens, place) in _FROM
    military = _military(tokens, place + 1 if opener else place)
    if military:
        return military
    first = time_at(tokens, place + 1 if opener else place)
    if first is None or low(tokens, first[1]) not in _TO:
        return None
    if low(tokens, first[1]) == "and" and low(tokens, place) != "between":
        return None
    second = time_at(tokens, first[1] + 1)
    if second is None:
        return None
    dash = low(tokens, first[1]) == "-"
    return Range(_shared(first[0], second[0]) if dash else first[0], second[0]), second[1]


def is_late(tokens: Tokens, place: int) -> int:
    """Where the "till late" after a time ends, 0 if it does not stand here."""
    start = place + 1 if low(tokens, place) in ("-", "till", "til", "until", "to") else place
    return _LATE.end_at(tokens, start) if start > place else 0


def resolved(opens: Clock, closes: Clock) -> tuple[str, str]:
    """Both times on a 24-hour clock: "nine to five" ends in the afternoon, "6 pm to 2" after midnight."""
    start = _first(opens, closes)
    end = _second(start, opens, closes)
    return hhmm(start % DAY), hhmm(end or DAY)


def in_the_evening(span: Range) -> Range:
    """ "dinner from 7 to 11"."""
    late = span.opens.half is None and span.opens.minutes < 720
    return replace(span, opens=replace(span.opens, half="pm")) if late else span


def later_of(first: Range, second: Range) -> Range | None:
    """The second range of a day, in the afternoon where it has to be; None if it cannot follow the first."""
    end = resolved(first.opens, first.closes)[1]
    for span in (second, in_the_evening(second)):
        if resolved(span.opens, span.closes)[0] >= end > resolved(first.opens, first.closes)[0]:
            return span
    return None


def within(pause: Range, opens: str, closes: str) -> tuple[str, str] | None:
    """From and to of a pause inside of these times, in the afternoon where it has to be."""
    for span in (pause, in_the_evening(pause)):
        start, end = resolved(span.opens, span.closes)
        if opens < start < end < closes:
            return start, end
    return None


def lasts(span: Range) -> int:
    """How many minutes it is."""
    start, end = (60 * int(clock[:2]) + int(clock[3:]) for clock in resolved(span.opens, span.closes))
    return (end - start) % DAY


def opening(clock: Clock) -> str:
    """A lone opening time: nobody opens from one to four in the morning without saying so."""
    late = clock.half is None and not clock.sure and 60 <= clock.minutes < 300
    return hhmm((clock.minutes + 720 if late else _absolute(clock)) % DAY)


def closing(clock: Clock) -> str:
    """A lone closing time: "until 2" is the afternoon."""
    return hhmm(clock.minutes + 720 if clock.half is None and 60 <= clock.minutes < 720 else _absolute(clock))


def hhmm(minutes: int) -> str:
    """24:00 is the end of a day."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _shared(opens: Clock, closes: Clock) -> Clock:
    """The "pm" of "7-9pm" is of both, that of "9-5pm" and "10-2pm" is not."""
    both = opens.half is None and closes.half == "pm" and opens.minutes + 60 < closes.minutes < 720
    return replace(opens, half="pm") if both else opens


def _military(tokens: Tokens, place: int) -> tuple[Range, int] | None:
    """ "0800-1700": four digits each, one of which no other number has."""
    ends = [_MILITARY.fullmatch(low(tokens, place + offset)) for offset in (0, 2)]
    if not ends[0] or not ends[1] or low(tokens, place + 1) not in _TO - {"and"}:
        return None
    named = low(tokens, place + 3) in ("hours", "hrs", "h", "uhr")
    if not named and "0" not in (ends[0][1][0], ends[1][1][0]):
        return None
    first, last = (Clock(60 * int(end[1]) + int(end[2]), "padded", sure=True) for end in ends if end)
    return Range(first, last), place + 4 if named else place + 3


def _first(opens: Clock, closes: Clock) -> int:
    start = _absolute(opens)
    if opens.half is None and closes.half == "pm" and start < 720:
        early_evening = 60 <= start < 360 and start % 720 < closes.minutes % 720
        return start + 720 if early_evening else start
    if opens.half is None and closes.half is None and 60 <= start < 300 and not _padded(opens):
        return start + 720 if start < closes.minutes < 720 else start
    return start


def _second(start: int, opens: Clock, closes: Clock) -> int:
    end = _absolute(closes)
    if closes.half is not None or end > start:
        return end
    later = end + 720
    return later if start < later <= DAY and end >= 60 else end


def _padded(clock: Clock) -> bool:
    return clock.half == "padded"


def _absolute(clock: Clock) -> int:
    if clock.half == "pm" and clock.minutes < 720:
        return clock.minutes + 720
    if clock.half == "am" and 720 <= clock.minutes < 780:
        return clock.minutes - 720
    return clock.minutes


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
