"""`turnspit transcribe`: a recording in, its text out."""

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from turnspit.cli.follow import conclude
from turnspit.cli.output import result_text
from turnspit.cli.session import Exit, execute
from turnspit.cli.source import check_source, send

if TYPE_CHECKING:
    from turnspit.client import AsyncClient
    from turnspit.jobs import JobHandle
    from turnspit.models import Job


class Format(StrEnum):
    """The shapes of a transcript."""

    txt = "txt"
    srt = "srt"
    vtt = "vtt"
    tsv = "tsv"
    json = "json"


def transcribe(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A recording or video; - reads stdin.")],
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write here; its suffix may choose the format.")
    ] = None,
    format: Annotated[Format | None, typer.Option(help="The shape of the transcript.", show_default="txt")] = None,
    language: Annotated[str | None, typer.Option(help="As `en`; detected when not given.")] = None,
    words: Annotated[bool, typer.Option("--words", help="Times for every word.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Print the job's id and do not wait.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole job as one line of JSON.")] = False,
) -> None:
    """Turn speech into text.

    The transcript goes to stdout (or to -o FILE), progress to stderr. Ctrl-C detaches: the job goes on.
    """
    check_source(file)
    fields: dict[str, Any] = {"language": language, "words": words or None}
    given = {name: value for name, value in fields.items() if value is not None}
    shape = format or _by_suffix(output)

    async def act(client: "AsyncClient") -> Exit:
        job = await client.submit("transcribe", {"file": await send(client, file), **given})

        async def show(end: "Job") -> None:
            await _deliver(job, end.output, shape, output)

        quiet = as_json and not output
        return await conclude(client, job, None if quiet else show, detach=detach, as_json=as_json)

    execute(ctx, act)


def _by_suffix(output: Path | None) -> Format:
    suffix = output.suffix.removeprefix(".").lower() if output else ""
    return Format(suffix) if suffix in Format.__members__ else Format.txt


async def _deliver(job: "JobHandle", result: Any, shape: Format, output: Path | None) -> None:
    if shape is Format.txt and isinstance(result, dict) and isinstance(result.get("text"), str):
        text = result["text"]
        if not text.endswith("\n"):
            text += "\n"
    else:
        text = (await job.artifact(f"transcript.{shape}")).decode()
    if output is None:
        result_text(text)
    else:
        await asyncio.to_thread(output.write_text, text, encoding="utf-8")
        print(f"wrote {output}", file=sys.stderr)
