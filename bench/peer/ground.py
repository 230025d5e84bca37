"""The ground that all are measured on: one Postgres, one Redis, empty stores, processes that never outlive us."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
from redis.asyncio import Redis

from bench.peer.script import DATABASE_URL, RECORD, REDIS_URL, SENT, STARTED, WARM_UP, lines
from bench.peer.venvs import pins, python_for, redis_binary
from service.stack.children import Child, Program, last_lines
from service.stack.postgres import Postgres
from service.stack.redis_server import RedisServer

HERE = Path(__file__).parent
DATABASE = "peer"
LATENCY_SLOTS = 10
LOOK_S = 0.005
END_LOOK_S = 0.001
PATIENCE_S = 300.0
STOP_S = 15.0


class Broken(Exception):
    """A system did not do what it was asked to; the message has the end of its log."""


@dataclass(frozen=True, slots=True)
class System:
    """One contestant. `left` counts the jobs that were taken and have not ended: SQL, or Lua run by Redis."""

    name: str
    script: str
    left: str
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return HERE / self.script

    @property
    def pins(self) -> list[str]:
        return pins(self.path)

    @property
    def in_postgres(self) -> bool:
        return self.left.startswith("SELECT")


class Ground:
    """The servers, and what was measured on them. Everything is emptied before each measurement."""

    def __init__(self, folder: Path, cache: Path, postgres: Postgres, redis: RedisServer) -> None:
        self._folder = folder
        self._cache = cache
        self._postgres = postgres
        self._redis = redis
        self._started, self._sent = folder / "started", folder / "sent"

    async def drain(self, system: System, slots: int, jobs: int) -> float:
        """Jobs a second: preloaded, then a worker starts; from the first line of the first to the end of the last.

        The end is seen from outside, within a millisecond: no job left that was taken and has no final state
        (for us and procrastinate: committed rows; for the others: result stored, message acknowledged).
        """
        await self._empty(system)
        await self._call(system, "preload", str(jobs))
        async with self._worker(system, slots) as worker, self._count_left(system) as left:
            await self._until(lambda: lines(self._started) >= jobs, system, worker)
            while await left():
                await asyncio.sleep(END_LOOK_S)
            ended = time.monotonic()
        starts = read(self._started)
        if len(starts) != jobs:
            raise Broken(f"{system.name} ran {len(starts)} of {jobs} jobs")
        return jobs / (ended - min(starts.values()))

    async def latency(self, system: System, jobs: int) -> list[float]:
        """Milliseconds from the submit call to the first line, job by job, on a worker with nothing else to do."""
        await self._empty(system)
        async with self._worker(system, LATENCY_SLOTS):
            await self._call(system, "latency", str(jobs))
        sent, starts = read(self._sent), read(self._started)
        return [1000 * (starts[number] - sent[number]) for number in range(WARM_UP, WARM_UP + jobs)]

    async def versions(self) -> dict[str, str]:
        """Of the two servers."""
        async with Redis.from_url(self._redis.url) as redis, connected(self._postgres.url) as conn:
            told = await redis.info("server")
            return {
                "redis": f"{told.get('server_name', 'redis')} {told.get('valkey_version', told['redis_version'])}",
                "postgres": await conn.fetchval("SHOW server_version"),
            }

    async def _empty(self, system: System) -> None:
        """Redis and the database as new, and nothing written down."""
        self._started.unlink(missing_ok=True)
        self._sent.unlink(missing_ok=True)
        async with Redis.from_url(self._redis.url) as redis:
            await redis.flushall()
        if system.in_postgres:
            async with connected(self._postgres.url) as conn:
                await conn.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
                await conn.execute(f"CREATE DATABASE {DATABASE}")
            await self._call(system, "prepare")

    async def _call(self, system: System, *words: str) -> None:
        """Run a subcommand of its script to its end, five minutes at most."""
        async with self._process(system, *words) as child:
            with suppress(TimeoutError):
                await asyncio.wait_for(child.wait(), PATIENCE_S)
            status = child.status
        if status != 0:
            how = "took too long" if status is None else f"ended with {status}"
            raise Broken(f"{system.name}: {words[0]} {how}:\n{last_lines(self._log(system))}")

    @asynccontextmanager
    async def _worker(self, system: System, slots: int) -> AsyncIterator[Child]:
        async with self._process(system, "worker", str(slots)) as child:
            yield child

    @asynccontextmanager
    async def _process(self, system: System, *words: str) -> AsyncIterator[Child]:
        python = python_for(system.path, self._cache)
        argv = (str(python), str(system.path), *words)
        child = Child(Program(argv, self._log(system), env=self._environment(system)))
        try:
            yield child
        finally:
            await child.stop(signal.SIGTERM, STOP_S)
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # what it left behind

    def _environment(self, system: System) -> dict[str, str]:
        told = {
            REDIS_URL: self._redis.url,
            DATABASE_URL: self._database_url(),
            STARTED: str(self._started),
            SENT: str(self._sent),
            "PYTHONPATH": str(HERE),
        }
        return {**os.environ, **told, **system.env}

    def _database_url(self) -> str:
        return self._postgres.url.rpartition("/")[0] + f"/{DATABASE}"

    def _log(self, system: System) -> Path:
        return self._folder / f"{system.name}.log"

    async def _until(self, done: Callable[[], bool], system: System, worker: Child) -> None:
        """Look every 5 ms; Broken when the worker ends first, or takes more than five minutes."""
        until = time.monotonic() + PATIENCE_S
        while not done():
            if worker.status is not None or time.monotonic() > until:
                count = lines(self._started)
                raise Broken(f"{system.name} stopped after {count} jobs:\n{last_lines(self._log(system))}")
            await asyncio.sleep(LOOK_S)

    @asynccontextmanager
    async def _count_left(self, system: System) -> AsyncIterator[Callable[[], Awaitable[int]]]:
        """A call that counts the jobs taken and not ended, on a connection of its own."""
        if system.in_postgres:
            async with connected(self._database_url()) as conn:
                yield lambda: conn.fetchval(system.left)
        else:
            async with Redis.from_url(self._redis.url) as redis:
                yield lambda: redis.eval(system.left, 0)


@asynccontextmanager
async def ground(cache: Path) -> AsyncIterator[Ground]:
    """Both servers on free loopback ports in a temporary folder, stopped in any case."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # started by root, the servers run as nobody
        put_redis_first(folder / "bin", cache)
        postgres, redis = Postgres(folder / "postgres"), RedisServer(folder / "redis")
        try:
            await postgres.start()
            await redis.start()
            yield Ground(folder, cache, postgres, redis)
        finally:
            await redis.stop()
            await postgres.stop()


def put_redis_first(folder: Path, cache: Path) -> None:
    """On PATH, under the name that the embedded stack looks for first."""
    folder.mkdir()
    shutil.copy(redis_binary(cache), folder / "redis-server")
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(url, ssl=False)
    try:
        yield conn
    finally:
        await conn.close()


def read(path: Path) -> dict[int, float]:
    """The first moment of each job in seconds, by its number."""
    moments: dict[int, float] = {}
    for number, at in RECORD.iter_unpack(path.read_bytes()):
        moments.setdefault(number, at)
    return moments
