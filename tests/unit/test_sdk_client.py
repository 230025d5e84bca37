"""The client against a server that speaks the public contract, and against networks that do not."""

import asyncio
import tomllib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

import turnspit
from turnspit import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    AsyncClient,
    AuthenticationError,
    JobCanceled,
    JobExpired,
    JobFailed,
    NotFoundError,
    ResultTimeout,
    Retries,
    TurnspitError,
    UnprocessableError,
)
from turnspit.testing import FakeKind, FakeServer

FAST = Retries(tries=3, base_s=0)
ECHO = FakeKind("echo", output={"text": "hi"}, artifacts={"a b.txt": b"bytes"})
BOOM = FakeKind("boom", error={"code": "provider_error", "message": "It broke.", "retryable": True})
SLOW = FakeKind("slow", held=True)
TEXT = FakeKind("transcribe", output={"text": "words"})


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TURNSPIT_URL", "TURNSPIT_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def server() -> FakeServer:
    return FakeServer([ECHO, BOOM, SLOW, TEXT])


@pytest.fixture
async def client(server: FakeServer) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=httpx.ASGITransport(server), retries=FAST) as client:
        yield client


def mock(handler: Any, retries: Retries = FAST) -> AsyncClient:
    return AsyncClient(transport=httpx.MockTransport(handler), retries=retries)


async def test_a_submitted_job_gives_its_result(client: AsyncClient) -> None:
    job = await client.submit("echo", {"text": "hi"}, priority=3, tags=["x"])
    assert await job.result(timeout=5) == {"text": "hi"}
    assert (job.job.priority, job.job.tags, job.done) == (3, ["x"], True)


async def test_a_job_that_ends_badly_raises_what_happened(client: AsyncClient, server: FakeServer) -> None:
    with pytest.raises(JobFailed, match="It broke") as failed:
        await (await client.submit("boom", {})).result()
    assert (failed.value.code, failed.value.job.status) == ("provider_error", "failed")
    for status, error in (("canceled", JobCanceled), ("expired", JobExpired)):
        job = await client.submit("slow", {})
        server.jobs[job.id].finish(status)
        with pytest.raises(error):
            await job.result()


async def test_result_waits_no_longer_than_asked_and_carries_the_job(client: AsyncClient) -> None:
    job = await client.submit("slow", {})
    for timeout in (0, 0.05):
        with pytest.raises(ResultTimeout) as late:
            await asyncio.wait_for(job.result(timeout=timeout), 2)
        assert (late.value.job.id, late.value.job.status) == (job.id, "running")
    assert (await job.cancel()).status == "canceled"


async def test_result_outlives_a_restart_of_the_server() -> None:
    row = {"id": "j", "kind": "k", "status": "running"}
    answers: list[httpx.Response | None] = [
        httpx.Response(200, json=row),
        None,
        httpx.Response(503),
        httpx.Response(200, json={**row, "status": "succeeded", "done": True, "output": {"n": 1}}),
    ]

    async def handler(request: httpx.Request) -> httpx.Response:
        answer = answers.pop(0)
        if answer is None:
            raise httpx.ConnectError("refused")
        return answer

    async with mock(handler) as client:
        assert await client.jobs.handle("j").result(timeout=10) == {"n": 1}
    assert answers == []


