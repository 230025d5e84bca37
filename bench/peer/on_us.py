"""The no-op on us: `turnspit worker` as it ships, with its output in the row; submitted by the engine's own call.

As for the peers, a client in the same language submits: the HTTP API is no part of this.
"""

import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
from pydantic import BaseModel, SecretStr
from script import DATABASE_URL, REDIS_URL, Send, main, started

from jobs.kind import Context, Kind
from jobs.queue import submit
from jobs.resources import open_resources
from jobs.settings import Settings
from jobs.store.database import migrate
from jobs.submission import Options, prepare


class Numbered(BaseModel):
    """Which job it is."""

    number: int


class Nothing(BaseModel):
    """A no-op gives nothing back."""


async def run(input: Numbered, ctx: Context) -> Nothing:
    started(input.number)
    return Nothing()


noop = Kind("noop", Numbered, Nothing, run)


@asynccontextmanager
async def sender() -> AsyncIterator[Send]:
    urls = {name: SecretStr(os.environ[name]) for name in (DATABASE_URL, REDIS_URL)}
    async with open_resources(Settings(database_url=urls[DATABASE_URL], redis_url=urls[REDIS_URL])) as res:

        async def send(number: int) -> None:
            await submit(res, [prepare(noop, {"number": number}, Options())], lambda _: "")

        yield send


def worker(slots: str) -> Sequence[str]:
    os.environ |= {
        "TURNSPIT_DATABASE_URL": os.environ[DATABASE_URL],
        "TURNSPIT_REDIS_URL": os.environ[REDIS_URL],
        "TURNSPIT_STORAGE_URL": tempfile.gettempdir(),
        "TURNSPIT_KINDS": "on_us",
        "TURNSPIT_LOG_LEVEL": "WARNING",
    }
    return ["-m", "service", "worker", "--slots", slots]


async def tables() -> None:
    conn = await asyncpg.connect(os.environ[DATABASE_URL])
    await migrate(conn)
    await conn.close()


if __name__ == "__main__":
    main(sender, worker, tables)
