"""Waits inside Redis for the bells of strands that hold none: each bell goes to one worker, at once."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from redis.asyncio import Redis

from jobs import strands
from jobs.ids import new_id
from jobs.line import AWAY, REPLY_S, RETRY_S, Line
from jobs.model import Strand

WAIT_S = 1
"""How long one command waits: an idle worker sends this one a second and no other."""


@dataclass(frozen=True, slots=True)
class Caught:
    """A bell that came while it was waited for."""

    strand: Strand
    member: bytes
    score: bytes


class Watch:
    """One blocking pop over some strands. `wake` is set when it has ended: a bell was caught, or Redis is away."""

    def __init__(self, redis: Redis, wake: asyncio.Event) -> None:
        self._redis = redis
        self._wake = wake
        self._line = Line(redis)
        self._nudge = f"turnspit:nudge:{new_id()}"
        self._waiting: asyncio.Task[None] | None = None
        self._caught: Caught | None = None
        self._watched: frozenset[Strand] = frozenset()

    def take(self) -> Caught | None:
        """What was caught, once."""
        caught, self._caught = self._caught, None
        return caught

    async def over(self, wanted: frozenset[Strand]) -> None:
        """Watch these strands instead, unless something was caught meanwhile. Raises one of AWAY."""
        if wanted == self._watched:
            return
        await self._stop()
        if wanted and self._caught is None:
            self._watched = wanted
            self._waiting = asyncio.create_task(self._wait(sorted(wanted)), name="watch")

    async def put_back(self, caught: Caught) -> None:
        """Give a bell that is of no use here to whoever waits next. Raises one of AWAY."""
        async with asyncio.timeout(REPLY_S):
            await self._redis.zadd(strands.key(caught.strand), {caught.member: float(caught.score)})

    async def close(self) -> None:
        """Watch no more; what was caught goes back. Raises one of AWAY."""
        await self._stop()
        if caught := self.take():
            await self.put_back(caught)
        await self._line.close()

    async def _stop(self) -> None:
        """End the wait by a bell of our own: whatever it has brought before is kept."""
        if self._waiting is None or self._waiting.done():
            return
        async with asyncio.timeout(REPLY_S):
            pipe = self._redis.pipeline(transaction=False)
            pipe.zadd(self._nudge, {"nudge": 0})
            pipe.pexpire(self._nudge, 60_000)
            await pipe.execute()
            await asyncio.wait({self._waiting})

    async def _wait(self, watched: Collection[Strand]) -> None:
        keys = {self._nudge: None} | {strands.key(strand): strand for strand in watched}
        try:
            while (popped := await self._pop(list(keys))) is None:
                pass
            key, member, score = popped
            if (strand := keys[key.decode()]) is not None:
                self._caught = Caught(strand, member, score)
        except AWAY:
            await asyncio.sleep(RETRY_S)
        finally:
            self._watched = frozenset()
            self._wake.set()

    async def _pop(self, keys: list[str]) -> tuple[bytes, bytes, bytes] | None:
        async with asyncio.timeout(WAIT_S + REPLY_S):
            return cast("tuple[bytes, bytes, bytes] | None", await self._line.say("BZPOPMIN", *keys, WAIT_S))
