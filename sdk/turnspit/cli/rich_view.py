"""What a terminal gets: a live progress bar and tables. No server's text is read as markup here."""

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from turnspit.cli.text import details, one_line

if TYPE_CHECKING:
    from turnspit import models


class RichView:
    """One bar that shows the present step; lines scroll above it."""

    def __init__(self, out: TextIO) -> None:
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[details]}", markup=False),
            console=Console(file=out),
            transient=True,
        )
        self._task = self._bar.add_task("", total=None, details="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def line(self, text: str) -> None:
        """A line above the bar."""
        self._bar.console.print(Text(one_line(text)), highlight=False, soft_wrap=True)

    def step(self, text: str) -> None:
        """What the bar is about now."""
        self._bar.update(self._task, description=one_line(text), total=None, details="")

    def progress(self, progress: "models.Progress") -> None:
        """Move the bar; it pulses where an honest fraction is unknown."""
        fraction = progress.fraction
        self._bar.update(
            self._task,
            description=one_line(progress.step or "running"),
            total=None if fraction is None else 1.0,
            completed=fraction or 0.0,
            details=details(progress),
        )


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A borderless table on stdout."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for place, header in enumerate(headers):  # the first column is what one copies: never broken
        shown.add_column(header, overflow="fold", no_wrap=place == 0)
    for row in rows:
        shown.add_row(*(Text(cell) for cell in row))
    Console().print(shown)
