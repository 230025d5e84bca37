"""The connection pool, the migrations, and what counts as Postgres being away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import asyncpg
import structlog

from jobs.errors import StorageFull, Unavailable
from migrations import scripts

Conn = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
Pool = asyncpg.Pool
T = TypeVar("T")

log = structlog.get_logger(__name__)

# Postgres is away, starting, stopping, read-only, or out of connections or disk: the same call may work soon.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,  # class 08
    asyncpg.InvalidTransactionStateError,  # 25: read-only after a failover, idle too long
    asyncpg.InvalidAuthorizationSpecificationError,  # 28
    asyncpg.InsufficientResourcesError,  # 53: disk, memory, connections
    asyncpg.ObjectNotInPrerequisiteStateError,  # 55: a lock that cannot be had now
    asyncpg.OperatorInterventionError,  # 57: stopping, starting, a query that was canceled
    asyncpg.PostgresSystemError,  # 58
    asyncpg.InternalServerError,  # XX
)
# The statement lost a race; it changed nothing and may be sent again.
RACED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)

_MIGRATION_LOCK = 0x7475726E


async def open_pool(url: str, *, size: int = 8) -> Pool:
    """A pool whose statements end after 30 s. It connects when it is used, so Postgres may be away now."""
    pool = asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        command_timeout=30,
        timeout=5,
        max_inactive_connection_lifetime=0,
        reset=_tidy,
        server_settings={
            "application_name": "turnspit",
            "timezone": "UTC",
            # Planning anew costs 0.3 ms a statement (measured), and no statement of ours has two good plans.
            "plan_cache_mode": "force_generic_plan",
            # A plan that is made on an empty table is kept: it must suit a full one.
            "enable_seqscan": "off",
            "enable_bitmapscan": "off",
            "enable_hashjoin": "off",
            "enable_mergejoin": "off",
            # A process that freezes inside a transaction must not keep its locks.
            "idle_in_transaction_session_timeout": "5s",
        },
    )
    await pool
    return pool


async def _tidy(conn: Conn) -> None:
    """Before a connection goes back: ours keep no state but an open transaction, so a round trip is spared."""
    if conn.is_in_transaction():
        await conn.reset()


class Kept:
    """One connection out of a pool, for statements that follow each other: the pool's own work for each is spared.

    One user at a time. A connection that was lost is replaced.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._alone = asyncio.Lock()
        self._conn: asyncpg.pool.PoolConnectionProxy | None = None

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Conn]:
        async with self._alone:
            if self._conn is None or not _stands(self._conn):
                await self._return()
                self._conn = await self._pool.acquire()
            yield self._conn

    async def close(self) -> None:
        """Give the connection back."""
        async with self._alone:
            await self._return()

    async def _return(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            await self._pool.release(conn)


def _stands(conn: Conn) -> bool:
    """Whether a connection that was kept can be used still. The pool takes one back that was cut."""
    try:
        return not conn.is_closed()
    except asyncpg.InterfaceError:
        return False


async def close_pool(pool: Pool) -> None:
    """Close within two seconds, by force where a connection hangs."""
    try:
        async with asyncio.timeout(2):
            await pool.close()
    except TimeoutError:
        pool.terminate()


async def until_back(call: Callable[[], Awaitable[T]], *, what: str, cap_s: float = 1.0) -> T:
    """Repeat `call` until Postgres answers. For writes that are fenced, so that a repeat changes nothing."""
    wait_s = 0.02
    while True:
        try:
            return await call()
        except RACED:
            await asyncio.sleep(0)
        except AWAY as error:
            log.warning("postgres.away", what=what, error=type(error).__name__)
            await asyncio.sleep(wait_s)
            wait_s = min(cap_s, wait_s * 2)


async def or_unavailable(call: Callable[[], Awaitable[T]]) -> T:
    """Run `call`, again after a race. Raises Unavailable while Postgres is away, StorageFull on a full disk."""
    for _ in range(3):
        try:
            return await call()
        except RACED:
            continue
        except asyncpg.DiskFullError as error:
            raise StorageFull("The database's disk is full. Nothing was stored.") from error
        except AWAY as error:
            raise Unavailable("The database does not answer. Try again in a moment.") from error
    raise Unavailable("The database is too busy. Try again in a moment.")


async def ping(conn: Conn) -> None:
    """Raises one of AWAY unless the database answers."""
    await conn.fetchval("SELECT 1")


async def server_version(conn: Conn) -> str:
    return str(await conn.fetchval("SHOW server_version"))


async def vector_version(conn: Conn) -> str | None:
    """The version of pgvector the server could install, or None."""
    found: str | None = await conn.fetchval(
        "SELECT default_version FROM pg_available_extensions WHERE name = 'vector'"
    )
    return found


async def server_time(conn: Conn) -> float:
    """The database's clock in Unix seconds."""
    return float(await conn.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8"))


async def migrate(conn: Conn) -> list[str]:
    """Apply what is missing, each file in its own transaction; returns the names applied."""
    await conn.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
    try:
        await conn.execute(
            "CREATE TABLE IF NOT EXISTS migrations"
            " (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        applied = []
        for name, sql in await missing(conn):
            async with conn.transaction():
                await conn.execute(sql)
                await conn.execute("INSERT INTO migrations (name) VALUES ($1)", name)
            applied.append(name)
        return applied
    finally:
        await conn.execute("SELECT pg_advisory_unlock($1)", _MIGRATION_LOCK)


async def missing(conn: Conn) -> list[tuple[str, str]]:
    """The migrations this database has not seen, as (name, SQL)."""
    if await conn.fetchval("SELECT to_regclass('migrations')") is None:
        return scripts()
    known = {row["name"] for row in await conn.fetch("SELECT name FROM migrations")}
    return [(name, sql) for name, sql in scripts() if name not in known]
