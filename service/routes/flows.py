"""Flows: jobs that depend on each other, stored together, looked at and canceled together."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic_core import from_json
from starlette.responses import Response

from jobs import queue
from jobs.errors import NotFound
from jobs.model import Job, Submission
from jobs.store import flows
from service import intake
from service.bodies import IdempotencyKey, JsonBody
from service.deps import Base, FlowId, Res, Tenant
from service.reading import ask
from service.schemas import FlowView
from service.submitting import store
from service.views import flow_view, json_reply, reply

router = APIRouter(prefix="/v1/flows", tags=["flows"])


@router.post("", status_code=202, response_model=FlowView)
async def submit(
    *, request: Request, body: JsonBody, key: IdempotencyKey, res: Res, tenant: Tenant, base: Base
) -> Response:
    """Store up to 10,000 jobs that depend on each other, or none of them."""
    made_id: list[UUID] = []

    async def make() -> list[Submission]:
        trace = intake.trace_of(request.headers.get("traceparent"))
        flow_id, made = await intake.flow(res, body.value, tenant, trace)
        made_id.append(flow_id)
        return made

    def render(jobs: list[Job]) -> str:
        return flow_view(made_id[-1], [job for job in jobs if job.step], base).model_dump_json()

    submitted = await store(res, key, make, render)
    headers = {"Location": f"/v1/flows/{from_json(submitted.reply)['id']}"}
    if submitted.replayed:
        headers["Idempotent-Replayed"] = "true"
    return json_reply(submitted.reply, 202, headers)


@router.get("/{flow_id}", response_model=FlowView)
async def show(flow_id: FlowId, res: Res, tenant: Tenant, base: Base) -> Response:
    """The jobs of a flow as they stand, without inputs and outputs."""
    jobs = await ask(res, lambda conn: flows.of_flow(conn, flow_id, tenant))
    return _flow(flow_id, jobs, base)


@router.post("/{flow_id}/cancel", response_model=FlowView)
async def cancel(flow_id: FlowId, body: JsonBody, res: Res, tenant: Tenant, base: Base) -> Response:
    """Have every job of a flow end; those that have ended stay as they are."""
    intake.nothing(body.value)
    return _flow(flow_id, await queue.cancel_flow(res, flow_id, tenant), base)


def _flow(flow_id: UUID, jobs: Sequence[Job], base: str) -> Response:
    if not jobs:
        raise NotFound(f"There is no flow {flow_id}.")
    return reply(flow_view(flow_id, jobs, base))
