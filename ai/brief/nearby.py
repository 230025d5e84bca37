"""What stands around a time and tells whether it is of opening hours: days, cues, and words of other numbers."""

from dataclasses import dataclass

from ai.brief.clauses import Clauses
from ai.brief.days import days_at, rest_at
from ai.brief.phrases import tables, words
from ai.brief.times import range_at
from ai.brief.tokens import STRONG, Tokens, low, lows
from ai.business import Language

_TABLES = tables("hours")

CUES = words(_TABLES["cues"])
_EVENTS = words(_TABLES["events"])
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
        return bool(set(before[len(before) - next(ends, len(before)) :]) & _VETO_BEFORE)

    def is_event(self, place: int) -> bool:
        """Whether the time is of a class, a tour or a course."""
        left = max(self.clauses.bounds[place][0], place - 8)
        return bool(_EVENTS & set(lows(self.tokens, left, place)))

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
        while start > max(0, place - 7) and low(self.tokens, start - 1) not in STRONG | {",", "and"}:
            start -= 1
        return lows(self.tokens, start, place)
