"""What the site should look like: colours, adjectives, dark or light, from the clauses that speak of looks."""

from collections.abc import Iterator

from ai.brief.clauses import Clauses
from ai.brief.phrases import phrases, tables, words
from ai.brief.style_words import (
    ADJECTIVES,
    COLORS,
    COMPOUND,
    CUES,
    FILLERS,
    OVER,
    SHADES,
    SITE,
    base_color,
    hyphened_end,
    is_new_adjective,
    shade_end,
    style_end,
)
from ai.brief.tokens import BLANK, REPAIR, STRONG, Span, Tokens, low, lows, said
from ai.brief.vocabulary import COMMON
from ai.business import Style

_TABLES = tables("looks")

MOST = 6
_WANTS = phrases(_TABLES["wants"])
_ALLOWED_AFTER = words(_TABLES["allowed_after"])
_SPOKEN_OF = words(_TABLES["spoken_of"])
_DARK = words("dark darker dunkel dunkles sombre oscuro scuro escuro")
_LIGHT = words("light lighter bright hell helles clair claro chiaro")
_NOT_THINGS = words("nothing none no not just without nah")
_TAKEN_BACK = phrases(_TABLES["taken_back"])
_SAID_AFTER = phrases(_TABLES["said_after"])


def looks_in(tokens: Tokens, clauses: Clauses) -> Style:
    """Wishes in the order of the brief; after a correction only the later ones of the same sort."""
    wished = _wished(tokens, clauses)
    places = [place for start, end in wished for place in range(start, end) if clauses.ours(place)]
    places = [place for place in places if not _is_taken_back(tokens, place)]
    spans = [_ours(clauses, span) for place in places for span in _color_spans(tokens, place)]
    colors = [(end - 1, said(tokens, start, end).lower()) for start, end in spans]
    parts = {place for start, end in spans for place in range(start, end)}
    adjectives = [(place, word) for place in places for word in _adjective(tokens, place) if place not in parts]
    return Style(
        colors=_kept(tokens, colors), adjectives=_kept(tokens, adjectives), dark=_dark(tokens, clauses, set(places))
    )


def _ours(clauses: Clauses, span: Span) -> Span:
    """The "green" of "nothing flashy green and gold", of whose two words the first is denied."""
    start, end = span
    return (next(place for place in range(start, end) if clauses.ours(place)), end)


def _is_taken_back(tokens: Tokens, place: int) -> bool:
    """Whether the sentence ends in "please don't" or "and I hated it", as one on somebody's site may."""
    left, right = _sentence(tokens, place)
    return _TAKEN_BACK.within(tokens, max(place, left, right - 7), right + 1)


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
    end = COMPOUND.end_at(tokens, place) or hyphened_end(tokens, place)
    lit = tokens[place].low in _DARK | _LIGHT and low(tokens, place + 1) in ("mode", "theme")
    if end:
        yield said(tokens, place, end).lower()
    elif (tokens[place].low in ADJECTIVES and not lit) or is_new_adjective(tokens, place):
        yield tokens[place].low


def _runs(tokens: Tokens, clauses: Clauses) -> Iterator[Span]:
    """Stretches of style words with nothing but small words between them."""
    place = 0
    while place < len(tokens):
        end = last = place
        stop = clauses.bounds[place][1]
        while end < stop:
            after = style_end(tokens, end)
            if not after and (end == place or tokens[end].low not in FILLERS | {"on"}):
                break
            last = after or last
            end = after or end + 1
        if last > place:
            yield place, last
        place = max(last, place + 1)


def _is_wish(tokens: Tokens, clauses: Clauses, run: Span) -> bool:
    """Said of the site: beside a word such as "colour", after "make it", or alone in a terse sentence."""
    start, end = run
    left, right = _sentence(tokens, start)
    if _describes_a_thing(tokens, end):
        return False
    if "had" in lows(tokens, max(left, start - 8), start):
        return False  # "she had a pink website"
    if {"was", "were", "looked"} & set(lows(tokens, max(left, start - 3), start)):
        return False  # "the old site was grey"
    if any(_SAID_AFTER.end_at(tokens, at) for at in (end, end + 1)):
        return True
    if CUES & set(lows(tokens, max(left, start - 10), start) + lows(tokens, end, min(right, end + 4))):
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
    return after[:1].isalpha() and after not in COMMON | CUES | SITE | _ALLOWED_AFTER | _NOT_THINGS


def _is_asked(tokens: Tokens, start: int, left: int) -> bool:
    place = start
    while place > left and tokens[place - 1].low in FILLERS - {","}:
        place -= 1
    if place < start and any(
        _WANTS.end_at(tokens, first) == place - 1 for first in range(max(left, place - 5), place)
    ):
        return True  # "we like whitewash and cobalt blue"
    return any(_WANTS.end_at(tokens, first) == place for first in range(max(left, place - 4), place)) or any(
        _WANTS.end_at(tokens, first) == start for first in range(max(left, start - 4), start)
    )


def _is_terse(tokens: Tokens, clauses: Clauses, run: Span, sentence: Span) -> bool:
    """Nothing but style between two marks, with two colours or nothing else in the sentence."""
    (start, end), (left, right) = run, sentence
    opens = set(lows(tokens, left, start)) <= FILLERS
    before = low(tokens, start - 2 if low(tokens, start - 1) in ("just", "all", "mostly") else start - 1)
    edged = opens or before in (",", ":", "in", "-", "please", "+", "&", REPAIR, BLANK)
    over = end >= right or low(tokens, end) in STRONG | OVER
    others = [
        place
        for place in range(left, right)
        if tokens[place].is_word
        and not clauses.denied[place]
        and tokens[place].low not in FILLERS | COMMON
        and not shade_end(tokens, place)
        and not _is_compared(tokens, place)
    ]
    alone = all(
        tokens[place].low in SHADES | _SPOKEN_OF or style_end(tokens, place) or style_end(tokens, place - 2)
        for place in others
    )
    colors = [word for word in lows(tokens, start, end) if word in COLORS]
    return edged and over and (alone or len(colors) > 1)


def _is_compared(tokens: Tokens, place: int) -> bool:
    """The van of "dark blue like the van": of what a wish is likened to nothing is wished."""
    start = place
    while place - start < 4 and tokens[start].low not in STRONG | {",", "like"}:
        start -= 1
    return start > 0 and tokens[start].low == "like"


def _color_spans(tokens: Tokens, place: int) -> Iterator[Span]:
    """ "dark green" and "tomato red" are one colour, "blue and white" two."""
    if not base_color(tokens[place].low) or shade_end(tokens, place):
        return
    before = next(
        (first for first in range(place - 5, place) if first >= 0 and shade_end(tokens, first) == place), place
    )
    yield before, place + 1


def _dark(tokens: Tokens, clauses: Clauses, wished: set[int]) -> bool | None:
    """ "dark mode", "a light design", but not "dark blue" nor "dark chocolate"."""
    for place, token in enumerate(tokens):
        after = low(tokens, place + 1)
        sited = after in SITE and (place in wished or after in ("mode", "theme"))
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
