"""The processes of the service with the engine's own units in them, each on a line of its own."""

import asyncio
import os
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from pydantic import BaseModel

from jobs import queue
from jobs.attempt import Stop
from jobs.attendant import Attendant
from jobs.blackbox import Entry
from jobs.errors import Interrupted, Permanent, ProviderBusy, Transient
from jobs.executor import Executor
from jobs.guard import Guard
from jobs.ids import new_id
from jobs.kind import Context, Flow, FlowKind, Kind, Retry
from jobs.model import Claim, Submission
from jobs.quarantine import Quarantine
from jobs.queue import Submitted
from jobs.registry import Registry
from jobs.resources import Resources
from jobs.scribe import Scribe
from jobs.store import workers
from jobs.store.idempotency import Key as IdempotencyKey
from jobs.upkeep import Upkeep
from jobs.verdict import Verdict
from tests.machine.line import Line
from tests.machine.model import End, Key, Row

HOUR_S = 3600.0
OF_THE_ENGINE = ("group commit", "progress")
"""Names of tasks that write on their own."""


class Value(BaseModel):
    value: int = 0


Act = Callable[[Context], Awaitable[Value | None]]


class Puppet:
    """A run that does what it is told, one act at a time; what an act returns or raises ends it."""

    def __init__(self) -> None:
        self.idle = asyncio.Event()
        self.in_line = False
        """It was told to wait for a place in the quarantine."""
        self.acts: asyncio.Queue[Act] = asyncio.Queue()

    def placed(self, fits: bool) -> None:
        self.in_line = not fits
        if fits:
            self.idle.clear()
        else:
            self.idle.set()

    async def live(self, ctx: Context) -> Value:
        while True:
            self.idle.set()
            if (given := await (await self.acts.get())(ctx)) is not None:
                return given

    async def do(self, act: Act, run: asyncio.Task[None]) -> None:
        """Returns when the act is done, or the run over."""
        self.idle.clear()
        self.acts.put_nowait(act)
        await self.rest(run)

    async def rest(self, run: asyncio.Task[None]) -> None:
        """Wait until the run waits for an act, or is over."""
        idle = asyncio.create_task(self.idle.wait())
        await asyncio.wait({idle, run}, return_when=asyncio.FIRST_COMPLETED)
        idle.cancel()


class Stage:
    """The kinds of the test: `puppet`, and `pair`, a flow of two of them."""

    def __init__(self) -> None:
        self.puppets: defaultdict[Key, Puppet] = defaultdict(Puppet)
        puppet = Kind("puppet", Value, Value, self._run, timeout=2 * HOUR_S, retry=Retry(attempts=2, base_s=0))
        pair = FlowKind("pair", Value, Value, _pair)
        self.kinds = Registry([(__name__, puppet), (__name__, pair)])

    async def _run(self, _: Value, ctx: Context) -> Value:
        return await self.puppets[ctx.job_id, ctx.attempt].live(ctx)


def _pair(given: Value) -> Flow:
    flow = Flow()
    first = flow.step("first", "puppet", {"value": given.value})
    second = flow.step("second", "puppet", {"value": first.output("/value")})
    flow.output = {"value": second.output("/value")}
    return flow


