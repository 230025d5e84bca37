"""The table workers: who runs jobs, and since when nothing was heard of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from jobs.store.database import Conn


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker as readers see it. `slots` maps each queue to how many jobs it runs at once."""

    id: UUID
    host: str
    pid: int
    guard_pid: int | None
    slots: dict[str, int]
    busy: int
    status: str
    started_at: datetime
    beat_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A lane as readers see it. `oldest_wait_s` is how long its oldest ready job has waited."""

    name: str
    depth: int
    queued: int
    scheduled: int
    running: int
    oldest_wait_s: float | None
    slots: int
    workers: int


async def register(
    conn: Conn, worker_id: UUID, *, host: str, pid: int, guard_pid: int | None, slots: Mapping[str, int]
) -> None:
    await conn.execute(
        "INSERT INTO workers (id, host, pid, guard_pid, slots) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (id) DO NOTHING",
        worker_id,
        host,
        pid,
        guard_pid,
        json.dumps(dict(slots)),
    )


async def beat(conn: Conn, worker_id: UUID) -> bool:
    """Renew the lease. False when the worker was declared dead: it must stop at once."""
    return bool(
        await conn.fetchval(
            "UPDATE workers SET beat_at = now() WHERE id = $1 AND status IN ('alive', 'draining') RETURNING true",
            worker_id,
        )
    )


async def report(conn: Conn, worker_id: UUID, busy: int, draining: bool) -> None:
    """Say how many slots are taken, and whether the worker has stopped claiming."""
    await conn.execute(
        "UPDATE workers SET busy = $2, status = CASE WHEN $3 THEN 'draining' ELSE status END"
        " WHERE id = $1 AND status IN ('alive', 'draining') AND (busy <> $2 OR ($3 AND status = 'alive'))",
        worker_id,
        busy,
        draining,
    )


async def end(conn: Conn, worker_id: UUID, status: str) -> bool:
    """Declare a worker `dead` or `stopped`; from here on it claims nothing. False if it was already."""
    return bool(
        await conn.fetchval(
            "UPDATE workers SET status = $2, busy = 0, ended_at = now()"
            " WHERE id = $1 AND status IN ('alive', 'draining') RETURNING true",
            worker_id,
            status,
        )
    )


async def end_silent(conn: Conn, lease_s: float) -> list[UUID]:
    """Declare dead every worker whose last beat is older than the lease, by the database's clock alone.

    None within one lease of Postgres's own start: nobody could beat while it was down.
    """
    rows = await conn.fetch(
        "UPDATE workers SET status = 'dead', busy = 0, ended_at = now() WHERE status IN ('alive', 'draining')"
        " AND beat_at < now() - make_interval(secs => $1)"
        " AND pg_postmaster_start_time() < now() - make_interval(secs => $1) RETURNING id",
        lease_s,
    )
    return [row["id"] for row in rows]


async def up(conn: Conn, lease_s: float) -> list[Worker]:
    """The workers within their lease."""
    rows = await conn.fetch(
        "SELECT id, host, pid, guard_pid, slots, busy, status, started_at, beat_at FROM workers"
        " WHERE status IN ('alive', 'draining') AND beat_at > now() - make_interval(secs => $1)"
        " ORDER BY started_at, id",
        lease_s,
    )
    return [Worker(**{**row, "slots": json.loads(row["slots"])}) for row in rows]


async def queues(conn: Conn, lease_s: float) -> list[Queue]:
    """Depth, oldest wait and slots of every queue that has jobs or a worker."""
    rows = await conn.fetch(
        "WITH lanes AS (SELECT lane.key AS name, sum(lane.value::int)::int AS slots, count(*)::int AS workers"
        "  FROM workers w, jsonb_each_text(w.slots) lane WHERE w.status = 'alive'"
        "  AND w.beat_at > now() - make_interval(secs => $1) GROUP BY lane.key),"
        " depth AS (SELECT queue AS name, count(*) FILTER (WHERE status = 'queued')::int AS queued,"
        "  count(*) FILTER (WHERE status = 'scheduled')::int AS scheduled,"
        "  count(*) FILTER (WHERE status = 'running')::int AS running,"
        "  extract(epoch FROM now() - min(run_at) FILTER (WHERE status = 'queued'))::float8 AS oldest_wait_s"
        "  FROM jobs WHERE status IN ('queued', 'scheduled', 'running') GROUP BY queue)"
        " SELECT name, coalesce(queued + scheduled, 0) AS depth, coalesce(queued, 0) AS queued,"
        "  coalesce(scheduled, 0) AS scheduled, coalesce(running, 0) AS running, oldest_wait_s,"
        "  coalesce(slots, 0) AS slots, coalesce(workers, 0) AS workers"
        " FROM lanes FULL JOIN depth USING (name) ORDER BY name",
        lease_s,
    )
    return [Queue(**row) for row in rows]
