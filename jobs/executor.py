"""One attempt, from claim to record: parse -> perform -> classify -> record -> announce."""

import asyncio
import json
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel
from structlog.contextvars import bound_contextvars

from jobs.attempt import Attempt, Stop
from jobs.context import Belongings, RunContext
from jobs.group_commit import BAD_VALUE
from jobs.joining import joined, taken
from jobs.kind import Context, FlowKind, Kind
from jobs.model import Artifact, Canceled, Claim, Failed, Outcome, Succeeded
from jobs.objects import Objects
from jobs.outcome import Run, classify, limit_s, settlement, stopped, timed_out
from jobs.registry import AnyKind
from jobs.resources import Resources
from jobs.scribe import Scribe
from jobs.store.artifacts import INPUT, OUTPUT
from jobs.store.text import dump
from jobs.submission import validated

AnyRun = Kind[Any, Any]

GRACE_S = 1.0
"""How long a run that was told to stop may take before it is left behind; its writes are refused anyway."""

log = structlog.get_logger(__name__)


class KindExited(Exception):
    """A kind called sys.exit() or was interrupted; without this it would end the whole worker."""


class Executor:
    """Runs attempts of one worker. `live` holds those that run now."""

    def __init__(self, res: Resources, scribe: Scribe) -> None:
        self._res = res
        self._scribe = scribe
        self._belongings = Belongings()
        self.live: dict[tuple[UUID, int], Attempt] = {}

    async def execute(self, claim: Claim) -> None:
        """Run one attempt and record how it ended. Never raises on behalf of the kind."""
        attempt, key = Attempt(claim, claim.event_seq), (claim.id, claim.attempt)
        self.live[key] = attempt
        with bound_contextvars(job_id=str(claim.id), kind=claim.kind, attempt=claim.attempt):
            try:
                outcome = await self._outcome_of(attempt)
                attempt.ended = True
                await self._record(attempt, outcome)
            finally:
                attempt.ended = True
                del self.live[key]
            if attempt.made and not await self._scribe.published(attempt):
                await self._discard(attempt)

    async def close(self) -> None:
        await self._belongings.close()

    async def _outcome_of(self, attempt: Attempt) -> Outcome | None:
        claim, kind = attempt.claim, self._res.kinds[attempt.claim.kind]
        context = RunContext(attempt, self._res, self._scribe, self._belongings)
        run = asyncio.create_task(self._perform(attempt, kind, context), name=f"job {claim.id}")
        await _first(run, attempt.stopping, limit_s(claim, kind))
        late = not run.done() and attempt.stopped is None
        await _end(run)
        if attempt.stopped is not None:
            return stopped(attempt.stopped, run)
        return timed_out(claim, kind) if late else classify(run, claim, kind)

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
    return json.loads(text)


async def _run(kind: AnyRun, input: BaseModel, context: Context) -> BaseModel:
    try:
        output: BaseModel = await kind.run(input, context)
    except (SystemExit, KeyboardInterrupt) as error:
        raise KindExited(f"the kind ended with {error!r}") from error
    return output


async def _first(run: Run, stopping: "asyncio.Future[Stop]", limit: float) -> None:
    """Wait until the run is over, is told to stop, or has used up its time."""
    either: set[asyncio.Future[Any]] = {run, stopping}
    await asyncio.wait(either, timeout=limit, return_when=asyncio.FIRST_COMPLETED)


async def _end(run: Run) -> None:
    """Cancel a run that still goes on, and wait for it a little."""
    if not run.done():
        run.cancel()
        await asyncio.wait({run}, timeout=GRACE_S)
    if not run.done():
        log.warning("job.ignores_cancel")
        run.add_done_callback(_forget)


def _forget(run: Run) -> None:
    if not run.cancelled():
        run.exception()


def _tell(outcome: Outcome) -> None:
    log.info("job.ended", outcome=type(outcome).__name__, code=getattr(outcome, "code", None))
