"""What a statement that moved jobs tells the rest of the system: the new state and the event it wrote."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from pydantic_core import from_json

from jobs.model import Event, Status

# Appended to statements whose CTE `moved` has updated or inserted jobs: one event row for each transition,
# its number taken from the same update, so that commit order is event order.
RECORD = """
, shown AS (
    SELECT *, event_seq AS seq, now() AS at,
        CASE WHEN finished_at IS NULL THEN 'job.status' ELSE 'job.done' END AS type,
        jsonb_strip_nulls(jsonb_build_object('status', status, 'queue', queue, 'kind', kind, 'error', error,
            'run_at', CASE WHEN status = 'scheduled' THEN run_at END)) AS data
    FROM moved
), told AS (
    INSERT INTO job_events (job_id, seq, attempt, type, data) SELECT id, seq, attempt, type, data FROM shown
)
SELECT id, tenant, kind, queue, status, attempt, score, run_at, seq, type, data, at FROM shown
"""


@dataclass(slots=True)
class Change:
    """A job after a transition. `score` orders it in its queue (milliseconds less a minute a priority point)."""

    id: UUID
    kind: str
    queue: str
    status: Status
    attempt: int
    score: int
    run_at: datetime
    event: Event


def change(row: asyncpg.Record) -> Change:
    told = Event(
        job_id=row["id"],
        seq=row["seq"],
        attempt=row["attempt"],
        type=row["type"],
        data=from_json(row["data"]),
        at=row["at"],
        tenant=row["tenant"],
    )
    return Change(
        row["id"],
        row["kind"],
        row["queue"],
        Status(row["status"]),
        row["attempt"],
        row["score"],
        row["run_at"],
        told,
    )


def changes(rows: list[asyncpg.Record]) -> list[Change]:
    return [change(row) for row in rows]
