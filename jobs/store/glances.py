"""The table jobs at a glance: small questions of readers, each for a column or two."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from jobs.model import Status
from jobs.store.database import Conn


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a job's history: `seq` is the number of its last event."""

    status: Status
    seq: int
    attempt: int


async def head(conn: Conn, job_id: UUID, tenant: str) -> Head | None:
    """Where a job stands; None when there is none, or it is being erased."""
    row = await conn.fetchrow(
        "SELECT status, event_seq, attempt FROM jobs WHERE id = $1 AND tenant = $2 AND erase_requested_at IS NULL",
        job_id,
        tenant,
    )
    return None if row is None else Head(Status(row["status"]), row["event_seq"], row["attempt"])


async def heads(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, Head]:
    """Where these jobs stand, whoever they belong to; those that do not exist or are being erased are left out."""
    rows = await conn.fetch(
        "SELECT id, status, event_seq, attempt FROM jobs WHERE id = ANY($1) AND erase_requested_at IS NULL",
        list(ids),
    )
    return {row["id"]: Head(Status(row["status"]), row["event_seq"], row["attempt"]) for row in rows}


async def kind(conn: Conn, job_id: UUID, tenant: str) -> str | None:
    """A job's kind."""
    found: str | None = await conn.fetchval("SELECT kind FROM jobs WHERE id = $1 AND tenant = $2", job_id, tenant)
    return found


async def queued(conn: Conn, bells: Sequence[tuple[UUID, int]]) -> set[tuple[UUID, int]]:
    """Which of these (job, attempt) wait for a worker, and may still start."""
    rows = await conn.fetch(
        "SELECT id, attempt FROM jobs WHERE id = ANY($1) AND status = 'queued'"
        " AND (deadline_at IS NULL OR deadline_at > now())",
        [job_id for job_id, _ in bells],
    )
    return set(bells) & {(row["id"], row["attempt"]) for row in rows}


async def unknown(conn: Conn, ids: Sequence[UUID], tenant: str) -> set[UUID]:
    """Which of these jobs do not exist."""
    rows = await conn.fetch("SELECT id FROM jobs WHERE id = ANY($1) AND tenant = $2", list(ids), tenant)
    return set(ids) - {row["id"] for row in rows}


async def finished(conn: Conn, seconds: float) -> list[tuple[str, str, int]]:
    """How many jobs ended within the last `seconds`: (kind, status, count)."""
    rows = await conn.fetch(
        "SELECT kind, status, count(*)::int AS count FROM jobs"
        " WHERE finished_at > now() - make_interval(secs => $1) GROUP BY kind, status",
        seconds,
    )
    return [(row["kind"], row["status"], row["count"]) for row in rows]


async def erasable(conn: Conn, ids: Sequence[UUID]) -> list[UUID]:
    """Those of these jobs that were asked to be erased and have ended."""
    rows = await conn.fetch(
        "SELECT id FROM jobs WHERE id = ANY($1) AND erase_requested_at IS NOT NULL AND finished_at IS NOT NULL",
        list(ids),
    )
    return [row["id"] for row in rows]
