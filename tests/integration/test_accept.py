"""Jobs are taken many at a time, and nothing gets lost or mixed up on the way."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import asyncpg
import httpx
import pytest
from redis.asyncio import Redis

from jobs import strands
from jobs.doorbell import EVENTS
from jobs.errors import Unavailable
from jobs.flows import submissions
from jobs.model import Strand, Submission
from jobs.resources import Resources
from jobs.settings import Settings
from jobs.submission import Options
from service import feed as feeds
from service.feed import Feed
from service.schemas import JobSummary, JobView
from tests.conftest import enqueue, eventually, read

ECHOES = Strand("default", "echo")
ECHO = {"kind": "echo", "input": {"text": "hello"}}


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    async with Redis.from_url(settings.redis_url.get_secret_value()) as opened:
        yield opened


async def rung(redis: Redis, count: int) -> None:
    async def all_there() -> bool | None:
        return await redis.zcard(strands.key(ECHOES)) == count or None

    await eventually(all_there, 10, f"there are not {count} bells")


def echo(res: Resources, text: str) -> Submission:
    return submissions(res.kinds, res.kinds["echo"], {"text": text}, Options())[0]


async def test_a_batch_of_ten_thousand_is_stored_whole_in_order_and_rung_for(
    client: httpx.AsyncClient, res: Resources, redis: Redis
) -> None:
    bodies = [{"kind": "echo", "input": {"text": str(n)}} for n in range(10_000)]
    reply = await client.post("/v1/batches", json=bodies, timeout=60)
    ids = [entry["id"] for entry in reply.json()["data"]]
    assert (reply.status_code, len(set(ids))) == (202, 10_000)
    async with res.pool.acquire() as conn:
        rows = await conn.fetch("SELECT input->>'text' AS text FROM jobs ORDER BY array_position($1, id)", ids)
        told = await conn.fetchval("SELECT count(*) FROM job_events WHERE seq = 1 AND type = 'job.status'")
    assert [row["text"] for row in rows] == [str(n) for n in range(10_000)]
    assert told == 10_000
    await rung(redis, 10_000)
    assert await redis.zscore(strands.key(ECHOES), strands.member(UUID(ids[-1]), 0)) is not None


async def test_each_job_of_a_batch_keeps_what_is_its_own(client: httpx.AsyncClient) -> None:
    """Where all say the same it is sent once; where one differs, it and its neighbours stay as they were asked."""
    own: dict[str, object] = {
        "priority": 7, "queue": "low", "timeout_s": 5.5, "max_attempts": 9, "deadline_at": "2030-01-01T00:00:00Z",
        "tags": ["a", "b"], "metadata": {"x": 1}, "on_failure": "run",
    }  # fmt: skip
    for bodies in ([ECHO, ECHO | own, ECHO], [ECHO | own] * 3, [ECHO, ECHO | {"delay_s": 60}, ECHO]):
        reply = (await client.post("/v1/batches", json=bodies)).raise_for_status().json()
        for body, entry in zip(bodies, reply["data"], strict=True):
            job = (await client.get(f"/v1/jobs/{entry['id']}")).json()
            wanted = {"priority": 0, "queue": "default", "timeout_s": None, "deadline_at": None, "tags": []} | body
            wanted.pop("delay_s", None)
            if wanted["deadline_at"]:
                wanted["deadline_at"] = "2030-01-01T00:00:00.000Z"
            assert {name: job[name] for name in wanted} == wanted
            assert job["status"] == entry["status"] == ("scheduled" if "delay_s" in body else "queued")
            assert job["batch_id"] == reply["id"]


async def test_posts_that_come_together_each_get_their_own_job(client: httpx.AsyncClient, redis: Redis) -> None:
    bodies = [{"kind": "echo", "input": {"text": str(n)}} for n in range(100)]
    replies = await asyncio.gather(*(client.post("/v1/jobs", json=body) for body in bodies))
    assert [reply.json()["input"] for reply in replies] == [body["input"] for body in bodies]
    for reply in replies[::20]:
        assert (await client.get(f"/v1/jobs/{reply.json()['id']}")).json() == reply.json()
    await rung(redis, 100)


async def test_a_job_postgres_refuses_does_not_take_those_beside_it_along(res: Resources) -> None:
    asked = [echo(res, str(n)) for n in range(10)]
    asked[4] = replace(asked[4], input='{"no": json}')
    told = await asyncio.gather(*(res.lone.store(job) for job in asked), return_exceptions=True)
    assert [type(answer) for answer in told if isinstance(answer, Exception)] == [
        asyncpg.InvalidTextRepresentationError
    ]
    for job in asked[:4] + asked[5:]:
        assert (await read(res, job.id)).input is not None


async def test_a_caller_that_leaves_takes_nobody_along(res: Resources, redis: Redis) -> None:
    """The first writes for itself, the others wait for the next statement; some of each go away."""
    calls = [asyncio.create_task(res.lone.store(echo(res, str(n)))) for n in range(9)]
    await asyncio.sleep(0)
    calls[0].cancel()
    calls[3].cancel()
    told = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 10)
    assert [n for n, answer in enumerate(told) if isinstance(answer, BaseException)] == [0, 3]
    assert (await res.lone.store(echo(res, "after"))).status == "queued"


async def test_a_cut_connection_costs_at_most_the_posts_that_were_on_it(res: Resources) -> None:
    await res.lone.store(echo(res, "before"))
    async with res.pool.acquire() as conn:
        await conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND application_name = 'turnspit'"
        )

    async def stored() -> bool | None:
        try:
            return (await res.lone.store(echo(res, "after"))).status == "queued"
        except Unavailable:
            return None

    await eventually(stored, 5, "it never came back")


@pytest.mark.parametrize("cut", ["SCRIPT FLUSH", "CLIENT KILL TYPE normal"])
async def test_bells_ring_again_after_redis_forgot_the_script_or_cut_the_line(
    res: Resources, redis: Redis, cut: str
) -> None:
    await enqueue(res, "echo")
    await rung(redis, 1)
    async with Redis.from_url(res.settings.redis_url.get_secret_value()) as other:
        await other.execute_command(*cut.split())
    await enqueue(res, "echo")
    await rung(redis, 2)


async def test_a_feed_without_readers_stops_listening_and_starts_again_for_the_next(
    res: Resources, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def listeners(count: int) -> None:
        async def so_many() -> bool | None:
            return (await redis.pubsub_numsub(EVENTS))[0][1] == count or None

        await eventually(so_many, 10, f"there are not {count} listeners")

    monkeypatch.setattr(feeds, "LINGER_S", 0.0)
    feed = Feed()
    running = asyncio.create_task(feed.run(res.bell))
    await enqueue(res, "echo")
    assert (await redis.pubsub_numsub(EVENTS))[0][1] == 0
    for _ in range(2):
        with feed.tap("default") as tap:
            await feed.listening()
            await listeners(1)
            job = await enqueue(res, "echo")
            while (live := await tap.next()) is None or live["job_id"] != str(job.id):
                pass
        for _ in range(2):  # the first finds nobody there, the second nobody for long
            await enqueue(res, "echo")
            await asyncio.sleep(0.05)
        await listeners(0)
    running.cancel()


async def test_a_reply_has_the_fields_that_the_document_promises(client: httpx.AsyncClient) -> None:
    job = (await client.post("/v1/jobs", json=ECHO)).json()
    assert list(job) == list(JobView.model_fields)
    assert JobView.model_validate(job).model_dump(mode="json") == job
    (listed,) = (await client.get("/v1/jobs")).json()["data"]
    assert list(listed) == list(JobSummary.model_fields)


async def test_a_post_is_counted_under_its_route_and_stands_in_the_document(client: httpx.AsyncClient) -> None:
    """It goes past FastAPI, whose own route of the same address says in the document what it takes and gives."""
    await client.post("/v1/jobs", json=ECHO)
    await client.post("/v1/jobs", json={"kind": "none"})
    counted = (await client.get("/metrics")).text
    for status in (202, 422):
        assert f'turnspit_http_requests_total{{method="POST",route="/v1/jobs",status="{status}"}} 1.0' in counted
    paths = (await client.get("/openapi.json")).json()["paths"]
    assert set(paths["/v1/jobs"]) == {"get", "post"}
    assert (await client.put("/v1/jobs")).status_code == 405
