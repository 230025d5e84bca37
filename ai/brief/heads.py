"""Names at the head of a typed brief or of a sentence of their own: "Golden Crust Bakery, Lisbon. 7-18"."""

from collections.abc import Iterator

from ai.brief.clauses import STARTERS
from ai.brief.labels import is_label
from ai.brief.money import money_at
from ai.brief.phrases import tables, words
from ai.brief.signs import ENDS, SMALL, Name, as_name, is_only_trade, is_proper, is_town, name_span
from ai.brief.style_words import ADJECTIVES
from ai.brief.tokens import BLANK, STRONG, Span, Tokens, is_joint, low, lows
from ai.brief.vocabulary import CITIES, COMMON, GENERIC, NOT_PLACES, TRADE_OF, TRADES

_GREETINGS = words(tables("names")["greetings"])
_EDGES = STRONG | {",", "-", ":", "(", "|", "/"}


def before_town(tokens: Tokens, place: int) -> Iterator[Name]:
    """ "Crumbless Bakehouse, Seattle" or "The Upper Room Café in Lincoln" as a sentence of its own."""
    first = place + (tokens[place].low == "the")
    if low(tokens, place - 1) not in STRONG or not is_proper(tokens, first) or tokens[first].low in COMMON:
        return
    span = name_span(tokens, place, cased=True)
    if span is None or span[1] - span[0] < 2 or is_only_trade(tokens, span):
        return
    after = span[1] + 1 if low(tokens, span[1]) in (",", "in") else len(tokens)
    if low(tokens, span[1]) in STRONG and _tells_kind(tokens, span):
        yield as_name(tokens, span, 2.2)
    town = CITIES.end_at(tokens, after)
    street = after + 1 if low(tokens, after) == BLANK and low(tokens, span[1]) == "," else 0
    if (town and low(tokens, town) in STRONG | {"", ","}) or street:
        yield as_name(tokens, span, 2.4)


def _tells_kind(tokens: Tokens, span: Span) -> bool:
    """ "Studio Fjell", "Byrne Quinn Solicitors", but not "Online Shop"."""
    heard = set(lows(tokens, *span))
    return not heard & COMMON and (bool(heard & GENERIC) or TRADES.within(tokens, *span))


def head(tokens: Tokens, cased: bool) -> Iterator[Name]:
    """The capitalised head of a typed brief: "Golden Crust Bakery, Lisbon. 7-18"."""
    if not cased:
        yield from _small_head(tokens)
        return
    if tokens and not tokens[0].is_capital:
        yield from _small_head(tokens)
    start = 0
    while start < min(len(tokens), 30):
        end = segment_end(tokens, start)
        span = name_span(tokens, start, cased) if start < end else None
        listed = span and span[1] - span[0] == 1 and _is_listed(tokens, end)
        if span and not listed and _is_head(tokens, span, end) and not is_place_or_item(tokens, start, end):
            yield as_name(tokens, span, 3.1 if start == 0 else 2.5)
        told = bool(STARTERS & set(lows(tokens, start, end)))
        if (told and low(tokens, end) != ":") or (start > 0 and low(tokens, end) in STRONG - {"|", "·", "•"}):
            return
        start = end + 1


def segment_end(tokens: Tokens, start: int) -> int:
    end = start
    while end < len(tokens) and (tokens[end].low not in _EDGES or is_joint(tokens, end)):
        end += 1
    return end


def _small_head(tokens: Tokens) -> Iterator[Name]:
    """ "joe's tacos, austin": the first words of a terse brief in small letters, before a trade or a town."""
    end = segment_end(tokens, 0)
    heard, after = lows(tokens, 0, end), end + 1
    while low(tokens, after) in STRONG:
        after += 1
    plain = TRADES.end_at(tokens, 0) == end or CITIES.within(tokens, 0, end) or set(heard) <= COMMON | ADJECTIVES
    whole = all(token.is_word or token.low == "&" for token in tokens[:end])
    owned = any(word.endswith(("'s", "s'")) for word in heard) and CITIES.end_at(tokens, after)
    signed = len(heard) >= 2 and _is_work(heard[-1]) and (len(heard) > 2 or low(tokens, after) == BLANK)
    owned = owned or signed or (len(heard) >= 2 and low(tokens, after) == BLANK and tokens[end : end + 1] != [])
    named = 0 < len(heard) <= 5 and whole and not plain and not set(heard) & (ENDS | _GREETINGS | STARTERS)
    if named and (owned or TRADES.end_at(tokens, after)):
        yield as_name(tokens, (0, end), 3.1)


