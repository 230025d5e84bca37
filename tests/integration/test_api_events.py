"""Events over a real socket: history, streams that resume without a gap, one stream over all, WebSockets."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from jobs.model import Event, Status
from jobs.queue import cancel
from jobs.resources import Resources, open_resources
from jobs.settings import Settings
from jobs.store import events as event_rows
from jobs.worker import Worker
from service import feed as feeds
from service.feed import Feed
from service.following import follow
from tests.conftest import enqueue, running_worker, serving, until

SSE = {"accept": "text/event-stream"}
SLOW = {"steps": 5, "pause_s": 0.02}
Frame = dict[str, str]


@pytest.fixture
async def http(base_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=base_url, timeout=30) as client:
        yield client


@asynccontextmanager
async def streaming(
    http: httpx.AsyncClient, path: str, params: dict[str, object] | None = None, **headers: str
) -> AsyncIterator[AsyncIterator[Frame]]:
    async with http.stream("GET", path, params=params, headers={**SSE, **headers}) as reply:  # type: ignore[arg-type]
        assert reply.status_code == 200
        assert reply.headers["content-type"].startswith("text/event-stream")
        assert reply.headers["cache-control"] == "no-store, no-transform"
        assert reply.headers["x-accel-buffering"] == "no"
        yield frames(reply)


async def frames(reply: httpx.Response) -> AsyncIterator[Frame]:
    """Each frame as its fields; comments are the field named by an empty text."""
    frame: Frame = {}
    async for line in reply.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            frame[name.rstrip(":")] = value
        elif frame:
            yield frame
            frame = {}


async def collect(http: httpx.AsyncClient, job_id: object, **options: object) -> list[Frame]:
    async with streaming(http, f"/v1/jobs/{job_id}/events", options) as told:
        return [frame async for frame in told]


def stored(frames: list[Frame]) -> list[int]:
    return [int(frame["id"]) for frame in frames if "id" in frame]


async def test_a_stream_begins_with_a_snapshot_and_ends_with_the_job(
    http: httpx.AsyncClient, res: Resources, worker: Worker
) -> None:
    job = await enqueue(res, "slow", SLOW)
    told = await collect(http, job.id)
    first, last = json.loads(told[0]["data"]), json.loads(told[-1]["data"])
    assert (told[0]["event"], told[0]["retry"], "id" in told[0]) == ("job.snapshot", "2000", False)
    assert first["data"]["id"] == str(job.id)
    assert first["data"]["urls"]["self"] == str(http.base_url.join(f"/v1/jobs/{job.id}"))
    assert (told[-1]["event"], last["type"], last["data"]["status"]) == ("job.done", "job.done", "succeeded")
    numbers = stored(told)
    assert numbers == list(range(1, len(numbers) + 1))
    assert {"job.status", "job.log", "artifact.created", "job.done"} <= {frame["event"] for frame in told}
    assert all(set(json.loads(frame["data"])) == set(last) for frame in told)


async def test_progress_is_live_and_has_no_number(http: httpx.AsyncClient, res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "chatty", {"steps": 20, "pause_s": 0.05})
    live = [frame for frame in await collect(http, job.id) if frame["event"] == "job.progress"]
    assert live
    assert all("id" not in frame and json.loads(frame["data"])["seq"] is None for frame in live)


@pytest.mark.parametrize("how", ["header", "query"])
async def test_a_stream_cut_anywhere_goes_on_without_gap_or_repeat(
    http: httpx.AsyncClient, res: Resources, worker: Worker, how: str
) -> None:
    job = await enqueue(res, "slow", {"steps": 12, "pause_s": 0.02})
    path, seen = f"/v1/jobs/{job.id}/events", list[int]()
    done = False
    while not done:
        last = str(seen[-1]) if seen else "0"
        headers = {"last-event-id": last} if how == "header" else {}
        async with streaming(http, path, {"after": last} if how == "query" else {}, **headers) as told:
            taken = 0
            async for frame in told:
                done = frame["event"] == "job.done"
                if "id" in frame:
                    seen.append(int(frame["id"]))
                    taken += 1
                if taken == 2:
                    break
    assert seen == list(range(1, len(seen) + 1))


async def test_an_ended_job_is_told_from_its_history(
    http: httpx.AsyncClient, res: Resources, worker: Worker
) -> None:
    job = await enqueue(res, "slow", SLOW)
    ended = await until(res, job.id, Status.SUCCEEDED)
    assert stored(await collect(http, job.id)) == list(range(1, ended.event_seq + 1))
    assert stored(await collect(http, job.id, after=ended.event_seq - 1)) == [ended.event_seq]
    for after in (ended.event_seq, 2**62):
        assert [frame["event"] for frame in await collect(http, job.id, after=after)] == ["job.snapshot"]
    again = await http.get(f"/v1/jobs/{job.id}/events", headers={**SSE, "last-event-id": str(ended.event_seq)})
    assert again.status_code == 204


async def test_the_history_is_a_list_by_pages(http: httpx.AsyncClient, res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "slow", SLOW)
    ended = await until(res, job.id, Status.SUCCEEDED)
    path = f"/v1/jobs/{job.id}/events"
    page = (await http.get(path, params={"after": 1, "limit": 3})).json()
    assert [event["seq"] for event in page["data"]] == [2, 3, 4]
    assert page["has_more"] is True
    rest = (await http.get(path, params={"after": 4})).json()
    assert [event["seq"] for event in rest["data"]] == list(range(5, ended.event_seq + 1))
    assert rest["has_more"] is False
    assert set(page["data"][0]) == {"seq", "type", "job_id", "attempt", "time", "data"}


async def test_a_stream_works_with_redis_away(settings: Settings, worker: Worker, res: Resources) -> None:
    away = settings.model_copy(update={"redis_url": SecretStr("redis://127.0.0.1:9/0")})
    job = await enqueue(res, "slow", SLOW)
    async with serving(away) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        numbers = stored(await collect(http, job.id))
    assert numbers == list(range(1, len(numbers) + 1))


async def test_lost_and_doubled_messages_change_nothing(
    http: httpx.AsyncClient, res: Resources, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what the worker publishes every third event is lost and every second one comes twice."""
    count = 0
    tell = Feed._deliver

    def lossy(self: Feed, tenant: str, job_id: str, message: dict[str, object]) -> None:
        nonlocal count
        count += 1
        for _ in range(0 if count % 3 == 0 else 1 + (count % 2 == 0)):
            tell(self, tenant, job_id, message)  # type: ignore[arg-type]

    monkeypatch.setattr(Feed, "_deliver", lossy)
    job = await enqueue(res, "slow", {"steps": 20, "pause_s": 0.01})
    async with running_worker(res):
        numbers = stored(await collect(http, job.id))
    assert count > 20
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_listener_thrown_out_by_redis_comes_back(
    http: httpx.AsyncClient, res: Resources, settings: Settings
) -> None:
    job = await enqueue(res, "slow", {"steps": 20, "pause_s": 0.02})
    async with (
        Redis.from_url(settings.redis_url.get_secret_value()) as redis,
        streaming(http, f"/v1/jobs/{job.id}/events") as told,
    ):
        numbers = []
        async with running_worker(res):
            async for frame in told:
                numbers += stored([frame])
                if len(numbers) == 5:
                    await redis.client_kill_filter(_type="pubsub")
    assert numbers == list(range(1, len(numbers) + 1))


