"""The table jobs as workers see it: claim, progress, settle. Every write names the attempt it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from jobs.model import Claim
from jobs.store import artifacts, deps
from jobs.store.changes import RECORD, Change, change, changes
from jobs.store.database import Conn

# A worker the guard or a rescuer has declared dead claims nothing more.
_CLAIM = """
WITH bell AS (
    SELECT * FROM unnest($1::uuid[], $2::int[]) AS b (id, attempt)
), locked AS (
    SELECT j.id FROM jobs j JOIN bell b ON b.id = j.id
    WHERE j.status = 'queued' AND j.attempt = b.attempt AND j.kind = ANY($4)
        AND (j.deadline_at IS NULL OR j.deadline_at > now())
        AND EXISTS (SELECT FROM workers w WHERE w.id = $3 AND w.status = 'alive')
    ORDER BY j.id FOR NO KEY UPDATE OF j
), moved AS (
    UPDATE jobs j SET status = 'running', attempt = j.attempt + 1, worker_id = $3, started_at = now(),
        progress = NULL, event_seq = j.event_seq + 1
    FROM locked l WHERE j.id = l.id RETURNING j.*
), told AS (
    INSERT INTO job_events (job_id, seq, attempt, type, data)
    SELECT id, event_seq, attempt, 'job.status', jsonb_build_object('status', 'running', 'queue', queue,
        'kind', kind)
    FROM moved RETURNING job_id, seq, type, data, at
)
SELECT m.id, m.tenant, m.kind, m.queue, m.status, m.attempt, m.score, m.run_at, m.failures, m.deaths,
    m.max_attempts, m.event_seq, m.timeout_s, extract(epoch FROM m.deadline_at - now())::float8 AS remaining_s,
    m.input, m.metadata, m.trace, m.part_of, m.bound, t.seq, t.type, t.data, t.at
FROM moved m JOIN told t ON t.job_id = m.id
"""

_GIVE_BACK = (
    """
WITH stray AS (
    SELECT j.id FROM jobs j JOIN unnest($1::uuid[], $2::int[]) AS g (id, attempt) ON g.id = j.id
    WHERE j.status = 'running' AND j.attempt = g.attempt ORDER BY j.id FOR NO KEY UPDATE OF j
), moved AS (
    UPDATE jobs j SET worker_id = NULL, event_seq = j.event_seq + 1,
        status = CASE WHEN j.cancel_requested_at IS NULL THEN 'queued' ELSE 'canceled' END,
        finished_at = CASE WHEN j.cancel_requested_at IS NOT NULL THEN now() END
    FROM stray s WHERE j.id = s.id RETURNING j.*
)"""
    + RECORD
)

_PROGRESS = """
WITH locked AS (
    SELECT j.id, g.progress FROM unnest($1::uuid[], $2::int[], $3::jsonb[]) AS g (id, attempt, progress)
    JOIN jobs j ON j.id = g.id WHERE j.status = 'running' AND j.attempt = g.attempt
    ORDER BY j.id FOR NO KEY UPDATE OF j
)
UPDATE jobs j SET progress = l.progress FROM locked l WHERE j.id = l.id
"""

# Once a cancel was accepted, canceled is the only end.
_SETTLE = (
    """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::jsonb[], $5::jsonb[], $6::jsonb[], $7::jsonb[],
        $8::int[], $9::int[], $10::float8[], $11::int[])
        AS g (id, attempt, status, output, error, warnings, progress, failed, died, delay_s, artifacts)
), locked AS (
    SELECT j.id AS job_id, g.* FROM jobs j JOIN given g ON g.id = j.id
    WHERE j.status = 'running' AND j.attempt = g.attempt
        AND (g.status = 'canceled' OR j.cancel_requested_at IS NULL)
    ORDER BY j.id FOR NO KEY UPDATE OF j
), moved AS (
    UPDATE jobs j SET status = l.status, output = l.output, error = l.error, warnings = l.warnings,
        progress = coalesce(l.progress, j.progress), failures = j.failures + l.failed,
        deaths = j.deaths + l.died, event_seq = j.event_seq + l.artifacts + 1, worker_id = NULL,
        run_at = CASE WHEN l.delay_s IS NULL THEN j.run_at ELSE now() + make_interval(secs => l.delay_s) END,
        finished_at = CASE WHEN l.status IN ('succeeded', 'failed', 'canceled') THEN now() END
    FROM locked l WHERE j.id = l.job_id RETURNING j.*
)"""
    + RECORD
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How an attempt leaves `running`. JSON columns are text; `delay_s` is set with status `scheduled` only."""

    claim: Claim
    status: str
    output: str | None = None
    error: str | None = None
    warnings: str = "[]"
    progress: str | None = None
    failed: bool = False
    died: bool = False
    delay_s: float | None = None
    made: Sequence[artifacts.Made] = ()


