"""What kind of business it is: a key such as "bakery" and the words it was said in."""

from dataclasses import dataclass, replace

from ai.brief.clauses import Clauses
from ai.brief.phrases import tables, words
from ai.brief.tokens import STRONG, Span, Tokens, low, lows, said
from ai.brief.vocabulary import NOT_TRADES, TRADE_OF, TRADES

_TABLES = tables("trade_cues")

_OWNING = words(_TABLES["owning"])
_ARTICLES = words(_TABLES["articles"])
_MODIFIERS = words(_TABLES["modifiers"])
_CLAIMING = words("my our is are we're i'm it's meine unsere notre nuestra nossa")
_ASIDE = words("near opposite behind beside between past next above below like unlike than via outside")
_CUSTOMERS = words("for to with of from supply supplies customers clients at")


@dataclass(frozen=True, slots=True)
class Trade:
    """`key` is None for a trade that we have no name for."""

    key: str | None
    said: str
    span: Span


def trades_in(tokens: Tokens) -> list[Trade]:
    """Every mention of a trade, from left to right."""
    bare = [replace(token, low=token.low.removesuffix("'s")) for token in tokens]
    barred = {place for start, end in NOT_TRADES.spans(tokens) for place in range(start, end)}
    return [
        Trade(TRADE_OF[" ".join(lows(bare, start, end))], said(tokens, start, end), (start, end))
        for start, end in TRADES.spans(bare)
        if start not in barred
    ]


def trade_in(tokens: Tokens, clauses: Clauses, name: Span | None) -> Trade | None:
    """The trade of this business: the mention best placed, the earliest of equals; a word of its name at last."""
    mentions = [(_rank(tokens, clauses, trade.span, name), trade) for trade in trades_in(tokens)]
    sure = [(rank, trade) for rank, trade in mentions if rank > 0]
    if sure:
        return max(sure, key=lambda pair: pair[0])[1]
    return _unknown(tokens, clauses)


def _rank(tokens: Tokens, clauses: Clauses, span: Span, name: Span | None) -> int:
    start, end = span
    if not clauses.ours(start) or _is_aside(tokens, start):
        return 0
    before = lows(tokens, start - 6, start)
    if name and name[0] <= start < name[1]:
        return 2
    if set(before[-5:]) & _OWNING and set(before) & _ARTICLES:
        return 6
    if _is_told(tokens, span, name):
        return 7 if low(tokens, end) in ("is", "called", "named") else 5
    if set(before[-3:]) & {"into"}:
        return 5
    if set(before[-4:]) & _CLAIMING:
        return 4
    opens_line = low(tokens, start - 1) in STRONG | {"", "for", "new"} or before[-2:] == ["for", "small"]
    segment = next(
        (place for place in range(start - 1, max(-2, start - 4), -1) if low(tokens, place) in STRONG | {""}), None
    )
    opens_line = opens_line or (segment is not None and low(tokens, end) in (",", ".", "-", "\n", "in"))
    headed = (
        low(tokens, start - 1) in (",", "-", "(")
        and low(tokens, end) in (",", ".", ")", "-", "\n", "in")
        and start < 20
    )
    return (
        3
        if opens_line or headed or low(tokens, end) in ("in", "called", "named", "website", "site", "based")
        else 0
    )


def _is_told(tokens: Tokens, span: Span, name: Span | None) -> bool:
    """ "website for a bakery", "Golden Crust is a bakery", "bakery called"."""
    start, end = span
    before, after = lows(tokens, start - 4, start), lows(tokens, end, end + 6)
    beside_name = name is not None and (0 <= name[0] - end <= 4 or 0 <= start - name[1] <= 4)
    named = bool({"called", "named", "namens"} & set(after))
    return beside_name or named or ("for" in before and bool(_ARTICLES & set(before)))


def _is_aside(tokens: Tokens, start: int) -> bool:
    before = lows(tokens, start - 4, start)
    while before and before[0] in STRONG | {","}:
        before = before[1:]
    cut = max((index + 1 for index, word in enumerate(before) if word in STRONG | {","}), default=0)
    near = before[cut:]
    return bool(set(near) & _ASIDE) or ("the" in near[-2:] and bool({"at", "from", "to"} & set(near)))


def _unknown(tokens: Tokens, clauses: Clauses) -> Trade | None:
    """ "I run a falconry centre": words for a trade without a key."""
    for place in range(len(tokens) - 3):
        owning = tokens[place].low in ("run", "own", "opened", "operate", "started") and low(tokens, place + 1) in (
            "a",
            "an",
        )
        if owning and low(tokens, place - 1) in ("i", "we", "and", "also") and clauses.ours(place):
            end = _phrase_end(tokens, place + 2)
            if end > place + 2:
                return Trade(None, said(tokens, place + 2, end)[:60], (place + 2, end))
    return None


def _phrase_end(tokens: Tokens, start: int) -> int:
    end = start
    stops = words(
        "in called named and that which where with for at on near from since who selling i we it website site"
    )
    while end < min(start + 5, len(tokens)) and tokens[end].is_word and tokens[end].low not in stops:
        end += 1
    return end
