"""Redis and Postgres go away in mid-load: nothing is lost, nothing runs twice, no worker gives up."""

import asyncio
import signal

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
