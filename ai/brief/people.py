"""Who owns the business, where they say so: "I'm Maria", "my name is", "run by"."""

from collections.abc import Iterator

from ai.brief.clauses import RELATIONS, Clauses
from ai.brief.phrases import phrases, tables, words
from ai.brief.text import one_line, title
from ai.brief.tokens import Span, Tokens, low, lows, said
from ai.brief.vocabulary import CITIES, COMMON, REGIONS, TRADES

_TABLES = tables("people")

MOST = 4
_SURE = phrases(_TABLES["sure"])
_LIKELY = phrases(_TABLES["likely"])
_GIVEN = words(_TABLES["given"])
_FAREWELLS = words(_TABLES["farewells"])
_NOT_NAMES = words(_TABLES["not_names"])


def people_in(tokens: Tokens, clauses: Clauses) -> tuple[list[str], list[Span]]:
    """Names of owners in the order of the brief, and the tokens that told them."""
    told = [
        span
        for place in range(len(tokens))
        for span in (*_introduced(tokens, place), *_relative(tokens, place))
        if not clauses.foreign[span[0]] and not clauses.denied[span[0]]
    ]
    spans = [*told, *_signed(tokens)]
    names = [title(one_line(said(tokens, *span), 60)) for span in spans]
    return list(dict.fromkeys(names))[:MOST], spans


def _introduced(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "I'm Maria", "my name is Maria Silva", "Dr. Ben Cho", "Aoife here"."""
    sure, likely = _SURE.end_at(tokens, place), _LIKELY.end_at(tokens, place)
    start = sure or likely
    if not start and tokens[place].is_capital and tokens[place].low in ("dr", "doctor"):
        start, sure = place + 1, place + 1
    if not start and low(tokens, place + 1) == "here" and tokens[place].is_capital and _follows_mark(tokens, place):
        start, sure = place, place
    if not (sure or likely) or start >= len(tokens) or not _is_name(tokens, start, bool(sure or start == place)):
        return
    if tokens[place].low != "contact" or tokens[start].low in _GIVEN:
        end = _name_end(tokens, start, bool(sure))
        yield start, end
        if low(tokens, end) == "," and _is_full_name(tokens, end + 1):
            yield end + 1, _name_end(tokens, end + 1, sure=True)


def _is_full_name(tokens: Tokens, place: int) -> bool:
    """ "Dave Kowalski" after "Big Dave,"."""
    pair = tokens[place : place + 2]
    known = len(pair) == 2 and pair[0].low in _GIVEN and all(token.is_capital for token in pair)
    return known and _is_name(tokens, place, sure=True)


def _follows_mark(tokens: Tokens, place: int) -> bool:
    return place == 0 or tokens[place - 1].is_mark


def _relative(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "my wife Priya and I", "with my husband Tom", "my mother Carmen started our shop"."""
    if tokens[place].low not in RELATIONS or low(tokens, place - 1) not in ("my", "wife", "husband", "our", "late"):
        return
    start = place + 1
    if start < len(tokens) and tokens[start].is_capital and _is_name(tokens, start, sure=True):
        end = _name_end(tokens, start, sure=True)
        after = lows(tokens, end, end + 3)
        joined = after[:2] in (["and", "i"], ["and", "me"]) or bool(
            after[:1]
            and after[0] in ("started", "opened", "founded")
            and after[1:]
            and after[1] in ("our", "the", "it")
        )
        beside = low(tokens, place - 2) in ("with", "and") and low(tokens, place - 3) in (
            "i",
            "together",
            "run",
            "it",
        )
        if joined or beside:
            yield start, end


def _signed(tokens: Tokens) -> list[Span]:
    """The name at the end of a letter: "Yours, Margaret Sinclair", "Thank you. Yuki"."""
    last = len(tokens)
    while last > 0 and tokens[last - 1].is_mark:
        last -= 1
    start = last
    while start > max(0, last - 3) and tokens[start - 1].is_capital and _is_name(tokens, start - 1, sure=True):
        start -= 1
    before = [word for word in lows(tokens, start - 5, start) if word[0].isalpha()]
    marked = start > 0 and tokens[start - 1].is_mark
    return [(start, last)] if start < last and marked and set(before) & _FAREWELLS else []


def _name_end(tokens: Tokens, start: int, sure: bool) -> int:
    end = start + 1
    while end < min(start + 3, len(tokens)) and _is_surname(tokens, start, end, sure):
        end += 1
    return end


def _is_name(tokens: Tokens, place: int, sure: bool) -> bool:
    token = tokens[place]
    if not token.is_word or token.low in _NOT_NAMES or token.value is not None or TRADES.end_at(tokens, place):
        return False
    follows = place + 1 < len(tokens) and tokens[place + 1].is_capital and tokens[place + 1].low not in COMMON
    if token.low in COMMON and not (token.low in ("big", "little", "may", "june") and token.is_capital and follows):
        return False
    if (CITIES.end_at(tokens, place) and token.low not in _GIVEN) or REGIONS.end_at(tokens, place):
        return False
    introduced = follows or low(tokens, place + 1) in ("and", ",", ".", "from", "", "i", "the", "-", "by", "here")
    told = token.is_capital and introduced and low(tokens, place - 1) != "it's"
    return sure or token.low in _GIVEN or told


def _is_surname(tokens: Tokens, start: int, place: int, sure: bool) -> bool:
    token = tokens[place]
    if not token.is_word or token.low in COMMON or token.value is not None:
        return False
    if TRADES.end_at(tokens, place) and not (token.is_capital and tokens[start].low in _GIVEN):
        return False
    capitals = tokens[start].is_capital
    over = low(tokens, place + 1) in COMMON or place + 1 >= len(tokens) or tokens[place + 1].is_mark
    return token.is_capital if capitals else sure and over and token.low not in _NOT_NAMES
