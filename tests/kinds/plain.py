"""Kinds that end at once: well, badly, or with something that is hard to store."""

import os
import signal
import sys
from typing import Any

from pydantic import BaseModel, ConfigDict

from jobs.errors import Interrupted, Permanent, ProviderBusy, Transient
from jobs.kind import Context, Kind, Retry


class Text(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = ""
    times: int = 1


class Data(BaseModel):
    text: str = ""


class Anything(Data):
    value: Any = None


async def say(input: Text, ctx: Context) -> Data:
    return Data(text=input.text * input.times)


class Trouble(BaseModel):
    """Fails the first `failures` attempts with `error`."""

    error: str = "transient"
    failures: int = 99
    retry_after_s: float = 0.0


async def fail(input: Trouble, ctx: Context) -> Data:
    if ctx.attempt > input.failures:
        return Data(text="at last")
    match input.error:
        case "permanent":
            raise Permanent("invalid_media", "This file holds no sound.")
        case "busy":
            raise ProviderBusy(input.retry_after_s)
        case "interrupted":
            raise Interrupted("Something else went away.")
        case "died":
            raise Interrupted("A process died.", died=True)
        case "exit":
            sys.exit(3)
        case "group":
            raise BaseExceptionGroup("a secret detail", [SystemExit(3)])
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "bug":
            raise ZeroDivisionError("a secret detail")
    raise Transient("provider_error", "The provider did not answer.")


async def awkward(input: Text, ctx: Context) -> Anything:
    """Everything that jsonb refuses, in every place a kind can put it."""
    nasty = "a\x00b\ud800c"
    ctx.warn(nasty)
    await ctx.progress(nasty, 1, 2, message=nasty)
    await ctx.event("job.log", {"message": nasty, nasty: 1})
    return Anything(text=nasty, value={nasty: [nasty, float("nan"), float("inf")]})


class Amount(BaseModel):
    bytes: int = 1_000_000
    pad: str = ""


async def bulky(input: Amount, ctx: Context) -> Data:
    await ctx.artifact("half.bin", b"x" * (input.bytes // 2))
    return Data(text="x" * input.bytes)


echo = Kind("echo", Text, Data, say, timeout=20)
boom = Kind("boom", Trouble, Data, fail, retry=Retry(attempts=3, base_s=0.01, cap_s=0.02))
nasty = Kind("nasty", Text, Anything, awkward)
bulk = Kind("bulk", Amount, Data, bulky)
