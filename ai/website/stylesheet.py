"""The style of a site: shared rules, the theme's, and the colours computed for it as custom properties."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ai.website.art.sheet import STYLE
from ai.website.palette import build
from ai.website.spec import Look, Theme
from ai.website.themes import FOLDER, themes


def palettes(look: Look) -> Mapping[str, Mapping[str, str]]:
    """The colours of each mode the site has: "light" and "dark", or only the one that was asked for."""
    recipe = themes()[look.theme].colors
    first, second, third = look.seeds
    modes = ("light", "dark") if look.dark is None else ("dark",) if look.dark else ("light",)
    made = {mode: build((first, second, third), look.paper, look.black, recipe, mode == "dark") for mode in modes}
    return MappingProxyType(made)


def stylesheet(look: Look) -> str:
    """Everything in one text; it holds nothing that an owner wrote."""
    found = palettes(look)
    first = next(iter(found))
    scheme = "light dark" if len(found) > 1 else first
    css = [f":root{{color-scheme:{scheme};{_properties(found[first])}}}"]
    if len(found) > 1:
        css.append(f"@media screen and (prefers-color-scheme:dark){{:root{{{_properties(found['dark'])}}}}}")
    return "".join([*css, STYLE, _rules(look.theme)])


def _properties(roles: Mapping[str, str]) -> str:
    return ";".join(f"--{role}:{color}" for role, color in roles.items())


@cache
def _rules(theme: Theme) -> str:
    shared = (FOLDER / "base" / "base.css").read_text("utf-8")
    return _small(shared) + _small((FOLDER / theme / "theme.css").read_text("utf-8"))


def _small(css: str) -> str:
    without_comments = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\s*([{};,>])\s*", r"\1", re.sub(r"\s+", " ", without_comments)).strip()
