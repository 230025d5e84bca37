"""Kinds that take their time: politely, stubbornly, in a child process, or with the interpreter locked."""

import asyncio
import time
from pathlib import Path

from pydantic import BaseModel

from jobs.kind import Context, Kind, Retry


class Wait(BaseModel):
    """`steps` events, `pause_s` apart. `mark` is a file that gets a line for every attempt that starts."""

    steps: int = 3
    pause_s: float = 0.01
    mark: str | None = None


class Done(BaseModel):
    steps: int = 0


async def stepwise(input: Wait, ctx: Context) -> Done:
    if input.mark:
        with Path(input.mark).open("a") as mark:
            mark.write(f"{ctx.job_id} {ctx.attempt} {time.time()}\n")
    for step in range(input.steps):
        await ctx.progress("stepping", step, input.steps, unit="steps")
        await ctx.event("job.log", {"step": step})
        await asyncio.sleep(input.pause_s)
    await ctx.artifact("steps.txt", str(input.steps).encode(), media_type="text/plain")
    return Done(steps=input.steps)


async def deaf(input: Wait, ctx: Context) -> Done:
    """Swallows every cancel, and writes on after it."""
    for step in range(input.steps):
        try:
            await asyncio.sleep(input.pause_s)
        except asyncio.CancelledError:
            continue
        await ctx.event("job.log", {"step": step})
    return Done(steps=input.steps)


async def chatter(input: Wait, ctx: Context) -> Done:
    for step in range(input.steps):
        await ctx.progress("chatting", step + 1, input.steps)
        await asyncio.sleep(input.pause_s)
    return Done(steps=input.steps)


class Pid(BaseModel):
    """Where the child writes its pid."""

    pid_file: str


def spin(pid_file: str) -> None:
    import os

    Path(pid_file).write_text(str(os.getpid()))
    while True:
        pass


async def spinning(input: Pid, ctx: Context) -> Done:
    await ctx.in_process(spin, input.pid_file)
    return Done()


slow = Kind("slow", Wait, Done, stepwise, timeout=60, retry=Retry(attempts=3, base_s=0.01, cap_s=0.02))
stubborn = Kind("stubborn", Wait, Done, deaf, timeout=60)
chatty = Kind("chatty", Wait, Done, chatter, timeout=60)
spinner = Kind("spinner", Pid, Done, spinning, timeout=60, retry=Retry(attempts=2, base_s=0.01))
