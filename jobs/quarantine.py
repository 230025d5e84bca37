"""Where jobs run that were there when a worker died: few together, so that the one which kills is soon known."""

import asyncio
from collections.abc import Hashable

TOGETHER = 8
"""So many that saw one death run at once in a worker. One that saw two has no other suspect beside it."""


class Quarantine:
    """The suspects that run in this worker, by how many deaths they saw. Jobs without any need no place."""

    def __init__(self) -> None:
        self._inside: dict[Hashable, int] = {}
        self._moved = asyncio.Event()

    async def enter(self, who: Hashable, deaths: int) -> None:
        """Wait for a place. Who got one holds it until they leave."""
        while not self._fits(deaths):
            await self._moved.wait()
        self._inside[who] = deaths

    def leave(self, who: Hashable) -> None:
        """Make room, if they are inside."""
        if self._inside.pop(who, None) is not None:
            self._moved.set()
            self._moved = asyncio.Event()

    def _fits(self, deaths: int) -> bool:
        if not self._inside:
            return True
        return deaths == 1 and max(self._inside.values()) == 1 and len(self._inside) < TOGETHER
