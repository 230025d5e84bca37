"""Opening hours: days and times found one by one, paired by what stands between them, the later word winning."""

from dataclasses import dataclass

from ai.brief.clauses import Clauses
from ai.brief.clocks import time_at
from ai.brief.days import WEEK, day_at, days_at, except_at, rest_at
from ai.brief.lone_times import REACH, Edges
from ai.brief.nearby import Nearby
from ai.brief.pairing import entries_of, is_anew
from ai.brief.phrases import phrases, tables, words
from ai.brief.times import Range, in_the_evening, lasts, range_at
from ai.brief.timetable import Part, Timetable
from ai.brief.tokens import BLANK, STRONG, Span, Tokens, low, lows
from ai.business import Hours, Language

_TABLES = tables("hours")

ROWS = 14  # more than two a day is no timetable but noise
EVENT = 240  # minutes: a class that is shorter is a date, one that is longer is when the place is open
LUNCH = 90  # minutes: a longer lunch is one that is served
_SHUT = phrases(_TABLES["shut"])
_ALWAYS = phrases(_TABLES["always"])
_ALL_DAY = phrases(_TABLES["all day"])
_ON_REQUEST = phrases(_TABLES["on request"])
_WITHIN = words("within in the least every next last per for a")
_PAUSE = words(_TABLES["pause"])
_TO_PAUSE = words(_TABLES["to pause"])
_PART_OF_DAY = words("morning mornings afternoon afternoons evening evenings")
_LATE = words("dinner supper evening evenings night nights nightly abends soir")
_MEALS = words("lunch lunches dinner dinners supper")
_VETO_AFTER = words(_TABLES["veto_after"])
_NEVER = words(_TABLES["never"])
_NO = words("no not never don't doesn't dont won't aren't isn't")
_OPEN = words("open opened hours geöffnet ouvert abierto aperto aberto")


def hours_in(
    tokens: Tokens, clauses: Clauses, language: Language, others: list[bool]
) -> tuple[list[Hours], list[Span]]:
    """The timetable that the brief gives, and the tokens that told it; `others` are of other times."""
    parts = _Finder(tokens, clauses, language, others, Nearby(tokens, clauses, language)).parts()
    timetable = Timetable()
    for entry in entries_of(tokens, parts):
        if entry.time or entry.anew or entry.without or _OPEN & set(lows(tokens, entry.start - 4, entry.start)):
            timetable.tell(entry)
    hours = timetable.hours()[:ROWS]
    return hours, [part.span for part in parts] if hours else []


