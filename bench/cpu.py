"""Other processes with all that they have started, and the CPU time they use."""

from collections.abc import Mapping

import psutil


def spent(pids: Mapping[str, int]) -> dict[str, float]:
    """Seconds on a CPU, user and system, that each process and its living children have used, by name."""
    return {name: sum(map(_seconds, family(pid))) for name, pid in pids.items()}


def each(before: Mapping[str, float], after: Mapping[str, float], times: int) -> dict[str, float]:
    """CPU microseconds of each process for one of `times` things that were done in between."""
    return {name: round(1e6 * (after[name] - before[name]) / times, 1) for name in after}


def family(pid: int) -> list[psutil.Process]:
    """The process and its living children."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
