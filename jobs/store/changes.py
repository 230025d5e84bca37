"""What a statement that moved jobs tells the rest of the system: the new state and the event it wrote."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import asyncpg
from pydantic_core import from_json

from jobs.model import Event, JsonObject, Status

# Ends statements whose CTE `moved` updates or inserts jobs (as j): one event row for each transition, its number
# taken from the same update, so that commit order is event order. Rows are wide, so it names what it needs.
RECORD = """
    RETURNING j.id, j.tenant, j.kind, j.queue, j.status, j.attempt, j.score, j.run_at, j.event_seq AS seq,
        now() AS at, CASE WHEN j.finished_at IS NULL THEN 'job.status' ELSE 'job.done' END AS type,
        jsonb_strip_nulls(jsonb_build_object('status', j.status, 'queue', j.queue, 'kind', j.kind, 'error', j.error,
            'run_at', CASE WHEN j.status = 'scheduled' THEN j.run_at END)) AS data
), told AS (
    INSERT INTO job_events (job_id, seq, attempt, type, data) SELECT id, seq, attempt, type, data FROM moved
)
SELECT * FROM moved
"""

_STATUS = {status.value: status for status in Status}  # a tenth of the price of Status(…)


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


@lru_cache(256)
def _decoded(text: str) -> JsonObject:
    """The data of an event; most transitions of one kind tell the same. Not to be changed."""
    data: JsonObject = from_json(text)
    return data


def told(row: asyncpg.Record) -> Event:
    """The event that a transition wrote."""
    return Event(
        job_id=row["id"],
        seq=row["seq"],
        attempt=row["attempt"],
        type=row["type"],
        data=_decoded(row["data"]),
        at=row["at"],
        tenant=row["tenant"],
    )


def change(row: asyncpg.Record) -> Change:
    return Change(
        row["id"],
        row["kind"],
        row["queue"],
        _STATUS[row["status"]],
        row["attempt"],
        row["score"],
        row["run_at"],
        told(row),
    )


def changes(rows: list[asyncpg.Record]) -> list[Change]:
    return [change(row) for row in rows]
