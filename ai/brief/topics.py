"""Times that are not when a business is open: of its phone, its deliveries, a season, or told not to be told."""

from collections.abc import Iterator

from ai.brief.clauses import Clauses
from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import BLANK, REPAIR, STRONG, Tokens, low, lows

_TABLES = tables("topics")

_OTHERS = phrases(_TABLES["others"])
_SEASONS = phrases(_TABLES["seasons"])
_ORDINALS = words(_TABLES["ordinals"])
_DAYS = words("monday tuesday wednesday thursday friday saturday sunday")
_MONTHS = words("january february march april may june july august september october november december")
_IN_DATES = words(", the of st nd rd th")
_NO_SEASON = words("since of starting except apart besides but bar excluding")
_PREPOSITIONS = words("in on during over from until till to through at im en")
_USUALLY = frozenset(("normally", "usually", "otherwise", "but", REPAIR))
_UNSAID = phrases(_TABLES["unsaid"])
_ENDS = STRONG | {",", BLANK, "but", "(", ")"}
BACK = 8  # tokens from a time back to where its season may begin, as in "10 to 4 in winter"


def of_others(tokens: Tokens, clauses: Clauses) -> list[bool]:
    """Per token whether a time there is of something else than the usual opening hours."""
    flags = [False] * len(tokens)
    for start, end in (
        *_told_of(tokens, clauses),
        *_seasons(tokens),
        *_dates(tokens),
        *_retracted(tokens),
    ):
        flags[start:end] = [True] * (end - start)
    return flags


def _told_of(tokens: Tokens, clauses: Clauses) -> Iterator[tuple[int, int]]:
    """From a topic to the end of its clause: "the phone is only answered on weekdays between 10 and 2"."""
    for start, after in _OTHERS.spans(tokens):
        last = clauses.bounds[start][1]
        end = next((place for place in range(after, last) if tokens[place].low in _ENDS), last)
        back = start if low(tokens, start - 1) != "for" and low(tokens, start - 2) != "for" else start - BACK
        there = {"at", "on"} & set(lows(tokens, start - 3, start)) and low(tokens, start).startswith("market")
        yield _sentence_begin(tokens, start) if there else max(back, _begin(tokens, start)), end


def _sentence_begin(tokens: Tokens, place: int) -> int:
    """Where a sentence begins: "On Saturdays from 8 to 2 I'm at the farmers market" is of the market."""
    while place > 0 and low(tokens, place - 1) not in STRONG:
        place -= 1
    return place


def _seasons(tokens: Tokens) -> Iterator[tuple[int, int]]:
    """The part of the sentence with a season, and all that comes after a season that it begins with."""
    for start, after in _SEASONS.spans(tokens):
        if _NO_SEASON & set(lows(tokens, start - 2, start)):
            continue
        begin = _begin(tokens, start) if _PREPOSITIONS & set(lows(tokens, start - 1, start + 1)) else start
        leading = _begin(tokens, start) >= start - 1 and low(tokens, start - 2) != ","
        stops = STRONG | _USUALLY if leading else _ENDS - {BLANK}
        end = next((place for place in range(after, len(tokens)) if tokens[place].low in stops), len(tokens))
        yield max(begin, start - BACK), end


def _dates(tokens: Tokens) -> Iterator[tuple[int, int]]:
    """ "The first Saturday of the month", "every second Thursday"."""
    for start in range(len(tokens) - 1):
        if low(tokens, start).rstrip("s") in _DAYS and _is_date(tokens, start + 1):
            yield start, next((at for at in range(start, len(tokens)) if tokens[at].low in STRONG), len(tokens))
        rare = low(tokens, start) in _ORDINALS and low(tokens, start + 1).rstrip("s") in _DAYS
        if rare and low(tokens, start - 1) != "no":
            yield start, next((at for at in range(start, len(tokens)) if tokens[at].low in _ENDS), len(tokens))


def _is_date(tokens: Tokens, place: int) -> bool:
    """The "12 May" of "Saturday 12 May", also as "May 12" or "12th of May"."""
    near = lows(tokens, place, place + 5)
    month = next((index for index, word in enumerate(near) if word in _MONTHS), None)
    return month is not None and all(word.isdecimal() or word in _IN_DATES for word in near[:month])


def _retracted(tokens: Tokens) -> Iterator[tuple[int, int]]:
    """What stands before "but don't put that"."""
    for start, _ in _UNSAID.spans(tokens):
        yield _begin(tokens, start - 1 if low(tokens, start - 1) in _ENDS else start), start


def _begin(tokens: Tokens, place: int) -> int:
    """Where the part of a sentence with this place begins."""
    while place > 0 and low(tokens, place - 1) not in _ENDS:
        place -= 1
    return place
