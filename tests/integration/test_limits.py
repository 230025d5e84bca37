"""Limits of kinds over all workers, proved from the event log; and what waits is never in the way."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import httpx
import pytest
from redis.asyncio import Redis

from jobs import strands
from jobs.ids import new_id
from jobs.kind import Limit
from jobs.model import Job, Status, Strand
from jobs.queue import cancel, submit
from jobs.registry import Registry
from jobs.resources import Resources
from jobs.store import attempts, gates
from jobs.submission import Options, prepare
from jobs.upkeep import Upkeep
from jobs.worker import Worker
from tests.chaos.invariants import all_done
from tests.conftest import enqueue, eventually, least, read, running_worker, until
from tests.kinds.limited import drip
from tests.processes import guard_process

Interval = tuple[datetime, datetime]


async def enqueue_many(res: Resources, kind: str, number: int, input: dict[str, object]) -> list[Job]:
    made = [prepare(res.kinds[kind], input, Options()) for _ in range(number)]
    return (await submit(res, made, lambda _: "")).jobs


async def attempts_of(res: Resources, kind: str) -> list[Interval]:
    """When each attempt at jobs of a kind started and ended, by the event log; all have ended."""
    async with res.pool.acquire() as conn:
        rows = await conn.fetch(
            "SELECT e.at, e.data->>'status' AS status,"
            " lead(e.at) OVER (PARTITION BY e.job_id ORDER BY e.seq) AS until"
            " FROM job_events e JOIN jobs j ON j.id = e.job_id"
            " WHERE j.kind = $1 AND e.type IN ('job.status', 'job.done') ORDER BY e.at",
            kind,
        )
    intervals = [(row["at"], row["until"]) for row in rows if row["status"] == "running"]
    assert all(end is not None for _, end in intervals)
    return intervals


def most_at_once(intervals: Sequence[Interval]) -> int:
    """How many ran at the same time; what ends when another starts does not run beside it."""
    steps = sorted([(start, 1) for start, _ in intervals] + [(end, -1) for _, end in intervals])
    running = most = 0
    for _, step in steps:
        running += step
        most = max(most, running)
    return most


def keeps_to(limit: Limit, starts: Sequence[datetime]) -> bool:
    """Whether in no window more attempts start than a full bucket and what is refilled meanwhile."""
    assert limit.per_second
    times = sorted(start.timestamp() for start in starts)
    return all(
        last - first + 1 <= limit.burst + limit.per_second * (times[last] - times[first]) + 1e-3
        for first in range(len(times))
        for last in range(first, len(times))
    )


async def test_limits_hold_over_three_workers_that_are_killed(res: Resources) -> None:
    jobs = await enqueue_many(res, "trio", 120, {"pause_s": 0.04, "failures": 1})
    jobs += await enqueue_many(res, "drip", 40, {"pause_s": 0.01})
    async with AsyncExitStack() as stack:
        guards = [await stack.enter_async_context(guard_process(res.settings)) for _ in range(3)]
        for guard in guards[:2]:  # a third death would end a job
            await eventually(lambda: _running(res, "trio"), 20, "nothing runs")
            guard.kill_worker()
            await guard.next_worker()
        await all_done(res, [job.id for job in jobs], within=60)
    trio, drips = await attempts_of(res, "trio"), await attempts_of(res, "drip")
    assert len(trio) >= 2 * 120
    assert most_at_once(trio) == 3
    assert drip.limit
    assert keeps_to(drip.limit, [start for start, _ in drips])
    assert [(await read(res, job.id)).status for job in jobs] == [Status.SUCCEEDED] * len(jobs)


async def _running(res: Resources, kind: str) -> bool | None:
    async with res.pool.acquire() as conn:
        return await conn.fetchval("SELECT true FROM jobs WHERE kind = $1 AND status = 'running' LIMIT 1", kind)


def test_the_proof_notices_one_too_many() -> None:
    """The checks above, given histories that break the limits by one."""
    at = [datetime.fromtimestamp(n / 100) for n in range(5)]
    assert most_at_once([(at[0], at[2]), (at[1], at[3]), (at[2], at[4])]) == 2
    assert most_at_once([(at[0], at[3]), (at[1], at[4]), (at[2], at[4])]) == 3
    assert keeps_to(Limit(per_second=100, burst=1), at)
    assert not keeps_to(Limit(per_second=50, burst=2), at)


@pytest.mark.parametrize("values", [{}, {"concurrency": 0}, {"per_second": -1}, {"per_second": 1, "burst": 0}])
def test_a_limit_that_says_nothing_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="positive"):
        Limit(**values)


async def test_a_full_gate_holds_no_slot_and_delays_nobody(res: Resources, worker: Worker) -> None:
    await enqueue_many(res, "pair", 1000, {"pause_s": 30})
    await eventually(lambda: _count_running(res, "pair", 2), 10, "the gate never opened")
    waits = []
    for _ in range(10):
        done = await until(res, (await enqueue(res, "free")).id)
        assert done.started_at
        waits.append((done.started_at - done.created_at).total_seconds())
    assert sorted(waits)[5] < 0.1
    assert await _count_running(res, "pair", 2)
    assert worker.intake.busy == 2


async def _count_running(res: Resources, kind: str, number: int) -> bool | None:
    async with res.pool.acquire() as conn:
        running = await conn.fetchval("SELECT count(*) FROM jobs WHERE kind = $1 AND status = 'running'", kind)
    return True if running == number else None


async def test_a_place_is_taken_again_at_once(res: Resources, worker: Worker) -> None:
    jobs = await enqueue_many(res, "pair", 21, {"pause_s": 0.05})
    await all_done(res, [job.id for job in jobs], within=20)
    began = sorted(start for start, _ in await attempts_of(res, "pair"))
    gaps = sorted((later - earlier).total_seconds() for earlier, later in pairwise(began[::2]))
    assert gaps[len(gaps) // 2] < 0.2


async def test_a_token_is_waited_for_and_not_looked_for(res: Resources, worker: Worker) -> None:
    jobs = await enqueue_many(res, "drip", 22, {"pause_s": 0})
    await all_done(res, [job.id for job in jobs], within=20)
    starts = sorted(start for start, _ in await attempts_of(res, "drip"))
    assert drip.limit
    assert keeps_to(drip.limit, starts)
    assert (starts[-1] - starts[0]).total_seconds() < 2.5, "twenty a second, two at first"


async def test_a_canceled_or_lost_attempt_gives_its_place_back(res: Resources) -> None:
    async with running_worker(res):
        first = [await enqueue(res, "pair", {"pause_s": 30}) for _ in range(2)]
        for job in first:
            await until(res, job.id, Status.RUNNING)
        waiting = await enqueue(res, "pair", {"pause_s": 0})
        await cancel(res, first[0].id, "default")
        assert (await until(res, waiting.id, within=5)).status is Status.SUCCEEDED
    assert (await read(res, first[1].id)).status is Status.QUEUED, "the worker drained"
    async with running_worker(res):
        await until(res, first[1].id, Status.RUNNING)


async def test_a_limited_kind_in_two_queues_shares_its_places(res: Resources, worker: Worker) -> None:
    jobs = await enqueue_many(res, "pair", 6, {"pause_s": 0.05})
    jobs += [await enqueue(res, "pair", {"pause_s": 0.05}, queue="low") for _ in range(6)]
    await all_done(res, [job.id for job in jobs], within=20)
    assert most_at_once(await attempts_of(res, "pair")) == 2


async def test_parts_of_a_flow_keep_to_their_limit(res: Resources, worker: Worker) -> None:
    first = await enqueue(res, "free", {"pause_s": 0.1})
    jobs = [await enqueue(res, "pair", {"pause_s": 0.05}, depends_on=(first.id,)) for _ in range(6)]
    await all_done(res, [job.id for job in jobs], within=20)
    assert most_at_once(await attempts_of(res, "pair")) == 2


async def test_a_kind_shows_its_limit(client: httpx.AsyncClient) -> None:
    kinds = {kind["name"]: kind for kind in (await client.get("/v1/kinds")).json()["data"]}
    assert kinds["drip"]["limit"] == {"concurrency": None, "per_second": 20, "burst": 2}
    assert kinds["free"]["limit"] is None


async def test_jobs_with_a_limit_go_by_priority_too(res: Resources) -> None:
    jobs = {p: await enqueue(res, "pair", {"pause_s": 0.02}, priority=p) for p in (-5, 50, 0, 20)}
    async with running_worker(res, slots=1):
        await all_done(res, [job.id for job in jobs.values()], within=20)
    began = {p: (await read(res, job.id)).started_at for p, job in jobs.items()}
    assert sorted(began, key=lambda p: str(began[p])) == [50, 20, 0, -5]


async def test_flushall_loses_no_job_with_a_limit(res: Resources, worker: Worker) -> None:
    jobs = await enqueue_many(res, "drip", 30, {"pause_s": 0})
    async with Redis.from_url(res.settings.redis_url.get_secret_value()) as redis:
        await redis.flushall()
    await all_done(res, [job.id for job in jobs], within=20)


def with_limit(res: Resources, kind: str, limit: Limit | None) -> Resources:
    """The same resources in another version of the service."""
    from jobs.gatekeeper import Gatekeeper

    kinds = Registry((name, replace(k, limit=limit) if name == kind else k) for name, k in res.kinds.items())  # type: ignore[call-arg, arg-type]
    return replace(res, kinds=kinds, gates=Gatekeeper(res.pool, res.bell, kinds))


async def test_a_kind_that_loses_its_limit_runs_freely(res: Resources) -> None:
    jobs = await enqueue_many(res, "pair", 8, {"pause_s": 0.5})
    await Upkeep(res).top_up_once()
    async with running_worker(with_limit(res, "pair", None)):
        await all_done(res, [job.id for job in jobs], within=10)
    assert most_at_once(await attempts_of(res, "pair")) > 2


async def test_a_kind_that_gets_a_limit_while_jobs_wait_keeps_to_it(res: Resources) -> None:
    open_ = with_limit(res, "free", None)
    jobs = await enqueue_many(open_, "free", 12, {"pause_s": 0.05})
    async with running_worker(open_), running_worker(with_limit(res, "free", Limit(concurrency=1))):
        await all_done(res, [job.id for job in jobs[:1]], within=10)
        late = await enqueue_many(open_, "free", 12, {"pause_s": 0.05})
        await all_done(res, [job.id for job in (*jobs, *late)], within=30)
    last = [a for a in await attempts_of(res, "free") if a[0] > late[0].created_at]
    assert most_at_once(last) == 1


async def test_changing_a_limit_does_not_fill_its_bucket(res: Resources) -> None:
    async with res.pool.acquire() as conn:
        await gates.declare(conn, {"drip": Limit(per_second=0.001, burst=2)})
        await conn.execute("UPDATE gates SET tokens = 0")
        await gates.declare(conn, {"drip": Limit(per_second=0.002, burst=9)})
        row = await conn.fetchrow("SELECT per_second, burst, tokens FROM gates")
        assert row is not None
        assert (row["per_second"], row["burst"]) == (0.002, 9)
        assert row["tokens"] < 0.1
        await gates.declare(conn, {"drip": None})
        assert await gates.names(conn) == set()


@pytest.mark.parametrize("depth", [0, 5000])
async def test_a_gate_finds_its_jobs_by_index_whatever_the_statistics_say(res: Resources, depth: int) -> None:
    async with res.pool.acquire() as conn:
        await conn.execute(
            "INSERT INTO jobs (id, kind, queue, status, input, max_attempts, run_at)"
            " SELECT gen_random_uuid(), 'pair', 'default', 'queued', '{}', 1, now()"
            " FROM generate_series(1, $1::int)",
            depth,
        )
        await conn.execute("ANALYZE jobs")
        await conn.execute(f"PREPARE admit AS {attempts._ADMIT}")
        plan = await conn.fetch(f"EXPLAIN EXECUTE admit('pair', 'default', '{new_id()}', 3)")
        await conn.execute("DEALLOCATE admit")
    scans = [row[0] for row in plan if "Scan" in row[0] and " on jobs" in row[0]]
    assert len(scans) == 2
    assert all("Index Scan using jobs_ready" in scan or "Index Scan using jobs_pkey" in scan for scan in scans)


async def test_bells_of_old_in_front_delay_nobody(res: Resources, worker: Worker) -> None:
    """A thousand bells whose rows are gone, a thousand of jobs that run or have ended."""
    ended = await enqueue_many(res, "free", 1000, {"pause_s": 0})
    await all_done(res, [job.id for job in ended], within=30)
    bells = {strands.member(new_id(), 0): 1 for _ in range(1000)}
    bells |= {strands.member(job.id, 0): 1 for job in ended}

    async def seconds() -> float:
        async with Redis.from_url(res.settings.redis_url.get_secret_value()) as redis:
            await redis.zadd(strands.key(Strand("default", "free")), bells)
        return await waited_s(res)

    assert await least(seconds, 0.5) < 0.5


async def waited_s(res: Resources) -> float:
    """How long a job of a free kind waits for its start."""
    done = await until(res, (await enqueue(res, "free")).id)
    assert done.started_at
    return (done.started_at - done.created_at).total_seconds()


async def test_jobs_of_an_unknown_kind_are_in_nobodys_way_and_run_when_it_is_known(res: Resources) -> None:
    known = Registry((name, kind) for name, kind in res.kinds.items() if name != "echo")
    old = replace(res, kinds=known)
    strange = await enqueue_many(res, "echo", 5000, {})
    async with running_worker(old) as worker:
        assert await least(lambda: waited_s(res), 0.5) < 0.5
        claims, began = 0, time.process_time()
        claim = worker.intake._scribe.claim

        async def counted(bells: object) -> object:
            nonlocal claims
            claims += 1
            return await claim(bells)  # type: ignore[arg-type]

        worker.intake._scribe.claim = counted  # type: ignore[method-assign, assignment]
        await asyncio.sleep(2.5)
        assert claims == 0
        assert time.process_time() - began < 0.5, "it looks around and finds nothing of its own"
    async with running_worker(res, slots=100):
        await all_done(res, [job.id for job in strange], within=60)
