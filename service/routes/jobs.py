"""Jobs: submit, list, look, cancel, retry, erase."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response

from jobs import queue
from jobs.errors import Conflict, NotFound, Unavailable
from jobs.model import Status, Submission
from jobs.queue import Submitted
from jobs.resources import Resources
from jobs.store import flows, glances, jobs, sweeps
from jobs.store.database import Conn
from jobs.store.jobs import Filter
from jobs.store.text import clean_text
from service import intake
from service.bodies import JsonBody
from service.calls import Call, call_of, headers_for
from service.deps import Base, Cursor, FeedDep, JobId, Limit, Res, Tenant
from service.following import settle
from service.prefer import Wait
from service.reading import ask, whole_job
from service.schemas import JobSummary, JobView, Page
from service.submitting import store
from service.views import dumped, job_page, job_view, json_reply

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

AT_ONCE = 100  # parts of a job that are erased before the reply; upkeep erases the others

Text = Annotated[str | None, Query(max_length=200)]


@router.post("", status_code=202, response_model=JobView, responses={201: {"model": JobView}})
async def submit(request: Request) -> Response:
    """Have a job done. 202: it is stored and will be done. 201: it has ended within `Prefer: wait=N`."""
    call = await call_of(request)

    async def make() -> list[Submission]:
        return await intake.one(call.res, call.value, call.tenant, call.trace)

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
    return json_reply(job_page(found, limit, base))


@router.get("/{job_id}", response_model=JobView)
async def show(*, job_id: JobId, wait: Wait, res: Res, feed: FeedDep, tenant: Tenant, base: Base) -> Response:
    """A job as it stands; with `?wait=N` as soon as it has ended, or after N seconds."""
    if wait:
        await settle(res, feed, job_id, tenant, wait)
    return json_reply(job_view(await whole_job(res, job_id, tenant), base))


@router.post("/{job_id}/cancel", response_model=JobView)
async def cancel(job_id: JobId, body: JsonBody, res: Res, tenant: Tenant, base: Base) -> Response:
    """Have a job end. One that has ended already is returned as it is."""
    intake.nothing(body.value)
    await queue.cancel(res, job_id, tenant)
    return json_reply(job_view(await whole_job(res, job_id, tenant), base))


@router.post("/{job_id}/retry", status_code=202, response_model=JobView, responses={201: {"model": JobView}})
async def retry(job_id: JobId, request: Request) -> Response:
    """A new job that does again what an ended one did; `retry_of` names that one."""
    call = await call_of(request)

    async def make() -> list[Submission]:
        intake.nothing(call.value)
        job = await whole_job(call.res, job_id, call.tenant)
        if not job.done:
            raise Conflict(f"The job {job_id} is {job.status}. Only one that has ended can be done again.")
        return intake.again(call.res, job, call.trace)

    return await _made(call, make)


@router.delete("/{job_id}", status_code=204, response_class=Response)
async def erase(job_id: JobId, res: Res, tenant: Tenant) -> Response:
    """Forget a job, its parts, and all that they made; a live one is canceled first. Gone for readers at once."""
    await queue.cancel(res, job_id, tenant)
    family = await ask(res, lambda conn: flows.family(conn, job_id, tenant))
    await ask(res, lambda conn: jobs.request_erase(conn, family))
    await _erase_ended(res, family[:AT_ONCE])
    return Response(status_code=204)


async def _made(call: Call, make: Callable[[], Awaitable[list[Submission]]]) -> Response:
    submitted = await store(call.res, call.key, make, lambda stored: dumped(job_view(stored[0].job(), call.base)))
    job_id = UUID(from_json(submitted.reply)["id"]) if submitted.replayed else submitted.stored[0].id
    call.request.state.job_id = job_id
    headers = headers_for(submitted, f"/v1/jobs/{job_id}")
    if call.wait_s is not None and not submitted.replayed:
        return await _held(call, job_id, call.wait_s, submitted, headers)
    return json_reply(submitted.reply, 202, headers)


async def _held(call: Call, job_id: UUID, wait_s: int, submitted: Submitted, headers: dict[str, str]) -> Response:
    """The job after the wait. It is stored: whatever fails from here on, the client hears of it."""
    headers["Preference-Applied"] = f"wait={wait_s}"
    with suppress(Unavailable, NotFound):
        await settle(call.res, call.feed, job_id, call.tenant, wait_s)
        job = await whole_job(call.res, job_id, call.tenant)
        return json_reply(job_view(job, call.base), 201 if job.done else 202, headers)
    return json_reply(submitted.reply, 202, headers)


async def _erase_ended(res: Resources, ids: Sequence[UUID]) -> None:
    """Erase at once the jobs that have ended; upkeep does it for those that still run."""
    ended = await ask(res, lambda conn: glances.erasable(conn, ids))
    for job_id in ended:
        await res.objects.delete_under(f"jobs/{job_id}/")
    if ended:
        await ask(res, lambda conn: _forget(conn, ended))


async def _forget(conn: Conn, ids: Sequence[UUID]) -> None:
    async with conn.transaction():
        await sweeps.erase(conn, ids)
