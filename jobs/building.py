"""What the kinds that make websites share: the result they give, and the steps from a spec to a served version."""

import asyncio
import io
import zipfile
from collections.abc import Mapping

from pydantic import BaseModel

from ai.website import SiteSpec, render
from jobs.kind import Context

STEPS = 6
READING, CHOOSING, BUILDING, PUBLISHING = range(1, 5)
MESSAGES = {
    READING: "Reading your brief",
    CHOOSING: "Choosing a look",
    BUILDING: "Building the pages",
    PUBLISHING: "Publishing",
    STEPS: "Live",
}


class Address(BaseModel):
    """A website: where it is served, and which version the job made."""

    slug: str
    url: str
    title: str
    version: int


class Built(BaseModel):
    """The address of a site that has a new version."""

    site: Address


async def tell(ctx: Context, step: int) -> None:
    """Progress in friendly words; `step` counts to STEPS."""
    message = MESSAGES[step]
    await ctx.progress(message.split()[0].lower(), step - (step < STEPS), STEPS, unit="steps", message=message)


async def build(spec: SiteSpec, slug: str, ctx: Context, *, publish: bool) -> tuple[Address, list[str]]:
    """Render a spec, store it as a new version and, with `publish`, serve it. Returns its address and pages."""
    await tell(ctx, BUILDING)
    title = spec.content.name or spec.content.label
    url = ctx.sites.url(slug)
    files = await asyncio.to_thread(render, spec, base_url=url)
    await ctx.artifact("index.html", files["index.html"], media_type="text/html; charset=utf-8")
    await ctx.artifact("site.zip", await asyncio.to_thread(_zipped, files), media_type="application/zip")
    version = await ctx.sites.add(slug, title, spec.model_dump(mode="json"), files)
    if publish:
        await tell(ctx, PUBLISHING)
        await ctx.sites.publish(slug, version)
        await tell(ctx, STEPS)
    pages = sorted(path for path in files if path.endswith(".html"))
    return Address(slug=slug, url=url, title=title, version=version), pages


async def rebuild(spec: SiteSpec, slug: str, ctx: Context) -> Built:
    """A new version of a site that exists, served if the site is."""
    live = (await ctx.sites.get(slug)).live is not None
    address, _ = await build(spec, slug, ctx, publish=live)
    return Built(site=address)


async def newest(slug: str, ctx: Context) -> SiteSpec:
    """What the newest version of a site was made from."""
    return SiteSpec.model_validate(await ctx.sites.spec(slug))


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """Every file, with a fixed date so that the same site is the same archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path, (2026, 1, 1, 0, 0, 0)), files[path], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
