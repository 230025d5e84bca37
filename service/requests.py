"""What a client may ask for: every field of a job request, its bounds, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError, to_json

from jobs.model import JOINS, JsonObject, OnFailure

DAYS_366_S = 366 * 86_400
METADATA_BYTES = 16_384


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _soon(at: datetime) -> datetime:
    """A start within a year; one in the past means at once."""
    now = datetime.now(UTC)
    if at > now + timedelta(seconds=DAYS_366_S):
        raise PydanticCustomError("too_far", "A job starts within 366 days.")
    return at.astimezone(UTC) if at > now else now


def _ahead(at: datetime) -> datetime:
    now = datetime.now(UTC)
    if at <= now:
        raise PydanticCustomError("past", "This deadline has passed already.")
    if at > now + timedelta(seconds=10 * DAYS_366_S):
        raise PydanticCustomError("too_far", "A deadline lies within ten years.")
    return at.astimezone(UTC)


def _small(value: JsonObject) -> JsonObject:
    if len(to_json(value, inf_nan_mode="null")) > METADATA_BYTES:
        raise PydanticCustomError("too_large", "metadata is larger than 16 kB.")
    return value


def _public(queue: str) -> str:
    if queue == JOINS:
        raise PydanticCustomError("reserved", f"The queue {JOINS} belongs to flows.")
    return queue


def _no_webhook(value: object) -> None:
    if value is not None:
        raise PydanticCustomError("not_built", "Webhooks are not built yet. Read the job's events instead.")


class JobFields(BaseModel):
    """What any job may ask for. Durations are seconds; times without a zone are UTC."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(max_length=63)]
    input: dict[str, Any] = Field(default_factory=dict)
    queue: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,62}$"), AfterValidator(_public)] | None = None
    priority: Annotated[int, Field(ge=-100, le=100, description="Higher goes first.")] = 0
    delay_s: Annotated[float, Field(ge=0, le=DAYS_366_S, allow_inf_nan=False)] | None = None
    run_at: Annotated[datetime, AfterValidator(_utc), AfterValidator(_soon)] | None = None
    deadline_at: Annotated[datetime, AfterValidator(_utc), AfterValidator(_ahead)] | None = None
    timeout_s: Annotated[float, Field(gt=0, le=7 * 86_400, allow_inf_nan=False)] | None = None
    max_attempts: Annotated[int, Field(ge=1, le=100)] | None = None
    on_failure: OnFailure = "cancel"
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=32)] = Field(
        default_factory=list
    )
    metadata: Annotated[JsonObject, AfterValidator(_small)] = Field(default_factory=dict)
    webhook: SkipJsonSchema[Annotated[None, BeforeValidator(_no_webhook)]] = None


class JobRequest(JobFields):
    """One job to be done."""

    depends_on: Annotated[list[UUID], Field(max_length=1000)] = Field(default_factory=list)


class FlowJob(JobFields):
    """One job of a flow; it waits for others by their names there."""

    depends_on: Annotated[list[str], Field(max_length=10_000)] = Field(default_factory=list)


class FlowRequest(BaseModel):
    """Jobs that depend on each other, by name. An input value may be `{"$from": "other", "pointer": "/text"}`."""

    model_config = ConfigDict(extra="forbid")

    jobs: Annotated[
        dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")], FlowJob], Field(min_length=1)
    ]


class Empty(BaseModel):
    """A body with nothing in it."""

    model_config = ConfigDict(extra="forbid")
