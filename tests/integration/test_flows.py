"""Jobs that depend on each other: values taken, flow kinds, failures, cancels, and many random graphs."""

import asyncio
import random
from typing import Any

import httpx
import pytest

from jobs.ids import new_id
from jobs.model import Status, Submission
from jobs.queue import cancel
from jobs.references import point
from jobs.resources import Resources
from jobs.store import jobs as rows
from jobs.worker import Worker
from tests.chaos.invariants import all_done
from tests.conftest import enqueue, eventually, read, until


async def submit(client: httpx.AsyncClient, jobs: dict[str, Any]) -> dict[str, Any]:
    reply = await client.post("/v1/flows", json={"jobs": jobs})
    assert reply.status_code == 202, reply.text
    return dict(reply.json())


def text_of(name: str) -> dict[str, str]:
    return {"$from": name, "pointer": "/text"}


async def ended(client: httpx.AsyncClient, flow_id: str, within: float = 20) -> dict[str, Any]:
    async def look() -> dict[str, Any] | None:
        jobs = (await client.get(f"/v1/flows/{flow_id}")).json()["jobs"]
        return jobs if all(job["done"] for job in jobs.values()) else None

    return await eventually(look, within, "the flow never ended")


async def test_values_travel_from_job_to_job(client: httpx.AsyncClient, worker: Worker) -> None:
    flow = await submit(
        client,
        {
            "all": {"kind": "sentence", "input": {"words": [text_of("a"), text_of("b")]}},
            "a": {"kind": "echo", "input": {"text": "one"}},
            "b": {"kind": "echo", "input": {"text": "two"}, "depends_on": ["a"]},
        },
    )
    assert flow["jobs"]["all"]["status"] == "waiting"
    assert flow["jobs"]["a"]["input"] == {"text": "one"}
    jobs = await ended(client, flow["id"])
    assert jobs["all"]["output"] == {"text": "one two"}
    whole = (await client.get(f"/v1/jobs/{jobs['all']['id']}")).json()
    assert whole == jobs["all"]
    assert set(whole["depends_on"]) == {jobs["a"]["id"], jobs["b"]["id"]}
    assert whole["flow_id"] == flow["id"]


@pytest.mark.parametrize(
    ("jobs", "says"),
    [
        ({"a": {"kind": "echo", "depends_on": ["b"]}, "b": {"kind": "echo", "depends_on": ["a"]}}, "circle"),
        ({"a": {"kind": "echo", "depends_on": ["nobody"]}}, "nobody"),
        ({"a": {"kind": "echo", "input": {"text": {"$from": "nobody"}}}}, "nobody"),
        ({"a": {"kind": "echo", "input": {"text": {"$from": "a"}}}}, "circle"),
        ({"a": {"kind": "nonesuch"}}, "nonesuch"),
        (
            {"a": {"kind": "echo"}, "b": {"kind": "echo", "input": {"text": {"$from": "a", "pointer": "x"}}}},
            "slash",
        ),
        ({"a": {"kind": "echo"}, "b": {"kind": "echo", "input": {"tex": {"$from": "a"}}}}, "tex"),
        ({"a": {"kind": "echo"}, "b": {"kind": "echo", "input": {"text": {"$from": "a"}, "times": "x"}}}, "times"),
        ({}, "jobs"),
        ({"a": {"kind": "echo", "colour": "red"}}, "colour"),
    ],
)
async def test_a_flow_that_cannot_run_is_refused_whole(
    client: httpx.AsyncClient, res: Resources, jobs: dict[str, Any], says: str
) -> None:
    reply = await client.post("/v1/flows", json={"jobs": jobs})
    assert reply.status_code == 422, reply.text
    assert says in reply.text
    async with res.pool.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM jobs") == 0


async def test_a_value_that_is_not_there_fails_the_job_that_wants_it(
    client: httpx.AsyncClient, worker: Worker
) -> None:
    jobs = {"a": {"kind": "echo"}, "b": {"kind": "echo", "input": {"text": {"$from": "a", "pointer": "/no/such"}}}}
    flow = await submit(client, jobs)
    last = (await ended(client, flow["id"]))["b"]
    assert (last["status"], last["error"]["code"]) == ("failed", "invalid_input")
    assert "/no/such" in last["error"]["message"]


