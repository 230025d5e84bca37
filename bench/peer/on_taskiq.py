# /// script
# dependencies = ["taskiq[uv]==0.13.0", "taskiq-redis==1.2.4", "redis[hiredis]==8.1.0", "hiredis==3.5.0"]
# ///
"""The no-op on taskiq: Redis streams, one worker process on uvloop; the result is saved, then acknowledged."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from script import REDIS_URL, Send, main, started
from taskiq_redis import RedisAsyncResultBackend, RedisStreamBroker

broker = RedisStreamBroker(os.environ[REDIS_URL]).with_result_backend(
    RedisAsyncResultBackend(os.environ[REDIS_URL])
)


@broker.task(task_name="noop")
async def noop(number: int) -> None:
    started(number)


@asynccontextmanager
async def sender() -> AsyncIterator[Send]:
    await broker.startup()
    yield noop.kiq
    await broker.shutdown()


def worker(slots: str) -> Sequence[str]:
    options = ("--workers", "1", "--max-async-tasks", slots, "--log-level", "WARNING")
    return ["-m", "taskiq", "worker", "on_taskiq:broker", *options]


if __name__ == "__main__":
    main(sender, worker)
