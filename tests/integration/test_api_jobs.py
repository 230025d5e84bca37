"""Jobs over HTTP: submit, repeat, wait, list, cancel, retry, erase."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from jobs.model import Status
from jobs.resources import Resources
from jobs.worker import Worker
from tests.conftest import enqueue, until

ECHO = {"kind": "echo", "input": {"text": "hello"}}


async def post(client: httpx.AsyncClient, body: object, **headers: str) -> httpx.Response:
    return await client.post("/v1/jobs", json=body, headers=headers)


async def test_a_job_is_accepted_with_202_and_can_be_read_whole(client: httpx.AsyncClient) -> None:
    body = {**ECHO, "tags": ["a"], "metadata": {"k": [1]}, "priority": 5, "max_attempts": 2}
    reply = await post(client, body)
    job = reply.json()
    assert reply.status_code == 202
    assert reply.headers["location"] == f"/v1/jobs/{job['id']}"
    assert job == (await client.get(reply.headers["location"])).json()
    assert {name: job[name] for name in body} == body
    assert job["status"] == "queued"
    assert job["done"] is False
    assert job["urls"]["self"] == f"http://127.0.0.1/v1/jobs/{job['id']}"
    assert set(job) >= {
        "attempt", "failures", "cancel_requested_at", "progress", "output", "error", "warnings", "artifacts",
        "created_at", "run_at", "started_at", "finished_at", "deadline_at", "depends_on", "flow_id", "retry_of",
        "metrics",
    }  # fmt: skip
    assert job["created_at"].endswith("Z")


async def test_prefer_wait_gives_201_with_the_output(client: httpx.AsyncClient, worker: Worker) -> None:
    reply = await post(client, ECHO, prefer="wait=20")
    assert reply.status_code == 201
    assert reply.headers["preference-applied"] == "wait=20"
    assert reply.json()["output"] == {"text": "hello"}
    assert reply.json()["metrics"]["queue_ms"] >= 0
    assert reply.json()["metrics"]["run_ms"] >= 0


async def test_prefer_wait_that_is_too_short_gives_202(client: httpx.AsyncClient) -> None:
    reply = await post(client, ECHO, prefer="respond-later, wait=0")
    assert (reply.status_code, reply.json()["status"]) == (202, "queued")
    assert reply.headers["preference-applied"] == "wait=0"


async def test_a_get_with_wait_answers_when_the_job_has_ended(client: httpx.AsyncClient, res: Resources) -> None:
    job = await enqueue(res, "echo")
    waiting = asyncio.create_task(client.get(f"/v1/jobs/{job.id}", params={"wait": 20}))
    canceled = await client.post(f"/v1/jobs/{job.id}/cancel")
    assert canceled.json()["status"] == "canceled"
    assert (await waiting).json()["status"] == "canceled"


async def test_a_hundred_posts_with_one_key_make_one_job(client: httpx.AsyncClient) -> None:
    replies = await asyncio.gather(*(post(client, ECHO, **{"idempotency-key": "k-1"}) for _ in range(100)))
    assert {reply.status_code for reply in replies} == {202}
    assert len({reply.text for reply in replies}) == 1
    assert sum("idempotent-replayed" not in reply.headers for reply in replies) == 1
    assert {reply.headers.get("idempotent-replayed", "true") for reply in replies} == {"true"}
    assert len((await client.get("/v1/jobs")).json()["data"]) == 1


async def test_a_key_is_the_same_bare_or_quoted_whatever_the_order_of_fields(client: httpx.AsyncClient) -> None:
    first = await post(client, ECHO, **{"idempotency-key": "k-1"})
    backwards = dict(reversed(ECHO.items()))
    again = await post(client, backwards, **{"idempotency-key": '"k-1"'})
    assert again.text == first.text
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_key_with_another_body_is_refused(client: httpx.AsyncClient) -> None:
    await post(client, ECHO, **{"idempotency-key": "k-1"})
    reply = await post(client, {"kind": "echo"}, **{"idempotency-key": "k-1"})
    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_reused")
    assert len((await client.get("/v1/jobs")).json()["data"]) == 1


async def test_a_refused_request_does_not_use_up_its_key(client: httpx.AsyncClient) -> None:
    assert (await post(client, {"kind": "none"}, **{"idempotency-key": "k-1"})).status_code == 422
    assert (await post(client, ECHO, **{"idempotency-key": "k-1"})).status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 256, '""'])
async def test_a_key_that_is_no_key_is_refused(client: httpx.AsyncClient, key: str) -> None:
    reply = await post(client, ECHO, **{"idempotency-key": key})
    assert (reply.status_code, reply.json()["param"]) == (422, "Idempotency-Key")


async def test_a_large_input_is_read_back_whole_and_replayed(client: httpx.AsyncClient) -> None:
    body = {"kind": "echo", "input": {"text": "x" * 400_000}}
    first = await post(client, body, **{"idempotency-key": "k"})
    again = await post(client, body, **{"idempotency-key": "k"})
    assert first.json()["input"] == body["input"]
    assert again.text == first.text
    assert (await client.get(first.headers["location"])).json()["input"] == body["input"]


async def test_a_large_output_is_read_back_whole(client: httpx.AsyncClient, worker: Worker) -> None:
    reply = await post(client, {"kind": "bulk", "input": {"bytes": 600_000}}, prefer="wait=20")
    assert reply.status_code == 201
    assert reply.json()["output"] == {"text": "x" * 600_000}


async def test_a_list_is_paged_by_cursor_without_input_and_output(
    client: httpx.AsyncClient, res: Resources
) -> None:
    made = [str((await enqueue(res, "echo")).id) for _ in range(5)]
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        reply = (await client.get("/v1/jobs", params={"limit": "2", **cursor})).json()
        seen += [job["id"] for job in reply["data"]]
        assert all("input" not in job and "output" not in job for job in reply["data"])
        if not reply["has_more"]:
            break
        cursor = {"cursor": reply["next_cursor"]}
    assert reply["next_cursor"] is None
    assert seen == made[::-1]


async def test_a_list_is_filtered(client: httpx.AsyncClient, res: Resources) -> None:
    tagged = await enqueue(res, "echo", tags=("blue", "red"), queue="low")
    await enqueue(res, "slow")
    for asked in ({"tag": "red"}, {"kind": "echo"}, {"queue": "low"}, {"status": "queued", "kind": "echo"}):
        found = (await client.get("/v1/jobs", params=asked)).json()["data"]
        assert [job["id"] for job in found] == [str(tagged.id)], asked
    assert (await client.get("/v1/jobs", params={"status": "failed"})).json()["data"] == []
    assert (await client.get("/v1/jobs", params={"tag": "a\x00b"})).json()["data"] == []


@pytest.mark.parametrize(
    "asked", [{"limit": "0"}, {"limit": "101"}, {"status": "odd"}, {"cursor": "???"}, {"cursor": "é"}]
)
async def test_a_list_that_cannot_be_is_refused(client: httpx.AsyncClient, asked: dict[str, str]) -> None:
    reply = await client.get("/v1/jobs", params=asked)
    assert (reply.status_code, reply.json()["param"]) == (422, next(iter(asked)))


async def test_cancel_is_idempotent_and_leaves_an_ended_job_alone(
    client: httpx.AsyncClient, res: Resources, worker: Worker
) -> None:
    job = await enqueue(res, "echo")
    await until(res, job.id, Status.SUCCEEDED)
    for _ in range(2):
        reply = await client.post(f"/v1/jobs/{job.id}/cancel")
        assert (reply.status_code, reply.json()["status"]) == (200, "succeeded")


async def test_a_retry_is_a_new_job_that_names_the_old_one(client: httpx.AsyncClient) -> None:
    old = (await post(client, {**ECHO, "tags": ["a"], "queue": "low"})).json()
    early = await client.post(f"/v1/jobs/{old['id']}/retry")
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    await client.post(f"/v1/jobs/{old['id']}/cancel")
    new = await client.post(f"/v1/jobs/{old['id']}/retry", headers={"idempotency-key": "again"})
    assert new.status_code == 202
    assert (new.json()["retry_of"], new.json()["input"]) == (old["id"], old["input"])
    assert (new.json()["queue"], new.json()["tags"], new.json()["status"]) == ("low", ["a"], "queued")
    same = await client.post(f"/v1/jobs/{old['id']}/retry", headers={"idempotency-key": "again"})
    assert same.text == new.text


async def test_an_erased_job_is_gone_at_once_with_its_bytes(
    client: httpx.AsyncClient, res: Resources, worker: Worker
) -> None:
    done = await post(client, {"kind": "slow", "input": {"steps": 1}}, prefer="wait=20")
    at = done.headers["location"]
    assert (await client.get(f"{at}/artifacts/steps.txt")).text == "1"
    assert (await client.delete(at)).status_code == 204
    for address in (at, f"{at}/events", f"{at}/artifacts", f"{at}/artifacts/steps.txt"):
        assert (await client.get(address)).status_code == 404
    assert (await client.delete(at)).status_code == 404
    async with res.pool.acquire() as conn:
        left = await conn.fetchval("SELECT count(*) FROM job_events WHERE job_id = $1", done.json()["id"])
    assert left == 0


async def test_a_live_job_that_is_erased_is_canceled_first(
    client: httpx.AsyncClient, res: Resources, worker: Worker
) -> None:
    job = await enqueue(res, "slow", {"steps": 1000, "pause_s": 0.05})
    await until(res, job.id, Status.RUNNING)
    assert (await client.delete(f"/v1/jobs/{job.id}")).status_code == 204
    assert (await client.get(f"/v1/jobs/{job.id}")).status_code == 404


async def test_a_child_waits_for_its_parent(client: httpx.AsyncClient) -> None:
    parent = (await post(client, ECHO)).json()
    child = (await post(client, {**ECHO, "depends_on": [parent["id"]]})).json()
    assert (child["status"], child["depends_on"]) == ("waiting", [parent["id"]])


async def test_an_unknown_parent_is_named(client: httpx.AsyncClient) -> None:
    reply = await post(client, {**ECHO, "depends_on": [str(uuid4())]})
    assert (reply.status_code, reply.json()["param"]) == (422, "depends_on")
    assert reply.json()["errors"][0]["pointer"] == "/depends_on/0"


async def test_a_start_in_the_past_is_now_and_one_to_come_is_scheduled(client: httpx.AsyncClient) -> None:
    past = await post(client, {**ECHO, "run_at": "0001-01-01T00:00:00+14:00"})
    assert (past.status_code, past.json()["status"]) == (202, "queued")
    soon = (datetime.now(UTC) + timedelta(hours=1)).replace(tzinfo=None).isoformat()
    assert (await post(client, {**ECHO, "run_at": soon})).json()["status"] == "scheduled"
    assert (await post(client, {**ECHO, "delay_s": 60})).json()["status"] == "scheduled"
    given_as_null = {"delay_s": 60, "run_at": None, "webhook": None, "deadline_at": None, "queue": None}
    assert (await post(client, {**ECHO, **given_as_null})).json()["status"] == "scheduled"


async def test_a_batch_is_stored_in_order(client: httpx.AsyncClient, res: Resources) -> None:
    bodies = [{"kind": "echo", "input": {"text": str(n)}} for n in range(300)]
    reply = await client.post("/v1/batches", json=bodies, headers={"idempotency-key": "b"})
    entries = reply.json()["data"]
    assert (reply.status_code, len(entries)) == (202, 300)
    assert {entry["status"] for entry in entries} == {"queued"}
    third = (await client.get(f"/v1/jobs/{entries[2]['id']}")).json()
    assert (third["input"], third["batch_id"]) == ({"text": "2"}, reply.json()["id"])
    again = await client.post("/v1/batches", json=bodies, headers={"idempotency-key": "b"})
    assert (again.text, again.headers["idempotent-replayed"]) == (reply.text, "true")
    assert (await client.get(reply.headers["location"])).json()["data"]


async def test_a_batch_with_one_fault_stores_nothing_and_says_where(client: httpx.AsyncClient) -> None:
    bodies: list[dict[str, object]] = [dict(ECHO) for _ in range(20)]
    bodies[17] = {"kind": "echo", "input": {"text": 5, "odd/name": 1}}
    bodies[18] = {"kind": "echo", "input": {"times": []}}
    reply = await client.post("/v1/batches", json=bodies)
    pointers = [item["pointer"] for item in reply.json()["errors"]]
    assert reply.status_code == 422
    assert pointers == ["/17/input/text", "/17/input/odd~1name", "/18/input/times"]
    assert (await client.get("/v1/jobs")).json()["data"] == []
    bodies[17:] = [{"kind": "none"}]
    reply = await client.post("/v1/batches", json=bodies)
    assert (reply.json()["code"], reply.json()["errors"][0]["pointer"]) == ("unknown_kind", "/17/kind")


async def test_a_batch_is_neither_empty_nor_endless(client: httpx.AsyncClient) -> None:
    for body, status in (([], 422), ({}, 422), ([ECHO] * 10_001, 413)):
        assert (await client.post("/v1/batches", json=body)).status_code == status
