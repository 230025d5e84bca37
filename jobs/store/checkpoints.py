"""The column jobs.checkpoint: where the run of a job stands, for the attempt that comes after it."""

import json
from collections.abc import Sequence
from uuid import UUID

from jobs.model import Checkpoint, Claim, JsonObject, Status
from jobs.store.database import Conn

# Fenced as events are: by the running attempt, while nobody asked to cancel it. `seq` is the number of its last
# event, so that a checkpoint never stands beside events it does not know of.
_KEEP = """
WITH given AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::bigint[], $4::jsonb[]) AS g (id, attempt, seq, state)
)
UPDATE jobs j SET checkpoint = jsonb_build_object('seq', g.seq, 'state', g.state)
FROM given g
WHERE j.id = g.id AND j.status = $5 AND j.attempt = g.attempt AND j.cancel_requested_at IS NULL
    AND j.event_seq = g.seq
RETURNING j.id
"""


async def keep(conn: Conn, entries: Sequence[tuple[Claim, int, str]]) -> set[UUID]:
    """Store (claim, number of the last event, state as JSON text); returns the jobs that took theirs.

    Call in the transaction that adds the events.
    """
    columns = list(zip(*((c.id, c.attempt, seq, state) for c, seq, state in entries), strict=True))
    return {row["id"] for row in await conn.fetch(_KEEP, *columns, Status.RUNNING)}


async def last(conn: Conn, claim: Claim, left_out: Sequence[str]) -> Checkpoint | None:
    """The job's checkpoint with the events before it, but for those of the types `left_out`."""
    text = await conn.fetchval("SELECT checkpoint FROM jobs WHERE id = $1", claim.id)
    if text is None:
        return None
    stored = json.loads(text)
    rows = await conn.fetch(
        "SELECT type, data FROM job_events WHERE job_id = $1 AND seq <= $2 AND type <> ALL ($3) ORDER BY seq",
        claim.id,
        stored["seq"],
        list(left_out),
    )
    return Checkpoint(stored["state"], [(row["type"], _object(row["data"])) for row in rows])


def _object(text: str) -> JsonObject:
    data: JsonObject = json.loads(text)
    return data
