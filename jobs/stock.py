"""What a stock arq worker needs to run our jobs: the executor, a heartbeat without a guard, and arq jobs to run.

arq reads one sorted set, and a job stays in it while it runs. So a stock worker has a set of its own, its hand, and
is dealt from the strands as many jobs as it has free slots.
"""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from jobs import logs
from jobs.attempt import Stop
from jobs.attendant import Attendant
from jobs.doorbell import BELL, CANCEL, DUE, LOST
from jobs.executor import Executor
from jobs.ids import new_id
from jobs.intake import waiting
from jobs.model import Claim, Strand
from jobs.resources import Resources, open_resources
from jobs.scribe import Scribe
from jobs.settings import Settings
from jobs.store import workers
from jobs.store.database import until_back
from jobs.strands import Taken, parse_member, strands_of
from jobs.upkeep import Upkeep, every


class StockWorker:
    """Runs what arq hands over, one bell at a time, under a lease that this very process renews."""

    def __init__(self, res: Resources, slots: Mapping[str, int], hand: str) -> None:
        self.id = new_id()
        self._res = res
        self._slots = slots
        self._hand = hand
        self._strands = strands_of(slots, res.kinds)
        self._rung = asyncio.Event()
        self._scribe = Scribe(res.pool, res.bell, self.id, list(res.kinds))
        self._executor = Executor(res, self._scribe)
        self._attendant = Attendant(res, self.id, self._executor)
        self._upkeep = Upkeep(res, self.id, self._attendant.suspect)

    async def perform(self, name: str) -> None:
        """Claim and run what was dealt under this name; arq's own cancel hands the job back to its queue."""
        bell = parse_member(name)
        for claim in await (self._admit(name) if bell is None else self._scribe.claim([bell])):
            await self._run(claim)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["StockWorker"]:
        """Registered, beating, dealing and tidying up, until the block ends."""
        await until_back(self._res.gates.declare, what="gates")
        async with self._res.pool.acquire() as conn:
            await workers.register(
                conn, self.id, host=socket.gethostname(), pid=os.getpid(), guard_pid=None, slots=self._slots
            )
        async with asyncio.TaskGroup() as group:
            side = [
                *self._upkeep.start(group),
                group.create_task(every(1.0, self._beat_once)),
                group.create_task(every(1.0, self._attendant.attend_once, self._attendant.look)),
                group.create_task(every(0.5, self._deal_once, self._rung)),
                group.create_task(self._listen()),
            ]
            yield self
            for task in side:
                task.cancel()
        await self._executor.close()
        await self._scribe.close()
        async with self._res.pool.acquire() as conn:
            await workers.end(conn, self.id, "stopped")

    async def _deal_once(self) -> float | None:
        """Hand arq as many jobs as it has free slots; bells of old are dropped on the way."""
        ((queue, slots),) = self._slots.items()
        while (free := slots - await self._res.bell.dealt(self._hand)) > 0:
            taken = await self._res.bell.take({queue: free}, self._strands)
            if not taken:
                break
            if names := [name for strand in taken for name in await self._names(strand)]:
                await self._res.bell.deal(self._hand, names)
        return None

    async def _names(self, taken: Taken) -> list[str]:
        """What arq shall call these jobs. One of a kind with a limit is chosen by its gate when it starts."""
        if taken.strand.kind in self._res.gates.kinds:
            return [f"{taken.strand.kind}/{new_id()}"]
        return [text.decode() for text in await waiting(self._res, taken.members)]

    async def _admit(self, name: str) -> list[Claim]:
        (queue,) = self._slots
        return await self._scribe.admit(Strand(queue, name.partition("/")[0]), 1)

    async def _run(self, claim: Claim) -> None:
        attempt = asyncio.create_task(self._executor.execute(claim, lambda _: None))
        try:
            await asyncio.shield(attempt)
        except asyncio.CancelledError:
            if (running := self._executor.live.get((claim.id, claim.attempt))) is not None:
                running.stop(Stop.DRAINED)
            await attempt
            raise

    async def _beat_once(self) -> float | None:
        async with self._res.pool.acquire() as conn:
            alive = await workers.beat(conn, self.id)
        if not alive:
            for attempt in self._executor.live.values():
                attempt.stop(Stop.LOST)
            signal.raise_signal(signal.SIGTERM)  # declared dead: it may claim nothing more, so another must start
        return None

    async def _listen(self) -> None:
        async for channel, message in self._res.bell.listen(BELL, DUE, CANCEL):
            if channel in {BELL, LOST}:
                self._rung.set()
            if channel in {DUE, LOST}:
                self._upkeep.due.set()
            if channel == LOST:
                self._attendant.look.set()
            if channel == CANCEL:
                self._attendant.cancel(message)


async def start_stock(settings: Settings, slots: Mapping[str, int], hand: str, ctx: dict[str, Any]) -> None:
    """arq's on_startup. `hand` is the sorted set that arq reads."""
    logs.configure(settings.log_level, settings.log_format)
    stack = ctx["stack"] = AsyncExitStack()
    res = await stack.enter_async_context(open_resources(settings))
    ctx["turnspit"] = await stack.enter_async_context(StockWorker(res, slots, hand).running())


async def stop_stock(ctx: dict[str, Any]) -> None:
    """arq's on_shutdown."""
    await ctx["stack"].aclose()
