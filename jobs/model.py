"""What a job is: its statuses, the transitions between them, and the values an attempt can end in."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple, TypedDict
from uuid import UUID

from pydantic import JsonValue

Json = JsonValue
JsonObject = dict[str, JsonValue]
OnFailure = Literal["cancel", "run"]
JOINS = "joins"
"""The queue in which the joining jobs of flows end. Every worker serves it beside its own."""


class Status(StrEnum):
    """Where a job stands."""

    SCHEDULED = "scheduled"
    WAITING = "waiting"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"

    @property
    def terminal(self) -> bool:
        return self in TERMINAL


TERMINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.EXPIRED})

# The database refuses everything else (trigger jobs_transition; a test holds the two together).
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.WAITING: frozenset({Status.QUEUED, Status.SCHEDULED, Status.CANCELED, Status.EXPIRED}),
    Status.SCHEDULED: frozenset({Status.QUEUED, Status.CANCELED, Status.EXPIRED}),
    Status.QUEUED: frozenset({Status.RUNNING, Status.CANCELED, Status.EXPIRED}),
    Status.RUNNING: frozenset({Status.SUCCEEDED, Status.FAILED, Status.CANCELED, Status.SCHEDULED, Status.QUEUED}),
    **{status: frozenset() for status in TERMINAL},
}


class Strand(NamedTuple):
    """The jobs of one kind in one queue. A queue is served over all its strands in the order of their scores."""

    queue: str
    kind: str


class Checkpoint(NamedTuple):
    """Where an earlier attempt stood, and the events of its kind that it had told by then: (type, data)."""

    state: JsonObject
    events: list[tuple[str, JsonObject]]


class JobError(TypedDict):
    """Why a job ended, or why its last attempt did: a stable code and a sentence for people."""

    code: str
    message: str
    retryable: bool
    attempt: int


# Not frozen, like all that is made for every job: a frozen one takes three times as long to make.
@dataclass(slots=True, kw_only=True)
class Submission:
    """One job as it enters the engine, already validated against its kind.

    Durations are seconds. `input` is the JSON text of the input, None when it lies in the object store
    (then `made` says where). `delay_s` wins over `run_at`.
    """

    id: UUID
    kind: str
    input: str | None
    queue: str
    max_attempts: int
    tenant: str = "default"
    priority: int = 0
    delay_s: float | None = None
    run_at: datetime | None = None
    deadline_at: datetime | None = None
    timeout_s: float | None = None
    depends_on: tuple[UUID, ...] = ()
    on_failure: OnFailure = "cancel"
    tags: tuple[str, ...] = ()
    metadata: str = "{}"
    trace: str | None = None
    batch_id: UUID | None = None
    retry_of: UUID | None = None
    flow_id: UUID | None = None
    step: str | None = None
    part_of: UUID | None = None
    bound: bool = False
    made: "tuple[Artifact, ...]" = ()


@dataclass(slots=True, kw_only=True)
class Job:
    """A row of `jobs` as readers see it. `input` and `output` are absent (None) in lists."""

    id: UUID
    tenant: str
    kind: str
    queue: str
    priority: int
    status: Status
    attempt: int
    failures: int
    max_attempts: int
    event_seq: int
    created_at: datetime
    run_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    deadline_at: datetime | None
    cancel_requested_at: datetime | None
    timeout_s: float | None
    flow_id: UUID | None
    batch_id: UUID | None
    retry_of: UUID | None
    on_failure: OnFailure
    tags: list[str]
    metadata: JsonObject
    progress: JsonObject | None
    error: JobError | None
    warnings: list[str]
    step: str | None = None
    bound: bool = False
    trace: str | None = None
    input: Json = None
    output: Json = None
    depends_on: list[UUID] = field(default_factory=list)
    artifacts: "list[Artifact]" = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self.status.terminal


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Bytes a job made. `key` is where they lie in the object store; `sha256` is lower-case hex."""

    name: str
    key: str
    bytes: int
    sha256: str
    media_type: str
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """Bytes a client gave."""

    id: UUID
    tenant: str
    name: str
    bytes: int
    sha256: str
    media_type: str
    key: str
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class Event:
    """One entry of a job's history. `seq` is gapless per job; None for live-only events (job.progress)."""

    job_id: UUID
    seq: int | None
    attempt: int
    type: str
    data: JsonObject
    at: datetime
    tenant: str = "default"

    def envelope(self) -> JsonObject:
        """The public form: `{"seq", "type", "job_id", "attempt", "time", "data"}`."""
        return {
            "seq": self.seq,
            "type": self.type,
            "job_id": str(self.job_id),
            "attempt": self.attempt,
            "time": isotime(self.at),
            "data": self.data,
        }


@dataclass(slots=True)
class Claim:
    """One attempt at a job, as the worker that owns it holds it. `attempt` is the fencing token."""

    id: UUID
    tenant: str
    kind: str
    queue: str
    attempt: int
    failures: int
    deaths: int
    max_attempts: int
    event_seq: int
    timeout_s: float | None
    remaining_s: float | None
    input: str | None
    metadata: str
    trace: str | None
    part_of: UUID | None
    bound: bool


# The closed set of ends an attempt can come to.


@dataclass(slots=True)
class Succeeded:
    output: str


@dataclass(frozen=True, slots=True)
class Failed:
    code: str
    message: str
    retryable: bool = False


@dataclass(frozen=True, slots=True)
class RetryLater:
    code: str
    message: str
    delay_s: float


@dataclass(frozen=True, slots=True)
class Canceled:
    message: str = "The job was canceled."


@dataclass(frozen=True, slots=True)
class TimedOut:
    message: str
    retry: bool


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Not the job's fault, or not provably: it goes back to its queue. `died`: it took a process with it."""

    message: str
    died: bool = False


Outcome = Succeeded | Failed | RetryLater | Canceled | TimedOut | Interrupted


@lru_cache(64)  # rows that were written together share their moment
def isotime(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds and a Z."""
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
