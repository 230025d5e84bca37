"""Writes for all jobs of a worker in few statements: claims, events, progress and outcomes."""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import structlog

from jobs.attempt import Attempt
from jobs.doorbell import Doorbell
from jobs.errors import AttemptLost
from jobs.group_commit import GroupCommit
from jobs.model import Checkpoint, Claim, Event, JsonObject, Strand
from jobs.store import artifacts, attempts, checkpoints, events
from jobs.store.attempts import Settlement
from jobs.store.changes import Change
from jobs.store.database import AWAY, Conn, Kept, Pool, until_back
from jobs.store.text import dump

PROGRESS_EVERY_S = 0.2

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Entry:
    """What an attempt says at once: events as (type, data), and where it stands then, as JSON text."""

    attempt: Attempt
    events: Sequence[tuple[str, JsonObject]]
    checkpoint: str | None = None


Told = list[tuple[Attempt, Event]]


class Scribe:
    """The only writer of what a worker's attempts do. Whatever it commits, it announces."""

    def __init__(self, pool: Pool, bell: Doorbell, worker_id: UUID, kinds: Sequence[str]) -> None:
        self._pool = pool
        self._claiming = Kept(pool)
        self._ending = Kept(pool)
        self._bell = bell
        self._worker_id = worker_id
        self._kinds = list(kinds)
        self._events: GroupCommit[Entry, bool] = GroupCommit(self._write_events, what="events")
        self._alone: GroupCommit[Settlement, bool] = GroupCommit(self._write_alone, what="outcomes")
        self._outcomes: GroupCommit[Settlement, bool] = GroupCommit(self._write_outcomes, what="outcomes")
        self._dirty: dict[UUID, Attempt] = {}
        self._teller: asyncio.Task[None] | None = None

    async def warm(self) -> None:
        """Connect, and let Postgres plan what is said for every job, before the first one comes."""

        async def rehearse() -> None:
            async with self._claiming.acquire() as conn:
                await attempts.claim(conn, [(self._worker_id, 0)], self._worker_id, self._kinds)
            async with self._ending.acquire() as conn:
                await attempts.rehearse_settling(conn)

        await until_back(rehearse, what="rehearsal")

    async def claim(self, bells: Sequence[tuple[UUID, int]]) -> list[Claim]:
        """The attempts that these bells became. A bell that rang twice, or too late, becomes nothing."""

        async def write() -> list[tuple[Claim, Event]]:
            async with self._claiming.acquire() as conn:
                return await attempts.claim(conn, bells, self._worker_id, self._kinds)

        return self._claimed(await until_back(write, what="claims"))

    async def admit(self, strand: Strand, most: int) -> list[Claim]:
        """The attempts at the first jobs of a strand that the limit of their kind lets start now."""

        async def write() -> list[tuple[Claim, Event]]:
            async with self._pool.acquire() as conn:
                return await attempts.admit(conn, strand, self._worker_id, most)

        claims = self._claimed(await until_back(write, what="admissions"))
        if claims:
            self._bell.moved([strand.kind])
        return claims

    def _claimed(self, claimed: list[tuple[Claim, Event]]) -> list[Claim]:
        self._bell.tell([event for _, event in claimed])
        return [claim for claim, _ in claimed]

    async def event(self, attempt: Attempt, type: str, data: JsonObject) -> None:
        """Add a durable event to a running attempt. Raises AttemptLost when it is no longer ours to tell."""
        await self._say(Entry(attempt, [(type, data)]))

    async def checkpoint(self, attempt: Attempt, state: str, told: Sequence[tuple[str, JsonObject]]) -> None:
        """Add events and store the state (JSON text) after them, all or nothing. Raises AttemptLost as `event`."""
        await self._say(Entry(attempt, told, state))

    async def restored(self, attempt: Attempt, left_out: Sequence[str]) -> Checkpoint | None:
        """Where the job's run stood before this attempt, with its events but for the types `left_out`."""

        async def read() -> Checkpoint | None:
            async with self._pool.acquire() as conn:
                return await checkpoints.last(conn, attempt.claim, left_out)

        return await until_back(read, what="checkpoint")

    async def _say(self, entry: Entry) -> None:
        if entry.attempt.ended or not await self._events.put(entry):
            raise AttemptLost("This attempt was canceled or given to another worker.")

    def progress(self, attempt: Attempt, *, new_step: bool = False) -> None:
        """Tell of `attempt.progress`: live and in its row, together with others, five times a second at most.

        A new step is told live at once, so that a watcher sees even the short ones.
        """
        if new_step:
            self._bell.tell(_live(attempt))
        self._dirty[attempt.claim.id] = attempt
        if self._teller is None or self._teller.done():
            self._teller = asyncio.create_task(self._tell_progress(), name="progress")

    async def settle(self, attempt: Attempt, settlement: Settlement) -> bool:
        """Record how an attempt ended. False when it was not ours any more, or a cancel came first."""
        if self._dirty.pop(attempt.claim.id, None):
            self._bell.tell(_live(attempt))
        plain = not settlement.made and settlement.claim.part_of is None
        return (plain and await self._alone.put(settlement)) or await self._outcomes.put(settlement)

    async def published(self, attempt: Attempt) -> bool:
        """Whether this attempt's success is the job's; a settle whose answer got lost leaves that open."""

        async def read() -> bool:
            async with self._pool.acquire() as conn:
                return await attempts.published(conn, attempt.claim)

        return await until_back(read, what="published")

    async def cancel_requested(self, attempt: Attempt) -> bool:
        """Whether this attempt is still the running one, and was asked to cancel."""

        async def read() -> bool:
            async with self._pool.acquire() as conn:
                return await attempts.cancel_requested(conn, attempt.claim)

        return await until_back(read, what="cancel requested")

    async def close(self) -> None:
        if self._teller is not None:
            self._teller.cancel()
            with suppress(asyncio.CancelledError):
                await self._teller
        await self._claiming.close()
        await self._ending.close()

    async def _write_events(self, entries: list[Entry]) -> list[bool]:
        told = _number(entries)
        marks = _marks(entries, told)
        async with self._pool.acquire() as conn, conn.transaction() if marks else nullcontext():
            taken = await self._append(conn, told) if told else {}
            kept = await checkpoints.keep(conn, marks) if marks else set()
        for attempt, event in told:
            if event.job_id in taken:
                attempt.event_seq = event.seq or attempt.event_seq
        self._bell.tell([replace(e, at=taken[e.job_id]) for _, e in told if e.job_id in taken])
        return [entry.attempt.claim.id in (taken if entry.events else kept) for entry in entries]

    async def _append(self, conn: Conn, told: Told) -> dict[UUID, datetime]:
        taken = await events.append(
            conn, [(a.claim, event.seq or 0, event.type, dump(event.data)) for a, event in told]
        )
        await self._find_unacknowledged(conn, told, taken)
        return taken

    async def _find_unacknowledged(self, conn: Conn, told: Told, taken: dict[UUID, datetime]) -> None:
        """A statement whose answer got lost was repeated and changed nothing: its events count as taken."""
        for attempt, event in told:
            if event.job_id not in taken and await events.appended(conn, attempt.claim, event.seq or 0):
                taken[event.job_id] = event.at

    async def _write_alone(self, ends: list[Settlement]) -> list[bool]:
        """Most jobs made no artifact and nobody waits for them: their ends need no transaction."""
        async with self._ending.acquire() as conn:
            moved = await attempts.settle_alone(conn, ends)
        self._bell.announce(moved)
        over = {change.id for change in moved}
        return [end.claim.id in over for end in ends]

    async def _write_outcomes(self, ends: list[Settlement]) -> list[bool]:
        async with self._pool.acquire() as conn:
            await attempts.mirror_progress(conn, [(end.claim, end.progress) for end in ends if end.progress])
            async with conn.transaction():
                moved = await attempts.settle(conn, ends)
        last = {change.id: change for change in moved}
        published = [event for end in ends if end.claim.id in last for event in _made(end, last[end.claim.id])]
        self._bell.announce(moved, published)
        return [end.claim.id in last for end in ends]

    async def _save_progress(self, batch: list[Attempt]) -> None:
        texts = [(attempt.claim, dump(attempt.progress)) for attempt in batch]
        async with self._pool.acquire() as conn:
            await attempts.save_progress(conn, texts)
            await attempts.mirror_progress(conn, texts)

    async def _tell_progress(self) -> None:
        while self._dirty:
            batch, self._dirty = list(self._dirty.values()), {}
            with suppress(*AWAY, asyncpg.PostgresError):
                await self._save_progress(batch)
            self._bell.tell([event for a in batch if not a.ended for event in _live(a)])
            await asyncio.sleep(PROGRESS_EVERY_S)


