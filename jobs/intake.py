"""Turns bells into attempts: which strands may hold one, which slots are free, what a bell has become."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from jobs.doorbell import AWAY as REDIS_AWAY
from jobs.model import Claim, Strand
from jobs.resources import Resources
from jobs.scribe import Scribe
from jobs.store import glances
from jobs.store.database import until_back
from jobs.strands import Taken, parse_member, parse_strand, strands_of

PAGE = 1000

log = structlog.get_logger(__name__)


class Intake:
    """Fills the free slots of a worker. `wake` is set when there may be something to fill them with."""

    def __init__(
        self, res: Resources, scribe: Scribe, slots: Mapping[str, int], start: Callable[[Claim], None]
    ) -> None:
        self._res = res
        self._scribe = scribe
        self._slots = dict(slots)
        self._start = start
        self._busy: Counter[str] = Counter()
        self._strands = strands_of(slots, res.kinds)
        self._rung = set(self._strands)
        self._admitting: set[asyncio.Task[None]] = set()
        self.wake = asyncio.Event()

    @property
    def busy(self) -> int:
        """How many slots are taken."""
        return self._busy.total()

    def heard(self, message: str) -> None:
        """A bell was rung in these strands."""
        rung = self._strands.intersection(map(parse_strand, message.split(",")))
        if rung:
            self._rung |= rung
            self.wake.set()

    def missed(self) -> None:
        """Bells may have been rung anywhere."""
        self._rung |= self._strands
        self.wake.set()

    async def look_around(self) -> float | None:
        """Ask whether any strand holds a bell that was not heard. All that an idle worker asks of Redis."""
        if await self._res.bell.any(self._strands):
            self.missed()
        return None

    async def fill(self) -> None:
        """Claim for every free slot, in one round trip to Redis and one statement in Postgres."""
        free = {queue: slots - self._busy[queue] for queue, slots in self._slots.items()}
        asked = {strand for strand in self._rung if free[strand.queue] > 0}
        if not asked:
            return
        self._rung -= asked
        try:
            taken = await self._res.bell.take(free, asked)
        except REDIS_AWAY:
            return
        more = {strand.strand for strand in taken if strand.more}
        gated = self._res.gates.kinds
        limited = [strand for strand in taken if strand.strand.kind in gated]
        await self._claim([strand for strand in taken if strand.strand.kind not in gated])
        while limited:
            self._admit(
                limited[-1], rivals=sum(strand.strand.queue == limited[-1].strand.queue for strand in limited)
            )
            more.discard(limited.pop().strand)
        self._rung |= more
        if any(self._busy[strand.queue] < self._slots[strand.queue] for strand in more):
            self.wake.set()

    def release(self, queue: str) -> None:
        """A slot is free again."""
        self._busy[queue] -= 1
        self.wake.set()

    async def close(self) -> None:
        """Wait for gates that were asked already."""
        if self._admitting:
            await asyncio.wait(self._admitting)

    async def _claim(self, taken: list[Taken]) -> None:
        bells = [bell for strand in taken for bell in strand.bells]
        claims = await self._scribe.claim(bells) if bells else []
        self._begin(claims)
        if len(claims) == sum(len(strand.members) for strand in taken):
            return
        claimed = {claim.id for claim in claims}
        for strand in taken:
            if strand.more and claimed.isdisjoint(job_id for job_id, _ in strand.bells):
                await self._clear(strand.strand)

    def _begin(self, claims: list[Claim]) -> None:
        for claim in claims:
            self._busy[claim.queue] += 1
            self._start(claim)

    async def _clear(self, strand: Strand) -> None:
        """Bells of old seldom come alone: drop all that stand in front of one that counts."""
        size = PAGE // 10
        with suppress(*REDIS_AWAY):
            while await self._drop_old(strand, size) == size:
                size = PAGE

    async def _drop_old(self, strand: Strand, size: int) -> int:
        """Drop the bells of old among the first `size` of a strand; how many they were."""
        members = await self._res.bell.peek(strand, size)
        good = await waiting(self._res, members)
        old = [text for text in members if text not in good]
        if old:
            await self._res.bell.drop(strand, old)
        return len(old)

    def _admit(self, taken: Taken, rivals: int) -> None:
        """Start jobs of a kind with a limit in this one's share of the free slots.

        A task of its own, so that nobody else waits for the gate's answer.
        """
        queue = taken.strand.queue
        share = max(1, (self._slots[queue] - self._busy[queue]) // rivals)
        self._busy[queue] += share
        task = asyncio.create_task(self._ask(taken, share), name=f"admit {taken.strand.kind}")
        self._admitting.add(task)
        task.add_done_callback(self._asked)

    async def _ask(self, taken: Taken, share: int) -> None:
        claims: list[Claim] = []
        try:
            if taken.more:  # any bell of this strand means the same, and the gate is asked after it
                with suppress(*REDIS_AWAY):
                    await self._res.bell.drop(taken.strand)
            claims = await self._scribe.admit(taken.strand, share)
        finally:
            self._busy[taken.strand.queue] -= share
            self._begin(claims)
            self.wake.set()

    def _asked(self, task: asyncio.Task[None]) -> None:
        self._admitting.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("admission.crashed", exc_info=error)


async def waiting(res: Resources, members: list[bytes]) -> set[bytes]:
    """Which of these members stand for a job that waits for a worker."""
    bells = {bell: text for text in members if (bell := parse_member(text)) is not None}

    async def read() -> set[bytes]:
        async with res.pool.acquire() as conn:
            return {bells[bell] for bell in await glances.queued(conn, list(bells))}

    return await until_back(read, what="bells") if bells else set()
