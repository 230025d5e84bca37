"""Submit, cancel, dispatch: write the row, then ring the bell. Redis may be away at any time."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from redis.asyncio import Redis
from redis.exceptions import RedisError

from jobs.errors import NotFound
from jobs.model import Event, Job, Status, Submission
from jobs.store import idempotency, jobs
from jobs.store.changes import Change
from jobs.store.database import or_unavailable
from jobs.store.sweeps import Ready

if TYPE_CHECKING:
    from jobs.resources import Resources

BELL = "turnspit:bell"
DUE = "turnspit:due"
CANCEL = "turnspit:cancel"
EVENTS = "turnspit:events"
LOST = "lost"
"""What `Doorbell.listen` yields as a channel after a gap: messages may have been missed."""

AWAY = (RedisError, OSError, TimeoutError)
FUNCTION = "perform"

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


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submission came to: the new jobs, or the reply stored under its idempotency key."""

    jobs: list[Job]
    reply: str
    replayed: bool = False


async def submit(
    res: "Resources",
    submissions: Sequence[Submission],
    render: Callable[[list[Job]], str],
    key: idempotency.Key | None = None,
) -> Submitted:
    """Store jobs, all or none, and ring for those that are ready. When this returns they are durable.

    `render` makes the reply; it is kept under `key` in the same transaction. Raises Refused, Unavailable.
    """

    async def write() -> tuple[Submitted, list[Change]]:
        async with res.pool.acquire() as conn, conn.transaction():
            if key and (reply := await idempotency.take(conn, key)) is not None:
                return Submitted([], reply, replayed=True), []
            made = await jobs.insert(conn, submissions)
            last = {change.id: change for change in made}
            rows = [_job(job, last[job.id]) for job in submissions]
            reply = render(rows)
            if key:
                await idempotency.store(conn, key, reply)
            return Submitted(rows, reply), made

    submitted, made = await or_unavailable(write)
    res.bell.announce(made)
    return submitted


async def cancel(res: "Resources", job_id: UUID, tenant: str) -> Job:
    """Ask a job to end; a queued one, or one whose worker is gone, has ended when this returns.

    Raises NotFound. A job that has ended already is returned as it is.
    """

    async def write() -> tuple[Job | None, list[Change]]:
        async with res.pool.acquire() as conn:
            async with conn.transaction():
                ended = await jobs.cancel(conn, [job_id], tenant, res.settings.lease_s)
            return await jobs.get(conn, job_id, tenant), ended

    job, ended = await or_unavailable(write)
    if job is None:
        raise NotFound(f"There is no job {job_id}.")
    res.bell.announce(ended)
    if job.status is Status.RUNNING:
        res.bell.publish(CANCEL, str(job_id))
    return job


def _job(submission: Submission, change: Change) -> Job:
    """The row as it was just written, without reading it back."""
    return Job(
        id=submission.id,
        tenant=submission.tenant,
        kind=submission.kind,
        queue=submission.queue,
        priority=submission.priority,
        status=change.status,
        attempt=0,
        failures=0,
        max_attempts=submission.max_attempts,
        event_seq=change.event.seq or 0,
        created_at=change.event.at,
        run_at=change.run_at,
        started_at=None,
        finished_at=change.event.at if change.status.terminal else None,
        deadline_at=submission.deadline_at,
        cancel_requested_at=None,
        timeout_s=submission.timeout_s,
        flow_id=None,
        batch_id=submission.batch_id,
        retry_of=submission.retry_of,
        on_failure=submission.on_failure,
        tags=list(submission.tags),
        metadata=json.loads(submission.metadata),
        progress=None,
        error=change.event.data.get("error"),  # type: ignore[arg-type]
        warnings=[],
        trace=submission.trace,
        input=None if submission.input is None else json.loads(submission.input),
        depends_on=sorted(set(submission.depends_on)),
        artifacts=list(submission.made),
    )


class Doorbell:
    """All talk with Redis. Ringing never waits and never fails: what is lost is rung again from Postgres."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._redis: Redis = Redis.from_url(url, socket_timeout=5, socket_connect_timeout=1)
        self._claim = self._redis.register_script(_CLAIM)
        self._rings: list[Ready] = []
        self._messages: list[tuple[str, str]] = []
        self._wake = asyncio.Event()
        self._flusher: asyncio.Task[None] | None = None
        self._away = False

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
            self._messages.append((EVENTS, json.dumps(told)))
        if self._rings or self._messages:
            self._start()

    def _start(self) -> None:
        self._wake.set()
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush_forever(), name="doorbell")

    async def _flush_forever(self) -> None:
        while True:
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
        await pipe.execute()

    async def ring(self, ready: Sequence[Ready]) -> None:
        """Ring now and wait for it. Raises one of AWAY."""
        await self._send(ready, [])

    async def missing(self, ready: Sequence[Ready]) -> list[Ready]:
        """Which of one queue's ready jobs have no bell. Raises one of AWAY."""
        if not ready:
            return []
        names = [member(r.id, r.attempt) for r in ready]
        scores = await self._redis.zmscore(zset(ready[0].queue), names)
        return [r for r, score in zip(ready, scores, strict=True) if score is None]

    async def claim(self, free: Mapping[str, int]) -> list[tuple[UUID, int]]:
        """Take up to `free` bells from each queue, in one round trip. Raises one of AWAY."""
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
            pubsub = self._redis.pubsub(ignore_subscribe_messages=True)
            try:
                await pubsub.subscribe(*channels)
                yield LOST, ""
                wait_s = 0.05
                async for message in pubsub.listen():
                    yield message["channel"].decode(), message["data"].decode("utf-8", "replace")
            except AWAY:
                await asyncio.sleep(wait_s)
                wait_s = min(1.0, wait_s * 2)
            finally:
                with suppress(*AWAY):
                    await pubsub.aclose()  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Send what is pending, for at most a second, and let go."""
        if self._flusher is not None:
            self._flusher.cancel()
            with suppress(asyncio.CancelledError):
                await self._flusher
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
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
