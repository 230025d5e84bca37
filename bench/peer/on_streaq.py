# /// script
# dependencies = ["streaq==7.2.0", "coredis==6.9.0"]
# ///
"""The no-op on streaq: its stock command, silent; results kept for 5 minutes, its default. It needs Redis 7."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from script import REDIS_URL, SLOTS, Send, main, started
from streaq import Worker

streaq = Worker(redis_url=os.environ[REDIS_URL], concurrency=int(os.environ.get(SLOTS, "10")))


@streaq.task(silent=True)
async def noop(number: int) -> None:
    started(number)


@asynccontextmanager
async def sender() -> AsyncIterator[Send]:
    async def send(number: int) -> None:
        await noop.enqueue(number)

    async with streaq:
        yield send


def worker(slots: str) -> Sequence[str]:
    return ["-m", "streaq", "run", "on_streaq:streaq"]


if __name__ == "__main__":
    main(sender, worker)
