"""Job kinds for the measurements."""

import asyncio
import ctypes
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from pydantic import BaseModel

from jobs.kind import Context, Kind, Limit, Retry

REST_S = 0.05


class Nothing(BaseModel):
    """No input, or the moment of the job before it."""

    after: float = 0.0


class Moment(BaseModel):
    """CLOCK_MONOTONIC in seconds at the first line of the run; processes of one machine share that clock."""

    at: float


async def look(input: Nothing, ctx: Context) -> Moment:
    return Moment(at=time.monotonic())


class Span(Moment):
    """And at its last line."""

    until: float


async def rest(input: Nothing, ctx: Context) -> Span:
    """Takes 50 ms and no processor, as a call to a model elsewhere does."""
    at = time.monotonic()
    await asyncio.sleep(REST_S)
    return Span(at=at, until=time.monotonic())


async def linger(input: Nothing, ctx: Context) -> Moment:
    """Keeps its place for longer than a measurement takes."""
    await asyncio.sleep(300)
    return Moment(at=time.monotonic())


class Hold(BaseModel):
    """How the attempt spends its time: `async` waits, `child` spins in a process of its own, `lock` locks ours."""

    how: str = "async"
    pid_file: str = ""


async def hold(input: Hold, ctx: Context) -> Moment:
    """Says when it begins, in an event, and goes on for two minutes."""
    began = time.monotonic()
    await ctx.event("job.log", {"at": began})
    if input.how == "child":
        await ctx.in_process(ignore_everything, input.pid_file)
    if input.how == "lock":
        ctypes.PyDLL(None).sleep(120)  # a call through PyDLL keeps the interpreter's lock
    await asyncio.sleep(120)
    return Moment(at=began)


def ignore_everything(pid_file: str) -> None:
    """Spins, and heeds no signal that can be ignored."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    draft = Path(f"{pid_file}.draft")
    draft.write_text(str(os.getpid()))
    draft.rename(pid_file)
    while True:
        pass


holding = Kind("holding", Hold, Moment, hold, timeout=300, retry=Retry(attempts=1))
first_line = Kind("first_line", Nothing, Moment, look, timeout=30)
behind_a_gate = Kind("behind_a_gate", Nothing, Moment, look, timeout=30, limit=Limit(concurrency=1000))
nap = Kind("nap", Nothing, Span, rest, queue="heavy", timeout=30)
guarded = Kind("guarded", Nothing, Moment, linger, timeout=600, limit=Limit(concurrency=2))


class Pace(BaseModel):
    """How often, for how long, and how long after the start: seconds."""

    every_s: float
    for_s: float
    after_s: float = 0.0


class Count(BaseModel):
    """How often it was."""

    times: int


async def tell(input: Pace, ctx: Context) -> Count:
    """Durable events, each with the moment it was emitted."""
    return Count(times=await _paced(input, lambda n: ctx.event("bench.tick", {"at": time.monotonic(), "n": n})))


async def report(input: Pace, ctx: Context) -> Count:
    """Progress, and a moment of work after the last of it."""
    times = await _paced(input, lambda n: ctx.progress("counting", n))
    await asyncio.sleep(0.5)
    return Count(times=times)


async def _paced(pace: Pace, do: Callable[[int], Awaitable[None]]) -> int:
    await asyncio.sleep(pace.after_s)
    began, times = time.monotonic(), 0
    while (late := time.monotonic() - began) < pace.for_s:
        times += 1
        await do(times)
        await asyncio.sleep(max(0.0, times * pace.every_s - late))
    return times


ticks = Kind("ticks", Pace, Count, tell, timeout=600)
progresses = Kind("progresses", Pace, Count, report, timeout=600)
