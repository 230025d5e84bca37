"""How progress is shown: plain lines here, a live bar in `rich_view` where there is a terminal."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, TextIO

from turnspit.cli.output import terminal
from turnspit.cli.text import details, one_line

if TYPE_CHECKING:
    from turnspit.models import Progress

GAP_S = 0.5  # between two lines of the same step


class View(Protocol):
    """Where a job's life is shown."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def line(self, text: str) -> None:
        """A line that stays."""

    def step(self, text: str) -> None:
        """What happens now, shown at once."""

    def progress(self, progress: "Progress") -> None:
        """How far the present step is."""


class PlainView:
    """Simple lines: each new step at once, the same step at most twice a second."""

    def __init__(self, out: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._out, self._now = out, now
        self._step, self._at, self._last = "", 0.0, ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def line(self, text: str) -> None:
        """A line that stays."""
        print(one_line(text), file=self._out, flush=True)
        self._last = text

    def step(self, text: str) -> None:
        """A line, unless it was the last one."""
        if text != self._last:
            self.line(text)

    def progress(self, progress: "Progress") -> None:
        """A line when the step is new or half a second has passed."""
        step = one_line(progress.step or "running")
        if step == self._step and self._now() - self._at < GAP_S:
            return
        self._step, self._at = step, self._now()
        self.step(f"{step}  {details(progress)}".rstrip())


def view_for(out: TextIO) -> View:
    """A live bar when `out` is a terminal, else plain lines."""
    if not terminal(out):
        return PlainView(out)
    from turnspit.cli.rich_view import RichView  # noqa: PLC0415 - rich costs 100 ms

    return RichView(out)
