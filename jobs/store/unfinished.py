"""The table unfinished: keys of bytes that have no row yet, or none any more."""

from collections.abc import Sequence

from jobs.errors import Unavailable
from jobs.store.database import Conn


async def begin(conn: Conn, key: str) -> None:
    """Name a key before bytes are stored under it."""
    await conn.execute("INSERT INTO unfinished (key) VALUES ($1) ON CONFLICT DO NOTHING", key)


async def done(conn: Conn, keys: Sequence[str]) -> None:
    """From here on rows speak of these bytes. Call in the transaction that stores the rows.

    Raises Unavailable when it took longer than a day, and the bytes are being removed.
    """
    rows = await conn.fetch(
        "DELETE FROM unfinished WHERE key = ANY($1) AND at > '-infinity' RETURNING key", list(keys)
    )
    if len(rows) < len(keys):
        raise Unavailable("The bytes came too late. Send them again.")


async def abandoned(conn: Conn, limit: int) -> list[str]:
    """Keys that were begun a day ago, or doomed before: no row can claim them after this."""
    rows = await conn.fetch(
        "UPDATE unfinished SET at = '-infinity' WHERE key IN"
        " (SELECT key FROM unfinished WHERE at < now() - interval '1 day' ORDER BY at LIMIT $1) RETURNING key",
        limit,
    )
    return [row["key"] for row in rows]


async def forget(conn: Conn, keys: Sequence[str]) -> None:
    """The bytes under these keys are gone."""
    await conn.execute("DELETE FROM unfinished WHERE key = ANY($1)", list(keys))
