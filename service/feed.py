"""Live events of this process: one listener on Redis, fanned out to readers who trust Postgres alone."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import UUID

from jobs.doorbell import EVENTS, LOST, Doorbell
from jobs.model import JsonObject

SILENCE_S = 2.0
"""After so long without a message a reader looks in Postgres (ARCHITECTURE, Events)."""
WAITING = 1000
EVERY = ""
"""The tap of all jobs."""


class Tap:
    """What one reader has not read yet. A slow reader loses all of it, and is told to look in Postgres."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self._waiting: deque[JsonObject] = deque()
        self._look = False
        self._ring = asyncio.Event()

    def put(self, envelope: JsonObject) -> None:
        if len(self._waiting) >= WAITING:
            self._waiting.clear()
            self._look = True
        else:
            self._waiting.append(envelope)
        self._ring.set()

    def miss(self) -> None:
        """Messages may have been lost."""
        self._look = True
        self._ring.set()

    async def next(self, timeout_s: float = SILENCE_S) -> JsonObject | None:
        """The next envelope; None after a loss or so many seconds of silence."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._ring.wait()
        look, self._look = self._look, False
        envelope = None if look or not self._waiting else self._waiting.popleft()
        if not self._waiting:
            self._ring.clear()
        return envelope


class Feed:
    """The one listener of a process and its readers."""

    def __init__(self) -> None:
        self.closed = False
        self._taps: defaultdict[str, set[Tap]] = defaultdict(set)

    @contextmanager
    def tap(self, tenant: str, job: UUID | str = EVERY) -> Iterator[Tap]:
        """Collect what happens to a job, or to all of a tenant's, from now on."""
        tap, key = Tap(tenant), str(job)
        self._taps[key].add(tap)
        try:
            yield tap
        finally:
            self._taps[key].discard(tap)
            if not self._taps[key]:
                del self._taps[key]

    def close(self) -> None:
        """The process stops: readers end as soon as they can, and their clients go on elsewhere."""
        self.closed = True
        self._lost()

    async def run(self, bell: Doorbell) -> None:
        """Listen for ever."""
        async for channel, text in bell.listen(EVENTS):
            if channel == LOST:
                self._lost()
                continue
            with suppress(ValueError, KeyError, TypeError):  # whoever else writes to Redis does not stop us
                for message in json.loads(text):
                    self._deliver(message["tenant"], message["job_id"], message)

    def _deliver(self, tenant: str, job_id: str, message: JsonObject) -> None:
        envelope = {name: value for name, value in message.items() if name != "tenant"}
        for key in (job_id, EVERY):
            for tap in self._taps.get(key, ()):
                if tap.tenant == tenant:
                    tap.put(envelope)

    def _lost(self) -> None:
        for taps in self._taps.values():
            for tap in taps:
                tap.miss()
