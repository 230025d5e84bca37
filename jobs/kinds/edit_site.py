"""Change the words or the look of a website and render it again."""

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from ai.website import BadEdit, edit
from jobs.building import Built, newest, rebuild
from jobs.errors import Permanent
from jobs.kind import Context, Kind, Retry


class EditInput(BaseModel):
    """The site by its slug, and what changes in its spec: a JSON Merge Patch (RFC 7396)."""

    model_config = ConfigDict(extra="forbid")

    site: str = Field(max_length=63)
    changes: dict[str, JsonValue]


async def run(request: EditInput, ctx: Context) -> Built:
    try:
        spec = edit(await newest(request.site, ctx), request.changes)
    except BadEdit as error:
        raise Permanent("invalid_input", str(error)) from error
    return await rebuild(spec, request.site, ctx)


kind = Kind("edit_site", EditInput, Built, run, queue="interactive", timeout=60, retry=Retry(attempts=3))