async def test_a_job_that_is_erased_ends_its_stream(
    http: httpx.AsyncClient, res: Resources, worker: Worker
) -> None:
    job = await enqueue(res, "slow", {"steps": 2000, "pause_s": 0.02})
    async with streaming(http, f"/v1/jobs/{job.id}/events") as told:
        async for frame in told:
            if frame["event"] == "job.log":
                assert (await http.delete(f"/v1/jobs/{job.id}")).status_code == 204
                break
        rest = [frame async for frame in told]
    assert len(rest) < 2000


async def test_a_slow_reader_misses_nothing(res: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tap that overflows makes its reader look in Postgres."""
    monkeypatch.setattr(feeds, "WAITING", 3)
    feed = Feed()
    job = await enqueue(res, "echo")
    told = follow(res, feed, job.id, "default", after=0, render=lambda job: {})
    got = [await anext(told), await anext(told)]
    async with res.pool.acquire() as conn:
        await conn.execute("UPDATE jobs SET event_seq = 30 WHERE id = $1", job.id)
        await conn.executemany(
            "INSERT INTO job_events (job_id, seq, attempt, type) VALUES ($1, $2, 0, 'job.log')",
            [(job.id, seq) for seq in range(2, 31)],
        )
        rows: list[Event] = await event_rows.after(conn, job.id, 1)
    for row in rows:
        feed._deliver("default", str(job.id), row.envelope())
    while got[-1] is None or got[-1]["seq"] != 30:
        got.append(await anext(told))
    assert [envelope["seq"] for envelope in got if envelope][1:] == list(range(1, 31))
    await told.aclose()


async def test_progress_of_an_older_attempt_is_dropped(res: Resources) -> None:
    feed = Feed()
    job = await enqueue(res, "echo")
    told = follow(res, feed, job.id, "default", after=None, render=lambda job: {})
    await anext(told)
    await anext(told)
    live = {"type": "job.progress", "job_id": str(job.id), "time": "", "data": {}, "seq": None}
    waiting = asyncio.create_task(anext(told))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    for attempt in (-1, 0):
        feed._deliver("default", str(job.id), {**live, "attempt": attempt})
    feed._deliver("another", str(job.id), {**live, "attempt": 7})
    got = await waiting
    assert (got["type"], got["attempt"]) == ("job.progress", 0)
    await told.aclose()


async def test_a_feed_survives_whatever_is_published(res: Resources, settings: Settings) -> None:
    feed = Feed()
    listening = asyncio.create_task(feed.run(res.bell))
    with feed.tap("default") as tap:
        assert await tap.next(10) is None  # it listens
        job = await enqueue(res, "echo")
        async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
            for rubbish in ("", "{", "5", "[5]", '[{"tenant": 1}]', b"\xff"):
                await redis.publish("turnspit:events", rubbish)
        async with open_resources(settings) as other:
            await cancel(other, job.id, "default")
            while (live := await tap.next(10)) is not None and live["type"] != "job.done":
                pass
    assert live is not None
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


async def test_one_stream_over_all_jobs_can_be_narrowed(
    http: httpx.AsyncClient, res: Resources, worker: Worker
) -> None:
    async def first_done(params: dict[str, object], started: asyncio.Event) -> list[dict[str, object]]:
        async with streaming(http, "/v1/events", params) as told:
            assert (await anext(told))["retry"] == "2000"
            started.set()
            seen: list[dict[str, object]] = []
            async for frame in told:
                assert "id" not in frame
                seen.append(json.loads(frame["data"]))
                if frame["event"] == "job.done":
                    return seen
        return []

    later = await enqueue(res, "echo", delay_s=3600)
    starts = [asyncio.Event() for _ in range(3)]
    wanted: list[dict[str, object]] = [{"kind": "slow"}, {"job": [str(later.id)]}, {}]
    readers = [asyncio.create_task(first_done(params, start)) for params, start in zip(wanted, starts, strict=True)]
    await asyncio.gather(*(start.wait() for start in starts))
    echo = await enqueue(res, "echo")
    await until(res, echo.id, Status.SUCCEEDED)
    slow = await enqueue(res, "slow", SLOW)
    await until(res, slow.id, Status.SUCCEEDED)
    await cancel(res, later.id, "default")
    by_kind, by_id, everything = await asyncio.wait_for(asyncio.gather(*readers), 20)
    assert {event["job_id"] for event in by_kind} == {str(slow.id)}
    assert {event["job_id"] for event in by_id} == {str(later.id)}
    assert str(echo.id) in {event["job_id"] for event in everything}


@asynccontextmanager
async def socket_to(http: httpx.AsyncClient, **headers: str) -> AsyncIterator[ClientConnection]:
    url = str(http.base_url.join("/v1/ws")).replace("http", "ws", 1)
    async with connect(url, additional_headers=headers) as socket:
        yield socket


async def test_a_socket_follows_jobs_and_cancels_them(
    http: httpx.AsyncClient, res: Resources, worker: Worker
) -> None:
    one, two = await enqueue(res, "slow", SLOW), await enqueue(res, "echo", delay_s=3600)
    async with socket_to(http) as socket:
        await socket.send(json.dumps({"subscribe": str(one.id), "after": 1}))
        await socket.send(json.dumps({"subscribe": str(two.id)}))
        await socket.send(json.dumps({"cancel": str(two.id)}))
        seen: list[dict[str, object]] = []
        while sum(event["type"] == "job.done" for event in seen) < 2:
            seen.append(json.loads(await asyncio.wait_for(socket.recv(), 20)))
    numbers = {
        job.id: [event["seq"] for event in seen if event["job_id"] == str(job.id) and event["seq"]]
        for job in (one, two)
    }
    assert numbers[one.id] == list(range(2, len(numbers[one.id]) + 2))
    assert numbers[two.id] == [1, 2]
    ended = {event["job_id"]: event["data"]["status"] for event in seen if event["type"] == "job.done"}  # type: ignore[index]
    assert ended == {str(one.id): "succeeded", str(two.id): "canceled"}


async def test_a_socket_answers_a_bad_message_with_a_problem_and_lives_on(
    http: httpx.AsyncClient, res: Resources
) -> None:
    job = await enqueue(res, "echo")
    bad: list[str | bytes] = [
        b"{}",
        "{",
        "[]",
        "{}",
        '{"odd": 1}',
        '{"subscribe": "x"}',
        json.dumps({"subscribe": str(job.id), "after": -1}),
    ]
    unknown: list[str | bytes] = [json.dumps({verb: str(uuid4())}) for verb in ("subscribe", "cancel")]
    async with socket_to(http) as socket:
        for message in bad + unknown:
            await socket.send(message)
            told = json.loads(await asyncio.wait_for(socket.recv(), 10))["error"]
            assert told["code"] == ("not_found" if message in unknown else "invalid_input"), message
            assert told["request_id"]
        await socket.send(json.dumps({"cancel": str(job.id)}))
        told = json.loads(await asyncio.wait_for(socket.recv(), 10))
    assert (told["type"], told["data"]["status"]) == ("job.snapshot", "canceled")


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"origin": "null"}])
async def test_a_socket_from_another_origin_is_refused(http: httpx.AsyncClient, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket_to(http, **headers):
            pass
    assert refused.value.response.status_code == 403


async def test_a_socket_without_a_key_is_refused(settings: Settings) -> None:
    keyed = settings.model_copy(update={"keys": SecretStr("one")})
    async with serving(keyed) as url, httpx.AsyncClient(base_url=url) as http:
        with pytest.raises(InvalidStatus) as refused:
            async with socket_to(http):
                pass
        assert refused.value.response.status_code == 401
        async with socket_to(http, authorization="Bearer one"):
            pass
