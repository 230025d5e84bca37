"""Job kinds for the measurements."""

import asyncio
import time

from pydantic import BaseModel

from jobs.kind import Context, Kind, Limit

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


first_line = Kind("first_line", Nothing, Moment, look, timeout=30)
behind_a_gate = Kind("behind_a_gate", Nothing, Moment, look, timeout=30, limit=Limit(concurrency=1000))
nap = Kind("nap", Nothing, Span, rest, queue="heavy", timeout=30)
guarded = Kind("guarded", Nothing, Moment, linger, timeout=600, limit=Limit(concurrency=2))
