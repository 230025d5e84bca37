# /// script
# dependencies = ["celery[redis]==5.7.0", "redis[hiredis]==8.1.0", "hiredis==3.5.0"]
# ///
"""The no-op on Celery: prefork with 2 processes whatever the concurrency asked for, acks_late, track_started.

Results in Redis for a day, its default; a result is stored before the message is acknowledged.
"""

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from celery import Celery
from script import REDIS_URL, Send, main, started

PROCESSES = "2"

app = Celery("noop", broker=os.environ[REDIS_URL], backend=os.environ[REDIS_URL])
app.conf.update(task_acks_late=True, task_track_started=True, broker_connection_retry_on_startup=True)


@app.task(name="noop")
def noop(number: int) -> None:
    started(number)


@asynccontextmanager
async def sender() -> AsyncIterator[Send]:
    async def send(number: int) -> None:
        noop.delay(number)

    yield send


def worker(slots: str) -> Sequence[str]:
    return ["-m", "celery", "-A", "on_celery", "worker", "--concurrency", PROCESSES, "--loglevel", "WARNING"]


if __name__ == "__main__":
    main(sender, worker)
