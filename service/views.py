"""Rows as the JSON of the public contract."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import from_json
from starlette.responses import Response

from jobs.model import Artifact, File, Job, JsonObject
from service.reading import cursor
from service.schemas import (
    ArtifactView,
    FileView,
    FlowView,
    JobMetrics,
    JobSummary,
    JobUrls,
    JobView,
    Page,
)

_SAME = (
    "id", "kind", "status", "done", "queue", "priority", "attempt", "failures", "max_attempts",
    "cancel_requested_at", "progress", "error", "warnings", "created_at", "run_at", "started_at", "finished_at",
    "deadline_at", "timeout_s", "flow_id", "batch_id", "retry_of", "on_failure", "tags", "metadata",
)  # fmt: skip


def reply(view: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A view as a JSON reply."""
    return json_reply(view.model_dump_json(), status, headers)


def json_reply(text: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(text, status, headers, media_type="application/json")


def job_view(job: Job, base: str) -> JobView:
    """A job, whole. `base` is the address of the service without a final slash."""
    return JobView(
        **_summary(job, base),
        input=job.input,
        output=job.output,
        depends_on=job.depends_on,
        artifacts=[artifact_view(job, artifact, base) for artifact in job.artifacts],
    )


def job_json(job: Job, base: str) -> JsonObject:
    """A whole job as a JSON object."""
    value: JsonObject = from_json(job_view(job, base).model_dump_json())
    return value


def job_page(jobs: Sequence[Job], limit: int, base: str) -> Page[JobSummary]:
    """The first `limit` jobs; one more than that says that there are more."""
    shown = jobs[:limit]
    more = len(jobs) > limit
    return Page(
        data=[JobSummary(**_summary(job, base)) for job in shown],
        has_more=more,
        next_cursor=cursor(shown[-1].id) if more else None,
    )


def flow_view(flow_id: UUID, jobs: Sequence[Job], base: str) -> FlowView:
    """The named jobs of a flow."""
    return FlowView(id=flow_id, jobs={job.step: JobSummary(**_summary(job, base)) for job in jobs if job.step})


def file_page(files: Sequence[File], limit: int) -> Page[FileView]:
    """The first `limit` files; one more than that says that there are more."""
    shown = files[:limit]
    more = len(files) > limit
    return Page(
        data=[file_view(file) for file in shown],
        has_more=more,
        next_cursor=cursor(shown[-1].id) if more else None,
    )


def file_view(file: File) -> FileView:
    return FileView(
        id=file.id,
        name=file.name,
        bytes=file.bytes,
        sha256=file.sha256,
        media_type=file.media_type,
        created_at=file.created_at,
    )


def artifact_view(job: Job, artifact: Artifact, base: str) -> ArtifactView:
    return ArtifactView(
        name=artifact.name,
        bytes=artifact.bytes,
        sha256=artifact.sha256,
        media_type=artifact.media_type,
        created_at=artifact.created_at,
        url=f"{base}/v1/jobs/{job.id}/artifacts/{quote(artifact.name, safe='')}",
    )


def _summary(job: Job, base: str) -> dict[str, Any]:
    own = f"{base}/v1/jobs/{job.id}"
    return {
        **{name: getattr(job, name) for name in _SAME},
        "metrics": JobMetrics(
            queue_ms=_between(max(job.run_at, job.created_at), job.started_at),
            run_ms=_between(job.started_at, job.finished_at),
        ),
        "urls": JobUrls(self=own, events=f"{own}/events", cancel=f"{own}/cancel", artifacts=f"{own}/artifacts"),
    }


def _between(since: datetime | None, until: datetime | None) -> float | None:
    """Milliseconds, never below zero."""
    if since is None or until is None:
        return None
    return max(0.0, round((until - since).total_seconds() * 1000, 3))
