"""All talk with Redis: a sorted set of bells a strand, arq jobs for stock workers, messages for who listens."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import structlog
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from pydantic_core import to_json
from redis.asyncio import Redis

from jobs import strands
from jobs.line import AWAY, REPLY_S, Argument, Script
from jobs.model import Event, Status, Strand
from jobs.store.changes import Change
from jobs.store.sweeps import Ready
from jobs.watch import Watch

BELL = "turnspit:bell"
DUE = "turnspit:due"
CANCEL = "turnspit:cancel"
EVENTS = "turnspit:events"
LOST = "lost"
"""What `Doorbell.listen` yields as a channel after a gap: messages may have been missed."""

FUNCTION = "perform"

_DAY_MS = 86_400_000
_PAGE = 500
_AT_ONCE = 1000

# Everything a flush has to say in one command. KEYS are strands; ARGV: for each strand the number of its bells and
# each one's score and member, and last the channels with their messages.
_RING = """
local at = 1
for _, key in ipairs(KEYS) do
    local last = at + 2 * tonumber(ARGV[at])
    redis.call('ZADD', key, unpack(ARGV, at + 1, last))
    at = last + 1
end
for n = at, #ARGV, 2 do
    redis.call('PUBLISH', ARGV[n], ARGV[n + 1])
