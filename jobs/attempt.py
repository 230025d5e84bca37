"""One attempt while it runs: the claim, what it has said so far, and whether it has been told to stop."""

import asyncio
from dataclasses import dataclass, field
from enum import Enum, auto

from jobs.model import Artifact, Claim, JsonObject


class Stop(Enum):
    """Why a run is told to stop from outside."""

    CANCELED = auto()
    DRAINED = auto()
    LOST = auto()


@dataclass(slots=True)
class Attempt:
    """`event_seq` is the number of the last event that is committed; its only writer is the scribe."""

    claim: Claim
    event_seq: int
    warnings: list[str] = field(default_factory=list)
    progress: JsonObject | None = None
    made: dict[str, Artifact] = field(default_factory=dict)
    ended: bool = False
    stopping: asyncio.Future[Stop] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def stop(self, why: Stop) -> None:
        """Ask the run to end. The first reason counts."""
        if not self.stopping.done():
            self.stopping.set_result(why)

    @property
    def stopped(self) -> Stop | None:
        return self.stopping.result() if self.stopping.done() else None
