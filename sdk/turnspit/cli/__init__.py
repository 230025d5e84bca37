"""The `turnspit` command."""

import sys
from types import ModuleType


def main() -> None:
    """Run the command line and exit with its code."""
    # Where click, rich and pygments are installed, httpx imports them for a command line of its own (140 ms);
    # where that module has no `main`, it does without. This process needs none of it.
    sys.modules.setdefault("httpx._main", ModuleType("httpx._main"))
    from turnspit.cli.app import run  # noqa: PLC0415 - after the line above

    run(sys.argv[1:])
