"""The themes in ai/themes: a folder each, with theme.toml, theme.css and templates that replace the shared ones."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from ai.website.errors import UnknownTheme
from ai.website.palette import Recipe
from ai.website.spec import Theme

FOLDER = Path(__file__).parents[1] / "themes"
THEMES: tuple[Theme, ...] = get_args(Theme)
Scene = Literal["still_life", "solo", "mosaic", "drift"]


class ThemeFile(BaseModel):
    """What a theme says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Theme
    about: str
    adjectives: tuple[str, ...]
    scene: Scene
    colors: Recipe


def theme_named(name: str) -> Theme:
    """The theme of this name. Raises `UnknownTheme`."""
    for theme in THEMES:
        if theme == name.strip().lower():
            return theme
    raise UnknownTheme(f"There is no theme {name[:40]!r}; there are {', '.join(THEMES)}.")


@cache
def themes() -> Mapping[Theme, ThemeFile]:
    """All themes by name."""
    files = {name: (FOLDER / name / "theme.toml").read_text("utf-8") for name in THEMES}
    return MappingProxyType({name: ThemeFile.model_validate(tomllib.loads(text)) for name, text in files.items()})
