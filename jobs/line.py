"""A connection to Redis kept for one caller: commands go out packed in C and without the client's rounds."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

from hiredis import pack_command
from redis.asyncio import Connection, Redis
from redis.exceptions import ConnectionError as Gone
from redis.exceptions import NoScriptError, RedisError

AWAY = (RedisError, OSError, TimeoutError)
REPLY_S = 5.0
"""A Redis that takes longer to answer counts as away."""
RETRY_S = 0.2
"""How long after that a worker asks again."""

Argument = str | bytes | int


class Line:
    """Says one command at a time over a connection of its own. Calls wait for each other."""

    def __init__(self, redis: Redis) -> None:
        self._pool = redis.connection_pool
        self._conn: Connection | None = None
        self._free = asyncio.Lock()

    async def say(self, *words: Argument) -> object:
        """The answer. Sent once more over a new connection, so it has to be a command that may run twice.

        Raises RedisError and OSError, as the client does.
        """
        async with self._free:
            stood = self._conn is not None and self._conn.is_connected
            try:
                return await self._say(words)
            except Gone:
                if not stood:
                    raise
                return await self._say(words)  # the server was restarted while nothing was said

    async def close(self) -> None:
        if self._conn is not None:
            await self._conn.disconnect()

    async def _say(self, words: Any) -> object:
        if self._conn is None:
            self._conn = await self._pool.get_connection()
        await self._conn.send_packed_command(pack_command(words), check_health=False)
        return await self._conn.read_response()  # given up on, it disconnects: the next may not get this answer


class Script(Line):
    """Runs one script over a connection of its own."""

    def __init__(self, redis: Redis, text: str) -> None:
        super().__init__(redis)
        self._text = text
        self._sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    async def call(self, keys: Sequence[str], args: Sequence[Argument]) -> object:
        """What the script returns. Like `say` it may run twice."""
        try:
            return await self.say("EVALSHA", self._sha, len(keys), *keys, *args)
        except NoScriptError:
            return await self.say("EVAL", self._text, len(keys), *keys, *args)
