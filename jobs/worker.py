"""Our arq worker: woken by a bell instead of a poll, several queues with slots of their own, group commit."""

import asyncio
import faulthandler
import gc
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

import structlog
import uvloop
from arq.connections import ArqRedis, RedisSettings
from arq.worker import Worker as ArqWorker
from arq.worker import func

from ai.tether import die_with
from jobs import logs
from jobs.attempt import Stop
from jobs.attendant import Attendant
from jobs.blackbox import TICK_S, BlackBox
from jobs.doorbell import CANCEL, DUE, FUNCTION, LOST, from_wire, to_wire
from jobs.executor import Executor
from jobs.ids import new_id
from jobs.intake import Intake
from jobs.model import Claim
from jobs.resources import Resources, open_resources
from jobs.scribe import Scribe
from jobs.settings import Settings
from jobs.stock import StockWorker, start_stock, stop_stock
from jobs.store.database import until_back
from jobs.threads import MOST, NotedThreads
from jobs.upkeep import Upkeep, every

MAX_UNRECORDED = 200
"""With more outcomes than this on their way to Postgres nothing is claimed: a crash runs them again."""

log = structlog.get_logger(__name__)


class Worker(ArqWorker):
    """One process that runs jobs of several queues. `main` returns when it was told to drain and is empty."""

    def __init__(
        self, res: Resources, worker_id: UUID, slots: Mapping[str, int], box: BlackBox | None = None
    ) -> None:
        super().__init__(
            functions=[func(perform, name=FUNCTION)],
            queue_name=next(iter(slots)),
            redis_pool=ArqRedis(),
            handle_signals=False,
            max_jobs=sum(slots.values()),
        )
        self._res = res
        self._declared = False
        self._held_up = False
        self._draining = asyncio.Event()
        self._scribe = Scribe(res.pool, res.bell, worker_id, list(res.kinds))
        self.executor = Executor(res, self._scribe, box)
        self.intake = Intake(res, self._scribe, slots, self._start)
        self.attendant = Attendant(res, worker_id, self.executor)
        self.upkeep = Upkeep(res, worker_id, self.attendant.suspect)

    async def main(self) -> None:
        async with asyncio.TaskGroup() as group:
            side = self.upkeep.start(group)
            side.append(group.create_task(every(1.0, self.attendant.attend_once, self.attendant.look)))
            side.append(group.create_task(self._listen(), name="listen"))
            side.append(group.create_task(self._declare(), name="declare"))
            await self._serve()
            await self._finish()
            for task in side:
                task.cancel()

    async def start_jobs(self, job_ids: list[bytes] | None = None) -> None:
        """Claim for every free slot, unless too many outcomes are on their way to their rows."""
        self._held_up = len(self.executor.live) - self.intake.busy > MAX_UNRECORDED
        if self._declared and not self._held_up:
            await self.intake.fill()

    async def heart_beat(self) -> None:
        """Nothing: the guard beats."""

    def handle_sig(self, signum: signal.Signals) -> None:
        """Drain: claim no more, let what runs finish within the grace time, hand the rest back."""
        log.info("worker.drains", signal=signal.Signals(signum).name, running=len(self.tasks))
        self.attendant.draining = True
        self.attendant.look.set()
        self._draining.set()
        self.intake.wake.set()

    async def close(self) -> None:
        await self.intake.close()
        await self.executor.close()
        await self._scribe.close()

    async def _declare(self) -> None:
        """Nothing starts before the gates are what our kinds say."""
        await until_back(self._res.gates.declare, what="gates")
        await self._scribe.warm()
        self._declared = True
        self.intake.wake.set()

    async def _serve(self) -> None:
        while not self._draining.is_set():
            await self.start_jobs()
            await self.intake.wake.wait()
            self.intake.wake.clear()

    async def _finish(self) -> None:
        """Wait for what runs; what is not done within the grace time goes back to its queue."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._res.settings.drain_s):
                await self.intake.close()
                await self.executor.emptied()
        for attempt in list(self.executor.live.values()):
            attempt.stop(Stop.DRAINED)
        await self.executor.emptied()

    async def _listen(self) -> None:
        async for channel, message in self._res.bell.listen(DUE, CANCEL):
            if channel in {DUE, LOST}:
                self.upkeep.due.set()
            if channel == LOST:
                self.attendant.look.set()
            if channel == CANCEL:
                self.attendant.cancel(message)

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self.executor.execute(claim, self._released))
        self.tasks[f"{claim.id}:{claim.attempt}"] = task
        task.add_done_callback(partial(self._recorded, claim))

    def _released(self, claim: Claim) -> None:
        """An attempt runs no more: its slot is free while the outcome is on its way to its row."""
        self.intake.release(claim.queue)

    def _recorded(self, claim: Claim, task: asyncio.Task[None]) -> None:
        self.tasks.pop(f"{claim.id}:{claim.attempt}", None)
        if self._held_up:
            self.intake.wake.set()
        if not task.cancelled() and (error := task.exception()):
            # Its row still says running in our name: the attendant finds it and gives it back.
            log.error("attempt.crashed", job_id=str(claim.id), exc_info=error)


async def perform(ctx: dict[str, Any], name: str) -> None:
    """The one arq function. A stock arq worker calls it; the row decides whether there is anything to do."""
    stock: StockWorker = ctx["turnspit"]
    await stock.perform(name)


def __getattr__(name: str) -> type:
    """`WorkerSettings`, for the stock command `arq jobs.worker.WorkerSettings`: read when a worker starts."""
    if name != "WorkerSettings":
        raise AttributeError(name)
    settings = Settings()
    queue, slots = next(iter(settings.lanes.items()))
    hand = f"turnspit:stock:{new_id()}"
    return type(
        "WorkerSettings",
        (),
        {
            "functions": [func(perform, name=FUNCTION)],
            "queue_name": hand,
            "redis_settings": RedisSettings.from_dsn(settings.redis_url.get_secret_value()),
            "on_startup": partial(start_stock, settings, {queue: slots}, hand),
            "on_shutdown": stop_stock,
            "max_jobs": slots,
            "job_timeout": 10 * 365 * 86400,
            "max_tries": 1,
            "keep_result": 0,
            "retry_jobs": False,
            "job_serializer": staticmethod(to_wire).__func__,
            "job_deserializer": staticmethod(from_wire).__func__,
        },
    )


async def run(settings: Settings, worker_id: UUID, box: BlackBox) -> None:
    """Run jobs until told to drain. The guard has registered `worker_id` and keeps its lease."""
    async with open_resources(settings, pool_size=8) as res:
        worker = Worker(res, worker_id, settings.lanes, box)
        loop = asyncio.get_running_loop()
        loop.set_default_executor(NotedThreads(MOST))
        tick(loop, box)
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, worker.handle_sig, signum)
        try:
            await worker.async_run()
        finally:
            await worker.close()


def tick(loop: asyncio.AbstractEventLoop, box: BlackBox) -> None:
    """Tell the guard that the event loop turns, now and from now on."""
    box.tick()
    loop.call_later(TICK_S, tick, loop, box)


def spare_the_collector() -> None:
    """Keep what was imported out of every collection, and collect less often: a tenth of a busy worker's time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def main() -> None:
    """What the guard starts: `python -m jobs.worker`, with ids in the environment."""
    die_with(int(os.environ["TURNSPIT_GUARD_PID"]))
    faulthandler.enable()
    settings = Settings()
    logs.configure(settings.log_level, settings.log_format)
    structlog.contextvars.bind_contextvars(worker_id=os.environ["TURNSPIT_WORKER_ID"])
    spare_the_collector()
    box = BlackBox.inherited(int(os.environ["TURNSPIT_BLACK_BOX"]))
    uvloop.run(run(settings, UUID(os.environ["TURNSPIT_WORKER_ID"]), box))


if __name__ == "__main__":
    main()
