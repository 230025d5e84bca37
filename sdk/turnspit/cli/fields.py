"""Fields of a kind from the command line, typed by the kind's JSON Schema."""

import json
from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import Any, Final

from turnspit.cli.schema import Schema, items_of, properties, types_of

WORDS: Final = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}


class FieldError(ValueError):
    """A field that the kind does not have, or a value that its type does not take; says it to the user."""


def read_fields(arguments: Sequence[str], schema: Schema) -> dict[str, Any]:
    """`--name value`, `--name=value` and bare `--flag` as typed values; a repeated list field grows.

    Raises FieldError.
    """
    fields: dict[str, Any] = {}
    for name, text in _pairs(arguments, schema):
        value = _value(name, text, schema)
        if isinstance(fields.get(name), list) and isinstance(value, list):
            fields[name] = fields[name] + value
        else:
            fields[name] = value
    return fields


def _pairs(arguments: Sequence[str], schema: Schema) -> Iterator[tuple[str, str | bool]]:
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if not word.startswith("--") or len(word) == 2:
            raise FieldError(f"{word!r} is no field: give fields as --name value")
        flag, has_value, text = word[2:].partition("=")
        name, negated = _name(flag, schema)
        if has_value:
            yield name, text
        elif _is_flag(name, schema, rest, negated):
            yield name, not negated
        elif rest:
            yield name, rest.pop(0)
        else:
            raise FieldError(f"--{flag} needs a value")


def _name(flag: str, schema: Schema) -> tuple[str, bool]:
    """The field that a flag names, and whether it is its negation (`--no-words`)."""
    known = properties(schema)
    for name in (flag, flag.replace("-", "_")):
        if name in known:
            return name, False
    positive = flag.removeprefix("no-").replace("-", "_")
    if flag.startswith("no-") and "boolean" in types_of(known.get(positive, {}), schema):
        return positive, True
    if known and not schema.get("additionalProperties"):
        raise FieldError(f"this kind has no field {flag!r}; it has: {', '.join(known)}")
    return flag.replace("-", "_"), False


def _is_flag(name: str, schema: Schema, rest: Sequence[str], negated: bool) -> bool:
    if negated:
        return True
    types = types_of(properties(schema).get(name, {}), schema)
    return "boolean" in types and types <= {"boolean", "null"} and not (rest and rest[0].lower() in WORDS)


def _value(name: str, text: str | bool, schema: Schema) -> Any:
    if isinstance(text, bool):
        return text
    return _coerce(name, text, properties(schema).get(name, {}), schema)


def _coerce(name: str, text: str, field: Schema, root: Schema) -> Any:
    """`text` as the first of the field's types that takes it, the narrow ones first."""
    types = types_of(field, root)
    if not types:
        return _json_or_text(text)
    for kind, read in _READERS.items():
        if kind in types:
            value = read(text)
            if value is not _NO:
                return value
    if "array" in types and not text.lstrip().startswith("["):
        return [_coerce(name, text, items_of(field, root), root)]
    if "string" in types:
        return text
    raise FieldError(f"--{name} takes {' or '.join(sorted(types))}, not {text!r}")


_NO: Final = object()


def _null(text: str) -> object:
    return None if text == "null" else _NO


def _boolean(text: str) -> object:
    return WORDS.get(text.lower(), _NO)


def _integer(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        return _NO


def _float(text: str) -> object:
    try:
        value = float(text)
    except ValueError:
        return _NO
    return value if isfinite(value) else _NO


def _container(start: str, text: str) -> object:
    if not text.lstrip().startswith(start):
        return _NO
    try:
        return json.loads(text)
    except ValueError:
        return _NO


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


_READERS: Final[dict[str, Callable[[str], object]]] = {
    "null": _null,
    "integer": _integer,
    "number": _float,
    "boolean": _boolean,
    "object": lambda text: _container("{", text),
    "array": lambda text: _container("[", text),
}
