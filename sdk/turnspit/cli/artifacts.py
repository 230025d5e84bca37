"""`turnspit jobs artifacts` and `turnspit jobs get`: what a job made."""

import sys
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from turnspit.cli.jobs import AsJson, JobId
from turnspit.cli.output import json_line, plain, table
from turnspit.cli.session import Exit, execute, say
from turnspit.cli.text import clean

if TYPE_CHECKING:
    from turnspit.client import AsyncClient
    from turnspit.jobs import JobHandle


def artifacts(ctx: typer.Context, job_id: JobId, as_json: AsJson = False) -> None:
    """List what a job made: name, bytes, media type."""

    async def act(client: "AsyncClient") -> None:
        found = await client.jobs.handle(job_id).artifacts()
        if as_json:
            for artifact in found:
                json_line(plain(artifact))
        else:
            rows = ((item.name, item.bytes, item.media_type) for item in found)
            table(("NAME", "BYTES", "TYPE"), rows)

    execute(ctx, act)


def get(
    ctx: typer.Context,
    job_id: JobId,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The artifact's name.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write here, not to stdout.")] = None,
) -> None:
    """Fetch one artifact: its bytes to stdout, or to -o FILE."""

    async def act(client: "AsyncClient") -> Exit:
        handle = client.jobs.handle(job_id)
        if output is not None:
            await handle.save_artifact(name, output)
            say(f"wrote {output}")
            return Exit.OK
        return await (_show if sys.stdout.isatty() else _pipe)(handle, name)

    execute(ctx, act)


async def _pipe(handle: "JobHandle", name: str) -> Exit:
    async with aclosing(handle.stream_artifact(name)) as chunks:
        async for chunk in chunks:
            sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
    return Exit.OK


async def _show(handle: "JobHandle", name: str) -> Exit:
    try:
        print(clean((await handle.artifact(name)).decode()))
    except UnicodeDecodeError:
        say(f"{name} is not text: save it with -o FILE, or pipe it")
        return Exit.USAGE
    return Exit.OK
