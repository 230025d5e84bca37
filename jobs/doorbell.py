"""All talk with Redis: arq jobs in one sorted set a queue, and messages for whoever listens."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from pydantic_core import to_json
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jobs.model import Event, Status
from jobs.store.changes import Change
from jobs.store.sweeps import Ready

BELL = "turnspit:bell"
DUE = "turnspit:due"
CANCEL = "turnspit:cancel"
EVENTS = "turnspit:events"
LOST = "lost"
"""What `Doorbell.listen` yields as a channel after a gap: messages may have been missed."""

AWAY = (RedisError, OSError, TimeoutError)
FUNCTION = "perform"
REPLY_S = 5.0
"""A Redis that takes longer to answer counts as away."""

_DAY_MS = 86_400_000
_PAGE = 500
# Takes the best of each queue, up to its free slots, and forgets them: whoever gets a member owns the try.
_CLAIM = """
local taken = {}
for i, key in ipairs(KEYS) do
    local free = tonumber(ARGV[i])
    if free > 0 then
        local popped = redis.call('ZPOPMIN', key, free)
        for n = 1, #popped, 2 do
            taken[#taken + 1] = popped[n]
        end
    end
end
for n = 1, #taken, 1000 do
    local payloads = {}
    for m = n, math.min(n + 999, #taken) do payloads[#payloads + 1] = ARGV[#KEYS + 1] .. taken[m] end
    redis.call('DEL', unpack(payloads))
end
return taken
"""

log = structlog.get_logger(__name__)


def zset(queue: str) -> str:
    """The sorted set of a queue: members `job:attempt`, lowest score first."""
    return f"turnspit:queue:{queue}"


def member(job_id: UUID, attempt: int) -> str:
    return f"{job_id}:{attempt}"


def parse_member(text: str | bytes) -> tuple[UUID, int] | None:
    """The (job, attempt) of a member, or None for something that is not ours."""
    name, _, attempt = (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).partition(":")
    try:
        return UUID(name), int(attempt)
    except ValueError:
        return None


def payload(job_id: UUID) -> bytes:
    """The arq job behind a member, so that a stock arq worker can run it. JSON, never pickle."""
    return serialize_job(FUNCTION, (str(job_id),), {}, None, int(time.time() * 1000), serializer=to_wire)


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
        self._claim = self._redis.register_script(_CLAIM)
        self._rings: list[Ready] = []
        self._messages: list[tuple[str, str]] = []
        self._wake = asyncio.Event()
        self._flusher: asyncio.Task[None] | None = None
        self._away = False
        self._closing = False

    def announce(self, changes: Sequence[Change], events: Sequence[Event] = ()) -> None:
        """Tell of committed changes: ring for what is queued, publish what happened."""
        self._rings += [Ready(c.id, c.attempt, c.queue, c.score) for c in changes if c.status is Status.QUEUED]
        if any(change.status is Status.SCHEDULED for change in changes):
            self._messages.append((DUE, ""))
        self._publish_events([*events, *(change.event for change in changes)])

    def tell(self, events: Sequence[Event]) -> None:
        """Publish events that changed no status."""
        self._publish_events(list(events))

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
        messages, self._messages = self._messages, []
        try:
            await self._send(rings, messages)
            self._reached()
        except AWAY as error:
            self._lost(error)

    async def _send(self, rings: Sequence[Ready], messages: Sequence[tuple[str, str]]) -> None:
        pipe = self._redis.pipeline(transaction=False)
        for ring in rings:
            name = member(ring.id, ring.attempt)
            pipe.set(job_key_prefix + name, payload(ring.id), px=_DAY_MS)
            pipe.zadd(zset(ring.queue), {name: ring.score})
        if rings:
            pipe.publish(BELL, ",".join(sorted({ring.queue for ring in rings})))
        for channel, message in messages:
            pipe.publish(channel, message)
        async with asyncio.timeout(REPLY_S):
            await pipe.execute()

    async def ring(self, ready: Sequence[Ready]) -> None:
        """Ring now and wait for it. Raises one of AWAY."""
        await self._send(ready, [])

    async def missing(self, ready: Sequence[Ready]) -> list[Ready]:
        """Which of one queue's ready jobs have no bell. Raises one of AWAY."""
        if not ready:
            return []
        names = [member(r.id, r.attempt) for r in ready]
        async with asyncio.timeout(REPLY_S):
            scores = await self._redis.zmscore(zset(ready[0].queue), names)
        return [r for r, score in zip(ready, scores, strict=True) if score is None]

    async def claim(self, free: Mapping[str, int]) -> list[tuple[UUID, int]]:
        """Take up to `free` bells from each queue, in one round trip. Raises one of AWAY."""
        async with asyncio.timeout(REPLY_S):
            taken = await self._claim(keys=[zset(queue) for queue in free], args=[*free.values(), job_key_prefix])
        return [bell for text in taken if (bell := parse_member(text)) is not None]

    async def ping(self) -> bool:
        """Whether Redis answers within a second."""
        try:
            async with asyncio.timeout(1):
                await self._redis.ping()
        except AWAY:
            return False
        return True

    async def listen(self, *channels: str) -> AsyncIterator[tuple[str, str]]:
        """Messages as (channel, text), for ever. Yields (LOST, "") whenever some may have been missed."""
        wait_s = 0.05
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(*channels)
                    yield LOST, ""
                    wait_s = 0.05
                    async for message in pubsub.listen():
                        yield message["channel"].decode(), message["data"].decode("utf-8", "replace")
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
                if self._rings or self._messages:  # they came while the last flush was under way
                    await self._flush()
        with suppress(*AWAY):
            await self._redis.aclose()

    def _reached(self) -> None:
        if self._away:
            log.info("redis.back")
        self._away = False

    def _lost(self, error: Exception) -> None:
        if not self._away:
            log.warning("redis.away", error=type(error).__name__)
        self._away = True
