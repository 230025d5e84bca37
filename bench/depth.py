"""Does it cost more at a million? Start, drain, top-up and lists on small tables and on deep ones, in one run.

`python -m bench.depth [--rows N]`, or `--quick` for a smoke test that keeps no result. The whole stack is
started; `small` has a page of queued jobs in a queue that nobody serves, `deep` has N of them and N jobs that
have ended, and `deep, same queue` N more at the lowest priority in the very queue that is measured, every other
one in its strand (the worker is never idle then, so only the drain says something). Lists are asked over HTTP:
when the rows have just come, and again when Postgres has analyzed them.

- start, ms: from the commit of a job to its first line on an idle worker; jobs go one by one.
- drain, jobs a second: from the commit of a batch of no-ops to the end of its last.
- top-up, ms: one round of upkeep when every ready job has its bell.
- list, ms: p95 of a page of 50 by each filter.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx

from bench.latency import WARM_UP, starts, through_engine
from bench.report import save, summary
from bench.stack import running_stack
from jobs.ids import new_id
from jobs.model import Strand
from jobs.queue import submit
from jobs.resources import Resources, open_resources
from jobs.store import sweeps
from jobs.submission import Options, prepare
from jobs.upkeep import PAGE, Upkeep

PARKED, SERVED = "parked", "default"
LOWEST = -100
ROUNDS = 5
LOOK_S = 0.005
CHUNK = 50_000
KINDS = ("other", "first_line")
"""What the rows are of by turns: a kind that no worker knows, and the one that is measured."""

FILL = """
INSERT INTO jobs (id, kind, queue, priority, status, input, max_attempts, run_at, event_seq, tags, attempt,
    started_at, finished_at, output)
SELECT uuidv7(make_interval(secs => n * 0.001 - 7200)), ($6::text[])[n % 2 + 1],
    $1, $2, $3, '{}', 3, now(), 1, CASE WHEN n % 1000 = 0 THEN '{common,rare}' ELSE '{common}' END::text[],
    ($3 <> 'queued')::int, now(), CASE WHEN $3 <> 'queued' THEN now() END,
    CASE WHEN $3 <> 'queued' THEN '{}'::jsonb END
FROM generate_series($4::int, $5::int) n
"""
TELL = """
INSERT INTO job_events (job_id, seq, attempt, type, data)
SELECT id, 1, 0, 'job.status', '{"status": "queued"}' FROM jobs WHERE queue = $1 AND status = $2
ON CONFLICT DO NOTHING
"""
LEFT = "SELECT EXISTS (SELECT FROM jobs WHERE batch_id = $1 AND finished_at IS NULL)"
LISTS = {
    "all": {},
    "a kind": {"kind": "first_line"},
    "an unknown kind": {"kind": "none"},
    "queued": {"status": "queued"},
    "succeeded": {"status": "succeeded"},
    "failed": {"status": "failed"},
    "a kind that failed": {"kind": "other", "status": "failed"},
    "a queue": {"queue": PARKED},
    "a kind in a queue": {"queue": PARKED, "kind": "other"},
    "a rare tag": {"tag": "rare"},
    "a common tag": {"tag": "common"},
}

Figures = dict[str, float]


class Bench:
    """The stack, and what is asked of it."""

    def __init__(self, res: Resources, client: httpx.AsyncClient, options: argparse.Namespace) -> None:
        self._res = res
        self._client = client
        self._options = options

    async def fill(self, queue: str, rows: int, *, status: str = "queued", priority: int = 0) -> None:
        """More rows, a chunk at a time. Those that nobody serves have their bells when this returns."""
        for first in range(0, rows, CHUNK):
            async with self._res.pool.acquire() as conn:
                upto = min(rows, first + CHUNK)
                await conn.execute(FILL, queue, priority, status, first + 1, upto, KINDS, timeout=600)
        async with self._res.pool.acquire() as conn:
            await conn.execute(TELL, queue, status, timeout=600)
        if queue == PARKED:
            for kind in KINDS:
                await self._ring(Strand(queue, kind))

    async def analyze(self) -> None:
        async with self._res.pool.acquire() as conn:
            await conn.execute("ANALYZE", timeout=600)

    async def start(self) -> Figures:
        send = through_engine(self._res)
        await starts(self._res, send, WARM_UP)
        waits = summary(await starts(self._res, send, self._options.starts))
        return {"start p50": waits["p50"], "start p99": waits["p99"]}

    async def drain(self) -> Figures:
        return {"drain": round(statistics.median([await self._drain_once() for _ in range(ROUNDS)]), 1)}

    async def top_up(self) -> Figures:
        took = await timed(self._options.asks, Upkeep(self._res).top_up_once)
        return {"top-up p50": summary(took)["p50"]}

    async def lists(self) -> Figures:
        return {f"list {name} p95": await self._list(params) for name, params in LISTS.items()}

    async def _ring(self, strand: Strand) -> None:
        last: sweeps.Ready | None = None
        async with self._res.pool.acquire() as conn:
            while page := await sweeps.ready(conn, strand, last, PAGE):
                await self._res.bell.ring(page)
                last = page[-1]

    async def _drain_once(self) -> float:
        batch, jobs = new_id(), self._options.jobs
        kind = self._res.kinds["first_line"]
        made = [prepare(kind, {}, Options(batch_id=batch)) for _ in range(jobs)]
        await submit(self._res, made, lambda _: "")
        began = time.monotonic()
        async with self._res.pool.acquire() as conn:
            while await conn.fetchval(LEFT, batch):
                await asyncio.sleep(LOOK_S)
        return float(jobs / (time.monotonic() - began))

    async def _list(self, params: dict[str, str]) -> float:
        async def ask() -> None:
            (await self._client.get("/v1/jobs", params=params)).raise_for_status()

        return summary(await timed(self._options.asks, ask))["p95"]


async def timed(times: int, call: Callable[[], Awaitable[object]]) -> list[float]:
    """Milliseconds of each call."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        await call()
        took.append(1000 * (time.perf_counter() - began))
    return took


