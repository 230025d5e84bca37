"""The table job_events: every durable event of a job, in gapless order."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from jobs.model import Claim, Event, JsonObject
from jobs.store.database import Conn

# An event is accepted while the attempt is the running one, nobody asked to cancel it, and the number it was
# given by its only writer is the next one. So a statement sent twice adds nothing.
_APPEND = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::text[], $5::jsonb[])
        AS g (id, attempt, seq, type, data)
), span AS (
    SELECT id, attempt, min(seq) AS first, max(seq) AS last FROM given GROUP BY id, attempt
), locked AS (
    SELECT j.id, s.last FROM (SELECT * FROM span ORDER BY id) s,
        LATERAL (SELECT id, status, attempt, cancel_requested_at, event_seq
            FROM jobs WHERE id = s.id OFFSET 0 FOR NO KEY UPDATE) j
    WHERE j.status = 'running' AND j.attempt = s.attempt AND j.cancel_requested_at IS NULL
        AND j.event_seq = s.first - 1
), moved AS (
    UPDATE jobs j SET event_seq = l.last FROM locked l WHERE j.id = l.id RETURNING j.id
)
INSERT INTO job_events (job_id, seq, attempt, type, data)
SELECT g.id, g.seq, g.attempt, g.type, g.data FROM given g JOIN moved m ON m.id = g.id
RETURNING job_id, at
"""


async def append(conn: Conn, entries: Sequence[tuple[Claim, int, str, str]]) -> dict[UUID, datetime]:
    """Add (claim, seq, type, data as JSON text) of many attempts; returns the jobs that took theirs, with the time.

    The numbers of one job must follow each other and come in one call.
    """
    columns = list(zip(*((c.id, c.attempt, seq, type, data) for c, seq, type, data in entries), strict=True))
    return {row["job_id"]: row["at"] for row in await conn.fetch(_APPEND, *columns)}


async def appended(conn: Conn, claim: Claim, last_seq: int) -> bool:
    """Whether this attempt is still the running one and its events up to `last_seq` are stored."""
    return bool(
        await conn.fetchval(
            "SELECT event_seq >= $3 FROM jobs WHERE id = $1 AND attempt = $2 AND status = 'running'"
            " AND cancel_requested_at IS NULL",
            claim.id,
            claim.attempt,
            last_seq,
        )
    )


async def after(conn: Conn, job_id: UUID, seq: int, limit: int = 1000) -> list[Event]:
    """A job's events with a number above `seq`, in order."""
    rows = await conn.fetch(
        "SELECT * FROM job_events WHERE job_id = $1 AND seq > $2 ORDER BY seq LIMIT $3", job_id, seq, limit
    )
    return [event(row) for row in rows]


def event(row: asyncpg.Record) -> Event:
    data: JsonObject = json.loads(row["data"])
    return Event(
        job_id=row["job_id"],
        seq=row["seq"],
        attempt=row["attempt"],
        type=row["type"],
        data=data,
        at=row["at"],
    )
