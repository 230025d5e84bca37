"""What a business is called: after "called", in quotes, before "is a bakery", beside its trade or at the head."""

from collections.abc import Iterator

from ai.brief.clauses import STARTERS, Clauses
from ai.brief.heads import before_town, head, is_place_or_item, segment_end
from ai.brief.looks import ADJECTIVES
from ai.brief.phrases import phrases, tables, words
from ai.brief.signs import (
    MOST_WORDS,
    SUBJECT_VERBS,
    Name,
    as_name,
    is_only_trade,
    is_proper,
    is_town,
    name_span,
    until_quote,
)
from ai.brief.streets import KINDS
from ai.brief.tokens import REPAIR, STRONG, Span, Tokens, low, lows
from ai.brief.vocabulary import CITIES, COMMON, GENERIC, TRADES

_TABLES = tables("names")

_CALLED = phrases(_TABLES["called"])
_NOT_OURS = words(_TABLES["not_ours"])
_FILLERS = words(': , - uh um er eh erm " well')
_OWNERS = words("we're for run own opened at of founded represent somos siamo manage operate für pour para per")
_INTRODUCTIONS = frozenset({"we are", "wir sind", "nous sommes", "us from", "we from", "hello from", "this is"})
_BEFORE_NAMES = words("for run own at from we're")
_PLACE_CUES = phrases(tables("places")["sure"])
_COMMON = COMMON - words("street road avenue")
_UNITS = words("unit suite floor room arch flat apartment stall level bay")


def name_in(tokens: Tokens, clauses: Clauses, cased: bool) -> Name | None:
    """The name with the best claim; a correction or the same claim made again later wins."""
    found = [
        name
        for name in _names(tokens, cased)
        if clauses.ours(name.span[0]) and (name.rank > 4 or not _is_of_address(tokens, name.span))
    ]
    return max(found, key=lambda name: (name.rank, _later(name)), default=None)


def _is_of_address(tokens: Tokens, span: Span) -> bool:
    """ "Pine Street", "Unit 4"."""
    first, last = tokens[span[0]].low, tokens[span[1] - 1].low
    return last in KINDS or (first in _UNITS and (last[0].isdecimal() or span[1] - span[0] == 1))


def _later(name: Name) -> int:
    return name.span[0] if name.rank >= 7 else -name.span[0]


def _names(tokens: Tokens, cased: bool) -> Iterator[Name]:
    for place in range(len(tokens)):
        yield from _called(tokens, place, cased)
        yield from _quoted(tokens, place)
        yield from _beside_trade(tokens, place, cased)
        yield from _apposed(tokens, place, cased)
        yield from _subject(tokens, place, cased)
        if not cased:
            yield from _before_trade(tokens, place)
        if cased:
            yield from _introduced(tokens, place)
            yield from before_town(tokens, place)
    yield from head(tokens, cased)


def _called(tokens: Tokens, place: int, cased: bool) -> Iterator[Name]:
    start = _CALLED.end_at(tokens, place)
    if not start or _is_of_another(tokens, place):
        return
    rank = 6.5 if tokens[place].low.startswith("renam") else 6 if _is_of_business(tokens, place) else 4.5
    while low(tokens, start) in _FILLERS and start < len(tokens) - 1:
        start += 1
    span = name_span(tokens, start, cased)
    if span:
        yield as_name(tokens, span, rank)
        yield from _repaired(tokens, span, cased)


def _repaired(tokens: Tokens, span: Span, cased: bool) -> Iterator[Name]:
    """ "called Blue Oak, no wait, Green Oak"."""
    place = span[1]
    while low(tokens, place) in (",", "."):
        place += 1
    if low(tokens, place) != REPAIR:
        return
    start = place + 1
    while low(tokens, start) in _FILLERS:
        start += 1
    second = name_span(tokens, start, cased)
    if (
        second
        and tokens[start].low not in COMMON - {"the", tokens[span[0]].low}
        and (not cased or tokens[start].is_capital)
    ):
        yield as_name(tokens, second, 7)


