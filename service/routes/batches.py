"""Many jobs in one request, all or none."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic_core import from_json
from starlette.responses import Response

from jobs.ids import new_id
from jobs.model import Job, Submission
from service import intake
from service.bodies import IdempotencyKey, JsonBody
from service.deps import Res, Tenant
from service.schemas import BatchEntry, BatchView
from service.submitting import store
from service.views import json_reply

router = APIRouter(prefix="/v1/batches", tags=["jobs"])


@router.post("", status_code=202, response_model=BatchView)
async def submit(request: Request, body: JsonBody, key: IdempotencyKey, res: Res, tenant: Tenant) -> Response:
    """Store up to 10,000 jobs, or none of them: one that does not fit refuses all."""
    batch_id = new_id()
    trace = intake.trace_of(request.headers.get("traceparent"))

    first: set[UUID] = set()

    async def make() -> list[Submission]:
        many = await intake.many(res, body.value, tenant, trace, batch_id)
        first.update(job.id for job, *_ in many)
        return [job for whole in many for job in whole]

    def render(jobs: list[Job]) -> str:
        entries = [BatchEntry(id=job.id, status=job.status) for job in jobs if job.id in first]
        return BatchView(id=batch_id, data=entries).model_dump_json()

    submitted = await store(res, key, make, render)
    stored_id = from_json(submitted.reply)["id"] if submitted.replayed else batch_id
    headers = {"Location": f"/v1/jobs?batch_id={stored_id}"}
    if submitted.replayed:
        headers["Idempotent-Replayed"] = "true"
    return json_reply(submitted.reply, 202, headers)