async def test_an_idempotent_flow_is_stored_once(client: httpx.AsyncClient) -> None:
    body = {"jobs": {"a": {"kind": "echo"}, "b": {"kind": "echo", "depends_on": ["a"]}}}
    first, second = [
        await client.post("/v1/flows", json=body, headers={"Idempotency-Key": "one"}) for _ in range(2)
    ]
    assert first.text == second.text
    assert second.headers["Idempotent-Replayed"] == "true"


async def test_a_flow_kind_is_one_job_that_gives_the_result_of_the_whole(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "greeting", {"name": "Ada"})
    assert (job.status, job.kind) == (Status.WAITING, "greeting")
    done = await until(res, job.id)
    assert done.status is Status.SUCCEEDED, done.error
    assert done.output == {"text": "Hello Ada", "loud": "Hello AdaHello Ada"}
    assert done.input == {"name": "Ada"}


async def test_the_joining_job_shows_the_progress_of_its_parts(res: Resources, worker: Worker) -> None:
    done = await until(res, (await enqueue(res, "greeting", {"name": "Ada"})).id)
    assert done.progress is not None
    assert done.progress["message"] == "Putting words together"


async def test_a_flow_kind_fails_with_what_its_part_failed_with(res: Resources, worker: Worker) -> None:
    done = await until(res, (await enqueue(res, "greeting", {"name": "Ada", "error": "permanent"})).id)
    assert done.status is Status.FAILED
    assert done.error is not None
    assert (done.error["code"], done.error["message"]) == ("invalid_media", "This file holds no sound.")


async def test_canceling_the_joining_job_cancels_its_parts(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "greeting", {"name": "Ada", "error": "busy"}, delay_s=30)
    assert (await cancel(res, job.id, "default")).status is Status.CANCELED
    async with res.pool.acquire() as conn:
        assert {row["status"] for row in await conn.fetch("SELECT status FROM jobs")} == {"canceled"}


async def test_erasing_the_joining_job_erases_its_parts(
    client: httpx.AsyncClient, res: Resources, worker: Worker
) -> None:
    job = await enqueue(res, "greeting", {"name": "Ada"})
    await until(res, job.id)
    assert len((await client.get("/v1/jobs")).json()["data"]) == 4
    assert (await client.delete(f"/v1/jobs/{job.id}")).status_code == 204
    assert (await client.get("/v1/jobs")).json()["data"] == []
    async with res.pool.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM jobs") == 0


