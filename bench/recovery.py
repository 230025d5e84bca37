"""How long until a lost job runs again, a cancel is honoured, a limit is kept?

`python -m bench.recovery [--trials N]` starts the whole stack with two workers for each queue and does the same
harm N times for each line of the result, a third as often where a lease has to end first; `--quick` is a smoke test
that keeps no result. Times are in ms:

- lost: from the signal to the first line of the next attempt, on whichever worker.
- cancel: from the request to the status `canceled` in the row, and for a child to its end as well.
- limit: from the limit, counted from the first line, to the status `failed` in the row, or to the end of the child.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import httpx
import psutil

from bench.kinds import Hold
from bench.report import save, summary
from bench.stack import running_stack
from jobs.ids import new_id
from jobs.model import Job
from jobs.queue import submit
from jobs.resources import Resources, open_resources
from jobs.store import attempts, events, workers
from jobs.store import jobs as rows
from jobs.store.workers import Worker
from jobs.submission import Options, prepare

LOOK_S = 0.002
START_S = 4.0
PATIENCE_S = 60.0
LIMIT_S = {"async": 1.0, "child": 5.0, "lock": 1.0}
"""A child must have started by then."""
PAIRS = 2
UNSERVED = "nobody"
LEASES = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Victim:
    """A job that runs: when its first attempt began, and where its child writes its pid."""

    id: UUID
    began: float
    pid_file: Path


class Stage:
    """The running stack."""

    def __init__(self, res: Resources, client: httpx.AsyncClient, folder: Path) -> None:
        self._res = res
        self._client = client
        self._folder = folder

    async def whole(self) -> None:
        """Return when both workers of the queue run; one is registered a while before it takes jobs."""

        async def look() -> bool | None:
            now = datetime.now(UTC)
            running = [worker for worker in await self._workers() if psutil.pid_exists(worker.pid)]
            ready = [worker for worker in running if (now - worker.started_at).total_seconds() > START_S]
            return len(ready) == PAIRS or None

        await eventually(look)

    async def queued(self) -> UUID:
        """A job that no worker takes."""
        job = prepare(self._res.kinds["holding"], {}, Options(queue=UNSERVED))
        await submit(self._res, [job], lambda _: "")
        return job.id

    async def running(self, how: str = "async", limit_s: float | None = None) -> Victim:
        pid_file = self._folder / str(new_id())
        input = Hold(how=how, pid_file=str(pid_file)).model_dump()
        job = prepare(self._res.kinds["holding"], input, Options(timeout_s=limit_s))
        await submit(self._res, [job], lambda _: "")
        victim = Victim(job.id, await self.first_line(job.id, 1), pid_file)
        if how == "child":
            await eventually(lambda: written(pid_file))
        return victim

    async def first_line(self, job: UUID, attempt: int) -> float:
        """The clock at the first line of an attempt, from the event it wrote."""

        async def look() -> float | None:
            async with self._res.pool.acquire() as conn:
                told = await events.after(conn, job, 0)
            said = [event.data["at"] for event in told if event.type == "job.log" and event.attempt == attempt]
            return float(str(said[0])) if said else None

        return await eventually(look)

    async def worker_of(self, victim: Victim) -> Worker:
        async with self._res.pool.acquire() as conn:
            for worker in await self._workers():
                if any(id == victim.id for id, _, _ in await attempts.held(conn, worker.id)):
                    return worker
        raise LookupError("nobody runs it")

    async def cancel(self, job: UUID) -> None:
        (await self._client.post(f"/v1/jobs/{job}/cancel")).raise_for_status()

    async def ended(self, job: UUID, status: str) -> float:
        """The clock when the row was seen with its last status."""

        async def look() -> Job | None:
            async with self._res.pool.acquire() as conn:
                row = await rows.get(conn, job, "default")
            return row if row is not None and row.done else None

        row = await eventually(look)
        assert row.status == status, row.error
        return time.monotonic()

    async def _workers(self) -> list[Worker]:
        async with self._res.pool.acquire() as conn:
            up = await workers.up(conn, self._res.settings.lease_s)
        return [worker for worker in up if "default" in worker.slots]


Trial = Callable[[Stage], Awaitable[float]]


def lost(number: signal.Signals, *, guard: bool) -> Trial:
    """A worker is signalled, with its guard or alone."""

    async def trial(stage: Stage) -> float:
        victim = await stage.running()
        worker = await stage.worker_of(victim)
        pids = [pid for pid in (worker.guard_pid if guard else None, worker.pid) if pid]
        began = time.monotonic()
        for pid in pids:
            os.kill(pid, number)
        again = await stage.first_line(victim.id, 2)
        for pid in pids:  # a stopped one learns that it was given up
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGCONT)
        await stage.cancel(victim.id)
        return again - began

    return trial


async def lost_child(stage: Stage) -> float:
    victim = await stage.running("child")
    began = time.monotonic()
    os.kill(int(victim.pid_file.read_text()), signal.SIGKILL)
    again = await stage.first_line(victim.id, 2)
    await stage.cancel(victim.id)
    return again - began


async def cancel_queued(stage: Stage) -> float:
    job = await stage.queued()
    began = time.monotonic()
    await stage.cancel(job)
    return await stage.ended(job, "canceled") - began


async def cancel_running(stage: Stage) -> float:
    victim = await stage.running()
    began = time.monotonic()
    await stage.cancel(victim.id)
    return await stage.ended(victim.id, "canceled") - began


async def cancel_child(stage: Stage) -> float:
    victim = await stage.running("child")
    began = time.monotonic()
    await stage.cancel(victim.id)
    return max(await stage.ended(victim.id, "canceled"), await gone(victim.pid_file)) - began


def limit(how: str) -> Trial:
    """An attempt goes on beyond its limit."""

    async def trial(stage: Stage) -> float:
        victim = await stage.running(how, LIMIT_S[how])
        over = victim.began + LIMIT_S[how]
        if how == "child":
            return await gone(victim.pid_file) - over
        return await stage.ended(victim.id, "failed") - over

    return trial


TRIALS: dict[str, Trial] = {
    "lost: worker killed": lost(signal.SIGKILL, guard=False),
    "lost: child killed": lost_child,
    "lost: guard and worker killed (lease 10 s)": lost(signal.SIGKILL, guard=True),
    "lost: worker stopped (lease 10 s)": lost(signal.SIGSTOP, guard=False),
    "lost: guard and worker stopped (lease 10 s)": lost(signal.SIGSTOP, guard=True),
    "cancel: queued": cancel_queued,
    "cancel: running": cancel_running,
    "cancel: in a child that ignores everything": cancel_child,
    "limit: a run that waits": limit("async"),
    "limit: in a child that ignores everything": limit("child"),
    "limit: a run that locks its worker": limit("lock"),
}


async def measure_all(trials: int) -> dict[str, object]:
    """Every line; milliseconds."""
    figures: dict[str, object] = {"unit": "ms", "trials": trials, "trials with a lease": few(trials)}
    with tempfile.TemporaryDirectory() as folder:
        async with (
            running_stack(PAIRS) as (settings, url),
            open_resources(settings) as res,
            httpx.AsyncClient(base_url=url) as client,
        ):
            stage = Stage(res, client, Path(folder))
            for name, trial in TRIALS.items():
                times = []
                for _ in range(few(trials) if "lease" in name else trials):
                    await stage.whole()
                    times.append(1000 * await trial(stage))
                figures[name] = summary(times)
                print(f"{name}: {figures[name]}", file=sys.stderr, flush=True)
    return figures


def few(trials: int) -> int:
    return max(2, trials // LEASES)


async def gone(pid_file: Path) -> float:
    """The clock when the process was seen to be no more."""
    process_id = int(pid_file.read_text())

    async def look() -> bool | None:
        return None if psutil.pid_exists(process_id) else True

    await eventually(look)
    return time.monotonic()


async def written(file: Path) -> bool | None:
    return file.exists() or None


async def eventually(look: Callable[[], Awaitable[T | None]]) -> T:
    async with asyncio.timeout(PATIENCE_S):
        while (found := await look()) is None:
            await asyncio.sleep(LOOK_S)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=30)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    os.environ["TURNSPIT_KINDS"] = "bench.kinds"
    if options.quick:
        asyncio.run(measure_all(2))
    else:
        save("recovery", asyncio.run(measure_all(options.trials)))


if __name__ == "__main__":
    main()