async def measure_all(options: argparse.Namespace) -> dict[str, object]:
    async with opened(options) as bench:
        await bench.fill(PARKED, PAGE)
        small = say("small", {**await bench.start(), **await bench.drain(), **await bench.top_up()})
        small |= say("small, lists", await bench.lists())
        await bench.fill(PARKED, options.rows)
        await bench.fill(SERVED, options.rows, status="succeeded")
        early = say("deep, lists before statistics", await bench.lists())
        deep = say("deep", {**await bench.start(), **await bench.drain(), **await bench.top_up()})
        await bench.analyze()
        deep |= say("deep, lists", await bench.lists())
        await bench.fill(SERVED, options.rows, priority=LOWEST)
        same = say("deep, same queue", await bench.drain())
    return {
        "unit": {"start, top-up, list": "ms", "drain": "jobs per s"},
        "rows": options.rows,
        "jobs": options.jobs,
        "small": small,
        "deep": deep,
        "deep, lists before statistics": early,
        "deep, same queue": same,
        "deep to small": {name: round(value / small[name], 3) for name, value in deep.items()},
    }


@asynccontextmanager
async def opened(options: argparse.Namespace) -> AsyncIterator[Bench]:
    async with (
        running_stack() as (settings, url),
        open_resources(settings) as res,
        httpx.AsyncClient(base_url=url, timeout=60) as client,
    ):
        yield Bench(res, client, options)


def say(what: str, figures: Figures) -> Figures:
    """A line on stderr: the run takes a while."""
    print(
        f"{what}: " + ", ".join(f"{name} {value:g}" for name, value in figures.items()), file=sys.stderr, flush=True
    )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="queued jobs, and as many that have ended")
    parser.add_argument("--jobs", type=int, default=2000, help="no-ops of one drain")
    parser.add_argument("--starts", type=int, default=200)
    parser.add_argument("--asks", type=int, default=100, help="lists and top-ups of each sort")
    parser.add_argument("--quick", action="store_true", help="a smoke test that keeps no result")
    options = parser.parse_args()
    if options.quick:
        vars(options).update(rows=20_000, jobs=300, starts=30, asks=20)
    os.environ["TURNSPIT_KINDS"] = "bench.kinds"
    figures = asyncio.run(measure_all(options))
    if not options.quick:
        save("depth", figures)


if __name__ == "__main__":
    main()
