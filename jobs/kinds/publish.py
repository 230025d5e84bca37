"""Serve a version of a website."""

from pydantic import BaseModel, ConfigDict, Field

from jobs.building import PUBLISHING, STEPS, Address, Built, tell
from jobs.kind import Context, Kind, Retry


class PublishInput(BaseModel):
    """The site by its slug; the newest version unless another is named."""

    model_config = ConfigDict(extra="forbid")

    site: str = Field(max_length=63)
    version: int | None = Field(default=None, ge=1, le=2**31 - 1)


async def run(request: PublishInput, ctx: Context) -> Built:
    await tell(ctx, PUBLISHING)
    version = request.version or (await ctx.sites.get(request.site)).latest or 0
    site = await ctx.sites.publish(request.site, version)
    await tell(ctx, STEPS)
    return Built(site=Address(slug=site.slug, url=ctx.sites.url(site.slug), title=site.title, version=version))


kind = Kind("publish", PublishInput, Built, run, queue="deploy", timeout=60, retry=Retry(attempts=5))
