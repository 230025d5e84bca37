"""The loops that keep the promise: ring what lost its bell, start what is due, rescue, expire, prune."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import structlog

from jobs.clock import now_s
from jobs.line import AWAY as REDIS_AWAY
from jobs.model import Strand
from jobs.objects import TROUBLE as STORE_TROUBLE
from jobs.resources import Resources
from jobs.store import sweeps, unfinished, workers
from jobs.store.changes import Change
from jobs.store.database import AWAY, Conn

PAGE = 500
SELDOM_S = 60.0
"""A chore that nobody wakes runs this often."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


Chore = Callable[[], Awaitable[float | None]]


async def every(seconds: float, once: Chore, wake: asyncio.Event | None = None) -> None:
    """Run `once` for ever, `seconds` apart, sooner when it returns a shorter wait or `wake` is set.

    An outage is logged once and waited out; a bug in a chore is logged and the others go on.
    """
    wake, name = wake or asyncio.Event(), getattr(once, "__name__", "chore")
    away = False
    while True:
        pause: float | None = None
        try:
            pause = await once()
            away = False
        except (*AWAY, *REDIS_AWAY) as error:
            if not away:
                log.warning("upkeep.away", chore=name, error=type(error).__name__)
            away = True
        except Exception:
            log.exception("upkeep.failed", chore=name)
        await _pause(wake, seconds if pause is None else min(seconds, pause))


