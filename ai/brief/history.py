"""Since when the business is there, and the sentence it goes by."""

from collections.abc import Iterator
from itertools import pairwise

from ai.brief.clauses import Clauses
from ai.brief.phrases import phrases, tables, words
from ai.brief.text import one_line
from ai.brief.tokens import STRONG, Span, Tokens, low, lows, said

_TABLES = tables("history")

_SINCE = phrases(_TABLES["since"])
_TAGLINE = phrases(_TABLES["tagline"])
_AS_TAGLINE = phrases(_TABLES["as_tagline"])
_FOUNDED = words("started opened founded established launched created")
EARLIEST, LATEST = 1400, 2100


def since_in(tokens: Tokens, clauses: Clauses) -> tuple[int | None, list[Span]]:
    """The last year after a "since" and its tokens; "for twenty years" tells no year."""
    found = [
        (year, span)
        for place in range(len(tokens))
        for year, span in _told_years(tokens, place)
        if not clauses.foreign[place] and not clauses.denied[place]
    ]
    return (found[-1][0] if found else None), [span for _, span in found]


def _told_years(tokens: Tokens, place: int) -> Iterator[tuple[int, Span]]:
    yield from _year(tokens, _SINCE.end_at(tokens, place))
    yield from _year(tokens, _founding(tokens, place))
    if tokens[place].low == "in":
        for year, span in _year(tokens, place + 1):
            after = [word for word in lows(tokens, span[1], span[1] + 5) if word not in (",", "and", "finally")]
            if after[:1] and after[0] in ("i", "we") and _FOUNDED & set(after[1:3]):
                yield year, span


def _founding(tokens: Tokens, place: int) -> int:
    """Past the "in" of "my mother started our florist in 1994", 0 if there is none."""
    if tokens[place].low not in _FOUNDED:
        return 0
    near = lows(tokens, place + 1, place + 7)
    near = near[: next((index for index, word in enumerate(near) if word in STRONG), len(near))]
    year = next((index for index, word in enumerate(near) if word == "in"), 0)
    ours = set(near[:year]) & {"our", "the", "this", "it", "my", "business"}
    return place + year + 2 if year and (ours or near[0] == "by") else 0


def _year(tokens: Tokens, start: int) -> Iterator[tuple[int, Span]]:
    """ "1987", "nineteen eighty seven", "two thousand and ten", "twenty ten"."""
    if not start or start >= len(tokens):
        return
    first = tokens[start].value
    second = tokens[start + 1].value if start + 1 < len(tokens) else None
    if first is not None and first.is_integer() and EARLIEST <= first <= LATEST:
        yield int(first), (start, start + 1)
    elif (
        first in (14, 15, 16, 17, 18, 19, 20) and second is not None and 1 <= second < 100 and tokens[start].is_word
    ):
        nought = second < 10
        last = tokens[start + 2].value if nought and start + 2 < len(tokens) else None
        if not nought:
            yield int(100 * first + second), (start, start + 2)
        elif last is not None and last < 10:
            yield int(100 * first + last), (start, start + 3)


def tagline_in(tokens: Tokens) -> tuple[str | None, list[Span]]:
    """What follows "our slogan is", to its closing quote or the end of the sentence; a quote "as our slogan"."""
    quotes = [place for place, token in enumerate(tokens) if token.low == '"']
    for first, last in pairwise(quotes):
        if _AS_TAGLINE.end_at(tokens, last + 1) and last - first <= 20:
            return one_line(said(tokens, first + 1, last), 120), [(first, last + 1)]
    for start, end in _TAGLINE.spans(tokens):
        quoted = low(tokens, end) == '"'
        stops = {'"'} if quoted else STRONG
        place = first = end + 1 if quoted else end
        while place < min(first + 20, len(tokens)) and tokens[place].low not in stops:
            place += 1
        if place > first:
            return one_line(said(tokens, first, place), 120), [(start, place)]
    return None, []
