"""What the server answers, as values.

Every model keeps fields it does not know and takes any text for a status, kind or event type: a newer
server must not break an older client. Times are aware datetimes; names ending in `_s` are seconds.
"""

from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from turnspit.errors import APIError

TERMINAL: Final = frozenset({"succeeded", "failed", "canceled", "expired"})


class Open(BaseModel):
    """A value from the server: read-only, open to fields that this client does not know yet."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)


class Progress(Open):
    """How far an attempt has come; `fraction` (0..1) is None where an honest one is unknown."""

    step: str | None = None
    current: float | None = None
    total: float | None = None
    unit: str | None = None
    fraction: float | None = None
    rate: float | None = None
    eta_s: float | None = None
    message: str | None = None


class Failure(Open):
    """Why a job failed: a stable `code` for programs, a `message` for people."""

    code: str = "internal"
    message: str = ""
    retryable: bool = False
    attempt: int | None = None


class Artifact(Open):
    """Bytes a job made."""

    name: str
    bytes: int | None = None
    media_type: str | None = None
    sha256: str | None = None


class Job(Open):
    """A job as the server last told it."""

    id: str
    kind: str = ""
    status: str = ""
    done: bool = False
    queue: str | None = None
    priority: int = 0
    attempt: int = 0
    failures: int = 0
    max_attempts: int | None = None
    cancel_requested_at: datetime | None = None
    progress: Progress | None = None
    input: Any = None
    output: Any = None
    error: Failure | None = None
    warnings: list[Any] = []
    artifacts: list[Artifact] = []
    created_at: datetime | None = None
    run_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    deadline_at: datetime | None = None
    depends_on: list[str] = []
    flow_id: str | None = None
    retry_of: str | None = None
    tags: list[str] = []
    metadata: dict[str, Any] = {}
    metrics: dict[str, Any] = {}
    urls: dict[str, Any] = {}

    @property
    def finished(self) -> bool:
        """True when the status will not change any more."""
        return self.done or self.status in TERMINAL


class Event(Open):
    """Something that happened to a job; `seq` counts 1, 2, 3... per job, and is None for live progress."""

    type: str
    job_id: str = ""
    seq: int | None = None
    attempt: int | None = None
    time: datetime | None = None
    data: dict[str, Any] = {}


class File(Open):
    """Bytes a client gave."""

    id: str
    name: str | None = None
    bytes: int | None = None
    sha256: str | None = None
    media_type: str | None = None
    created_at: datetime | None = None


class KindInfo(Open):
    """A job type: its name, where it runs, and the JSON Schemas of its input and output."""

    name: str
    description: str | None = None
    queue: str | None = None
    input_schema: dict[str, Any] = Field(
        default_factory=dict, validation_alias=AliasChoices("input_schema", "input")
    )
    output_schema: dict[str, Any] = Field(
        default_factory=dict, validation_alias=AliasChoices("output_schema", "output")
    )


class Queue(Open):
    """A named lane of jobs."""

    name: str


class Worker(Open):
    """A process that runs jobs."""

    id: str


class Problem(Open):
    """An error reply, RFC 9457."""

    type: str = "about:blank"
    title: str | None = None
    status: int | None = None
    detail: str | None = None
    instance: str | None = None
    code: str | None = None
    param: str | None = None
    request_id: str | None = None
    errors: list[Any] = []


Model = TypeVar("Model", bound=Open)


def parse(model: type[Model], value: object) -> Model:
    """`value` as a `model`.

    Raises APIError when it is not one: then something other than Turnspit answers at the address.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise APIError(f"The server's reply is not a {model.__name__}: {where} {first['msg']}".rstrip()) from error


def parse_list(model: type[Model], reply: object) -> list[Model]:
    """The `{"data": [...]}` (or the bare list) of a reply. Raises APIError when it is neither."""
    data = reply.get("data") if isinstance(reply, dict) else reply
    if not isinstance(data, list):
        raise APIError(f"The server's reply is not a list of {model.__name__}.")
    return [parse(model, item) for item in data]