def _is_of_another(tokens: Tokens, place: int) -> bool:
    """ "My name is Maria" names a person, "a cake called Sunset" a cake."""
    before = [word for word in lows(tokens, place - 3, place) if word not in ("is", "are", "also", ",")]
    if tokens[place].low in ("name", "name's") and "my" in before[-1:]:
        return True
    if tokens[place].low in ("called", "named") and low(tokens, place + 1) in ("me", "you", "us", "the"):
        return low(tokens, place + 1) != "the"
    if tokens[place].low.startswith(("call", "renam")) and before[-1:] in (["i"], ["i'm"]):
        return tokens[place].low == "called"  # but "I call it Tick & Mend", "I'm renaming it"
    return tokens[place].low != "name" and bool(before) and before[-1] in _NOT_OURS


def _is_of_business(tokens: Tokens, place: int) -> bool:
    before = lows(tokens, place - 7, place)
    if tokens[place].low not in ("called", "named", "heißt", "namens"):
        return True
    return bool(
        set(before) & (GENERIC | {"it", "it's", "we", "we're", "which", "is", "are", "place"})
    ) or TRADES.within(tokens, place - 8, place)


def _quoted(tokens: Tokens, place: int) -> Iterator[Name]:
    if tokens[place].low != '"' or low(tokens, place - 1) in ("slogan", "tagline", "motto", "says", "is"):
        return
    span = until_quote(tokens, place + 1)
    if (
        span
        and span[1] - span[0] <= MOST_WORDS
        and not set(lows(tokens, place - 5, place)) & {"slogan", "tagline", "motto"}
    ):
        near = TRADES.within(tokens, place - 4, place) or set(lows(tokens, place - 4, place)) & GENERIC
        proper = any(token.is_capital for token in tokens[slice(*span)])
        if near or proper:
            yield as_name(tokens, span, 5 if near else 3)


def _beside_trade(tokens: Tokens, place: int, cased: bool) -> Iterator[Name]:
    """ "our bakery Golden Crust", "Café Central"."""
    end = TRADES.end_at(tokens, place)
    if not end or end >= len(tokens):
        return
    owned = (
        low(tokens, place - 1)
        in ("my", "our", "the", "meine", "unsere", "unser", "mein", "notre", "nuestra", "nossa", "a", "an")
        or not tokens[place].is_capital
    )
    end = _past_town(tokens, end) if owned else end
    start = end + 1 if low(tokens, end) in (",", ":", '"') and owned else end
    if start < len(tokens) and cased and is_proper(tokens, start) and not is_town(tokens, start):
        if is_place_or_item(tokens, start, segment_end(tokens, start)):
            return
        span = name_span(tokens, start, cased)
        if span and not _is_common(tokens, start):
            sign = not owned and tokens[end - 1].is_capital
            yield as_name(tokens, (place, span[1]) if sign else span, 4 if sign else 4.2)
    elif not cased and _is_owned(tokens, place) and not is_town(tokens, end):
        span = name_span(tokens, end, cased)
        if span and not set(lows(tokens, *span)) & (COMMON - {"the", "and", "of"}) and span[1] - span[0] <= 3:
            yield as_name(tokens, span, 3.5)


def _apposed(tokens: Tokens, place: int, cased: bool) -> Iterator[Name]:
    """ "my own studio, Spine & Dandy, in Asheville"."""
    owned = {"my", "our", "the"} & set(lows(tokens, place - 3, place))
    if not (cased and owned and tokens[place].low in GENERIC and low(tokens, place + 1) == ","):
        return
    span = name_span(tokens, place + 2, cased) if is_proper(tokens, place + 2) else None
    if span and low(tokens, span[1]) in STRONG | {",", ""} and not is_town(tokens, span[0]):
        yield as_name(tokens, span, 4.2)


def _is_owned(tokens: Tokens, place: int) -> bool:
    before = low(tokens, place - 1)
    return before in ("my", "our", "the") or before.endswith("'s") or before in STRONG | {""}


def _past_town(tokens: Tokens, end: int) -> int:
    """Past the "in Utrecht" of "my bike shop in Utrecht, De Gouden Trapper"."""
    town = CITIES.end_at(tokens, end + 1) if low(tokens, end) == "in" else 0
    return town if town and low(tokens, town) == "," else end


