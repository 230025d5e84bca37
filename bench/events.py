"""How old is an event when a client hears of it, with a thousand streams open? And what does progress cost?

`python -m bench.events [--streams 1000]`, or `--quick` for a smoke test that keeps no result. The whole stack as it
runs in production, but for more slots; the client that holds the streams is a process of its own.

- emit to client: 200 durable events a second in total, emitted by as many running jobs as there are streams (each
  client watches its own job) and by a tenth of them (ten clients watch each job, which makes 2,000 frames a
  second). Milliseconds on CLOCK_MONOTONIC, which processes of one machine share, from before the kind emits to the
  arrival of the frame at the client: the commit of the event lies in between.
- progress: a kind reports 1,000 times a second; how often is its row written? A trigger counts.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile

import httpx

from bench import cpu
from bench.report import save, summary
from bench.stack import pid_of, running_stack
from jobs.resources import Resources, open_resources

RATE = 200
START_S = 5.0
COUNTER = """
CREATE TABLE progress_writes (at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE FUNCTION count_progress() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO progress_writes DEFAULT VALUES; RETURN NULL; END $$;
CREATE TRIGGER count_progress AFTER UPDATE OF progress ON jobs FOR EACH ROW
    WHEN (NEW.progress IS NOT NULL) EXECUTE FUNCTION count_progress();
"""
MOST_A_SECOND = """
SELECT count(*) AS all, coalesce(max(beside), 0) AS most FROM (
    SELECT count(*) OVER (ORDER BY at RANGE BETWEEN CURRENT ROW AND interval '999999 us' FOLLOWING) AS beside
    FROM progress_writes) windows
"""


async def measure_all(options: argparse.Namespace) -> dict[str, object]:
    async with (
        running_stack() as (settings, url),
        open_resources(settings) as res,
        httpx.AsyncClient(base_url=url, timeout=60) as client,
    ):
        pids = {part: pid_of(settings, part) for part in ("api", "postgres", "redis")}
        figures: dict[str, object] = {"unit": "ms", "streams": options.streams, "events/s": RATE}
        for jobs in (options.streams, options.streams // 10):
            figures[f"emit to client, {jobs} jobs"] = await heard(client, pids, jobs, options)
        figures["progress"] = await progressed(client, res, options.seconds)
    return figures


async def heard(
    client: httpx.AsyncClient, pids: dict[str, int], jobs: int, options: argparse.Namespace
) -> dict[str, float]:
    """The ages of events, how many frames came, and which share of a CPU each process took."""
    every_s = jobs / RATE
    last_s = START_S + options.streams / 50 + 2 * every_s + options.seconds
    asked = [
        {"kind": "ticks", "input": {"every_s": every_s, "for_s": last_s, "after_s": n / RATE}} for n in range(jobs)
    ]
    made = (await client.post("/v1/batches", json=asked)).raise_for_status().json()
    ids = [entry["id"] for entry in made["data"]]
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("\n".join(ids[n % jobs] for n in range(options.streams)))
        file.flush()
        argv = ("-m", "bench.watching", str(client.base_url), file.name, str(options.seconds))
        watcher = await asyncio.create_subprocess_exec(
            sys.executable, *argv, stdout=asyncio.subprocess.PIPE, limit=2**26
        )
        assert watcher.stdout is not None
        assert await watcher.stdout.readline() == b"open\n"
        spent = cpu.spent(pids)
        ages = json.loads(await watcher.stdout.readline())
        costs = {name: used - spent[name] for name, used in cpu.spent(pids).items()}
        await watcher.wait()
    for job_id in ids:
        await client.post(f"/v1/jobs/{job_id}/cancel")
    shares = {f"{name} % of a CPU": round(100 * cost / options.seconds, 1) for name, cost in costs.items()}
    return {"frames": len(ages), **summary(ages), **shares}


async def progressed(client: httpx.AsyncClient, res: Resources, seconds: float) -> dict[str, float]:
    """Row writes of a kind that reports a thousand times a second, and whether its last value shows."""
    async with res.pool.acquire() as conn:
        await conn.execute(COUNTER)
    body = {"kind": "progresses", "input": {"every_s": 0.001, "for_s": seconds}}
    job = (await client.post("/v1/jobs", json=body)).raise_for_status().json()
    while not job["done"]:
        job = (await client.get(f"/v1/jobs/{job['id']}", params={"wait": 60})).json()
    times = job["output"]["times"]
    assert job["progress"]["current"] == times, (job["progress"], times)
    async with res.pool.acquire() as conn:
        written = await conn.fetchrow(MOST_A_SECOND)
    assert written is not None
    return {"reports/s": round(times / seconds), "row writes": written["all"], "most in a second": written["most"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--quick", action="store_true", help="few streams and seconds, not kept")
    options = parser.parse_args()
    if options.quick:
        options.streams, options.seconds = 100, 4
    os.environ["TURNSPIT_KINDS"] = "bench.kinds"
    os.environ["TURNSPIT_SLOTS"] = str(options.streams)
    figures = asyncio.run(measure_all(options))
    if options.quick:
        print(json.dumps(figures, indent=1))
    else:
        save("events", figures)


if __name__ == "__main__":
    main()
