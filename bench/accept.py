"""How fast are jobs accepted, durably, over HTTP, and what does one POST cost?

`python -m bench.accept [--rounds N]`, or `--quick` for a smoke test that keeps no result. The stack as it runs in
production, with no worker, so that nothing but accepting is measured; the client is a process of its own.

- batches: posts of 500 jobs each over a few connections; jobs a second from the first byte sent to the last 202
  received. Every job is a committed row by then (fsync on), which is counted.
- single posts: CPU microseconds (user and system) of the API's process for one `POST /v1/jobs`, beside those of
  an empty FastAPI application that is served in the same way and sent the same body, by turns.
- cancel: milliseconds from the request that cancels a queued job to the reply that shows it canceled.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from bench import cpu
from bench.report import save, summary
from bench.stack import pid_of, running_stack
from jobs.resources import Resources, open_resources
from service.stack.ports import free_port, url_of

BATCH = 500
CONNECTIONS = 4
JOB = {"kind": "first_line", "input": {"after": 1.5}}
WARM_UP = 200
PARTS = ("api", "postgres", "redis")


@dataclass(frozen=True, slots=True)
class Stage:
    """What is measured: both services, and where the processes of ours are."""

    res: Resources
    client: httpx.AsyncClient
    url: str
    pids: dict[str, int]
    empty_url: str
    empty_pid: int


async def measure_all(options: argparse.Namespace) -> dict[str, object]:
    """All three questions, `rounds` times by turns; medians."""
    batches, singles = [], []
    async with stage() as on:
        for url in (on.url, on.empty_url):
            await posted(url, JOB, WARM_UP, CONNECTIONS)
        for _ in range(options.rounds):
            batches.append(await accepted(on, options.batches))
            singles.append(await compared(on, options.singles))
        cancels = [await canceled(on.client) for _ in range(options.cancels)]
    return {
        "rounds": options.rounds,
        "batches": {"jobs each": BATCH, "posts": options.batches, "connections": CONNECTIONS, **medians(batches)},
        "single posts": {"posts": options.singles, **medians(singles)},
        "cancel of a queued job": {"unit": "ms", **summary(cancels)},
        "by round": {"batches": batches, "single posts": singles},
    }


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    async with (
        running_stack(no_worker=True) as (settings, url),
        open_resources(settings) as res,
        httpx.AsyncClient(base_url=url, timeout=60) as client,
        empty_service() as (empty_url, empty_pid),
    ):
        pids = {part: pid_of(settings, part) for part in PARTS}
        yield Stage(res, client, url, pids, empty_url, empty_pid)


@asynccontextmanager
async def empty_service() -> AsyncIterator[tuple[str, int]]:
    """The yardstick, served: its url and its process."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.empty", str(port))
    try:
        url = url_of("127.0.0.1", port)
        async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=10)) as client:
            await client.get(url)
        yield url, process.pid
    finally:
        process.terminate()
        await process.wait()


async def accepted(on: Stage, posts: int) -> dict[str, float]:
    """Jobs a second in batches, and what each job cost whom. Leaves the queue empty."""
    before, spent = await rows(on.res), cpu.spent(on.pids)
    took = await posted(on.url, [JOB] * BATCH, posts, CONNECTIONS)
    costs = cpu.each(spent, cpu.spent(on.pids), posts * BATCH)
    made = await rows(on.res) - before
    assert made == posts * BATCH, made
    await emptied(on.res)
    return {"jobs/s": round(made / took), **{f"{name} CPU us per job": cost for name, cost in costs.items()}}


async def compared(on: Stage, posts: int) -> dict[str, float]:
    """The CPU microseconds of one POST here and there, one connection after the other and several at once."""
    figures: dict[str, float] = {}
    for connections in (1, 16, 64):
        pids = {"empty": on.empty_pid}
        spent = cpu.spent(pids)
        await posted(on.empty_url, JOB, posts, connections)
        empty = cpu.each(spent, cpu.spent(pids), posts)["empty"]
        spent = cpu.spent(on.pids)
        await posted(on.url, JOB, posts, connections)
        ours = cpu.each(spent, cpu.spent(on.pids), posts)
        figures |= {f"{name} CPU us at {connections}": cost for name, cost in {"empty": empty, **ours}.items()}
        figures[f"api to empty at {connections}"] = round(ours["api"] / empty, 3)
    await emptied(on.res)
    return figures


async def posted(url: str, body: object, times: int, connections: int) -> float:
    """Seconds that a client in its own process needs for so many posts."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(json.dumps(body))
        file.flush()
        path = "batches" if isinstance(body, list) else "jobs"
        argv = ("-m", "bench.posting", f"{url}/v1/{path}", file.name, str(times), str(connections))
        client = await asyncio.create_subprocess_exec(sys.executable, *argv, stdout=asyncio.subprocess.PIPE)
        told, _ = await client.communicate()
    assert client.returncode == 0
    return float(told)


async def canceled(client: httpx.AsyncClient) -> float:
    """Milliseconds of one cancel."""
    job = (await client.post("/v1/jobs", json=JOB)).raise_for_status().json()
    assert job["status"] == "queued"
    began = time.monotonic()
    reply = await client.post(job["urls"]["cancel"])
    took = 1000 * (time.monotonic() - began)
    assert reply.json()["status"] == "canceled"
    return took


async def rows(res: Resources) -> int:
    async with res.pool.acquire() as conn:
        return int(await conn.fetchval("SELECT count(*) FROM jobs"))


async def emptied(res: Resources) -> None:
    """Each round begins with no jobs, as the first did."""
    async with res.pool.acquire() as conn:
        await conn.execute("TRUNCATE jobs, job_events, job_deps")


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(figures[name] for figures in rounds), 3) for name in rounds[0]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batches", type=int, default=100)
    parser.add_argument("--singles", type=int, default=2000)
    parser.add_argument("--cancels", type=int, default=300)
    parser.add_argument("--quick", action="store_true", help="one small round, not kept")
    options = parser.parse_args()
    os.environ["TURNSPIT_KINDS"] = "bench.kinds"
    if options.quick:
        options.rounds, options.batches, options.singles, options.cancels = 1, 10, 300, 20
        print(json.dumps(asyncio.run(measure_all(options)), indent=1))
    else:
        save("accept", asyncio.run(measure_all(options)))


if __name__ == "__main__":
    main()
