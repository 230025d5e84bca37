"""Faults found by looking for them: each test is one that once went wrong."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from jobs import strands
from jobs.doorbell import Doorbell
from jobs.guard import guard
from jobs.ids import new_id
from jobs.intake import waiting
from jobs.kind import Kind
from jobs.model import Status, Strand
from jobs.objects import Objects
from jobs.queue import cancel
from jobs.resources import Resources
from jobs.store import attempts, sweeps, workers
from jobs.upkeep import PAGE, Upkeep
from jobs.worker import Worker
from tests.conftest import enqueue, eventually, read, until
from tests.kinds.plain import Data, Text, say


@pytest.mark.parametrize(
    ("what", "status"),
    [("numpy", Status.SUCCEEDED), ("object in progress", Status.FAILED), ("object in event", Status.FAILED)],
)
async def test_what_cannot_be_stored_is_the_kinds_own_error(
    res: Resources, worker: Worker, what: str, status: Status
) -> None:
    neighbours = [await enqueue(res, "slow", {"steps": 20, "pause_s": 0.01}) for _ in range(3)]
    done = await until(res, (await enqueue(res, "odd", {"what": what})).id, within=5)
    assert (done.status, done.attempt) == (status, 1)
    for job in neighbours:
        assert (await until(res, job.id)).output == {"steps": 20}


async def test_an_attempt_that_tidies_up_does_not_disturb_the_next_one(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "untidy")
    done = await until(res, job.id)
    assert (done.status, done.attempt, done.failures) == (Status.SUCCEEDED, 2, 0)


async def test_giving_back_a_canceled_job_cancels_who_waits_for_it(res: Resources) -> None:
    parent = await enqueue(res, "echo", delay_s=3600)
    child = await enqueue(res, "echo", depends_on=(parent.id,))
    async with res.pool.acquire() as conn, conn.transaction():
        await conn.execute("UPDATE jobs SET status = 'queued', event_seq = 2 WHERE id = $1", parent.id)
        await conn.execute(
            "UPDATE jobs SET status = 'running', attempt = 1, event_seq = 3, started_at = now(),"
            " worker_id = gen_random_uuid(), cancel_requested_at = now() WHERE id = $1",
            parent.id,
        )
        await attempts.give_back(conn, [(parent.id, 1)])
    assert [(await read(res, job.id)).status for job in (parent, child)] == [Status.CANCELED, Status.CANCELED]


async def test_the_progress_of_a_stale_attempt_does_not_show_on_the_job_that_joins(res: Resources) -> None:
    join, us = await enqueue(res, "greeting", {"name": "Ada"}), new_id()
    async with res.pool.acquire() as conn:
        await workers.register(conn, us, host="h", pid=1, guard_pid=None, slots={"default": 1})
        part = await conn.fetchval("SELECT id FROM jobs WHERE part_of = $1 AND status = 'queued'", join.id)
        ((stale, _),) = await attempts.claim(conn, [(part, 0)], us, ["echo"])
        async with conn.transaction():
            await attempts.give_back(conn, [(part, 1)])
        ((running, _),) = await attempts.claim(conn, [(part, 1)], us, ["echo"])
        for claim in (running, stale):
            await attempts.mirror_progress(conn, [(claim, f'{{"step": "try {claim.attempt}"}}')])
    assert (await read(res, join.id)).progress == {"step": "try 2"}


@pytest.mark.parametrize("state", ["53100", "57014", "25006", "58030", "40001"])
async def test_trouble_in_postgres_is_waited_out(res: Resources, worker: Worker, state: str) -> None:
    job = await enqueue(res, "slow", {"steps": 5, "pause_s": 0.05})
    await until(res, job.id, Status.RUNNING)
    async with res.pool.acquire() as conn:
        await conn.execute(
            "CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION 'trouble' USING ERRCODE = '{state}'; END $$;"
            " CREATE TRIGGER trouble BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION trouble()"
        )
        await asyncio.sleep(0.7)
        await conn.execute("DROP FUNCTION trouble() CASCADE")
    done = await until(res, job.id)
    assert (done.status, done.attempt, done.failures) == (Status.SUCCEEDED, 1, 0)


async def test_a_chain_of_a_thousand_is_canceled_in_a_moment(client: httpx.AsyncClient, res: Resources) -> None:
    chain = {f"n{n}": {"kind": "echo", "depends_on": [f"n{n - 1}"] if n else []} for n in range(1000)}
    chain["n0"]["delay_s"] = 3600  # type: ignore[assignment]
    flow = (await client.post("/v1/flows", json={"jobs": chain})).json()
    began = time.monotonic()
    await cancel(res, flow["jobs"]["n0"]["id"], "default")
    assert time.monotonic() - began < 1.5
    async with res.pool.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM jobs WHERE status = 'canceled'") == 1000


async def test_a_job_of_a_flow_can_be_done_again(client: httpx.AsyncClient, worker: Worker) -> None:
    jobs = {
        "a": {"kind": "echo", "input": {"text": "x"}},
        "b": {"kind": "echo", "input": {"text": {"$from": "a", "pointer": "/text"}, "times": 3}},
    }
    flow = (await client.post("/v1/flows", json={"jobs": jobs})).json()
    first = (await client.get(f"/v1/jobs/{flow['jobs']['b']['id']}", params={"wait": 10})).json()
    again = await client.post(f"/v1/jobs/{first['id']}/retry", headers={"Prefer": "wait=10"})
    assert (again.status_code, again.json()["output"], again.json()["retry_of"]) == (
        201,
        {"text": "xxx"},
        first["id"],
    )


async def test_nobody_jumps_all_slots_through_the_lane_of_joins(client: httpx.AsyncClient) -> None:
    reply = await client.post("/v1/jobs", json={"kind": "echo", "input": {}, "queue": "joins"})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid_input")
    with pytest.raises(ValueError, match="joins"):
        Kind("echo", Text, Data, say, queue="joins")


async def test_a_chore_that_is_stuck_elsewhere_makes_nobody_spin(res: Resources) -> None:
    upkeep = Upkeep(res)
    await enqueue(res, "echo", delay_s=0.01)
    await asyncio.sleep(0.05)
    async with res.pool.acquire() as stuck, stuck.transaction():
        assert await sweeps.lead(stuck, "promote")
        assert (await upkeep.promote_once() or 0) >= 0.2


async def test_a_transaction_that_is_left_alone_is_ended(res: Resources) -> None:
    async with res.pool.acquire() as conn:
        assert await conn.fetchval("SHOW idle_in_transaction_session_timeout") == "5s"


async def test_no_bell_rings_for_a_job_that_is_past_its_deadline(res: Resources) -> None:
    """Nobody may start it: its bell would be taken and rung again until it is expired."""
    late = await enqueue(res, "echo")
    async with res.pool.acquire() as conn:
        await conn.execute("UPDATE jobs SET deadline_at = now() - interval '1 second' WHERE id = $1", late.id)
    text = strands.member(late.id, 0).encode()
    assert await waiting(res, [text]) == set()
    async with Redis.from_url(res.settings.redis_url.get_secret_value()) as redis:
        await redis.flushall()
        await Upkeep(res).top_up_once()
        assert await redis.zcard(strands.key(Strand("default", "echo"))) == 0


async def test_prune_erases_jobs_with_their_bytes(res: Resources, worker: Worker, tmp_path: Path) -> None:
    job = await until(res, (await enqueue(res, "slow", {"steps": 1})).id)
    async with res.pool.acquire() as conn:
        await conn.execute("UPDATE jobs SET finished_at = now() - interval '31 days' WHERE id = $1", job.id)
    folder = tmp_path / "objects" / "jobs" / str(job.id)
    assert list(folder.rglob("steps.txt"))
    await Upkeep(res).prune_once()

    async def gone() -> bool | None:
        async with res.pool.acquire() as conn:
            return None if await conn.fetchval("SELECT EXISTS (SELECT FROM jobs WHERE id = $1)", job.id) else True

    await eventually(gone, 5, "it was never erased")
    assert not list(folder.rglob("steps.txt"))


async def ended_jobs(res: Resources, count: int) -> None:
    """Jobs past their retention, with the keys that they were asked for under."""
    async with res.pool.acquire() as conn:
        await conn.execute(
            "INSERT INTO jobs (id, kind, queue, status, input, max_attempts, run_at, finished_at, event_seq)"
            " SELECT uuidv7(), 'echo', 'default', 'canceled', '{}', 1, now(), now() - interval '31 days', 1"
            " FROM generate_series(1, $1)",
            count,
        )
        await conn.execute(
            "INSERT INTO idempotency_keys (tenant, key, fingerprint, created_at)"
            " SELECT 'default', n::text, repeat('0', 64), now() - interval '25 hours'"
            " FROM generate_series(1, $1) n",
            count,
        )


async def count(res: Resources, table: str) -> int:
    async with res.pool.acquire() as conn:
        return int(await conn.fetchval(f"SELECT count(*) FROM {table}"))


@pytest.mark.parametrize(("chore", "table"), [("prune", "jobs"), ("forget", "idempotency_keys")])
async def test_what_is_old_goes_page_after_page_without_a_pause(res: Resources, chore: str, table: str) -> None:
    await ended_jobs(res, PAGE + 3)
    once = getattr(Upkeep(res), f"{chore}_once")
    assert await once() == 0.0
    assert await count(res, table) == 3
    assert await once() is None
    assert await count(res, table) == 0


async def test_a_job_whose_bytes_cannot_be_erased_holds_up_no_other(
    res: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ended_jobs(res, 3)
    async with res.pool.acquire() as conn:
        stuck = await conn.fetchval("SELECT min(id::text) FROM jobs")
    real = Objects.delete_under

    async def delete_under(self: Objects, prefix: str) -> None:
        if stuck in prefix:
            raise PermissionError(prefix)
        await real(self, prefix)

    monkeypatch.setattr(Objects, "delete_under", delete_under)
    await Upkeep(res).prune_once()
    async with res.pool.acquire() as conn:
        assert [str(row["id"]) for row in await conn.fetch("SELECT id FROM jobs")] == [stuck]


async def test_bytes_are_stored_while_every_thread_of_the_kinds_is_stuck(tmp_path: Path) -> None:
    loop, done = asyncio.get_running_loop(), threading.Event()
    loop.set_default_executor(ThreadPoolExecutor(1))
    stuck = asyncio.create_task(asyncio.to_thread(done.wait))
    objects = Objects(str(tmp_path))
    try:
        async with asyncio.timeout(5):
            await objects.put("a", b"bytes")
            await objects.discard("a")
    finally:
        done.set()
        await stuck


async def test_a_worker_without_tables_says_what_to_do(res: Resources) -> None:
    url = res.settings.database_url.get_secret_value() + "?options=-csearch_path%3Dempty"
    with pytest.raises(SystemExit, match="turnspit migrate"):
        await guard(res.settings.model_copy(update={"database_url": SecretStr(url)}))


async def test_a_ring_right_before_the_end_is_heard(res: Resources) -> None:
    """A process that submits and leaves: what came while the last flush was under way is sent as well."""
    url, strand = res.settings.redis_url.get_secret_value(), Strand("default", "echo")
    bell, ids = Doorbell(url), [new_id(), new_id()]
    bell._rings.append(sweeps.Ready(ids[0], 0, strand, 1))
    bell.publish("test", "first")
    while bell._rings:
        await asyncio.sleep(0)
    bell._rings.append(sweeps.Ready(ids[1], 0, strand, 2))
    await bell.close()
    async with Redis.from_url(url) as redis:
        assert await redis.zcard(strands.key(strand)) == 2
