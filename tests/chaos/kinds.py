"""The kinds a campaign runs. Every output names the attempt that made it, so that a stale result can be told."""

import asyncio
import random
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from ai.child import Channel
from ai.process import Child, ChildDied
from jobs.errors import Interrupted, Permanent, Transient
from jobs.kind import Context, Kind, Retry
from tests.chaos import sabotage

sabotage.install()  # a worker is started by its guard, and this is what it loads of ours


class Work(BaseModel):
    """`steps` of `pause_s` each; `value` comes back; the first `failures` tries fail."""

    value: int = 0
    steps: int = 1
    pause_s: float = 0.0
    failures: int = 0
    permanent: bool = False
    artifacts: int = 0
    bytes: int = 0
    pad: str = ""
    values: list[int] = []


class Made(BaseModel):
    attempt: int
    value: int
    pad: str = ""
    sums: dict[str, str] = {}


async def quick(input: Work, ctx: Context) -> Made:
    return Made(attempt=ctx.attempt, value=input.value + sum(input.values))


async def telling(input: Work, ctx: Context) -> Made:
    """Events and progress all the way: whatever of them is accepted from a stale attempt shows in the history."""
    for step in range(input.steps):
        await ctx.progress("stepping", step, input.steps, unit="steps")
        await ctx.event("job.log", {"step": step, "attempt": ctx.attempt})
        await asyncio.sleep(input.pause_s)
    return Made(attempt=ctx.attempt, value=input.value)


async def making(input: Work, ctx: Context) -> Made:
    sums = {}
    for n in range(input.artifacts):
        content = random.Random(f"{ctx.job_id} {ctx.attempt} {n}").randbytes(input.bytes)
        await ctx.artifact(f"{n}.bin", content)
        sums[f"{n}.bin"] = sha256(content).hexdigest()
        await asyncio.sleep(input.pause_s)
    return Made(attempt=ctx.attempt, value=input.value, sums=sums, pad="x" * input.bytes)


async def failing(input: Work, ctx: Context) -> Made:
    if input.permanent:
        raise Permanent("invalid_media", "As asked.")
    if ctx.attempt <= input.failures:
        raise Transient("provider_error", "As asked.")
    return Made(attempt=ctx.attempt, value=input.value)


def square(value: int, seconds: float) -> int:
    import time

    time.sleep(seconds)
    return value * value


async def child(input: Work, ctx: Context) -> Made:
    return Made(attempt=ctx.attempt, value=await ctx.in_process(square, input.value, input.pause_s))


def serve(channel: Channel) -> None:
    """The host's whole life: squares, one after the other, until its worker hangs up."""
    try:
        while True:
            channel.send(square(*channel.receive()))
    except EOFError:
        return


class Host:
    """A host as those of models are: one process over many jobs, one request at a time, anew after a death."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._child: Child | None = None

    async def ask(self, value: int, seconds: float) -> int:
        async with self._turn:
            answered = False
            try:
                if self._child is None:
                    self._child = Child("tests.chaos.kinds:serve", label="chaos-host")
                    await self._child.start()
                await self._child.send((value, seconds))
                answer: Any = await self._child.receive()
                answered = True
                return int(answer)
            except ChildDied as died:
                raise Interrupted(f"The host was lost: {died}.", died=True) from died
            finally:
                if not answered:
                    await self.close()

    async def close(self) -> None:
        gone, self._child = self._child, None
        if gone is not None:
            gone.kill()
            await gone.wait_gone()


async def hosted(input: Work, ctx: Context) -> Made:
    host = ctx.resource("chaos-host", Host)
    return Made(attempt=ctx.attempt, value=await host.ask(input.value, input.pause_s))


_RETRY = Retry(attempts=3, base_s=0.2, cap_s=1.0)
KINDS = [
    Kind(f"chaos_{run.__name__}", Work, Made, run, timeout=60, retry=_RETRY)
    for run in (quick, telling, making, failing, child, hosted)
]
chaos_quick, chaos_telling, chaos_making, chaos_failing, chaos_child, chaos_hosted = KINDS
