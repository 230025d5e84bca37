"""Opening hours: days and times found one by one, paired by who stands beside whom, the later word winning."""

from ai.brief.clauses import Clauses
from ai.brief.days import days_at, except_at
from ai.brief.phrases import phrases, tables, words
from ai.brief.times import Range, in_the_evening, range_at, time_at
from ai.brief.timetable import Part, Row, as_hours, fused_parts, merged_with, rows_of
from ai.brief.tokens import BLANK, STRONG, Span, Tokens, low, lows
from ai.business import Hours, Language

_TABLES = tables("hours")

ROWS = 14  # more than two a day is no timetable but noise
NEAR = 10  # tokens between two parts of one timetable, without a mark between
_CUES = words(_TABLES["cues"])
_OPENS = phrases(_TABLES["opens"])
_CLOSES = phrases(_TABLES["closes"])
_SHUT = phrases(_TABLES["shut"])
_WITHIN = words("within in the least every next last per")
_NOW = phrases("now it's | now it is | now at | now we close at | now we open at | now until | these days it's")
_ALWAYS = phrases(_TABLES["always"])
_VETO_BEFORE = words(_TABLES["veto_before"])
_VETO_AFTER = words(_TABLES["veto_after"])


def hours_in(tokens: Tokens, clauses: Clauses, language: Language) -> tuple[list[Hours], list[Span]]:
    """The timetable that the brief gives, and the tokens that told it."""
    parts = _parts(tokens, clauses, language)
    rows: list[Row] = []
    told: list[Span] = []
    for group in _groups(tokens, parts):
        if any(not part.is_days for part in group) or _says_open(tokens, group):
            told.extend(part.span for part in group)
            for row in rows_of(tokens, fused_parts(tokens, group)):
                rows = merged_with(rows, row)
    return [as_hours(row) for row in rows[:ROWS]], told


def _parts(tokens: Tokens, clauses: Clauses, language: Language) -> list[Part]:
    parts: list[Part] = []
    place = 0
    while place < len(tokens):
        part = (
            None
            if clauses.foreign[place] and low(tokens, place) != "now"
            else _part(tokens, clauses, place, language, parts)
        )
        if part is not None:
            parts.append(part)
        place = place + 1 if part is None else part.span[1]
    return parts


def _part(tokens: Tokens, clauses: Clauses, place: int, language: Language, before: list[Part]) -> Part | None:
    return (
        _always(tokens, place)
        or _except(tokens, place, language, before)
        or _days(tokens, clauses, place, language)
        or _range(tokens, clauses, place, language)
        or _shut(tokens, place)
        or _now(tokens, place)
        or _edge(tokens, clauses, place, language)
    )


def _always(tokens: Tokens, place: int) -> Part | None:
    end = _ALWAYS.end_at(tokens, place) or _spoken_always(tokens, place)
    return Part((place, end), "always") if end else None


def _spoken_always(tokens: Tokens, place: int) -> int:
    """Where "twenty four seven" or "twenty four hours" ends, whose numbers are tokens already."""
    after = low(tokens, place + 1)
    said = tokens[place].value == 24 and tokens[place].is_word and after in ("seven", "hours", "/")
    return (place + 3 if after == "/" else place + 2) if said and low(tokens, place - 1) not in _WITHIN else 0


def _except(tokens: Tokens, place: int, language: Language, before: list[Part]) -> Part | None:
    found = except_at(tokens, place, language)
    if found is None:
        return None
    if low(tokens, place) == "but" and not (before and before[-1].is_days and before[-1].span[1] == place):
        return None
    if low(tokens, place) == "but" and any(time_at(tokens, found[1] + offset) for offset in (0, 1)):
        return None
    return Part((place, found[1]), "except", days=found[0])


def _days(tokens: Tokens, clauses: Clauses, place: int, language: Language) -> Part | None:
    found = days_at(tokens, place, language)
    return Part((place, found[1]), "days", days=found[0], denied=clauses.denied[place]) if found else None


