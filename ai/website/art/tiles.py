"""The square pictures of a gallery: six ways to show a thing, each with a ground of its own."""

from collections.abc import Callable, Sequence
from random import Random

from ai.website.art import pen

GROUNDS = ("g", "a", "f", "b", "w", "c")
DISCS = {"g": "f", "a": "b", "f": "w", "b": "g", "w": "g", "c": "g"}


def tile(names: Sequence[str], index: int, seed: int) -> str:
    """400 by 400; the same index and seed give the same picture."""
    random = pen.chance(seed * 31 + index)
    ground = GROUNDS[(index + seed) % len(GROUNDS)]
    draw: Callable[[Sequence[str], int, str, Random], str] = (_on_disc, _pattern, _close, _row)[(index + seed) % 4]
    return pen.rect(0, 0, 400, 400, ground) + draw(names, index, ground, random)


def _on_disc(names: Sequence[str], index: int, ground: str, random: Random) -> str:
    disc = DISCS[ground]
    return pen.circle(200, 200, 150, disc) + pen.motif(_at(names, index), 200, 316, 250, on=disc)


def _pattern(names: Sequence[str], index: int, ground: str, random: Random) -> str:
    marks = []
    for row in range(4):
        for column in range(4):
            name = _at(names, index + (row + column) % 2)
            x = column * 130 + (65 if row % 2 else 0)
            marks.append(pen.motif(name, x, 70 + row * 110, 88, on=ground, turn=random.choice((-8, 0, 8))))
    return "".join(marks)


def _close(names: Sequence[str], index: int, ground: str, random: Random) -> str:
    """So near that the frame cuts it."""
    return pen.motif(_at(names, index), random.choice((150, 250)), 440, 470, on=ground, turn=random.choice((-8, 8)))


def _row(names: Sequence[str], index: int, ground: str, random: Random) -> str:
    floor = pen.rect(0, 300, 400, 100, DISCS[ground])
    things = "".join(
        pen.motif(_at(names, index + step), 80 + step * 120, 306, size, on=ground)
        for step, size in enumerate((130, 190, 130))
    )
    return floor + things


def _at(names: Sequence[str], index: int) -> str:
    return names[index % len(names)]
