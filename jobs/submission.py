"""Turns what a client asked for into a Submission: validated against its kind, defaults filled in."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError

from jobs.errors import InvalidInput
from jobs.model import Artifact, JsonObject, OnFailure, Submission, new_id
from jobs.registry import AnyKind
from jobs.resources import Resources
from jobs.store.artifacts import INPUT
from jobs.store.text import clean_json, clean_text, dump


def prepare(
    kind: AnyKind,
    input: Mapping[str, Any],
    *,
    tenant: str = "default",
    queue: str | None = None,
    priority: int = 0,
    delay_s: float | None = None,
    run_at: datetime | None = None,
    deadline_at: datetime | None = None,
    timeout_s: float | None = None,
    max_attempts: int | None = None,
    depends_on: tuple[UUID, ...] = (),
    on_failure: OnFailure = "cancel",
    tags: tuple[str, ...] = (),
    metadata: JsonObject | None = None,
    trace: str | None = None,
    batch_id: UUID | None = None,
    retry_of: UUID | None = None,
) -> Submission:
    """A Submission with a new id. Raises InvalidInput, with the fields that do not fit in `errors`."""
    return Submission(
        id=new_id(),
        tenant=tenant,
        kind=kind.name,
        input=clean_json(dumped(validated(kind, input))),
        queue=queue or kind.queue,
        priority=priority,
        delay_s=delay_s,
        run_at=run_at,
        deadline_at=deadline_at,
        timeout_s=timeout_s,
        max_attempts=max_attempts or kind.retry.attempts,
        depends_on=depends_on,
        on_failure=on_failure,
        tags=tuple(clean_text(tag) for tag in tags),
        metadata=dump(metadata or {}),
        trace=trace,
        batch_id=batch_id,
        retry_of=retry_of,
    )


def validated(kind: AnyKind, input: Mapping[str, Any]) -> BaseModel:
    """The input as its kind's model. Raises InvalidInput."""
    try:
        model: BaseModel = kind.input.model_validate(input)
    except ValidationError as error:
        details = [field_error(item) for item in error.errors(include_url=False, include_input=False)]
        summary = "; ".join(f"{item['pointer'] or '/'}: {item['message']}" for item in details[:3])
        raise InvalidInput(
            f"The input does not fit the kind {kind.name!r}: {summary}", param="input", errors=details
        ) from error
    return model


def field_error(item: Mapping[str, Any]) -> dict[str, str]:
    """One of pydantic's errors as a JSON Pointer below the input and a sentence."""
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in item["loc"])
    return {"pointer": pointer, "message": clean_text(str(item["msg"])), "type": str(item["type"])}


def dumped(model: BaseModel) -> str:
    """What the client set, as JSON text in the model's own form."""
    return dump(model.model_dump(mode="python", exclude_unset=True))


async def outsource(res: Resources, job: Submission) -> Submission:
    """Move an input too large for its row into the object store. Raises StorageFull."""
    if job.input is None or len(job.input) <= res.settings.inline_json_bytes:
        return job
    stored = await res.objects.put(f"jobs/{job.id}/0/{INPUT}", job.input.encode())
    made = Artifact(
        name=INPUT,
        key=stored.key,
        bytes=stored.bytes,
        sha256=stored.sha256,
        media_type="application/json",
    )
    return replace(job, input=None, made=(made,))
