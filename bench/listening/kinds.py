"""A job kind that looks at the worker's event loop from inside."""

import asyncio
import time

from pydantic import BaseModel

from jobs.kind import Context, Kind


class Watch(BaseModel):
    for_s: float
    every_s: float = 0.005


class Lags(BaseModel):
    """How much later than asked each wake-up came, in milliseconds."""

    ms: list[float]


async def watch(input: Watch, ctx: Context) -> Lags:
    lags = []
    ends = time.monotonic() + input.for_s
    while (asked := time.monotonic()) < ends:
        await asyncio.sleep(input.every_s)
        lags.append(round(1000 * (time.monotonic() - asked - input.every_s), 3))
    return Lags(ms=lags)


loop_lag = Kind("loop_lag", Watch, Lags, watch, queue="heavy", timeout=3600)
