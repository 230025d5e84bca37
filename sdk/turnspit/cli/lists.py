"""`turnspit kinds`, `queues` and `workers`: what the server can do, and how busy it is."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from turnspit.cli.jobs import AsJson
from turnspit.cli.output import json_line, plain, table
from turnspit.cli.schema import properties
from turnspit.cli.session import Exit, execute

if TYPE_CHECKING:
    from turnspit.client import AsyncClient
    from turnspit.models import KindInfo, Open


def kinds(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="[KIND]", help="Show the fields of this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the kinds of job this server runs, or the fields of one kind."""

    async def act(client: "AsyncClient") -> Exit:
        found = [kind for kind in await client.kinds() if name in (None, kind.name)]
        if name is not None and not found:
            raise typer.BadParameter(f"there is no kind {name!r}; see `turnspit kinds`")
        if as_json:
            for kind in found:
                json_line(plain(kind))
        elif name is not None:
            _show_fields(found[0])
        else:
            table(("KIND", "QUEUE", "DESCRIPTION"), ((k.name, k.queue, k.description) for k in found))
        return Exit.OK

    execute(ctx, act)


def queues(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the queues: depth, oldest wait, slots, busy."""
    _list(ctx, lambda client: client.queues(), as_json)


def workers(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the workers: queues, slots, busy, last beat."""
    _list(ctx, lambda client: client.workers(), as_json)


def _list(ctx: typer.Context, fetch: "Callable[[AsyncClient], Awaitable[Sequence[Open]]]", as_json: bool) -> None:
    async def act(client: "AsyncClient") -> None:
        rows = [plain(item) for item in await fetch(client)]
        if as_json:
            for row in rows:
                json_line(row)
        else:
            names = list(dict.fromkeys(name for row in rows for name in row))
            table([name.upper() for name in names], ([row.get(name) for name in names] for row in rows))

    execute(ctx, act)


def _show_fields(kind: "KindInfo") -> None:
    required = kind.input_schema.get("required", [])
    rows = [
        (name, "required" if name in required else "optional", _type(field), field.get("description"))
        for name, field in properties(kind.input_schema).items()
    ]
    table(("FIELD", "", "TYPE", "DESCRIPTION"), rows)


def _type(field: Any) -> str:
    if options := field.get("anyOf") or field.get("oneOf"):
        return " | ".join(_type(option) for option in options)
    if "enum" in field:
        return " | ".join(str(value) for value in field["enum"])
    return str(field.get("type") or field.get("$ref", "any").rpartition("/")[2])
