# /// script
# dependencies = ["procrastinate==3.10.0", "psycopg[binary]==3.3.9", "psycopg-pool==3.3.3"]
# ///
"""The no-op on procrastinate: its stock command, with job rows and events kept, its default."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from procrastinate import App, PsycopgConnector
from script import DATABASE_URL, Send, main, started

app = App(connector=PsycopgConnector(conninfo=os.environ[DATABASE_URL]))


@app.task(name="noop")
async def noop(number: int) -> None:
    started(number)


@asynccontextmanager
async def sender() -> AsyncIterator[Send]:
    async with app.open_async():
        yield lambda number: noop.defer_async(number=number)


def worker(slots: str) -> Sequence[str]:
    return ["-m", "procrastinate", "--app", "on_procrastinate.app", "worker", "--concurrency", slots]


async def tables() -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()


if __name__ == "__main__":
    main(sender, worker, tables)
