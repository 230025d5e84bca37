"""The JSON that clients see: every field of the public contract, declared once."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, PlainSerializer, WithJsonSchema

from jobs.model import JsonObject, OnFailure, Status, isotime

Item = TypeVar("Item", bound=BaseModel)


Time = Annotated[
    datetime,
    PlainSerializer(isotime, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Failure(BaseModel):
    """Why a job ended, or why its last attempt did."""

    code: str
    message: str
    retryable: bool
    attempt: int


class JobMetrics(BaseModel):
    """Milliseconds the job waited after it was due, and that its last attempt took."""

    queue_ms: float | None
    run_ms: float | None


class JobUrls(BaseModel):
    self: str
    events: str
    cancel: str
    artifacts: str


class ArtifactView(BaseModel):
    """Bytes a job made."""

    name: str
    bytes: int
    sha256: str
    media_type: str
    created_at: Time | None
    url: str


class JobSummary(BaseModel):
    """A job as lists show it: without input and output."""

    id: UUID
    kind: str
    status: Status
    done: bool
    queue: str
    priority: int
    attempt: int
    failures: int
    max_attempts: int
    cancel_requested_at: Time | None
    progress: JsonObject | None
    error: Failure | None
    warnings: list[str]
    created_at: Time
    run_at: Time
    started_at: Time | None
    finished_at: Time | None
    deadline_at: Time | None
    timeout_s: float | None
    flow_id: UUID | None
    batch_id: UUID | None
    retry_of: UUID | None
    on_failure: OnFailure
    depends_on: list[UUID]
    artifacts: list[ArtifactView]
    tags: list[str]
    metadata: JsonObject
    metrics: JobMetrics
    urls: JobUrls


class JobView(JobSummary):
    """A job, whole."""

    input: Any
    output: Any


class FileView(BaseModel):
    """Bytes a client gave."""

    id: UUID
    name: str
    bytes: int
    sha256: str
    media_type: str
    created_at: Time


class BatchEntry(BaseModel):
    id: UUID
    status: Status


class BatchView(BaseModel):
    """The jobs of a batch in the order they were given."""

    id: UUID
    data: list[BatchEntry]


class FlowView(BaseModel):
    """The jobs of a flow by their names there."""

    id: UUID
    jobs: dict[str, JobView]


class SiteView(BaseModel):
    """A website. `version` is the one that is served, null when none is; `url` is where."""

    slug: str
    title: str
    url: str
    published: bool
    version: int | None
    latest: int | None
    created_at: Time
    updated_at: Time


class SiteDetail(SiteView):
    """A website with what its newest version was rendered from."""

    spec: JsonObject


class SiteVersion(BaseModel):
    """What a site was at some time; `live` when it is served."""

    version: int
    live: bool
    job_id: UUID
    files: int
    bytes: int
    created_at: Time


class RetryView(BaseModel):
    attempts: int
    base_s: float
    cap_s: float
    on_timeout: bool


class LimitView(BaseModel):
    """How many attempts run at once and start a second, over all workers; null is any number."""

    concurrency: int | None
    per_second: float | None
    burst: int


class KindView(BaseModel):
    """A job type. `timeout` is seconds of one attempt."""

    name: str
    description: str
    queue: str
    timeout: float
    retry: RetryView
    limit: LimitView | None
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]


class QueueView(BaseModel):
    """A lane. `depth` is queued and scheduled; `oldest_wait_s` is how long its oldest ready job has waited."""

    name: str
    depth: int
    queued: int
    scheduled: int
    running: int
    oldest_wait_s: float | None
    slots: int
    workers: int


class WorkerView(BaseModel):
    """A worker within its lease. `slots` maps each queue to how many jobs it runs at once."""

    id: UUID
    host: str
    pid: int
    guard_pid: int | None
    queues: list[str]
    slots: dict[str, int]
    busy: int
    status: str
    started_at: Time
    beat_at: Time


class EventView(BaseModel):
    """One entry of a job's history; `seq` is null for what is live only."""

    seq: int | None
    type: str
    job_id: UUID
    attempt: int
    time: Time
    data: JsonObject


class All(BaseModel, Generic[Item]):
    """A list that is whole."""

    data: list[Item]


class Page(BaseModel, Generic[Item]):
    """A part of a list, newest first; `next_cursor` fetches the next."""

    data: list[Item]
    has_more: bool
    next_cursor: str | None


class EventPage(BaseModel):
    """A part of a job's history, in order; the last `seq` as `?after=` fetches the next."""

    data: list[EventView]
    has_more: bool


class Health(BaseModel):
    status: Literal["ok"]


class Readiness(BaseModel):
    """Whether jobs can be accepted (`ready`), and what runs slower than it could."""

    status: Literal["ready", "degraded"]
    postgres: bool
    redis: bool
    workers: int
    degraded: list[str]


class ProblemView(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    param: str | None
    request_id: str | None
    errors: list[dict[str, str]]
