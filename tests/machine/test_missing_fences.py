"""The machine sees it when a fence is missing: each test takes one condition out of one statement."""

from types import ModuleType

import asyncpg
import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from jobs.store import attempts, deps, events, jobs, sweeps
from tests.machine.conftest import QUICK
from tests.machine.machine import Machine
from tests.machine.steps import Theatre

Missing = tuple[ModuleType, str, str, str]
"""A module, the name of a statement in it, the words that go, and what comes in their place."""

SAME_ATTEMPT = "AND j.attempt = g.attempt"
# What a few examples show; the others need luck and the long form.
SOON: dict[str, Missing] = {
    "a dead worker claims": (attempts, "_CLAIM", "AND w.status = 'alive'", ""),
    "a bell of another attempt claims": (attempts, "_CLAIM", SAME_ATTEMPT, ""),
    "a worker claims a kind it does not know": (attempts, "_CLAIM", "j.kind = ANY($4)", "$4::text[] IS NOT NULL"),
    "an attempt shows the progress of the one before": (
        attempts, "_CLAIM", "CASE WHEN j.attempt = 0 THEN j.progress END", "j.progress",
    ),
    "a job that another waits for ends alone": (attempts, "_SETTLE_ALONE", "NOT j.has_children", "true"),
    "a job starts before its time": (sweeps, "_PROMOTE", "AND run_at <= now()", ""),
    "a job starts before its parents have ended": (deps, "_RELEASE", "c.remaining <= 0", "true"),
}  # fmt: skip
LATER: dict[str, Missing] = {
    "a job starts after its deadline": (
        attempts, "_CLAIM", "AND (j.deadline_at IS NULL OR j.deadline_at > now())", "",
    ),
    "a stale attempt adds an event": (events, "_APPEND", "AND j.attempt = s.attempt", ""),
    "a canceled attempt adds an event": (events, "_APPEND", "AND j.cancel_requested_at IS NULL", ""),
    "a stale attempt makes progress": (attempts, "_PROGRESS", SAME_ATTEMPT, ""),
    "a stale attempt ends its job": (attempts, "_SETTLE_ALONE", SAME_ATTEMPT, ""),
    "a canceled attempt succeeds": (
        attempts, "_SETTLE_ALONE", "AND (g.status = 'canceled' OR j.cancel_requested_at IS NULL)", "",
    ),
    "a canceled job that is given back runs again": (
        attempts, "_GIVE_BACK", "j.cancel_requested_at IS NULL THEN", "true THEN",
    ),
    "a draining worker loses its jobs": (sweeps, "_RESCUE", "('dead', 'stop", "('draining', 'dead', 'stop"),
    "a job takes any number of workers with it": (
        sweeps, "_RESCUE", "(deaths + 1 >= 2 * $2 OR deaths + 1 >= $2", "($2::int < 0",
    ),
    "a stale attempt shows on the job that joins": (attempts, "_MIRROR", "AND p.attempt = g.attempt", ""),
    "a job is canceled under its worker": (jobs, "_CANCEL", "('alive', 'draining')", "('alive')"),
    "a job runs though its parent failed": (deps, "_RELEASE", "e.failed AND j.on_failure = 'cancel'", "false"),
}  # fmt: skip


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("missing", "examples"),
    [
        *(pytest.param(missing, 20, id=name) for name, missing in SOON.items()),
        *(pytest.param(missing, 1000, id=name, marks=pytest.mark.long) for name, missing in LATER.items()),
    ],
)
def test_a_missing_fence_is_seen(
    theatre: Theatre, monkeypatch: pytest.MonkeyPatch, missing: Missing, examples: int
) -> None:
    module, statement, fence, instead = missing
    text: str = getattr(module, statement)
    assert fence in text
    monkeypatch.setattr(module, statement, text.replace(fence, instead))
    with pytest.raises((AssertionError, asyncpg.CheckViolationError)):
        run_state_machine_as_test(
            lambda: Machine(theatre),  # type: ignore[arg-type, return-value]  (a factory is as good as a class)
            settings=settings(QUICK, max_examples=examples, phases=[Phase.generate]),
        )
