"""How long does a job wait behind what cannot run?

`python -m bench.waits [--jobs N]` starts the whole stack and sends single jobs through the engine, as
`bench.latency` does: alone, each behind 2,000 bells of old (1,000 of rows that are gone, 1,000 of jobs that have
ended), behind 1,000 jobs of a kind whose limit is reached, and behind 5,000 of a kind that no worker knows.
"""

import argparse
import asyncio
import os
from collections.abc import Sequence
from dataclasses import replace

from redis.asyncio import Redis

from bench.latency import WARM_UP, first_line, starts, through_engine
from bench.report import save, summary
from bench.stack import running_stack
from jobs import strands
from jobs.ids import new_id
from jobs.model import Strand, Submission
from jobs.queue import submit
from jobs.resources import Resources, open_resources
from jobs.submission import Options, prepare

OLD = 1000


async def measure(jobs: int) -> dict[str, object]:
    """`jobs` starts in each situation: commit to first line, milliseconds."""
    async with running_stack() as (settings, _), open_resources(settings) as res:
        send = through_engine(res)
        await starts(res, send, WARM_UP)
        figures: dict[str, object] = {"unit": "ms", "jobs": jobs, "alone": summary(await starts(res, send, jobs))}
        figures["2,000 bells of old in front of each"] = summary(await _behind_old_bells(res, jobs // 10))
        await _queue(res, [prepare(res.kinds["guarded"], {}, Options()) for _ in range(1000)])
        figures["1,000 jobs behind a full gate"] = summary(await starts(res, send, jobs))
        await _queue(res, [replace(_job(res), kind="unknown_here") for _ in range(5000)])
        figures["and 5,000 of an unknown kind"] = summary(await starts(res, send, jobs))
    return figures


async def _behind_old_bells(res: Resources, jobs: int) -> list[float]:
    ended = [_job(res) for _ in range(OLD)]
    await _queue(res, ended)
    for job in ended:
        await first_line(res, job.id)
    key, waits = strands.key(Strand("default", "first_line")), []
    async with Redis.from_url(res.settings.redis_url.get_secret_value()) as redis:
        for _ in range(jobs):
            gone = [new_id() for _ in range(OLD)]
            await redis.zadd(key, {strands.member(id, 0): 1 for id in (*gone, *(job.id for job in ended))})
            waits += await starts(res, through_engine(res), 1)
    return waits


def _job(res: Resources) -> Submission:
    return prepare(res.kinds["first_line"], {}, Options())


async def _queue(res: Resources, made: Sequence[Submission]) -> None:
    await submit(res, made, lambda _: "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    os.environ["TURNSPIT_KINDS"] = "bench.kinds"
    save("waits", asyncio.run(measure(parser.parse_args().jobs)))


if __name__ == "__main__":
    main()
