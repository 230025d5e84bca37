"""One attempt, from claim to record: parse -> perform -> classify -> record -> announce."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel
from pydantic_core import from_json

from jobs import logs
from jobs.attempt import Attempt, Stop
from jobs.blackbox import BlackBox
from jobs.context import Belongings, RunContext
from jobs.group_commit import BAD_VALUE
from jobs.joining import joined, taken
from jobs.kind import Context, FlowKind, Kind
from jobs.model import Artifact, Canceled, Claim, Failed, Outcome, Succeeded
from jobs.objects import Objects
from jobs.outcome import allowance, classify, settlement, stopped
from jobs.quarantine import Quarantine
from jobs.registry import AnyKind
from jobs.resources import Resources
from jobs.scribe import Scribe
from jobs.store.artifacts import INPUT, OUTPUT
from jobs.store.text import dump
from jobs.submission import validated

AnyRun = Kind[Any, Any]

log = structlog.get_logger(__name__)


class KindExited(Exception):
    """A kind called sys.exit() or was interrupted; without this it would end the whole worker."""


class Executor:
    """Runs attempts of one worker. `live` holds those whose end is not recorded yet."""

    def __init__(self, res: Resources, scribe: Scribe, box: BlackBox | None = None) -> None:
        self._res = res
        self._scribe = scribe
        self._box = box or BlackBox.private(sum(res.settings.lanes.values()))
        self._quarantine = Quarantine()
        self._belongings = Belongings()
        self._left: set[asyncio.Task[None]] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self.live: dict[tuple[UUID, int], Attempt] = {}

    async def execute(self, claim: Claim, released: Callable[[Claim], None]) -> None:
        """Run one attempt and record how it ended, in a task of its own. Never raises on behalf of the kind.

        `released` is called once, as soon as the attempt does not run any more.
        """

        def leave(attempt: Attempt) -> None:
            if not attempt.ended:
                released(claim)
                self._leave(attempt)

        task = asyncio.current_task()
        assert task is not None  # noqa: S101  (for the type checker)
        attempt = self.live[claim.id, claim.attempt] = Attempt(claim, claim.event_seq, task, leave)
        self._empty.clear()
        logs.about(claim)
        try:
            outcome = await self._outcome_of(attempt)
        except asyncio.CancelledError:  # from outside: the process ends, and its row is rescued
            released(claim)
            self._forget(claim)
            raise
        if not attempt.ended:  # else it was left behind, and another records it
            attempt.ended = True
            released(claim)
            await self._conclude(attempt, outcome)

    async def emptied(self) -> None:
        """Return when the end of every attempt is recorded. A run that ignores its cancel is not waited for."""
        await asyncio.sleep(0)  # tasks that were just made begin
        await self._empty.wait()

    async def close(self) -> None:
        await self._belongings.close()

    async def _outcome_of(self, attempt: Attempt) -> Outcome | None:
        """What it came to. A task is canceled by `Attempt.stop`, by its own kind, or from outside."""
        claim, kind = attempt.claim, self._res.kinds[attempt.claim.kind]
        result: Succeeded | BaseException
        try:
            result = await (self._quarantined if claim.deaths else self._limited)(attempt, kind)
        except asyncio.CancelledError as canceled:
            if attempt.stopped is None and attempt.task.cancelling():
                raise
            result = canceled
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001  (classified)
            result = error
        if attempt.stopped is None:
            return classify(result, claim, kind)
        attempt.task.uncancel()
        return stopped(attempt.stopped, result, claim, kind)

    async def _quarantined(self, attempt: Attempt, kind: AnyKind) -> Succeeded:
        """Its time begins when it has a place; a deadline does not wait."""
        await self._enter(attempt)
        try:
            return await self._limited(attempt, kind)
        finally:
            self._quarantine.leave(attempt)

    async def _enter(self, attempt: Attempt) -> None:
        claim, clock = attempt.claim, asyncio.get_running_loop()
        if claim.remaining_s is None:
            return await self._quarantine.enter(attempt, claim.deaths)
        came = clock.time()
        deadline = clock.call_later(claim.remaining_s, attempt.stop, Stop.TIMED_OUT)
        try:
            await self._quarantine.enter(attempt, claim.deaths)
        finally:
            deadline.cancel()
            claim.remaining_s -= clock.time() - came

    async def _limited(self, attempt: Attempt, kind: AnyKind) -> Succeeded:
        """Run it under its time limit, where the guard can see it."""
        seconds, allowed_s, retry = allowance(attempt.claim, kind)
        limit = asyncio.get_running_loop().call_later(seconds, attempt.stop, Stop.TIMED_OUT)
        seat = self._box.take(attempt.claim, seconds, allowed_s, retry=retry)
        context = RunContext(attempt, self._res, self._scribe, self._belongings)
        try:
            return await seat.watch(attempt, self._perform(attempt, kind, context))
        finally:
            limit.cancel()
            seat.leave()

    def _leave(self, attempt: Attempt) -> None:
        """What ignores its cancel is left behind: its end is recorded now, and its writes are refused."""
        attempt.ended = True
        self._quarantine.leave(attempt)
        log.warning("job.ignores_cancel", job_id=str(attempt.claim.id))
        claim, kind = attempt.claim, self._res.kinds[attempt.claim.kind]
        assert attempt.stopped is not None  # noqa: S101  (that is why we are here)
        outcome = stopped(attempt.stopped, asyncio.CancelledError(), claim, kind)
        recording = asyncio.create_task(self._conclude(attempt, outcome), name=f"left {claim.id}")
        self._left.add(recording)
        recording.add_done_callback(self._left.discard)

    async def _conclude(self, attempt: Attempt, outcome: Outcome | None) -> None:
        claim = attempt.claim
        try:
            await self._record(attempt, outcome)
        finally:
            self._forget(claim)
        if attempt.made and not await self._scribe.published(attempt):
            await self._discard(attempt)

    def _forget(self, claim: Claim) -> None:
        self.live.pop((claim.id, claim.attempt), None)
        if not self.live:
            self._empty.set()

    async def _perform(self, attempt: Attempt, kind: AnyKind, context: Context) -> Succeeded:
        """The run itself: input in, output out as JSON text."""
        claim = attempt.claim
        given = await _input(claim, self._res.objects)
        if claim.bound:
            given = await taken(self._res, given)
        input = validated(kind, given)
        output = await (
            joined(self._res, claim.id, kind, input) if isinstance(kind, FlowKind) else _run(kind, input, context)
        )
        text = dump(kind.output.model_validate(output, from_attributes=True))
        if len(text) <= self._res.settings.inline_json_bytes:
            return Succeeded(text)
        await self._outsource(attempt, text)
        return Succeeded("")

    async def _outsource(self, attempt: Attempt, text: str) -> None:
        """Move an output too large for its row into the object store."""
        key = f"jobs/{attempt.claim.id}/{attempt.claim.attempt}/{OUTPUT}"
        stored = await self._res.objects.put(key, text.encode())
        attempt.made[OUTPUT] = Artifact(
            name=OUTPUT,
            key=key,
            bytes=stored.bytes,
            sha256=stored.sha256,
            media_type="application/json",
        )

    async def _record(self, attempt: Attempt, outcome: Outcome | None) -> None:
        if outcome is None and await self._scribe.cancel_requested(attempt):
            outcome = Canceled()  # a write of the kind was refused before the news of the cancel came
        if outcome is None:
            log.warning("job.lost")
        elif not await self._settle(attempt, outcome) and not isinstance(outcome, Canceled):
            # Refused while still ours: a cancel was accepted first, and canceled is the only end left.
            await self._settle(attempt, Canceled())

    async def _settle(self, attempt: Attempt, outcome: Outcome) -> bool:
        try:
            settled = await self._scribe.settle(attempt, settlement(attempt, outcome))
        except BAD_VALUE:
            log.exception("job.unstorable")
            outcome = Failed("internal", "What this job made could not be stored.")
            settled = await self._scribe.settle(attempt, settlement(attempt, outcome))
        if settled:
            _tell(outcome)
        return settled

    async def _discard(self, attempt: Attempt) -> None:
        """Bytes of an attempt that published nothing. What a crash leaves behind goes with the job."""
        with suppress(OSError):
            await self._res.objects.delete(*(made.key for made in attempt.made.values()))


async def _input(claim: Claim, objects: Objects) -> Any:
    text = claim.input if claim.input is not None else await objects.get(f"jobs/{claim.id}/0/{INPUT}")
    return from_json(text)


async def _run(kind: AnyRun, input: BaseModel, context: Context) -> BaseModel:
    try:
        output: BaseModel = await kind.run(input, context)
    except (SystemExit, KeyboardInterrupt) as error:
        raise KindExited(f"the kind ended with {error!r}") from error
    return output


def _tell(outcome: Outcome) -> None:
    if not isinstance(outcome, Succeeded):
        log.info("job.ended", outcome=type(outcome).__name__, code=getattr(outcome, "code", None))
