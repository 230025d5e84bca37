"""Where a name ends: over capitals in a text that has them, before small words and verbs in speech."""

from dataclasses import dataclass

from ai.brief.clauses import STARTERS
from ai.brief.money import CURRENCIES
from ai.brief.phrases import phrases, tables, words
from ai.brief.text import one_line, title
from ai.brief.tokens import STRONG, Span, Tokens, low, said
from ai.brief.vocabulary import CITIES, COMMON, REGIONS, TRADES

_TABLES = tables("names")

LONGEST = 60
MOST_WORDS = 6
_SUBJECTS = words("i i'm i've i'd we we're we've we'd they're there's that's")
SMALL = words(_TABLES["small"])
# What follows an "in" that belongs to a name, as in "Stitch in Time".
IDIOMS = phrases(
    "in time | in bloom | in motion | in stitches | in style | in the woods | in wonderland | in hand | in clover |"
    " in the sky | in a bottle | in paradise | in heaven | in the wild | in flight | in a jar | in a box |"
    " in harmony | in focus | in tune | in good taste | in full bloom | in the nick of time |"
    " in good company | in the hole"
)
ENDS = words(_TABLES["ends"])
SUBJECT_VERBS = words(_TABLES["subject_verbs"])


def name_span(tokens: Tokens, start: int, cased: bool) -> Span | None:
    """The words of a name from its first to where something else begins."""
    if low(tokens, start - 1) == '"':
        return until_quote(tokens, start)
    if start >= len(tokens) or not (tokens[start].is_word or tokens[start].low[0].isdecimal()):
        return None
    if tokens[start].low in _SUBJECTS:
        return None
    proper = cased and (tokens[start].is_capital or _capital_after(tokens, start))
    end = _proper_end(tokens, start) if proper else _spoken_end(tokens, start)
    while end > start and tokens[end - 1].low in SMALL:
        end -= 1
    return (start, end) if end > start else None


def _capital_after(tokens: Tokens, start: int) -> bool:
    return (
        tokens[start].low in ("the", "la", "le", "o", "a", "da", "al")
        and start + 1 < len(tokens)
        and tokens[start + 1].is_capital
    )


def until_quote(tokens: Tokens, start: int) -> Span | None:
    for end in range(start, min(start + MOST_WORDS + 3, len(tokens))):
        if tokens[end].low == '"':
            return (start, end) if end > start else None
        if tokens[end].low in STRONG:
            return None
    return None


def _proper_end(tokens: Tokens, start: int) -> int:
    """Over capitalised words, and the small words between them: "House of Bread", "Bread & Butter", "Studio 54"."""
    end = start
    while end < min(start + MOST_WORDS + 2, len(tokens)):
        token = tokens[end]
        links = token.low in SMALL | {"-", "'"} and (is_proper(tokens, end + 1) or _is_pair_of_small(tokens, end))
        number = token.low.isdecimal() and end > start and low(tokens, end + 1) not in ("-", "am", "pm", "to")
        idiom = IDIOMS.end_at(tokens, end) if end > start else 0
        if idiom and tokens[idiom - 1].is_capital:
            return idiom
        if not (is_proper(tokens, end) or links or number or (end == start and token.is_word)):
            break
        end += 1
    return end


def _is_pair_of_small(tokens: Tokens, place: int) -> bool:
    """The "and a" of "Two and a Cat", the "on the" of "House on the Hill"."""
    return low(tokens, place + 1) in ("a", "the", "la", "der", "den") and is_proper(tokens, place + 2)


def is_proper(tokens: Tokens, place: int) -> bool:
    if not 0 <= place < len(tokens) or not tokens[place].is_capital:
        return False
    if low(tokens, place - 1) == "on" and tokens[place].low.removesuffix("s").endswith("day"):
        return False
    joined = (
        low(tokens, place + 1) in ("and", "in", "at", "on") and tokens[place].low != "i"
    )  # "Bean There in Hull"
    last = (joined or low(tokens, place + 1) in STRONG | {"", ",", ")"}) and low(
        tokens, place - 1
    ) not in STRONG | {"", ","}
    pronoun = (
        not last and tokens[place].low in STARTERS | {"the"} and low(tokens, place - 1) not in SMALL - {"and", "&"}
    )
    inner = tokens[place].text == "In" and place > 0 and tokens[place - 1].is_capital  # "Locked In Sheffield"
    return not (pronoun or (tokens[place].low in ("in", "is", "and", "it's") and not inner))


def _spoken_end(tokens: Tokens, start: int) -> int:
    end = start
    while end < min(start + 5, len(tokens)):
        word = tokens[end].low
        if tokens[end].value is not None and low(tokens, end + 1) in CURRENCIES:
            return min(end, start + 2)  # "blitz blank basic wash eight euros"
        idiom = IDIOMS.end_at(tokens, end) if end > start else 0
        if idiom:
            return idiom
        joins = word in ("and", "of", "&", "the", "'n") and _goes_on(tokens, start, end)
        joins = joins or (word == "by" and start < end < start + 3 and _is_over(tokens, end + 2, end + 1))
        first_small = end == start and word in ("the", "my", "our", "our", "a", "la", "le", "el", "da")
        if not (joins or first_small) and (
            word in ENDS or not tokens[end].is_word or _is_article(tokens, end, start)
        ):
            break
        end += 1
    return end


def _is_over(tokens: Tokens, place: int, last: int) -> bool:
    """Whether a name ends before this place, as that of "fades by kev, cuts 18" after "kev"."""
    return (
        low(tokens, last).isalpha()
        and low(tokens, last) not in COMMON
        and (place >= len(tokens) or tokens[place].is_mark)
    )


def _is_article(tokens: Tokens, place: int, start: int) -> bool:
    return (
        place > start
        and tokens[place].low in ("a", "an", "the")
        and low(tokens, place - 1) not in ("of", "and", "by")
    )


def _goes_on(tokens: Tokens, start: int, place: int) -> bool:
    """ "salt and pepper we sell", but not "golden crust and bread is"."""
    after = low(tokens, place + 1)
    if tokens[place].low == "the":
        return low(tokens, place - 1) in ("of", "and", "by")
    if not after or after in COMMON or after in SUBJECT_VERBS:
        return tokens[place].low == "of" and after == "the"
    over = low(tokens, place + 2) in ENDS or place + 2 >= len(tokens) or tokens[place + 2].is_mark
    return (
        tokens[place].low == "of"
        or (place == start + 1 and over)
        or (place == start + 2 and tokens[start].low == "the")
    )


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    span: Span
    rank: float


def as_name(tokens: Tokens, span: Span, rank: float) -> Name:
    return Name(title(one_line(said(tokens, *span), LONGEST)), span, rank)


def is_town(tokens: Tokens, place: int) -> bool:
    return CITIES.end_at(tokens, place) > 0 or REGIONS.end_at(tokens, place) > 0


def is_only_trade(tokens: Tokens, span: Span) -> bool:
    return TRADES.end_at(tokens, span[0]) == span[1]
