"""A worker and its guard as real processes: what happens when one of them is killed."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from redis.asyncio import Redis

from jobs.guard import Guard
from jobs.ids import new_id
from jobs.model import Status
from jobs.resources import Resources
from jobs.store import workers
from jobs.upkeep import Upkeep
from tests.conftest import enqueue, eventually, read, until
from tests.integration.test_limits import attempts_of, most_at_once
from tests.processes import ROOT, environment, guard_process, stop


async def test_a_killed_workers_job_runs_again_within_four_seconds(res: Resources) -> None:
    async with guard_process(res.settings) as guard:
        job = await enqueue(res, "slow", {"steps": 40, "pause_s": 0.05})
        await until(res, job.id, Status.RUNNING)
        guard.kill_worker()
        killed = time.monotonic()
        await eventually(lambda: _attempt(res, job.id, 2), 10, "it never ran again")
        assert time.monotonic() - killed < 4
        done = await until(res, job.id)
        assert (done.status, done.attempt, done.failures, done.output) == (Status.SUCCEEDED, 2, 0, {"steps": 40})


async def _attempt(res: Resources, job_id, attempt: int) -> bool | None:
    job = await read(res, job_id)
    return True if job.attempt >= attempt and job.status is not Status.QUEUED else None


async def test_a_job_that_kills_its_worker_three_times_is_stopped(res: Resources) -> None:
    async with guard_process(res.settings):
        job = await enqueue(res, "boom", {"error": "kill"})
        done = await until(res, job.id, within=30)
        assert done.error is not None
        assert (done.status, done.attempt, done.error["code"]) == (Status.FAILED, 3, "worker_lost")
        assert (await until(res, (await enqueue(res, "echo", {"text": "ok"})).id)).output == {"text": "ok"}


async def test_no_process_outlives_a_killed_guard(res: Resources, tmp_path: Path) -> None:
    async with guard_process(res.settings) as guard:
        job = await enqueue(res, "spinner", {"pid_file": str(tmp_path / "pid")})
        await until(res, job.id, Status.RUNNING)
        await eventually(lambda: _exists(tmp_path / "pid"), 10, "the child never started")
        family = [guard.worker_pid, int((tmp_path / "pid").read_text())]
        os.kill(guard.pid, signal.SIGKILL)
        await eventually(lambda: _gone(family), 5, "someone outlived the guard")


async def _exists(file: Path) -> bool | None:
    return (file.exists() and bool(file.read_text())) or None


async def _gone(pids: list[int]) -> bool | None:
    return None if any(_alive(pid) for pid in pids) else True


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_the_lease_decides_when_guard_and_worker_are_gone(res: Resources) -> None:
    async with guard_process(res.settings) as guard:
        job = await enqueue(res, "slow", {"steps": 1000, "pause_s": 0.05})
        await until(res, job.id, Status.RUNNING)
        guard.kill_both()
        killed = time.monotonic()
        upkeep = Upkeep(res)
        while (await read(res, job.id)).status is Status.RUNNING:
            await upkeep.rescue_once()
            await asyncio.sleep(0.2)
            assert time.monotonic() - killed < 14
        assert time.monotonic() - killed > 8
        assert (await read(res, job.id)).status is Status.QUEUED


async def test_the_temporary_files_of_a_killed_worker_go_with_it(res: Resources, tmp_path: Path) -> None:
    async with guard_process(res.settings, env={"TMPDIR": str(tmp_path)}) as guard:
        (first,) = tmp_path.glob("turnspit-worker-*")
        (first / "audio.f32").write_bytes(b"sound")
        guard.kill_worker()
        await guard.next_worker()
        (second,) = tmp_path.glob("turnspit-worker-*")
        assert second != first
        (second / "audio.f32").write_bytes(b"sound")
        guard.kill_both()
        await guard.process.wait()
    os.utime(second, (0, 0))
    async with guard_process(res.settings, env={"TMPDIR": str(tmp_path)}):
        (third,) = tmp_path.glob("turnspit-worker-*")
        assert third != second
    assert list(tmp_path.glob("turnspit-worker-*")) == []


async def test_a_worker_declared_dead_is_killed_and_replaced(res: Resources) -> None:
    async with guard_process(res.settings) as guard:
        first = guard.worker_pid
        async with res.pool.acquire() as conn:
            await conn.execute("UPDATE workers SET status = 'dead', ended_at = now()")
        assert await guard.next_worker() != first
        assert not _alive(first)
        assert (await until(res, (await enqueue(res, "echo", {"text": "ok"})).id)).output == {"text": "ok"}


async def test_sigterm_lets_a_short_job_finish_and_exits_cleanly(res: Resources) -> None:
    async with guard_process(res.settings) as guard:
        job = await enqueue(res, "slow", {"steps": 20, "pause_s": 0.05})
        await until(res, job.id, Status.RUNNING)
        assert await stop(guard.process) == 0
        done = await read(res, job.id)
        assert (done.status, done.attempt) == (Status.SUCCEEDED, 1)
        async with res.pool.acquire() as conn:
            assert await conn.fetchval("SELECT status FROM workers") == "stopped"


async def test_a_guard_that_is_told_to_stop_while_it_starts_a_worker_passes_it_on(
    res: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(res.settings).items():
        monkeypatch.setenv(name, value)
    keeper = Guard(res.settings, res.pool, res.bell)
    spawn = keeper._spawn

    async def told_meanwhile(worker_id: UUID, scratch: Path, box: int) -> asyncio.subprocess.Process:
        keeper.stop()
        return await spawn(worker_id, scratch, box)

    monkeypatch.setattr(keeper, "_spawn", told_meanwhile)
    async with asyncio.timeout(res.settings.drain_s / 2):
        await keeper.run()


@asynccontextmanager
async def beating(res: Resources, lease_s: float) -> AsyncIterator[tuple[UUID, asyncio.Task[None]]]:
    """A guard's beats for a worker; the task is done when it would kill it."""
    worker_id = new_id()
    async with res.pool.acquire() as conn:
        await workers.register(conn, worker_id, host="here", pid=1, guard_pid=None, slots={"default": 1})
    keeper = Guard(res.settings.model_copy(update={"lease_s": lease_s}), res.pool, res.bell)
    task = asyncio.create_task(keeper._beat_until_lost(worker_id))
    try:
        yield worker_id, task
    finally:
        task.cancel()


