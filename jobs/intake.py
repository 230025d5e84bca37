"""Turns bells into attempts: which strands may hold one, which slots are free, what a bell has become.

A worker takes the best of a queue while its strands may hold bells, and else waits inside Redis for the next.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog

from jobs.line import AWAY as REDIS_AWAY
from jobs.line import RETRY_S
from jobs.model import Claim, Strand
from jobs.resources import Resources
from jobs.scribe import Scribe
from jobs.store import glances
from jobs.store.database import until_back
from jobs.strands import Taken, parse_member, strands_of

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
        strands = strands_of(slots, res.kinds)
        self._all = {queue: frozenset(strand for strand in strands if strand.queue == queue) for queue in slots}
        self._loud = dict(self._all)
        self._admitting: set[asyncio.Task[None]] = set()
        self.wake = asyncio.Event()
        self._watch = res.bell.watch(self.wake)

    @property
    def busy(self) -> int:
        """How many slots are taken."""
        return self._busy.total()

    async def fill(self) -> None:
        """Claim for every free slot, in one round trip to Redis and one statement in Postgres; then watch."""
        try:
            if alone := await self._caught():
                await self._begin_all(alone)
                await asyncio.sleep(0)  # it starts before anybody looks for more
            else:
                await self._begin_all(await self._best())
            await self._listen()
        except REDIS_AWAY:
            asyncio.get_running_loop().call_later(RETRY_S, self.wake.set)

    async def _caught(self) -> list[Taken]:
        """The bell that was waited for. What its strand holds besides is not known."""
        if (caught := self._watch.take()) is None:
            return []
        self._loud[caught.strand.queue] |= {caught.strand}
        if caught.strand.queue not in self._free():
            await self._watch.put_back(caught)
            return []
        return [Taken(caught.strand, [caught.member], more=False)]

    async def _best(self) -> list[Taken]:
        """The best of the strands that may hold a bell, up to the free slots of their queues."""
        free = self._free()
        for queue in self._all.keys() - free:
            self._loud[queue] = self._all[queue]  # nobody listens for it
        asked = [strand for queue in free for strand in self._loud[queue]]
        taken = await self._res.bell.take(free, asked) if asked else []
        for queue in free:
            self._loud[queue] = frozenset(one.strand for one in taken if one.more and one.strand.queue == queue)
        return taken

    async def _begin_all(self, taken: list[Taken]) -> None:
        gated = self._res.gates.kinds
        limited = [one for one in taken if one.strand.kind in gated]
        await self._claim([one for one in taken if one.strand.kind not in gated])
        while limited:
            queue = limited[-1].strand.queue
            self._admit(limited[-1], rivals=sum(one.strand.queue == queue for one in limited))
            self._loud[queue] -= {limited.pop().strand}

    async def _listen(self) -> None:
        """Wait for bells of the queues with free slots, once their strands are known to be empty."""
        free = self._free()
        if any(self._loud[queue] for queue in free):
            self.wake.set()
        else:
            await self._watch.over(frozenset().union(*(self._all[queue] for queue in free)))

    def _free(self) -> dict[str, int]:
        """The free slots of the queues that have any."""
        return {queue: free for queue, slots in self._slots.items() if (free := slots - self._busy[queue]) > 0}

    def release(self, queue: str) -> None:
        """A slot is free again."""
        self._busy[queue] -= 1
        self.wake.set()

    async def close(self) -> None:
        """Listen no more, and wait for gates that were asked already."""
        with suppress(*REDIS_AWAY):
            await self._watch.close()
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
