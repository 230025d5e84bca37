"""Rings for jobs whose kind has a limit: one bell for a whole strand, and only while its gate is open."""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import partial

from jobs.doorbell import Doorbell
from jobs.kind import Kind
from jobs.registry import Registry
from jobs.store import gates
from jobs.store.database import AWAY, Conn, Pool


class Gatekeeper:
    """Looks at gates when something about them has changed, and again when their next token is due.

    What it misses (an outage, a process that ends with a timer) the top-up finds within a second.
    """

    def __init__(self, pool: Pool, bell: Doorbell, kinds: Registry) -> None:
        self._pool = pool
        self._bell = bell
        self._limits = {name: kind.limit for name, kind in kinds.items() if isinstance(kind, Kind)}
        self._mind(name for name, limit in self._limits.items() if limit is not None)
        self._asked: dict[str, bool] = {}
        self._looking: asyncio.Task[None] | None = None
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def look(self, kinds: Collection[str], *, wait: bool = True) -> None:
        """Ring for those of these kinds whose jobs may start. Many calls become few statements.

        `wait`: look again when the next token is due. Whoever spends or submits waits, and nobody else: after
        each token one process looks, not all.
        """
        for kind in self.kinds.intersection(kinds):
            self._asked[kind] = wait or self._asked.get(kind, False)
        if self._asked and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._look_until_told(), name="gatekeeper")

    async def declare(self) -> None:
        """Make the gates what the kinds of this process say."""
        async with self._pool.acquire() as conn, conn.transaction():
            await gates.declare(conn, self._limits)
            await self.refresh(conn)

    async def refresh(self, conn: Conn) -> None:
        """Learn which gates there are: another version of the service may have made one, or taken one away."""
        self._mind(await gates.names(conn))

    def _mind(self, limited: Iterable[str]) -> None:
        self.kinds = self._limits.keys() & limited
        self._bell.leave_to(self.look, self.kinds)

    async def close(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    async def _look_until_told(self) -> None:
        while self._asked:
            kinds, self._asked = self._asked, {}
            with suppress(*AWAY):
                async with self._pool.acquire() as conn:
                    seen = await gates.outlook(conn, kinds)
                for outlook in seen:
                    if outlook.wait_s <= 0:
                        self._bell.ring_gate(outlook.strand, outlook.score)
                    elif kinds[outlook.strand.kind]:
                        self._wait(outlook)

    def _wait(self, outlook: gates.Outlook) -> None:
        kind = outlook.strand.kind
        if (timer := self._timers.pop(kind, None)) is not None:
            timer.cancel()
        # Late rather than early, whatever the two clocks make of a second: nobody looks again after an early look.
        delay_s = outlook.wait_s * 1.001 + 0.001
        self._timers[kind] = asyncio.get_running_loop().call_later(delay_s, partial(self.look, [kind], wait=False))
