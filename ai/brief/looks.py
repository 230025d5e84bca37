"""What the site should look like: colours, adjectives, dark or light, from the clauses that speak of looks."""

from collections.abc import Iterator

from ai.brief.clauses import Clauses
from ai.brief.phrases import phrases, tables, words
from ai.brief.tokens import BLANK, REPAIR, STRONG, Span, Tokens, is_joint, low, lows, said
from ai.brief.vocabulary import COMMON
from ai.business import Style

_TABLES = tables("looks")

MOST = 6
COLORS = words(_TABLES["colors"])
_SHADES = words(_TABLES["shades"])
ADJECTIVES = words(_TABLES["adjectives"])
_CUES = words(_TABLES["cues"])
_WANTS = phrases(_TABLES["wants"])
_ALLOWED_AFTER = words(_TABLES["allowed_after"])
_SPOKEN_OF = words(_TABLES["spoken_of"])
_DARK = words("dark darker dunkel dunkles sombre oscuro scuro escuro")
_LIGHT = words("light lighter bright hell helles clair claro chiaro")
_FILLERS = words(_TABLES["fillers"])
_OVER = words(", i please - like but and not as of maybe obviously thanks you for with") | {BLANK}
_SUFFIXES = tuple(_TABLES["suffixes"].split())
_NOT_ADJECTIVES = words(_TABLES["not_adjectives"])
_NOT_SHADES = words(_TABLES["not_shades"])
_BASIC = words("red blue green yellow orange purple pink brown black white grey gray beige")  # never a shade
_NOT_THINGS = words("nothing no not just without nah")
_MAKE = phrases(_TABLES["make"])
_COMPOUND = phrases(_TABLES["compound"])
_SITE = words(_TABLES["site"])


def looks_in(tokens: Tokens, clauses: Clauses) -> Style:
    """Wishes in the order of the brief; after a correction only the later ones of the same sort."""
    wished = _wished(tokens, clauses)
    places = [place for start, end in wished for place in range(start, end) if clauses.ours(place)]
    spans = [span for place in places for span in _color_spans(tokens, place)]
    colors = [(end - 1, said(tokens, start, end).lower()) for start, end in spans]
    parts = {place for start, end in spans for place in range(start, end)}
    adjectives = [(place, word) for place in places for word in _adjective(tokens, place) if place not in parts]
    return Style(
        colors=_kept(tokens, colors), adjectives=_kept(tokens, adjectives), dark=_dark(tokens, clauses, set(places))
    )


def _wished(tokens: Tokens, clauses: Clauses) -> list[Span]:
    """The runs that are wishes, and those that go on after one in the same sentence."""
    wished: list[Span] = []
    for run in _runs(tokens, clauses):
        goes_on = (
            bool(wished)
            and _same_sentence(tokens, wished[-1][1], run[0])
            and not _describes_a_thing(tokens, run[1])
        )
        if goes_on or _is_wish(tokens, clauses, run):
            wished.append(run)
    return wished


def _same_sentence(tokens: Tokens, end: int, start: int) -> bool:
    return start - end <= 8 and not (STRONG - {REPAIR}) & set(lows(tokens, end, start))


def _adjective(tokens: Tokens, place: int) -> Iterator[str]:
    """A word such as "warm", or the whole of "no nonsense" or "old-fashioned"."""
    end = _COMPOUND.end_at(tokens, place) or _hyphened_end(tokens, place)
    lit = tokens[place].low in _DARK | _LIGHT and low(tokens, place + 1) in ("mode", "theme")
    if end:
        yield said(tokens, place, end).lower()
    elif (tokens[place].low in ADJECTIVES and not lit) or _is_new_adjective(tokens, place):
        yield tokens[place].low


def _hyphened_end(tokens: Tokens, place: int) -> int:
    """Where "messy-chic" or "hand-made" ends that has a known adjective in it, 0 if none begins here."""
    end = place + 1
    while is_joint(tokens, end):
        end += 2
    known = ADJECTIVES & set(lows(tokens, place, end))
    return end if known and end > place + 1 and not is_joint(tokens, place - 1) else 0


def _is_new_adjective(tokens: Tokens, place: int) -> bool:
    """A word that looks like an adjective where only one can stand: "something swanky", "plain and woody"."""
    word, after = tokens[place].low, low(tokens, place + 1)
    shaped = len(word) > 4 and word.endswith(_SUFFIXES) and word not in COMMON | _NOT_ADJECTIVES | COLORS
    if not shaped or not (
        not after or after in STRONG | _OVER | _SITE or after in ("looking", "feeling", "nothing")
    ):
        return False
    first = place
    while low(tokens, first - 1) in _FILLERS | {"little", "something", "all", "kind", "sort"} - {"with", "in"}:
        first -= 1
    known = (
        first < place
        and {"and", ",", "but"} & set(lows(tokens, first, place))
        and low(tokens, first - 1) in ADJECTIVES
    )
    return bool(known) or any(
        _MAKE.end_at(tokens, start) in (first, place) for start in range(max(0, first - 4), place)
    )


def _runs(tokens: Tokens, clauses: Clauses) -> Iterator[Span]:
    """Stretches of style words with nothing but small words between them."""
    place = 0
    while place < len(tokens):
        end = last = place
        stop = clauses.bounds[place][1]
        while end < stop:
            after = _style_end(tokens, end)
            if not after and (end == place or tokens[end].low not in _FILLERS):
                break
            last = after or last
            end = after or end + 1
        if last > place:
            yield place, last
        place = max(last, place + 1)


