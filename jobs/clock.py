"""The clock that leases are measured with on this side; Postgres has its own."""

import time


def now_s() -> float:
    """Seconds that also pass while the machine sleeps, as they do for Postgres's now()."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