async def _pause(wake: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake.wait()
    except TimeoutError:
        return
    wake.clear()


class Upkeep:
    """The chores of a service over one set of resources. Any number of processes may run them at once."""

    def __init__(
        self, res: Resources, worker_id: UUID | None = None, held: Callable[[], None] = lambda: None
    ) -> None:
        """`held` is called while a row runs in the name of `worker_id`."""
        self._res = res
        self._worker_id = worker_id
        self._held = held
        self._answered_at, self._watching_since = now_s(), -math.inf
        self.due, self._queued, self._lost, self._late = (asyncio.Event() for _ in range(4))

    def start(self, group: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        """Start every chore in a task group; the table of contents of what goes on behind the jobs."""
        return [
            group.create_task(every(1.0, self.glance_once), name="glance"),
            group.create_task(every(SELDOM_S, self.promote_once, self.due), name="promote"),
            group.create_task(every(SELDOM_S, self.top_up_once, self._queued), name="top up"),
            group.create_task(every(SELDOM_S, self.rescue_once, self._lost), name="rescue"),
            group.create_task(every(SELDOM_S, self.expire_once, self._late), name="expire"),
            group.create_task(every(SELDOM_S, self.prune_once), name="prune"),
            group.create_task(every(SELDOM_S, self.forget_once), name="forget"),
            group.create_task(every(SELDOM_S, self.sweep_once), name="sweep"),
        ]

    async def glance_once(self) -> float | None:
        """Look whether there is anything to do, and wake whose chore it is. All that an idle service asks."""
        async with self._res.pool.acquire() as conn:
            seen = await sweeps.glance(conn, self._res.settings.lease_s, self._worker_id)
        self._note_answer()
        soon = seen.due_s is not None and seen.due_s < 1.0
        for there, chore in (
            (soon, self.due),
            (seen.queued, self._queued),
            (seen.silent or seen.orphaned, self._lost),
            (seen.late, self._late),
        ):
            if there:
                chore.set()
        if seen.held:
            self._held()
        return None

    async def promote_once(self) -> float | None:
        """Queue what is due; returns the seconds until the next job is."""
        moved = await self._alone("promote", sweeps.promote)
        async with self._res.pool.acquire() as conn:
            due_s = await sweeps.next_due_s(conn)
        # What is due and did not move is in another's hands: no hurry.
        return None if due_s is None else max(due_s, 0.0 if moved else 0.2)

    async def expire_once(self) -> float | None:
        """End jobs whose deadline passed before they started."""
        return 0.0 if len(await self._alone("expire", sweeps.expire)) >= PAGE else None

    def _note_answer(self) -> None:
        """After a gap (Postgres was away, or we stood still) silence says nothing: others may have had it too."""
        now, last = now_s(), self._answered_at
        self._answered_at = now
        if now - last > self._res.settings.lease_s / 2:
            self._watching_since = now

    async def rescue_once(self) -> float | None:
        """Declare silent workers dead and queue again what ran in the name of dead ones."""
        lease_s = self._res.settings.lease_s

        async def rescue(conn: Conn, limit: int) -> list[Change]:
            self._note_answer()  # no glance may have come between the gap and this
            if now_s() - self._watching_since > lease_s:
                for worker in await workers.end_silent(conn, lease_s):
                    log.warning("worker.silent", worker_id=str(worker))
            return await sweeps.rescue(conn, blamed=None, limit=limit)

        return 0.0 if len(await self._alone("rescue", rescue)) >= PAGE else None

    async def top_up_once(self) -> float | None:
        """Ring for queued jobs that have no bell: the outbox, and the answer to a Redis that lost everything.

        Each process rings for the kinds it knows; the others are no work for it.
        """
        gates = self._res.gates
        async with self._res.pool.acquire() as conn:
            await gates.refresh(conn)
            gates.look(gates.kinds, wait=False)
            for strand in await sweeps.strands(conn, [name for name in self._res.kinds if name not in gates.kinds]):
                await self._top_up(conn, strand)
        return None

    async def _top_up(self, conn: Conn, strand: Strand) -> None:
        """Page through a strand in the order it is served, and go on while a page had any missing."""
        last: sweeps.Ready | None = None
        while page := await sweeps.ready(conn, strand, last, PAGE):
            missing = await self._res.bell.missing(page)
            if not missing:
                return
            await self._res.bell.ring(missing)
            last = page[-1]

    async def prune_once(self) -> float | None:
        """Erase what is past its retention and what clients asked to erase, bytes first."""
        days = self._res.settings.retention_days
        old = await self._led("prune", lambda conn, limit: sweeps.old(conn, days, limit)) or []
        gone = [job_id for job_id in old if await self._remove_bytes(job_id)]
        if gone:
            await self._led("prune", lambda conn, _: sweeps.erase(conn, gone))
        return 0.0 if len(old) >= PAGE and gone else None

    async def _remove_bytes(self, job_id: UUID) -> bool:
        """Whether nothing is left of a job in the object store. One that cannot be erased holds up no other."""
        try:
            await self._res.objects.delete_under(f"jobs/{job_id}/")
        except STORE_TROUBLE as error:
            log.warning("objects.stuck", job_id=str(job_id), error=str(error))
            return False
        return True

    async def forget_once(self) -> float | None:
        """Drop idempotency keys and ended workers after a day."""
        return 0.0 if (await self._led("forget", sweeps.forget) or 0) >= PAGE else None

    async def sweep_once(self) -> float | None:
        """Remove bytes whose row never came, or went without them: their process was killed between the two."""
        async with self._res.pool.acquire() as conn:
            keys = await unfinished.abandoned(conn, PAGE)
            if keys:
                log.info("objects.abandoned", keys=keys)
                await self._res.objects.discard(*keys)
                await unfinished.forget(conn, keys)
        return 0.0 if len(keys) >= PAGE else None

    async def _alone(self, chore: str, work: Callable[[Conn, int], Awaitable[list[Change]]]) -> list[Change]:
        """Do a chore that moves jobs, unless another process does it now; then announce."""
        moved = await self._led(chore, work) or []
        if moved:
            self._res.bell.announce(moved)
        return moved

    async def _led(self, chore: str, work: Callable[[Conn, int], Awaitable[T]]) -> T | None:
        """Do a page of a chore in a transaction of its own; None while another process does it."""
        async with self._res.pool.acquire() as conn, conn.transaction():
            return await work(conn, PAGE) if await sweeps.lead(conn, chore) else None
