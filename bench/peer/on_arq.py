# /// script
# dependencies = ["arq==0.28.0", "redis[hiredis]==5.3.1", "hiredis==3.5.0"]
# ///
"""The no-op on arq: its stock command; results kept for an hour, its default. ARQ_POLL: poll_delay in seconds."""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from arq import create_pool
from arq.connections import RedisSettings
from script import REDIS_URL, SLOTS, Send, main, started

REDIS = RedisSettings.from_dsn(os.environ[REDIS_URL])
QUIET = {"version": 1, "loggers": {"arq": {"level": "WARNING"}}}


async def noop(ctx: dict[str, object], number: int) -> None:
    started(number)


class WorkerSettings:
    functions = (noop,)
    redis_settings = REDIS
    max_jobs = int(os.environ.get(SLOTS, "10"))
    poll_delay = float(os.environ["ARQ_POLL"])


@asynccontextmanager
async def sender() -> AsyncIterator[Send]:
    pool = await create_pool(REDIS)
    yield lambda number: pool.enqueue_job("noop", number)
    await pool.aclose()


def worker(slots: str) -> Sequence[str]:
    return ["-m", "arq", "on_arq.WorkerSettings", "--custom-log-dict", "on_arq.QUIET"]


if __name__ == "__main__":
    main(sender, worker)
