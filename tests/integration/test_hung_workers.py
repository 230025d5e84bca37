"""A worker that hangs, or is killed by one of its jobs: the guard finds the one, and spares the others."""

import asyncio
import os
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from jobs.ids import new_id
from jobs.model import Job, Status
from jobs.quarantine import TOGETHER, Quarantine
from jobs.queue import cancel
from jobs.resources import Resources
from jobs.store import attempts, events, sweeps, workers
from jobs.upkeep import Upkeep
from tests.chaos.invariants import check
from tests.conftest import enqueue, eventually, read, running_worker, until
from tests.processes import guard_process

SHORT_LEASE = {"TURNSPIT_LEASE_S": "5"}


async def deaths_of(res: Resources, *ids: UUID) -> list[int]:
    async with res.pool.acquire() as conn:
        rows = await conn.fetch("SELECT id, deaths FROM jobs WHERE id = ANY($1)", ids)
    counted = {row["id"]: row["deaths"] for row in rows}
    return [counted[id] for id in ids]


async def gripping(res: Resources, tmp_path: Path, **input: object) -> Job:
    """A job that holds the interpreter of its worker by now; its limit is a second unless the test says else."""
    limit_s = input.pop("limit_s", 1.0)
    job = await enqueue(res, "grip", {"mark": str(tmp_path / "held"), **input}, timeout_s=limit_s)
    await eventually(lambda: there(tmp_path / "held"), 20, "it never started")
    return job


async def there(file: Path) -> bool | None:
    return file.exists() or None


async def test_a_kind_that_locks_its_worker_beyond_the_limit_is_timed_out_and_its_sibling_runs_again(
    res: Resources, tmp_path: Path
) -> None:
    async with guard_process(res.settings):
        sibling = await enqueue(res, "slow", {"steps": 50, "pause_s": 0.1})
        await until(res, sibling.id, Status.RUNNING)
        job = await gripping(res, tmp_path, hold_s=60, attempts=1)
        held = time.monotonic()
        again = await until(res, job.id, within=30)
        assert time.monotonic() - held < 20
        assert (again.output, again.failures) == ({"attempt": 2}, 1)
        assert await why_tried_again(res, job.id) == {"timed_out"}
        done = await until(res, sibling.id, within=30)
        assert (done.status, done.attempt, done.failures) == (Status.SUCCEEDED, 2, 0)
    assert await deaths_of(res, job.id, sibling.id) == [0, 0]


async def why_tried_again(res: Resources, job_id: UUID) -> set[str]:
    async with res.pool.acquire() as conn:
        told = await events.after(conn, job_id, 0)
    return {event.data["error"]["code"] for event in told if "error" in event.data}


async def test_the_last_timeout_by_the_guard_fails_the_job(res: Resources, tmp_path: Path) -> None:
    async with guard_process(res.settings):
        job = await enqueue(res, "grip", {"hold_s": 60}, timeout_s=0.5, max_attempts=1)
        done = await until(res, job.id, within=30)
    assert done.error == {
        "code": "timed_out",
        "message": "The job took longer than the 0.5 seconds it is allowed.",
        "retryable": True,
        "attempt": 1,
    }
    assert (done.status, done.failures) == (Status.FAILED, 1)


async def test_a_canceled_kind_that_locks_its_worker_is_canceled_and_not_timed_out(
    res: Resources, tmp_path: Path
) -> None:
    async with guard_process(res.settings):
        job = await gripping(res, tmp_path, hold_s=60)
        await cancel(res, job.id, "default")
        done = await until(res, job.id, within=30)
    assert (done.status, done.error, done.failures) == (Status.CANCELED, None, 0)


