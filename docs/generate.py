"""Writes docs/kinds.md from the registry: `python docs/generate.py`; with `--check` it only says whether to."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Any

from jobs.registry import AnyKind, discover
from service.catalog import kind_view

PAGE = Path(__file__).with_name("kinds.md")
BUILT_IN = "jobs.kinds."
HEAD = """\
# Kinds of jobs

<!-- Written from the registry by `make docs`. -->

What `POST /v1/jobs` takes as `kind` and `input`, and what the job's `output` will be. A running service tells
its own, with JSON Schemas, at `/v1/kinds`."""

Schema = dict[str, Any]


def page() -> str:
    """The whole page; kinds that are merely installed on this machine are left out."""
    built_in = [kind for kind in discover().values() if kind.input.__module__.startswith(BUILT_IN)]
    return "\n\n".join([HEAD, *(_section(kind) for kind in built_in)]) + "\n"


def _section(kind: AnyKind) -> str:
    view = kind_view(kind)
    retry = "also after a timeout" if view.retry.on_timeout else "but not after a timeout"
    facts = (
        f"{view.description} Queue `{view.queue}`; an attempt may take {view.timeout:g} s; "
        f"{view.retry.attempts} attempts, {retry}."
    )
    parts = [
        f"## `{view.name}`",
        fill(facts, 118, break_on_hyphens=False),
        *_tables("Input", view.input_schema, given=True),
        *_tables("Output", view.output_schema, given=False),
    ]
    return "\n\n".join(parts)


def _tables(title: str, schema: Schema, *, given: bool) -> Iterator[str]:
    """One table for the model and one for each model inside it."""
    yield f"### {title}"
    yield _table(schema, given=given)
    for name, part in schema.get("$defs", {}).items():
        if "properties" not in part:
            continue
        yield f"`{name}`:"
        yield _table(part, given=given)


def _table(schema: Schema, *, given: bool) -> str:
    required = schema.get("required", [])
    lines = (
        ["| field | type | default | means |", "|---|---|---|---|"] if given else ["| field | type |", "|---|---|"]
    )
    for name, field in schema["properties"].items():
        words = [f"`{name}`", _type(field)]
        if given:
            default = "required" if name in required else f"`{json.dumps(field.get('default'))}`"
            words += [default, field.get("description", "")]
        lines.append(f"| {' | '.join(words)} |")
    return "\n".join(lines)


def _type(field: Schema) -> str:
    if options := field.get("anyOf"):
        return " or ".join(_type(option) for option in options)
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "$ref" in field:
        return f"`{field['$ref'].rpartition('/')[2]}`"
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    return _sized(field.get("format") or field.get("type", "anything"), field)


def _sized(word: str, field: Schema) -> str:
    """`integer, 1 to 10` and the like."""
    if "minimum" in field and "maximum" in field:
        return f"{word}, {field['minimum']} to {field['maximum']}"
    return f"{word}, at most {field['maxLength']} characters" if "maxLength" in field else word


def main(arguments: list[str]) -> int:
    made = page()
    if "--check" not in arguments:
        PAGE.write_text(made)
        return 0
    if PAGE.exists() and PAGE.read_text() == made:
        return 0
    print(f"{PAGE.name} is stale: make docs", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
