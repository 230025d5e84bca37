"""A job's life, from submit to its end, on the real Postgres and Redis."""

import asyncio
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from redis.asyncio import Redis

from jobs.errors import InvalidInput
from jobs.ids import new_id
from jobs.model import Event, Status
from jobs.queue import cancel
from jobs.resources import Resources
from jobs.store import attempts, events, workers
from jobs.store import jobs as job_rows
from jobs.submission import Options, prepare
from jobs.worker import Worker
from tests.conftest import enqueue, eventually, least, read, running_worker, until


async def history(res: Resources, job_id) -> list[Event]:
    async with res.pool.acquire() as conn:
        told = await events.after(conn, job_id, 0)
    assert [event.seq for event in told] == list(range(1, len(told) + 1))
    return told


async def statuses(res: Resources, job_id) -> list[str]:
    return [e.data["status"] for e in await history(res, job_id) if e.type in {"job.status", "job.done"}]


async def test_a_job_runs_and_its_events_tell_its_life(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "slow", {"steps": 3})
    assert job.status is Status.QUEUED
    done = await until(res, job.id)
    assert (done.status, done.output, done.attempt) == (Status.SUCCEEDED, {"steps": 3}, 1), done.error
    assert [event.type for event in await history(res, job.id)] == [
        "job.status", "job.status", "job.log", "job.log", "job.log", "artifact.created", "job.done",
    ]  # fmt: skip
    assert await statuses(res, job.id) == ["queued", "running", "succeeded"]
    assert done.progress is not None
    assert (done.progress["step"], done.progress["unit"]) == ("stepping", "steps")
    assert [artifact.name for artifact in done.artifacts] == ["steps.txt"]


async def test_a_transient_failure_is_tried_again_and_may_succeed(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "boom", {"failures": 2})
    done = await until(res, job.id)
    assert (done.status, done.attempt, done.failures, done.error) == (Status.SUCCEEDED, 3, 2, None)


async def test_attempts_end_with_the_last_error(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "boom", {}, max_attempts=2)
    done = await until(res, job.id)
    assert (done.status, done.failures) == (Status.FAILED, 2)
    assert done.error == {
        "code": "provider_error",
        "message": "The provider did not answer.",
        "retryable": True,
        "attempt": 2,
    }


async def test_a_permanent_error_fails_at_once(res: Resources, worker: Worker) -> None:
    done = await until(res, (await enqueue(res, "boom", {"error": "permanent"})).id)
    assert (done.status, done.failures) == (Status.FAILED, 1)
    assert done.error is not None
    assert (done.error["code"], done.error["retryable"]) == ("invalid_media", False)


@pytest.mark.parametrize("error", ["bug", "exit", "group"])
async def test_a_bug_in_a_kind_shows_no_detail_and_ends_no_worker(
    res: Resources, worker: Worker, error: str
) -> None:
    done = await until(res, (await enqueue(res, "boom", {"error": error})).id)
    assert done.status is Status.FAILED
    assert done.error is not None
    assert done.error["code"] == "internal"
    assert "secret" not in done.error["message"]
    assert (await until(res, (await enqueue(res, "echo", {"text": "hi"})).id)).output == {"text": "hi"}


async def test_a_busy_provider_parks_the_job_and_frees_the_slot(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "boom", {"error": "busy", "retry_after_s": 0.5, "failures": 1})
    parked = await until(res, job.id, Status.SCHEDULED)
    assert parked.error is not None
    assert parked.error["code"] == "provider_busy"
    began = time.monotonic()
    assert (await until(res, job.id)).status is Status.SUCCEEDED
    assert time.monotonic() - began < 1.5


async def test_the_slot_of_a_parked_job_is_taken_again_at_once(res: Resources) -> None:
    waits = []
    async with running_worker(res, slots=1):
        for _ in range(7):
            parked = await enqueue(res, "boom", {"error": "busy", "retry_after_s": 30, "failures": 1})
            then = await until(res, (await enqueue(res, "echo")).id)
            (_, _, left) = await history(res, parked.id)
            assert left.data["status"] == "scheduled"
            assert then.started_at is not None
            waits.append((then.started_at - max(left.at, then.created_at)).total_seconds())
    assert sorted(waits)[3] < 0.2, "the backstop alone would take half a second"


