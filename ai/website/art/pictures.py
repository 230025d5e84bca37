"""Whole pictures as markup: the scene of a page, tiles of a gallery, a frieze, an emblem, files of their own."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from ai.website.art import pen
from ai.website.art.scenes import SCENES, Scene
from ai.website.art.sheet import STYLE, motifs, symbols
from ai.website.art.tiles import tile
from ai.website.markup import ours

ART_ROLES = ("art-ground", "art-far", "art-a", "art-b", "art-c", "art-w", "art-d")


def known(names: Sequence[str]) -> list[str]:
    """Those that are drawn; never none."""
    return [name for name in names if name in motifs()] or ["arch", "disc", "quarter"]


def sprite(names: Sequence[str]) -> Markup:
    """The definitions all pictures of a page refer to."""
    return Markup('<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">{}</svg>').format(
        ours(symbols(known(names)))
    )


def scene(kind: str, names: Sequence[str], seed: int, label: str) -> Markup:
    """The large picture."""
    width, height, marks = SCENES[kind](known(names), pen.chance(seed))
    return _picture(width, height, marks, label, f"scene scene-{kind}")


def gallery(names: Sequence[str], seed: int, count: int, label: str) -> list[Markup]:
    """Square pictures, no two made alike."""
    things = known(names)
    return [_picture(400, 400, tile(things, index, seed), f"{label} {index + 1}", "tile") for index in range(count)]


def frieze(names: Sequence[str]) -> Markup:
    """A row of small things, decoration only."""
    things = known(names)
    marks = "".join(pen.motif(things[index % len(things)], 60 + index * 120, 112, 84) for index in range(24))
    return Markup(
        '<svg class="art frieze" viewBox="0 0 2880 140" aria-hidden="true" focusable="false">{}</svg>'
    ).format(ours(marks))


def spot(names: Sequence[str]) -> Markup:
    """The second thing on a disc, decoration beside a short text."""
    things = known(names)
    marks = pen.circle(60, 60, 60, "g") + pen.motif(things[1 % len(things)], 60, 98, 82)
    return Markup(
        '<svg class="art spot" viewBox="0 0 120 120" aria-hidden="true" focusable="false">{}</svg>'
    ).format(ours(marks))


def emblem(names: Sequence[str]) -> Markup:
    """The leading thing on a round ground, decoration beside a name."""
    marks = pen.circle(60, 60, 60, "g") + pen.motif(known(names)[0], 60, 100, 84)
    return Markup(
        '<svg class="art emblem" viewBox="0 0 120 120" aria-hidden="true" focusable="false">{}</svg>'
    ).format(ours(marks))


def favicon(names: Sequence[str], roles: Mapping[str, str]) -> str:
    """A file of its own."""
    lead = known(names)[0]
    marks = pen.rect(0, 0, 64, 64, "g", radius=14) + pen.motif(lead, 32, 57, 54)
    return standalone(Scene(64, 64, marks), [lead], roles)


def artwork(kind: str, names: Sequence[str], seed: int, roles: Mapping[str, str], label: str) -> str:
    """The large picture as a file of its own, colours and all."""
    return standalone(SCENES[kind](known(names), pen.chance(seed)), known(names), roles, label)


def standalone(scene: Scene, names: Sequence[str], roles: Mapping[str, str], label: str = "") -> str:
    """An SVG document; `roles` gives the colours."""
    colors = ";".join(f"--{role}:{roles[role]}" for role in ART_ROLES)
    title = f"<title>{escape(label)}</title>" if label else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="art" viewBox="0 0 {scene.width} {scene.height}">{title}'
        f"<style>.art{{{colors}}}{STYLE}</style><defs>{symbols(names)}</defs>{scene.marks}</svg>"
    )


def _picture(width: int, height: int, marks: str, label: str, kind: str) -> Markup:
    frame = Markup('<svg class="art {}" viewBox="0 0 {} {}" preserveAspectRatio="xMinYMid slice" role="img"')
    named = Markup(' aria-label="{}"><title>{}</title>{}</svg>')
    return frame.format(kind, width, height) + named.format(label, label, ours(marks))
