"""The jobs of a flow: which there are, how far they are, and what they gave."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from jobs.model import Job, JobError, Json, Status
from jobs.store.database import Conn
from jobs.store.jobs import PUBLIC, whole

MOST_BYTES = 16 * 1024 * 1024  # of the inputs and outputs of one flow in one reply


@dataclass(frozen=True, slots=True)
class Part:
    """One job of a flow as the job that joins it needs it. An output that lies elsewhere is None."""

    id: UUID
    step: str
    status: Status
    error: JobError | None
    output: Json
    attempt: int


async def of_flow(conn: Conn, flow_id: UUID, tenant: str) -> list[Job]:
    """The named jobs of a flow as they were given; without any input and output where all are too much."""
    rows = await conn.fetch(
        f"SELECT {PUBLIC}, CASE WHEN fits THEN input END AS input, CASE WHEN fits THEN output END AS output"
        " FROM (SELECT *, sum(coalesce(octet_length(input::text), 0) + coalesce(octet_length(output::text), 0))"
        "  OVER () <= $3 AS fits FROM jobs WHERE flow_id = $1 AND tenant = $2 AND step IS NOT NULL"
        "  AND erase_requested_at IS NULL) AS jobs ORDER BY id",
        flow_id,
        tenant,
        MOST_BYTES,
    )
    return await whole(conn, rows)


async def parts(conn: Conn, join_id: UUID) -> list[Part]:
    """The jobs that work for a joining job, those that ended first first."""
    rows = await conn.fetch(
        "SELECT id, step, status, error, output, attempt FROM jobs WHERE part_of = $1"
        " ORDER BY finished_at NULLS LAST, id",
        join_id,
    )
    return [_part(row) for row in rows]


async def outputs(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, Part]:
    """What parents gave to a job that takes values from them."""
    rows = await conn.fetch(
        "SELECT id, coalesce(step, id::text) AS step, status, error, output, attempt FROM jobs WHERE id = ANY($1)",
        list(ids),
    )
    return {row["id"]: _part(row) for row in rows}


async def family(conn: Conn, job_id: UUID, tenant: str) -> list[UUID]:
    """A job and, if it joins others, those others and theirs."""
    rows = await conn.fetch(
        "WITH RECURSIVE family AS (SELECT id FROM jobs WHERE id = $1 AND tenant = $2 UNION"
        " SELECT j.id FROM jobs j JOIN family f ON j.part_of = f.id) SELECT id FROM family",
        job_id,
        tenant,
    )
    return [row["id"] for row in rows]


async def members(conn: Conn, flow_id: UUID, tenant: str) -> list[UUID]:
    """Every job of a flow, joining ones included."""
    rows = await conn.fetch("SELECT id FROM jobs WHERE flow_id = $1 AND tenant = $2", flow_id, tenant)
    return [row["id"] for row in rows]


def _part(row: asyncpg.Record) -> Part:
    return Part(
        row["id"],
        row["step"],
        Status(row["status"]),
        json.loads(row["error"]) if row["error"] else None,
        json.loads(row["output"]) if row["output"] else None,
        row["attempt"],
    )
