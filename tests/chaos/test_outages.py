"""Redis and Postgres go away in mid-load: nothing is lost, nothing runs twice, no worker gives up."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from jobs.model import Status
from jobs.resources import Resources
from service.stack.postgres import Postgres
from service.stack.redis_server import RedisServer
from tests.chaos.invariants import all_done, check
from tests.conftest import enqueue, read, running_worker, until
from tests.processes import guard_process

pytestmark = pytest.mark.chaos
LEASE_S = 5


async def test_flushall_with_400_jobs_queued_runs_all_of_them_once(res: Resources) -> None:
    ids = [(await enqueue(res, "echo", {"text": str(n)})).id for n in range(400)]
    async with Redis.from_url(res.settings.redis_url.get_secret_value()) as redis:
        await redis.flushall()
    async with running_worker(res):
        await all_done(res, ids, within=30)
    await check(res, ids)
    assert {(await read(res, id)).attempt for id in ids} == {1}


async def test_a_redis_restart_with_400_jobs_queued_runs_all_of_them_once(
    res: Resources, redis_server: RedisServer
) -> None:
    async with running_worker(res, slots=2):
        ids = [(await enqueue(res, "slow", {"steps": 1})).id for _ in range(400)]
        redis_server.kill(signal.SIGKILL)
        await redis_server.wait()
        await asyncio.sleep(1)
        await redis_server.start()
        await all_done(res, ids, within=60)
    await check(res, ids)


async def test_submits_are_accepted_without_redis_and_run_when_it_is_back(
    res: Resources, client: httpx.AsyncClient, redis_server: RedisServer
) -> None:
    async with running_worker(res):
        await redis_server.stop()
        replies = [
            await client.post("/v1/jobs", json={"kind": "echo", "input": {"text": str(n)}}) for n in range(20)
        ]
        assert {reply.status_code for reply in replies} == {202}
        await redis_server.start()
        ids = [(await read(res, reply.json()["id"])).id for reply in replies]
        await all_done(res, ids, within=20)
    await check(res, ids)


async def test_an_immediate_postgres_restart_under_load_loses_nothing(res: Resources, postgres: Postgres) -> None:
    async with guard_process(res.settings) as guard:
        ids = [(await enqueue(res, "slow", {"steps": 10, "pause_s": 0.05})).id for _ in range(60)]
        await until(res, ids[0])
        for _ in range(2):
            postgres.kill(signal.SIGQUIT)
            await postgres.wait()
            await postgres.start()
            await asyncio.sleep(0.5)
        await all_done(res, ids, within=60)
        assert guard.process.returncode is None
        async with res.pool.acquire() as conn:
            assert await conn.fetch("SELECT status, pid FROM workers") == [("alive", guard.worker_pid)]
    await check(res, ids, Status.SUCCEEDED)


@asynccontextmanager
async def that_recovers(res: Resources, postgres: Postgres) -> AsyncIterator[None]:
    """A Postgres that was killed and is not through its log: it answers, lets nobody in, until the block ends."""
    async with res.pool.acquire() as conn:
        folder = Path(await conn.fetchval("SHOW data_directory"))
        await conn.execute("ALTER SYSTEM SET hot_standby = off")
    postgres.kill(signal.SIGQUIT)
    await postgres.wait()
    (folder / "standby.signal").touch()  # it would recover for ever
    starting = asyncio.create_task(postgres.start())
    yield
    (folder / "promote").touch()
    assert postgres.pid is not None
    os.kill(postgres.pid, signal.SIGUSR1)
    await starting
    async with res.pool.acquire() as conn:
        await conn.execute("ALTER SYSTEM RESET hot_standby")


async def test_a_postgres_that_recovers_for_longer_than_a_lease_costs_no_run(
    res: Resources, postgres: Postgres
) -> None:
    lease = {"TURNSPIT_LEASE_S": str(LEASE_S)}
    async with guard_process(res.settings, env=lease) as one, guard_process(res.settings, env=lease) as other:
        ids = [(await enqueue(res, "slow", {"steps": 100, "pause_s": 0.1})).id for _ in range(8)]
        for id in ids:
            await until(res, id, Status.RUNNING)
        async with that_recovers(res, postgres):
            await asyncio.sleep(LEASE_S + 2)
        await all_done(res, ids, within=60)
        async with res.pool.acquire() as conn:
            alive = await conn.fetch("SELECT pid FROM workers WHERE status = 'alive'")
        assert {row["pid"] for row in alive} == {one.worker_pid, other.worker_pid}
    await check(res, ids, Status.SUCCEEDED)
    assert {(await read(res, id)).attempt for id in ids} == {1}
