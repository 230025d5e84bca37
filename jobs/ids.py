"""Ids of jobs, files and workers: UUIDs of version 7, each above the one its process made before."""

import os
import time
from uuid import UUID

_RANDOM_BITS = 74


class _Ids:
    """Makes ids. Within one millisecond, and when the clock steps back, the next is the last and a little more."""

    def __init__(self) -> None:
        self._last = 0  # without the six bits of version and variant

    def __call__(self) -> UUID:
        """A UUID of version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits."""
        chance = int.from_bytes(os.urandom(10)) >> 6
        now = time.time_ns() // 1_000_000 << _RANDOM_BITS | chance
        self._last = max(now, self._last + 1 + (chance & 0xFFFF_FFFF))
        head, tail = self._last >> 62, self._last & (1 << 62) - 1
        return UUID(int=head >> 12 << 80 | 0x7 << 76 | (head & 0xFFF) << 64 | 0x2 << 62 | tail)


new_id = _Ids()
