"""`turnspit site`: a few sentences, typed or spoken, in; a website out."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from turnspit.cli.follow import conclude
from turnspit.cli.output import result_text
from turnspit.cli.session import Exit, execute, say
from turnspit.cli.source import check_source, send

if TYPE_CHECKING:
    from turnspit.client import AsyncClient
    from turnspit.models import Job


def site(
    ctx: typer.Context,
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="What the business is, in your words.")] = "",
    *,
    voice: Annotated[str | None, typer.Option(help="A voice note that says it; - reads stdin.")] = None,
    name: Annotated[str | None, typer.Option(help="The name of the business.")] = None,
    theme: Annotated[str | None, typer.Option(help="hearth, atelier, market or lumen.")] = None,
    slug: Annotated[str | None, typer.Option(help="The address: lower-case letters, digits, hyphens.")] = None,
    no_publish: Annotated[bool, typer.Option("--no-publish", help="Make it, but do not serve it yet.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Print the job's id and do not wait.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole job as one line of JSON.")] = False,
) -> None:
    """Make a website from a brief.

    Its address goes to stdout, progress to stderr. Ctrl-C detaches: the job goes on.
    """
    if bool(prompt) == bool(voice):
        say('Give a brief, as turnspit site "I run a bakery in Lisbon", or --voice FILE.')
        raise typer.Exit(Exit.USAGE)
    if voice:
        check_source(voice)
    fields: dict[str, Any] = {"name": name, "theme": theme, "slug": slug, "publish": False if no_publish else None}
    given = {field: value for field, value in fields.items() if value is not None}

    async def act(client: "AsyncClient") -> Exit:
        kind = "voice_website" if voice else "website"
        brief = {"file": await send(client, voice)} if voice else {"prompt": prompt}
        job = await client.submit(kind, {**brief, **given})
        return await conclude(client, job, None if as_json else _show, detach=detach, as_json=as_json)

    execute(ctx, act)


async def _show(job: "Job") -> None:
    if isinstance(job.output, dict):
        result_text(f"{job.output['site']['url']}\n")
