"""Make a website from a few sentences about a business."""

import asyncio
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ai.brief import understand
from ai.business import Business, Language
from ai.website import SiteSpec, compose
from ai.website.spec import Theme
from jobs.building import CHOOSING, READING, Address, build, tell
from jobs.kind import Context, Kind, Retry


class Wishes(BaseModel):
    """What overrules the brief. Unless `publish` is false the site goes live."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=200)
    theme: Theme | None = None
    language: Language | None = None
    slug: str | None = Field(default=None, pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
    publish: bool = True


class WebsiteInput(Wishes):
    """The brief, typed or spoken, and what overrules it."""

    prompt: str = Field(min_length=1, max_length=20_000)


class Author(BaseModel):
    """Who wrote the pages: our own composer, which uses no model."""

    provider: Literal["turnspit"] = "turnspit"
    model: Literal["composer"] = "composer"


class Website(BaseModel):
    """The site, the facts it was made from, and the paths of its pages."""

    site: Address
    business: Business
    pages: list[str]
    author: Author = Field(default_factory=Author)


async def run(request: WebsiteInput, ctx: Context) -> Website:
    await tell(ctx, READING)
    business = await asyncio.to_thread(understand, request.prompt)
    await tell(ctx, CHOOSING)
    spec = await asyncio.to_thread(_composed, business, request)
    slug = await ctx.sites.reserve(spec.content.name or spec.content.label, request.slug)
    address, pages = await build(spec, slug, ctx, publish=request.publish)
    return Website(site=address, business=business, pages=pages)


def _composed(business: Business, request: WebsiteInput) -> SiteSpec:
    return compose(business, theme=request.theme, name=request.name, language=request.language)


kind = Kind("website", WebsiteInput, Website, run, timeout=120, retry=Retry(attempts=3))