def _is_common(tokens: Tokens, place: int) -> bool:
    """ "Still" alone is no name, "Still Water" is one."""
    follows = place + 1 < len(tokens) and tokens[place + 1].is_capital and tokens[place + 1].low not in COMMON
    return tokens[place].low in COMMON and not (follows and tokens[place].low not in STARTERS)


def _before_trade(tokens: Tokens, place: int) -> Iterator[Name]:
    """ "website for sunny side cafe": no article, so the words are a name unless they only describe."""
    end = TRADES.end_at(tokens, place)
    start = place
    while end and start > max(0, place - 3) and tokens[start - 1].is_word and tokens[start - 1].low not in _COMMON:
        start -= 1
    if start == place or set(lows(tokens, start, place)) <= ADJECTIVES:
        return
    signed = low(tokens, start - 1) == "the" and low(tokens, start - 2) in ("we're", "are")
    if signed or low(tokens, start - 1) in _BEFORE_NAMES:
        yield as_name(tokens, (start - signed, end), 2.5 if place - start > 1 else 2)


def _subject(tokens: Tokens, place: int, cased: bool) -> Iterator[Name]:
    """ "Golden Crust is a bakery", "Golden Crust, a bakery in", "Golden Crust sells"."""
    introduced = low(tokens, place - 1) == "from" and cased and not is_town(tokens, place)
    if tokens[place].low in COMMON - {"the"} or not (low(tokens, place - 1) in STRONG | {"", ","} or introduced):
        return
    if tokens[place].low == "the" and not (cased and _is_capital(tokens, place + 1)):
        return
    span = name_span(tokens, place, cased)
    if span is None or (cased and not tokens[place].is_capital) or set(lows(tokens, *span)) <= COMMON:
        return
    verb = low(tokens, span[1])
    tells = TRADES.within(tokens, span[1], span[1] + 7)
    apposed = verb in (",", "-") and low(tokens, span[1] + 1) in ("a", "an", "the", "your", "our")
    if tells and (verb == "is" or verb in ("ist", "est", "es", "è", "é", "was") or apposed):
        yield as_name(tokens, span, 5)
    elif (introduced and span[1] - span[0] >= 2 and tokens[place - 2].is_capital and place > 1) or (
        cased and verb in SUBJECT_VERBS and span[1] - span[0] >= 2 and not is_town(tokens, place)
    ):
        yield as_name(tokens, span, 3)


def _is_capital(tokens: Tokens, place: int) -> bool:
    return place < len(tokens) and tokens[place].is_capital


def _introduces(word: str, before: str) -> bool:
    return word in _OWNERS or f"{before} {word}" in _INTRODUCTIONS


def _introduced(tokens: Tokens, place: int) -> Iterator[Name]:
    """ "We are Golden Crust", "website for Golden Crust", "I run Golden Crust", "At Golden Crust we"."""
    word, before = tokens[place].low, low(tokens, place - 1)
    start = place + 1
    if (
        not _introduces(word, before)
        or start >= len(tokens)
        or not _is_capital(
            tokens, start + 1 if tokens[start].low == "the" and word in ("we're", "are", "for") else start
        )
        or is_town(tokens, start)
        or any(_PLACE_CUES.end_at(tokens, first) == start for first in range(place - 6, start))
    ):
        return
    span = name_span(tokens, start, cased=True)
    person = f"{before} {word}" == "this is" and span and span[1] == start + 1 and low(tokens, span[1]) == "from"
    if span and tokens[start].low not in COMMON - {"the"} and not is_only_trade(tokens, span) and not person:
        strong = word in ("are", "we're", "run", "own", "sind", "sommes", "somos", "siamo")
        plain = 3.2 if span[1] - span[0] >= 2 or _tells_trade(tokens, span) else 1
        sure = word not in ("is", "at", "of", "from") or low(tokens, span[1]) in (",", "we")
        if sure:
            yield as_name(tokens, span, 4 if strong else plain)


def _tells_trade(tokens: Tokens, span: Span) -> bool:
    return TRADES.within(tokens, span[0], span[1] + 5)