async def test_an_interruption_spends_no_failure(res: Resources, worker: Worker) -> None:
    done = await until(res, (await enqueue(res, "boom", {"error": "interrupted", "failures": 4})).id)
    assert (done.status, done.attempt, done.failures) == (Status.SUCCEEDED, 5, 0)


async def test_a_poison_job_stops_after_three_deaths(res: Resources, worker: Worker) -> None:
    done = await until(res, (await enqueue(res, "boom", {"error": "died"})).id)
    assert (done.status, done.attempt, done.failures) == (Status.FAILED, 3, 0)
    assert done.error is not None
    assert done.error["code"] == "worker_lost"


async def test_a_timeout_is_not_a_cancel(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "slow", {"steps": 1000, "pause_s": 0.05}, timeout_s=0.2, max_attempts=2)
    done = await until(res, job.id)
    assert (done.status, done.failures) == (Status.FAILED, 2)
    assert done.error is not None
    assert (done.error["code"], done.error["retryable"]) == ("timed_out", True)


async def test_a_deadline_ends_a_running_job_without_another_try(res: Resources, worker: Worker) -> None:
    deadline = datetime.now(UTC) + timedelta(seconds=0.5)
    job = await enqueue(res, "slow", {"steps": 1000, "pause_s": 0.05}, deadline_at=deadline)
    done = await until(res, job.id)
    assert (done.status, done.failures) == (Status.FAILED, 1)
    assert done.error is not None
    assert done.error["code"] == "timed_out"


async def test_a_deadline_before_the_start_expires_the_job(res: Resources, worker: Worker) -> None:
    deadline = datetime.now(UTC) + timedelta(seconds=0.3)
    done = await until(res, (await enqueue(res, "echo", deadline_at=deadline, delay_s=60)).id)
    assert done.status is Status.EXPIRED
    assert done.error is not None
    assert done.error["code"] == "expired"


async def test_a_delayed_job_waits_for_its_time_and_not_much_longer(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "echo", delay_s=0.4)
    assert job.status is Status.SCHEDULED
    done = await until(res, job.id)
    assert done.started_at is not None
    late = (done.started_at - job.created_at).total_seconds() - 0.4
    assert 0 <= late < 0.3
    assert await statuses(res, job.id) == ["scheduled", "queued", "running", "succeeded"]


async def test_priorities_go_first_and_nothing_starves(res: Resources) -> None:
    low, plain, high = [await enqueue(res, "echo", priority=p, queue="heavy") for p in (-5, 0, 50)]
    old = await enqueue(res, "echo", queue="heavy")
    async with res.pool.acquire() as conn:
        await conn.execute("UPDATE jobs SET run_at = run_at - interval '3 hours' WHERE id = $1", old.id)
    async with Redis.from_url(res.settings.redis_url.get_secret_value()) as redis:
        await redis.flushall()
    one_slot = res.settings.model_copy(update={"queues": "heavy"})
    async with running_worker(replace(res, settings=one_slot), slots=1):
        ended = [await until(res, job.id) for job in (old, high, plain, low)]
    assert [job.started_at for job in ended] == sorted(job.started_at for job in ended)


async def test_a_queued_job_is_canceled_in_the_call_itself(res: Resources) -> None:
    job = await enqueue(res, "echo")
    canceled = await cancel(res, job.id, "default")
    assert canceled.status is Status.CANCELED
    assert await statuses(res, job.id) == ["queued", "canceled"]
    again = await cancel(res, job.id, "default")
    assert again.finished_at == canceled.finished_at


async def test_a_running_job_is_canceled_within_two_seconds(res: Resources, worker: Worker) -> None:
    neighbour = await enqueue(res, "slow", {"steps": 30, "pause_s": 0.02})

    async def seconds() -> float:
        job = await enqueue(res, "slow", {"steps": 1000, "pause_s": 0.02})
        await until(res, job.id, Status.RUNNING)
        began = time.monotonic()
        asked = await cancel(res, job.id, "default")
        assert asked.cancel_requested_at is not None
        assert (await until(res, job.id)).status is Status.CANCELED
        took = time.monotonic() - began
        assert (await history(res, job.id))[-1].type == "job.done"
        return took

    assert await least(seconds, 1) < 1
    assert (await until(res, neighbour.id)).output == {"steps": 30}


