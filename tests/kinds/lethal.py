"""Kinds that hurt the process they run in: with the interpreter locked, or by ending it."""

import asyncio
import ctypes
import os
import threading
from pathlib import Path

from pydantic import BaseModel

from jobs.kind import Context, Kind, Retry


class Grip(BaseModel):
    """Holds the interpreter's lock for `hold_s` whole seconds, in the first `attempts` attempts."""

    hold_s: int
    attempts: int = 99
    mark: str | None = None


class Held(BaseModel):
    attempt: int


async def hold(input: Grip, ctx: Context) -> Held:
    await ctx.event("job.log", {"message": "about to hold the lock"})
    if input.mark:
        Path(input.mark).write_text(str(os.getpid()))
    if ctx.attempt <= input.attempts:
        ctypes.PyDLL(None).sleep(input.hold_s)  # a call through PyDLL keeps the lock
    return Held(attempt=ctx.attempt)


class Poison(BaseModel):
    """Ends its worker: `exit` from a thread of its own, `pool` from one of the worker's, `segfault` on its loop."""

    how: str
    after_s: float = 0.3


async def kill(input: Poison, ctx: Context) -> Held:
    if input.how == "exit":
        threading.Timer(input.after_s, os._exit, [1]).start()
        await asyncio.sleep(60)
    await asyncio.sleep(input.after_s)
    if input.how == "pool":
        await asyncio.gather(asyncio.to_thread(os._exit, 1))
    ctypes.string_at(0)
    return Held(attempt=ctx.attempt)


grip = Kind("grip", Grip, Held, hold, timeout=90, retry=Retry(attempts=2))
poison = Kind("poison", Poison, Held, kill, timeout=90, retry=Retry(attempts=2))
