"""The schema, as SQL files applied in order, forward only."""

from importlib.resources import files


def scripts() -> list[tuple[str, str]]:
    """Every migration as (file name, SQL), in the order they apply."""
    found = [entry for entry in files(__name__).iterdir() if entry.name[:4].isdigit()]
    return [(entry.name, entry.read_text()) for entry in sorted(found, key=lambda entry: entry.name)]
