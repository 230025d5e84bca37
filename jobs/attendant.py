"""Keeps a worker's attempts in step with their rows: cancels, losses, strays, and how busy it is."""

import asyncio
import time
from uuid import UUID

import structlog

from jobs.attempt import Stop
from jobs.executor import Executor
from jobs.resources import Resources
from jobs.store import attempts, workers

STRAY_S = 2.0
"""A row that runs in our name but not in our process is given back after this long."""

Held = dict[tuple[UUID, int], bool]

log = structlog.get_logger(__name__)


class Attendant:
    """Looks once a second while there is anything to look at, and at once when `look` is set."""

    def __init__(self, res: Resources, worker_id: UUID, executor: Executor) -> None:
        self._res = res
        self._worker_id = worker_id
        self._executor = executor
        self._strays: dict[tuple[UUID, int], float] = {}
        self._reported: tuple[int, bool] | None = None
        self._suspected = False
        self.look = asyncio.Event()
        self.draining = False

    async def attend_once(self) -> float | None:
        """Stop what was canceled or lost, give back what runs only on paper."""
        live = list(self._executor.live.values())
        state = (len(live), self.draining)
        if not live and not self._strays and state == self._reported and not self._suspected:
            return None
        self._suspected = False
        async with self._res.pool.acquire() as conn:
            await workers.report(conn, self._worker_id, *state)
            held = {(id, attempt): canceled for id, attempt, canceled in await attempts.held(conn, self._worker_id)}
        self._reported = state
        for attempt in live:
            canceled = held.get((attempt.claim.id, attempt.claim.attempt))
            if canceled is None:
                attempt.stop(Stop.LOST)
            elif canceled:
                attempt.stop(Stop.CANCELED)
        await self._give_back(held)
        return None

    def suspect(self) -> None:
        """A row runs in our name, says upkeep: look, even if nothing runs here."""
        self._suspected = True

    def cancel(self, job_id: str) -> None:
        """A cancel was announced: look at once if the job is ours."""
        if any(str(id) == job_id for id, _ in self._executor.live):
            self.look.set()

    async def _give_back(self, held: Held) -> None:
        """Queue again what a claim made ours whose answer never came: a lost connection leaves such rows."""
        ours = {(a.claim.id, a.claim.attempt) for a in self._executor.live.values()}
        now = time.monotonic()
        self._strays = {key: self._strays.get(key, now) for key in held if key not in ours}
        lasting = sorted(key for key, since in self._strays.items() if now - since > STRAY_S)
        if lasting:
            log.warning("worker.strays", jobs=[str(id) for id, _ in lasting])
            async with self._res.pool.acquire() as conn, conn.transaction():
                moved = await attempts.give_back(conn, lasting)
            self._res.bell.announce(moved)
