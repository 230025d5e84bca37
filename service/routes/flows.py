"""Flows: jobs that depend on each other, stored together, looked at and canceled together."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response

from jobs import queue
from jobs.errors import NotFound
from jobs.model import Job, Submission
from jobs.queue import Stored
from jobs.store import flows
from service import intake
from service.bodies import JsonBody
from service.calls import call_of, headers_for
from service.deps import Base, FlowId, Res, Tenant
from service.reading import ask
from service.schemas import FlowView
from service.submitting import store
from service.views import dumped, flow_view, json_reply

router = APIRouter(prefix="/v1/flows", tags=["flows"])


@router.post("", status_code=202, response_model=FlowView)
async def submit(request: Request) -> Response:
    """Store up to 10,000 jobs that depend on each other, or none of them."""
    call = await call_of(request)
    made_id: list[UUID] = []

    async def make() -> list[Submission]:
        flow_id, made = await intake.flow(call.res, call.value, call.tenant, call.trace)
        made_id.append(flow_id)
        return made

    def render(stored: list[Stored]) -> str:
        named = [one.job() for one in stored if one.asked.step]
        return dumped(flow_view(made_id[-1], named, call.base))

    submitted = await store(call.res, call.key, make, render)
    flow_id = from_json(submitted.reply)["id"]
    return json_reply(submitted.reply, 202, headers_for(submitted, f"/v1/flows/{flow_id}"))


@router.get("/{flow_id}", response_model=FlowView)
async def show(flow_id: FlowId, res: Res, tenant: Tenant, base: Base) -> Response:
    """The jobs of a flow as they stand; inputs and outputs are null where all are over 16 MiB together."""
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
    return json_reply(flow_view(flow_id, jobs, base))
