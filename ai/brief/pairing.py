"""Which days belong to which times: the pairing that leaves the least between them."""

from dataclasses import replace
from functools import reduce
from itertools import pairwise, zip_longest

from ai.brief.days import Days
from ai.brief.phrases import words
from ai.brief.times import Range, later_of
from ai.brief.timetable import Entry, Part
from ai.brief.tokens import REPAIR, STRONG, Tokens, lows

NEAR = 12  # tokens between two parts of one entry
LONGEST = 8  # parts of an entry: a list of the week's days and a time
APART = 1000.0  # the cost of what cannot be one entry

_COST = {",": 1.0, "\n": 1.5, "|": 0.5, "?": 1.0, ";": 3.0, ".": 5.0, "!": 5.0, "•": 5.0, "*": 5.0, "·": 1.0}
_ALONE = {"days": 1.0, "rest": 1.0, "except": 0.5}  # a day may be mentioned in passing, a time hardly
_LONE_TIME = 3.0
_SWAPPED = 0.3  # days are rather said before their times
_LISTED = 0.3  # of a list of days, as "weekdays and Saturdays" may be of two times
_LIST = words(", and & + / or on und et y e plus")
_LIGHT = words("on at from : - open opens opened we're are is it's i'm ( only , every just late usually")
_SPOKEN_NO = words("no oh er um uh well , - . ...")


def entries_of(tokens: Tokens, parts: list[Part]) -> list[Entry]:
    """The parts in their order as entries, corrections applied."""
    whole = _fused(tokens, _repaired(tokens, _said_once(parts)))
    return [_entry(whole[start:end]) for start, end in _cuts(tokens, whole)]


def is_anew(tokens: Tokens, before: int, after: int) -> bool:
    """Whether a correction stands between two places: "no wait", or only "no"."""
    between = lows(tokens, before, after)
    return REPAIR in between or ("no" in between and set(between) <= _SPOKEN_NO)


def _said_once(parts: list[Part]) -> list[Part]:
    """Without the first four of "we start at four, so four to eleven"."""
    done: list[Part] = []
    for part in parts:
        last = done[-1].clock if done else None
        again = part.kind == "range" and last and part.ranges[0].opens.minutes == last.minutes
        if again and part.span[0] - done[-1].span[1] <= 3:
            done[-1] = replace(part, span=(done[-1].span[0], part.span[1]))
        else:
            done.append(part)
    return done


def _repaired(tokens: Tokens, parts: list[Part]) -> list[Part]:
    """A day, range or time right after "no wait" takes the place of the one before it."""
    done: list[Part] = []
    for part, after in zip_longest(parts, parts[1:]):
        last = done[-1] if done else None
        if last is None or not (part.anew or is_anew(tokens, last.span[1], part.span[0])):
            done.append(part)
        elif _replaces(last, part) and not (part.is_time and _has_days(part, after) and not _grows(last, part)):
            done[-1] = _corrected(last, part)
        else:
            done.append(replace(part, anew=True))
    return [part for part in done if part.kind != "time"]


def _replaces(last: Part, part: Part) -> bool:
    if "shut" in (last.kind, part.kind):
        return False
    return (last.is_time and part.is_time) or last.kind == part.kind == "days"


def _grows(last: Part, part: Part) -> bool:
    """ "From 9, no, from 10 to 6"."""
    return last.kind == "opens" and part.kind == "range"


def _has_days(part: Part, after: Part | None) -> bool:
    """Whether the part after a time names its days."""
    return after is not None and after.kind == "days" and after.span[0] - part.span[1] <= 2


def _corrected(last: Part, part: Part) -> Part:
    """The later part, but of a range only the end that it corrects."""
    span = (last.span[0], part.span[1])
    kind = "closes" if part.kind == "time" and last.kind != "opens" else part.kind
    if last.kind == "range" and part.clock is not None:
        old = last.ranges[-1]
        told = replace(old, opens=part.clock) if kind == "opens" else replace(old, closes=part.clock)
        return replace(last, span=span, ranges=(*last.ranges[:-1], told))
    if part.kind == "time":
        return replace(last, span=span, clock=part.clock) if last.clock else last
    return replace(part, span=span, anew=last.anew)


def _fused(tokens: Tokens, parts: list[Part]) -> list[Part]:
    """ "Open at nine and close at five" is one range, with its days before, after or within it."""
    done: list[Part] = []
    for part, after in zip_longest(parts, parts[1:]):
        back = 1 if _has_days(part, after) else 1 + _days_at_end(done)
        first = done[-back] if len(done) >= back else None
        if first and part.kind == "closes" and first.kind == "opens" and _is_close(tokens, first, part):
            days = done[len(done) - back + 1 :]
            done[len(done) - back :] = [*days, _range(first, part)]
        elif first and part.kind == "opens" and first.kind == "closes" and part.span[0] - first.span[1] <= 3:
            done[-back] = replace(_range(part, first), span=(first.span[0], part.span[1]))
        elif first and part.kind == "range" and done[-1].kind == "opens" and part.span[0] - done[-1].span[1] <= 1:
            done[-1] = part  # "it's nine, nine to six"
        else:
            done.append(part)
    return done


