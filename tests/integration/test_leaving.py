"""An API process that is told to stop: it says so, serves on for a while, and keeps nobody waiting."""

import asyncio

import httpx

from jobs.resources import Resources
from service.stack.ports import free_port
from tests.conftest import enqueue
from tests.processes import api_process


async def test_a_stopping_api_says_so_serves_on_and_answers_who_waits(res: Resources) -> None:
    job, port = await enqueue(res, "slow"), free_port()
    async with (
        api_process(res.settings, port, {"TURNSPIT_LINGER_S": "2"}) as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):
        waiting = asyncio.create_task(client.get(f"/v1/jobs/{job.id}", params={"wait": 60}))
        telling = asyncio.create_task(stream(client, f"/v1/jobs/{job.id}/events"))
        everything = asyncio.create_task(stream(client, "/v1/events"))
        while (await client.get("/metrics")).text.count("turnspit_event_streams 2.0") == 0:
            await asyncio.sleep(0.05)
        process.terminate()
        async with asyncio.timeout(2):
            while (reply := await client.get("/readyz")).status_code == 200:
                await asyncio.sleep(0.02)
        assert (reply.status_code, reply.headers["connection"]) == (503, "close")
        made = await client.post("/v1/jobs", json={"kind": "echo", "input": {}})
        assert (made.status_code, made.headers["connection"]) == (202, "close")
        async with asyncio.timeout(10):
            shown = await waiting
            assert (shown.status_code, shown.json()["status"]) == (200, "queued")
            assert "job.snapshot" in await telling
            assert "listening" in await everything


async def stream(client: httpx.AsyncClient, path: str) -> str:
    """All that a stream said before it ended in good order."""
    async with client.stream("GET", path, headers={"Accept": "text/event-stream"}) as reply:
        return "".join([text async for text in reply.aiter_text()])