async def test_inputs_and_outputs_of_a_flow_that_are_too_much_are_left_to_its_jobs(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.store.flows.MOST_BYTES", 100)
    flow = await submit(client, {name: {"kind": "echo", "input": {"text": "x" * 40}} for name in ("a", "b")})
    shown = (await client.get(f"/v1/flows/{flow['id']}")).json()["jobs"]
    assert [shown[name]["input"] for name in ("a", "b")] == [None, None]
    assert (await client.get(f"/v1/jobs/{shown['a']['id']}")).json()["input"] == {"text": "x" * 40}


async def test_a_flow_is_canceled_in_the_middle(client: httpx.AsyncClient, res: Resources, worker: Worker) -> None:
    chain: dict[str, Any] = {"s0": {"kind": "echo"}}
    slow = {"kind": "slow", "input": {"steps": 20, "pause_s": 0.02}}
    chain |= {f"s{n}": {**slow, "depends_on": [f"s{n - 1}"]} for n in range(1, 6)}
    flow = await submit(client, chain)
    await until(res, flow["jobs"]["s1"]["id"], Status.RUNNING)
    assert (await client.post(f"/v1/flows/{flow['id']}/cancel")).status_code == 200
    jobs = await ended(client, flow["id"], within=3)
    assert [jobs[f"s{n}"]["status"] for n in range(6)] == ["succeeded", *["canceled"] * 5]
    assert (await client.post("/v1/flows/01900000-0000-7000-8000-000000000000/cancel")).status_code == 404


async def test_a_thousand_jobs_fan_out_and_one_joins_them_once(
    client: httpx.AsyncClient, res: Resources, worker: Worker
) -> None:
    names = [f"n{n}" for n in range(1000)]
    jobs: dict[str, Any] = {"root": {"kind": "echo", "input": {"text": "x"}}}
    jobs |= {name: {"kind": "echo", "input": {"text": {"$from": "root", "pointer": "/text"}}} for name in names}
    jobs["all"] = {"kind": "sentence", "input": {"words": [{"$from": name, "pointer": "/text"} for name in names]}}
    flow = await submit(client, jobs)
    done = await until(res, flow["jobs"]["all"]["id"], within=60)
    assert (done.status, done.attempt) == (Status.SUCCEEDED, 1)
    assert done.output == {"text": " ".join(["x"] * 1000)}


def random_flow(rng: random.Random) -> dict[str, Any]:
    """A graph of 2 to 12 jobs; some fail, some children run all the same."""
    jobs: dict[str, Any] = {}
    for n in range(rng.randint(2, 12)):
        parents = rng.sample(sorted(jobs), k=min(len(jobs), rng.choice([0, 1, 1, 2, 3])))
        fails = rng.random() < 0.15
        jobs[f"j{n:02}"] = {
            "kind": "sentence",
            "input": {"words": [f"w{n}"], "fail": fails},
            "depends_on": parents,
            "on_failure": rng.choice(["cancel", "cancel", "run"]),
        }
    return jobs


def expected(jobs: dict[str, Any]) -> dict[str, str]:
    """The reference model: what each job must come to, by going through them in order."""
    ends: dict[str, str] = {}
    for name, job in jobs.items():
        broken = any(ends[parent] != "succeeded" for parent in job["depends_on"])
        if broken and job["on_failure"] == "cancel":
            ends[name] = "canceled"
        else:
            ends[name] = "failed" if job["input"]["fail"] else "succeeded"
    return ends


@pytest.mark.parametrize("graphs", [100, pytest.param(500, marks=pytest.mark.long)])
async def test_random_graphs_end_as_the_reference_model_says(
    client: httpx.AsyncClient, res: Resources, worker: Worker, graphs: int
) -> None:
    rng = random.Random(20261120)
    flows = [random_flow(rng) for _ in range(graphs)]
    made = [await submit(client, jobs) for jobs in flows]
    await all_done(res, [job["id"] for flow in made for job in flow["jobs"].values()], within=120)
    for jobs, flow in zip(flows, made, strict=True):
        got = (await client.get(f"/v1/flows/{flow['id']}")).json()["jobs"]
        assert {name: job["status"] for name, job in got.items()} == expected(jobs), jobs
        assert all(job["attempt"] <= 1 for job in got.values())


@pytest.mark.parametrize(
    ("pointer", "value"), [("", {"a/b": [1, {"m~n": 2}]}), ("/a~1b/0", 1), ("/a~1b/1/m~0n", 2)]
)
def test_a_json_pointer_finds_its_value(pointer: str, value: object) -> None:
    assert point({"a/b": [1, {"m~n": 2}]}, pointer) == value


@pytest.mark.parametrize("pointer", ["/x", "/a~1b/2", "/a~1b/-1", "/a~1b/01x", "/a~1b/0/y"])
def test_a_json_pointer_to_nothing_is_an_error(pointer: str) -> None:
    with pytest.raises(KeyError):
        point({"a/b": [1, {"m~n": 2}]}, pointer)


async def test_a_family_that_comes_while_its_parent_is_doomed_is_canceled_to_the_last(
    res: Resources, client: httpx.AsyncClient
) -> None:
    """Children of a waiting job are stored right between the look for who is doomed and their cancel."""
    first = await enqueue(res, "echo", delay_s=3600)
    second = await enqueue(res, "echo", depends_on=(first.id,))
    async with res.pool.acquire() as late:
        transaction = late.transaction()
        await transaction.start()
        parent, family = second.id, []
        for _ in range(4):
            family.append(new_id())
            job = Submission(
                id=family[-1], kind="echo", input="{}", queue="default", max_attempts=3, depends_on=(parent,)
            )
            await rows.insert(late, [job])
            parent = job.id
        canceling = asyncio.create_task(cancel(res, first.id, "default"))
        await eventually(lambda: somebody_waits(res), 10, "the cancel never met the lock")
        await transaction.commit()
    await canceling
    assert [(await read(res, id)).status for id in family] == [Status.CANCELED] * 4


async def somebody_waits(res: Resources) -> bool | None:
    async with res.pool.acquire() as conn:
        return await conn.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)") or None
