"""Commands that other distributions add: the server's `up`, `worker` and the like."""

from importlib.metadata import entry_points
from typing import Final

import typer

from turnspit.cli.session import say

GROUP: Final = "turnspit.commands"
SERVER_COMMANDS: Final = ("up", "api", "worker", "migrate", "doctor", "models", "demo")


def add_to(app: typer.Typer) -> int:
    """Let each entry point `add_to(app)` add its commands; returns how many did. A broken one is named."""
    added = 0
    for point in entry_points(group=GROUP):
        try:
            point.load()(app)
        except (ImportError, AttributeError) as error:
            say(f"The commands of {point.value} cannot be loaded: {error}")
        else:
            added += 1
    return added


def how_to_get(command: str) -> str:
    """What to do when a command of the server is asked for and the server is not installed."""
    return f"`turnspit {command}` comes with the server. Get it with: pip install turnspit-server[embedded]"
