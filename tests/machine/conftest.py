"""One event loop and one set of connections for all examples of a test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvloop
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from pydantic import SecretStr
from redis.asyncio import Redis

from jobs import attendant, scribe
from jobs.resources import open_resources
from jobs.settings import Settings
from service.stack.postgres import Postgres
from service.stack.redis_server import RedisServer
from tests.machine.steps import Theatre

LEASE_S = 5

# Each example is drawn by itself: by default most are an earlier one with a part said twice, which finds the bugs
# of parsers and leaves a machine like this one standing. A failure is replayed and shrunk as ever.
AVAILABLE_PROVIDERS["drawn"] = HypothesisProvider

QUICK = settings(
    backend="drawn",
    max_examples=20,
    stateful_step_count=40,
    derandomize=True,
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def theatre(
    postgres: Postgres, redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Theatre]:
    # What a worker does after a while it does at once here.
    monkeypatch.setattr(attendant, "STRAY_S", -1.0)
    monkeypatch.setattr(scribe, "PROGRESS_EVERY_S", 0.0)
    given = Settings(
        # No test here loses power, and thousands of commits need not wait for the disk.
        database_url=SecretStr(f"{postgres.url}?options=-csynchronous_commit%3Doff"),
        redis_url=SecretStr(redis_server.url),
        storage_url=str(tmp_path),
        lease_s=LEASE_S,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        services = opened(runner, given)
        yield runner.run(services.__aenter__())
        runner.run(services.__aexit__(None, None, None))


@asynccontextmanager
async def opened(runner: asyncio.Runner, given: Settings) -> AsyncIterator[Theatre]:
    url = given.redis_url.get_secret_value()
    async with open_resources(given, pool_size=24) as res, res.pool.acquire() as conn, Redis.from_url(url) as redis:
        # Nobody is declared dead within one lease of Postgres's own start.
        while not await conn.fetchval(f"SELECT pg_postmaster_start_time() < now() - interval '{LEASE_S} s'"):
            await asyncio.sleep(0.1)
        yield Theatre(runner, res, redis, conn)
