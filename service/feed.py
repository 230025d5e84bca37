"""Live events of this process: one listener on Redis, fanned out to readers who trust Postgres alone."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from time import monotonic
from uuid import UUID

from pydantic_core import from_json

from jobs.doorbell import EVENTS, LOST, Doorbell
from jobs.errors import Unavailable
from jobs.model import JsonObject
from jobs.resources import Resources
from jobs.store import glances
from service.reading import ask

SILENCE_S = 2.0
"""After so long without a message somebody looks in Postgres for a reader (ARCHITECTURE, Events)."""
BREATH_S = 5.0
"""A reader who hears nothing is woken this often, to say that it is still there."""
WAITING = 1000
LINGER_S = 10.0
"""After so long without a reader the process stops listening."""
EVERY = ""
"""The tap of all jobs."""


class Tap:
    """What one reader has not read yet. A slow reader loses all of it, and is told to look in Postgres.

    `seen` is the number of the last event its reader knows; None when it only waits for the end.
    """

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.seen: int | None = None
        self.missed = False
        self.quiet = False
        self._waiting: deque[JsonObject] = deque()
        self._look = False
        self._ring = asyncio.Event()

    def put(self, envelope: JsonObject) -> None:
        self.quiet = False
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

    async def next(self, timeout_s: float = BREATH_S) -> JsonObject | None:
        """The next envelope; None after so many seconds of silence, and after a loss, when `missed` is true."""
        if not self._ring.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._ring.wait()
        self.missed, self._look = self._look, False
        envelope = None if self.missed or not self._waiting else self._waiting.popleft()
        if not self._waiting:
            self._ring.clear()
        return envelope


class Feed:
    """The one listener of a process and its readers."""

    def __init__(self) -> None:
        self.closed = False
        self._taps: defaultdict[str, set[Tap]] = defaultdict(set)
        self._wanted = asyncio.Event()
        self._listening = asyncio.Event()
        self._unread_since: float | None = None

    @contextmanager
    def tap(self, tenant: str, job: UUID | str = EVERY) -> Iterator[Tap]:
        """Collect what happens to a job, or to all of a tenant's, from now on, or from the first None."""
        tap, key = Tap(tenant), str(job)
        self._taps[key].add(tap)
        self._wanted.set()
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

    async def listening(self) -> None:
        """Return when messages come in for a tap that is open, or after a second while Redis is away."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._listening.wait()

    async def run(self, bell: Doorbell) -> None:
        """Listen for ever, but for the times when nobody reads: whoever submits would hear all of it in vain."""
        while True:
            await self._wanted.wait()
            async with aclosing(bell.listen(EVENTS)) as told:
                async for channel, text in told:
                    if channel == LOST:
                        self._listening.set()
                        self._lost()
                    elif self._taps:
                        self._unread_since = None
                        self._take(text)
                    elif self._unread_for_long():
                        break
            self._listening.clear()

    async def look_once(self, res: Resources) -> None:
        """Look in Postgres, for all who heard nothing since the last look at once, whether they should have."""
        jobs = {UUID(key): taps for key, taps in self._taps.items() if key != EVERY}
        quiet = [job for job, taps in jobs.items() if any(tap.quiet for tap in taps)]
        for taps in jobs.values():
            for tap in taps:
                tap.quiet = True
        if not quiet:
            return
        try:
            heads = await ask(res, lambda conn: glances.heads(conn, quiet))
        except Unavailable:
            return
        for job in quiet:
            head = heads.get(job)
            for tap in jobs[job]:
                if head is None or head.status.terminal or (tap.seen is not None and head.seq > tap.seen):
                    tap.miss()

    def _unread_for_long(self) -> bool:
        """No reader is left, and none has come back in a while. Then the next one starts the listening again."""
        self._wanted.clear()
        now = monotonic()
        self._unread_since = self._unread_since or now
        return now - self._unread_since > LINGER_S

    def _take(self, text: str) -> None:
        with suppress(ValueError, KeyError, TypeError):  # whoever else writes to Redis does not stop us
            for message in from_json(text):
                self._deliver(message["tenant"], message["job_id"], message)

    def _deliver(self, tenant: str, job_id: str, message: JsonObject) -> None:
        readers = [tap for key in (job_id, EVERY) for tap in self._taps.get(key, ()) if tap.tenant == tenant]
        if readers:
            message.pop("tenant", None)
            for tap in readers:
                tap.put(message)

    def _lost(self) -> None:
        for taps in self._taps.values():
            for tap in taps:
                tap.miss()
