"""Real processes of the service for the tests that kill them."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import psutil

from jobs.settings import Settings
from service.stack.children import TETHER

ROOT = Path(__file__).parent.parent


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """What a child of the service needs to run on the test's own database, Redis and folder."""
    given = {
        "TURNSPIT_DATABASE_URL": settings.database_url.get_secret_value(),
        "TURNSPIT_REDIS_URL": settings.redis_url.get_secret_value(),
        "TURNSPIT_STORAGE_URL": settings.storage_url,
        "TURNSPIT_KINDS": settings.kinds,
        "TURNSPIT_WHISPER_MODEL": settings.whisper_model,
        "PYTHONPATH": str(ROOT),
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TURNSPIT_")}
    return {**clean, **given, **more}


def tethered(*argv: str) -> tuple[str, ...]:
    """The command of a child that does not outlive us, even when we are killed."""
    keep, kill = "-1", str(int(signal.SIGKILL))
    return (sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), kill, keep, keep, "0", *argv)


class GuardProcess:
    """`turnspit worker` as it runs in production: a guard and the worker it has reported last."""

    def __init__(self, process: asyncio.subprocess.Process, reports: asyncio.StreamReader) -> None:
        self.process = process
        self.pid = process.pid
        self._reports = reports
        self.worker_pid = 0

    async def next_worker(self) -> int:
        """The pid of the next worker the guard starts."""
        async with asyncio.timeout(20):
            line = await self._reports.readline()
        self.worker_pid = int(json.loads(line)["worker"]["pid"])
        return self.worker_pid

    def kill_worker(self) -> None:
        os.kill(self.worker_pid, signal.SIGKILL)

    def kill_both(self) -> None:
        for pid in (self.pid, self.worker_pid):
            os.kill(pid, signal.SIGKILL)


@asynccontextmanager
async def guard_process(
    settings: Settings, queues: str = "default", env: Mapping[str, str] | None = None
) -> AsyncIterator[GuardProcess]:
    """A guard with its first worker started; stopped by SIGTERM, then by force."""
    read, write = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *tethered(sys.executable, "-m", "service", "worker", "--queues", queues),
        env=environment(settings, TURNSPIT_REPORT_FD=str(write), **(env or {})), pass_fds=[write], cwd=ROOT,
    )  # fmt: skip
    os.close(write)
    reports = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reports), os.fdopen(read, "rb")
    )
    guard = GuardProcess(process, reports)
    try:
        await guard.next_worker()
        yield guard
    finally:
        await stop(process)
        transport.close()


@asynccontextmanager
async def api_process(
    settings: Settings, port: int, env: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`turnspit api`, ready; stopped by SIGTERM, which must be what it says it ended with."""
    command = (sys.executable, "-m", "service", "api", "--port", str(port))
    process = await asyncio.create_subprocess_exec(
        *tethered(*command), env=environment(settings, **(env or {})), cwd=ROOT
    )
    try:
        async with asyncio.timeout(30), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            while not await ready(client):
                await asyncio.sleep(0.05)
        yield process
    finally:
        assert await stop(process) == -signal.SIGTERM


async def ready(client: httpx.AsyncClient) -> bool:
    """Whether /readyz says yes."""
    try:
        return (await client.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def stop(process: asyncio.subprocess.Process, within: float = 25.0) -> int:
    """SIGTERM, and SIGKILL to whoever is left after `within` seconds; the exit status."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(within):
            return await process.wait()
    except TimeoutError:
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()
        return await process.wait()
