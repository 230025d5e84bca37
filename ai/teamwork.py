"""Whether all threads of a CPU should work on one window together: found out while it works."""

from collections import defaultdict

WORTH = 0.85  # of the time of a single thread: threads that gain less are better left to others
SAMPLES = 2  # windows of each way before they are compared
AGAIN = 100  # windows after which the way that is not used is tried once more
NEW = 0.3  # weight of the newest window in the average


class Teamwork:
    """Compares how long encoding a window takes both ways, which is the same work for every window.

    Together is faster for a large model on a quiet machine. For a small one it gains little, and on a busy
    machine it loses much: the threads wait for each other at every step.
    """

    def __init__(self) -> None:
        self._s: dict[bool, float] = {}
        self._windows: dict[bool, int] = defaultdict(int)
        self._last = True
        self._since_tried = 0  # windows in a row of the same way

    def together(self) -> bool:
        """The way to take for the only job there is."""
        for way in (True, False):
            if self._windows[way] < SAMPLES:
                return way
        better = self._s[True] < WORTH * self._s[False]
        return better if self._since_tried < AGAIN else not better

    def took(self, seconds: float, *, together: bool) -> None:
        """Note a window that was encoded alone."""
        self._windows[together] += 1
        self._since_tried = 0 if together != self._last else self._since_tried + 1
        self._last = together
        before = self._s.get(together, seconds)
        self._s[together] = before + NEW * (seconds - before)
