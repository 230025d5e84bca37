"""Where only one end of the hours is told: "from 6 pm", "until 10", "first dog at 8", "half four on Fridays"."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from ai.brief.clauses import Clauses
from ai.brief.clocks import Clock, time_at
from ai.brief.days import days_at
from ai.brief.nearby import Nearby
from ai.brief.phrases import phrases, tables, words
from ai.brief.times import is_late, range_at
from ai.brief.timetable import Part
from ai.brief.tokens import REPAIR, STRONG, Tokens, low, lows

_TABLES = tables("hours")

REACH = 12  # tokens from a time to the one that corrects it
PAIR = 10  # tokens from an opening time to its closing time
_OPENS = phrases(_TABLES["opens"])
_CLOSES = phrases(_TABLES["closes"])
_OF_HOURS = phrases(_TABLES["of hours"])
_NOW = phrases("now it's | now it is | now at | now we close at | now we open at | now until | these days it's")
_VETO_AFTER = words(_TABLES["veto_after"])
_BEFORE_BARE = words("to at it's until till now by is with so for no well except but actually") | {REPAIR, ","}
_NIGHTLY = phrases("every night | each night | nightly | at nights | most nights | every evening | each evening")
_TURNS = words("well except but only actually though") | {REPAIR}


@dataclass(frozen=True, slots=True)
class Edges:
    """Looks for one end of the hours at one place after the other; `always` is what finds "24 hours" there."""

    tokens: Tokens
    clauses: Clauses
    nearby: Nearby
    always: Callable[[int], Part | None]

    def at(self, place: int, before: list[Part]) -> Part | None:
        """What is told here; `before` are the parts in front of it."""
        return self._now(place) or self._edge(place, before) or self._bare_of_day(place, before)

    def _now(self, place: int) -> Part | None:
        """The six of "we used to shut at five, now it's six"."""
        end = _NOW.end_at(self.tokens, place)
        found = time_at(self.tokens, end) if end else None
        before = set(lows(self.tokens, place - 10, place))
        if found is None or not before & {"used", "before"}:
            return None
        cue = {"close", "open", "until"} & set(lows(self.tokens, place, end)) or before
        kind = "closes" if cue & {"close", "closed", "shut", "until"} else "opens"
        if not before & {"close", "closed", "shut", "open"}:
            return None
        return Part((place, found[1]), kind, clock=found[0], anew=True)

    def _edge(self, place: int, before: list[Part]) -> Part | None:
        """Where only one end is told: "from 6 pm", "until 10"."""
        for kind in ("closes", "opens"):
            end = self._cue_end(place, kind)
            if range_at(self.tokens, end) or range_at(self.tokens, end - 1) or self.always(end):
                return None
            found = time_at(self.tokens, end) if end else None
            if found and _NIGHTLY.end_at(self.tokens, found[1]) and found[0].half is None:
                found = replace(found[0], half="pm"), found[1]
            if found and (self._is_pair(kind, place, found[1], before) or self._is_edge(place, found[1])):
                return Part((place, found[1]), kind, clock=found[0])
        return self._until_late(place)

    def _cue_end(self, place: int, kind: str) -> int:
        """Where the "open at", the "at" of "we open on weekdays at", or "first dog at" ends, 0 without one."""
        end = (_CLOSES if kind == "closes" else _OPENS).end_at(self.tokens, place)
        if end or kind == "closes":
            end = end or (place + 1 if self._is_at(place, kind) else 0)
            return end + (low(self.tokens, end) in ("about", "around") if end else 0)
        first = low(self.tokens, place) == "first" and low(self.tokens, place + 2) in ("at", "is")
        return place + 3 if first else place + 1 if self._is_at(place, kind) else 0

    def _is_at(self, place: int, kind: str) -> bool:
        """The "at" of "we open on weekdays at seven", days between."""
        left = max(self.clauses.bounds[place][0], place - 6)
        verb = {"opens": {"open", "opens"}, "closes": {"close", "closes", "shut"}}[kind]
        return low(self.tokens, place) == "at" and bool(verb & set(lows(self.tokens, left, place)))

    def _is_pair(self, kind: str, place: int, end: int, before: list[Part]) -> bool:
        """Whether the other end follows in the sentence or was told: "I start at 8 and finish at 4"."""
        if self.clauses.denied[place] or low(self.tokens, end) in _VETO_AFTER or self.nearby.is_vetoed(place):
            return False
        if kind == "closes":
            last = before[-1] if before else None
            return bool(last and last.kind == "opens" and self._is_beside(last.span[1], place))
        return any(self._closes_at(after) and self._is_beside(end, after) for after in range(end, end + PAIR))

    def _is_beside(self, start: int, end: int) -> bool:
        return end - start <= PAIR and not STRONG & set(lows(self.tokens, start, end))

    def _closes_at(self, place: int) -> bool:
        end = _CLOSES.end_at(self.tokens, place)
        found = time_at(self.tokens, end) if end else None
        return found is not None and low(self.tokens, found[1]) not in _VETO_AFTER

    def _is_edge(self, place: int, end: int) -> bool:
        if self.clauses.denied[place] or low(self.tokens, end) in _VETO_AFTER or self.nearby.is_vetoed(place):
            return False
        own_cue = self.tokens[place].low[:4] in ("open", "clos", "shut") or _OF_HOURS.end_at(self.tokens, place)
        return not self.nearby.is_event(place) and (bool(own_cue) or self.nearby.near_cue(place, end))

    def _until_late(self, place: int) -> Part | None:
        """ "11am till late" has no end that a page could tell."""
        found = time_at(self.tokens, place)
        end = is_late(self.tokens, found[1]) if found else 0
        if not found or not end or not self.nearby.near_cue(place, end):
            return None
        clock = found[0]
        late = low(self.tokens, end - 1) == "late" and clock.half is None and clock.minutes in (300, 330, 360, 390)
        return Part((place, end), "opens", clock=replace(clock, half="pm") if late else clock)

    def bare(self, place: int, before: list[Part], anew: bool) -> Part | None:
        """The half past five of "no wait, I've changed it to half past five"."""
        found = self._time_after(place, before)
        if found is None or not anew or (before[-1].clock or before[-1].ranges) is None:
            return None
        return Part((place, found[1]), "time", clock=found[0])

    def _bare_of_day(self, place: int, before: list[Part]) -> Part | None:
        """The half four of "weekdays 8 to 5, no hang on, half four on Fridays", when that day closes."""
        found = self._time_after(place, before)
        if found is None or not any(part.kind in ("range", "closes") for part in before[-2:]):
            return None
        end = found[1] + (low(self.tokens, found[1]) == "on")
        between = lows(self.tokens, before[-1].span[1], place)
        listed = between in ([","], [",", "and"], ["and"], [",", "but"]) and end > found[1]
        if not (_TURNS & set(between) or listed) or days_at(self.tokens, end, self.nearby.language) is None:
            return None
        return Part((place, found[1]), "closes", clock=found[0], anew=True)

    def _time_after(self, place: int, before: list[Part]) -> tuple[Clock, int] | None:
        """A lone time shortly after what was told of hours."""
        if not before or low(self.tokens, place - 1) not in _BEFORE_BARE or place - before[-1].span[1] > REACH:
            return None
        found = None if range_at(self.tokens, place) else time_at(self.tokens, place)
        return None if found is None or low(self.tokens, found[1]) in _VETO_AFTER else found