class Watched(Quarantine):
    """The quarantine of a worker, and who waits for a place there."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self._stage = stage

    def _fits(self, deaths: int) -> bool:
        fits, task = super()._fits(deaths), asyncio.current_task()
        assert task is not None
        name, _, attempt = task.get_name().partition(":")
        self._stage.puppets[UUID(name), int(attempt)].placed(fits)
        return fits


class WorkerProcess:
    """What a worker is made of, driven by hand: claims, runs, looks, drains, dies."""

    def __init__(self, res: Resources, stage: Stage, refused: list[Exception], kinds: Sequence[str]) -> None:
        self.id = new_id()
        self.kinds = kinds
        self.line = Line(res.pool, refused)
        own = replace(res, pool=self.line, kinds=stage.kinds)  # type: ignore[arg-type]  (it acquires, like a pool)
        self._stage = stage
        self._scribe = Scribe(own.pool, res.bell, self.id, kinds)
        self._executor = Executor(own, self._scribe)
        self._executor._quarantine = Watched(stage)
        self.attendant = Attendant(own, self.id, self._executor)
        self.runs: dict[Key, asyncio.Task[None]] = {}

    async def register(self) -> None:
        async with self.line.acquire() as conn:
            await workers.register(conn, self.id, host="h", pid=os.getpid(), guard_pid=None, slots={"default": 1})  # type: ignore[arg-type]

    async def claim(self, bells: Sequence[Key]) -> list[Claim]:
        return await self._scribe.claim(bells)

    async def begin(self, claims: Iterable[Claim]) -> None:
        """Run what was claimed; returns when every puppet waits. Joining jobs run to their end."""
        for claim in claims:
            run = self._executor.execute(claim, lambda _: None)
            self.runs[claim.id, claim.attempt] = asyncio.create_task(run, name=f"{claim.id}:{claim.attempt}")
        await self._quiet()

    @property
    def on_stage(self) -> list[Key]:
        """Runs that take orders: those that do not wait for a place in the quarantine."""
        return sorted(key for key in self.runs if not self._stage.puppets[key].in_line)

    async def do(self, key: Key, act: Act) -> None:
        await self._stage.puppets[key].do(act, self.runs[key])
        await self._quiet()

    async def end(self, ends: dict[Key, End]) -> None:
        """End runs together."""
        for key, end in ends.items():
            if end.how == "times out":
                self._executor.live[key].stop(Stop.TIMED_OUT)
            else:
                self._stage.puppets[key].acts.put_nowait(_act(end))
        await asyncio.wait([self.runs[key] for key in ends])
        await self._quiet()

    async def attend(self) -> None:
        """Look once; what is stopped by that ends."""
        self.attendant.suspect()  # as the glance of its upkeep does while a row runs in its name
        try:
            await self.attendant.attend_once()
        finally:
            await self._stopped()

    async def hand_back(self) -> None:
        """The end of a drain: stop what still runs."""
        for attempt in list(self._executor.live.values()):
            attempt.stop(Stop.DRAINED)
        await self._stopped()

    async def die(self) -> None:
        """Be gone, with everything that was under way."""
        self.line.dead = True
        for run in self.runs.values():
            run.cancel()
        if self.runs:
            await asyncio.wait(self.runs.values())
        await self._quiet()
        await self.line.close()

    async def _stopped(self) -> None:
        stopped = [
            self.runs[key] for key, attempt in self._executor.live.items() if attempt.stopped and key in self.runs
        ]
        if stopped:
            await asyncio.wait(stopped)
        await self._quiet()

    async def _quiet(self) -> None:
        """Wait until every run waits and nothing is written any more, and forget the runs that are over."""
        await asyncio.gather(*(self._stage.puppets[key].rest(run) for key, run in self.runs.items()))
        while busy := [task for task in asyncio.all_tasks() if task.get_name().startswith(OF_THE_ENGINE)]:
            await asyncio.gather(*busy, return_exceptions=True)
        for key in [key for key, run in self.runs.items() if run.done()]:
            run = self.runs.pop(key)
            if not run.cancelled() and (error := run.exception()) and not self.line.dead:
                raise error


def _act(end: End) -> Act:
    async def act(ctx: Context) -> Value:
        for name in end.artifacts:
            await ctx.artifact(name, b"bytes")
        match end.how:
            case "succeeds":
                return Value(value=end.value)
            case "fails":
                raise Permanent(end.code, "It will not work.")
            case "stumbles":
                raise Transient(end.code, "It may work.")
            case "parks":
                raise ProviderBusy(retry_after_s=HOUR_S)
            case "is interrupted" | "dies":
                raise Interrupted("Cut short.", died=end.how == "dies")
        raise AssertionError(end)

    return act


class Api:
    """The process that clients talk to."""

    def __init__(self, res: Resources, stage: Stage, refused: list[Exception]) -> None:
        self.line = Line(res.pool, refused)
        self.res = replace(res, pool=self.line, kinds=stage.kinds)  # type: ignore[arg-type]

    async def submit(self, made: Sequence[Submission], key: IdempotencyKey | None) -> Submitted:
        """The reply is the id of the first job."""
        try:
            return await queue.submit(self.res, made, lambda stored: str(stored[0].id), key)
        finally:
            await self.line.close()


class Chores:
    """The process whose upkeep is cut."""

    def __init__(self, res: Resources, stage: Stage, refused: list[Exception]) -> None:
        self.line = Line(res.pool, refused)
        self.upkeep = Upkeep(replace(res, pool=self.line, kinds=stage.kinds))  # type: ignore[arg-type]


class GuardProcess:
    """What buries a worker."""

    def __init__(self, res: Resources, refused: list[Exception]) -> None:
        self.line = Line(res.pool, refused)
        self._guard = Guard(res.settings, self.line, res.bell)  # type: ignore[arg-type]

    async def bury(self, worker_id: UUID, *, drained: bool, over: Iterable[Row], blamed: Sequence[UUID]) -> None:
        """With a verdict over what it ran. No attempt may try again once its deadline has passed."""
        entries = [
            Entry(row.id, row.attempt, 0, 0 if row.has_deadline else HOUR_S, not row.has_deadline, False, 0)
            for row in over
        ]
        await self._guard._bury(worker_id, Verdict(entries, blamed), drained=drained)
