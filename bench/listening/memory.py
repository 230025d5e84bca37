"""The memory of all processes of a running stack, sampled: proportional set size, so that nothing counts twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench.alongside import alongside

EVERY_S = 0.25


@dataclass(slots=True)
class Peak:
    """The most at once, in MB: all pages, and those that are nobody's file."""

    all_mb: float = 0.0
    anonymous_mb: float = 0.0


@asynccontextmanager
async def watched(pid: int, *, but: int | None = None) -> AsyncIterator[Peak]:
    """The peak of a process's descendants while the block runs, one family left out."""
    peak = Peak()

    async def look() -> None:
        while True:
            now = await asyncio.to_thread(measure, pid, but)
            peak.all_mb, peak.anonymous_mb = max(peak.all_mb, now.all_mb), max(peak.anonymous_mb, now.anonymous_mb)
            await asyncio.sleep(EVERY_S)

    async with alongside(look()):
        yield peak


def measure(pid: int, but: int | None) -> Peak:
    left_out = {but, *(child.pid for child in _children(but))} if but is not None else set()
    total = Peak()
    for child in _children(pid):
        if child.pid not in left_out:
            for name, kilobytes in _rollup(child.pid).items():
                total.all_mb += kilobytes / 1024 if name == "Pss" else 0.0
                total.anonymous_mb += kilobytes / 1024 if name in ("Pss_Anon", "Pss_Shmem") else 0.0
    return total


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _rollup(pid: int) -> dict[str, int]:
    """Kilobytes by name; nothing of a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except (OSError, ProcessLookupError):
        return {}
    return {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}