async def test_a_cancel_whose_news_comes_late_ends_the_job_at_its_next_word(res: Resources, worker: Worker) -> None:
    worker.attendant.cancel = lambda _: None  # type: ignore[method-assign]

    async def seconds() -> float:
        job = await enqueue(res, "slow", {"steps": 1000, "pause_s": 0.02})
        await eventually(lambda: _has_events(res, job.id, 3), 10, "it never spoke")
        began = time.monotonic()
        await cancel(res, job.id, "default")
        assert (await until(res, job.id)).status is Status.CANCELED
        return time.monotonic() - began

    assert await least(seconds, 0.5) < 0.5


async def test_a_kind_that_ignores_cancel_is_left_behind_and_says_no_more(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "stubborn", {"steps": 400, "pause_s": 0.01})
    await eventually(lambda: _has_events(res, job.id, 5), 10, "it never spoke")
    await cancel(res, job.id, "default")
    assert (await until(res, job.id, within=3)).status is Status.CANCELED
    told = await history(res, job.id)
    assert told[-1].type == "job.done"
    await asyncio.sleep(0.3)
    assert await history(res, job.id) == told


async def _has_events(res: Resources, job_id, number: int) -> bool | None:
    return True if len(await history(res, job_id)) >= number else None


async def test_cancel_kills_a_python_loop_in_a_child_process(
    res: Resources, worker: Worker, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    job = await enqueue(res, "spinner", {"pid_file": str(pid_file)})
    pid = await eventually(lambda: _pid(pid_file), 15, "the child never started")
    began = time.monotonic()
    await cancel(res, job.id, "default")
    assert (await until(res, job.id, within=2)).status is Status.CANCELED
    assert time.monotonic() - began < 2
    assert not psutil.pid_exists(pid)


async def _pid(file: Path) -> int | None:
    return int(file.read_text()) if file.exists() and file.read_text() else None


async def test_a_timeout_kills_a_python_loop_in_a_child_process(
    res: Resources, worker: Worker, tmp_path: Path
) -> None:
    job = await enqueue(res, "spinner", {"pid_file": str(tmp_path / "pid")}, timeout_s=1.5, max_attempts=1)
    done = await until(res, job.id)
    assert done.error is not None
    assert done.error["code"] == "timed_out"
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


async def test_a_lost_child_process_runs_again_without_a_failure_until_it_is_poison(
    res: Resources, worker: Worker, tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    job = await enqueue(res, "spinner", {"pid_file": str(pid_file)})
    for _ in range(3):
        pid = await eventually(lambda: _pid(pid_file), 15, "the child never started")
        pid_file.unlink()
        os.kill(pid, 9)
    done = await until(res, job.id)
    assert (done.status, done.attempt, done.failures) == (Status.FAILED, 3, 0)
    assert done.error is not None
    assert done.error["code"] == "worker_lost"


async def test_what_jsonb_refuses_harms_nobody(res: Resources, worker: Worker) -> None:
    awkward = await enqueue(res, "nasty", {"text": "x"})
    neighbours = [await enqueue(res, "echo", {"text": str(n)}) for n in range(20)]
    done = await until(res, awkward.id)
    assert done.status is Status.SUCCEEDED, done.error
    assert isinstance(done.output, dict)
    assert done.output["text"] == "a\ufffdb?c"
    assert "\x00" not in done.warnings[0]
    for n, job in enumerate(neighbours):
        assert (await until(res, job.id)).output == {"text": str(n)}


async def test_an_input_with_a_nul_is_stored_clean(res: Resources, worker: Worker) -> None:
    done = await until(res, (await enqueue(res, "echo", {"text": "a\x00b"})).id)
    assert done.output == {"text": "a\ufffdb"}


async def test_a_large_output_becomes_an_artifact(res: Resources, worker: Worker) -> None:
    done = await until(res, (await enqueue(res, "bulk", {"bytes": 600_000})).id)
    assert done.status is Status.SUCCEEDED, done.error
    assert done.output is None
    assert {a.name: a.bytes >= 300_000 for a in done.artifacts} == {"half.bin": True, "output.json": True}
    told = [event for event in await history(res, done.id) if event.type == "artifact.created"]
    assert {event.data["name"] for event in told} == {"half.bin", "output.json"}


async def test_progress_a_thousand_times_a_second_is_written_five_times(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "chatty", {"steps": 1000, "pause_s": 0.001})
    await until(res, job.id, Status.RUNNING)
    writes = set()
    while not (now := await read(res, job.id)).done:
        writes.add(str(now.progress))
        await asyncio.sleep(0.01)
    assert now.progress is not None
    assert (now.progress["current"], now.progress["fraction"]) == (1000, 1.0)
    assert now.started_at is not None
    assert now.finished_at is not None
    assert len(writes) <= 2 + 5 * (now.finished_at - now.started_at).total_seconds()


async def test_a_child_waits_for_its_parents_and_then_runs(res: Resources, worker: Worker) -> None:
    parents = [await enqueue(res, "slow", {"steps": 5, "pause_s": 0.02}) for _ in range(3)]
    child = await enqueue(res, "echo", {"text": "after"}, depends_on=tuple(p.id for p in parents))
    assert child.status is Status.WAITING
    done = await until(res, child.id)
    assert done.status is Status.SUCCEEDED
    assert done.started_at is not None
    for parent in parents:
        finished_at = (await read(res, parent.id)).finished_at
        assert finished_at is not None
        assert finished_at <= done.started_at


async def test_a_failed_parent_cancels_its_descendants_or_lets_them_run(res: Resources, worker: Worker) -> None:
    parent = await enqueue(res, "boom", {"error": "permanent"}, delay_s=0.2)
    child = await enqueue(res, "echo", depends_on=(parent.id,))
    grandchild = await enqueue(res, "echo", depends_on=(child.id,))
    brave = await enqueue(res, "echo", depends_on=(parent.id,), on_failure="run")
    for doomed in (child, grandchild):
        ended = await until(res, doomed.id)
        assert ended.status is Status.CANCELED
        assert ended.error is not None
        assert ended.error["code"] == "dependency_failed"
    assert (await until(res, brave.id)).status is Status.SUCCEEDED
    late = await enqueue(res, "echo", depends_on=(parent.id,))
    assert late.status is Status.CANCELED
    assert (await enqueue(res, "echo", depends_on=(parent.id,), on_failure="run")).status is Status.QUEUED


async def test_parents_that_end_at_the_same_time_release_their_child_once(res: Resources, worker: Worker) -> None:
    for _ in range(5):
        parents = [await enqueue(res, "echo", delay_s=0.2) for _ in range(8)]
        children = [await enqueue(res, "echo", depends_on=tuple(p.id for p in parents[: n + 1])) for n in range(8)]
        for child in children:
            assert (await until(res, child.id)).status is Status.SUCCEEDED


async def test_an_unknown_parent_is_refused_and_nothing_is_stored(res: Resources) -> None:
    job = await enqueue(res, "echo")
    with pytest.raises(InvalidInput, match="does not exist"):
        await enqueue(res, "echo", depends_on=(job.id, job.id.__class__(int=1)))
    async with res.pool.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM jobs") == 1


async def test_a_drained_worker_hands_its_job_back_without_a_failure(res: Resources) -> None:
    quick = replace(res, settings=res.settings.model_copy(update={"drain_s": 0.1}))
    async with running_worker(quick):
        job = await enqueue(res, "slow", {"steps": 200, "pause_s": 0.01})
        await until(res, job.id, Status.RUNNING)
    handed_back = await read(res, job.id)
    assert (handed_back.status, handed_back.failures) == (Status.QUEUED, 0)
    async with running_worker(res):
        done = await until(res, job.id)
    assert (done.status, done.attempt, done.failures) == (Status.SUCCEEDED, 2, 0)


async def test_a_drain_does_not_wait_for_a_kind_that_ignores_it(res: Resources) -> None:
    quick = replace(res, settings=res.settings.model_copy(update={"drain_s": 0.1}))
    async with asyncio.timeout(8), running_worker(quick):
        job = await enqueue(res, "stubborn", {"steps": 2000, "pause_s": 0.01})
        await until(res, job.id, Status.RUNNING)
    assert (await read(res, job.id)).status is Status.QUEUED


async def test_an_attempt_that_is_canceled_from_outside_runs_again(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "slow", {"steps": 100, "pause_s": 0.01})
    await until(res, job.id, Status.RUNNING)
    (task,) = worker.tasks.values()
    task.cancel()
    await asyncio.wait({task}, timeout=1)
    assert task.cancelled()
    done = await until(res, job.id)
    assert (done.status, done.attempt, done.failures) == (Status.SUCCEEDED, 2, 0)


async def test_a_bell_that_rings_twice_runs_the_job_once(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "slow", {"steps": 5, "pause_s": 0.02})
    async with Redis.from_url(res.settings.redis_url.get_secret_value()) as redis:
        for _ in range(5):
            await redis.zadd("turnspit:queue:default:slow", {f"{job.id}:0": 1, "rubbish": 2, f"{job.id}:x": 3})
            await redis.publish("turnspit:bell", "default:slow")
            await asyncio.sleep(0.01)
    assert (await until(res, job.id)).attempt == 1


async def test_flushall_loses_nothing(res: Resources) -> None:
    jobs = [await enqueue(res, "echo", {"text": str(n)}) for n in range(50)]
    async with Redis.from_url(res.settings.redis_url.get_secret_value()) as redis:
        await redis.flushall()
    async with running_worker(res):
        done = [await until(res, job.id) for job in jobs]
    assert all((job.status, job.attempt) == (Status.SUCCEEDED, 1) for job in done)


async def test_a_claim_whose_answer_was_lost_is_given_back(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "echo", delay_s=3600)
    async with res.pool.acquire() as conn:
        worker_id = await conn.fetchval("SELECT id FROM workers")
        await conn.execute("UPDATE jobs SET status = 'queued', event_seq = 2 WHERE id = $1", job.id)
        await conn.execute(
            "UPDATE jobs SET status = 'running', attempt = 1, event_seq = 3, started_at = now(), worker_id = $2"
            " WHERE id = $1",
            job.id,
            worker_id,
        )
    done = await until(res, job.id)
    assert (done.status, done.attempt, done.failures) == (Status.SUCCEEDED, 2, 0)


async def test_a_zombies_writes_are_refused(res: Resources, worker: Worker) -> None:
    job = await enqueue(res, "slow", {"steps": 100, "pause_s": 0.02})
    await until(res, job.id, Status.RUNNING)
    async with res.pool.acquire() as conn:
        await attempts.give_back(conn, [(job.id, 1)])
    done = await until(res, job.id, within=20)
    assert (done.status, done.attempt, done.output) == (Status.SUCCEEDED, 2, {"steps": 100})
    told = await history(res, job.id)
    second = [event for event in told if event.attempt == 2 and event.type == "job.log"]
    assert [event.data["step"] for event in second] == list(range(100))


async def test_a_child_that_is_linked_while_its_parent_ends_is_not_overlooked(res: Resources) -> None:
    parent, us = await enqueue(res, "echo", {"text": "x"}), new_id()
    child = prepare(res.kinds["echo"], {"text": "y"}, Options(depends_on=(parent.id,)))
    async with res.pool.acquire() as conn, res.pool.acquire() as linking:
        await workers.register(conn, us, host="h", pid=1, guard_pid=None, slots={"default": 1})
        ((claim, _),) = await attempts.claim(conn, [(parent.id, 0)], us, ["echo"])
        ends = [attempts.Settlement(claim, "succeeded", "{}")]
        async with linking.transaction():
            await job_rows.insert(linking, [child])
            ending = asyncio.create_task(attempts.settle_alone(conn, ends))
            await asyncio.sleep(0.2)
            assert not ending.done(), "it waits for the row that the link has locked"
        assert await ending == [], "a job that another waits for does not end alone"
        async with conn.transaction():
            moved = await attempts.settle(conn, ends)
    assert {change.id: change.status for change in moved} == {parent.id: Status.SUCCEEDED, child.id: Status.QUEUED}
