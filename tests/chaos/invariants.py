"""What must hold after any chaos: each job ended once, its events have no gap, its result is published once."""

from collections.abc import Sequence
from uuid import UUID

from jobs.model import Status
from jobs.resources import Resources
from tests.conftest import eventually


async def all_done(res: Resources, ids: Sequence[UUID], within: float) -> None:
    """Wait until every job has ended."""

    async def left() -> bool | None:
        async with res.pool.acquire() as conn:
            waiting = await conn.fetchval(
                "SELECT count(*) FROM jobs WHERE id = ANY($1) AND finished_at IS NULL", list(ids)
            )
        return True if waiting == 0 else None

    await eventually(left, within, "some jobs never ended")


async def check(res: Resources, ids: Sequence[UUID], status: Status = Status.SUCCEEDED) -> None:
    """Nothing lost, nothing doubled."""
    async with res.pool.acquire() as conn:
        rows = await conn.fetch(
            "SELECT j.id, j.status, j.attempt, j.event_seq, j.failures,"
            " (SELECT count(*) FROM job_events e WHERE e.job_id = j.id) AS events,"
            " (SELECT max(seq) FROM job_events e WHERE e.job_id = j.id) AS last,"
            " (SELECT count(*) FROM job_events e WHERE e.job_id = j.id AND type = 'job.done') AS ends,"
            " (SELECT count(*) FROM job_events e WHERE e.job_id = j.id AND data->>'status' = 'running') AS starts"
            " FROM jobs j WHERE id = ANY($1)",
            list(ids),
        )
        last_types = await conn.fetch(
            "SELECT DISTINCT ON (job_id) job_id, type FROM job_events WHERE job_id = ANY($1)"
            " ORDER BY job_id, seq DESC",
            list(ids),
        )
    assert len(rows) == len(set(ids))
    for row in rows:
        assert row["status"] == status, dict(row)
        assert row["events"] == row["last"] == row["event_seq"], dict(row)
        assert row["ends"] == 1, dict(row)
        assert row["starts"] == row["attempt"], dict(row)
        assert row["failures"] == 0, dict(row)
    assert {row["type"] for row in last_types} == {"job.done"}
