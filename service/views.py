"""Rows as the JSON of the public contract."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.responses import Response

from jobs.model import Artifact, File, Job, Json, JsonObject, isotime
from service.reading import cursor
from service.schemas import ArtifactView, FileView, Page


def reply(view: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A view as a JSON reply."""
    return json_reply(view.model_dump_json(), status, headers)


def json_reply(value: str | JsonObject, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON object, or the text of one, as a reply."""
    text = value if isinstance(value, str) else dumped(value)
    return Response(text, status, headers, media_type="application/json")


def dumped(value: JsonObject) -> str:
    return to_json(value).decode()


# Jobs are what most replies tell of, so theirs are made without a model in between; a test holds them to
# JobSummary and JobView, which say in the OpenAPI document what is in them.


def job_view(job: Job, base: str) -> JsonObject:
    """A job, whole. `base` is the address of the service without a final slash."""
    return {
        **job_summary(job, base),
        "input": job.input,
        "output": job.output,
    }


def job_page(jobs: Sequence[Job], limit: int, base: str) -> JsonObject:
    """The first `limit` jobs; one more than that says that there are more."""
    shown = jobs[:limit]
    more = len(jobs) > limit
    return {
        "data": [job_summary(job, base) for job in shown],
        "has_more": more,
        "next_cursor": cursor(shown[-1].id) if more else None,
    }


def flow_view(flow_id: UUID, jobs: Sequence[Job], base: str) -> JsonObject:
    """The named jobs of a flow."""
    return {"id": str(flow_id), "jobs": {job.step: job_view(job, base) for job in jobs if job.step}}


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


def job_summary(job: Job, base: str) -> JsonObject:
    """A job as lists show it."""
    own = f"{base}/v1/jobs/{job.id}"
    return {
        "id": str(job.id),
        "kind": job.kind,
        "status": job.status,
        "done": job.done,
        "queue": job.queue,
        "priority": job.priority,
        "attempt": job.attempt,
        "failures": job.failures,
        "max_attempts": job.max_attempts,
        "cancel_requested_at": _time(job.cancel_requested_at),
        "progress": job.progress,
        "error": cast("JsonObject | None", job.error),
        "warnings": cast("list[Json]", job.warnings),
        "created_at": isotime(job.created_at),
        "run_at": isotime(job.run_at),
        "started_at": _time(job.started_at),
        "finished_at": _time(job.finished_at),
        "deadline_at": _time(job.deadline_at),
        "timeout_s": job.timeout_s,
        "flow_id": _id(job.flow_id),
        "batch_id": _id(job.batch_id),
        "retry_of": _id(job.retry_of),
        "on_failure": job.on_failure,
        "depends_on": [str(parent) for parent in job.depends_on],
        "artifacts": [artifact_view(job, artifact, base).model_dump(mode="json") for artifact in job.artifacts],
        "tags": cast("list[Json]", job.tags),
        "metadata": job.metadata,
        "metrics": {
            "queue_ms": _between(max(job.run_at, job.created_at), job.started_at),
            "run_ms": _between(job.started_at, job.finished_at),
        },
        "urls": {
            "self": own,
            "events": f"{own}/events",
            "cancel": f"{own}/cancel",
            "artifacts": f"{own}/artifacts",
        },
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else isotime(at)


def _id(id: UUID | None) -> str | None:
    return None if id is None else str(id)


def _between(since: datetime | None, until: datetime | None) -> float | None:
    """Milliseconds, never below zero."""
    if since is None or until is None:
        return None
    return max(0.0, round((until - since).total_seconds() * 1000, 3))
