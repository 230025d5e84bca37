"""The table artifacts: bytes that jobs made, visible from the commit that ended their attempt."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from jobs.model import Artifact, Claim, JsonObject
from jobs.store.database import Conn
from jobs.store.text import dump

Made = Artifact

INPUT = "input.json"
OUTPUT = "output.json"


async def publish(conn: Conn, claim: Claim, made: Sequence[Made], *, first_seq: int) -> None:
    """Make an attempt's artifacts visible and tell of each, numbered from `first_seq`."""
    await insert(conn, claim.id, claim.attempt, made)
    await conn.executemany(
        "INSERT INTO job_events (job_id, seq, attempt, type, data) VALUES ($1, $2, $3, 'artifact.created', $4)",
        [
            (claim.id, seq, claim.attempt, dump(describe(artifact)))
            for seq, artifact in enumerate(made, start=first_seq)
        ],
    )


def describe(artifact: Artifact) -> JsonObject:
    """What an `artifact.created` event says."""
    return {
        "name": artifact.name,
        "bytes": artifact.bytes,
        "sha256": artifact.sha256,
        "media_type": artifact.media_type,
    }


async def insert(conn: Conn, job_id: UUID, attempt: int, made: Sequence[Made]) -> None:
    await conn.executemany(
        "INSERT INTO artifacts (job_id, name, attempt, key, bytes, sha256, media_type)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(job_id, a.name, attempt, a.key, a.bytes, a.sha256, a.media_type) for a in made],
    )


async def of_job(conn: Conn, job_id: UUID) -> list[Artifact]:
    """A job's published artifacts by name."""
    return (await of_jobs(conn, [job_id])).get(job_id, [])


async def of_jobs(conn: Conn, ids: Sequence[UUID]) -> dict[UUID, list[Artifact]]:
    """The published artifacts of those jobs that have some, by name."""
    found: dict[UUID, list[Artifact]] = {}
    for row in await conn.fetch("SELECT * FROM artifacts WHERE job_id = ANY($1) ORDER BY name", list(ids)):
        found.setdefault(row["job_id"], []).append(artifact(row))
    return found


def artifact(row: asyncpg.Record) -> Artifact:
    return Artifact(
        name=row["name"],
        key=row["key"],
        bytes=row["bytes"],
        sha256=row["sha256"],
        media_type=row["media_type"],
        created_at=row["created_at"],
    )
