"""What a campaign does inside the processes it tests: crash points, clocks that are off, mutations.

The code under test is not touched: its functions are wrapped when a process loads `tests.chaos.kinds` or is
started through `tests.chaos.part`. The environment says what to do (`CHAOS_ARMS`, `CHAOS_CLOCK_S`,
`CHAOS_MUTATION`); without it nothing is done.
"""

import functools
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

API, GUARD, WORKER = "api", "guard", "worker"

# name: (in which process, what is wrapped, whether to die before or after it)
POINTS = {
    "api: key taken, not committed": (API, "jobs.store.idempotency", "take", "after"),
    "api: large input stored, not committed": (API, "jobs.objects.Objects", "put", "after"),
    "api: committed, not rung": (API, "jobs.doorbell.Doorbell", "announce", "before"),
    "guard: worker gone, not buried": (GUARD, "jobs.guard.Guard", "_bury", "before"),
    "worker: bell taken, not claimed": (WORKER, "jobs.doorbell.Doorbell", "take", "after"),
    "worker: claimed, not run": (WORKER, "jobs.scribe.Scribe", "claim", "after"),
    "worker: event stored": (WORKER, "jobs.scribe.Scribe", "event", "after"),
    "worker: artifact stored, no outcome": (WORKER, "jobs.context.RunContext", "artifact", "after"),
    "worker: outcome decided, not stored": (WORKER, "jobs.scribe.Scribe", "settle", "before"),
    "worker: outcome stored, not committed": (WORKER, "jobs.store.artifacts", "publish", "after"),
    "worker: committed, not rung": (WORKER, "jobs.doorbell.Doorbell", "announce", "before"),
    "worker: due jobs queued, not committed": (WORKER, "jobs.store.sweeps", "promote", "after"),
    "worker: orphans queued, not committed": (WORKER, "jobs.store.sweeps", "rescue", "after"),
}
# Each takes one pillar away; a campaign over it must find the fault.
MUTATIONS = ("fence", "attempt", "cancel", "outbox", "rescue")


def role() -> str:
    if "TURNSPIT_WORKER_ID" in os.environ:
        return WORKER
    return GUARD if "worker" in sys.argv[1:2] else API


@functools.cache
def install() -> None:
    """Once for each process, as early as it loads us."""
    if arms := os.environ.get("CHAOS_ARMS"):
        _set_points(Path(arms))
    if off := float(os.environ.get("CHAOS_CLOCK_S", "0")):
        _turn_clock(off)
    if mutation := os.environ.get("CHAOS_MUTATION"):
        _mutate(mutation)


def _set_points(arms: Path) -> None:
    for name, (where, owner, function, when) in POINTS.items():
        if where == role():
            _wrap(_found(owner), function, functools.partial(_die_if_armed, arms / name), when)


def _die_if_armed(arm: Path, result: object = True) -> None:
    """The first process that comes by takes the arm and is gone. A call that did nothing does not count."""
    if not result:
        return
    try:
        arm.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _found(path: str) -> Any:
    import importlib

    try:
        return importlib.import_module(path)
    except ImportError:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)


def _wrap(owner: Any, name: str, strike: Callable[..., None], when: str) -> None:
    real = getattr(owner, name)

    @functools.wraps(real)
    async def after(*args: Any, **more: Any) -> Any:
        result = await real(*args, **more)
        strike(result if name in {"take", "claim", "promote", "rescue"} else True)
        return result

    @functools.wraps(real)
    def before(*args: Any, **more: Any) -> Any:
        strike(args[1] if name == "announce" else True)
        return real(*args, **more)

    setattr(owner, name, after if when == "after" else before)


def _turn_clock(off_s: float) -> None:
    """The wall clock as our code reads it, `off_s` away from the truth. Intervals are measured on another one."""
    real, real_ns = time.time, time.time_ns
    time.time = lambda: real() + off_s
    time.time_ns = lambda: real_ns() + int(off_s * 1e9)

    class Off(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=off_s)

    for module in _ours():
        if getattr(module, "datetime", None) is datetime:
            module.datetime = Off  # type: ignore[attr-defined]


def _ours() -> list[ModuleType]:
    return [module for name, module in list(sys.modules.items()) if name.startswith(("jobs.", "service."))]


# What a run writes: a statement by its module and name, and what in it refuses a stale or canceled attempt.
WRITES = (("attempts", "_SETTLE"), ("attempts", "_SETTLE_ALONE"), ("events", "_APPEND"))
ATTEMPT = (r"j\.attempt = [gs]\.attempt", "true")
STATUS = (r"j\.status = (\$\d+|'running')", r"\1::text IS NOT NULL")
CANCEL = (r"j\.cancel_requested_at IS NULL", "true")
NUMBER = (r"j\.event_seq = s\.first - 1", "true")


def _mutate(mutation: str) -> None:
    from jobs.upkeep import Upkeep

    async def nothing(_: Upkeep) -> None:
        return None

    match mutation:
        case "fence":
            for module, name in WRITES:
                _rewrite(module, name, ATTEMPT, STATUS)
            _rewrite(*WRITES[-1], NUMBER)
        case "attempt":
            for module, name in WRITES:
                _rewrite(module, name, ATTEMPT)
        case "cancel":
            for module, name in WRITES:
                _rewrite(module, name, CANCEL)
        case "outbox":
            Upkeep.top_up_once = nothing  # type: ignore[method-assign]
        case "rescue":
            Upkeep.rescue_once = nothing  # type: ignore[method-assign]
        case unknown:
            raise SystemExit(f"there is no mutation {unknown!r}")


def _rewrite(module: str, name: str, *changes: tuple[str, str]) -> None:
    """Change a statement of the store. Fails where a text is not found: such a mutation would prove nothing."""
    import importlib

    store = importlib.import_module(f"jobs.store.{module}")
    for pattern, new in changes:
        text, found = re.subn(pattern, new, getattr(store, name))
        if not found:
            raise SystemExit(f"{module}.{name} holds no {pattern!r} any more: mend the mutation")
        setattr(store, name, text)
