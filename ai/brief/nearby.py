"""What stands around a time and tells whether it is of opening hours: days, cues, and words of other numbers."""

from dataclasses import dataclass

from ai.brief.clauses import Clauses
from ai.brief.days import days_at, rest_at
from ai.brief.phrases import phrases, tables, words
from ai.brief.times import range_at
from ai.brief.tokens import STRONG, Tokens, low, lows
from ai.business import Language

_TABLES = tables("hours")

CUES = words(_TABLES["cues"])
_LESSONS = words("class classes lessons sessions courses")
_EVENTS = words(_TABLES["events"])
_HALVES = phrases("in the evening | in the evenings | at night | in the night")  # of the number before
_VETO_BEFORE = words(_TABLES["veto_before"])


@dataclass(frozen=True, slots=True)
class Nearby:
    """Answers about the words beside a place."""

    tokens: Tokens
    clauses: Clauses
    language: Language

    def is_vetoed(self, place: int) -> bool:
        """Whether a word before says that these numbers are ages, sizes or seats."""
        before = lows(self.tokens, place - 4, place)
        ends = (index for index, word in enumerate(reversed(before)) if word in STRONG or word in CUES)
        all_year = {"year"} if "all" in before else set()
        return bool(set(before[len(before) - next(ends, len(before)) :]) & _VETO_BEFORE - all_year)

    def is_event(self, place: int) -> bool:
        """Whether the time is of a class, a tour or a course."""
        left = max(self.clauses.bounds[place][0], place - 8)
        named = lows(self.tokens, left, place)
        return bool(_EVENTS & set(named)) and not (_LESSONS & set(named) and self._is_most_days(place))

    def _is_most_days(self, place: int) -> bool:
        """Whether three days or more are named beside: lessons on so many are when a teacher is there."""
        found = (days_at(self.tokens, at, self.language) for at in range(max(0, place - 7), place + 7))
        return any(days is not None and len(days[0]) >= 3 for days in found)

    def near_cue(self, start: int, end: int) -> bool:
        """Whether "open" or the like is said before, or days are named beside."""
        left = self.clauses.bounds[start][0]
        if set(lows(self.tokens, max(left, start - 12), start + 1)) & CUES - {"from"}:
            return True
        after = range_at(self.tokens, end + 1)
        end = after[1] if after and low(self.tokens, end) in ("and", ",", "/", "&", "+") else end
        beside = [*range(end, end + 3), *range(start - 4, start)]
        return any(self._names_days(place) for place in beside if place >= 0)

    def _names_days(self, place: int) -> bool:
        return days_at(self.tokens, place, self.language) is not None or rest_at(self.tokens, place) > 0

    def said_before(self, place: int) -> list[str]:
        """The words of the same part of a sentence."""
        start = place
        while start > max(0, place - 10) and not self._ends_part(start - 1):
            start -= 1
        timed = start > 0 and self.tokens[start - 1].value is not None
        return lows(self.tokens, (_HALVES.end_at(self.tokens, start) if timed else 0) or start, place)

    def _ends_part(self, place: int) -> bool:
        """The marks, and the numbers, which are of what was told before."""
        return low(self.tokens, place) in STRONG | {",", "and"} or self.tokens[place].value is not None
