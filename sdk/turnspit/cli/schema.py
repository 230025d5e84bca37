"""What a JSON Schema says about a field: its types, its items, references followed."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def properties(schema: Schema) -> Mapping[str, Schema]:
    """The fields of a kind's input by name."""
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def types_of(field: Schema, root: Schema) -> set[str]:
    """The JSON types a field may have; empty when it may be anything."""
    found: set[str] = set()
    for option in _options(field, root):
        named = option.get("type")
        found.update([named] if isinstance(named, str) else named or [])
        if not named and ("enum" in option or "const" in option):
            found.add("string")
    return found


def items_of(field: Schema, root: Schema) -> Schema:
    """The schema of a list's items; empty when they may be anything."""
    for option in _options(field, root):
        if isinstance(items := option.get("items"), dict):
            return items
    return {}


def _options(field: Schema, root: Schema) -> Iterator[Schema]:
    """The field's alternatives, references followed."""
    field = _resolve(field, root)
    nested = [part for word in ("anyOf", "oneOf", "allOf") for part in field.get(word, ())]
    if not nested:
        yield field
    for part in nested:
        yield from _options(part, root)


def _resolve(field: Schema, root: Schema) -> Schema:
    reference = field.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return field
    found: Any = root
    for part in reference[2:].split("/"):
        found = found.get(part, {}) if isinstance(found, dict) else {}
    return {**found, **{key: value for key, value in field.items() if key != "$ref"}}
