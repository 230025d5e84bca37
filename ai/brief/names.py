"""What a business is called: after "called", in quotes, before "is a bakery", beside its trade or at the head."""

from collections.abc import Iterator

from ai.brief.called import called
from ai.brief.clauses import STARTERS, Clauses
from ai.brief.heads import before_town, head, is_place_or_item, segment_end
from ai.brief.not_names import is_kind_of_people, is_of_address, is_of_calendar, is_priced
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
from ai.brief.style_words import ADJECTIVES
from ai.brief.tokens import STRONG, Span, Tokens, low, lows
from ai.brief.vocabulary import CITIES, COMMON, GENERIC, REGIONS, TRADE_OF, TRADES

_TABLES = tables("names")
_OWNERS = words("we're for run own opened at of founded represent somos siamo manage operate für pour para per")
_INTRODUCTIONS = frozenset({"we are", "wir sind", "nous sommes", "us from", "we from", "hello from", "this is"})
_BEFORE_NAMES = words("for run own at from we're")
_PLACE_CUES = phrases(tables("places")["sure"])
_WHERE = words("upstairs downstairs indoors outdoors centrally located nearby")
_COMMON = COMMON - words("street road avenue")


def name_in(tokens: Tokens, clauses: Clauses, cased: bool) -> Name | None:
    """The name with the best claim; a correction or the same claim made again later wins."""
    found = [
        name
        for name in _names(tokens, cased)
        if clauses.ours(name.span[0])
        and (name.rank > 4 or not is_of_address(tokens, name.span))
        and not is_of_calendar(tokens, name.span)
        and not (name.rank < 5 and is_priced(tokens, name.span))
        and not (name.rank < 5 and is_kind_of_people(tokens, name.span))
    ]
    return max(found, key=lambda name: (name.rank, _later(name)), default=None)


def _later(name: Name) -> int:
    return name.span[0] if name.rank >= 7 else -name.span[0]


def _names(tokens: Tokens, cased: bool) -> Iterator[Name]:
    for place in range(len(tokens)):
        yield from called(tokens, place, cased)
        yield from _quoted(tokens, place)
        yield from _beside_trade(tokens, place, cased)
        yield from _apposed(tokens, place, cased)
        yield from _named_by_kind(tokens, place, cased)
        yield from _subject(tokens, place, cased)
        if not cased:
            yield from _before_trade(tokens, place)
        if cased:
            yield from _introduced(tokens, place)
            yield from before_town(tokens, place)
    yield from head(tokens, cased)


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
    ) and not (cased and low(tokens, place - 1) == "the" and tokens[place].is_capital)
    end = _past_town(tokens, end) if owned else end
    start = end + 1 if low(tokens, end) in (",", ":", '"') and owned else end
    if start < len(tokens) and cased and _opens_name(tokens, start) and not is_town(tokens, start):
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


def _named_by_kind(tokens: Tokens, place: int, cased: bool) -> Iterator[Name]:
    """ "The studio is Casa Quieta", "my salon is Shear Joy"."""
    owned = low(tokens, place - 1) in ("my", "our", "the")
    bare = tokens[place].low.removesuffix("'s")
    if not (cased and owned and (bare in GENERIC or TRADES.end_at(tokens, place) == place + 1 or bare in TRADE_OF)):
        return
    start = place + 2 if low(tokens, place + 1) == "is" else place + 1 if tokens[place].low.endswith("'s") else 0
    proper = is_proper(tokens, start) or (low(tokens, start) == "the" and is_proper(tokens, start + 1))
    span = name_span(tokens, start, cased) if start and proper else None
    plain = span and tokens[start].low in COMMON - {"the"} and not _is_title(tokens, span)
    if span and not plain and not is_town(tokens, start) and tokens[start].low not in _WHERE:
        yield as_name(tokens, span, 4.6)


