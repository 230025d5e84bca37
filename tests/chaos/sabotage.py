"""What a campaign does inside the processes it tests: crash points, clocks that are off, mutations.

The code under test is not touched: its functions are wrapped when a process loads `tests.chaos.kinds` or is
started through `tests.chaos.part`. The environment says what to do (`CHAOS_ARMS`, `CHAOS_CLOCK_S`,
`CHAOS_MUTATION`); without it nothing is done.
"""

import functools
import os
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
    "worker: bell taken, not claimed": (WORKER, "jobs.doorbell.Doorbell", "claim", "after"),
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
        strike(result if name in {"claim", "promote", "rescue"} else True)
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


def _mutate(mutation: str) -> None:
    from jobs.store import attempts, events
    from jobs.upkeep import Upkeep

    async def nothing(_: Upkeep) -> None:
        return None

    match mutation:
        case "fence":
            _rewrite([attempts, events], {
                "AND j.attempt = g.attempt": "", "AND j.attempt = s.attempt": "",
                "j.status = 'running'": "true", "AND j.event_seq = s.first - 1": "",
            })  # fmt: skip
        case "attempt":
            _rewrite([attempts, events], {"AND j.attempt = g.attempt": "", "AND j.attempt = s.attempt": ""})
        case "cancel":
            _rewrite([attempts, events], {
                "AND (g.status = 'canceled' OR j.cancel_requested_at IS NULL)": "",
                "AND j.cancel_requested_at IS NULL": "",
            })  # fmt: skip
        case "outbox":
            Upkeep.top_up_once = nothing  # type: ignore[method-assign]
        case "rescue":
            Upkeep.rescue_once = nothing  # type: ignore[method-assign]
        case unknown:
            raise SystemExit(f"there is no mutation {unknown!r}")


def _rewrite(modules: list[ModuleType], changes: dict[str, str]) -> None:
    """Change the SQL of modules. Fails where a text is not found: such a mutation would prove nothing."""
    for old, new in changes.items():
        found = 0
        for module in modules:
            for name, text in vars(module).items():
                if isinstance(text, str) and not name.startswith("__") and old in text:
                    setattr(module, name, text.replace(old, new))
                    found += 1
        if not found:
            raise SystemExit(f"the SQL holds no {old!r} any more: mend the mutation")
