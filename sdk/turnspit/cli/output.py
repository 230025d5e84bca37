"""Results on stdout: tables and text for people, tab-separated lines and NDJSON for programs."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from turnspit.cli.text import clean, one_line, to_json

if TYPE_CHECKING:
    from turnspit.models import Open


def terminal(stream: TextIO) -> bool:
    """Whether a person looks at `stream` through something that can draw."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def plain(model: "Open") -> dict[str, Any]:
    """A model as the server sent it."""
    return model.model_dump(mode="json", exclude_unset=True)


def json_line(value: object) -> None:
    """One line of NDJSON."""
    print(to_json(value), flush=True)


def result_json(value: object) -> None:
    """A result, indented."""
    print(to_json(value, indent=2), flush=True)


def result_text(text: str) -> None:
    """A result that is text, ended by a newline; untouched unless it goes to a terminal."""
    shown = clean(text) if sys.stdout.isatty() else text.encode(errors="replace").decode()
    sys.stdout.write(shown if shown.endswith("\n") else shown + "\n")
    sys.stdout.flush()


def pairs(rows: Iterable[tuple[str, object]]) -> None:
    """`name: value` lines; what is not there is left out."""
    for name, value in rows:
        if value is not None and value not in ([], {}, ""):
            print(f"{name + ':':<14}{one_line(value)}")


def table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on a terminal; elsewhere tab-separated lines without a header."""
    cells = [[one_line(value) for value in row] for row in rows]
    if not terminal(sys.stdout):
        for row in cells:
            print("\t".join(row))
        return
    from turnspit.cli.rich_view import print_table  # noqa: PLC0415 - rich costs 100 ms

    print_table(headers, cells)
