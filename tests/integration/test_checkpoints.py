"""A run that died goes on from its checkpoint, and tells nothing twice."""

import asyncio
from uuid import UUID

import pytest

from jobs.model import Claim, Event, Status
from jobs.queue import cancel
from jobs.resources import Resources
from jobs.store import checkpoints, events
from jobs.worker import Worker
from tests.conftest import enqueue, eventually, until
from tests.processes import guard_process


async def history(res: Resources, job_id: UUID) -> list[Event]:
    async with res.pool.acquire() as conn:
        return await events.after(conn, job_id, 0)


async def assert_noted_once(res: Resources, job_id: UUID, steps: int) -> None:
    told = await history(res, job_id)
    assert [event.seq for event in told] == list(range(1, len(told) + 1))
    assert [event.data["note"] for event in told if event.type == "note.taken"] == list(range(steps))


@pytest.mark.parametrize("how", ["host", "failure"])
async def test_an_attempt_goes_on_where_the_one_before_it_stood(res: Resources, worker: Worker, how: str) -> None:
    job = await enqueue(res, "counter", {"steps": 10, "deaths": [4, 7], "how": how})
    done = await until(res, job.id)
    assert (done.status, done.attempt, done.failures) == (Status.SUCCEEDED, 3, 0 if how == "host" else 2)
    assert done.output == {"notes": list(range(10)), "attempts": [1] * 4 + [2] * 3 + [3] * 3}
    await assert_noted_once(res, job.id, 10)


async def test_a_worker_that_is_killed_costs_no_step_that_was_noted(res: Resources) -> None:
    async with guard_process(res.settings):
        job = await enqueue(res, "counter", {"steps": 40, "deaths": [20], "how": "worker"})
        done = await until(res, job.id, within=30)
    assert (done.status, done.attempt, done.failures) == (Status.SUCCEEDED, 2, 0)
    assert done.output == {"notes": list(range(40)), "attempts": [1] * 20 + [2] * 20}
    await assert_noted_once(res, job.id, 40)


async def test_many_that_note_at_once_keep_apart(res: Resources, worker: Worker) -> None:
    jobs = [await enqueue(res, "counter", {"steps": 20, "deaths": [n]}) for n in range(10)]
    for job in jobs:
        assert (await until(res, job.id)).output is not None
        await assert_noted_once(res, job.id, 20)


async def test_a_checkpoint_that_is_too_large_is_the_kinds_own_mistake(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "counter", {"steps": 1, "unstorable": True}, max_attempts=1)
    done = await until(res, job.id)
    assert done.error is not None
    assert (done.status, done.error["code"]) == (Status.FAILED, "internal")


async def test_a_canceled_run_keeps_nothing_more(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "counter", {"steps": 100_000})

    async def has_begun() -> bool | None:
        return len(await history(res, job.id)) > 5 or None

    await eventually(has_begun, 10, "it never noted anything")
    await cancel(res, job.id, "default")
    assert (await until(res, job.id)).status is Status.CANCELED
    told = await history(res, job.id)
    await asyncio.sleep(0.1)
    assert await history(res, job.id) == told
    assert told[-1].type == "job.done"


async def test_only_the_running_attempt_at_its_last_event_may_keep_one(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "slow", {"steps": 200, "pause_s": 0.02})
    await until(res, job.id, Status.RUNNING)
    (attempt,) = worker.executor.live.values()
    claim: Claim = attempt.claim
    async with res.pool.acquire() as conn, conn.transaction():
        seq = await conn.fetchval("SELECT event_seq FROM jobs WHERE id = $1 FOR UPDATE", job.id)
        for stale in (seq - 1, seq + 1):
            assert await checkpoints.keep(conn, [(claim, stale, "{}")]) == set()
        assert await checkpoints.keep(conn, [(claim, seq, '{"a": 1}')]) == {job.id}
        claim.attempt += 1
        assert await checkpoints.keep(conn, [(claim, seq, '{"a": 2}')]) == set()
        claim.attempt -= 1
        found = await checkpoints.last(conn, claim, [])
        assert found is not None
        assert found.state == {"a": 1}
        assert len(found.events) == seq
    await cancel(res, job.id, "default")
    await until(res, job.id)
