"""A timetable in the making: times paired with their days, the later word winning."""

from dataclasses import dataclass, replace

from ai.brief.days import WEEK, Days, ordered
from ai.brief.times import Clock, Range, closing, later_of, opening, resolved
from ai.brief.tokens import REPAIR, Span, Tokens, lows
from ai.business import Day, Hours


@dataclass(frozen=True, slots=True)
class Part:
    """One thing said about hours: days, or a time that is a range, opens, closes, shut, always or except."""

    span: Span
    kind: str
    days: Days = frozenset()
    ranges: tuple[Range, ...] = ()
    clock: Clock | None = None
    denied: bool = False

    @property
    def is_days(self) -> bool:
        return self.kind == "days"


@dataclass(frozen=True, slots=True)
class Row:
    """Hours of days in the making; `beside` when it adds to its neighbour (a split day) instead of replacing it."""

    days: Days
    opens: str | None = None
    closes: str | None = None
    closed: bool = False
    beside: bool = False


def as_hours(row: Row) -> Hours:
    days = [] if row.days == frozenset(WEEK) else ordered(row.days)
    return Hours(days=days, opens=row.opens, closes=row.closes, closed=row.closed)


def fused_parts(tokens: Tokens, group: list[Part]) -> list[Part]:
    """ "open at nine and close at five" is one range, "9 to 12 and 2 to 6" are two of the same days."""
    fused: list[Part] = []
    for part in group:
        joined = _joined(tokens, fused[-1], part) if fused else None
        if joined:
            fused[-1] = joined
        else:
            fused.append(part)
    return fused


def _joined(tokens: Tokens, last: Part, part: Part) -> Part | None:
    between = lows(tokens, last.span[1], part.span[0])
    span = (last.span[0], part.span[1])
    if last.kind == "opens" and part.kind == "closes" and last.clock and part.clock:
        return Part(span, "range", ranges=(Range(last.clock, part.clock),))
    if last.kind != "range" or part.kind != "range" or len(between) > 5 or REPAIR in between:
        return None
    second = later_of(last.ranges[-1], part.ranges[0])
    return Part(span, "range", ranges=(*last.ranges, second)) if second else None


def rows_of(tokens: Tokens, group: list[Part]) -> list[Row]:
    """Each time with its days: those before it, or those after it as in "7 to 6 Monday to Friday"."""
    parts = [part for part in group if part.kind != "except"]
    times_first = bool(parts) and not parts[0].is_days and parts[-1].is_days
    rows = [Row(part.days, closed=True) for part in group if part.kind == "except"]
    used: set[int] = set()
    for index, part in enumerate(parts):
        if not part.is_days:
            mates = _mates(parts, index, used, times_first)
            used |= set(mates)
            rows.extend(_told(part, frozenset[Day]().union(*(parts[mate].days for mate in mates))))
    bare = not any(row.opens or row.closes for row in rows)
    unused = [part for index, part in enumerate(parts) if part.is_days and index not in used]
    return [*rows, *(Row(part.days, closed=part.denied) for part in unused if part.denied or bare)]


def _mates(parts: list[Part], index: int, used: set[int], times_first: bool) -> list[int]:
    """The places of the days that a time belongs to."""
    before, after = index - 1, index + 1
    follows = after < len(parts) and parts[after].is_days and _gap(parts, index) <= 3
    taken = after + 1 < len(parts) and not parts[after + 1].is_days and _gap(parts, after) <= 2
    precedes = before >= 0 and parts[before].is_days and before not in used
    if follows and (times_first or (parts[index].kind == "shut" and not precedes)):
        return [after]
    if precedes:
        twin = before > 0 and parts[before - 1].is_days and before - 1 not in used and _gap(parts, before - 1) <= 2
        return [before - 1, before] if twin else [before]
    return [after] if follows and not taken else []


def _gap(parts: list[Part], index: int) -> int:
    return parts[index + 1].span[0] - parts[index].span[1]


def _told(part: Part, days: Days) -> list[Row]:
    """The rows of a time and its days."""
    if part.kind == "shut":
        return [Row(days, closed=True)] if days else []
    if part.kind == "always":
        return [Row(days, "00:00", "24:00")]
    if part.clock is not None:
        return [Row(days, opening(part.clock)) if part.kind == "opens" else Row(days, None, closing(part.clock))]
    return [
        Row(days, *resolved(span.opens, span.closes), beside=place > 0) for place, span in enumerate(part.ranges)
    ]


def merged_with(rows: list[Row], row: Row) -> list[Row]:
    """Later words win: for the days they name, or else for what was said last."""
    if row.beside:
        return [*rows, row]
    partial = (row.opens is None) != (row.closes is None)
    if partial:
        return _amended(rows, row)
    if not row.days:
        return [*(other for other in rows if other.days), row]
    if row.days == frozenset(WEEK):  # "closed Mondays, every other day 9 to 5"
        shut = frozenset[Day]().union(*(other.days for other in rows if other.closed))
        return [*(other for other in rows if other.closed), replace(row, days=row.days - shut)]
    kept = [replace(other, days=other.days - row.days) for other in rows if not other.days or other.days - row.days]
    return [*kept, row]


def _amended(rows: list[Row], row: Row) -> list[Row]:
    """ "On Friday we close at 4" keeps Friday's opening time; "we close at 4" is said of the hours before it."""
    base = next((other for other in reversed(rows) if not other.closed and _covers(other, row)), None)
    if base is None:
        return [*rows, row]
    changed = replace(
        base, opens=row.opens or base.opens, closes=row.closes or base.closes, days=row.days or base.days
    )
    if not row.days or row.days == base.days:
        return [changed if other is base else other for other in rows]
    return merged_with(rows, changed)


def _covers(other: Row, row: Row) -> bool:
    return not row.days or not other.days or row.days <= other.days
