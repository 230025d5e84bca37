"""Words for colours ("dark green", "türkis", "#0a7") as sRGB; a word that names none gives None."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ai.website.color import tone

LONG_HEX = re.compile(r"#?([0-9a-f]{6})")
SHORT_HEX = re.compile(r"#([0-9a-f]{3})")


def color_named(words: str) -> str | None:
    """`#rrggbb` for what someone called a colour, or None."""
    text = " ".join(words.lower().split())[:80]
    return _written(text) or _table().get(text) or _shaded(text)


def _written(text: str) -> str | None:
    if short := SHORT_HEX.fullmatch(text):
        return "#" + "".join(digit * 2 for digit in short[1])
    long = LONG_HEX.fullmatch(text)
    return f"#{long[1]}" if long else None


def _shaded(text: str) -> str | None:
    shades = _shades()
    parts = re.split(r"[\s-]+", _split_compound(text))
    found = next((_table()[part] for part in parts if part in _table()), None)
    if found is None:
        return None
    shade = next((shades[part] for part in parts if part in shades), None)
    return tone(found, light={"dark": 0.36, "light": 0.8}[shade]) if shade else found


def _split_compound(text: str) -> str:
    """German writes "dunkelblau" and "hellgrün" as one word."""
    return re.sub(r"^(dunkel|hell|zart|pastell)(?=\w{3})", r"\1 ", text)


@cache
def _table() -> Mapping[str, str]:
    return MappingProxyType({name: code for code, names in _file()["names"].items() for name in names})


@cache
def _shades() -> Mapping[str, str]:
    return MappingProxyType({name: shade for shade, names in _file()["shades"].items() for name in names})


@cache
def _file() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("colors.toml").read_text("utf-8"))
