"""From a SiteSpec to files: autoescaped templates, the theme's CSS, pictures in the palette of the site."""

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ai.website import links, opening
from ai.website.art import pictures
from ai.website.chunks import Chunk, chunks
from ai.website.errors import BadEdit
from ai.website.markup import ours
from ai.website.metadata import json_ld
from ai.website.spec import Page, SiteSpec, Theme
from ai.website.stylesheet import palettes, stylesheet
from ai.website.texts import in_cents, priced
from ai.website.themes import FOLDER, themes
from ai.website.vocabulary import vocabulary

# what neither HTML nor XML allows, nor UTF-8: an edit may hold it
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def render(spec: SiteSpec, *, base_url: str) -> dict[str, bytes]:
    """Every file of a site by its path; pages stand alone: styles and pictures are inside them.

    `base_url` is where the site will be, http or https; links between the pages are relative.
    """
    base = _base(base_url)
    pages = dict(_pages(spec, base))
    files = {**pages, **_extras(spec, base, list(pages))}
    return {path: UNPRINTABLE.sub("", text).encode("utf-8") for path, text in files.items()}


def file_of(page: Page, number: int = 1) -> str:
    """`menu.html`, and `menu-2.html` where one page does not hold it all."""
    return f"{page.name}.html" if number == 1 else f"{page.name}-{number}.html"


def _pages(spec: SiteSpec, base: str) -> Iterator[tuple[str, str]]:
    template = _environment(spec.look.theme).get_template("page.html")
    shared = _shared(spec, base)
    for page in spec.content.pages:
        for chunk in chunks(spec.content, page):
            path = file_of(page, chunk.number)
            yield path, template.render(**shared, **_of_page(spec, page, chunk, path, base))


def _shared(spec: SiteSpec, base: str) -> dict[str, object]:
    """What every page of a site sees."""
    content, look = spec.content, spec.look
    words, theme = vocabulary(content.language), themes()[look.theme]
    label = f"{words.ui['illustration']}: {words.bare(content.trade) or content.label}"
    return {
        "content": content,
        "look": look,
        "ui": words.ui,
        "vocabulary": words,
        "base_url": base,
        "css": ours(stylesheet(look)),
        "sprite": pictures.sprite(look.motifs),
        "scene": pictures.scene(theme.scene, look.motifs, look.seed, label),
        "frieze": pictures.frieze(look.motifs),
        "spot": pictures.spot(look.motifs),
        "emblem": pictures.emblem(look.motifs),
        "icon": "data:image/svg+xml," + quote(_favicon(spec), safe=""),
        "colors": {mode: roles["paper"] for mode, roles in palettes(look).items()},
        "tiles": _tiles(spec, words.ui["illustration"]),
        "links": links,
        "hours": opening.lines(content.hours.times, words) if content.hours else [],
        "file_of": file_of,
        "cents": in_cents(content.offer.items) if content.offer else False,
    }


def _of_page(spec: SiteSpec, page: Page, chunk: Chunk, path: str, base: str) -> dict[str, object]:
    url = base if path == "index.html" else base + path
    return {
        "page": page,
        "chunk": chunk,
        "url": url,
        "json_ld": json_ld(spec.content, base) if path == "index.html" else None,
    }


def _tiles(spec: SiteSpec, label: str) -> list[Markup]:
    gallery = spec.content.gallery
    return pictures.gallery(spec.look.motifs, spec.look.seed, gallery.pictures, label) if gallery else []


def _extras(spec: SiteSpec, base: str, pages: list[str]) -> dict[str, str]:
    look, content = spec.look, spec.content
    roles = next(iter(palettes(look).values()))
    theme = themes()[look.theme]
    locations = Markup("").join(
        Markup("<url><loc>{}</loc></url>").format(base if path == "index.html" else base + path) for path in pages
    )
    sitemap = Markup('<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{}">{}</urlset>\n').format(
        "http://www.sitemaps.org/schemas/sitemap/0.9", locations
    )
    artwork = pictures.artwork(theme.scene, look.motifs, look.seed, roles, content.label)
    return {
        "favicon.svg": _favicon(spec),
        "artwork.svg": artwork,
        "sitemap.xml": str(sitemap),
        "robots.txt": f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n",
    }


def _favicon(spec: SiteSpec) -> str:
    return pictures.favicon(spec.look.motifs, next(iter(palettes(spec.look).values())))


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise BadEdit("A site needs an http or https address to be rendered for.")
    return f"{parts.scheme}://{parts.netloc}{quote(parts.path, safe='/%~-._')}".rstrip("/") + "/"


@cache
def _environment(theme: Theme) -> Environment:
    """A theme's own templates first, then the shared ones; escaping is always on."""
    environment = Environment(
        loader=FileSystemLoader([FOLDER / theme, FOLDER / "base"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"priced": priced, "clock": opening.clock}
    environment.tests["clocktime"] = opening.is_clock
    return environment