async def test_retries_of_a_post_keep_one_idempotency_key() -> None:
    keys: list[str] = []

    async def handler(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        if len(keys) == 1:
            raise httpx.ReadError("reset")
        if len(keys) < 4:
            return httpx.Response(503 if len(keys) == 2 else 429, headers={"Retry-After": "0"})
        return httpx.Response(202, json={"id": "j", "status": "queued"})

    async with mock(handler) as client:
        first = await client.submit("echo", {})
        keys_of_first = list(keys)
        await client.submit("echo", {})
    assert first.id == "j"
    assert len(keys_of_first) == 4
    assert len(set(keys_of_first)) == 1
    assert keys[-1] != keys_of_first[0]


async def test_every_post_that_makes_jobs_has_a_key(client: AsyncClient, server: FakeServer) -> None:
    job = await client.submit("echo", {})
    await client.batch([{"kind": "echo", "input": {}}])
    again = await client.jobs.retry(job.id)
    assert again.job.retry_of == job.id
    posts = [request for request in server.requests if request.method == "POST"]
    assert len(posts) == 3
    assert all(len(request.headers["idempotency-key"]) >= 16 for request in posts)


async def test_the_same_key_makes_one_job(client: AsyncClient, server: FakeServer) -> None:
    one = await client.submit("echo", {}, idempotency_key="k")
    two = await client.submit("echo", {}, idempotency_key="k")
    assert one.id == two.id
    with pytest.raises(UnprocessableError):
        await client.submit("echo", {"other": 1}, idempotency_key="k")


async def test_what_cannot_get_better_is_not_tried_again() -> None:
    for status in (400, 401, 403, 404, 409, 413, 422, 500, 507):
        calls = []

        async def handler(request: httpx.Request, status: int = status, calls: list[int] = calls) -> httpx.Response:
            calls.append(status)
            return httpx.Response(status)

        async with mock(handler) as client:
            with pytest.raises(turnspit.APIStatusError) as error:
                await client.queues()
        assert (len(calls), error.value.status_code) == (1, status)


async def test_a_problem_becomes_the_error_of_its_status() -> None:
    tree = {
        400: turnspit.BadRequestError,
        401: turnspit.AuthenticationError,
        403: turnspit.PermissionDeniedError,
        404: turnspit.NotFoundError,
        409: turnspit.ConflictError,
        413: turnspit.TooLargeError,
        422: turnspit.UnprocessableError,
        429: turnspit.RateLimitError,
        500: turnspit.InternalServerError,
        503: turnspit.InternalServerError,
        418: turnspit.APIStatusError,
    }
    for status, expected in tree.items():
        problem = {
            "type": "about:blank",
            "title": "T",
            "status": status,
            "detail": "D.",
            "code": "c",
            "param": "p",
        }
        handler = httpx.Response(status, json=problem, headers={"X-Request-Id": "r1", "Retry-After": "7"})
        async with mock(lambda request, handler=handler: handler, Retries(tries=0)) as client:
            with pytest.raises(turnspit.APIStatusError) as error:
                await client.kinds()
        assert type(error.value) is expected
        assert (str(error.value), error.value.code, error.value.problem.param) == ("D.", "c", "p")
        assert (error.value.request_id, error.value.retry_after_s) == ("r1", 7.0)


async def test_retry_after_decides_the_pause_and_may_be_a_date() -> None:
    assert Retries().delay_s(0, 3.0) == 3.0
    assert Retries().delay_s(0, 9999.0) == 60.0
    assert all(0 <= Retries(base_s=1, cap_s=4).delay_s(n) <= min(4, 2**n) for n in range(8) for _ in range(50))
    refusal = httpx.Response(503, headers={"Retry-After": "Fri, 20 Nov 2020 10:00:00 GMT"})
    async with mock(lambda request: refusal, Retries(tries=0)) as client:
        with pytest.raises(turnspit.InternalServerError) as error:
            await client.kinds()
    assert error.value.retry_after_s == 0.0


async def test_no_answer_is_a_connection_error_and_a_slow_one_a_timeout() -> None:
    async def fail(request: httpx.Request) -> httpx.Response:
        raise {"/v1/queues": httpx.ConnectError, "/v1/workers": httpx.ReadTimeout}[request.url.path]("x")

    async with mock(fail) as client:
        with pytest.raises(APIConnectionError, match=r"No server answers at http://127.0.0.1:8000\."):
            await client.queues()
        with pytest.raises(APITimeoutError):
            await client.workers()


async def test_an_answer_that_is_not_ours_is_an_api_error() -> None:
    for reply in (
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"a": 1}),
        httpx.Response(200),
    ):
        async with mock(lambda request, reply=reply: reply) as client:
            with pytest.raises(APIError):
                await client.queues()
            with pytest.raises(APIError):
                await client.jobs.get("j")


async def test_unknown_fields_and_statuses_are_kept() -> None:
    row = {"id": "j", "kind": "k", "status": "marinating", "brand_new": [1]}
    async with mock(lambda request: httpx.Response(200, json=row)) as client:
        job = (await client.jobs.get("j")).job
    assert (job.status, job.finished, job.model_dump()["brand_new"]) == ("marinating", False, [1])


async def test_the_key_is_sent_and_a_wrong_one_refused() -> None:
    server = FakeServer([ECHO], api_key="right")
    async with AsyncClient(transport=httpx.ASGITransport(server), api_key="right") as client:
        assert [kind.name for kind in await client.kinds()] == ["echo"]
    async with AsyncClient(transport=httpx.ASGITransport(server), api_key="wrong") as client:
        with pytest.raises(AuthenticationError, match="valid key"):
            await client.kinds()


async def test_address_and_key_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURNSPIT_URL", "http://spit.example:9/base/")
    monkeypatch.setenv("TURNSPIT_API_KEY", "k1")
    seen = []

    async def handler(request: httpx.Request) -> httpx.Response:
        seen.append((str(request.url), request.headers.get("authorization")))
        return httpx.Response(200, json={"data": []})

    async with mock(handler) as client:
        await client.queues()
    assert seen == [("http://spit.example:9/base/v1/queues", "Bearer k1")]


def test_what_is_no_address_is_refused_at_once() -> None:
    for url in ("localhost:8000", "ftp://x", "http://"):
        with pytest.raises(TurnspitError, match="is not an address"):
            AsyncClient(url)


async def test_listing_walks_over_all_pages(client: AsyncClient) -> None:
    made = [(await client.submit("echo", {"n": n}, tags=["t"])).id for n in range(7)]
    await client.submit("boom", {})
    found = [job async for job in client.jobs.list(kind="echo", tag="t", page_size=3)]
    assert [job.id for job in found] == made[::-1]
    assert all(job.input is None for job in found)


