"""The page a worker shares with its guard: what the guard reads there while the worker cannot answer."""

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

from jobs.attempt import Stop
from jobs.blackbox import NOBODY, SPARE, BlackBox, Seat
from jobs.ids import new_id
from jobs.threads import NotedThreads
from jobs.verdict import post_mortem


def claim() -> Any:
    return SimpleNamespace(id=new_id(), attempt=1)


def running(stopped: Stop | None = None) -> Any:
    return SimpleNamespace(stopped=stopped)


async def test_the_other_side_sees_who_is_on_the_event_loop_and_only_then() -> None:
    ours, fd = BlackBox.shared(2)
    theirs = BlackBox.inherited(fd)
    job = claim()
    seen = []

    async def run() -> str:
        seen.append(theirs.on_loop())
        await asyncio.sleep(0)
        seen.append(theirs.on_loop())
        return "done"

    seat = ours.take(job, 10, 10.0, retry=True)
    assert await seat.watch(running(), run()) == "done"
    assert [(s.id, s.attempt, s.allowed_s, s.retry) for s in seen if s] == [(job.id, 1, 10.0, True)] * 2
    assert theirs.on_loop() is None
    assert [s.id for s in theirs.entries()] == [job.id]
    seat.leave()
    assert theirs.entries() == []


async def test_a_run_that_raises_or_is_canceled_leaves_no_mark() -> None:
    box = BlackBox.private(2)

    async def fail() -> None:
        await asyncio.sleep(0)
        raise ValueError

    for stopped, raised in ((None, ValueError), (Stop.CANCELED, asyncio.CancelledError)):
        seat = box.take(claim(), 10, 10.0, retry=True)
        task = asyncio.create_task(_awaited(seat, running(stopped), fail()))
        await asyncio.sleep(0)
        if stopped:
            task.cancel()
        (error,) = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(error, raised)
        assert box.on_loop() is None
        (noted,) = box.entries()
        assert noted.forgiven is bool(stopped)
        seat.leave()


async def _awaited(seat: Seat, attempt: Any, work: Any) -> None:
    await seat.watch(attempt, work)


def test_a_full_page_leaves_runs_unwatched_and_is_filled_again() -> None:
    box = BlackBox.private(1)
    seats = [box.take(claim(), 1, 1.0, retry=False) for _ in range(1 + SPARE)]
    assert len(set(seats)) == 1 + SPARE
    assert box.take(claim(), 1, 1.0, retry=False).number == NOBODY
    assert len(box.entries()) == 1 + SPARE
    seats[3].leave()
    assert box.take(claim(), 1, 1.0, retry=False) == seats[3]


async def test_a_thread_keeps_its_seat_and_its_blame_until_it_ends() -> None:
    box = BlackBox.private(2)
    go = threading.Event()
    asyncio.get_running_loop().set_default_executor(NotedThreads())
    guilty, bystander = claim(), claim()

    async def start(job: Any, *, thread: bool) -> tuple[Seat, asyncio.Future[bool] | None]:
        seat = box.take(job, 10, 10.0, retry=True)
        return seat, asyncio.ensure_future(asyncio.to_thread(go.wait, 30)) if thread else None

    seat, call = await asyncio.create_task(start(guilty, thread=True))
    await asyncio.create_task(start(bystander, thread=False))
    assert post_mortem(box).blamed == [guilty.id]
    seat.leave()
    assert post_mortem(box).blamed == [guilty.id]
    go.set()
    assert call is not None
    await call
    assert post_mortem(box).blamed == [bystander.id]
    assert box.take(claim(), 1, 1.0, retry=False) == seat


async def test_a_call_that_never_got_a_thread_keeps_no_seat() -> None:
    box = BlackBox.private(2)
    go = threading.Event()
    asyncio.get_running_loop().set_default_executor(NotedThreads(max_workers=1))

    async def start() -> tuple[Seat, asyncio.Task[bool]]:
        seat = box.take(claim(), 10, 10.0, retry=True)
        call = asyncio.create_task(asyncio.to_thread(go.wait, 30))
        await asyncio.sleep(0)
        return seat, call

    (first, works), (second, waiting) = [await asyncio.create_task(start()) for _ in range(2)]
    waiting.cancel()
    await asyncio.wait({waiting})
    second.leave()
    assert [entry.threads for entry in box.entries()] == [1]
    go.set()
    await works
    first.leave()
    assert box.entries() == []
