"""Questions of truth: whether progress can be believed, and how long the event loops are held up."""

import asyncio
import math
import os
import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

from bench.alongside import alongside
from bench.listening.corpora import Clip, long_file
from bench.listening.ground import WINDOW_S, Ground
from bench.listening.patience import started
from bench.listening.sizes import Sizes

CLOSE = 0.2
LAG_MS = 20.0
TRANSCRIPTIONS = 4
SHARES = (("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999))

Figures = dict[str, Any]


async def progress(ground: Ground, sizes: Sizes) -> Figures:
    """Whether progress only rises, comes for every window, and its estimate after a tenth holds.

    It is told five times a second at most, so windows that take less may go untold. Files are long enough that what
    lies between two tellings is little beside the time left.
    """
    parts = ground.clips(sizes.clips, seed=1)
    least, most = sizes.progress_s
    files = []
    for number in range(sizes.progress_files):
        seconds = least + (most - least) * number / max(1, sizes.progress_files - 1)
        quiet = (0.0, 45.0, 120.0)[number % 3]
        path = ground.folder / f"progress-{number}-{seconds:.0f}-{quiet:.0f}.ogg"
        files.append(long_file(path, parts[: 2 + 2 * number], seconds, quiet_s=quiet))
    told = [await one_progress(ground, clip) for clip in files]
    errors = [one["eta off by"] for one in told if one["eta off by"] is not None]
    return {
        "goal": "monotone, every window, the time left within 20 % after a tenth on 9 files of 10",
        "files": len(told),
        "monotone": sum(one["monotone"] for one in told),
        "told of every window": sum(one["places told"] >= one["windows"] for one in told),
        "estimates after a tenth": len(errors),
        "within 20 %": (close := sum(abs(error) <= CLOSE for error in errors)),
        "met": all(one["monotone"] for one in told) and close >= 0.9 * len(told),
        "each": told,
    }


async def one_progress(ground: Ground, clip: Clip) -> Figures:
    """Every report of one job, and how the first estimate after a tenth turned out."""
    job = await ground.submit(clip, language="en")
    reports: list[tuple[float, Figures]] = []
    async with aclosing(ground.progress(job)) as told:
        async for report in told:
            reports.append((time.monotonic(), report))
    ended = time.monotonic()
    places = [report["current"] for _, report in reports]
    early = next(
        ((at, report) for at, report in reports if report["eta_s"] and (report["fraction"] or 0) >= 0.1), None
    )
    off = None if early is None or ended - early[0] < 0.5 else early[1]["eta_s"] / (ended - early[0]) - 1
    return {
        "seconds of sound": round(clip.seconds),
        "windows": math.ceil(clip.seconds / WINDOW_S),
        "places told": len(set(places)),
        "monotone": places == sorted(places),
        "eta off by": None if off is None else round(off, 3),
    }


async def loop_lag(ground: Ground, sizes: Sizes) -> Figures:
    """How late the loops of the worker and the API wake up while four transcriptions run and files arrive."""
    parts = ground.clips(sizes.clips, seed=1)
    clip = long_file(ground.folder / f"busy-{sizes.busy_s:.0f}.ogg", parts, sizes.busy_s)
    figures: Figures = {"goal": "p99.9 of 20 ms or less"}
    figures["at rest"] = await lags(ground, sizes.lag_s / 4)
    jobs = [await ground.submit(clip, language="en") for _ in range(TRANSCRIPTIONS)]
    await started(ground, jobs[0], sizes.patience_s)
    async with alongside(keep_uploading(ground, sizes.upload_mb)):
        busy = figures["4 transcriptions and uploads"] = await lags(ground, sizes.lag_s)
    figures["met"] = all(loop["p99.9"] <= LAG_MS for loop in busy.values())
    for job in jobs:
        await ground.cancel(job)
        await ground.ended(job)
    return figures


async def lags(ground: Ground, seconds: float) -> Figures:
    """The worker's from a job of its own; the API's by what /healthz takes asked from another process."""
    job = await ground.run("loop_lag", {"for_s": seconds})
    asking = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.listening.asking", str(ground.client.base_url), str(seconds)),
        stdout=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    said, _ = await asking.communicate()
    return {
        "worker ms": tail((await ground.output(job))["ms"]),
        "API, /healthz ms": tail([float(line) for line in said.split()]),
    }


def tail(values: Sequence[float]) -> Figures:
    ordered = sorted(values)
    if not ordered:
        return {"times": 0}
    at = {name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for name, share in SHARES}
    return {"times": len(ordered), **{name: round(value, 3) for name, value in at.items()}, "max": ordered[-1]}


async def keep_uploading(ground: Ground, megabytes: int) -> None:
    """One file after another, as fast as they are taken."""
    block = os.urandom(1 << 20)

    async def body() -> Any:
        for _ in range(megabytes):
            yield block

    while True:
        reply = await ground.client.post("/v1/files", params={"name": "noise.bin"}, content=body())
        file = reply.raise_for_status().json()["id"]
        await ground.client.delete(f"/v1/files/{file}")
