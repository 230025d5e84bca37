"""A connection to Redis kept for one caller: scripts go out packed in C and without the client's rounds."""

import asyncio
import hashlib
from typing import Any

from hiredis import pack_command
from redis.asyncio import Connection, Redis
from redis.exceptions import ConnectionError as Gone
from redis.exceptions import NoScriptError

Argument = str | bytes | int


class Line:
    """Runs one script over a connection of its own. Calls wait for each other."""

    def __init__(self, redis: Redis, script: str) -> None:
        self._pool = redis.connection_pool
        self._script = script
        self._sha = hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()
        self._conn: Connection | None = None
        self._free = asyncio.Lock()

    async def call(self, keys: list[str], args: list[Argument]) -> object:
        """What the script returns. Sent once more over a new connection, so it has to be one that may run twice.

        Raises RedisError and OSError, as the client does.
        """
        async with self._free:
            stood = self._conn is not None and self._conn.is_connected
            try:
                return await self._run(keys, args)
            except Gone:
                if not stood:
                    raise
                return await self._run(keys, args)  # the server was restarted while nothing was said

    async def close(self) -> None:
        if self._conn is not None:
            await self._conn.disconnect()

    async def _run(self, keys: list[str], args: list[Argument]) -> object:
        if self._conn is None:
            self._conn = await self._pool.get_connection()
        try:
            return await self._say(self._conn, "EVALSHA", self._sha, keys, args)
        except NoScriptError:
            return await self._say(self._conn, "EVAL", self._script, keys, args)

    async def _say(
        self, conn: Connection, command: str, script: str, keys: list[str], args: list[Argument]
    ) -> object:
        words: Any = (command, script, len(keys), *keys, *args)
        await conn.send_packed_command(pack_command(words), check_health=False)
        return await conn.read_response()  # given up on, it disconnects: the next call may not get this answer
