"""What may be the name of an item: its words without articles, praise, fillers and what follows them."""

from ai.brief.money import CURRENCIES
from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import BLANK, REPAIR, Tokens, low, lows
from ai.brief.vocabulary import AMBIGUOUS, CITIES, COMMON, TRADES

_TABLES = tables("items")

MOST_WORDS = 7
_PRONOUNS = words("i we you they he she it i'm we're it's don't am my our your was were")
_VERBS = words("get gets charge have sell offer is are do bake serve make called take pay costs there's")
_SUBJECTS = words("we i you they people there customers there's then")
_COINS = frozenset(word for word in CURRENCIES if word.isalpha()) - words("pound pounds real kr p")
_PAIRED = words("call menu service services page design color colour work works day hour month phone mail dark")
_LEADING = words(_TABLES["leading"])
_KEEP_LEADING = phrases(_TABLES["keep_leading"])
_TRAILING = words(_TABLES["trailing"])
_CUTS = phrases(_TABLES["cuts"])
IN_NAMES = phrases(_TABLES["in_names"])
_CONTENT = words("color colour design summer spring winter autumn family menu speaking writing modern style")
_PAYING = words(
    "kids kid children child adults adult dogs cat cats men women ladies seniors students teens extra delivery"
)
_REFUSED = words(_TABLES["refused"])


def cleaned(tokens: Tokens, start: int, end: int) -> tuple[int, int]:
    """The span of the bare item within the words of a piece."""
    start = _after_last_verb(tokens, start, end)
    while start + 1 < end and tokens[start].low == tokens[start + 1].low:
        start += 1  # "and kits kits start at"
    while start < end and (
        tokens[start].is_mark
        or (
            tokens[start].low in _LEADING
            and not _is_hyphened(tokens, start, end)
            and not _KEEP_LEADING.end_at(tokens, start)
        )
    ):
        start += 1
    end = _cut(tokens, start, end)
    while end > start and (tokens[end - 1].is_mark or tokens[end - 1].low in _TRAILING):
        if IN_NAMES.end_at(tokens, end - 2) == end or (
            end - start > 1 and low(tokens, end - 2) == "-" and not tokens[end - 1].gap
        ):
            break
        end -= 1
    return start, end


def _is_hyphened(tokens: Tokens, place: int, end: int) -> bool:
    """The "in" of "in-home", the "call" of "call-out"."""
    return place + 1 < end and tokens[place + 1].low == "-" and not tokens[place + 1].gap


def is_item(tokens: Tokens, start: int, end: int, priced: bool) -> bool:
    """One to seven words of which at least one is no small word."""
    said = lows(tokens, start, end)
    if len(said) == 1 and len(said[0]) == 1:
        return False  # the "h" of "14h"
    if not 0 < len(said) <= MOST_WORDS or BLANK in said or REPAIR in said:
        return False
    telling = [
        word for word in said if word not in COMMON - _CONTENT and word not in _REFUSED and word[0].isalpha()
    ]
    hyphened = any(tokens[place].low == "-" and not tokens[place].gap for place in range(start + 1, end - 1))
    named = IN_NAMES.end_at(tokens, start) == end
    if (
        not telling
        and not named
        and not hyphened
        and not _is_known_pair(said)
        and not (priced and set(said) & _PAYING)
    ):
        return False
    refused = said[0] in _REFUSED and not (priced and said[0] in _PAYING)
    if set(said) & _PRONOUNS or (refused and len(said) == 1) or said[0] in ("minimum", "maximum"):
        return False
    if said[-1] in ("ones", "one") or set(said) & _COINS or said[-2:] == ["-", "free"] or said == ["g"]:
        return False
    shop = TRADES.end_at(tokens, start) == end and not priced and said[-1] in ("shop", "store", "company", "studio")
    town = CITIES.end_at(tokens, start) == end and not (end == start + 1 and said[0] in AMBIGUOUS)
    return not shop and not town and not _is_aside(said)


def _is_aside(said: list[str]) -> bool:
    """ "at Christmas", "110 in summer"."""
    return said[0] in ("at", "during", "on", "by") or (
        said[0].isdecimal() and said[1:2] in (["in"], ["on"], ["at"])
    )


def _is_known_pair(said: list[str]) -> bool:
    return len(said) >= 2 and said[-1] in _PAIRED


def _after_last_verb(tokens: Tokens, start: int, end: int) -> int:
    """ "a haircut" of "you get a haircut", "we charge for a haircut"."""
    start = next((at for at in range(end - 2, start + 1, -1) if _starts_anew(tokens, at)), start)
    places = [place for place in range(start, end) if tokens[place].low in _VERBS and place < end - 1]
    subject = _SUBJECTS & set(lows(tokens, start, end))
    return places[-1] + 1 if places and subject else start


def _starts_anew(tokens: Tokens, place: int) -> bool:
    """The "the" of "we rent them out the rental"."""
    return tokens[place].low == "the" and low(tokens, place - 1) in (
        "out",
        "up",
        "them",
        "it",
        "too",
        "well",
        "now",
    )


def _cut(tokens: Tokens, start: int, end: int) -> int:
    """Where something else begins within the words: "eggs from the farm", "lessons on Sundays"."""
    for place in range(start + 1, end):
        if low(tokens, place - 1) == "-" and not tokens[place].gap:
            continue
        if _CUTS.end_at(tokens, place):
            return place
        if tokens[place].low == "in" and (
            CITIES.end_at(tokens, place + 1) or low(tokens, place + 1) in ("the", "a", "our")
        ):
            return place
        if tokens[place].low == "to" and low(tokens, place + 1) not in ("go", "order", "measure"):
            return place
    return end