def _days_at_end(parts: list[Part]) -> int:
    """How many parts the "every night except Monday" is, between an opening and a closing time."""
    names = [part.kind in ("days", "except") for part in reversed(parts[-2:])]
    return names.index(False) if False in names else len(names)


def _is_close(tokens: Tokens, first: Part, part: Part) -> bool:
    between = lows(tokens, first.span[1], part.span[0])
    return len(between) <= NEAR and not STRONG & set(between)


def _range(first: Part, last: Part) -> Part:
    ranges = (Range(first.clock, last.clock),) if first.clock and last.clock else ()
    return Part((last.span[0], last.span[1]), "range", ranges=ranges, anew=first.anew or last.anew)


def _cuts(tokens: Tokens, parts: list[Part]) -> list[tuple[int, int]]:
    """From where to where each entry goes in the cheapest cut of all."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(parts) + 1):
        starts = range(max(0, end - LONGEST), end)
        best.append(min((best[start][0] + _cost(tokens, parts[start:end]), start) for start in starts))
    cuts: list[tuple[int, int]] = []
    end = len(parts)
    while end:
        cuts.insert(0, (best[end][1], end))
        end = best[end][1]
    return cuts


def _cost(tokens: Tokens, parts: list[Part]) -> float:
    """What stands between the parts of one entry, APART where they cannot be one."""
    times = [place for place, part in enumerate(parts) if part.is_time]
    if len(parts) == 1:
        return 0.0 if parts[0].stands_alone else _LONE_TIME if times else _ALONE[parts[0].kind]
    if any(part.stands_alone for part in parts) or not _is_one(parts, times):
        return APART
    swapped = _SWAPPED if times and times[0] == 0 else 0.0
    alone = _LONE_TIME if len(times) == len(parts) else 1.0 if not times else swapped
    return alone + sum(_gap(tokens, *pair) for pair in pairwise(parts))


def _is_one(parts: list[Part], times: list[int]) -> bool:
    """Days and then times, or times and then days; only ranges that follow each other are two times of a day."""
    within = bool(times) and times[0] > 0 and times[-1] + 1 < len(parts)
    led = (
        [part.kind for part in parts[: times[0]]] == ["rest"] if times else False
    )  # "otherwise 9-5, Monday to Friday"
    if times and (times[-1] - times[0] + 1 != len(times) or (within and not led)):
        return False
    if len(times) > 1 and _day_of(parts[times[0] : times[-1] + 1]) is None:
        return False
    kinds = [part.kind for part in parts if part.is_days]
    return kinds.count("except") <= 1 and kinds[1:].count("rest") == 0


def _day_of(parts: list[Part]) -> tuple[Range, ...] | None:
    """The ranges of one day in their order, None where one does not follow the one before."""
    found: list[Range] = []
    for part in parts:
        after = later_of(found[-1], part.ranges[0]) if found and part.ranges else None
        if part.kind != "range" or part.anew or (found and after is None):
            return None
        found.extend(part.ranges if after is None else (after, *part.ranges[1:]))
    return tuple(found)


def _gap(tokens: Tokens, first: Part, second: Part) -> float:
    between = lows(tokens, first.span[1], second.span[0])
    if len(between) > NEAR or second.anew or REPAIR in between:
        return APART
    if first.is_days and second.is_days and between and set(between) <= _LIST:
        return _LISTED
    return sum(_COST.get(word, 0.1 if word in _LIGHT else 0.4) for word in between)


def _entry(parts: list[Part]) -> Entry:
    """Days left out are closed, unless only they have the time: "except Friday, when we close at 4"."""
    left_out = _united([part for part in parts if part.kind in ("except", "never")])
    named = _united([part for part in parts if part.kind in ("days", "rest")])
    times = [part for part in parts if part.is_time or part.kind == "pause"]
    anew, rest = any(part.anew for part in parts), any(part.kind == "rest" for part in parts)
    if not times:
        return Entry(parts[0].span[0], named, None, left_out, anew=anew)
    if parts[0].kind == "except" and not named:
        named, left_out = left_out, Days()
    ranges = _day_of(times) if len(times) > 1 else times[0].ranges
    time = replace(times[0], ranges=ranges or times[0].ranges)
    return Entry(parts[0].span[0], named - left_out, time, left_out, rest, anew)


def _united(parts: list[Part]) -> Days:
    return reduce(Days.union, (part.days for part in parts), Days())
