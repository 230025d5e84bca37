"""The table files: bytes that clients gave."""

from uuid import UUID

from jobs.model import File
from jobs.store import unfinished
from jobs.store.database import Conn


async def insert(conn: Conn, file: File) -> File:
    """Store a file's row; its bytes must lie in the object store already, begun in `unfinished`.

    Call inside a transaction. Raises Unavailable when the bytes took longer than a day.
    """
    await unfinished.done(conn, [file.key])
    created_at = await conn.fetchval(
        "INSERT INTO files (id, tenant, name, bytes, sha256, media_type, key)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING created_at",
        file.id,
        file.tenant,
        file.name,
        file.bytes,
        file.sha256,
        file.media_type,
        file.key,
    )
    return File(**{**{name: getattr(file, name) for name in File.__slots__}, "created_at": created_at})


async def get(conn: Conn, file_id: UUID, tenant: str) -> File | None:
    row = await conn.fetchrow("SELECT * FROM files WHERE id = $1 AND tenant = $2", file_id, tenant)
    return None if row is None else File(**row)


async def select(conn: Conn, tenant: str, before: UUID | None, limit: int) -> list[File]:
    """Files newest first; `before` is the id of the last one already seen."""
    rows = await conn.fetch(
        "SELECT * FROM files WHERE tenant = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        tenant,
        before,
        limit,
    )
    return [File(**row) for row in rows]


async def delete(conn: Conn, file_id: UUID, tenant: str) -> str | None:
    """Forget a file; returns the key of its bytes, or None when there was none. Who crashes now leaves no bytes."""
    key: str | None = await conn.fetchval(
        "WITH gone AS (DELETE FROM files WHERE id = $1 AND tenant = $2 RETURNING key)"
        " INSERT INTO unfinished (key) SELECT key FROM gone RETURNING key",
        file_id,
        tenant,
    )
    return key
