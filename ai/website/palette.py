"""From a few wished colours to all colours of a site, light and dark; text on its ground meets WCAG AA."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ai.website.color import contrast, from_hex, readable, tone

Band = Literal["wish", "deep", "ink"]
GREY = 0.04  # chroma under which a colour is read as white, grey or black

TEXT_PAIRS = (
    *((text, ground) for text in ("ink", "muted", "link") for ground in ("paper", "card", "tint")),
    ("on-accent", "accent"),
    ("on-accent", "press"),
    ("on-second", "second"),
    ("on-band", "band"),
    ("soft-band", "band"),
    ("link-band", "band"),
)
SHAPE_PAIRS = (("edge", "paper"), ("edge", "card"), ("focus", "paper"), ("focus", "card"), ("focus", "tint"))


@dataclass(frozen=True)
class Recipe:
    """How a theme cooks colours: how tinted its paper is, towards which hue, and what its bands are."""

    paper_light: float = 0.985
    paper_chroma: float = 0.008
    paper_hue: str | None = None
    tint_light: float = 0.95
    tint_chroma: float = 0.03
    band: Band = "deep"


@dataclass(frozen=True)
class Wish:
    """The colours asked for, sorted: the chromatic ones, and the paper or ink they should stand on."""

    accents: tuple[str, ...]
    paper: str | None = None
    black: bool = False


def sort_wish(colors: tuple[str, ...]) -> Wish:
    """Blue and white: a blue accent on white paper. Black and green: green on black bands. Grey alone: grey."""
    chromatic = tuple(color for color in colors if from_hex(color).chroma >= GREY)
    plain = tuple(color for color in colors if color not in chromatic)
    light = next((color for color in plain if from_hex(color).light > 0.85), None)
    dark = any(from_hex(color).light < 0.3 for color in plain)
    grey = tuple(color for color in plain if 0.3 <= from_hex(color).light <= 0.85)
    return Wish(chromatic or grey or (("#141414",) if dark else ()), light, dark)


def build(seeds: tuple[str, ...], paper: str | None, black: bool, recipe: Recipe, dark: bool) -> Mapping[str, str]:
    """All roles as `#rrggbb`. `seeds` are three colours, the most visible first."""
    grounds = _dark_grounds(seeds[0], black) if dark else _light_grounds(seeds[0], paper, recipe)
    texts = _texts(seeds[0], grounds, dark)
    accents = _accents(seeds, grounds, dark)
    band = _band(seeds[0], black, recipe, dark)
    return {**grounds, **texts, **accents, **band, **_art(seeds, dark, black and dark)}


def failing(roles: Mapping[str, str]) -> list[str]:
    """Pairs under WCAG AA: 4.5 for text, 3 for shapes. Empty is right."""
    text = [f"{a} on {b}" for a, b in TEXT_PAIRS if contrast(roles[a], roles[b]) < 4.5]
    return text + [f"{a} on {b}" for a, b in SHAPE_PAIRS if contrast(roles[a], roles[b]) < 3]


def _light_grounds(seed: str, paper: str | None, recipe: Recipe) -> dict[str, str]:
    hue = recipe.paper_hue or seed
    ground = paper or tone(hue, light=recipe.paper_light, chroma=recipe.paper_chroma)
    card = "#ffffff" if paper is None or paper == "#ffffff" else tone(paper, light=0.985)
    tint = tone(seed, light=recipe.tint_light, chroma=recipe.tint_chroma)
    return {"paper": ground, "card": card, "tint": tint, "line": tone(seed, light=0.87, chroma=0.03)}


def _dark_grounds(seed: str, black: bool) -> dict[str, str]:
    chroma = 0.004 if black else 0.018
    levels = {"paper": 0.16 if black else 0.19, "card": 0.225, "tint": 0.245, "line": 0.35}
    return {role: tone(seed, light=light, chroma=chroma) for role, light in levels.items()}


def _texts(seed: str, grounds: Mapping[str, str], dark: bool) -> dict[str, str]:
    on = (grounds["paper"], grounds["card"], grounds["tint"])
    ink = tone(seed, light=0.95 if dark else 0.23, chroma=0.015 if dark else 0.035)
    muted = tone(seed, light=0.76 if dark else 0.46, chroma=0.02 if dark else 0.035)
    return {
        "ink": readable(ink, *on, ratio=9),
        "muted": readable(muted, *on, ratio=4.6),
        "link": readable(seed, *on, ratio=4.6),
        "edge": readable(tone(seed, chroma=0.06), *on, ratio=3.1),
        "focus": readable(seed, *on, ratio=3.5),
    }


def _accents(seeds: tuple[str, ...], grounds: Mapping[str, str], dark: bool) -> dict[str, str]:
    accent, second = (_seen(seed, grounds["paper"], dark) for seed in seeds[:2])
    light = from_hex(accent).light
    press = tone(accent, light=light - 0.06 if light > 0.3 else light + 0.08)
    return {
        "accent": accent,
        "on-accent": _text_on(accent, press),
        "press": press if contrast(_text_on(accent, press), press) >= 4.5 else accent,
        "second": second,
        "on-second": _text_on(second),
    }


def _seen(seed: str, paper: str, dark: bool) -> str:
    """On dark paper a dark colour is lifted until it shows; elsewhere the wish stays as it is."""
    return readable(seed, paper, ratio=2.2) if dark else seed


def _band(seed: str, black: bool, recipe: Recipe, dark: bool) -> dict[str, str]:
    if black or recipe.band == "ink":
        band = tone(seed, light=0.12 if dark else 0.2, chroma=0.006 if black else 0.03)
    elif recipe.band == "deep":
        band = tone(seed, light=0.29 if dark else 0.33, chroma=0.09)
    else:
        band = tone(seed, light=min(from_hex(seed).light, 0.42)) if dark else seed
    text = _text_on(band)
    soft = tone(seed, light=0.84 if text == "#ffffff" else 0.3, chroma=0.04)
    return {
        "band": band,
        "on-band": text,
        "soft-band": readable(soft, band, ratio=4.6),
        "link-band": readable(tone(seed, light=0.86) if text == "#ffffff" else "#000000", band, ratio=4.6),
    }


def _text_on(*grounds: str) -> str:
    """White where white can be read on the first ground (people expect it on colour), else near black."""
    if contrast("#ffffff", grounds[0]) >= 4.5:
        return "#ffffff"
    near_black = tone(grounds[0], light=0.18, chroma=0.04)
    return near_black if contrast(near_black, grounds[0]) >= 4.5 else "#000000"


def _art(seeds: tuple[str, ...], dark: bool, black: bool) -> dict[str, str]:
    """Pictures keep the wished colours in both modes; in the dark their ground is dimmed like a lit window.

    Where black was wished the window is dark, too.
    """
    ground = tone(seeds[1], light=0.37 if black else 0.76 if dark else 0.9, chroma=0.05)
    far = tone(seeds[0], light=0.47 if black else 0.68 if dark else 0.83, chroma=0.07)
    return {
        "art-ground": ground,
        "art-far": far,
        "art-a": _apart(seeds[0], ground),
        "art-b": _apart(seeds[1], ground),
        "art-c": _apart(seeds[2], ground),
        "art-w": tone(seeds[1], light=0.95 if dark else 0.985, chroma=0.02),
        "art-d": tone(seeds[0], light=0.14 if black else 0.25, chroma=0.03 if black else 0.05),
    }


def _apart(color: str, ground: str) -> str:
    """A pale wish would vanish on its own ground: a shade of it stays visible."""
    return color if contrast(color, ground) >= 1.25 else readable(color, ground, ratio=1.35)
