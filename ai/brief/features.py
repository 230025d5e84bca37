"""What the site should have: a contact form, a map, a menu page, where the brief asks for it."""

from collections.abc import Mapping
from types import MappingProxyType

from ai.brief.clauses import Clauses
from ai.brief.phrases import Phrases, phrases, tables, words
from ai.brief.tokens import STRONG, Tokens, low, lows
from ai.business import Feature

_TABLES = tables("features")

_SURE: Mapping[Feature, Phrases] = MappingProxyType({
    "contact_form": phrases(_TABLES["sure contact_form"]),
    "map": phrases(_TABLES["sure map"]),
    "gallery": phrases(_TABLES["sure gallery"]),
    "menu": phrases(_TABLES["sure menu"]),
    "prices": phrases(_TABLES["sure prices"]),
    "booking": phrases(_TABLES["sure booking"]),
    "faq": phrases(_TABLES["sure faq"]),
    "about": phrases(_TABLES["sure about"]),
    "hours": phrases(_TABLES["sure hours"]),
    "testimonials": phrases(_TABLES["sure testimonials"]),
})  # fmt: skip
_ASKED: Mapping[Feature, Phrases] = MappingProxyType({
    "map": phrases(_TABLES["asked map"]),
    "gallery": phrases(_TABLES["asked gallery"]),
    "menu": phrases(_TABLES["asked menu"]),
    "prices": phrases(_TABLES["asked prices"]),
    "booking": phrases(_TABLES["asked booking"]),
    "hours": phrases(_TABLES["asked hours"]),
    "about": phrases(_TABLES["asked about"]),
    "testimonials": phrases(_TABLES["asked testimonials"]),
    "contact_form": phrases(_TABLES["asked contact_form"]),
})  # fmt: skip
_NEEDS_ASKING: tuple[Feature, ...] = ("map", "gallery", "about")
_UNWANTED = phrases(_TABLES["unwanted"])
_PUT = phrases("put | put up | put the | please put")
_ASKS = phrases(_TABLES["asks"])
_PRAISED = phrases(_TABLES["praised"])
_SEGMENT_EDGES = STRONG | words(", and & + / with :") | {"", "-", "but", "plus", "so", "pls", "plz"}
_NEAR = words(_TABLES["near"])
_ENABLES = phrases(_TABLES["enables"])
_ON_SITE = phrases(_TABLES["on_site"])
_ONE = words("a an their your the our my one in it them tours classes tickets lessons")
_THINGS = words(_TABLES["things"])


def features_in(tokens: Tokens, clauses: Clauses) -> list[Feature]:
    """Features in the order of the brief; one that is denied anywhere is not wanted."""
    found: dict[Feature, int] = {}
    denied: set[Feature] = set()
    for feature, place in _mentions(tokens, clauses):
        if clauses.denied[place] or _UNWANTED.within(tokens, place + 1, place + 8):
            denied.add(feature)
        elif not clauses.foreign[place]:
            found.setdefault(feature, place)
    return [feature for feature in sorted(found, key=lambda feature: found[feature]) if feature not in denied]


def _mentions(tokens: Tokens, clauses: Clauses) -> list[tuple[Feature, int]]:
    sure = [
        (feature, span[0])
        for feature, table in _SURE.items()
        for span in table.spans(tokens)
        if feature not in _NEEDS_ASKING or span[1] - span[0] > 2 or _is_asked(tokens, clauses, span[0], span[1])
    ]
    asked = [
        (feature, span[0])
        for feature, table in _ASKED.items()
        for span in table.spans(tokens)
        if _is_asked(tokens, clauses, span[0], span[1])
    ]
    booked: list[tuple[Feature, int]] = [
        ("booking", place) for place in range(len(tokens)) if _books(tokens, place)
    ]
    return [*sure, *asked, *booked]


def _books(tokens: Tokens, place: int) -> bool:
    """ "people should be able to book a slot", "a way to reserve their seats"."""
    if tokens[place].low not in ("book", "reserve", "schedule") or low(tokens, place + 1) not in _ONE:
        return False
    enabled = _ENABLES.within(tokens, place - 8, place)
    return (
        enabled or "online" in lows(tokens, place + 2, place + 6) or _ON_SITE.within(tokens, place + 2, place + 8)
    )


def _is_asked(tokens: Tokens, clauses: Clauses, start: int, end: int) -> bool:
    """After a word of asking in its clause, or alone between the marks of a list."""
    after = lows(tokens, end, min(clauses.bounds[start][1], end + 4))
    alone = low(tokens, start - 1) in STRONG | {""} and low(tokens, end) in STRONG | {""}
    if (
        clauses.denied[start]
        or (alone and start > 0)
        or _PRAISED.within(tokens, end, end + 7)
        or {"page", "section", "button", "please", "pls", "plz"} & set(after[:3])
    ):
        return True
    if after[:1] == ["is"]:
        return bool({"must", "important", "essential", "needed"} & set(after))
    if low(tokens, end) in _THINGS:
        return False
    before = low(tokens, start - 2 if low(tokens, start - 1) in ("a", "an", "the") else start - 1)
    edged = before in _SEGMENT_EDGES and (not after or after[0] in _SEGMENT_EDGES)
    asks = _ASKS.within(tokens, max(clauses.bounds[start][0], start - 25), start)
    if any(_PUT.end_at(tokens, at) == start for at in (start - 1, start - 2)):
        return True
    return (edged and (asks or _in_list(tokens, start, end))) or (asks and low(tokens, start - 1) in _NEAR)


def _in_list(tokens: Tokens, start: int, end: int) -> bool:
    """Beside another feature: "map, gallery, FAQ"."""
    window = range(max(0, start - 5), min(len(tokens), end + 5))
    tables = (*_SURE.values(), *_ASKED.values())
    return any(table.end_at(tokens, place) for table in tables for place in window if not start <= place < end)