def _opens_name(tokens: Tokens, place: int) -> bool:
    """A capital, or the "The" of "our bookshop in Derry, The Long Shelf"."""
    article = low(tokens, place) == "the" and tokens[place].is_capital and low(tokens, place - 1) in (",", ":")
    return is_proper(tokens, place) or (article and is_proper(tokens, place + 1))


def _is_owned(tokens: Tokens, place: int) -> bool:
    before = low(tokens, place - 1)
    return before in ("my", "our", "the") or before.endswith("'s") or before in STRONG | {""}


def _past_town(tokens: Tokens, end: int) -> int:
    """Past the "in Utrecht" of "my bike shop in Utrecht, De Gouden Trapper", and past the country after it."""
    town = CITIES.end_at(tokens, end + 1) if low(tokens, end) == "in" else 0
    region = REGIONS.end_at(tokens, town + 1) if town and low(tokens, town) == "," else 0
    town = region or town
    return town if town and low(tokens, town) in (",", ":") else end


def _is_common(tokens: Tokens, place: int) -> bool:
    """ "Still" alone is no name, "Still Water" is one."""
    follows = place + 1 < len(tokens) and tokens[place + 1].is_capital and tokens[place + 1].low not in COMMON
    return tokens[place].low in COMMON and not (follows and tokens[place].low not in STARTERS)


def _before_trade(tokens: Tokens, place: int) -> Iterator[Name]:
    """ "website for sunny side cafe": no article, so the words are a name unless they only describe."""
    end = TRADES.end_at(tokens, place)
    start = place
    while end and start > max(0, place - 3) and _is_of_name(tokens, start - 1, place):
        start -= 1
    if start == place or set(lows(tokens, start, place)) <= ADJECTIVES:
        return
    signed = low(tokens, start - 1) == "the" and low(tokens, start - 2) in ("we're", "are")
    here = low(tokens, start - 1) == "from" and low(tokens, start - 2) == "here"
    if signed or here or low(tokens, start - 1) in _BEFORE_NAMES:
        yield as_name(tokens, (start - signed, end), 2.5 if place - start > 1 else 2)


def _is_of_name(tokens: Tokens, at: int, place: int) -> bool:
    """An uncommon word, or the "and" of "knit and natter wool shop"."""
    if tokens[at].low in ("and", "&") and at + 1 < place:
        return at > 0 and tokens[at - 1].is_word and tokens[at - 1].low not in _COMMON
    return tokens[at].is_word and tokens[at].low not in _COMMON


def _subject(tokens: Tokens, place: int, cased: bool) -> Iterator[Name]:
    """ "Golden Crust is a bakery", "Golden Crust, a bakery in", "Golden Crust sells"."""
    introduced = low(tokens, place - 1) in ("from", "about") and cased and not is_town(tokens, place)
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
    plain = tokens[start].low in COMMON - {"the"} and not _is_title(tokens, span)
    if span and not plain and not is_only_trade(tokens, span) and not person:
        strong = word in ("are", "we're", "run", "own", "sind", "sommes", "somos", "siamo")
        weak = 3.2 if span[1] - span[0] >= 2 or _tells_trade(tokens, span) else 1
        sure = word not in ("is", "at", "of", "from") or low(tokens, span[1]) in (",", "we")
        if sure:
            yield as_name(tokens, span, 4 if strong else weak)


def _is_title(tokens: Tokens, span: Span | None) -> bool:
    """ "Fresh Start Cleaning": a common word that begins a name of several capitals."""
    inner = tokens[slice(*span)] if span else []
    capitals = sum(token.is_capital for token in inner)
    apposed = span is not None and low(tokens, span[1]) == "," and TRADES.within(tokens, span[1], span[1] + 6)
    return (capitals >= 2 and (apposed or any(token.low not in COMMON for token in inner[1:]))) or capitals >= 3


def _tells_trade(tokens: Tokens, span: Span) -> bool:
    return TRADES.within(tokens, span[0], span[1] + 5)
