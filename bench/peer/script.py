"""What the scripts of the peers share: how a first line and a submit call are written down, and the subcommands.

Standard library only: every peer's environment runs it. A record is a job's number and CLOCK_MONOTONIC in
seconds, 16 bytes appended to a file (about 2 us, the same for everyone; processes of one machine share the clock).
"""

import asyncio
import os
import random
import struct
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from pathlib import Path

RECORD = struct.Struct("=qd")
STARTED, SENT = "BENCH_STARTED", "BENCH_SENT"
REDIS_URL, DATABASE_URL, SLOTS = "BENCH_REDIS_URL", "BENCH_DATABASE_URL", "BENCH_SLOTS"
AT_ONCE = 100
WARM_UP = 20
PAUSE_S = (0.020, 0.050)

Send = Callable[[int], Awaitable[object]]
Sender = Callable[[], AbstractAsyncContextManager[Send]]


def started(number: int) -> None:
    """All that a no-op does: say when its first line ran."""
    note(STARTED, number, time.monotonic())


def note(variable: str, number: int, at: float) -> None:
    os.write(opened(variable), RECORD.pack(number, at))


@cache
def opened(variable: str) -> int:
    return os.open(os.environ[variable], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)


def lines(path: Path) -> int:
    """How many records a file holds."""
    return path.stat().st_size // RECORD.size if path.exists() else 0


async def nothing() -> None:
    """Most peers need no tables."""


def main(
    sender: Sender, worker: Callable[[str], Sequence[str]], prepare: Callable[[], Awaitable[None]] = nothing
) -> None:
    """`prepare`, `preload N`, `latency N` or `worker CONCURRENCY`.

    `sender` opens what submits one job; `worker` gives the arguments after `python` of the stock command.
    """
    match sys.argv[1:]:
        case ["prepare"]:
            asyncio.run(as_coroutine(prepare))
        case ["preload", count]:
            asyncio.run(preload(sender, int(count)))
        case ["latency", count]:
            asyncio.run(latency(sender, int(count)))
        case ["worker", slots]:
            os.environ[SLOTS] = slots
            os.execv(sys.executable, [sys.executable, *worker(slots)])


async def as_coroutine(prepare: Callable[[], Awaitable[None]]) -> None:
    await prepare()


async def preload(sender: Sender, count: int) -> None:
    """Submit `count` jobs, a hundred at a time; nothing here is measured."""
    async with sender() as send:
        for first in range(0, count, AT_ONCE):
            await asyncio.gather(*map(send, range(first, min(first + AT_ONCE, count))))


async def latency(sender: Sender, count: int) -> None:
    """Submit single jobs to an idle worker, 20 to 50 ms apart, whether or not the last one has started.

    The first 20 warm it up and are awaited; all have started on return.
    """
    pauses = random.Random(0)
    async with sender() as send:
        for number in range(WARM_UP + count):
            note(SENT, number, time.monotonic())
            await send(number)
            await asyncio.sleep(pauses.uniform(*PAUSE_S))
            if number + 1 in {WARM_UP, WARM_UP + count}:
                await all_started(number + 1)


async def all_started(count: int) -> None:
    while lines(Path(os.environ[STARTED])) < count:
        await asyncio.sleep(0.01)
