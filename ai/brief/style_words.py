"""Which words say how a site should look: known adjectives, colours and shades, and words shaped like them."""

from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import BLANK, STRONG, Tokens, is_joint, low, lows
from ai.brief.vocabulary import COMMON

_TABLES = tables("looks")

COLORS = words(_TABLES["colors"])
SHADES = words(_TABLES["shades"])
ADJECTIVES = words(_TABLES["adjectives"])
CUES = words(_TABLES["cues"])
FILLERS = words(_TABLES["fillers"])
OVER = words(", on i please - like but and not as of maybe obviously thanks you for with") | {BLANK}
_SUFFIXES = tuple(_TABLES["suffixes"].split())
_NOT_ADJECTIVES = words(_TABLES["not_adjectives"])
_NOT_SHADES = words(_TABLES["not_shades"])
_BASIC = words("red blue green yellow orange purple pink brown black white grey gray beige")  # never a shade
_MAKE = phrases(_TABLES["make"])
COMPOUND = phrases(_TABLES["compound"])
SITE = words(_TABLES["site"])


def hyphened_end(tokens: Tokens, place: int) -> int:
    """Where "messy-chic" or "hand-made" ends that has a known adjective in it, 0 if none begins here."""
    end = place + 1
    while is_joint(tokens, end):
        end += 2
    known = ADJECTIVES & set(lows(tokens, place, end))
    return end if known and end > place + 1 and not is_joint(tokens, place - 1) else 0


def is_new_adjective(tokens: Tokens, place: int) -> bool:
    """A word that looks like an adjective where only one can stand: "something swanky", "plain and woody"."""
    word, after = tokens[place].low, low(tokens, place + 1)
    shaped = len(word) > 4 and word.endswith(_SUFFIXES) and word not in COMMON | _NOT_ADJECTIVES | COLORS
    if not shaped or not (not after or after in STRONG | OVER | SITE or after in ("looking", "feeling", "nothing")):
        return False
    first = place
    while low(tokens, first - 1) in FILLERS | {"little", "something", "all", "kind", "sort"} - {"with", "in"}:
        first -= 1
    known = (
        first < place
        and {"and", ",", "but"} & set(lows(tokens, first, place))
        and low(tokens, first - 1) in ADJECTIVES
    )
    return bool(known) or any(
        _MAKE.end_at(tokens, start) in (first, place) for start in range(max(0, first - 4), place)
    )


def style_end(tokens: Tokens, place: int) -> int:
    """Where a style word or compound that begins here ends, 0 if none does."""
    compound = COMPOUND.end_at(tokens, place) or hyphened_end(tokens, place)
    single = base_color(tokens[place].low) or tokens[place].low in ADJECTIVES or is_new_adjective(tokens, place)
    return compound or (place + 1 if single else 0) or shade_end(tokens, place)


def base_color(word: str) -> str | None:
    """ "brown" of "browns"."""
    return word if word in COLORS else word[:-1] if word[:-1] in COLORS and word.endswith("s") else None


def shade_end(tokens: Tokens, place: int) -> int:
    """Past the "tomato" of "tomato red", the "hi-vis" of "hi-vis yellow"; 0 where no shade begins."""
    end = place + 1
    while is_joint(tokens, end):
        end += 2
    end += _is_thing(tokens, place, end) and bool(base_color(low(tokens, end + 1)))
    if not tokens[place].is_word or not base_color(low(tokens, end)) or is_joint(tokens, place - 1):
        return 0
    word = low(tokens, end - 1)
    plain = word in COMMON | FILLERS | CUES | _NOT_SHADES or word in ADJECTIVES or word.endswith(("ly", "ing"))
    plain = plain or word in _BASIC
    return end if word in SHADES or end > place + 1 or not plain else 0


def _is_thing(tokens: Tokens, place: int, end: int) -> bool:
    """Whether two plain words open a phrase, as in "pillar box red"."""
    opens = low(tokens, place - 1) in STRONG | {"", ",", ":"} and tokens[place].low not in COMMON
    return opens and low(tokens, end).isalpha() and low(tokens, end) not in COMMON | COLORS | ADJECTIVES
