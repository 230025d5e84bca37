"""A process's line to Postgres: it can be cut before or after any statement, and the process can die there."""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from jobs.store.database import Conn, Pool


class Died(BaseException):
    """The process is gone. Nothing it still meant to do happens."""


@dataclass(frozen=True)
class Cut:
    """Statement number `at` (from 1) is not sent, or sent and done but its answer lost (`after`).

    With `dies` the process ends there; else it lives on and may send the statement again.
    """

    at: int
    after: bool
    dies: bool


class Line:
    """What one process has in place of the pool. Statements that a constraint refused are kept in `refused`."""

    def __init__(self, pool: Pool, refused: list[Exception]) -> None:
        self._pool = pool
        self._cut: Cut | None = None
        self._sent = 0
        self._out: set[Wire] = set()
        self.refused = refused
        self.dead = False
        self.was_cut = False

    def arm(self, cut: Cut | None) -> None:
        """Count statements from here on."""
        self._cut, self._sent, self.was_cut = cut, 0, False

    def acquire(self) -> "Acquiring":
        return Acquiring(self)

    async def take(self) -> "Wire":
        self.check()
        wire = Wire(self, await self._pool.acquire())
        self._out.add(wire)
        return wire

    async def release(self, wire: "Wire") -> None:
        self._out.discard(wire)
        await self._pool.release(wire.conn)

    async def close(self) -> None:
        """Let go of the connections that are kept, as the end of a process does."""
        for wire in list(self._out):
            await self.release(wire)

    def check(self) -> None:
        if self.dead:
            raise Died

    def next_cut(self) -> Cut | None:
        """The cut, when the statement that is about to be sent is the one."""
        self._sent += 1
        return self._cut if self._cut is not None and self._cut.at == self._sent else None

    async def hang_up(self, conn: Conn, cut: Cut) -> BaseException:
        """Close the connection, and wait until the server has noticed and let go of every lock."""
        self.was_cut = True
        pid = conn.get_server_pid()
        conn.terminate()
        async with self._pool.acquire() as other:
            while await other.fetchval("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)", pid):
                pass
        if not cut.dies:
            return asyncpg.ConnectionDoesNotExistError("cut")
        self.dead = True
        return Died()


class Acquiring:
    """What a pool gives: to be awaited for a connection that is kept, or entered for one that goes back."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._wire: Wire | None = None

    def __await__(self) -> Generator[Any, None, "Wire"]:
        return self._line.take().__await__()

    async def __aenter__(self) -> "Wire":
        self._wire = await self._line.take()
        return self._wire

    async def __aexit__(self, *_: object) -> None:
        if self._wire is not None:
            await self._line.release(self._wire)


class Wire:
    """A connection as the store uses it; a transaction is made of statements like any other."""

    def __init__(self, line: Line, conn: Conn) -> None:
        self._line = line
        self.conn = conn
        self._cut = False

    def is_closed(self) -> bool:
        return self._cut

    async def fetch(self, *args: object) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await self._send(self.conn.fetch, args)
        return rows

    async def fetchrow(self, *args: object) -> asyncpg.Record | None:
        row: asyncpg.Record | None = await self._send(self.conn.fetchrow, args)
        return row

    async def fetchval(self, *args: object) -> Any:
        return await self._send(self.conn.fetchval, args)

    async def execute(self, *args: object) -> str:
        tag: str = await self._send(self.conn.execute, args)
        return tag

    async def executemany(self, *args: object) -> None:
        await self._send(self.conn.executemany, args)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        await self.execute("BEGIN")
        try:
            yield
        except BaseException:
            if not self._cut:
                await self.execute("ROLLBACK")
            raise
        await self.execute("COMMIT")

    async def _send(self, statement: Callable[..., Awaitable[Any]], args: Sequence[object]) -> Any:
        self._line.check()
        cut = self._line.next_cut()
        self._cut = cut is not None
        if cut and not cut.after:
            raise await self._line.hang_up(self.conn, cut)
        try:
            answer = await statement(*args)
        except asyncpg.IntegrityConstraintViolationError as error:
            self._line.refused.append(error)
            raise
        if cut:
            raise await self._line.hang_up(self.conn, cut)
        return answer
