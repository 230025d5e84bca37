"""The large picture of each theme: a still life, one thing alone, a mosaic, things adrift."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from ai.website.art import pen
from ai.website.art.mosaic import mosaic


class Scene(NamedTuple):
    """Width, height and the marks inside."""

    width: int
    height: int
    marks: str


def still_life(names: Sequence[str], random: Random) -> Scene:
    """Things on a table in front of an arched window."""
    lead, second, third, back, other = _five(names)
    side = random.choice((-1, 1))
    sun = pen.circle(320 + side * random.uniform(60, 120), random.uniform(210, 260), 108, "f")
    hills = pen.path("M40 560C140 430 250 440 330 505S520 420 600 500V600H40Z", "f")
    behind = pen.motif(back, 320 + side * 150, 588, 300) + pen.motif(other, 320 - side * 165, 588, 240)
    table = pen.path("M0 584H640V720H0Z", "c") + pen.path("M0 584H640V600H0Z", "s")
    shadows = "".join(
        pen.ellipse(x, foot, size * 0.42, size * 0.06, "s")
        for x, foot, size in (
            (320 - side * 10, 640, 400),
            (320 + side * 195, 672, 230),
            (320 - side * 205, 686, 220),
        )
    )
    front = (
        pen.motif(lead, 320 - side * 10, 642, 410, on="c")
        + pen.motif(second, 320 + side * 195, 674, 240, on="c")
        + pen.motif(third, 320 - side * 205, 688, 225, on="c")
    )
    window = pen.path("M40 600V320a280 280 0 0 1 560 0V600Z", "g")
    frame = pen.path("M22 584V320a298 298 0 0 1 596 0V584", "l")
    return Scene(640, 720, window + sun + hills + frame + behind + table + shadows + front)


def solo(names: Sequence[str], random: Random) -> Scene:
    """One thing large on a disc, a small companion far off, and a lot of room."""
    lead, second, third, *_ = _five(names)
    x = random.choice((500, 540, 580))
    disc = pen.circle(x, 300, 220, "f") + pen.circle(x + 250, 150, 46, "b")
    floor = pen.path("M60 520H900", "l")
    small = pen.motif(second, 205, 521, 190) + pen.motif(third, 800, 521, 215)
    shadow = pen.ellipse(x, 520, 170, 9, "s")
    return Scene(
        960, 600, pen.rect(0, 0, 960, 600, "g") + disc + shadow + floor + small + pen.motif(lead, x, 522, 430)
    )


def mosaic_scene(names: Sequence[str], random: Random) -> Scene:
    """Blocks of colour, some with things in them and some with plain shapes."""
    return Scene(720, 720, mosaic(_five(names), random))


def drift(names: Sequence[str], random: Random) -> Scene:
    """A soft cloud with one thing on it and small ones around, each in a round of its own."""
    lead, *small = _five(names)
    cloud = pen.blob(360, 320, 300, random, "g") + pen.blob(430, 270, 190, random, "f")
    ground = pen.ellipse(360, 512, 190, 14, "s")
    places = ((112, 190, 62, "w"), (618, 452, 70, "w"), (590, 120, 54, "b"))
    rounds = "".join(
        pen.circle(x, y, radius, fill) + pen.motif(name, x, y + radius * 0.62, radius * 1.25, on=fill)
        for (x, y, radius, fill), name in zip(places, small, strict=False)
    )
    specks = pen.circle(150, 500, 14, "a") + pen.circle(104, 450, 8, "b") + pen.circle(470, 60, 10, "a")
    return Scene(720, 640, cloud + specks + ground + pen.motif(lead, 360, 516, 370) + rounds)


SCENES: Mapping[str, Callable[[Sequence[str], Random], Scene]] = MappingProxyType(
    {"still_life": still_life, "solo": solo, "mosaic": mosaic_scene, "drift": drift}
)


def _five(names: Sequence[str]) -> list[str]:
    """Exactly five names, the first leading, the rest in their order."""
    return [names[index % len(names)] for index in range(5)]
