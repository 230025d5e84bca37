"""Finds the job kinds: the built-in files, modules named in settings, and installed entry points."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

import jobs.kinds
from jobs.errors import UnknownKind
from jobs.kind import FlowKind, Kind

AnyKind = Kind[Any, Any] | FlowKind[Any, Any]


class BadKind(ValueError):
    """A kind that cannot be used; the process refuses to start and says why."""


class Registry(Mapping[str, AnyKind]):
    """The kinds this process knows, by name."""

    def __init__(self, kinds: Iterable[tuple[str, AnyKind]]) -> None:
        self._kinds: dict[str, AnyKind] = {}
        for origin, kind in kinds:
            known = self._kinds.setdefault(kind.name, kind)
            if known is not kind:
                raise BadKind(f"{origin}: the kind {kind.name!r} is defined twice")

    def __getitem__(self, name: str) -> AnyKind:
        try:
            return self._kinds[name]
        except KeyError:
            raise UnknownKind(f"There is no job kind named {name!r}.", param="kind") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def __contains__(self, name: object) -> bool:
        return name in self._kinds


def discover(modules: Iterable[str] = ()) -> Registry:
    """Import the built-in kinds, `modules` (a package brings its own modules along) and installed ones.

    Raises BadKind for a module that does not import or holds no kind, and for a name defined twice.
    """
    found: list[tuple[str, AnyKind]] = []
    for name in modules:
        kinds = [pair for module in _with_children(_load(name)) for pair in _kinds_of(module)]
        if not kinds:
            raise BadKind(f"{name}: no Kind at module level")
        found += kinds
    for module in _with_children(jobs.kinds):
        found += _kinds_of(module)
    for entry in entry_points(group="turnspit.kinds"):
        found += [pair for module in _with_children(_load(entry.module)) for pair in _kinds_of(module)]
    return Registry(sorted(found, key=lambda pair: pair[1].name))


def _load(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise BadKind(f"{name}: cannot be imported ({error}). Is it on PYTHONPATH?") from error


def _with_children(module: ModuleType) -> list[ModuleType]:
    paths = getattr(module, "__path__", None)
    if paths is None:
        return [module]
    return [module, *(_load(f"{module.__name__}.{info.name}") for info in pkgutil.iter_modules(paths))]


def _kinds_of(module: ModuleType) -> list[tuple[str, AnyKind]]:
    return [(module.__name__, value) for value in vars(module).values() if isinstance(value, Kind | FlowKind)]
