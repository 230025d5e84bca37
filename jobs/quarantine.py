"""Where jobs run that were there when a worker died: few together, so that the one which kills is soon known."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

TOGETHER = 8
"""So many that saw one death run at once in a worker. One that saw two has no other suspect beside it."""


class Quarantine:
    """The suspects that run in this worker, by how many deaths they saw. Jobs without any need no place."""

    def __init__(self) -> None:
        self._inside: list[int] = []
        self._moved = asyncio.Event()

    @asynccontextmanager
    async def place(self, deaths: int) -> AsyncIterator[None]:
        """Wait for a place and hold it."""
        while not self._fits(deaths):
            await self._moved.wait()
        self._inside.append(deaths)
        try:
            yield
        finally:
            self._inside.remove(deaths)
            self._moved.set()
            self._moved = asyncio.Event()

    def _fits(self, deaths: int) -> bool:
        if not self._inside:
            return True
        return deaths == 1 and max(self._inside) == 1 and len(self._inside) < TOGETHER
