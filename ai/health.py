"""How a host process fares: whether it has done enough, grown too much, or stopped hearing."""

import os
from collections import deque
from pathlib import Path

from ai.serving import HostLimits

SETTLED = 20  # windows after a load until its memory is what it needs
MOSTLY = 0.95
STATM = Path("/proc/self/statm")


class Health:
    """Told of every window; `complaint` says why the process should be replaced, None while it should not."""

    def __init__(self, limits: HostLimits) -> None:
        self._limits = limits
        self._windows = 0
        self._settling = SETTLED
        self._settled_bytes: int | None = None
        self._empty: deque[bool] = deque(maxlen=2 * limits.empty_after)

    def heard(self, *, empty: bool) -> None:
        self._windows += 1
        self._empty.append(empty)
        self._settling -= 1
        if self._settling == 0:
            self._settled_bytes = resident_bytes()

    def settle(self) -> None:
        """A model was loaded: the process needs another amount of memory from now on."""
        self._settling, self._settled_bytes = SETTLED, None

    def complaint(self) -> str | None:
        if self._windows >= self._limits.windows:
            return f"it has heard {self._windows} windows"
        if (grown := self._grown_bytes()) > self._limits.grown_bytes:
            return f"it has grown by {grown >> 20} MiB"
        return "it hears nothing any more" if self._deaf() else None

    def _grown_bytes(self) -> int:
        """Since it had settled; peaks that are given back do not count."""
        return 0 if self._settled_bytes is None else resident_bytes() - self._settled_bytes

    def _deaf(self) -> bool:
        """Nearly all of the last windows were empty, and most of as many before were not."""
        count = self._limits.empty_after
        if len(self._empty) < 2 * count:
            return False
        told = list(self._empty)
        return sum(told[count:]) >= MOSTLY * count and sum(told[:count]) <= count / 2


def resident_bytes() -> int:
    """0 where the system does not tell."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0
