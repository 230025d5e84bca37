"""From a run that is over to its outcome, and from the outcome to what its row will show."""

from asyncio import CancelledError
from dataclasses import replace

import structlog

from jobs.attempt import Attempt, Stop
from jobs.errors import (
    AttemptError,
    AttemptLost,
    InvalidInput,
    NotFound,
    Permanent,
    ProviderBusy,
    StorageFull,
)
from jobs.errors import Interrupted as WorkInterrupted
from jobs.model import Canceled, Claim, Failed, Interrupted, Outcome, RetryLater, Succeeded, TimedOut
from jobs.registry import AnyKind
from jobs.store.attempts import Settlement
from jobs.store.sweeps import MAX_DEATHS
from jobs.store.text import dump

Result = Succeeded | BaseException
"""What a run came to: its output, or what it raised."""

log = structlog.get_logger(__name__)


def stopped(why: Stop, result: Result, claim: Claim, kind: AnyKind) -> Outcome | None:
    """The outcome of a run that was told to stop. A drained one that got ready in time counts."""
    match why:
        case Stop.CANCELED:
            return Canceled()
        case Stop.LOST:
            return None
        case Stop.TIMED_OUT:
            return timed_out(*allowance(claim, kind)[1:])
        case Stop.DRAINED:
            if isinstance(result, Succeeded):
                return result
            return Interrupted("The worker was stopped; the job runs again.")


def allowance(claim: Claim, kind: AnyKind) -> tuple[float, float, bool]:
    """How an attempt is limited: the seconds it may take, those it is allowed, whether a timeout is tried again.

    It is allowed 0 where its deadline comes first: then it may take what is left until that.
    """
    limit = claim.timeout_s or kind.timeout
    if claim.remaining_s is not None and claim.remaining_s <= limit:
        return max(0.0, claim.remaining_s), 0.0, False
    return limit, limit, kind.retry.on_timeout


def timed_out(allowed_s: float, retry: bool) -> TimedOut:
    """The outcome of an attempt that used up its allowance."""
    if not allowed_s:
        return TimedOut("The deadline passed while the job ran.", retry=False)
    return TimedOut(f"The job took longer than the {allowed_s:g} seconds it is allowed.", retry)


def classify(result: Result, claim: Claim, kind: AnyKind) -> Outcome | None:
    """The outcome of a run that ended by itself; None when the attempt is not ours any more.

    An exception that is not one of ours counts as transient, and its text stays in the log.
    """
    if isinstance(result, Succeeded):
        return result
    delay_s = kind.retry.delay_s(claim.failures + 1)
    error = result
    match error:
        case CancelledError():
            return RetryLater("internal", "The job gave up without saying why.", delay_s)
        case AttemptLost():
            return None
        case WorkInterrupted():
            return Interrupted(error.message, error.died)
        case Permanent():
            return Failed(error.code, error.message)
        case InvalidInput() | NotFound():
            return Failed("invalid_input", error.message)
        case ProviderBusy():
            return RetryLater(error.code, error.message, error.retry_after_s)
        case AttemptError() | StorageFull():
            return RetryLater(error.code, error.message, delay_s)
    log.error("job.raised", exc_info=error)
    message = "Something went wrong inside this job. The service's log has the details."
    return RetryLater("internal", message, delay_s)


def settlement(attempt: Attempt, outcome: Outcome) -> Settlement:
    """An outcome as the row will show it; decides whether a failure was the last."""
    progress = dump(attempt.progress) if attempt.progress else None
    warnings = dump(attempt.warnings) if attempt.warnings else "[]"
    if isinstance(outcome, Succeeded):
        made, output = tuple(attempt.made.values()), outcome.output or None
        return Settlement(attempt.claim, "succeeded", output, warnings=warnings, progress=progress, made=made)
    return unsuccessful(Settlement(attempt.claim, "canceled", warnings=warnings, progress=progress), outcome)


def unsuccessful(end: Settlement, outcome: Outcome) -> Settlement:
    """`end`, so far that of a canceled attempt, as this outcome has it."""
    match outcome:
        case Canceled():
            return end
        case Interrupted():
            return _interrupted(end, outcome)
        case Failed(code, message, retryable):
            return _failed(end, code, message, retryable)
        case TimedOut(message, False):
            return _failed(end, "timed_out", message, retryable=True)
        case TimedOut(message, True):
            return _failed_once(end, "timed_out", message, 0.0)
        case RetryLater(code, message, delay_s):
            return _failed_once(end, code, message, delay_s)
    raise AssertionError(outcome)


def _interrupted(end: Settlement, outcome: Interrupted) -> Settlement:
    if outcome.died and end.claim.deaths + 1 >= MAX_DEATHS:
        message = f"The job took its process with it {MAX_DEATHS} times and was stopped."
        return replace(end, status="failed", died=True, error=_error(end.claim, "worker_lost", message, True))
    error = _error(end.claim, "worker_lost", outcome.message, True)
    return replace(end, status="queued", died=outcome.died, error=error)


def _failed_once(end: Settlement, code: str, message: str, delay_s: float) -> Settlement:
    if end.claim.failures + 1 >= end.claim.max_attempts:
        return _failed(end, code, message, retryable=True)
    error = _error(end.claim, code, message, True)
    return replace(end, status="scheduled", failed=True, error=error, delay_s=delay_s)


def _failed(end: Settlement, code: str, message: str, retryable: bool) -> Settlement:
    return replace(end, status="failed", failed=True, error=_error(end.claim, code, message, retryable))


def _error(claim: Claim, code: str, message: str, retryable: bool) -> str:
    return dump({"code": code, "message": message, "retryable": retryable, "attempt": claim.attempt})
