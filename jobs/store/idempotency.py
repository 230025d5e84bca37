"""The table idempotency_keys: one stored reply per key, written in the transaction of its jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from jobs.errors import Conflict, KeyReused
from jobs.store.database import Conn


@dataclass(frozen=True, slots=True)
class Key:
    """A client's key with the SHA-256 (hex) of the request it came with."""

    tenant: str
    value: str
    fingerprint: str


async def take(conn: Conn, key: Key) -> str | None:
    """Take the key, or return the reply stored under it. Waits for a request that holds it right now.

    Raises KeyReused when the key came with another request, Conflict when a rival rolled back just now.
    Call inside the transaction that inserts the jobs.
    """
    taken = await conn.fetchval(
        "INSERT INTO idempotency_keys (tenant, key, fingerprint) VALUES ($1, $2, $3)"
        " ON CONFLICT (tenant, key) DO UPDATE SET fingerprint = excluded.fingerprint, reply = NULL,"
        " created_at = now() WHERE idempotency_keys.created_at < now() - interval '24 hours' RETURNING true",
        key.tenant,
        key.value,
        key.fingerprint,
    )
    if taken:
        return None
    row = await conn.fetchrow(
        "SELECT fingerprint, reply FROM idempotency_keys WHERE tenant = $1 AND key = $2",
        key.tenant,
        key.value,
    )
    if row is None or row["reply"] is None:
        raise Conflict("Another request with this Idempotency-Key has not ended. Try again.")
    if row["fingerprint"] != key.fingerprint:
        raise KeyReused("This Idempotency-Key was used with another request.", param="Idempotency-Key")
    reply: str = row["reply"]
    return reply


async def store(conn: Conn, key: Key, reply: str, job_id: UUID) -> None:
    """Keep the reply (JSON text), which tells of this job, for whoever repeats the request."""
    await conn.execute(
        "UPDATE idempotency_keys SET reply = $3, job_id = $4 WHERE tenant = $1 AND key = $2",
        key.tenant,
        key.value,
        reply,
        job_id,
    )


async def given(conn: Conn, key: Key) -> str | None:
    """The reply stored under a key for this very request."""
    found: str | None = await conn.fetchval(
        "SELECT reply FROM idempotency_keys WHERE tenant = $1 AND key = $2 AND fingerprint = $3"
        " AND created_at > now() - interval '24 hours'",
        key.tenant,
        key.value,
        key.fingerprint,
    )
    return found


async def forget_replies(conn: Conn, job_ids: Sequence[UUID]) -> None:
    """Drop the replies that tell of erased jobs, whose inputs they hold."""
    await conn.execute("DELETE FROM idempotency_keys WHERE job_id = ANY($1)", list(job_ids))
