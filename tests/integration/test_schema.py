"""The schema is what the migrations say, and refuses what must not be."""

from itertools import permutations
from uuid import UUID

import asyncpg
import pytest

from jobs.ids import new_id
from jobs.model import TRANSITIONS, Status
from jobs.resources import Resources
from jobs.store.database import Conn, migrate
from service.stack.postgres import Postgres
from tests.golden_schema import GOLDEN, dump

NEEDS = {
    "waiting": "pending_deps = 1",
    "running": "worker_id = gen_random_uuid(), started_at = now(), attempt = attempt + 1",
    "succeeded": "finished_at = now()",
    "failed": "finished_at = now(), error = '{}'",
    "canceled": "finished_at = now()",
    "expired": "finished_at = now(), error = '{}'",
}


async def test_the_golden_schema_is_what_the_migrations_make(postgres: Postgres) -> None:
    assert dump(postgres.url) == GOLDEN.read_text(), "run `make schema` and look at the difference"


async def test_migrating_twice_changes_nothing(database_url: str) -> None:
    conn = await asyncpg.connect(database_url)
    try:
        assert await migrate(conn) == []
    finally:
        await conn.close()


async def test_the_database_allows_exactly_the_transitions_of_the_model(res: Resources) -> None:
    async with res.pool.acquire() as conn:
        for old, new in permutations(Status, 2):
            change = await job_in(conn, old), transition(new)
            if new in TRANSITIONS[old]:
                await conn.execute(change[1], change[0])
                continue
            with pytest.raises(asyncpg.CheckViolationError):
                await conn.execute(change[1], change[0])


async def job_in(conn: Conn, status: Status) -> UUID:
    """A row that stands in `status`, with all that it needs there."""
    job_id = new_id()
    await conn.execute(
        "INSERT INTO jobs (id, kind, queue, status, input, max_attempts, run_at, pending_deps, worker_id,"
        " started_at, attempt, finished_at, error) VALUES ($1, 'echo', 'default', $2, '{}', 1, now(),"
        " ($2 = 'waiting')::int, CASE WHEN $2 = 'running' THEN gen_random_uuid() END, now(), 1,"
        " CASE WHEN $3 THEN now() END, CASE WHEN $2 IN ('failed', 'expired') THEN '{}'::jsonb END)",
        job_id,
        status.value,
        status.terminal,
    )
    return job_id


def transition(new: Status) -> str:
    """An update to `new` that breaks no rule but, perhaps, the one about transitions."""
    columns = [f"status = '{new}'", "event_seq = event_seq + 1", NEEDS.get(new, "attempt = attempt")]
    columns += [] if new is Status.WAITING else ["pending_deps = 0"]
    columns += [] if new is Status.RUNNING else ["worker_id = NULL"]
    return f"UPDATE jobs SET {', '.join(columns)} WHERE id = $1"


@pytest.mark.parametrize(
    "columns",
    [
        "status = 'running'",
        "status = 'paused'",
        "priority = 101",
        "output = '{}'",
        "failures = -1",
        "timeout_s = 0",
        "finished_at = now()",
        "worker_id = gen_random_uuid()",
    ],
)
async def test_an_impossible_row_is_refused(res: Resources, columns: str) -> None:
    async with res.pool.acquire() as conn:
        job_id = new_id()
        await conn.execute(
            "INSERT INTO jobs (id, kind, queue, status, input, max_attempts, run_at)"
            " VALUES ($1, 'echo', 'default', 'queued', '{}', 1, now())",
            job_id,
        )
        with pytest.raises(asyncpg.CheckViolationError):
            await conn.execute(f"UPDATE jobs SET {columns} WHERE id = $1", job_id)