@pytest.mark.parametrize("lease_s", [5.0, 7.0])
async def test_a_worker_that_nobody_answers_is_killed_when_seven_tenths_of_its_lease_are_over(
    res: Resources, lease_s: float
) -> None:
    async with res.pool.acquire() as conn, beating(res, lease_s) as (worker_id, lost):
        began = time.monotonic()
        transaction = conn.transaction()
        await transaction.start()
        await conn.fetch("SET LOCAL idle_in_transaction_session_timeout = 0")
        await conn.fetch("SELECT FROM workers WHERE id = $1 FOR UPDATE", worker_id)
        await lost
        took_s = time.monotonic() - began
        await transaction.rollback()
    assert 0.7 * lease_s - 0.2 < took_s < 0.7 * lease_s + 0.5


async def test_a_beat_that_is_overdue_since_the_machine_slept_still_counts(
    res: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, slept_s = time.clock_gettime, 0.0
    monkeypatch.setattr(time, "clock_gettime", lambda clock: real(clock) + slept_s)

    async with beating(res, 5.0) as (_, lost):
        await next_beat(res)
        slept_s = 60.0
        for _ in range(2):
            await next_beat(res)
        assert not lost.done()


async def next_beat(res: Resources) -> None:
    async def beat_at() -> datetime:
        async with res.pool.acquire() as conn:
            at: datetime = await conn.fetchval("SELECT beat_at FROM workers")
        return at

    before = await beat_at()

    async def later() -> bool | None:
        return await beat_at() > before or None

    await eventually(later, 10, "no beat came")


async def test_the_stock_arq_command_runs_our_jobs(res: Resources) -> None:
    program = (str(Path(sys.executable).with_name("arq")), "jobs.worker.WorkerSettings")
    jobs = [await enqueue(res, "slow", {"steps": 2}, priority=p) for p in (-50, 0, 50)]
    process = await asyncio.create_subprocess_exec(*program, env=environment(res.settings), cwd=ROOT)
    try:
        jobs.append(await enqueue(res, "boom", {"failures": 1}))
        for job in jobs:
            done = await until(res, job.id, within=20)
            assert done.status is Status.SUCCEEDED, done.error
        assert [(await read(res, job.id)).attempt for job in jobs] == [1, 1, 1, 2]
    finally:
        await stop(process)


async def test_stock_arq_commands_keep_to_the_limit_of_a_kind(res: Resources) -> None:
    program = (str(Path(sys.executable).with_name("arq")), "jobs.worker.WorkerSettings")
    jobs = [await enqueue(res, "pair", {"pause_s": 0.3}) for _ in range(6)]
    stock = [
        await asyncio.create_subprocess_exec(*program, env=environment(res.settings), cwd=ROOT) for _ in range(2)
    ]
    try:
        for job in jobs:
            assert (await until(res, job.id, within=30)).status is Status.SUCCEEDED
    finally:
        for process in stock:
            await stop(process)
    assert most_at_once(await attempts_of(res, "pair")) == 2


async def test_an_idle_worker_asks_for_little(res: Resources) -> None:
    """The least of three looks: statistics of what ran before may arrive late, and only ever add."""
    async with guard_process(res.settings), Redis.from_url(res.settings.redis_url.get_secret_value()) as redis:
        looks = []
        for _ in range(4):
            looks.append(await _asked(res, redis))
            await asyncio.sleep(3)
    statements, commands = (min(b - a for a, b in pairwise(counts)) for counts in zip(*looks, strict=True))
    assert statements <= 3 * 2 + 2, "the guard's beat and the worker's glance; our own look, and one a bit late"
    assert commands <= 3 + 2, "whether any lane holds a bell; our own look"


async def _asked(res: Resources, redis: Redis) -> tuple[int, int]:
    """Transactions of the database so far, and commands that Redis was sent."""
    async with res.pool.acquire() as conn:
        asked = await conn.fetchval("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
    stats = await redis.info("commandstats")
    return asked, sum(told["calls"] for told in stats.values())