def _range(tokens: Tokens, clauses: Clauses, place: int, language: Language) -> Part | None:
    found = range_at(tokens, place)
    if (
        found is None
        or clauses.denied[place]
        or not _plausible(tokens, clauses, (place, found[1]), found[0], language)
    ):
        return None
    late = {"dinner", "supper", "evening", "evenings", "night"} & set(lows(tokens, place - 3, place))
    return Part((place, found[1]), "range", ranges=(in_the_evening(found[0]) if late else found[0],))


def _shut(tokens: Tokens, place: int) -> Part | None:
    end = _SHUT.end_at(tokens, place)
    if not end or time_at(tokens, end) or time_at(tokens, end + 1) or low(tokens, end) in ("until", "till", "for"):
        return None
    return Part((place, end), "shut")


def _now(tokens: Tokens, place: int) -> Part | None:
    """The six of "we used to shut at five, now it's six"."""
    end = _NOW.end_at(tokens, place)
    found = time_at(tokens, end) if end else None
    before = set(lows(tokens, place - 10, place))
    if found is None or not before & {"used", "before"}:
        return None
    kind = "closes" if before & {"close", "closed", "shut"} else "opens"
    return Part((place, found[1]), kind, clock=found[0]) if before & {"close", "closed", "shut", "open"} else None


def _edge(tokens: Tokens, clauses: Clauses, place: int, language: Language) -> Part | None:
    for kind, table in (("closes", _CLOSES), ("opens", _OPENS)):
        end = table.end_at(tokens, place)
        found = time_at(tokens, end) if end else None
        if range_at(tokens, end) or range_at(tokens, end - 1) or _ALWAYS.end_at(tokens, end):
            return None
        if found is None or clauses.denied[place] or low(tokens, found[1]) in _VETO_AFTER:
            continue
        own_cue = tokens[place].low[:4] in ("open", "clos", "shut")
        if (own_cue or _near_cue(tokens, clauses, place, found[1], language)) and not _vetoed(tokens, place):
            return Part((place, found[1]), kind, clock=found[0])
    return None


def _plausible(tokens: Tokens, clauses: Clauses, span: Span, told: Range, language: Language) -> bool:
    """Two times that can be nothing else, or that stand alone or near a word such as "open"."""
    start, end = span
    if low(tokens, end) in _VETO_AFTER or _vetoed(tokens, start):
        return False
    alone = low(tokens, start - 1) in STRONG | {"", ",", BLANK, ":"} and low(tokens, end) in STRONG | {
        "",
        ",",
        BLANK,
    }
    return told.sure or alone or _near_cue(tokens, clauses, start, end, language)


def _vetoed(tokens: Tokens, place: int) -> bool:
    before = lows(tokens, place - 4, place)
    cut = next(
        (index for index, word in enumerate(reversed(before)) if word in STRONG or word in _CUES), len(before)
    )
    return bool(set(before[len(before) - cut :]) & _VETO_BEFORE)


def _near_cue(tokens: Tokens, clauses: Clauses, start: int, end: int, language: Language) -> bool:
    left = clauses.bounds[start][0]
    if set(lows(tokens, max(left, start - 12), start + 1)) & _CUES - {"from"}:
        return True
    beside = [*range(end, end + 3), *range(start - 4, start)]
    return any(days_at(tokens, place, language) for place in beside if place >= 0)


def _groups(tokens: Tokens, parts: list[Part]) -> list[list[Part]]:
    """Parts of one timetable: no mark between them and few words."""
    groups: list[list[Part]] = []
    for part in parts:
        between = lows(tokens, groups[-1][-1].span[1], part.span[0]) if groups else []
        if not groups or set(between) & STRONG or len(between) > NEAR:
            groups.append([])
        groups[-1].append(part)
    return groups


def _says_open(tokens: Tokens, group: list[Part]) -> bool:
    before = lows(tokens, group[0].span[0] - 4, group[0].span[0])
    return bool(set(before) & {"open", "opened", "hours", "geöffnet", "ouvert", "abierto", "aperto", "aberto"})
