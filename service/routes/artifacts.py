"""Bytes that jobs made."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from jobs.errors import NotFound
from service import downloads
from service.deps import Base, JobId, Res, Tenant
from service.downloads import Blob
from service.reading import find_job
from service.schemas import All, ArtifactView
from service.views import artifact_view, reply

router = APIRouter(prefix="/v1/jobs/{job_id}/artifacts", tags=["artifacts"])


@router.get("", response_model=All[ArtifactView])
async def listed(job_id: JobId, res: Res, tenant: Tenant, base: Base) -> Response:
    """A job's artifacts by name; they are there once it has succeeded."""
    job = await find_job(res, job_id, tenant)
    return reply(All(data=[artifact_view(job, artifact, base) for artifact in job.artifacts]))


@router.head("/{name}", include_in_schema=False)
@router.get("/{name}", response_class=Response)
async def content(request: Request, job_id: JobId, name: str, res: Res, tenant: Tenant) -> Response:
    """An artifact's bytes, or a range of them."""
    job = await find_job(res, job_id, tenant)
    made = next((artifact for artifact in job.artifacts if artifact.name == name), None)
    if made is None:
        raise NotFound(f"The job {job_id} has no artifact {name[:200]!r}.")
    blob = Blob(made.key, made.name, made.bytes, made.sha256, made.media_type)
    return await downloads.send(request, res.objects, blob)