def _style_end(tokens: Tokens, place: int) -> int:
    """Where a style word or compound that begins here ends, 0 if none does."""
    compound = _COMPOUND.end_at(tokens, place) or _hyphened_end(tokens, place)
    single = _base_color(tokens[place].low) or tokens[place].low in ADJECTIVES or _is_new_adjective(tokens, place)
    return compound or (place + 1 if single else 0) or _shade_end(tokens, place)


def _base_color(word: str) -> str | None:
    """ "brown" of "browns"."""
    return word if word in COLORS else word[:-1] if word[:-1] in COLORS and word.endswith("s") else None


def _shade_end(tokens: Tokens, place: int) -> int:
    """Past the "tomato" of "tomato red", the "hi-vis" of "hi-vis yellow"; 0 where no shade begins."""
    end = place + 1
    while is_joint(tokens, end):
        end += 2
    end += _is_thing(tokens, place, end) and bool(_base_color(low(tokens, end + 1)))
    if not tokens[place].is_word or not _base_color(low(tokens, end)) or is_joint(tokens, place - 1):
        return 0
    word = low(tokens, end - 1)
    plain = word in COMMON | _FILLERS | _CUES | _NOT_SHADES or word in ADJECTIVES or word.endswith(("ly", "ing"))
    plain = plain or word in _BASIC
    return end if word in _SHADES or end > place + 1 or not plain else 0


def _is_thing(tokens: Tokens, place: int, end: int) -> bool:
    """Whether two plain words open a phrase, as in "pillar box red"."""
    opens = low(tokens, place - 1) in STRONG | {"", ",", ":"} and tokens[place].low not in COMMON
    return opens and low(tokens, end).isalpha() and low(tokens, end) not in COMMON | COLORS | ADJECTIVES


def _is_wish(tokens: Tokens, clauses: Clauses, run: Span) -> bool:
    """Said of the site: beside a word such as "colour", after "make it", or alone in a terse sentence."""
    start, end = run
    left, right = _sentence(tokens, start)
    if _describes_a_thing(tokens, end):
        return False
    if "had" in lows(tokens, max(left, start - 8), start):
        return False  # "she had a pink website"
    if _CUES & set(lows(tokens, max(left, start - 10), start) + lows(tokens, end, min(right, end + 4))):
        return True
    return _is_asked(tokens, start, left) or _is_terse(tokens, clauses, run, (left, right))


def _sentence(tokens: Tokens, place: int) -> Span:
    """The span between strong marks, at most forty tokens to each side."""
    start = end = place
    while start > max(0, place - 40) and tokens[start - 1].low not in STRONG:
        start -= 1
    while end < min(len(tokens), place + 40) and tokens[end].low not in STRONG:
        end += 1
    return start, end


def _describes_a_thing(tokens: Tokens, end: int) -> bool:
    after = low(tokens, end)
    return after[:1].isalpha() and after not in COMMON | _CUES | _SITE | _ALLOWED_AFTER | _NOT_THINGS


def _is_asked(tokens: Tokens, start: int, left: int) -> bool:
    place = start
    while place > left and tokens[place - 1].low in _FILLERS - {","}:
        place -= 1
    return any(_WANTS.end_at(tokens, first) == place for first in range(max(left, place - 4), place)) or any(
        _WANTS.end_at(tokens, first) == start for first in range(max(left, start - 4), start)
    )


def _is_terse(tokens: Tokens, clauses: Clauses, run: Span, sentence: Span) -> bool:
    """Nothing but style between two marks, with two colours or nothing else in the sentence."""
    (start, end), (left, right) = run, sentence
    opens = set(lows(tokens, left, start)) <= _FILLERS
    edged = opens or low(tokens, start - 1) in (",", ":", "in", "-", "please", "+", "&", REPAIR, BLANK)
    over = end >= right or low(tokens, end) in STRONG | _OVER
    others = [
        tokens[place].low
        for place in range(left, right)
        if tokens[place].is_word
        and not clauses.denied[place]
        and tokens[place].low not in _FILLERS | COMMON
        and not _shade_end(tokens, place)
    ]
    alone = all(word in COLORS | ADJECTIVES | _SHADES | _SPOKEN_OF for word in others)
    colors = [word for word in lows(tokens, start, end) if word in COLORS]
    return edged and over and (alone or len(colors) > 1)


def _color_spans(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "dark green" and "tomato red" are one colour, "blue and white" two."""
    if not _base_color(tokens[place].low) or _shade_end(tokens, place):
        return
    before = next(
        (first for first in range(place - 5, place) if first >= 0 and _shade_end(tokens, first) == place), place
    )
    yield before, place + 1


def _dark(tokens: Tokens, clauses: Clauses, wished: set[int]) -> bool | None:
    """ "dark mode", "a light design", but not "dark blue" nor "dark chocolate"."""
    for place, token in enumerate(tokens):
        after = low(tokens, place + 1)
        sited = after in _SITE and (place in wished or after in ("mode", "theme"))
        if (
            token.low in _DARK | _LIGHT
            and clauses.ours(place)
            and (sited or (place in wished and after not in COLORS))
        ):
            return token.low in _DARK
    return None


def _kept(tokens: Tokens, found: list[tuple[int, str]]) -> list[str]:
    """Without those that a correction took back, each once."""
    places = [place for place, _ in found]
    cut = max(
        (
            repair
            for repair, token in enumerate(tokens)
            if token.low == REPAIR
            and any(repair - 6 < place < repair for place in places)
            and any(repair < place <= repair + 6 for place in places)
        ),
        default=-1,
    )
    return list(dict.fromkeys(word for place, word in found if place > cut))[:MOST]
