"""All that the author of a job kind needs: Kind, Retry, Limit, and the Context a run is given."""

import math
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar
from uuid import UUID

import structlog
from pydantic import BaseModel, JsonValue

from jobs.model import JOINS, Checkpoint, OnFailure

if TYPE_CHECKING:
    from jobs.sites import Sites

Input = TypeVar("Input", bound=BaseModel)
Output = TypeVar("Output", bound=BaseModel)
Result = TypeVar("Result")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Closable(Protocol):
    async def close(self) -> None: ...


Resource = TypeVar("Resource", bound=Closable)


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how fast an attempt that failed is made again.

    `attempts` counts failures, the first included. The wait before try n is drawn between 0 and
    `base_s * 2**(n-1)`, at most `cap_s` seconds ("full jitter", AWS Architecture Blog, 2015).
    """

    attempts: int = 3
    base_s: float = 1.0
    cap_s: float = 60.0
    on_timeout: bool = True

    def delay_s(self, failures: int) -> float:
        """Seconds to wait after the failure number `failures` (1 is the first)."""
        return random.uniform(0, min(self.cap_s, self.base_s * 2 ** min(failures - 1, 32)))  # noqa: S311


@dataclass(frozen=True, slots=True)
class Limit:
    """How many jobs of a kind run at once, and how many start a second, over all workers; None is any number.

    Starts are counted by a token bucket that holds `burst`: in any T seconds at most `burst + per_second * T`
    attempts start, retries included. A job that waits for its turn holds no slot.
    """

    concurrency: int | None = None
    per_second: float | None = None
    burst: int = 1

    def __post_init__(self) -> None:
        given = [value for value in (self.concurrency, self.per_second) if value is not None]
        if not given or not all(math.isfinite(value) and value > 0 for value in (*given, self.burst)):
            raise ValueError("a limit needs a positive concurrency or per_second, and a positive burst")


class Context(Protocol):
    """What a run may use. Every call after the attempt was lost or canceled raises, so a run just ends."""

    job_id: UUID
    attempt: int

    @property
    def metadata(self) -> dict[str, JsonValue]:
        """What the client noted on the job."""

    @property
    def log(self) -> structlog.stdlib.BoundLogger:
        """A logger whose lines carry the job's id, kind and attempt."""

    @property
    def sites(self) -> "Sites":
        """The websites of the job's tenant."""

    async def progress(
        self,
        step: str,
        current: float | None = None,
        total: float | None = None,
        *,
        unit: str | None = None,
        message: str | None = None,
    ) -> None:
        """Say how far the run is. Live at once, stored at most five times a second, the last one always."""

    async def event(self, type: str, data: dict[str, JsonValue]) -> None:
        """Add a durable event; returns when it is committed."""

    async def checkpoint(self, state: dict[str, JsonValue], *events: "tuple[str, dict[str, JsonValue]]") -> None:
        """Note where the run stands (64 kB of JSON at most), and add the durable events that lead there.

        Both are committed or neither: an attempt that goes on from the state never tells an event twice.
        """

    async def restored(self) -> Checkpoint | None:
        """Where an earlier attempt of this job stood, with the events it had told by then; None: start afresh."""

    async def artifact(
        self, name: str, data: bytes | AsyncIterator[bytes], *, media_type: str = "application/octet-stream"
    ) -> None:
        """Store bytes under a name (no slash, at most 200 characters); published when the job succeeds."""

    def file(self, file_id: UUID | str) -> AbstractAsyncContextManager[Path]:
        """A client's file as a local path, for reading only. Raises Permanent("invalid_input") if unknown."""

    async def in_process(self, function: Callable[..., Result], *args: object) -> Result:
        """Run an importable function in a child process, killed when the job is canceled or times out."""

    def warn(self, message: str) -> None:
        """Add a sentence to the job's `warnings`."""

    def resource(self, name: str, factory: Callable[[], Resource]) -> Resource:
        """Something costly that lives as long as the worker: made on first use, closed at the end."""

    def option(self, name: str) -> str | None:
        """A setting of the service by its name without prefix, as `whisper_model`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One job of a flow, by the name it has there. Dependencies come from `after` and from values taken."""

    name: str
    kind: str
    input: dict[str, JsonValue]
    after: tuple[str, ...] = ()
    on_failure: OnFailure = "cancel"

    def output(self, pointer: str = "") -> JsonValue:
        """A part of this step's output (JSON Pointer, "" for all), to be used as a value of another's input."""
        return {"$from": self.name, "pointer": pointer}


class Flow:
    """Jobs that depend on each other, put together step by step; `output` says what the whole gives back."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.output: JsonValue = None

    def step(
        self,
        name: str,
        kind: str,
        input: dict[str, JsonValue],
        *,
        after: Sequence[Step] = (),
        on_failure: OnFailure = "cancel",
    ) -> Step:
        """Add a job; it starts when the steps in `after`, and those it takes values from, have ended."""
        made = Step(name, kind, input, tuple(step.name for step in after), on_failure)
        self.steps.append(made)
        return made


@dataclass(frozen=True)
class FlowKind(Generic[Input, Output]):
    """A job type made of others: `expand` turns its input into a flow when it is submitted.

    The job a client gets joins the flow: it waits without a slot, and ends with `Flow.output` filled in.
    """

    name: str
    input: type[Input]
    output: type[Output]
    expand: Callable[[Input], Flow]
    description: str = ""
    queue: str = JOINS
    timeout: float = 60
    retry: Retry = field(default_factory=Retry)

    def __post_init__(self) -> None:
        _check_names(self.name, self.queue)


@dataclass(frozen=True)
class Kind(Generic[Input, Output]):
    """A job type: what goes in, what comes out, and the code between.

    `timeout` is seconds of one attempt. `queue` is where it runs unless a submission says otherwise. `limit`
    holds over all workers and queues.
    """

    name: str
    input: type[Input]
    output: type[Output]
    run: Callable[[Input, Context], Awaitable[Output]]
    queue: str = "default"
    timeout: float = 300
    retry: Retry = field(default_factory=Retry)
    description: str = ""
    limit: Limit | None = None

    def __post_init__(self) -> None:
        _check_names(self.name, self.queue)
        if self.queue == JOINS:
            raise ValueError(f"kind {self.name!r}: the queue {JOINS!r} belongs to flow kinds")
        if self.timeout <= 0 or self.retry.attempts < 1:
            raise ValueError(f"kind {self.name!r}: timeout and retry.attempts must be positive")


def _check_names(*names: str) -> None:
    for name in names:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r}: names of kinds and queues must match {_NAME.pattern}")
