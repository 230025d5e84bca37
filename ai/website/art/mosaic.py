"""A poster of square blocks: the leading thing in a block of four, others and plain shapes around it."""

from collections.abc import Sequence
from random import Random

from ai.website.art import pen

CELL = 180
FILLS = ("b", "g", "c", "w", "f", "a", "d")
PLACES = ((0, 0), (1, 0), (2, 0), (3, 0), (0, 1), (3, 1), (0, 2), (3, 2), (0, 3), (1, 3), (2, 3), (3, 3))
WITH_THING = frozenset({(1, 0), (3, 1), (0, 2), (2, 3)})


def mosaic(names: Sequence[str], random: Random) -> str:
    """720 by 720."""
    lead, *others = names
    things = iter(others)
    marks = [pen.rect(CELL, CELL, 2 * CELL, 2 * CELL, "g"), pen.circle(2 * CELL, 2 * CELL, 150, "f")]
    marks.append(pen.motif(lead, 2 * CELL, 2.86 * CELL, 300))
    before = ""
    for column, row in PLACES:
        fill = random.choice([each for each in FILLS if each != before])
        before = fill
        marks.append(pen.rect(column * CELL, row * CELL, CELL, CELL, fill))
        if (column, row) in WITH_THING:
            marks.append(pen.motif(next(things), (column + 0.5) * CELL, (row + 0.87) * CELL, 138, on=fill))
        else:
            marks.append(_shape(column * CELL, row * CELL, fill, random))
    return "".join(marks)


def _shape(x: float, y: float, ground: str, random: Random) -> str:
    fill = random.choice([each for each in ("a", "b", "c", "w", "d") if each != ground])
    return random.choice((_quarter, _half, _disc, _stripes, _petal))(x, y, fill, random)


def _quarter(x: float, y: float, fill: str, random: Random) -> str:
    corners = (
        f"M{x} {y}h{CELL}a{CELL} {CELL} 0 0 1 -{CELL} {CELL}Z",
        f"M{x + CELL} {y + CELL}h-{CELL}a{CELL} {CELL} 0 0 1 {CELL} -{CELL}Z",
        f"M{x} {y + CELL}v-{CELL}a{CELL} {CELL} 0 0 1 {CELL} {CELL}Z",
        f"M{x + CELL} {y}v{CELL}a{CELL} {CELL} 0 0 1 -{CELL} -{CELL}Z",
    )
    return pen.path(random.choice(corners), fill)


def _half(x: float, y: float, fill: str, random: Random) -> str:
    half = CELL / 2
    upper = f"M{x} {y + CELL}a{half:.0f} {half:.0f} 0 0 1 {CELL} 0Z"
    lower = f"M{x} {y}a{half:.0f} {half:.0f} 0 0 0 {CELL} 0Z"
    return pen.path(
        random.choice((upper, lower, upper + f"M{x} {y + half:.0f}a{half:.0f} {half:.0f} 0 0 1 {CELL} 0Z")), fill
    )


def _disc(x: float, y: float, fill: str, random: Random) -> str:
    return pen.circle(x + CELL / 2, y + CELL / 2, random.choice((34, 52, 66)), fill)


def _stripes(x: float, y: float, fill: str, random: Random) -> str:
    return "".join(pen.rect(x, y + 18 + step * 36, CELL, 18, fill) for step in range(random.choice((4, 5))))


def _petal(x: float, y: float, fill: str, random: Random) -> str:
    arc = f"a{CELL} {CELL} 0 0 1"
    first = f"M{x} {y}{arc} {CELL} {CELL}{arc} -{CELL} -{CELL}Z"
    second = f"M{x + CELL} {y}{arc} -{CELL} {CELL}{arc} {CELL} -{CELL}Z"
    return pen.path(random.choice((first, second)), fill)
