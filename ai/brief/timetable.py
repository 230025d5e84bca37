"""A timetable in the making: what is said of days and times, one entry after the other, the later word winning."""

from collections.abc import Iterable
from dataclasses import dataclass

from ai.brief.clocks import Clock
from ai.brief.days import WEEK, Days, ordered
from ai.brief.times import Range, closing, opening, resolved, within
from ai.brief.tokens import Span
from ai.business import Day, Hours

EVERY = frozenset(WEEK)
Open = tuple[str | None, str | None]  # from and to, "HH:MM"; either may be unknown
Key = Day | None  # None stands for the days that nobody named


@dataclass(frozen=True, slots=True)
class Part:
    """One thing said about hours.

    Its kind is "days", "rest" (the days not named before), "except" or "never" (days that are closed); or for a
    time "range", "pause", "opens", "closes", "always", "shut", or "time" where only a correction gives it a sense.
    """

    span: Span
    kind: str
    days: Days = frozenset()
    ranges: tuple[Range, ...] = ()
    clock: Clock | None = None
    anew: bool = False

    @property
    def is_days(self) -> bool:
        return self.kind in ("days", "rest", "except")

    @property
    def stands_alone(self) -> bool:
        return self.kind in ("never", "pause")

    @property
    def is_time(self) -> bool:
        return not (self.is_days or self.stands_alone)


@dataclass(frozen=True, slots=True)
class Entry:
    """Times and the days that they are of; `without` are closed, `anew` is what a correction brings."""

    start: int
    days: Days
    time: Part | None
    without: Days = frozenset()
    rest: bool = False
    anew: bool = False


class Timetable:
    """Each day's times as told so far: no times of a day say that it is closed."""

    def __init__(self) -> None:
        self._week: dict[Key, tuple[Open, ...]] = {}
        self._before: dict[Key, tuple[Open, ...]] = {}
        self._last: list[Key] = []
        self._bare: Days = frozenset()

    def tell(self, entry: Entry) -> None:
        """Takes in the next entry."""
        if entry.time is None and entry.anew and entry.days and {*entry.days} == {*self._last}:
            self._week = self._before  # "Thursdays until 8. Wait, no, I stopped the late Thursdays."
            return
        before = dict(self._week)
        if entry.time is not None:
            self._tell_time(entry, entry.time)
        elif entry.days:
            self._bare |= entry.days - entry.without
        self._week |= dict.fromkeys(entry.without, ())
        self._before = before

    def hours(self) -> list[Hours]:
        """Days with the same times together, in the order in which they were told."""
        groups: dict[tuple[Open, ...], list[Key]] = {}
        for key, opens in self._week.items():
            groups.setdefault(opens, []).append(key)
        bare = [] if any(self._week.values()) or not self._bare else [Hours(days=ordered(self._bare - EVERY))]
        return bare + [row for opens, keys in groups.items() for row in _rows(opens, keys)]

    def _tell_time(self, entry: Entry, time: Part) -> None:
        match time.kind:
            case "pause":
                self._pause(entry.days, time.ranges[0])
            case "shut":
                self._week |= dict.fromkeys(entry.days, ())
            case "opens" | "closes":
                self._amend(entry, time)
            case "always":
                if entry.days or entry.rest or not any(self._week.values()):
                    self._set(self._keys(entry), (("00:00", "24:00"),))
            case _:
                opens = tuple(resolved(span.opens, span.closes) for span in time.ranges)
                if self._counts(entry, opens):
                    self._set(self._keys(entry), opens, beside=bool(entry.days) and not entry.anew)

    def _counts(self, entry: Entry, opens: tuple[Open, ...]) -> bool:
        """Times of no day in particular are of no day, after others: those of a pause, a lunch, a class."""
        if entry.days or entry.rest or entry.anew:
            return True
        told = [span for spans in self._week.values() for span in spans]
        if any(None not in span for key, spans in self._week.items() if key for span in spans):
            return False
        return not any(_encloses(span, opens[0]) for span in told)

    def _keys(self, entry: Entry) -> list[Key]:
        if entry.rest and not entry.days:
            named = [day for day in self._week if self._week[day]]
            return [day for day in WEEK if day not in self._week] if named else [None]
        if entry.rest and entry.days:
            return [day for day in ordered(entry.days) if day not in self._week]
        if entry.days == EVERY:  # "closed Mondays, every day 9 to 5"
            return [day for day in WEEK if self._week.get(day) != ()]
        if entry.days:
            return [*ordered(entry.days)]
        if entry.anew and self._last:
            return self._last
        return [*ordered(self._bare)] or [None]

    def _set(self, keys: list[Key], opens: tuple[Open, ...], *, beside: bool = False) -> None:
        """Later times replace others of the day or follow them: "lunch Friday 12-2, dinner Friday 6-10"."""
        if keys == [None]:
            self._week = {key: spans for key, spans in self._week.items() if not spans}
        told = {key: (*self._earlier(key, opens), *opens) if beside else opens for key in keys}
        self._week = {key: spans for key, spans in self._week.items() if key not in keys} | told
        self._last = keys

    def _earlier(self, key: Key, opens: tuple[Open, ...]) -> tuple[Open, ...]:
        spans = self._week.get(key, ())
        follows = all(start and end and opens[0][0] and start < end <= opens[0][0] for start, end in spans)
        return spans if follows else ()

    def _amend(self, entry: Entry, time: Part) -> None:
        """ "On Friday we close at 4" keeps Friday's opening time; "we close at 4" is of the hours before it."""
        if time.clock is None:
            return
        told = (opening(time.clock), None) if time.kind == "opens" else (None, closing(time.clock))
        keys = self._keys(entry) if entry.days or entry.rest else self._last or self._keys(entry)
        for key in keys:
            base = self._week.get(key) or self._week.get(None) or ((None, None),)
            spoken = base[0][0] if told[0] else base[-1][1]
            if entry.days or entry.rest or entry.anew or spoken is None:
                self._week[key] = _amended(base, told)
        self._last = keys

    def _pause(self, days: Days, pause: Range) -> None:
        for key, spans in self._week.items():
            if key is None or not days or key in days:
                self._week[key] = tuple(part for span in spans for part in _parted(span, pause))


def _rows(opens: tuple[Open, ...], keys: Iterable[Key]) -> list[Hours]:
    days = [day for day in WEEK if day in keys]
    if None in keys or len(days) == len(WEEK):
        days = []
    if not opens:
        return [Hours(days=days, closed=True)]
    return [Hours(days=days, opens=start, closes=end) for start, end in opens]


def _amended(base: tuple[Open, ...], told: Open) -> tuple[Open, ...]:
    if told[0]:
        return ((told[0], base[0][1]), *base[1:])
    return (*base[:-1], (base[-1][0], told[1]))


def _encloses(span: Open, other: Open) -> bool:
    known = span[0] and span[1] and other[0] and other[1]
    return bool(known) and str(span[0]) <= str(other[0]) and str(other[1]) <= str(span[1]) and span != other


def _parted(span: Open, pause: Range) -> list[Open]:
    """Morning and afternoon of a day with a pause."""
    between = within(pause, span[0], span[1]) if span[0] and span[1] else None
    return [(span[0], between[0]), (between[1], span[1])] if between else [span]
