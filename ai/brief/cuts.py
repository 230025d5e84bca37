"""Where one item of a list ends and the next begins: at commas, at an "and", at a price."""

from ai.brief.money import Money
from ai.brief.phrases import tables, words
from ai.brief.pricing import AND, EDGES, price_at
from ai.brief.tokens import STRONG, Tokens, low
from ai.brief.vocabulary import COMMON

_TABLES = tables("offers")
_BINOMIALS = words(_TABLES["binomials"])
_BEFORE_ARTICLE = words(_TABLES["before_article"])
_NO_PLURALS = words(_TABLES["no_plurals"])


def parallel(tokens: Tokens, start: int, end: int) -> int:
    """Where "oil changes brake repairs", which no comma parts, falls into two plurals; 0 where it does not."""
    plurals = [place for place in range(start, end) if _is_plural(tokens[place].low)]
    if len(plurals) < 2 or plurals[-1] != end - 1 or any(token.low in COMMON for token in tokens[start:end]):
        return 0
    return plurals[0] + 1


def _is_plural(word: str) -> bool:
    return (
        len(word) > 3
        and word.endswith("s")
        and not word.endswith(("ss", "us", "is", "'s"))
        and word not in _NO_PLURALS
    )


def piece_end(tokens: Tokens, start: int, end: int) -> tuple[int, Money | None]:
    """Where the piece that begins here ends: at an edge, or at its price."""
    place = start
    while place < end:
        money = price_at(tokens, place)
        if money:
            return money.start, money
        if place > start and is_edge(tokens, place):
            tag = price_at(tokens, place + 1) if tokens[place].low in ("(", "-", "/") and place + 1 < end else None
            return place, tag
        place += 1
    return end, None


def is_edge(tokens: Tokens, place: int) -> bool:
    word = tokens[place].low
    if word == "+" and _is_tight(tokens, place):
        return False
    if word in EDGES:
        return not (word in ("&", "+") and _is_pair_of_price(tokens, place))
    if word == "-":
        return tokens[place].gap
    if word in ("a", "an"):
        return low(tokens, place - 1) not in _BEFORE_ARTICLE
    if word not in AND:
        return word in ("as", "also") and low(tokens, place + 1) in ("well", "we")
    return f"{low(tokens, place - 1)}+{low(tokens, place + 1)}" not in _BINOMIALS and not _is_pair_of_price(
        tokens, place
    )


def _is_tight(tokens: Tokens, place: int) -> bool:
    """The "+" of "wash+cut"."""
    after = tokens[place + 1 : place + 2]
    return (
        place > 0
        and tokens[place - 1].is_word
        and bool(after)
        and after[0].is_word
        and not (tokens[place].gap or after[0].gap)
    )


def _is_pair_of_price(tokens: Tokens, place: int) -> bool:
    """The "and" of "Cod and chips £9.50, peas £2": one dish where every part between commas has its price."""
    start = place
    while start > max(0, place - 4) and tokens[start - 1].is_word and tokens[start - 1].low not in COMMON:
        start -= 1
    end = place + 1
    while (
        end < min(place + 5, len(tokens))
        and tokens[end].is_word
        and (tokens[end].low not in COMMON or tokens[end].low == "a")
    ):
        end += 1
    after = price_at(tokens, end + 1 if low(tokens, end) in ("-", ":") else end)
    opens = low(tokens, start - 1) in STRONG | {""} or (
        low(tokens, start - 1) == "," and _ends_price(tokens, start - 1)
    )
    closes = after is not None and (low(tokens, after.end) in STRONG | {"", ","}) and not after.bare
    return tokens[place].low in ("and", "&", "+") and start < place and place + 1 < end and opens and closes


def _ends_price(tokens: Tokens, place: int) -> bool:
    return any(
        money is not None and money.end == place
        for money in (price_at(tokens, at) for at in range(place - 4, place))
    )


def past_edges(tokens: Tokens, place: int) -> int:
    start = place
    while start < len(tokens) and (
        tokens[start].low in EDGES | AND | {"-", "as", "well", "also", "then", "even", "both", "."}
    ):
        start += 1
    return max(start, place)
