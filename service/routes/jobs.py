"""Jobs: submit, list, look, cancel, retry, erase."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic_core import from_json
from starlette.responses import Response

from jobs import queue
from jobs.errors import Conflict, NotFound, Unavailable
from jobs.model import Job, Status, Submission
from jobs.queue import Submitted
from jobs.resources import Resources
from jobs.store import glances, jobs, sweeps
from jobs.store.database import Conn
from jobs.store.jobs import Filter
from jobs.store.text import clean_text
from service import intake
from service.bodies import IdempotencyKey, JsonBody
from service.deps import Base, Cursor, FeedDep, JobId, Limit, Res, Tenant
from service.following import settle
from service.prefer import Preferred, Wait
from service.reading import ask, whole_job
from service.schemas import JobSummary, JobView, Page
from service.submitting import store
from service.views import job_page, job_view, json_reply, reply

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

Text = Annotated[str | None, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Call:
    """What both ways to make a job need of a request."""

    request: Request
    body: JsonBody
    key: IdempotencyKey
    prefer: Preferred
    res: Res
    feed: FeedDep
    tenant: Tenant
    base: Base

    @property
    def trace(self) -> str | None:
        return intake.trace_of(self.request.headers.get("traceparent"))


Making = Annotated[Call, Depends(Call)]


@router.post("", status_code=202, response_model=JobView, responses={201: {"model": JobView}})
async def submit(call: Making) -> Response:
    """Have a job done. 202: it is stored and will be done. 201: it has ended within `Prefer: wait=N`."""

    async def make() -> list[Submission]:
        return await intake.one(call.res, call.body.value, call.tenant, call.trace)

    return await _made(call, make)


@router.get("", response_model=Page[JobSummary])
async def listed(
    *,
    res: Res,
    tenant: Tenant,
    base: Base,
    cursor: Cursor,
    status: Annotated[Status | None, Query()] = None,
    kind: Text = None,
    queue: Text = None,
    tag: Text = None,
    batch_id: Annotated[UUID | None, Query()] = None,
    limit: Limit = 50,
) -> Response:
    """Jobs, newest first, without input and output."""
    wanted = Filter(
        tenant=tenant,
        status=status,
        kind=kind and clean_text(kind),
        queue=queue and clean_text(queue),
        tag=tag and clean_text(tag),
        batch_id=batch_id,
        before=cursor,
        limit=limit + 1,
    )
    found = await ask(res, lambda conn: jobs.select(conn, wanted))
    return reply(job_page(found, limit, base))


@router.get("/{job_id}", response_model=JobView)
async def show(*, job_id: JobId, wait: Wait, res: Res, feed: FeedDep, tenant: Tenant, base: Base) -> Response:
    """A job as it stands; with `?wait=N` as soon as it has ended, or after N seconds."""
    if wait:
        await settle(res, feed, job_id, tenant, wait)
    return reply(job_view(await whole_job(res, job_id, tenant), base))


@router.post("/{job_id}/cancel", response_model=JobView)
async def cancel(job_id: JobId, body: JsonBody, res: Res, tenant: Tenant, base: Base) -> Response:
    """Have a job end. One that has ended already is returned as it is."""
    intake.nothing(body.value)
    await queue.cancel(res, job_id, tenant)
    return reply(job_view(await whole_job(res, job_id, tenant), base))


@router.post("/{job_id}/retry", status_code=202, response_model=JobView, responses={201: {"model": JobView}})
async def retry(job_id: JobId, call: Making) -> Response:
    """A new job that does again what an ended one did; `retry_of` names that one."""

    async def make() -> list[Submission]:
        intake.nothing(call.body.value)
        job = await whole_job(call.res, job_id, call.tenant)
        if not job.done:
            raise Conflict(f"The job {job_id} is {job.status}. Only one that has ended can be done again.")
        return intake.again(call.res, job, call.trace)

    return await _made(call, make)


@router.delete("/{job_id}", status_code=204, response_class=Response)
async def erase(job_id: JobId, res: Res, tenant: Tenant) -> Response:
    """Forget a job and all that it made; a live one is canceled first. It is gone for readers at once."""
    await queue.cancel(res, job_id, tenant)
    await ask(res, lambda conn: jobs.request_erase(conn, job_id, tenant))
    await _erase_ended(res, job_id)
    return Response(status_code=204)


async def _made(call: Call, make: Callable[[], Awaitable[list[Submission]]]) -> Response:
    submitted = await store(call.res, call.key, make, lambda rows: _text(rows[0], call.base))
    job_id = from_json(submitted.reply)["id"]
    call.request.state.job_id = job_id
    headers = {"Location": f"/v1/jobs/{job_id}"}
    if submitted.replayed:
        headers["Idempotent-Replayed"] = "true"
        return json_reply(submitted.reply, 202, headers)
    if call.prefer is not None:
        return await _held(call, UUID(job_id), call.prefer, submitted, headers)
    return json_reply(submitted.reply, 202, headers)


async def _held(call: Call, job_id: UUID, wait_s: int, submitted: Submitted, headers: dict[str, str]) -> Response:
    """The job after the wait. It is stored: whatever fails from here on, the client hears of it."""
    headers["Preference-Applied"] = f"wait={wait_s}"
    with suppress(Unavailable, NotFound):
        await settle(call.res, call.feed, job_id, call.tenant, wait_s)
        job = await whole_job(call.res, job_id, call.tenant)
        return reply(job_view(job, call.base), 201 if job.done else 202, headers)
    return json_reply(submitted.reply, 202, headers)


def _text(job: Job, base: str) -> str:
    return job_view(job, base).model_dump_json()


async def _erase_ended(res: Resources, job_id: UUID) -> None:
    """Erase at once a job that has ended; upkeep does it for one that still runs."""
    if await ask(res, lambda conn: glances.erasable(conn, job_id)):
        await res.objects.delete_under(f"jobs/{job_id}/")
        await ask(res, lambda conn: _forget(conn, job_id))


async def _forget(conn: Conn, job_id: UUID) -> None:
    async with conn.transaction():
        await sweeps.erase(conn, [job_id])
