"""Give a website another look; its words, and what the owner edited, stay."""

import asyncio

from pydantic import BaseModel, ConfigDict, Field

from ai.brief import understand
from ai.website import redesign
from ai.website.spec import Theme
from jobs.building import CHOOSING, Built, newest, rebuild, tell
from jobs.kind import Context, Kind, Retry


class RedesignInput(BaseModel):
    """The site by its slug, and a theme, a wish in words ("darker, with blue"), or neither: the next theme."""

    model_config = ConfigDict(extra="forbid")

    site: str = Field(max_length=63)
    theme: Theme | None = None
    prompt: str = Field(default="", max_length=5_000)


async def run(request: RedesignInput, ctx: Context) -> Built:
    await tell(ctx, CHOOSING)
    spec = await newest(request.site, ctx)
    wish = await asyncio.to_thread(understand, request.prompt)
    changed = redesign(spec, theme=request.theme, style=wish.style if request.prompt else None)
    return await rebuild(changed, request.site, ctx)


kind = Kind("redesign", RedesignInput, Built, run, queue="low", timeout=120, retry=Retry(attempts=3))
