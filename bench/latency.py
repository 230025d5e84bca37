"""How long from the commit of a job to the first line of its kind, on an idle worker?

`python -m bench.latency [--jobs N]` starts the whole stack and sends single jobs, one after another with a
pause: through the engine (the clock starts when the commit has returned) and over HTTP (the clock starts
when the request is sent).
"""

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import httpx

from bench.report import save, summary
from bench.stack import running_stack
from jobs.queue import submit
from jobs.resources import Resources, open_resources
from jobs.store import jobs as rows
from jobs.submission import Options, prepare

PAUSE_S = 0.02
WARM_UP = 20

Send = Callable[[], Awaitable[tuple[UUID, float]]]


async def measure_all(jobs: int) -> dict[str, object]:
    """`jobs` starts each way; milliseconds."""
    async with (
        running_stack() as (settings, url),
        open_resources(settings) as res,
        httpx.AsyncClient(base_url=url) as client,
    ):
        ways = {
            "engine: commit to first line": through_engine(res),
            "http: request to first line": over(client),
        }
        figures: dict[str, object] = {"unit": "ms", "jobs": jobs}
        for name, send in ways.items():
            await starts(res, send, WARM_UP)
            figures[name] = summary(await starts(res, send, jobs))
    return figures


def through_engine(res: Resources) -> Send:
    async def send() -> tuple[UUID, float]:
        job = prepare(res.kinds["first_line"], {}, Options())
        await submit(res, [job], lambda _: "")
        return job.id, time.monotonic()

    return send


def over(client: httpx.AsyncClient) -> Send:
    async def send() -> tuple[UUID, float]:
        began = time.monotonic()
        reply = await client.post("/v1/jobs", json={"kind": "first_line", "input": {}})
        return UUID(reply.raise_for_status().json()["id"]), began

    return send


async def starts(res: Resources, send: Send, jobs: int) -> list[float]:
    """Milliseconds from the clock that `send` gives to the first line of the kind, job by job."""
    waits = []
    for _ in range(jobs):
        job_id, began = await send()
        waits.append(1000 * (await first_line(res, job_id) - began))
        await asyncio.sleep(PAUSE_S)
    return waits


async def first_line(res: Resources, job_id: UUID) -> float:
    """The worker's clock at the first line, from the job's output."""
    while True:
        async with res.pool.acquire() as conn:
            job = await rows.get(conn, job_id, "default")
        if job is not None and isinstance(job.output, dict):
            return float(str(job.output["at"]))
        await asyncio.sleep(0.005)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=300)
    os.environ["TURNSPIT_KINDS"] = "bench.kinds"
    save("latency", asyncio.run(measure_all(parser.parse_args().jobs)))


if __name__ == "__main__":
    main()