def _tells_little(tokens: Tokens, span: Span) -> bool:
    """The "Text" of "Text is best", the "Heating" of "Plumbing. Heating.", a "Dutch" alone."""
    word, after = tokens[span[0]].low, low(tokens, span[1] + 1)
    work = span[0] > 0 and word.endswith("ing")
    return work or word in NOT_PLACES or (low(tokens, span[1]) == "is" and after not in ("a", "an", "the", "your"))


def _is_listed(tokens: Tokens, comma: int) -> bool:
    """Whether small words follow a comma that are no trade and no town: "Repiping, leaky faucets, sump pumps"."""
    after = tokens[comma + 1 : comma + 2]
    small = low(tokens, comma) == "," and bool(after) and after[0].low.isalpha() and not after[0].is_capital
    return (
        small
        and after[0].low not in COMMON
        and not (TRADES.within(tokens, comma, comma + 8) or CITIES.within(tokens, comma, comma + 8))
    )


def _is_work(word: str) -> bool:
    """The "tattoo" of "black ivy tattoo"."""
    return any(f"{word} {firm}" in TRADE_OF for firm in ("studio", "company", "school"))


def is_place_or_item(tokens: Tokens, start: int, end: int) -> bool:
    """The town after a street or a trade, as in "yoga studio, Chagford"; the item of a line with a price."""
    after_street = low(tokens, start - 1) == "," and low(tokens, start - 2) == BLANK
    trades = [first for first in range(max(0, start - 5), start) if TRADES.end_at(tokens, first) == start - 1]
    town = end == start + 1 and low(tokens, start - 1) == "," and bool(trades) and _opens_line(tokens, trades[0])
    town = town and not any(tokens[first].is_capital for first, _ in CITIES.spans(tokens, start, start + 20))
    line = next((place for place in range(end, len(tokens)) if low(tokens, place) in STRONG | {","}), len(tokens))
    moneys = [money for money in (money_at(tokens, place) for place in range(end, line)) if money]
    last = tokens[end - 1].low if end - start == 2 and tokens[end - 1].is_number else ""
    item = last and any("." in token.low and token.is_number for token in tokens[:30])
    priced = bool(item) or any(not money.bare or not money.price.amount.is_integer() for money in moneys)
    return after_street or town or priced or is_label(tokens, start, end)


def _opens_line(tokens: Tokens, place: int) -> bool:
    return low(tokens, place - 1) in STRONG | {""}


def _is_greeting_name(tokens: Tokens, span: Span, end: int) -> bool:
    """ "Ciao Bella 7." or "Hello Sunshine, yoga studio": all capitals, and a trade, a number or a town near."""
    inner = tokens[slice(*span)]
    whole = len(inner) > 1 and span[1] == end and all(token.is_capital or token.is_number for token in inner)
    telling = inner[-1].is_number or TRADES.end_at(tokens, end + 1)
    return bool(whole and telling and not set(lows(tokens, *span)) & (COMMON - _GREETINGS))


def _is_head(tokens: Tokens, span: Span, end: int) -> bool:
    """All of its segment, or all before an "in", and more than a trade, a town or a greeting."""
    single = span[1] - span[0] == 1
    if single and _tells_little(tokens, span):
        return False
    whole = span[1] == end or low(tokens, span[1]) in ("in", "near", "is")
    told = [token.low for token in tokens[slice(*span)] if token.low not in SMALL]
    plain = TRADES.end_at(tokens, span[0]) == span[1] or is_town(tokens, span[0])
    return (
        whole
        and not plain
        and not (set(told) & _GREETINGS and not _is_greeting_name(tokens, span, end))
        and not set(told) <= COMMON
        and tokens[span[0]].is_capital
    )