async def test_a_batch_gives_handles_in_order(client: AsyncClient) -> None:
    batch = await client.batch([{"kind": "echo", "input": {}}, {"kind": "boom", "input": {}}])
    assert [job.job.kind for job in batch.jobs] == ["echo", "boom"]
    assert await batch.jobs[0].result(timeout=5) == {"text": "hi"}


async def test_a_deleted_job_is_gone(client: AsyncClient) -> None:
    job = await client.submit("echo", {})
    await client.jobs.delete(job.id)
    with pytest.raises(NotFoundError):
        await client.jobs.get(job.id)


async def test_artifacts_come_as_bytes_and_as_files(client: AsyncClient, tmp_path: Path) -> None:
    job = await client.submit("echo", {})
    assert [item.name for item in await job.artifacts()] == ["a b.txt"]
    assert await job.artifact("a b.txt") == b"bytes"
    saved = await job.save_artifact("a b.txt", tmp_path / "out.txt")
    assert saved.read_bytes() == b"bytes"
    with pytest.raises(NotFoundError):
        await job.save_artifact("../x", tmp_path / "none.txt")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.txt"]


async def test_an_id_cannot_leave_its_place_in_the_path(client: AsyncClient, server: FakeServer) -> None:
    for hostile in ("../queues", "a/b?c=1#d", "..", ""):
        with pytest.raises(NotFoundError):
            await client.jobs.get(hostile)
        assert server.requests[-1].path[:2] == ("v1", "jobs")
        assert len(server.requests[-1].path) == 3


async def test_uploads_stream_and_tell_how_far_they_are(
    client: AsyncClient, server: FakeServer, tmp_path: Path
) -> None:
    data = bytes(range(256)) * 4096
    path = tmp_path / "größe &.bin"
    path.write_bytes(data)
    told: list[tuple[int, int | None]] = []

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 100_000):
            yield data[start : start + 100_000]

    for source, total in ((path, len(data)), (str(path), len(data)), (data, len(data)), (chunks(), None)):
        told.clear()
        file = await client.upload(source, on_progress=lambda sent, of: told.append((sent, of)))
        assert server.files[file.id] == data
        assert told[-1] == (len(data), total)
        assert len(told) > 2
        if isinstance(source, str | Path):
            assert file.name == "größe &.bin"
    assert {request.headers["content-type"] for request in server.requests} == {"application/octet-stream"}


async def test_an_upload_from_a_path_is_sent_again_and_whole(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"RIFF" * 100_000)
    bodies: list[int] = []

    async def handler(request: httpx.Request) -> httpx.Response:
        bodies.append(len(await request.aread()))
        if len(bodies) == 1:
            raise httpx.WriteError("reset")
        return httpx.Response(201, json={"id": "f"})

    async with mock(handler) as client:
        assert (await client.upload(tmp_path / "a.wav")).id == "f"
    assert bodies == [400_000, 400_000]


async def test_an_iterator_is_never_sent_twice() -> None:
    calls = []

    async def handler(request: httpx.Request) -> httpx.Response:
        calls.append(await request.aread())
        raise httpx.WriteError("reset")

    async def once() -> AsyncIterator[bytes]:
        yield b"x"

    async with mock(handler) as client:
        with pytest.raises(APIConnectionError):
            await client.upload(once())
    assert calls == [b"x"]


async def test_transcribe_uploads_then_submits(client: AsyncClient, server: FakeServer, tmp_path: Path) -> None:
    (tmp_path / "talk.wav").write_bytes(b"RIFF")
    job = await client.transcribe(tmp_path / "talk.wav", language="en")
    assert (await job.result(timeout=5))["text"] == "words"
    sent = server.jobs[job.id].body["input"]
    assert server.files[sent["file"]] == b"RIFF"
    assert sent["language"] == "en"


async def test_times_in_a_submission_are_sent_as_iso(client: AsyncClient, server: FakeServer) -> None:
    job = await client.submit("echo", {}, run_at=datetime(2030, 1, 2, tzinfo=UTC), delay_s=1.5)
    assert server.jobs[job.id].body["run_at"] == "2030-01-02T00:00:00+00:00"
    assert server.jobs[job.id].body["delay_s"] == 1.5


async def test_waiting_on_submit_asks_for_it_with_prefer(client: AsyncClient, server: FakeServer) -> None:
    await client.submit("echo", {}, wait_s=5)
    assert server.requests[-1].headers["prefer"] == "wait=5"


async def test_history_reads_the_stored_events_only(client: AsyncClient) -> None:
    job = await client.submit("echo", {})
    assert [event.seq async for event in job.history(after=1)] == [2, 3]


def test_the_package_exports_exactly_its_list() -> None:
    assert all(getattr(turnspit, name) is not None for name in turnspit.__all__)
    assert dir(turnspit) == sorted(turnspit.__all__)
    assert turnspit.AsyncClient is AsyncClient
    with pytest.raises(AttributeError):
        _ = turnspit.nonsense


def test_the_version_is_the_distributions() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "sdk/pyproject.toml").read_text())
    assert project["project"]["version"] == turnspit.__version__
