"""Does the service stay as it is when it runs for long?

`python -m bench.soak [--minutes M] [--rate R]` starts the whole stack and posts R jobs a second for M minutes
(20 and 200 by default; `--quick` is a smoke test that keeps no result). In the middle somebody opens a
transaction, reads the jobs and sits idle for a twentieth of the time, which keeps every dead row from being
removed. The result says:

- rate: jobs that ended in a second, in the second quarter of the time and in the last, and their ratio; and how
  long they waited, from their commit to their claim, in ms.
- memory: MiB of each part with all its processes, medians of the same two quarters, and the drift in %. RSS,
  but for Postgres what its processes hold for themselves (USS): the cache they share fills up as it should.
- dead rows of the table of jobs: the most before the reader, the most with it, and the seconds from its end
  until they were below the former again.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
import psutil

from bench.alongside import alongside
from bench.cpu import family
from bench.report import save
from bench.stack import parts_of, running_stack
from jobs.settings import Settings

LOOK_S = 5.0
MIB = 1 << 20
CONNECTIONS = 16
DEAD = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'jobs'"
ENDED = """
SELECT count(*)::int AS jobs, percentile_cont(ARRAY[0.5, 0.99])
    WITHIN GROUP (ORDER BY 1000 * extract(epoch FROM started_at - created_at)) AS waits
FROM jobs WHERE status = 'succeeded' AND finished_at BETWEEN to_timestamp($1) AND to_timestamp($2)
"""
LEFT = "SELECT count(*)::int FROM jobs WHERE finished_at IS NULL"


@dataclass
class Seen:
    """What was looked at now and then: seconds since the start, and a figure."""

    memory: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    dead: list[tuple[float, int]] = field(default_factory=list)


@dataclass
class Reader:
    """When the idle reader sat in its transaction, in seconds since the start."""

    began: float
    ended: float


async def measure(minutes: float, rate: float) -> dict[str, Any]:
    async with running_stack() as (settings, url):
        conn = await asyncpg.connect(settings.database_url.get_secret_value(), ssl=False)
        total, seen = 60 * minutes, Seen()
        reader = Reader(total / 2, total / 2 + total / 20)
        began, clock = time.monotonic(), time.time()
        async with alongside(look(settings, conn, seen, began)):
            sitting = asyncio.create_task(sit(settings, reader, began))
            refused = await post(url, rate, total)
            took = time.monotonic() - began
            await asyncio.gather(sitting, asyncio.sleep(LOOK_S))
        quarters = [(clock + total / 4, clock + total / 2), (clock + total * 3 / 4, clock + total)]
        rates = [await ended(conn, *quarter) for quarter in quarters]
        left = await conn.fetchval(LEFT)
        await conn.close()
    return {
        "minutes": minutes,
        "posted a second": round(rate * total / took, 1),
        "refused": refused,
        "left": left,
        "rate": {"second quarter": rates[0], "last quarter": rates[1], "ratio": share(rates)},
        "memory": {part: drift(samples, total) for part, samples in sorted(seen.memory.items())},
        "dead rows": dead_rows(seen.dead, reader),
    }


async def post(url: str, rate: float, total: float) -> int:
    """Post jobs at a steady rate, whatever the replies take; how many were not accepted."""
    refused, free, due = 0, asyncio.Semaphore(CONNECTIONS), time.monotonic()
    limits = httpx.Limits(max_connections=CONNECTIONS)

    async def one(client: httpx.AsyncClient) -> None:
        nonlocal refused
        try:
            reply = await client.post("/v1/jobs", json={"kind": "first_line", "input": {}})
            refused += reply.status_code != 202
        finally:
            free.release()

    async with httpx.AsyncClient(base_url=url, limits=limits) as client, asyncio.TaskGroup() as group:
        for _ in range(round(rate * total)):
            await free.acquire()
            group.create_task(one(client))
            due += 1 / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
    return refused


async def sit(settings: Settings, reader: Reader, began: float) -> None:
    """Read the jobs and stay in the transaction, as a forgotten console does."""
    await asyncio.sleep(reader.began)
    conn = await asyncpg.connect(settings.database_url.get_secret_value(), ssl=False)
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        await conn.fetchval("SELECT count(*) FROM jobs")
        await asyncio.sleep(reader.ended - reader.began)
    await conn.close()
    reader.ended = time.monotonic() - began


async def look(settings: Settings, conn: asyncpg.Connection, seen: Seen, began: float) -> None:
    while True:
        at = time.monotonic() - began
        for part, held in memory(settings).items():
            seen.memory[part].append((at, held))
        seen.dead.append((at, await conn.fetchval(DEAD)))
        await asyncio.sleep(LOOK_S)


def memory(settings: Settings) -> dict[str, float]:
    """MiB of each part of the stack, all its processes together."""
    parts = parts_of(settings)
    pids = {name: parts[name]["pid"] for name in ("api", "postgres", "redis")}
    pids |= {f"worker {n} and its guard": worker["guard_pid"] for n, worker in enumerate(parts["workers"], 1)}
    return {name: sum(_held(process, name) for process in family(pid)) / MIB for name, pid in pids.items()}


def _held(process: psutil.Process, part: str) -> int:
    try:
        return int(process.memory_full_info().uss if part == "postgres" else process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


async def ended(conn: asyncpg.Connection, begin: float, end: float) -> dict[str, Any]:
    row = await conn.fetchrow(ENDED, begin, end)
    waits = [round(wait, 2) if wait is not None else None for wait in row["waits"] or (None, None)]
    return {"jobs a second": round(row["jobs"] / (end - begin), 1), "wait p50": waits[0], "wait p99": waits[1]}


def share(rates: list[dict[str, Any]]) -> float:
    first, last = (float(rate["jobs a second"]) for rate in rates)
    return round(last / first, 4) if first else 0.0


def drift(samples: list[tuple[float, float]], total: float) -> dict[str, float]:
    """Medians of the second and the last quarter, and the percentage between them."""
    first = statistics.median(held for at, held in samples if total / 4 <= at < total / 2)
    last = statistics.median(held for at, held in samples if at >= total * 3 / 4)
    return {
        "second quarter": round(first, 1),
        "last quarter": round(last, 1),
        "drift": round(100 * (last / first - 1), 2),
    }


def dead_rows(dead: list[tuple[float, int]], reader: Reader) -> dict[str, Any]:
    before = max(count for at, count in dead if at < reader.began)
    within = max(count for at, count in dead if reader.began <= at)
    over = next((at for at, count in dead if at > reader.ended and count <= before), None)
    return {
        "most before the reader": before,
        "most with it": within,
        "back after s": None if over is None else round(over - reader.ended, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    os.environ["TURNSPIT_KINDS"] = "bench.kinds"
    if not asked.quick:
        save("soak", asyncio.run(measure(asked.minutes, asked.rate)))
        return
    figures = asyncio.run(measure(1.0, 50))
    print(json.dumps(figures, indent=1))
    sys.exit(bool(figures["refused"] or figures["left"]))


if __name__ == "__main__":
    main()
