"""The small parent of a worker: keeps its lease, and sees to it that a worker that is gone is really gone."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import asyncpg
import structlog

from jobs import logs
from jobs.blackbox import BlackBox, Entry
from jobs.clock import now_s
from jobs.doorbell import Doorbell
from jobs.ids import new_id
from jobs.outcome import timed_out, unsuccessful
from jobs.scratch import Scratch, sweep
from jobs.settings import Settings
from jobs.store import attempts, sweeps, workers
from jobs.store.attempts import Settlement
from jobs.store.changes import Change
from jobs.store.database import AWAY, RACED, Conn, Pool, close_pool, open_pool, ping, until_back
from jobs.verdict import Verdict, hung, post_mortem

BEAT_S = 1.0
BEAT_TIMEOUT_S = 2.0
SHORT_S = 0.1
"""With less time than this left no further beat is tried."""
SILENCE = 0.7
"""Without a beat acknowledged for this part of the lease the worker is killed: well before the lease is over."""
YOUNG_S = 5.0
GOODBYE_S = 5.0
"""How long a guard that was told to stop waits for Postgres."""
ALL = 10_000
"""More jobs than a worker runs at once."""
HURRY_S = 10.0
"""Seconds beyond the grace time of a drain after which the worker is killed."""

log = structlog.get_logger(__name__)


class Guard:
    """Starts a worker, beats for it, and starts the next one when it is gone, until told to stop."""

    def __init__(self, settings: Settings, pool: Pool, bell: Doorbell) -> None:
        self._settings = settings
        self._pool = pool
        self._bell = bell
        self._stopping = asyncio.Event()
        self._child: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """One life after another. A life that ends young is followed by a growing pause."""
        pause_s = 0.0
        while not self._stopping.is_set():
            began = time.monotonic()
            await self._live()
            young = time.monotonic() - began < YOUNG_S
            pause_s = min(5.0, max(0.1, pause_s * 2)) if young else 0.0
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._stopping.wait()

    def stop(self) -> None:
        """First time: let the worker drain. Second time: kill it."""
        self._tell(signal.SIGKILL if self._stopping.is_set() else signal.SIGTERM)
        self._stopping.set()

    def _tell(self, signum: signal.Signals) -> None:
        if self._child is not None and self._child.returncode is None:
            self._child.send_signal(signum)

    async def _live(self) -> None:
        """The life of one worker process, under an id of its own."""
        worker_id = new_id()
        if not await self._persist(self._reachable, "guard") or self._stopping.is_set():
            return
        scratch = Scratch()
        box, fd = BlackBox.shared(sum(self._settings.lanes.values()))
        try:
            self._child = child = await self._spawn(worker_id, scratch.path, fd)
        finally:
            os.close(fd)
        if self._stopping.is_set():  # while there was no child to tell
            self._tell(signal.SIGTERM)
        ended = asyncio.create_task(child.wait())
        verdict = Verdict()
        try:
            await self._register(worker_id, child.pid)
            verdict = await self._watch(worker_id, child.pid, box, ended)
        finally:
            _kill(child)
            status = await ended
        drained = self._stopping.is_set() and status == 0
        log.info("worker.ended", worker_id=str(worker_id), status=status, drained=drained, **_words(verdict))
        await self._bury(worker_id, verdict, drained=drained)
        await asyncio.to_thread(scratch.remove)

    async def _spawn(self, worker_id: UUID, scratch: Path, box: int) -> asyncio.subprocess.Process:
        env = {
            **os.environ,
            "TMPDIR": str(scratch),
            "TURNSPIT_WORKER_ID": str(worker_id),
            "TURNSPIT_GUARD_PID": str(os.getpid()),
            "TURNSPIT_BLACK_BOX": str(box),
            "TURNSPIT_QUEUES": self._settings.queues,
        }
        if self._settings.slots is not None:
            env["TURNSPIT_SLOTS"] = str(self._settings.slots)
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "jobs.worker",
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=[box],
            start_new_session=True,
        )

    async def _register(self, worker_id: UUID, pid: int) -> None:
        async def write() -> None:
            async with self._pool.acquire() as conn:
                await workers.register(
                    conn,
                    worker_id,
                    host=socket.gethostname(),
                    pid=pid,
                    guard_pid=os.getpid(),
                    slots=self._settings.lanes,
                )

        await self._persist(write, "register")
        _report(pid, self._settings.queue_names)

    async def _watch(self, worker_id: UUID, pid: int, box: BlackBox, ended: "asyncio.Task[int]") -> Verdict:
        """Beat until the worker has ended or must be killed; who is to blame for it."""
        beating = asyncio.create_task(self._beat_until_lost(worker_id))
        hanging = asyncio.create_task(hung(box, pid, self._settings.lease_s))
        try:
            await asyncio.wait({ended, beating, hanging}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                return Verdict() if self._stopping.is_set() else post_mortem(box)
            if hanging.done():
                return hanging.result()
            beating.result()
            return Verdict()
        finally:
            beating.cancel()
            hanging.cancel()

    async def _beat_until_lost(self, worker_id: UUID) -> None:
        """Beat until its row was declared dead, nobody answers for too long, or it does not drain in time."""
        silence_s = SILENCE * self._settings.lease_s
        heard = now_s()
        stopped: float | None = None
        while True:
            asked_at = now_s()
            alive = await self._beat(worker_id, _patience_s(heard + silence_s - asked_at))
            heard = asked_at if alive else heard
            if self._stopping.is_set():
                stopped = stopped or now_s()
            late = stopped is not None and now_s() - stopped > self._settings.drain_s + HURRY_S
            left_s = heard + silence_s - now_s()
            if alive is False or late or left_s < SHORT_S:
                log.warning("worker.killed", worker_id=str(worker_id), fenced=alive is False, late=late)
                return
            await asyncio.sleep(min(BEAT_S, left_s / 2))

    async def _beat(self, worker_id: UUID, patience_s: float) -> bool | None:
        """True: the lease holds. False: the worker was declared dead. None: Postgres does not answer.

        It holds too while Postgres itself says that it is starting: nobody else is let in to end it.
        """

        async def renew() -> bool:
            async with self._pool.acquire() as conn:
                return await workers.beat(conn, worker_id)

        # Not a timeout around it: a canceled query waits for a silent server before its connection is released.
        asked = asyncio.create_task(renew())
        await asyncio.wait({asked}, timeout=patience_s)
        if not asked.done():
            asked.cancel()
            return None
        try:
            return asked.result()
        except asyncpg.CannotConnectNowError:
            return True
        except (*AWAY, *RACED):
            return None

    async def _bury(self, worker_id: UUID, verdict: Verdict, *, drained: bool) -> None:
        """Declare the worker gone: what took too long ends as timed out, all else runs again at once."""

        async def write() -> None:
            async with self._pool.acquire() as conn:
                async with conn.transaction():
                    await workers.end(conn, worker_id, "stopped" if drained else "dead")
                    moved = await _time_out(conn, verdict.over)
                    moved += await sweeps.rescue(conn, blamed=verdict.blamed, worker_id=worker_id, limit=ALL)
                self._bell.announce(moved)

        await self._persist(write, "bury")

    async def _persist(self, call: Callable[[], Awaitable[None]], what: str) -> bool:
        """Wait for Postgres to take it; False when we were told to stop and it stays away: the lease decides."""
        trying = asyncio.create_task(until_back(call, what=what))
        told = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({trying, told}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait({trying}, timeout=GOODBYE_S)
            if trying.done():
                trying.result()
            return trying.done()
        finally:
            told.cancel()
            trying.cancel()

    async def _reachable(self) -> None:
        async with self._pool.acquire() as conn:
            await ping(conn)


async def _time_out(conn: Conn, over: Sequence[Entry]) -> list[Change]:
    """End attempts that used up their time as their worker would have."""
    allowed = {(e.id, e.attempt): timed_out(e.allowed_s, e.retry) for e in over}
    claims = await attempts.running(conn, list(allowed)) if allowed else []
    ends = [unsuccessful(Settlement(c, "canceled"), allowed[c.id, c.attempt]) for c in claims]
    return await attempts.settle(conn, ends) if ends else []


def _words(verdict: Verdict) -> dict[str, list[str]]:
    """A verdict in the log."""
    told = {"over": [entry.id for entry in verdict.over], "blamed": list(verdict.blamed)}
    return {name: [str(id) for id in ids] for name, ids in told.items() if ids}


def _kill(child: asyncio.subprocess.Process) -> None:
    """The worker and everything in its process group."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def _patience_s(left_s: float) -> float:
    """How long a beat may take. One that is overdue when it begins, since we stood still, may tell us the truth."""
    return min(BEAT_TIMEOUT_S, left_s) if left_s > 0 else BEAT_TIMEOUT_S


def _report(pid: int, queues: list[str]) -> None:
    """Tell whoever supervises us which process runs jobs: a line of JSON on the descriptor they named."""
    if fd := os.environ.get("TURNSPIT_REPORT_FD"):
        line = json.dumps({"worker": {"pid": pid, "guard_pid": os.getpid(), "queues": queues}})
        with suppress(OSError):
            os.write(int(fd), line.encode() + b"\n")


async def guard(settings: Settings) -> None:
    """Run a worker and its guard until SIGTERM or Ctrl-C. Waits for Postgres rather than give up."""
    logs.configure(settings.log_level, settings.log_format)
    pool = await open_pool(settings.database_url.get_secret_value(), size=2)
    bell = Doorbell(settings.redis_url.get_secret_value())
    await asyncio.to_thread(sweep)
    keeper = Guard(settings, pool, bell)
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, keeper.stop)
    try:
        await keeper.run()
    except asyncpg.UndefinedTableError as error:
        raise SystemExit("The database has no tables yet. Run: turnspit migrate") from error
    finally:
        await bell.close()
        await close_pool(pool)
