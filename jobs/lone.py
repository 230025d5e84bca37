"""Jobs that come one by one: those that wait at a time share a statement, and its flush to disk."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from jobs.doorbell import Doorbell
from jobs.group_commit import BAD_VALUE
from jobs.model import Submission
from jobs.store import jobs
from jobs.store.changes import Change
from jobs.store.database import Kept, Pool, or_unavailable

MOST = 500

Waiting = tuple[Submission, "asyncio.Future[Change]"]


class LoneJobs:
    """Stores jobs that need no transaction of their own, and rings for them.

    While nobody writes a caller does so itself, with neither a task nor a wait; whoever comes meanwhile goes into
    the next statement. One connection is kept for it, which spares the pool's own work for every job.
    """

    def __init__(self, pool: Pool, bell: Doorbell) -> None:
        self._kept = Kept(pool)
        self._bell = bell
        self._busy = False
        self._waiting: list[Waiting] = []
        self._drainer: asyncio.Task[None] | None = None

    async def store(self, job: Submission) -> Change:
        """Durable on return; rung for even if whoever asked has gone. Raises Unavailable, StorageFull."""
        if self._busy:
            done: asyncio.Future[Change] = asyncio.get_running_loop().create_future()
            self._waiting.append((job, done))
            return await done
        self._busy = True
        try:
            return (await self._write([job]))[0]
        finally:
            self._next()

    async def close(self) -> None:
        """Let the connection go, after what is being written, within two seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(2):
                if self._drainer is not None:
                    await self._drainer
                await self._kept.close()

    def _next(self) -> None:
        self._busy = bool(self._waiting)
        if self._busy:
            self._drainer = asyncio.create_task(self._drain(), name="lone jobs")

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            await self._settle(batch)
        self._busy = False

    async def _settle(self, batch: Sequence[Waiting]) -> None:
        """Write these, one by one when a value of one is refused: its neighbours are innocent."""
        jobs = [job for job, _ in batch]
        (made,) = await asyncio.gather(self._write(jobs), return_exceptions=True)
        if isinstance(made, BAD_VALUE) and len(batch) > 1:
            for one in batch:
                await self._settle([one])
            return
        for n, (_, done) in enumerate(batch):
            if done.done():  # nobody waits any more
                continue
            if isinstance(made, BaseException):
                done.set_exception(made)
            else:
                done.set_result(made[n])

    async def _write(self, batch: list[Submission]) -> list[Change]:
        made = await or_unavailable(lambda: self._insert(batch))
        self._bell.announce(made)
        by_id = {change.id: change for change in made}
        return [by_id[job.id] for job in batch]

    async def _insert(self, batch: list[Submission]) -> list[Change]:
        async with self._kept.acquire() as conn:
            return await jobs.insert(conn, batch)