@pytest.mark.parametrize("hold_s", [8, pytest.param(60, marks=[pytest.mark.long, pytest.mark.timeout(180)])])
async def test_a_kind_that_locks_its_worker_for_longer_than_the_lease_is_left_alone(
    res: Resources, tmp_path: Path, hold_s: int
) -> None:
    upkeep = Upkeep(replace(res, settings=res.settings.model_copy(update={"lease_s": 5.0})))
    async with guard_process(res.settings, env=SHORT_LEASE) as guard:
        neighbour = await enqueue(res, "chatty", {"steps": 99, "pause_s": 0.1}, timeout_s=2.0)
        await until(res, neighbour.id, Status.RUNNING)
        job = await gripping(res, tmp_path, hold_s=hold_s, limit_s=hold_s + 22.0)
        while (await read(res, job.id)).status is Status.RUNNING:
            await upkeep.rescue_once()
            await asyncio.sleep(0.2)
        done = await read(res, job.id)
        assert (done.status, done.output) == (Status.SUCCEEDED, {"attempt": 1})
        assert int((tmp_path / "held").read_text()) == guard.worker_pid


async def test_the_jobs_of_a_stopped_worker_run_again_when_its_lease_would_be_over(res: Resources) -> None:
    async with guard_process(res.settings, env=SHORT_LEASE) as guard:
        job = await enqueue(res, "slow", {"steps": 50, "pause_s": 0.1})
        await until(res, job.id, Status.RUNNING)
        os.kill(guard.worker_pid, signal.SIGSTOP)
        stopped = time.monotonic()
        done = await until(res, job.id, within=30)
        assert time.monotonic() - stopped > 5
        assert (done.status, done.attempt, done.failures) == (Status.SUCCEEDED, 2, 0)
    assert await deaths_of(res, job.id) == [0]


@pytest.mark.parametrize(("how", "suspected"), [("exit", 2), ("pool", 1), ("segfault", 0)])
async def test_a_poison_job_stops_after_three_deaths_and_its_fifty_neighbours_succeed(
    res: Resources, how: str, suspected: int
) -> None:
    """An exit in a thread of its own leaves no trace of who did it, so each neighbour is a suspect at first.

    One in a thread of the worker may meet a neighbour that is just on the event loop.
    """
    async with guard_process(res.settings, env={"TURNSPIT_SLOTS": "60"}):
        neighbours = [(await enqueue(res, "chatty", {"steps": 15, "pause_s": 0.1})).id for _ in range(50)]
        for id in neighbours:
            await until(res, id, Status.RUNNING, Status.SUCCEEDED)
        job = await enqueue(res, "poison", {"how": how})
        done = await until(res, job.id, within=90)
        assert done.error is not None
        assert (done.status, done.attempt, done.failures) == (Status.FAILED, 3, 0)
        assert done.error["code"] == "worker_lost"
        for id in neighbours:
            innocent = await until(res, id, within=90)
            assert (innocent.status, innocent.failures) == (Status.SUCCEEDED, 0), innocent.error
    assert await deaths_of(res, job.id) == [3]
    assert max(await deaths_of(res, *neighbours)) <= suspected


async def test_a_zombie_that_wakes_up_writes_nothing(res: Resources, tmp_path: Path) -> None:
    """Guard and worker are stopped for longer than the lease, another worker runs the job, then they go on."""
    mark = tmp_path / "mark"
    async with guard_process(res.settings, env=SHORT_LEASE) as frozen:
        job = await enqueue(res, "slow", {"steps": 40, "pause_s": 0.1, "mark": str(mark)})
        await until(res, job.id, Status.RUNNING)
        async with guard_process(res.settings, env=SHORT_LEASE):
            for pid in (frozen.pid, frozen.worker_pid):
                os.kill(pid, signal.SIGSTOP)
            await eventually(lambda: lines(mark, 2), 20, "the job never ran again")
            zombie = frozen.worker_pid
            for pid in (frozen.worker_pid, frozen.pid):
                os.kill(pid, signal.SIGCONT)
            assert await frozen.next_worker() != zombie
            await until(res, job.id, within=20)
    await check(res, [job.id])
    assert len(mark.read_text().splitlines()) == 2


