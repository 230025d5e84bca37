"""Questions of patience: a short clip beside a very long file, and cancels."""

import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from bench import cpu
from bench.listening.corpora import Clip, long_file
from bench.listening.ground import WINDOW_S, Ground
from bench.listening.sizes import Sizes
from bench.report import summary

SOON_S = 2.0

Figures = dict[str, Any]


async def beside(ground: Ground, sizes: Sizes) -> Figures:
    """A short clip, submitted while a very long file runs: seconds to the first thing heard of it."""
    parts = ground.clips(sizes.clips, seed=1)
    long = long_file(ground.folder / f"long-{sizes.long_s:.0f}.ogg", parts, sizes.long_s)
    short = min(parts, key=lambda clip: abs(clip.seconds - 5.0))
    await ground.transcribed(short, language="en")
    alone = [(await ground.transcribed(short, language="en"))[0] for _ in range(sizes.trials)]
    job = await ground.submit(long, language="en")
    window = await window_s(ground, job)
    waits: list[float | None] = []
    for _ in range(sizes.trials):
        waits.append(await first_heard(ground, short, sizes.patience_s))
        if waits[-1] is None:
            break
    status = (await ground.client.get(f"/v1/jobs/{job}")).json()["status"]
    await ground.cancel(job)
    await ground.ended(job)
    heard = [wait for wait in waits if wait is not None]
    return {
        "goal": "the first window starts within 2 windows or 2 s, the longer",
        "long file s": round(long.seconds),
        "short clip s": round(short.seconds, 1),
        "a window of the long file takes s": round(window, 3),
        "alone, submit to end s": round(statistics.median(alone), 3),
        "submit to first heard s": sorted(round(wait, 3) for wait in heard),
        f"nothing heard within {sizes.patience_s:.0f} s": len(waits) - len(heard),
        "the long file was still": status,
        "met": len(heard) == len(waits) and max(heard) <= max(SOON_S, 2 * window) + window,
    }


async def window_s(ground: Ground, job: str, count: int = 5) -> float:
    """How long a running job takes for 30 s of sound, by the pace of its progress over so many of them."""
    began, first, last = time.monotonic(), 0.0, 0.0
    async with aclosing(ground.progress(job)) as told:
        async for report in told:
            if not first and report["current"]:
                began, first = time.monotonic(), report["current"]
            last = report["current"]
            if first and last - first >= count * WINDOW_S:
                break
    return WINDOW_S * (time.monotonic() - began) / max(1.0, last - first)


async def first_heard(ground: Ground, clip: Clip, patience_s: float) -> float | None:
    began = time.monotonic()
    job = await ground.submit(clip, language="en")
    try:
        async with asyncio.timeout(patience_s):
            heard = await ground.first_window(job)
    except TimeoutError:
        await ground.cancel(job)
        return None
    await ground.ended(job)
    return heard - began if heard is not None else None


async def cancels(ground: Ground, sizes: Sizes) -> Figures:
    """Cancels at random moments, in speech and in silence, alone and with a neighbour whose text must stay."""
    parts = ground.clips(sizes.clips, seed=1)
    speech = long_file(ground.folder / f"busy-{sizes.busy_s:.0f}.ogg", parts, sizes.busy_s)
    silent = long_file(ground.folder / f"silent-{sizes.busy_s:.0f}.ogg", [], sizes.busy_s)
    neighbour = long_file(ground.folder / f"neighbour-{sizes.short_s:.0f}.ogg", parts[:4], min(60.0, sizes.short_s))
    _, wanted = await ground.transcribed(neighbour, language="en")
    job = await ground.submit(speech, language="en")
    window = await window_s(ground, job)
    await ground.cancel(job)
    await ground.ended(job)
    rng = random.Random(7)
    took: dict[str, list[float]] = {}
    burnt, changed, neighbours = [], 0, 0
    for number in range(sizes.cancels):
        name, clip = (("in silence", silent), ("in speech", speech))[number % 2]
        beside = await ground.submit(neighbour, language="en") if number % 4 in (1, 2) else None
        job = await ground.submit(clip, language="en")
        await started(ground, job, sizes.patience_s)
        await asyncio.sleep(rng.uniform(0.0, sizes.cancel_within_s))
        took.setdefault(name, []).append(await cancel_s(ground, job))
        if beside is None:
            burnt.append(await cpu_after(sizes.after_s))
        else:
            neighbours += 1
            changed += plain(await ground.output(beside)) != plain(wanted)
    return {
        "goal": "p99 one window or 2 s, the longer; neighbours unchanged",
        **{f"{name} s": summary(values) if len(values) > 1 else values for name, values in took.items()},
        f"CPU s in the {sizes.after_s:g} s after, nobody else at work": summary(burnt) if len(burnt) > 1 else burnt,
        "a window takes s": round(window, 3),
        "neighbours": neighbours,
        "neighbours changed": changed,
        "met": not changed and all(late(values) <= max(SOON_S, window) for values in took.values()),
    }


def plain(output: Figures) -> list[tuple[float, float, str]]:
    """What a reader sees of segments; a probability may differ in its last digit with who shares a batch."""
    return [(segment["start"], segment["end"], segment["text"]) for segment in output["segments"]]


def late(values: Sequence[float]) -> float:
    """The 99th percentile; of few, the most."""
    return summary(values)["p99"] if len(values) > 1 else values[0]


async def started(ground: Ground, job: str, patience_s: float) -> None:
    """Return when the job runs, or patience ends: a queued job is cancelled as well."""
    ends = time.monotonic() + patience_s
    while time.monotonic() < ends:
        told = (await ground.client.get(f"/v1/jobs/{job}")).json()
        if told["status"] == "running" and (told["progress"] or {}).get("step") == "transcribing":
            return
        await asyncio.sleep(0.02)


async def cancel_s(ground: Ground, job: str) -> float:
    began = time.monotonic()
    await ground.cancel(job)
    told = await ground.ended(job)
    if told["status"] != "canceled":
        print(f"{job} was {told['status']} before its cancel", file=sys.stderr)
    return time.monotonic() - began


async def cpu_after(seconds: float) -> float:
    """Seconds of CPU that our whole family burns once a cancel has been honoured."""
    before = cpu.spent({"all": os.getpid()})["all"]
    await asyncio.sleep(seconds)
    return cpu.spent({"all": os.getpid()})["all"] - before
