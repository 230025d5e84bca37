"""How busy does a backlog keep a single slot?

`python -m bench.refill [--jobs N]` starts the whole stack and queues jobs that take 50 ms where one slot serves
them. The busy share is what the runs take of the time from the first line of the first to the last line of the
last: the rest is waiting for the next job and its claim, while the outcome of the one before goes to its row.
"""

import argparse
import asyncio
import os
from itertools import pairwise
from uuid import UUID

from bench.report import save, summary
from bench.stack import running_stack
from jobs.queue import submit
from jobs.resources import Resources, open_resources
from jobs.store import jobs as rows
from jobs.submission import Options, prepare

WARM_UP = 5


async def measure(jobs: int) -> dict[str, object]:
    """The busy share, and how long after the end of one job the next begins; milliseconds."""
    async with running_stack() as (settings, _), open_resources(settings) as res:
        await spans(res, WARM_UP)
        ran = await spans(res, jobs)
    busy = sum(until - at for at, until in ran)
    gaps = [1000 * (after[0] - before[1]) for before, after in pairwise(ran)]
    share = busy / (ran[-1][1] - ran[0][0])
    return {"unit": "ms", "jobs": jobs, "busy share": round(share, 4), "from end to next start": summary(gaps)}


async def spans(res: Resources, jobs: int) -> list[tuple[float, float]]:
    """When each of so many jobs, queued at once, was at its first and last line; the worker's clock."""
    made = [prepare(res.kinds["nap"], {}, Options()) for _ in range(jobs)]
    await submit(res, made, lambda _: "")
    return sorted([await _span(res, job.id) for job in made])


async def _span(res: Resources, job_id: UUID) -> tuple[float, float]:
    """Looks seldom: what is measured runs on the same machine."""
    while True:
        async with res.pool.acquire() as conn:
            job = await rows.get(conn, job_id, "default")
        if job is not None and isinstance(job.output, dict):
            return float(str(job.output["at"])), float(str(job.output["until"]))
        await asyncio.sleep(0.5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    os.environ |= {"TURNSPIT_KINDS": "bench.kinds", "TURNSPIT_SLOTS": "1"}
    save("refill", asyncio.run(measure(parser.parse_args().jobs)))


if __name__ == "__main__":
    main()
