"""Marks that pictures are made of; every number is ours, so the strings are safe as markup."""

import math
from random import Random

COLORS = ("a", "b", "c", "d")


def chance(seed: int) -> Random:
    """The same choices for the same seed."""
    return Random(seed)  # noqa: S311  decoration, not secrets


def circle(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle class="f-{fill}" cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}"/>'


def ellipse(x: float, y: float, width: float, height: float, fill: str) -> str:
    return f'<ellipse class="f-{fill}" cx="{x:.0f}" cy="{y:.0f}" rx="{width:.0f}" ry="{height:.0f}"/>'


def rect(x: float, y: float, width: float, height: float, fill: str, *, radius: float = 0) -> str:
    rounded = f' rx="{radius:.0f}"' if radius else ""
    size = f'width="{width:.0f}" height="{height:.0f}"'
    return f'<rect class="f-{fill}" x="{x:.0f}" y="{y:.0f}" {size}{rounded}/>'


def path(commands: str, fill: str) -> str:
    return f'<path class="f-{fill}" d="{commands}"/>'


def motif(name: str, x: float, foot: float, size: float, *, turn: float = 0, on: str = "") -> str:
    """A motif of this size, centred on `x`, standing on `foot`, turned; `on` is a colour it must differ from."""
    left, top = x - size / 2, foot - size * 100 / 108
    turned = f' transform="rotate({turn:.0f} {x:.0f} {foot - size / 2:.0f})"' if turn else ""
    ground = f' class="on-{on}"' if on in COLORS else ""
    box = f'x="{left:.0f}" y="{top:.0f}" width="{size:.0f}" height="{size:.0f}"'
    return f'<use{ground} href="#m-{name}" {box}{turned}/>'


def blob(x: float, y: float, radius: float, random: Random, fill: str) -> str:
    """A soft closed shape through eight points around a centre."""
    radii = [radius * random.uniform(0.86, 1.12) for _ in range(8)]
    points = [
        (x + r * math.cos(index * math.tau / 8), y + r * math.sin(index * math.tau / 8))
        for index, r in enumerate(radii)
    ]
    middles = [_middle(points[index - 1], point) for index, point in enumerate(points)]
    start = middles[0]
    curves = "".join(
        f"Q{point[0]:.0f} {point[1]:.0f} {after[0]:.0f} {after[1]:.0f}"
        for point, after in zip(points, [*middles[1:], start], strict=True)
    )
    return path(f"M{start[0]:.0f} {start[1]:.0f}{curves}Z", fill)


def _middle(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2