async def lines(file: Path, count: int) -> bool | None:
    return (file.exists() and len(file.read_text().splitlines()) >= count) or None


async def test_a_cancel_is_honoured_while_its_worker_drains(res: Resources) -> None:
    async with guard_process(res.settings) as guard:
        jobs = [await enqueue(res, "chatty", {"steps": 600, "pause_s": 0.1}) for _ in range(2)]
        for job in jobs:
            await until(res, job.id, Status.RUNNING)
        os.kill(guard.pid, signal.SIGTERM)
        await eventually(lambda: draining(res), 10, "it never drains")
        for job in jobs:
            await cancel(res, job.id, "default")
        asked = time.monotonic()
        for job in jobs:
            assert (await until(res, job.id)).status is Status.CANCELED
        assert time.monotonic() - asked < 3
        assert await guard.process.wait() == 0


async def draining(res: Resources) -> bool | None:
    async with res.pool.acquire() as conn:
        return any(worker.status == "draining" for worker in await workers.up(conn, res.settings.lease_s)) or None


@pytest.mark.parametrize("first", ["glance_once", "rescue_once"])
async def test_after_the_machine_has_slept_no_worker_is_declared_dead_before_it_could_beat(
    res: Resources, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    """Postgres's clock has moved on, CLOCK_MONOTONIC has not; whichever chore comes first sees every beat old."""
    worker_id, real, slept_s = new_id(), time.clock_gettime, 0.0
    monkeypatch.setattr(time, "clock_gettime", lambda clock: real(clock) + slept_s)
    async with res.pool.acquire() as conn:
        await workers.register(conn, worker_id, host="here", pid=1, guard_pid=None, slots={"default": 1})
    await eventually(lambda: up_for_a_lease(res), 20, "Postgres starts again and again")
    upkeep = Upkeep(res)
    await upkeep.glance_once()
    slept_s = 60.0
    async with res.pool.acquire() as conn:
        await conn.execute("UPDATE workers SET beat_at = beat_at - interval '60 seconds'")
    await getattr(upkeep, first)()
    await upkeep.rescue_once()
    assert await status_of(res, worker_id) == "alive"
    for _ in range(3):  # it is silent still when it could have beaten for a lease
        slept_s += 4.0
        await upkeep.glance_once()
        await upkeep.rescue_once()
    assert await status_of(res, worker_id) == "dead"


async def up_for_a_lease(res: Resources) -> bool | None:
    """Before that nobody is declared dead anyway."""
    async with res.pool.acquire() as conn:
        up_s = "SELECT extract(epoch FROM now() - pg_postmaster_start_time())::float8"
        return await conn.fetchval(up_s) > res.settings.lease_s or None


async def status_of(res: Resources, worker_id: UUID) -> str:
    async with res.pool.acquire() as conn:
        return str(await conn.fetchval("SELECT status FROM workers WHERE id = $1", worker_id))


@pytest.mark.parametrize(
    ("before", "blamed", "stopped"),
    [
        ([2, 0, 0], None, [0]),  # the one suspect among them
        ([2, 1, 0], None, []),  # it may have been the other
        ([2, 2, 1], [0], [0]),  # its step was on the event loop
        ([0, 1, 1], [0], []),
        ([2, 0, 0], [], []),  # the guard killed the worker
        ([5, 1, 0], None, [0]),  # enough is enough
    ],
)
async def test_the_third_death_ends_a_job_that_was_the_only_suspect(
    res: Resources, before: list[int], blamed: list[int] | None, stopped: list[int]
) -> None:
    worker_id = new_id()
    ids = [(await enqueue(res, "slow")).id for _ in before]
    async with res.pool.acquire() as conn:
        await workers.register(conn, worker_id, host="here", pid=1, guard_pid=None, slots={"default": 3})
        await attempts.claim(conn, [(id, 0) for id in ids], worker_id, ["slow"])
        for id, deaths in zip(ids, before, strict=True):
            await conn.execute("UPDATE jobs SET deaths = $2 WHERE id = $1", id, deaths)
        await workers.end(conn, worker_id, "dead")
        accused = None if blamed is None else [ids[n] for n in blamed]
        async with conn.transaction():
            freed = await sweeps.rescue(conn, blamed=accused, worker_id=worker_id)
    assert {change.id for change in freed} == set(ids)
    ended = [n for n, id in enumerate(ids) if (await read(res, id)).status is Status.FAILED]
    assert ended == stopped
    charged = range(len(ids)) if blamed is None else blamed
    assert await deaths_of(res, *ids) == [count + (n in charged) for n, count in enumerate(before)]


async def test_a_job_that_three_power_cuts_interrupt_is_no_suspect(res: Resources) -> None:
    """The last beat of its worker is older than Postgres's start: the machine went down with both."""
    job = await enqueue(res, "slow")
    for attempt in range(4):
        worker_id = new_id()
        async with res.pool.acquire() as conn, conn.transaction():
            await workers.register(conn, worker_id, host="here", pid=1, guard_pid=None, slots={"default": 3})
            assert await attempts.claim(conn, [(job.id, attempt)], worker_id, ["slow"])
            await conn.execute(
                "UPDATE workers SET beat_at = pg_postmaster_start_time() - interval '1 second' WHERE id = $1",
                worker_id,
            )
            await workers.end(conn, worker_id, "dead")
            await sweeps.rescue(conn, blamed=None)
    assert (await read(res, job.id)).status is Status.QUEUED
    assert await deaths_of(res, job.id) == [0]


async def test_suspects_run_few_together_and_the_worst_alone() -> None:
    quarantine = Quarantine()
    running: list[int] = []
    most: dict[int, int] = {1: 0, 2: 0}

    async def suspect(number: int, deaths: int) -> None:
        await quarantine.enter(number, deaths)
        running.append(deaths)
        assert deaths == 1 or running == [deaths]
        assert set(running) == {deaths}
        most[deaths] = max(most[deaths], len(running))
        await asyncio.sleep(0)
        running.remove(deaths)
        quarantine.leave(number)

    await asyncio.gather(*(suspect(n, 1 + n % 2) for n in range(40)))
    assert most == {1: TOGETHER, 2: 1}


async def suspects(res: Resources, *jobs: Job) -> None:
    """Two deaths each, before a worker sees them."""
    async with res.pool.acquire() as conn:
        await conn.execute("UPDATE jobs SET deaths = 2 WHERE id = ANY($1)", [job.id for job in jobs])


async def test_a_suspect_that_waits_for_a_place_ends_at_its_deadline(res: Resources) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=3)
    first = await enqueue(res, "chatty", {"steps": 600, "pause_s": 0.1})
    waits = await enqueue(res, "echo", deadline_at=soon)
    await suspects(res, first, waits)
    async with running_worker(res):
        done = await until(res, waits.id, within=10)
        assert (await read(res, first.id)).status is Status.RUNNING
    assert done.error is not None
    assert (done.status, done.error["code"]) == (Status.FAILED, "timed_out")
    assert done.error["message"] == "The deadline passed while the job ran."


async def test_a_suspect_that_is_left_behind_makes_room_for_the_next(res: Resources) -> None:
    stubborn = await enqueue(res, "stubborn", {"steps": 2, "pause_s": 8})
    waits = await enqueue(res, "echo", {"text": "ok"})
    await suspects(res, stubborn, waits)
    async with running_worker(res):
        await until(res, stubborn.id, Status.RUNNING)
        await cancel(res, stubborn.id, "default")
        canceled = time.monotonic()
        assert (await until(res, waits.id)).output == {"text": "ok"}
        assert time.monotonic() - canceled < 6
