"""Values that an input takes from other jobs' outputs: `{"$from": "name", "pointer": "/text"}`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from jobs.errors import InvalidInput
from jobs.model import Json

MARK = "$from"
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """Stands for a whole value: the part of `source`'s output that `pointer` (RFC 6901) names, "" for all."""

    path: Path
    source: str
    pointer: str


def references(value: Json, path: Path = ()) -> Iterator[Reference]:
    """Every reference inside a value. Raises InvalidInput for one that is not well formed."""
    if isinstance(value, dict) and MARK in value:
        yield _reference(value, path)
    elif isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in pairs:
            yield from references(item, (*path, key))


def _reference(value: Mapping[str, Json], path: Path) -> Reference:
    source, pointer = value[MARK], value.get("pointer", "")
    if not isinstance(source, str) or not isinstance(pointer, str) or set(value) - {MARK, "pointer"}:
        raise InvalidInput('A reference is {"$from": name, "pointer": "/path"}, and nothing else.', param="input")
    if pointer and not pointer.startswith("/"):
        raise InvalidInput(f"The pointer {pointer[:100]!r} must be empty or start with a slash.", param="input")
    return Reference(path, source, pointer)


def replaced(value: Json, by: Callable[[Reference], Json]) -> Json:
    """A copy of a value with every reference replaced."""
    if isinstance(value, dict) and MARK in value:
        return by(_reference(value, ()))
    if isinstance(value, dict):
        return {key: replaced(item, by) for key, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, by) for item in value]
    return value


def point(value: Json, pointer: str) -> Json:
    """The part of a value that a JSON Pointer names. Raises KeyError when there is none."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdecimal() and len(key) < 10 and int(key) < len(value):
            value = value[int(key)]
        else:
            raise KeyError(pointer)
    return value


def overlaps(reference: Reference, location: Path) -> bool:
    """Whether a validation error at `location` may be owed to a value that is not there yet."""
    shorter = min(len(location), len(reference.path))
    return location[:shorter] == reference.path[:shorter]