def _number(entries: list[Entry]) -> Told:
    """Give each event the next number of its attempt, counted from what is committed."""
    told: Told = []
    last: dict[UUID, int] = {}
    for entry in entries:
        attempt = entry.attempt
        for type, data in entry.events:
            seq = last.get(attempt.claim.id, attempt.event_seq) + 1
            last[attempt.claim.id] = seq
            told.append((attempt, _event(attempt.claim, seq, type, data)))
    return told


def _marks(entries: list[Entry], told: Told) -> list[tuple[Claim, int, str]]:
    """The last checkpoint of each attempt, with the number that its last event will have."""
    last = {attempt.claim.id: event.seq or 0 for attempt, event in told}
    marks = {
        entry.attempt.claim.id: (entry.attempt.claim, entry.attempt.event_seq, entry.checkpoint)
        for entry in entries
        if entry.checkpoint is not None
    }
    return [(claim, last.get(id, seq), state) for id, (claim, seq, state) in sorted(marks.items())]


def _live(attempt: Attempt) -> list[Event]:
    """The progress as the job's own and, for a part of a flow, as that of the job that joins it."""
    own = _event(attempt.claim, None, "job.progress", attempt.progress or {})
    join = attempt.claim.part_of
    return [own] if join is None else [own, replace(own, job_id=join, attempt=0)]


def _made(end: Settlement, change: Change) -> list[Event]:
    """The artifact events that a success was committed with; they stand right before its own."""
    first = (change.event.seq or 0) - len(end.made)
    return [
        replace(_event(end.claim, seq, "artifact.created", artifacts.describe(artifact)), at=change.event.at)
        for seq, artifact in enumerate(end.made, start=first)
    ]


def _event(claim: Claim, seq: int | None, type: str, data: JsonObject) -> Event:
    return Event(
        job_id=claim.id,
        seq=seq,
        attempt=claim.attempt,
        type=type,
        data=data,
        at=datetime.now(UTC),
        tenant=claim.tenant,
    )