@dataclass(frozen=True, slots=True)
class _Finder:
    """Looks for what is said about hours at one place after the other."""

    tokens: Tokens
    clauses: Clauses
    language: Language
    others: list[bool]
    nearby: Nearby

    def parts(self) -> list[Part]:
        """Everything said about hours, in its order."""
        found: list[Part] = []
        place = 0
        while place < len(self.tokens):
            part = self._part(place, found) if self._counts(place) else None
            if part is not None:
                found.append(part)
            place = place + 1 if part is None else part.span[1]
        return found

    def _counts(self, place: int) -> bool:
        return not self.others[place] and (not self.clauses.foreign[place] or low(self.tokens, place) == "now")

    def _part(self, place: int, before: list[Part]) -> Part | None:
        return (
            self._always(place)
            or self._except(place, before)
            or self._days(place)
            or self._range(place, before)
            or self._edge(place, before)
            or self._shut(place)
        )

    def _always(self, place: int) -> Part | None:
        """ "24/7"; "24 hours" only of what is open, as a day's work or a guarantee may be as long."""
        end = _ALWAYS.end_at(self.tokens, place) or self._spoken_always(place, "seven")
        if not end and low(self.tokens, place - 1) not in _WITHIN:
            end = _ALL_DAY.end_at(self.tokens, place) or self._spoken_always(place, "hours")
            stands = low(self.tokens, end) in STRONG | {"", ",", BLANK}
            end = end if not end or stands or self.nearby.near_cue(place, end) else 0
        return Part((place, end), "always") if end else None

    def _spoken_always(self, place: int, after: str) -> int:
        """Where "twenty four seven" ends, whose number is one token."""
        said = low(self.tokens, place) == "twenty four" and low(self.tokens, place + 1) == after
        return place + 2 if said else 0

    def _except(self, place: int, before: list[Part]) -> Part | None:
        found = except_at(self.tokens, place, self.language)
        if found is None:
            return None
        of_last = bool(before) and before[-1].span[1] == place and found[0] < before[-1].days
        if low(self.tokens, place) in ("but", "bar") and not of_last:
            return None
        return Part((place, found[1]), "except", days=found[0])

    def _days(self, place: int) -> Part | None:
        rest = rest_at(self.tokens, place)
        if rest:
            weekdays = low(self.tokens, rest - 1) == "weekdays"
            return Part((place, rest), "rest", days=frozenset(WEEK[:5]) if weekdays else frozenset())
        never = self._is_never(place)
        found = (days_at if never else day_at)(self.tokens, place, self.language)
        if found and (self._is_half_shut(place, found[1]) or _ON_REQUEST.end_at(self.tokens, found[1])):
            return None
        return Part((place, found[1]), "never" if never else "days", days=found[0]) if found else None

    def _is_half_shut(self, start: int, end: int) -> bool:
        """The Wednesday of "closed on Wednesday afternoons" is neither closed nor open all day."""
        beside = (*range(start - 2, start), *range(end + 1, end + 4))
        shut = any(_SHUT.end_at(self.tokens, place) for place in beside)
        return shut and low(self.tokens, end) in _PART_OF_DAY

    def _is_never(self, place: int) -> bool:
        """ "not on Mondays", "I don't do weekends", but not "we don't do haircuts on Mondays"."""
        start = place
        while low(self.tokens, start - 1) in _NEVER and place - start < 6:
            start -= 1
        return self.clauses.denied[place] and bool(_NO & set(lows(self.tokens, start, place)))

    def _range(self, place: int, before: list[Part]) -> Part | None:
        found = range_at(self.tokens, place)
        if found is None or self.clauses.denied[place]:
            return None
        told, end = found
        if self._is_pause(place, end) or ("lunch" in lows(self.tokens, place - 2, place) and lasts(told) <= LUNCH):
            return Part((place, end), "pause", ranges=(told,))
        goes_on = before and self._goes_on(before[-1], place)
        if not self._is_plausible((place, end), told, sure=bool(goes_on)):
            return None
        late = _LATE & set(self.nearby.said_before(place))
        return Part((place, end), "range", ranges=(in_the_evening(told) if late else told,))

    def _is_pause(self, start: int, end: int) -> bool:
        """ "closed for lunch one to two", "a break from 12:30 to 14:00", "between one and two I'm closed"."""
        place = start - 1
        while low(self.tokens, place) in _TO_PAUSE:
            place -= 1
        if "break" in lows(self.tokens, start - 6, start) and "lunch" in lows(self.tokens, start - 6, start):
            return True
        if low(self.tokens, place) in _PAUSE and not days_at(self.tokens, place - 1, self.language):
            return True
        after = [word for word in lows(self.tokens, end, end + 5) if word not in ("lunch", "for", "i'm", "we're")]
        between = low(self.tokens, start) in ("between", "from")
        return (
            after[:1] == ["break"]
            or after[:2] == ["closed", ")"]
            or (between and after[:1] in (["closed"], ["shut"]))
        )

    def _goes_on(self, last: Part, place: int) -> bool:
        """Whether a range goes on with another or corrects it: "9-12 and 14-18", "ten to five, no, ten to six"."""
        gap = place - last.span[1]
        return last.kind == "range" and (gap <= 2 or (gap <= REACH and is_anew(self.tokens, last.span[1], place)))

    def _is_plausible(self, span: Span, told: Range, *, sure: bool) -> bool:
        """Two times that can be nothing else, or that stand alone or near a word such as "open"."""
        start, end = span
        if low(self.tokens, end) in _VETO_AFTER or self.nearby.is_vetoed(start):
            return False
        if self.nearby.is_event(start) and lasts(told) < EVENT and not sure:
            return False
        ends = STRONG | {"", ",", BLANK}
        alone = low(self.tokens, start - 1) in ends | {":"} and low(self.tokens, end) in ends
        if self._is_meal(start, end):
            return True
        return sure or told.sure or alone or self.nearby.near_cue(start, end)

    def _is_meal(self, start: int, end: int) -> bool:
        """The first range of "breakfast 7-11, lunch 11-3": who serves both is open."""
        first = {"breakfast", "brunch"} & set(lows(self.tokens, start - 3, start))
        return bool(first) and bool(_MEALS & set(lows(self.tokens, end, end + 4)))

    def _shut(self, place: int) -> Part | None:
        end = _SHUT.end_at(self.tokens, place)
        timed = any(time_at(self.tokens, end + offset) for offset in (0, 1))
        beside = {*lows(self.tokens, place - 2, place), *lows(self.tokens, end, end + 3)}
        if not end or timed or low(self.tokens, end) in ("until", "till", "for") or beside & _PART_OF_DAY:
            return None
        return Part((place, end), "shut")

    @property
    def _edges(self) -> Edges:
        return Edges(self.tokens, self.clauses, self.nearby, self._always)

    def _edge(self, place: int, before: list[Part]) -> Part | None:
        anew = bool(before) and is_anew(self.tokens, before[-1].span[1], place)
        return self._edges.at(place, before) or self._edges.bare(place, before, anew)
