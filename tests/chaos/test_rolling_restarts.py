"""Workers and API processes are replaced one after another under load: no request fails, nothing is lost.

The client never retries. It sends to one API process at a time, as through a load balancer that asks /readyz.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from uuid import UUID

import httpx
import pytest

from jobs.resources import Resources
from service.stack.ports import free_port
from tests.chaos.invariants import all_done, check
from tests.conftest import eventually
from tests.processes import api_process, guard_process, ready

pytestmark = pytest.mark.chaos

PROBE_S = 0.2
CLIENTS = 4
DRAINS_FAST = {"TURNSPIT_DRAIN_S": "1"}
LINGERS = {"TURNSPIT_LINGER_S": "1.5"}
SHORT = {"steps": 5, "pause_s": 0.1}
LONG = {"steps": 40, "pause_s": 0.1}
"""Longer than a drain: handed back, and run again from the start."""


class Replaceable:
    """A process that can be stopped and started anew."""

    def __init__(self, make: Callable[[], AbstractAsyncContextManager[object]]) -> None:
        self._make = make
        self._life = AsyncExitStack()

    async def __aenter__(self) -> "Replaceable":
        await self._life.enter_async_context(self._make())
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._life.aclose()

    async def replace(self) -> None:
        await self._life.aclose()
        self._life = AsyncExitStack()
        await self._life.enter_async_context(self._make())


class Balancer:
    """Sends everything to one API process; to the other when only that one says that it is ready."""

    def __init__(self, urls: list[str]) -> None:
        self._clients = [httpx.AsyncClient(base_url=url, timeout=30) for url in urls]
        self._turn = 0

    @property
    def client(self) -> httpx.AsyncClient:
        return self._clients[self._turn]

    async def probe(self) -> None:
        while True:
            other = 1 - self._turn
            if not await ready(self.client) and await ready(self._clients[other]):
                self._turn = other
            await asyncio.sleep(PROBE_S)

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


async def load(balancer: Balancer, accepted: list[UUID], over: asyncio.Event) -> None:
    """One client: submits a job, sometimes waits for it, and goes on. Raises at the first request that fails."""
    for number in itertools.count():
        if over.is_set():
            return
        body = {"kind": "slow", "input": SHORT if number % 2 else LONG}
        reply = await balancer.client.post("/v1/jobs", json=body, headers={"Prefer": f"wait={number % 3}"})
        assert reply.status_code in {201, 202}, reply.text
        accepted.append(UUID(reply.json()["id"]))
        shown = await balancer.client.get(f"/v1/jobs/{accepted[-1]}", params={"wait": number % 2})
        assert shown.status_code == 200, shown.text
        await asyncio.sleep(0.1)


def served_since(accepted: list[UUID], before: int) -> Callable[[], Awaitable[bool | None]]:
    async def served() -> bool | None:
        return len(accepted) > before or None

    return served


@pytest.mark.parametrize(
    "restarts", [6, pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(900)])], ids=["quick", "long"]
)
async def test_rolling_restarts_lose_no_job_and_fail_no_request(res: Resources, restarts: int) -> None:
    ports = [free_port(), free_port()]
    accepted: list[UUID] = []
    over = asyncio.Event()
    parts = [Replaceable(lambda port=port: api_process(res.settings, port, LINGERS)) for port in ports]  # type: ignore[misc]
    parts[1:1] = [Replaceable(lambda: guard_process(res.settings, env=DRAINS_FAST))]
    parts += [Replaceable(lambda: guard_process(res.settings, env=DRAINS_FAST))]
    balancer = Balancer([f"http://127.0.0.1:{port}" for port in ports])
    async with AsyncExitStack() as stack:
        stack.push_async_callback(balancer.close)
        for part in parts:
            await stack.enter_async_context(part)
        probe = asyncio.create_task(balancer.probe())
        stack.callback(probe.cancel)
        async with asyncio.TaskGroup() as clients:
            for _ in range(CLIENTS):
                clients.create_task(load(balancer, accepted, over))
            for part in itertools.islice(itertools.cycle(parts), restarts):
                before = len(accepted)
                await part.replace()
                await eventually(served_since(accepted, before), 20, "nobody is served any more")
            over.set()
        await all_done(res, accepted, within=60)
    await check(res, accepted)
    async with res.pool.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM jobs") == len(accepted)
        assert await conn.fetchval("SELECT count(*) FROM jobs WHERE deaths > 0") == 0
        handed_back = await conn.fetchval("SELECT count(*) FROM jobs WHERE attempt > 1")
    assert handed_back > 0, "no drain was short enough to hand a job back"
