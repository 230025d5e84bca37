"""A part of the stack: it runs as one child, can be stopped or killed, and started again."""

import asyncio
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import ClassVar

from service.stack.children import Child, StackError

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 5.0
STEADY_S = 10.0  # a part that lived this long ended by accident, not because it cannot live


class Part(ABC):
    """What PostgreSQL, Redis, the API and a worker have in common."""

    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    stop_s: ClassVar[float] = 10.0

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The pid of the child, None while it does not run."""
        return self._child.pid if self._child and self._child.status is None else None

    @abstractmethod
    async def start(self) -> object:
        """Start it, or start it again; StackError when it cannot."""

    async def ready(self) -> None:
        """Return when it serves, at once where `start` has waited for that; StackError when it does not."""
        return  # a part that starts slowly says more

    async def wait(self) -> int:
        """The exit status, once it has ended (negative: the signal that ended it)."""
        assert self._child is not None, "start it first"  # noqa: S101
        return await self._child.wait()

    async def stop(self) -> None:
        """Ask it to end, kill it when it takes longer than `stop_s`. Nothing happens if it is down."""
        if self._child is not None:
            await self._child.stop(self.stop_signal, self.stop_s)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Signal the process, and only it."""
        if self._child is not None:
            self._child.send(number)

    def hurry(self) -> None:
        """SIGKILL to it and to its group."""
        if self._child is not None:
            self._child.kill_group()


async def keep(part: Part, changed: Callable[[], None]) -> None:
    """Start a part again whenever it ends, until cancelled: after 0.1 s, then twice that up to 5 s."""
    delay_s = FIRST_DELAY_S
    while True:
        began = monotonic()
        status = await part.wait()
        changed()
        if monotonic() - began > STEADY_S:
            delay_s = FIRST_DELAY_S
        note(f"{part.name} ended (status {status}), starting it again in {delay_s:g} s; see {part.log}")
        await asyncio.sleep(delay_s)
        delay_s = min(2 * delay_s, LONGEST_DELAY_S)
        await restart(part)
        changed()


async def restart(part: Part) -> None:
    """Start it; one that fails stays down until its next turn."""
    try:
        await part.start()
    except (StackError, OSError) as failure:
        note(f"{part.name}: {failure}")


def note(text: str) -> None:
    """A line for people, on stderr."""
    print(f"turnspit: {text}", file=sys.stderr, flush=True)
