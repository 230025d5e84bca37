"""Kinds with a limit over all workers."""

import asyncio

from pydantic import BaseModel

from jobs.kind import Context, Kind, Limit, Retry


class Pause(BaseModel):
    pause_s: float = 0.02
    failures: int = 0


class Nothing(BaseModel):
    pass


async def pause(input: Pause, ctx: Context) -> Nothing:
    await asyncio.sleep(input.pause_s)
    if ctx.attempt <= input.failures:
        raise RuntimeError("once more")
    return Nothing()


AT_ONCE = Retry(attempts=9, base_s=0.01, cap_s=0.01)

pair = Kind("pair", Pause, Nothing, pause, retry=AT_ONCE, limit=Limit(concurrency=2))
trio = Kind("trio", Pause, Nothing, pause, retry=AT_ONCE, limit=Limit(concurrency=3))
drip = Kind("drip", Pause, Nothing, pause, retry=AT_ONCE, limit=Limit(per_second=20, burst=2))
wide = Kind("wide", Pause, Nothing, pause, limit=Limit(concurrency=1000))
free = Kind("free", Pause, Nothing, pause)
