"""What happens to jobs: one job's history and stream, one live stream over all of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from jobs.model import JsonObject
from jobs.resources import Resources
from jobs.store import events, glances
from service.deps import After, Base, FeedDep, JobId, Metered, Res, Tenant
from service.following import follow, watch_all
from service.reading import BIGINT, ask, find_job
from service.schemas import EventPage
from service.sse import RETRY_MS, EventStream, event_stream, frame, frames, hello
from service.views import job_view, json_reply

router = APIRouter(tags=["events"])

LastEventId = Annotated[str, Header(alias="Last-Event-ID")]


@router.get(
    "/v1/jobs/{job_id}/events",
    response_model=EventPage,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def of_job(
    *,
    request: Request,
    job_id: JobId,
    res: Res,
    feed: FeedDep,
    metrics: Metered,
    tenant: Tenant,
    base: Base,
    after: After = None,
    last_event_id: LastEventId = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> Response:
    """A job's events after a number: as a list, or with `Accept: text/event-stream` as they happen."""
    if "text/event-stream" not in request.headers.get("accept", ""):
        return await _history(res, job_id, tenant, after or 0, limit)
    last = _number(last_event_id)
    if last is not None and await _all_seen(res, job_id, tenant, last):
        return Response(status_code=204)  # ends the reconnects of an EventSource
    seen = last if last is not None else after
    told = follow(res, feed, job_id, tenant, after=seen, render=lambda job: job_view(job, base))
    snapshot = await anext(told)
    first = frame(snapshot or {}, retry=RETRY_MS)
    return event_stream(frames(first, told, metrics.streams))


@router.get("/v1/events", response_class=EventStream)
async def of_all(
    *,
    res: Res,
    feed: FeedDep,
    metrics: Metered,
    tenant: Tenant,
    kind: Annotated[str | None, Query(max_length=63)] = None,
    job: Annotated[list[UUID], Query(max_length=1000)] = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    """What happens from now on, to all jobs or to those of a kind or with these ids. It cannot be resumed."""
    told = watch_all(res, feed, tenant, kind, frozenset(map(str, job)))
    await anext(told)
    return event_stream(frames(hello(), told, metrics.streams, ids=False))


async def _history(res: Resources, job_id: UUID, tenant: str, after: int, limit: int) -> Response:
    await find_job(res, job_id, tenant)
    found = await ask(res, lambda conn: events.after(conn, job_id, after, limit + 1))
    shown: list[JsonObject] = [event.envelope() for event in found[:limit]]
    return json_reply(_page(shown, len(found) > limit))


def _page(shown: list[JsonObject], more: bool) -> str:
    return EventPage.model_validate({"data": shown, "has_more": more}).model_dump_json()


async def _all_seen(res: Resources, job_id: UUID, tenant: str, last: int) -> bool:
    head = await ask(res, lambda conn: glances.head(conn, job_id, tenant))
    return head is not None and head.status.terminal and last >= head.seq


def _number(text: str) -> int | None:
    return min(int(text), BIGINT) if text.isascii() and text.isdecimal() and len(text) < 20 else None
