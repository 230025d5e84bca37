"""Lists that nothing announces: bullets, and sentences without a verb."""

from collections.abc import Iterator
from dataclasses import dataclass

from ai.brief.clauses import STARTERS, Clauses
from ai.brief.money import money_at
from ai.brief.phrases import phrases, tables, words
from ai.brief.style_words import ADJECTIVES, COLORS
from ai.brief.tokens import BLANK, REPAIR, STRONG, Tokens, low
from ai.brief.vocabulary import CITIES, COMMON, REGIONS, TRADES

_TABLES = tables("lists")
VERBS = words(_TABLES["verbs"])
WORKS = words(_TABLES["works"])
VERBAL = STARTERS | words(_TABLES["verbal"])
_NOT_TERSE = words("and but or so because until with")
_ENDS = words(_TABLES["ends"])
_TAILS = phrases(
    "that sort of thing | that kind of thing | things like that | stuff like that | and so on | and the like |"
    " and such | you name it | etc | the usual | the usual stuff | and more | all sorts |"
    " all that sort of thing | all that | anything with | anything else | anything to do with | anything like that"
)
_PARTS = words(
    "map gallery faq booking menu form page photos contact logo reviews website colours newsletter about hours"
)
IN_ITEMS = words("and for fresh of new color colour house family style summer winter spring old small")


@dataclass(frozen=True, slots=True)
class Listing:
    """A list from `start` to `end`; `verb` is the work that is done to each thing, as "repair"."""

    start: int
    end: int
    verb: str | None = None


def bullets(tokens: Tokens, clauses: Clauses) -> Iterator[Listing]:
    """Lines that begin with a mark and hold nothing but a short phrase each, two of them at least."""
    lines = [
        (start, end)
        for start, end in sorted(set(clauses.bounds))
        if (low(tokens, start) == "-" and low(tokens, start - 1) in ("", "\n"))
        or low(tokens, start - 1) in ("*", "•")
    ]
    plain = [(start, end) for start, end in lines if 2 <= end - start <= 7 and _is_plain(tokens, start, end)]
    if len(plain) > 1 and len(plain) == len(lines):
        yield from (Listing(start, end) for start, end in plain)


def _is_plain(tokens: Tokens, start: int, end: int) -> bool:
    """Words for things: none for a trade, a place, a look or a part of a website."""
    heard = [token.low for token in tokens[start:end] if token.is_word]
    small = set(heard) & (COMMON | ADJECTIVES | COLORS | _PARTS) - IN_ITEMS
    known = any(table.within(tokens, start, end) for table in (TRADES, CITIES, REGIONS))
    return (
        bool(heard)
        and not small
        and not known
        and not any(t.low in (",", ":", BLANK) or t.is_number for t in tokens[start:end])
    )


def terse(tokens: Tokens, clauses: Clauses) -> Iterator[Listing]:
    """A sentence without a verb in which a price stands, or a list of things alone on its line."""
    for start, end in sorted(set(clauses.bounds)):
        heard = [
            token.low for place, token in enumerate(tokens[start:end], start) if not _is_call_out(tokens, place)
        ]
        if (
            end - start > 60
            or not clauses.ours(start)
            or VERBAL & set(heard)
            or not heard
            or heard[0] in _NOT_TERSE
            or ":" in heard
        ):
            continue
        priced = any(_is_price(tokens, place) for place in range(start, end))
        if (priced and {",", "and"} & set(heard)) or (
            (start > 0 or _TAILS.within(tokens, start, end)) and _only_things(tokens, start, end)
        ):
            yield Listing(start, list_end(tokens, clauses, start, heads=False))


def _is_call_out(tokens: Tokens, place: int) -> bool:
    return tokens[place].low == "call" and low(tokens, place + 1) in ("out", "outs", "-")


def _only_things(tokens: Tokens, start: int, end: int) -> bool:
    """ "Dog food, cat toys and aquariums" on a line of its own."""
    end = next((first for first, _ in _TAILS.spans(tokens, start, end)), end)
    heard = [token.low for token in tokens[start:end] if token.low not in STRONG]
    plain = all(
        (word.replace("'", "").isalpha() and word not in COMMON - IN_ITEMS) or word in (",", "-", "'", "+")
        for word in heard
    )
    known = (
        TRADES.within(tokens, start, end) or CITIES.within(tokens, start, end) or REGIONS.within(tokens, start, end)
    )
    looks = set(heard) & (COLORS | ADJECTIVES)
    bullet = heard[:1] == ["-"]
    return (
        plain
        and (bool({",", "+"} & set(heard)) or _is_run_of_plurals(heard))
        and len(heard) >= 3
        and not known
        and not looks
        and (bullet or tokens[start].is_capital or low(tokens, start - 1) in (".", "\n", "|"))
    )


def _is_run_of_plurals(heard: list[str]) -> bool:
    """ "Burst pipes geysers blocked drains"."""
    plurals = [
        word for word in heard if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "'s"))
    ]
    return len(plurals) >= 3 and heard[-1] == plurals[-1] and not set(heard) & COMMON


def _is_price(tokens: Tokens, place: int) -> bool:
    money = money_at(tokens, place)
    return money is not None and (not money.bare or not money.price.amount.is_integer())


def list_end(tokens: Tokens, clauses: Clauses, start: int, heads: bool) -> int:
    """The clause's end or a word that begins another matter; a headed list goes on over its lines."""
    place = start
    last = clauses.bounds[start][1] if start < len(tokens) else start
    while place < min(len(tokens), start + 120):
        if place >= last:
            if not (heads and _goes_on(tokens, place)):
                break
            last = clauses.bounds[place][1]
        ends = tokens[place].low in _ENDS and not _is_call_out(tokens, place)
        if ends or tokens[place].low == REPAIR or _next_verb(tokens, place, start):
            break
        place += 1
    return place


def _next_verb(tokens: Tokens, place: int, start: int) -> bool:
    """ "and sell" of "we repair bikes and sell helmets"."""
    after = low(tokens, place + 1)
    joined = low(tokens, place - 1) in ("and", "also", ",") and place > start
    return (
        joined
        and tokens[place].low in VERBS | WORKS
        and after.isalpha()
        and after not in ("and", "or", "in", "for", "on")
    )


def _goes_on(tokens: Tokens, place: int) -> bool:
    """A next line that is a bullet or carries a price."""
    word = low(tokens, place)
    if word in ("-", "*", "•", "·", ";") or (
        word not in STARTERS and low(tokens, place - 1) in (";", "•", "*", "·")
    ):
        return True
    line = range(place, min(place + 8, len(tokens)))
    end = next((index for index in line if tokens[index].low == "\n"), place + 8)
    return low(tokens, place - 1) == "\n" and any(
        money_at(tokens, index) for index in range(place, min(end, len(tokens)))
    )
