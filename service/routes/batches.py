"""Many jobs in one request, all or none."""

from uuid import UUID

from fastapi import APIRouter
from pydantic_core import from_json
from starlette.requests import Request
from starlette.responses import Response

from jobs.ids import new_id
from jobs.model import Submission
from jobs.queue import Stored
from service import intake
from service.calls import call_of, headers_for
from service.schemas import BatchView
from service.submitting import store
from service.views import dumped, json_reply

router = APIRouter(prefix="/v1/batches", tags=["jobs"])


@router.post("", status_code=202, response_model=BatchView)
async def submit(request: Request) -> Response:
    """Store up to 10,000 jobs, or none of them: one that does not fit refuses all."""
    call = await call_of(request)
    batch_id = new_id()
    parts: set[UUID] = set()

    async def make() -> list[Submission]:
        many = await intake.many(call.res, call.value, call.tenant, call.trace, batch_id)
        parts.update(part.id for _, *rest in many for part in rest)
        return [job for whole in many for job in whole]

    def render(stored: list[Stored]) -> str:
        return dumped(
            {
                "id": str(batch_id),
                "data": [
                    {"id": str(one.id), "status": one.status} for one in stored if not parts or one.id not in parts
                ],
            }
        )

    submitted = await store(call.res, call.key, make, render)
    stored_id = from_json(submitted.reply)["id"] if submitted.replayed else batch_id
    return json_reply(submitted.reply, 202, headers_for(submitted, f"/v1/jobs?batch_id={stored_id}"))