end
"""

log = structlog.get_logger(__name__)


def payload(name: str) -> bytes:
    """The arq job behind a member that a stock worker was dealt. JSON, never pickle."""
    return serialize_job(FUNCTION, (name,), {}, None, int(time.time() * 1000), serializer=to_wire)


def to_wire(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def from_wire(data: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(data)
    return value


class Doorbell:
    """Ringing never waits and never fails: what is lost is rung again from Postgres."""

    def __init__(self, url: str) -> None:
        # No socket_timeout: redis-py would wait with asyncio.wait_for, which on Python 3.11 loses a cancel that
        # comes together with the answer (bpo-37658). Every call below has an asyncio.timeout of its own.
        self._redis: Redis = Redis.from_url(url, socket_connect_timeout=1, socket_keepalive=True)
        self._taker = strands.Taker(self._redis)
        self._ring = Script(self._redis, _RING)
        self._limited: frozenset[str] = frozenset()
        self._look: Callable[[Collection[str]], None] = lambda _: None
        self._rings: list[Ready] = []
        self._gates: dict[Strand, int] = {}
        self._messages: list[tuple[str, str]] = []
        self._wake = asyncio.Event()
        self._flusher: asyncio.Task[None] | None = None
        self._away = False
        self._closing = False

    def leave_to(self, look: Callable[[Collection[str]], None], limited: Collection[str]) -> None:
        """Do not ring for jobs of these kinds; call `look` with them whenever one of their jobs has moved."""
        self._look, self._limited = look, frozenset(limited)

    def announce(self, changes: Sequence[Change], events: Sequence[Event] = ()) -> None:
        """Tell of committed changes: ring for what is queued, publish what happened."""
        self._rings += [
            Ready(c.id, c.attempt, Strand(c.queue, c.kind), c.score)
            for c in changes
            if c.status is Status.QUEUED and c.kind not in self._limited
        ]
        if self._limited:
            self.moved([change.kind for change in changes])
        if any(change.status is Status.SCHEDULED for change in changes):
            self._messages.append((DUE, ""))
        self._publish_events([*events, *(change.event for change in changes)])

    def moved(self, kinds: Collection[str]) -> None:
        """Jobs of these kinds have moved: the gates of those with a limit may be open now."""
        if limited := self._limited.intersection(kinds):
            self._look(limited)

    def tell(self, events: Sequence[Event]) -> None:
        """Publish events that changed no status."""
        self._publish_events(list(events))

    def ring_gate(self, strand: Strand, score: int) -> None:
        """Ring once for all jobs of a strand whose gate is open; `score` is that of the first."""
        self._gates[strand] = score
        self._start()

    def publish(self, channel: str, message: str) -> None:
        self._messages.append((channel, message))
        self._start()

    def _publish_events(self, events: list[Event]) -> None:
        for first in range(0, len(events), _PAGE):
            told = [{"tenant": e.tenant, **e.envelope()} for e in events[first : first + _PAGE]]
            self._messages.append((EVENTS, to_json(told).decode()))
        if self._rings or self._messages:
            self._start()

    def _start(self) -> None:
        self._wake.set()
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush_forever(), name="doorbell")

    async def _flush_forever(self) -> None:
        # Ended by a flag: redis-py sends under wait_for, which on Python 3.11 can swallow a cancel.
        while not self._closing:
            await self._wake.wait()
            self._wake.clear()
            await self._flush()

    async def _flush(self) -> None:
        rings, self._rings = self._rings, []
        gates, self._gates = self._gates, {}
        messages, self._messages = self._messages, []
        try:
            await self._send(rings, gates, messages)
            self._reached()
        except AWAY as error:
            self._lost(error)

    async def _send(
        self, rings: Sequence[Ready], gates: Mapping[Strand, int], messages: Sequence[tuple[str, str]]
    ) -> None:
        """Bells before messages, in as many commands as leave Redis time for others."""
        last = max(0, len(rings) - 1) // _AT_ONCE * _AT_ONCE
        for first in range(0, last, _AT_ONCE):
            await self._say(rings[first : first + _AT_ONCE], {}, [])
        if rings or gates or messages:
            await self._say(rings[last:], gates, messages)

    async def _say(
        self, rings: Sequence[Ready], gates: Mapping[Strand, int], messages: Sequence[tuple[str, str]]
    ) -> None:
        bells: dict[Strand, list[Argument]] = {strand: [score, strands.GATE] for strand, score in gates.items()}
        for ring in rings:
            bells.setdefault(ring.strand, []).extend((ring.score, strands.member(ring.id, ring.attempt)))
        said: list[Argument] = []
        for rung in bells.values():
            said += [len(rung) // 2, *rung]
        if bells:
            said += [BELL, ""]  # workers of ours wait for the bell itself; this wakes stock ones
        for message in messages:
            said += message
        async with asyncio.timeout(REPLY_S):
            await self._ring.call([strands.key(strand) for strand in bells], said)

    async def ring(self, ready: Sequence[Ready]) -> None:
        """Ring now and wait for it. Raises one of AWAY."""
        await self._send(ready, {}, [])

    async def missing(self, ready: Sequence[Ready]) -> list[Ready]:
        """Which of one strand's ready jobs have no bell. Raises one of AWAY."""
        if not ready:
            return []
        names = [strands.member(r.id, r.attempt) for r in ready]
        async with asyncio.timeout(REPLY_S):
            scores = await self._redis.zmscore(strands.key(ready[0].strand), names)
        return [r for r, score in zip(ready, scores, strict=True) if score is None]

    async def take(self, free: Mapping[str, int], asked: Collection[Strand]) -> list[strands.Taken]:
        """Take up to `free` bells from each queue, in one round trip. Raises one of AWAY."""
        async with asyncio.timeout(REPLY_S):
            return await self._taker.take(free, asked)

    def watch(self, wake: asyncio.Event) -> Watch:
        """What a worker without work waits with."""
        return Watch(self._redis, wake)

    async def peek(self, strand: Strand, most: int) -> list[bytes]:
        """The first members of a strand. Raises one of AWAY."""
        async with asyncio.timeout(REPLY_S):
            first: list[bytes] = await self._redis.zrange(strands.key(strand), 0, most - 1)
        return first

    async def drop(self, strand: Strand, members: Sequence[bytes] | None = None) -> None:
        """Take these members out of a strand, all of them by default. Raises one of AWAY."""
        async with asyncio.timeout(REPLY_S):
            if members is None:
                await self._redis.delete(strands.key(strand))
            else:
                await self._redis.zrem(strands.key(strand), *members)

    async def dealt(self, hand: str) -> int:
        """How many arq jobs the sorted set of a stock worker holds, those that run included."""
        async with asyncio.timeout(REPLY_S):
            return int(await self._redis.zcard(hand))

    async def deal(self, hand: str, names: Sequence[str]) -> None:
        """Put arq jobs into the sorted set of a stock worker, which nobody else reads. Raises one of AWAY."""
        pipe = self._redis.pipeline(transaction=False)
        for name in names:
            pipe.set(job_key_prefix + name, payload(name), px=_DAY_MS)
        pipe.zadd(hand, dict.fromkeys(names, 1))  # due since 1970; arq takes 0 for none
        pipe.pexpire(hand, _DAY_MS)
        async with asyncio.timeout(REPLY_S):
            await pipe.execute()

    async def ping(self) -> bool:
        """Whether Redis answers within a second."""
        try:
            async with asyncio.timeout(1):
                await self._redis.ping()
        except AWAY:
            return False
        return True

    async def listen(self, *channels: str) -> AsyncGenerator[tuple[str, str], None]:
        """Messages as (channel, text), for ever. Yields (LOST, "") whenever some may have been missed."""
        wait_s = 0.05
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(*channels)
                    async for message in pubsub.listen():
                        if message["type"] == "message":
                            yield message["channel"].decode(), message["data"].decode("utf-8", "replace")
                        elif message["data"] == len(channels):  # the last is confirmed: from here on all is heard
                            yield LOST, ""
                            wait_s = 0.05
            except AWAY:
                await asyncio.sleep(wait_s)
                wait_s = min(1.0, wait_s * 2)

    async def close(self) -> None:
        """Send what is pending, for at most a second, and let go."""
        self._closing = True
        self._wake.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                if self._flusher is not None:
                    await self._flusher
                if self._rings or self._gates or self._messages:  # they came while the last flush was under way
                    await self._flush()
        with suppress(*AWAY):
            await self._ring.close()
            await self._taker.close()
            await self._redis.aclose()

    def _reached(self) -> None:
        if self._away:
            log.info("redis.back")
        self._away = False

    def _lost(self, error: Exception) -> None:
        if not self._away:
            log.warning("redis.away", error=type(error).__name__)
        self._away = True
