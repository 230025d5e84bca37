"""One real Postgres and one real Redis for the whole run, emptied for each test."""

import asyncio
import math
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import asyncpg
import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from redis.asyncio import Redis

from jobs.attempt import Stop
from jobs.flows import submissions
from jobs.ids import new_id
from jobs.model import Job, Status
from jobs.queue import submit
from jobs.resources import Resources, open_resources
from jobs.settings import Settings
from jobs.store import jobs as job_rows
from jobs.store import workers
from jobs.store.database import migrate
from jobs.submission import Options
from jobs.upkeep import every
from jobs.worker import Worker
from service.stack.postgres import Postgres
from service.stack.redis_server import RedisServer

TABLES = (
    "job_deps",
    "job_events",
    "artifacts",
    "jobs",
    "workers",
    "files",
    "idempotency_keys",
    "sites",
    "gates",
    "unfinished",
)
T = TypeVar("T")


def pytest_configure() -> None:
    """A shell makes what it runs in the background deaf to Ctrl-C, and that is inherited by what tests start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    asyncio.run(prepare_database(server))
    yield server
    asyncio.run(server.stop())


async def prepare_database(server: Postgres) -> None:
    conn = await asyncpg.connect(await server.start())
    await migrate(conn)
    await conn.close()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture
async def database_url(postgres: Postgres) -> str:
    """The database, emptied: a few deletes cost a tenth of a database of the test's own."""
    conn = await asyncpg.connect(postgres.url)
    try:
        await conn.execute("".join(f"DELETE FROM {table};" for table in TABLES))
    finally:
        await conn.close()
    return postgres.url


@pytest.fixture
async def settings(database_url: str, redis_server: RedisServer, tmp_path: Path) -> Settings:
    async with Redis.from_url(redis_server.url) as redis:
        await redis.flushall()
    return Settings(
        database_url=SecretStr(database_url),
        redis_url=SecretStr(redis_server.url),
        storage_url=str(tmp_path / "objects"),
        kinds="tests.kinds",
        whisper_model="demo",
    )


@pytest.fixture
async def res(settings: Settings) -> AsyncIterator[Resources]:
    async with open_resources(settings) as opened:
        yield opened


@pytest.fixture
async def worker(res: Resources) -> AsyncIterator[Worker]:
    """A worker in this process that runs every queue."""
    async with running_worker(res) as running:
        yield running


@asynccontextmanager
async def running_worker(res: Resources, slots: int = 10) -> AsyncIterator[Worker]:
    worker_id = new_id()
    lanes = dict.fromkeys(res.settings.lanes, slots)

    async def beat() -> None:
        async with res.pool.acquire() as conn:
            await workers.beat(conn, worker_id)

    async with res.pool.acquire() as conn:
        await workers.register(
            conn, worker_id, host=socket.gethostname(), pid=os.getpid(), guard_pid=None, slots=lanes
        )
    worker = Worker(res, worker_id, lanes)
    beating = asyncio.create_task(every(1.0, beat))
    main = asyncio.create_task(worker.async_run())
    try:
        yield worker
    finally:
        for attempt in worker.executor.live.values():
            attempt.stop(Stop.DRAINED)
        worker.handle_sig(signal.SIGTERM)
        await main
        await worker.close()
        beating.cancel()


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The API in this process, without a socket; it answers whole replies only."""
    from service.app import create_app

    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as opened:
            yield opened


@pytest.fixture
async def base_url(settings: Settings) -> AsyncIterator[str]:
    """The API on a real loopback socket, for streams."""
    async with serving(settings) as url:
        yield url


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    from service.app import create_app

    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_config=None, timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve(sockets=[sock]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


async def enqueue(res: Resources, kind: str, input: dict[str, object] | None = None, **options: object) -> Job:
    """Submit one job through the engine."""
    made = submissions(res.kinds, res.kinds[kind], input or {}, Options(**options))  # type: ignore[arg-type]
    return (await submit(res, made, lambda jobs: str(jobs[0].id))).jobs[0]


async def read(res: Resources, job_id: UUID) -> Job:
    async with res.pool.acquire() as conn:
        job = await job_rows.get(conn, job_id, "default")
    assert job is not None
    return job


async def until(res: Resources, job_id: UUID, *statuses: Status, within: float = 15.0) -> Job:
    """The job, once it has one of the statuses (any terminal one by default)."""

    async def there() -> Job | None:
        job = await read(res, job_id)
        return job if (job.status in statuses if statuses else job.done) else None

    return await eventually(there, within, f"{job_id} is never {statuses or 'done'}")


async def least(seconds: Callable[[], Awaitable[float]], enough: float) -> float:
    """The quickest of at most four measurements: a busy machine makes some slow, a fault makes all of them slow."""
    quickest = math.inf
    for _ in range(4):
        if (quickest := min(quickest, await seconds())) < enough:
            break
    return quickest


async def eventually(look: Callable[[], Awaitable[T | None]], within: float, what: str) -> T:
    """What `look` returns once it is something; fails after `within` seconds."""
    deadline = asyncio.get_running_loop().time() + within
    while (found := await look()) is None:
        assert asyncio.get_running_loop().time() < deadline, what
        await asyncio.sleep(0.01)
    return found
