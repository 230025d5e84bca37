"""Colour arithmetic: OKLCH and sRGB, WCAG contrast, and the readable shade of a wished colour."""

import math
import re
from typing import NamedTuple

HEX = re.compile(r"#[0-9a-f]{6}")


class Oklch(NamedTuple):
    """Lightness 0 to 1, chroma 0 to about 0.37, hue in degrees (Ottosson, 2020)."""

    light: float
    chroma: float
    hue: float


def from_hex(text: str) -> Oklch:
    """`#rrggbb` as OKLCH."""
    red, green, blue = (_linear(int(text[at : at + 2], 16) / 255) for at in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    light = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    return Oklch(light, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def to_hex(color: Oklch) -> str:
    """The nearest `#rrggbb` of the same lightness and hue: chroma gives way until it is in gamut."""
    light = min(1.0, max(0.0, color.light))
    low, high = 0.0, color.chroma
    if _in_gamut(_rgb(Oklch(light, high, color.hue))):
        low = high
    for _ in range(0 if low == high else 16):
        middle = (low + high) / 2
        inside = _in_gamut(_rgb(Oklch(light, middle, color.hue)))
        low, high = (middle, high) if inside else (low, middle)
    channels = (round(255 * _gamma(min(1.0, max(0.0, part)))) for part in _rgb(Oklch(light, low, color.hue)))
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two `#rrggbb`, 1 to 21."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(text: str) -> float:
    """WCAG relative luminance, 0 to 1."""
    red, green, blue = (_linear(int(text[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable(wish: str, *grounds: str, ratio: float = 4.5) -> str:
    """The shade nearest to `wish`, same hue, that has `ratio` against every ground; else black or white."""
    start = from_hex(wish)
    for step in range(101):
        for light in (start.light - step / 100, start.light + step / 100):
            shade = to_hex(start._replace(light=light))
            if 0 <= light <= 1 and _worst(shade, grounds) >= ratio:
                return shade
    return max(("#000000", "#ffffff"), key=lambda shade: _worst(shade, grounds))


def tone(wish: str, *, light: float | None = None, chroma: float | None = None, turn: float = 0) -> str:
    """The same colour at another lightness, with at most this chroma, turned on the wheel by degrees."""
    color = from_hex(wish)
    lightness = color.light if light is None else light
    colorful = color.chroma if chroma is None else min(chroma, max(color.chroma, 0.0))
    return to_hex(Oklch(lightness, colorful, (color.hue + turn) % 360))


def _worst(shade: str, grounds: tuple[str, ...]) -> float:
    return min(contrast(shade, ground) for ground in grounds)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else math.pow((part + 0.055) / 1.055, 2.4)


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * math.pow(part, 1 / 2.4) - 0.055


def _rgb(color: Oklch) -> tuple[float, float, float]:
    a = color.chroma * math.cos(math.radians(color.hue))
    b = color.chroma * math.sin(math.radians(color.hue))
    long = math.pow(color.light + 0.3963377774 * a + 0.2158037573 * b, 3)
    medium = math.pow(color.light - 0.1055613458 * a - 0.0638541728 * b, 3)
    short = math.pow(color.light - 0.0894841775 * a - 1.2914855480 * b, 3)
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _in_gamut(rgb: tuple[float, float, float]) -> bool:
    return all(-0.0005 <= part <= 1.0005 for part in rgb)
