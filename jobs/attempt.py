"""One attempt while it runs: the claim, what it has said so far, and whether it has been told to stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from jobs.model import Artifact, Claim, JsonObject

GRACE_S = 1.0
"""How long a run that was told to stop may take before it is left behind; its writes are refused anyway."""


class Stop(Enum):
    """Why a run is told to stop from outside."""

    CANCELED = auto()
    DRAINED = auto()
    LOST = auto()
    TIMED_OUT = auto()


@dataclass(slots=True, eq=False)
class Attempt:
    """`event_seq` is the number of the last event that is committed; its only writer is the scribe.

    `task` is the one that runs the kind; `leave` is called when it still does a while after it was told to stop.
    """

    claim: Claim
    event_seq: int
    task: "asyncio.Task[None]"
    leave: "Callable[[Attempt], None]"
    warnings: list[str] = field(default_factory=list)
    progress: JsonObject | None = None
    made: dict[str, Artifact] = field(default_factory=dict)
    ended: bool = False
    stopped: Stop | None = None

    def stop(self, why: Stop) -> None:
        """Ask the run to end. The first reason counts, and none when it has ended."""
        if self.stopped is None and not self.ended:
            self.stopped = why
            self.task.cancel()
            asyncio.get_running_loop().call_later(GRACE_S, self.leave, self)
