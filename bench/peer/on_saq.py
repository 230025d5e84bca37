# /// script
# dependencies = ["saq[redis,hiredis]==0.26.4", "redis==7.4.1", "hiredis==3.5.0", "typing-extensions==4.16.0"]
# ///
"""The no-op on SAQ: its stock command on Redis; results kept for 10 minutes, its default."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from saq import Queue
from script import REDIS_URL, SLOTS, Send, main, started


async def noop(ctx: dict[str, object], *, number: int) -> None:
    started(number)


queue = Queue.from_url(os.environ[REDIS_URL])
settings = {"queue": queue, "functions": [noop], "concurrency": int(os.environ.get(SLOTS, "10"))}


@asynccontextmanager
async def sender() -> AsyncIterator[Send]:
    await queue.connect()
    yield lambda number: queue.enqueue("noop", number=number)
    await queue.disconnect()


def worker(slots: str) -> Sequence[str]:
    return ["-m", "saq", "on_saq.settings"]


if __name__ == "__main__":
    main(sender, worker)
