"""Days of the week in six languages: one, a range, a list, "weekdays", "every day except Sunday"."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import Tokens, low
from ai.business import Day, Language

_TABLES = tables("days")

WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Days = frozenset[Day]


def _named(kind: str) -> Mapping[str, Mapping[str, Day]]:
    """Per language the names of days; a table lists two for each day."""
    names = {tongue: _TABLES[f"{kind} {tongue}"].split() for tongue in get_args(Language)}
    return MappingProxyType(
        {tongue: {word: WEEK[index // 2] for index, word in enumerate(row)} for tongue, row in names.items()}
    )


_EVERY = phrases(_TABLES["every"])
_WEEKDAYS = phrases(_TABLES["weekdays"])
_WEEKENDS = phrases(_TABLES["weekends"])
_EXCEPT = phrases(_TABLES["except"])
_NAMES = _named("full")
_SHORTS = _named("short")
_ALL_SHORTS = frozenset(word for table in _SHORTS.values() for word in table if len(word) > 1)
_SHORTEST: Mapping[str, Day] = MappingProxyType(
    {word: day for day, row in zip(WEEK, _TABLES["shortest"].split("|"), strict=True) for word in row.split()}
)
_SMALL_DAYS = words("mo tu th fr sa su")  # "we" and "so" are other words
_SURE_SHORTS = words("tues thur thurs")
_LINKS = words("- / , & + to and")
_CLOCKED = words("- to am pm a p : h")
_BESIDE = words("- : closed & + / to")
_TO = words("to - till til until through thru bis à au a al alla hasta até")
_AND = words("and & + / und et y e or plus")
_ARTICLES = words("on le la el los am o ao il")
_REST = phrases(_TABLES["rest"])
_OTHER_WORDS = phrases(
    "sunday roast | sunday best | sunday brunch | friday night lights | black friday | sun cream"
)


def days_at(tokens: Tokens, place: int, language: Language) -> tuple[Days, int] | None:
    """The days named from here on, and where the naming ends."""
    found = day_at(tokens, place, language)
    while found is not None and (low(tokens, found[1]) in _AND or _goes_on(tokens, found[1], language)):
        more = _part(tokens, _past_and(tokens, found[1]), language)
        if more is None:
            break
        found = (found[0] | more[0], more[1])
    return found


def _past_and(tokens: Tokens, place: int) -> int:
    return place + (2 if low(tokens, place + 1) in _AND | _ARTICLES else 1)


def _goes_on(tokens: Tokens, place: int, language: Language) -> bool:
    """Whether after a comma a list of days goes on to its "and"; without one the days may be of another time."""
    while low(tokens, place) == ",":
        more = _part(tokens, _past_and(tokens, place), language)
        if more is None:
            return False
        place = more[1]
    return low(tokens, place) in _AND and _part(tokens, _past_and(tokens, place), language) is not None


def day_at(tokens: Tokens, place: int, language: Language) -> tuple[Days, int] | None:
    """A day or a range of days, and no list: "weekdays and Saturdays" may be of two times."""
    return None if _OTHER_WORDS.end_at(tokens, place) or rest_at(tokens, place) else _part(tokens, place, language)


def except_at(tokens: Tokens, place: int, language: Language) -> tuple[Days, int] | None:
    """The days left out: "except Sunday", "but not on Mondays"."""
    end = _EXCEPT.end_at(tokens, place)
    if not end:
        return None
    return days_at(tokens, end + 1 if low(tokens, end) in ("on", "for", "the") else end, language)


def rest_at(tokens: Tokens, place: int) -> int:
    """Where the naming of all days not named before ends: "otherwise", "the rest of the week"."""
    return _REST.end_at(tokens, place)


def ordered(days: Days) -> list[Day]:
    return [day for day in WEEK if day in days]


def _part(tokens: Tokens, place: int, language: Language) -> tuple[Days, int] | None:
    for table, days in ((_EVERY, WEEK), (_WEEKDAYS, WEEK[:5]), (_WEEKENDS, WEEK[5:])):
        end = table.end_at(tokens, place)
        if end:
            return frozenset(days), end
    start = place + 1 if low(tokens, place) in ("every", "each") else place
    first = _day(tokens, start, language)
    if first is None:
        return None
    after = _past_feira(tokens, start + 1)
    last = _day(tokens, after + 1, language) if low(tokens, after) in _TO else None
    return (frozenset([first]), after) if last is None else (_between(first, last), _past_feira(tokens, after + 2))


def _day(tokens: Tokens, place: int, language: Language) -> Day | None:
    word = low(tokens, place).removesuffix("'s")
    for tongue in (language, "en"):
        if word in _NAMES[tongue]:
            return _NAMES[tongue][word]
        if word in _SHORTS[tongue] and _abbreviates(tokens, place):
            return _SHORTS[tongue][word]
    return _SHORTEST.get(word) if _is_linked(tokens, place) else None


def _is_linked(tokens: Tokens, place: int) -> bool:
    """ "Sa 9-13", "Tu/Th" and "M-F": the shortest names are days where a time or another day is beside them."""
    named = place < len(tokens) and (tokens[place].is_capital or tokens[place].low in _SMALL_DAYS)
    if not named or not tokens[place].is_word:
        return False
    after, before = low(tokens, place + 1), low(tokens, place - 1)
    timed = after[:1].isdecimal() and (
        ":" in after or (len(tokens[place].low) > 1 and low(tokens, place + 2) in _CLOCKED)
    )
    timed = timed or (len(tokens[place].low) > 1 and after == "closed")
    ahead = after in _LINKS and _may_be_day(tokens, place + 2)
    return timed or ahead or (before in _LINKS and _may_be_day(tokens, place - 2))


def _may_be_day(tokens: Tokens, place: int) -> bool:
    return low(tokens, place) in _ALL_SHORTS or low(tokens, place) in _SHORTEST


def _abbreviates(tokens: Tokens, place: int) -> bool:
    """ "sat" and "so" are days beside numbers, dashes and each other."""
    around = (low(tokens, place - 1), low(tokens, place + 1))
    return (
        tokens[place].is_capital
        or tokens[place].low in _SURE_SHORTS
        or any(word in _BESIDE or word[:1].isdecimal() or word in _ALL_SHORTS for word in around)
    )


def _past_feira(tokens: Tokens, place: int) -> int:
    return place + 2 if low(tokens, place) == "-" and low(tokens, place + 1) in ("feira", "feiras") else place


def _between(first: Day, last: Day) -> Days:
    start, end = WEEK.index(first), WEEK.index(last)
    return frozenset(WEEK[start : end + 1] if start <= end else WEEK[start:] + WEEK[: end + 1])
