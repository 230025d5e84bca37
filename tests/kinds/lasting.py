"""Kinds that take their time: politely, stubbornly, in a child process, or with the interpreter locked."""

import asyncio
import os
import signal
import time
from pathlib import Path

from pydantic import BaseModel

from jobs.errors import Interrupted, Transient
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


class Steps(BaseModel):
    """Counts to `steps`, and dies at each of `deaths` the first time it gets there. `how` it does."""

    steps: int = 10
    deaths: list[int] = []
    how: str = "host"
    unstorable: bool = False


class Counted(BaseModel):
    notes: list[int]
    attempts: list[int]


async def counting(input: Steps, ctx: Context) -> Counted:
    """Each step is noted once, whatever happens: it goes on from its checkpoint."""
    restored = await ctx.restored()
    state = dict(restored.state) if restored else {"next": 0, "died": []}
    notes = [data["note"] for _, data in restored.events] if restored else []
    attempts = [data["attempt"] for _, data in restored.events] if restored else []
    for step in range(int(str(state["next"])), input.steps):
        if step in input.deaths and step not in state["died"]:
            await ctx.checkpoint(state := state | {"died": [*state["died"], step]})
            await die(input.how)
        note = {"note": step, "attempt": ctx.attempt}
        await ctx.checkpoint(state := state | {"next": step + 1}, ("note.taken", note))
        notes, attempts = [*notes, step], [*attempts, ctx.attempt]
        await asyncio.sleep(0.002)
    if input.unstorable:
        await ctx.checkpoint({"text": "x" * 70_000})
    return Counted(notes=notes, attempts=attempts)


async def die(how: str) -> None:
    if how == "worker":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "host":
        raise Interrupted("The host died.", died=True)
    raise Transient("provider_error", "The provider did not answer.")


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
counter = Kind("counter", Steps, Counted, counting, timeout=60, retry=Retry(attempts=3, base_s=0.01, cap_s=0.02))
spinner = Kind("spinner", Pid, Done, spinning, timeout=60, retry=Retry(attempts=2, base_s=0.01))
