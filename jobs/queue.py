"""Submit and cancel: write the row, then ring the bell. Redis may be away at any time."""

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from jobs.doorbell import CANCEL
from jobs.errors import NotFound
from jobs.model import Job, JobError, Status, Submission
from jobs.resources import Resources
from jobs.store import flows, idempotency, jobs
from jobs.store.changes import Change
from jobs.store.database import Conn, or_unavailable


@dataclass(slots=True)
class Stored:
    """A job that was just written: what was asked for, and what came of it."""

    asked: Submission
    change: Change

    @property
    def id(self) -> UUID:
        return self.asked.id

    @property
    def status(self) -> Status:
        return self.change.status

    def job(self) -> Job:
        """The row, without reading it back."""
        return _job(self.asked, self.change)


Render = Callable[[list[Stored]], str]


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submission came to: the new jobs, or the reply stored under its idempotency key."""

    stored: list[Stored]
    reply: str
    replayed: bool = False

    @property
    def jobs(self) -> list[Job]:
        return [one.job() for one in self.stored]


async def submit(
    res: Resources,
    submissions: Sequence[Submission],
    render: Render,
    key: idempotency.Key | None = None,
) -> Submitted:
    """Store jobs, all or none, and ring for those that are ready. When this returns they are durable.

    `render` makes the reply; it is kept under `key` in the same transaction. Raises Refused, Unavailable.
    """

    alone = key is None and jobs.insert_is_one_statement(submissions)
    if alone and len(submissions) == 1:
        stored = [Stored(submissions[0], await res.lone.store(submissions[0]))]
        return Submitted(stored, render(stored))

    async def write() -> tuple[Submitted, list[Change]]:
        async with res.pool.acquire() as conn, nullcontext() if alone else conn.transaction():
            if key and (reply := await idempotency.take(conn, key)) is not None:
                return Submitted([], reply, replayed=True), []
            made = await jobs.insert(conn, submissions)
            last = {change.id: change for change in made}
            stored = [Stored(job, last[job.id]) for job in submissions]
            reply = render(stored)
            if key:
                await idempotency.store(conn, key, reply, submissions[0].id)
            return Submitted(stored, reply), made

    submitted, made = await or_unavailable(write)
    res.bell.announce(made)
    return submitted


async def cancel(res: Resources, job_id: UUID, tenant: str) -> Job:
    """Ask a job, and those it joins, to end. A queued one, or one whose worker is gone, has ended on return.

    Raises NotFound. A job that has ended already is returned as it is.
    """

    async def write() -> Job | None:
        async with res.pool.acquire() as conn:
            await _cancel(res, conn, await flows.family(conn, job_id, tenant), tenant)
            return await jobs.get(conn, job_id, tenant)

    job = await or_unavailable(write)
    if job is None:
        raise NotFound(f"There is no job {job_id}.")
    return job


async def cancel_flow(res: Resources, flow_id: UUID, tenant: str) -> list[Job]:
    """Ask every job of a flow to end; returns the named ones. Raises NotFound when there are none."""

    async def write() -> list[Job]:
        async with res.pool.acquire() as conn:
            await _cancel(res, conn, await flows.members(conn, flow_id, tenant), tenant)
            return await flows.of_flow(conn, flow_id, tenant)

    members = await or_unavailable(write)
    if not members:
        raise NotFound(f"There is no flow {flow_id}.")
    return members


async def _cancel(res: Resources, conn: Conn, ids: Sequence[UUID], tenant: str) -> None:
    async with conn.transaction():
        ended = await jobs.cancel(conn, ids, tenant, res.settings.lease_s)
    res.bell.announce(ended)
    over = {change.id for change in ended}
    for job_id in ids:
        if job_id not in over:
            res.bell.publish(CANCEL, str(job_id))


def _job(submission: Submission, change: Change) -> Job:
    return Job(
        id=submission.id,
        tenant=submission.tenant,
        kind=submission.kind,
        queue=submission.queue,
        priority=submission.priority,
        status=change.status,
        attempt=0,
        failures=0,
        max_attempts=submission.max_attempts,
        event_seq=change.event.seq or 0,
        created_at=change.event.at,
        run_at=change.run_at,
        started_at=None,
        finished_at=change.event.at if change.status.terminal else None,
        deadline_at=submission.deadline_at,
        cancel_requested_at=None,
        timeout_s=submission.timeout_s,
        flow_id=submission.flow_id,
        step=submission.step,
        batch_id=submission.batch_id,
        retry_of=submission.retry_of,
        on_failure=submission.on_failure,
        tags=list(submission.tags),
        metadata=json.loads(submission.metadata),
        progress=None,
        error=cast("JobError | None", change.event.data.get("error")),
        warnings=[],
        trace=submission.trace,
        input=None if submission.input is None else json.loads(submission.input),
        depends_on=sorted(set(submission.depends_on)),
        artifacts=list(submission.made),
    )
