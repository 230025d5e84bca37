"""Kinds that hand the engine things it did not ask for."""

import asyncio

import numpy as np
from pydantic import BaseModel

from jobs.errors import Interrupted
from jobs.kind import Context, Kind, Retry


class Odd(BaseModel):
    what: str


class Nothing(BaseModel):
    pass


async def misuse(input: Odd, ctx: Context) -> Nothing:
    match input.what:
        case "numpy":
            await ctx.progress("counting", np.float32(1), np.float32(3))
        case "object in progress":
            await ctx.progress("counting", message=object())  # type: ignore[arg-type]
        case "object in event":
            await ctx.event("job.log", {"x": object()})  # type: ignore[dict-item]
    return Nothing()


async def busy_end(input: Nothing, ctx: Context) -> Nothing:
    """Ends its first attempt with much to throw away, so that the second starts while it still does."""
    if ctx.attempt == 1:
        for n in range(100):
            await ctx.artifact(f"{n}.txt", b"x")
        raise Interrupted("Again, please.")
    await asyncio.sleep(4)
    return Nothing()


odd = Kind("odd", Odd, Nothing, misuse, retry=Retry(attempts=1))
untidy = Kind("untidy", Nothing, Nothing, busy_end)
