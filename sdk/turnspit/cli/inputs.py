"""The input of `turnspit run`: JSON from an option, a file or stdin, and files that are uploaded first."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import typer

from turnspit.cli.schema import Schema, properties
from turnspit.cli.source import check_source, send

if TYPE_CHECKING:
    from turnspit.client import AsyncClient


def read_input(text: str | None) -> dict[str, Any]:
    """The object that `--input` gives: JSON, `@file` or `-` for stdin. Raises a usage error."""
    if text is None:
        return {}
    try:
        value = json.loads(_text(text))
    except (ValueError, OSError) as error:
        raise typer.BadParameter(f"--input is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise typer.BadParameter("--input must be a JSON object")
    return value


async def uploaded(
    client: "AsyncClient", fields: dict[str, Any], files: list[str], schema: Schema
) -> dict[str, Any]:
    """The fields with every file sent first and replaced by its id. Raises a usage error for no file."""
    sources = _sources(fields, files, schema)
    sent = {name: path if _is_id(path) else await send(client, path) for name, path in sources.items()}
    return {**fields, **sent}


def _sources(fields: dict[str, Any], files: list[str], schema: Schema) -> dict[str, str]:
    sources = dict(_source(text, schema) for text in files)
    if isinstance(path := fields.get("file"), str) and Path(path).is_file():
        sources.setdefault("file", path)
    for path in sources.values():
        if not _is_id(path):
            check_source(path)
    return sources


def _source(text: str, schema: Schema) -> tuple[str, str]:
    name, equals, path = text.partition("=")
    field = name.replace("-", "_")
    return (field, path) if equals and field in properties(schema) else ("file", text)


def _is_id(text: str) -> bool:
    """A file the server has already; a local file of that name comes first."""
    try:
        UUID(text)
    except ValueError:
        return False
    return not Path(text).exists()


def _text(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    return Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text
