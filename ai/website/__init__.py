"""Websites of small businesses: `compose` a SiteSpec from facts, `edit` and `redesign` it, `render` it to files."""

from ai.website.compose import LANGUAGES, compose, known_language
from ai.website.editing import edit, recompose, redesign
from ai.website.errors import BadEdit, UnknownLanguage, UnknownTheme
from ai.website.rendering import render
from ai.website.spec import Content, Look, Page, SiteSpec
from ai.website.themes import THEMES, theme_named
from ai.website.trades import trade_for

__all__ = [
    "LANGUAGES",
    "THEMES",
    "BadEdit",
    "Content",
    "Look",
    "Page",
    "SiteSpec",
    "UnknownLanguage",
    "UnknownTheme",
    "compose",
    "edit",
    "known_language",
    "recompose",
    "redesign",
    "render",
    "theme_named",
    "trade_for",
]
