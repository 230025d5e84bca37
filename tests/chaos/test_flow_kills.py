"""Workers are killed while a thousand jobs fan out: the one that joins them runs once, with every value."""

import httpx
import pytest

from jobs.model import Status
from jobs.resources import Resources
from tests.chaos.invariants import all_done, check
from tests.conftest import eventually, read
from tests.processes import guard_process

pytestmark = pytest.mark.chaos

WIDTH = 1000


async def test_a_fan_in_runs_once_however_often_its_workers_are_killed(
    client: httpx.AsyncClient, res: Resources
) -> None:
    names = [f"n{n}" for n in range(WIDTH)]
    jobs = {name: {"kind": "echo", "input": {"text": name}} for name in names}
    jobs["all"] = {"kind": "sentence", "input": {"words": [{"$from": name, "pointer": "/text"} for name in names]}}
    async with guard_process(res.settings) as guard:
        flow = (await client.post("/v1/flows", json={"jobs": jobs})).raise_for_status().json()
        for share in (0.1, 0.5, 0.9):
            await eventually(lambda: _ended(res, int(share * WIDTH)), 30, "the flow stands still")  # noqa: B023
            guard.kill_worker()
            await guard.next_worker()
        ids = [job["id"] for job in flow["jobs"].values()]
        await all_done(res, ids, within=30)
    await check(res, ids, Status.SUCCEEDED)
    assert (await read(res, flow["jobs"]["all"]["id"])).output == {"text": " ".join(names)}


async def _ended(res: Resources, count: int) -> bool | None:
    async with res.pool.acquire() as conn:
        ended = await conn.fetchval("SELECT count(*) FROM jobs WHERE finished_at IS NOT NULL")
    return True if ended >= count else None
