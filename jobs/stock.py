"""What a stock arq worker needs to run our jobs: the executor, and a heartbeat without a guard."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

from jobs import logs
from jobs.attempt import Stop
from jobs.attendant import Attendant
from jobs.doorbell import CANCEL, DUE, LOST
from jobs.executor import Executor
from jobs.ids import new_id
from jobs.model import Claim
from jobs.resources import Resources, open_resources
from jobs.scribe import Scribe
from jobs.settings import Settings
from jobs.store import workers
from jobs.upkeep import Upkeep, every


class StockWorker:
    """Runs what arq hands over, one bell at a time, under a lease that this very process renews."""

    def __init__(self, res: Resources) -> None:
        self.id = new_id()
        self._res = res
        self._scribe = Scribe(res.pool, res.bell, self.id, list(res.kinds))
        self._executor = Executor(res, self._scribe)
        self._upkeep = Upkeep(res)
        self._attendant = Attendant(res, self.id, self._executor)

    async def perform(self, bell: tuple[UUID, int]) -> None:
        """Claim and run; arq's own cancel hands the job back to its queue."""
        for claim in await self._scribe.claim([bell]):
            await self._run(claim)

    @asynccontextmanager
    async def running(self, slots: Mapping[str, int]) -> AsyncIterator["StockWorker"]:
        """Registered, beating and tidying up, until the block ends."""
        async with self._res.pool.acquire() as conn:
            await workers.register(
                conn, self.id, host=socket.gethostname(), pid=os.getpid(), guard_pid=None, slots=slots
            )
        async with asyncio.TaskGroup() as group:
            side = [
                *self._upkeep.start(group),
                group.create_task(every(1.0, self._beat_once)),
                group.create_task(every(1.0, self._attendant.attend_once, self._attendant.look)),
                group.create_task(self._listen()),
            ]
            yield self
            for task in side:
                task.cancel()
        await self._executor.close()
        await self._scribe.close()
        async with self._res.pool.acquire() as conn:
            await workers.end(conn, self.id, "stopped")

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
        async for channel, message in self._res.bell.listen(DUE, CANCEL):
            if channel in {DUE, LOST}:
                self._upkeep.due.set()
            if channel == LOST:
                self._attendant.look.set()
            if channel == CANCEL:
                self._attendant.cancel(message)


async def start_stock(settings: Settings, slots: Mapping[str, int], ctx: dict[str, Any]) -> None:
    """arq's on_startup."""
    logs.configure(settings.log_level, settings.log_format)
    stack = ctx["stack"] = AsyncExitStack()
    res = await stack.enter_async_context(open_resources(settings))
    ctx["turnspit"] = await stack.enter_async_context(StockWorker(res).running(slots))


async def stop_stock(ctx: dict[str, Any]) -> None:
    """arq's on_shutdown."""
    await ctx["stack"].aclose()
