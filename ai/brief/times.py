"""Ranges of times, as people say and type them, and what they mean on a 24-hour clock."""

import re
from dataclasses import dataclass, replace

from ai.brief.clocks import DAY, Clock, time_at
from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import Tokens, low

_TABLES = tables("times")

_LATE = phrases("late | close | closing | sold out | we sell out | we're sold out | we run out | dusk | sunset")
_FROM = words("from between von ab de des dalle dal das desde dès")
_TO = words("to till til until through thru - ~ bis à a às as alle al hasta até and jusqu'à")
_UNTIL = words("to till til until")
_MILITARY = re.compile(r"([01]\d|2[0-4])([0-5]\d)")
LONG = 420  # minutes: after so long a range of a day comes no second one that does not say so

ENDLESS = 960  # minutes: who is open for so long says "in the morning"


@dataclass(frozen=True, slots=True)
class Range:
    opens: Clock
    closes: Clock

    @property
    def sure(self) -> bool:
        return self.opens.sure or self.closes.sure


def range_at(tokens: Tokens, place: int) -> tuple[Range, int] | None:
    """Two times with a "to" between that begin here."""
    opener = low(tokens, place) in _FROM
    military = _military(tokens, place + 1 if opener else place)
    if military:
        return military
    first = time_at(tokens, _past_about(tokens, place + 1 if opener else place))
    if first is None:
        return None
    joint = first[1]
    if low(tokens, joint) in (",", "-") and low(tokens, joint + 1) in _UNTIL:
        joint += 1  # "from 10 - to 6"
    if low(tokens, joint) not in _TO or (low(tokens, joint) == "and" and low(tokens, place) != "between"):
        return None
    second = time_at(tokens, _past_about(tokens, joint + 1))
    if second is None:
        return None
    dash = low(tokens, joint) == "-"
    return Range(_shared(first[0], second[0]) if dash else first[0], second[0]), second[1]


def _past_about(tokens: Tokens, place: int) -> int:
    return place + (low(tokens, place) in ("about", "around", "roughly", "approximately"))


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
    for span in (second, *([] if lasts(first) >= LONG else [in_the_evening(second)])):
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
    both = opens.half is None and closes.half == "pm" and opens.minutes + 60 <= closes.minutes < 720
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
        endless = closes.minutes % 720 + 720 - start >= ENDLESS
        early_evening = (60 <= start < 360 or endless) and start % 720 < closes.minutes % 720
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
