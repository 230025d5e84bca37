"""Turns what a client asked for into a Submission: validated against its kind, defaults filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticSerializationError

from jobs.errors import InvalidInput
from jobs.ids import new_id
from jobs.model import Artifact, JsonObject, OnFailure, Submission
from jobs.references import Reference, overlaps, references
from jobs.registry import AnyKind
from jobs.resources import Resources
from jobs.store import unfinished
from jobs.store.artifacts import INPUT
from jobs.store.database import or_unavailable
from jobs.store.text import clean_json, clean_text, dump


@dataclass(slots=True, kw_only=True)
class Options:
    """How a job runs, apart from its input. None means: as its kind says."""

    tenant: str = "default"
    queue: str | None = None
    priority: int = 0
    delay_s: float | None = None
    run_at: datetime | None = None
    deadline_at: datetime | None = None
    timeout_s: float | None = None
    max_attempts: int | None = None
    depends_on: tuple[UUID, ...] = ()
    on_failure: OnFailure = "cancel"
    tags: tuple[str, ...] = ()
    metadata: JsonObject = field(default_factory=dict)
    trace: str | None = None
    batch_id: UUID | None = None
    retry_of: UUID | None = None
    flow_id: UUID | None = None
    step: str | None = None
    part_of: UUID | None = None
    bound: bool = False


def prepare(kind: AnyKind, input: Mapping[str, Any], options: Options) -> Submission:
    """A Submission with a new id. Raises InvalidInput, with the fields that do not fit in `errors`.

    Inside a flow an input may hold references; what they stand for is checked when the job starts.
    """
    taken = list(references(dict(input))) if options.flow_id or options.bound else []
    return Submission(
        id=new_id(),
        kind=kind.name,
        input=_checked_around(kind, input, taken) if taken else dumped(validated(kind, input)),
        queue=options.queue or kind.queue,
        max_attempts=options.max_attempts or kind.retry.attempts,
        tenant=options.tenant,
        priority=options.priority,
        delay_s=options.delay_s,
        run_at=options.run_at,
        deadline_at=options.deadline_at,
        timeout_s=options.timeout_s,
        depends_on=options.depends_on,
        on_failure=options.on_failure,
        tags=tuple(map(clean_text, options.tags)),
        metadata=dump(options.metadata) if options.metadata else "{}",
        trace=options.trace,
        batch_id=options.batch_id,
        retry_of=options.retry_of,
        flow_id=options.flow_id,
        step=options.step,
        part_of=options.part_of,
        bound=bool(taken),
    )


def _checked_around(kind: AnyKind, input: Mapping[str, Any], taken: Sequence[Reference]) -> str:
    """The input as it was given, once everything but the values that are not there yet has been checked."""
    try:
        kind.input.model_validate(input)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        mine = [item for item in faults if not _owed(item, taken)]
        if mine:
            raise _misfit(kind, mine) from error
    return dump(dict(input))


def _owed(fault: Mapping[str, Any], taken: Sequence[Reference]) -> bool:
    """Whether a fault may be owed to a value that is not there yet. A field nobody knows is one in any case."""
    return fault["type"] != "extra_forbidden" and any(overlaps(reference, fault["loc"]) for reference in taken)


def validated(kind: AnyKind, input: Mapping[str, Any]) -> BaseModel:
    """The input as its kind's model. Raises InvalidInput."""
    try:
        model: BaseModel = kind.input.model_validate(input)
    except ValidationError as error:
        raise _misfit(kind, error.errors(include_url=False, include_input=False)) from error
    return model


def _misfit(kind: AnyKind, faults: Sequence[Mapping[str, Any]]) -> InvalidInput:
    details = [field_error(item) for item in faults]
    summary = "; ".join(f"{item['pointer'] or '/'}: {item['message']}" for item in details[:3])
    sentence = f"The input does not fit the kind {kind.name!r}: {summary}"
    return InvalidInput(sentence, param="input", errors=details)


def field_error(item: Mapping[str, Any]) -> dict[str, str]:
    """One of pydantic's errors as a JSON Pointer below the input and a sentence."""
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in item["loc"])
    return {"pointer": pointer, "message": clean_text(str(item["msg"])), "type": str(item["type"])}


def dumped(model: BaseModel) -> str:
    """What the client set, as JSON text in the model's own form."""
    try:
        return clean_json(model.model_dump_json(exclude_unset=True))
    except PydanticSerializationError:  # a lone surrogate, or what only `dump` can say
        return dump(model.model_dump(mode="python", exclude_unset=True))


async def begin(res: Resources, key: str) -> None:
    """Say that bytes will lie under a key whose row comes later. Raises Unavailable."""

    async def write() -> None:
        async with res.pool.acquire() as conn:
            await unfinished.begin(conn, key)

    await or_unavailable(write)


async def outsource(res: Resources, job: Submission) -> Submission:
    """Move an input too large for its row into the object store. Raises StorageFull, Unavailable."""
    if job.input is None or len(job.input) <= res.settings.inline_json_bytes:
        return job
    key = f"jobs/{job.id}/0/{INPUT}"
    await begin(res, key)
    stored = await res.objects.put(key, job.input.encode())
    made = Artifact(
        name=INPUT,
        key=stored.key,
        bytes=stored.bytes,
        sha256=stored.sha256,
        media_type="application/json",
    )
    return replace(job, input=None, made=(made,))
