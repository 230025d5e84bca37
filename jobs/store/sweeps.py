"""What upkeep asks of the tables: what is due, over its deadline, orphaned, missing a bell, or old."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from jobs.model import Strand
from jobs.store import deps, idempotency
from jobs.store.changes import RECORD, Change, changes
from jobs.store.database import Conn
from jobs.store.gates import HEADS

MAX_DEATHS = 3

_PROMOTE = (
    """
WITH due AS (
    SELECT id FROM jobs WHERE status = 'scheduled' AND run_at <= now() ORDER BY run_at LIMIT $1
    FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
    UPDATE jobs j SET status = 'queued', event_seq = j.event_seq + 1 FROM due WHERE j.id = due.id
"""
    + RECORD
)

_EXPIRE = (
    """
WITH late AS (
    SELECT id FROM jobs WHERE deadline_at <= now() AND status IN ('scheduled', 'waiting', 'queued')
    ORDER BY deadline_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
    UPDATE jobs j SET status = 'expired', finished_at = now(), event_seq = j.event_seq + 1,
        error = jsonb_build_object('code', 'expired', 'message', 'The deadline passed before the job started.',
            'retryable', true, 'attempt', j.attempt)
    FROM late WHERE j.id = late.id
"""
    + RECORD
)

# Every running job whose worker is gone (a scalar subquery, since a join is not looked at again when the row
# changed under us). $1 are the jobs that may have killed it, NULL where nobody saw: each counts one death more. The
# third ends a job that was the only suspect there (deaths > 0); among others it may be innocent and gets as many
# again. Where nobody saw it all may have, unless it was last heard before Postgres itself started: then the machine
# may have gone down with both. A cancel that was accepted is carried out here.
_RESCUE = (
    """
WITH orphan AS (
    SELECT j.id, j.worker_id, j.deaths, j.cancel_requested_at IS NOT NULL AS canceled,
        CASE WHEN $1::uuid[] IS NOT NULL THEN j.id = ANY($1) ELSE coalesce((SELECT w.beat_at >=
            pg_postmaster_start_time() FROM workers w WHERE w.id = j.worker_id), true) END AS blamed
    FROM jobs j
    WHERE j.status = 'running'
        AND coalesce((SELECT w.status FROM workers w WHERE w.id = j.worker_id), 'dead') IN ('dead', 'stopped')
        AND ($3::uuid IS NULL OR j.worker_id = $3)
    ORDER BY j.id LIMIT $4 FOR NO KEY UPDATE OF j SKIP LOCKED
), judged AS (
    SELECT id, canceled, deaths + blamed::int AS deaths, blamed AND (deaths + 1 >= 2 * $2 OR deaths + 1 >= $2
        AND count(*) FILTER (WHERE blamed AND deaths > 0) OVER (PARTITION BY worker_id) = 1) AS poison
    FROM orphan
), moved AS (
    UPDATE jobs j SET
        status = CASE WHEN o.canceled THEN 'canceled' WHEN o.poison THEN 'failed' ELSE 'queued' END,
        deaths = o.deaths, worker_id = NULL, event_seq = j.event_seq + 1,
        finished_at = CASE WHEN o.canceled OR o.poison THEN now() END,
        error = CASE WHEN NOT o.canceled THEN jsonb_build_object('code', 'worker_lost', 'message',
            CASE WHEN o.poison THEN 'The job took its worker with it ' || o.deaths || ' times and was stopped.'
            ELSE 'The worker was lost; the job runs again.' END, 'retryable', true, 'attempt', j.attempt) END
    FROM judged o WHERE j.id = o.id
"""
    + RECORD
)

# A key that is taken again meanwhile is young when its row is locked, and stays.
_FORGET = """
WITH old AS (
    SELECT tenant, key FROM idempotency_keys WHERE created_at < now() - interval '24 hours'
    ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED
)
DELETE FROM idempotency_keys k USING old WHERE k.tenant = old.tenant AND k.key = old.key RETURNING k.key
"""

_GLANCE = """
SELECT (SELECT extract(epoch FROM min(run_at) - now())::float8 FROM jobs WHERE status = 'scheduled') AS due_s,
    EXISTS (SELECT FROM jobs WHERE status = 'queued') AS queued,
    EXISTS (SELECT FROM jobs WHERE deadline_at <= now() AND status IN ('scheduled', 'waiting', 'queued')) AS late,
    EXISTS (SELECT FROM workers
        WHERE status IN ('alive', 'draining') AND beat_at <= now() - make_interval(secs => $1)) AS silent,
    EXISTS (SELECT FROM jobs j WHERE j.status = 'running' AND NOT EXISTS (
        SELECT FROM workers w WHERE w.id = j.worker_id AND w.status IN ('alive', 'draining'))) AS orphaned,
    EXISTS (SELECT FROM jobs WHERE status = 'running' AND worker_id = $2) AS held
"""


@dataclass(frozen=True, slots=True)
class Glance:
    """`due_s`: seconds until the next scheduled job is due, None without one; the others: is there any?

    `held`: a job that runs in the name of the worker that looks.
    """

    due_s: float | None
    queued: bool
    late: bool
    silent: bool
    orphaned: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """A queued job as the doorbell knows it."""

    id: UUID
    attempt: int
    strand: Strand
    score: int


async def promote(conn: Conn, limit: int = 500) -> list[Change]:
    """Queue what was scheduled for now."""
    return changes(await conn.fetch(_PROMOTE, limit))


async def next_due_s(conn: Conn) -> float | None:
    """Seconds until the next scheduled job is due, or None."""
    due: float | None = await conn.fetchval(
        "SELECT extract(epoch FROM min(run_at) - now())::float8 FROM jobs WHERE status = 'scheduled'"
    )
    return due


async def expire(conn: Conn, limit: int = 500) -> list[Change]:
    """End what did not start before its deadline. Call inside a transaction."""
    late = changes(await conn.fetch(_EXPIRE, limit))
    return late + await deps.release(conn, late)


async def rescue(
    conn: Conn, *, blamed: Sequence[UUID] | None, worker_id: UUID | None = None, limit: int = 500
) -> list[Change]:
    """Take running jobs from workers that are gone, one worker's or all. Call inside a transaction.

    `blamed` are the jobs that may have killed it; None: any of them, unless it went down with Postgres.
    """
    freed = changes(await conn.fetch(_RESCUE, blamed, MAX_DEATHS, worker_id, limit))
    return freed + await deps.release(conn, freed)


async def glance(conn: Conn, lease_s: float, worker_id: UUID | None = None) -> Glance:
    """What there is to do, in one statement whose cost does not grow with the number of jobs."""
    (row,) = await conn.fetch(_GLANCE, lease_s, worker_id)
    return Glance(**row)


async def strands(conn: Conn, kinds: Collection[str]) -> list[Strand]:
    """Where jobs of these kinds are ready."""
    rows = await conn.fetch(HEADS + "SELECT queue, kind FROM head", list(kinds))
    return [Strand(*row) for row in rows]


async def ready(conn: Conn, strand: Strand, after: Ready | None, limit: int = 500) -> list[Ready]:
    """The next page of a strand in the order it is served, without what is past its deadline."""
    rows = await conn.fetch(
        "SELECT id, attempt, score FROM jobs WHERE status = 'queued' AND kind = $1 AND queue = $2"
        " AND (score, id) > ($3, $4) AND (deadline_at IS NULL OR deadline_at > now()) ORDER BY score, id LIMIT $5",
        strand.kind,
        strand.queue,
        after.score if after else -(2**62),
        after.id if after else UUID(int=0),
        limit,
    )
    return [Ready(row["id"], row["attempt"], strand, row["score"]) for row in rows]


async def old(conn: Conn, retention_days: float, limit: int = 200) -> list[UUID]:
    """Jobs that ended long ago, and ended ones that a client asked to erase."""
    rows = await conn.fetch(
        "(SELECT id FROM jobs WHERE finished_at < now() - make_interval(secs => $1 * 86400) ORDER BY finished_at"
        " LIMIT $2) UNION (SELECT id FROM jobs WHERE erase_requested_at IS NOT NULL AND finished_at IS NOT NULL"
        " LIMIT $2)",
        retention_days,
        limit,
    )
    return [row["id"] for row in rows]


async def erase(conn: Conn, ids: Sequence[UUID]) -> None:
    """Forget ended jobs with their history. Their bytes must be gone already. Call inside a transaction."""
    await idempotency.forget_replies(conn, ids)
    for table in ("job_events", "artifacts"):
        await conn.execute(f"DELETE FROM {table} WHERE job_id = ANY($1)", ids)
    await conn.execute("DELETE FROM jobs WHERE id = ANY($1) AND finished_at IS NOT NULL", ids)


async def forget(conn: Conn, limit: int = 500) -> int:
    """Drop idempotency keys after a day and workers a day after their end; how many keys went."""
    await conn.execute("DELETE FROM workers WHERE ended_at < now() - interval '24 hours'")
    return len(await conn.fetch(_FORGET, limit))


async def lead(conn: Conn, name: str) -> bool:
    """Whether this transaction may do the named chore; nobody else does it meanwhile."""
    return bool(await conn.fetchval("SELECT pg_try_advisory_xact_lock(hashtext($1))", f"turnspit.{name}"))
