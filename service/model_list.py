"""`turnspit models ls`: which Whisper models there are, which are here, and which one would be used."""

from pathlib import Path

from ai.errors import ModelUnavailable
from ai.weights import REPOSITORIES, Weights, cached, resolve_model

MB = 1_000_000


def model_list(configured: str) -> list[str]:
    """A line for each known model and for the one that TURNSPIT_WHISPER_MODEL means, marked with `*`."""
    used, problem = _used(configured)
    here = {name: cached(name) for name in REPOSITORIES}
    lines = [_line(name, repository, here[name], used) for name, repository in REPOSITORIES.items()]
    if used is not None and used.folder not in {weights.folder for weights in here.values() if weights}:
        lines.append(_line(used.name, str(used.folder), used, used))
    return [*lines, *([problem] if problem else used.warnings if used else [])]


def _used(configured: str) -> tuple[Weights | None, str | None]:
    try:
        return resolve_model(configured), None
    except ModelUnavailable as error:
        return None, str(error)


def _line(name: str, origin: str, weights: Weights | None, used: Weights | None) -> str:
    mark = "*" if weights and used and weights.folder == used.folder else " "
    size = f"{_bytes(weights.folder) / MB:,.0f} MB" if weights else "-"
    return f"{mark} {name:<16} {size:>10}  {origin}"


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
