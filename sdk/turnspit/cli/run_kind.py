"""`turnspit run KIND`: any kind of job, its fields typed by the kind's schema."""

from typing import TYPE_CHECKING, Annotated, Any, Final, cast

import typer

from turnspit.cli.fields import FieldError, read_fields
from turnspit.cli.follow import conclude
from turnspit.cli.inputs import read_input, uploaded
from turnspit.cli.output import result_json
from turnspit.cli.session import Exit, execute

if TYPE_CHECKING:
    from turnspit.client import AsyncClient, Options
    from turnspit.models import Job, KindInfo

CONTEXT: Final = {"allow_extra_args": True, "ignore_unknown_options": True}
HELP: Final = """Run a job of any kind and print its output as JSON.

Every option that is not listed below is a field of the kind: --name value, --name=value, or just --name for
a true boolean (--no-name for false). Fields are typed by the kind's schema (see `turnspit kinds KIND`):
numbers, booleans, JSON for objects and lists; a list of plain values may also be given by repeating its
field. A field called `file` that names a local file is uploaded first.

A listed option always means the option. For a field of the same name put it after a bare --, where everything
is a field: turnspit run slow --timeout 60 -- --timeout 5

--file PATH uploads a file for the field `file`, --file NAME=PATH for the field NAME; - is stdin."""


def run(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="The kind's name, before its fields.")],
    *,
    input_: Annotated[
        str | None, typer.Option("--input", metavar="JSON|@FILE|-", help="The input; fields are added to it.")
    ] = None,
    file: Annotated[
        list[str] | None, typer.Option(metavar="[FIELD=]PATH", help="Upload a file for a field. Repeatable.")
    ] = None,
    queue: Annotated[str | None, typer.Option(help="The lane, instead of the kind's own.")] = None,
    priority: Annotated[int | None, typer.Option(help="-100..100, higher first.")] = None,
    delay: Annotated[float | None, typer.Option(help="Seconds to wait before it may start.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Seconds one attempt may take.")] = None,
    max_attempts: Annotated[int | None, typer.Option(help="How often it may be tried.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A label. Repeatable.")] = None,
    detach: Annotated[bool, typer.Option("--detach", help="Print the job's id and do not wait.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole job as one line of JSON.")] = False,
) -> None:
    """See HELP."""
    base = read_input(input_)
    asked = {
        "queue": queue,
        "priority": priority,
        "delay_s": delay,
        "timeout_s": timeout,
        "max_attempts": max_attempts,
        "tags": tag or None,
    }
    options = cast("Options", {name: value for name, value in asked.items() if value is not None})

    async def act(client: "AsyncClient") -> Exit:
        schema = (await _kind(client, kind)).input_schema
        fields = await uploaded(client, _fields(ctx.args, schema), file or [], schema)
        job = await client.submit(kind, {**base, **fields}, **options)
        return await conclude(client, job, None if as_json else _show, detach=detach, as_json=as_json)

    execute(ctx, act)


async def _show(job: "Job") -> None:
    result_json(job.output)


async def _kind(client: "AsyncClient", name: str) -> "KindInfo":
    kinds = {kind.name: kind for kind in await client.kinds()}
    if name not in kinds:
        raise typer.BadParameter(f"there is no kind {name!r}; there are: {', '.join(sorted(kinds))}")
    return kinds[name]


def _fields(arguments: list[str], schema: dict[str, Any]) -> dict[str, Any]:
    try:
        return read_fields(arguments, schema)
    except FieldError as error:
        raise typer.BadParameter(str(error)) from error