async def claim(
    conn: Conn, bells: Sequence[tuple[UUID, int]], worker_id: UUID, kinds: Sequence[str]
) -> list[tuple[Claim, Change]]:
    """Make the named jobs this worker's, if they are still queued at that attempt and of a known kind."""
    ids, attempts = zip(*bells, strict=True)
    rows = await conn.fetch(_CLAIM, ids, attempts, worker_id, kinds)
    return [(_claim(row), change(row)) for row in rows]


async def held(conn: Conn, worker_id: UUID) -> list[tuple[UUID, int, bool]]:
    """What runs in a worker's name: (job, attempt, whether a cancel was requested)."""
    rows = await conn.fetch(
        "SELECT id, attempt, cancel_requested_at IS NOT NULL AS canceled FROM jobs"
        " WHERE worker_id = $1 AND status = 'running'",
        worker_id,
    )
    return [(row["id"], row["attempt"], row["canceled"]) for row in rows]


async def give_back(conn: Conn, strays: Sequence[tuple[UUID, int]]) -> list[Change]:
    """Queue (job, attempt) pairs again that run in a worker's name but not in the worker."""
    ids, numbers = zip(*strays, strict=True)
    return changes(await conn.fetch(_GIVE_BACK, ids, numbers))


async def save_progress(conn: Conn, entries: Sequence[tuple[Claim, str]]) -> None:
    """Keep the last progress (JSON text) of attempts that still run."""
    await conn.execute(
        _PROGRESS, [c.id for c, _ in entries], [c.attempt for c, _ in entries], [text for _, text in entries]
    )


async def mirror_progress(conn: Conn, entries: Sequence[tuple[UUID, str]]) -> None:
    """Show the last progress of a part (JSON text) on the joining job that waits for it."""
    await conn.executemany("UPDATE jobs SET progress = $2 WHERE id = $1 AND status = 'waiting'", entries)


async def settle(conn: Conn, ends: Sequence[Settlement]) -> list[Change]:
    """End attempts, publish what they made, and start or cancel who waited for them. Call in a transaction.

    An attempt that is no longer the running one, or was asked to cancel, changes nothing and is missing in
    the answer. The artifacts of a success get the event numbers before its last one.
    """
    rows = await conn.fetch(_SETTLE, *zip(*(_columns(end) for end in ends), strict=True))
    moved = [change(row) for row in rows]
    last = {c.id: c.event.seq or 0 for c in moved}
    published = [end for end in ends if end.made and end.claim.id in last]
    for end in published:
        await artifacts.publish(conn, end.claim, end.made, first_seq=last[end.claim.id] - len(end.made))
    return moved + await deps.release(conn, moved)


async def published(conn: Conn, claim: Claim) -> bool:
    """Whether this attempt's success is the job's."""
    return bool(
        await conn.fetchval(
            "SELECT status = 'succeeded' AND attempt = $2 FROM jobs WHERE id = $1", claim.id, claim.attempt
        )
    )


def _columns(end: Settlement) -> tuple[object, ...]:
    return (
        end.claim.id, end.claim.attempt, end.status, end.output, end.error, end.warnings, end.progress,
        int(end.failed), int(end.died), end.delay_s, len(end.made),
    )  # fmt: skip


def _claim(row: asyncpg.Record) -> Claim:
    return Claim(**{name: row[name] for name in Claim.__dataclass_fields__})
