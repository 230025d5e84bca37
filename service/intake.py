"""From request bodies to submissions: checked field by field, every fault with its JSON Pointer."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, TypeAdapter, ValidationError

from jobs import flows
from jobs.errors import InvalidInput, Refused, TooLarge, UnknownKind
from jobs.kind import FlowKind, Step
from jobs.model import Job, Json, Submission
from jobs.registry import AnyKind
from jobs.resources import Resources
from jobs.store import glances
from jobs.submission import Options
from service.errors import SHOWN, invalid
from service.reading import ask
from service.requests import Empty, FlowJob, FlowRequest, JobFields, JobRequest

Model = TypeVar("Model", bound=BaseModel)

MOST = 10_000
_BREATH = 200
"""So many jobs are checked before other requests get a turn."""

_BATCH = TypeAdapter(list[JobRequest])


async def one(res: Resources, value: Json, tenant: str, trace: str | None) -> list[Submission]:
    """The job a body describes, first, and the parts that a flow brings. Raises InvalidInput, UnknownKind."""
    request = parsed(JobRequest, value)
    made = _prepared(res, request, Options(tenant=tenant, trace=trace))
    await _check_parents(res, [request], tenant, "")
    return made


async def many(
    res: Resources, value: Json, tenant: str, trace: str | None, batch_id: UUID
) -> list[list[Submission]]:
    """The jobs of a batch, all or none, each with its parts. Raises InvalidInput, UnknownKind, TooLarge."""
    if isinstance(value, list) and len(value) > MOST:
        raise TooLarge(f"A batch has at most {MOST} jobs, this one has {len(value)}.")
    if not isinstance(value, list) or not value:
        raise InvalidInput("A batch is an array of at least one job.")
    with _faults(""):
        requests = _BATCH.validate_python(value)
    made = await _prepare_all(res, requests, Options(tenant=tenant, trace=trace, batch_id=batch_id))
    await _check_parents(res, requests, tenant, "/{}")
    return made


async def flow(res: Resources, value: Json, tenant: str, trace: str | None) -> tuple[UUID, list[Submission]]:
    """The id and the jobs of a flow, all or none. Raises InvalidInput, UnknownKind, TooLarge."""
    request = parsed(FlowRequest, value)
    if len(request.jobs) > MOST:
        raise TooLarge(f"A flow has at most {MOST} jobs, this one has {len(request.jobs)}.")
    nodes = [_node(res, name, job) for name, job in request.jobs.items()]
    return flows.flow(res.kinds, nodes, tenant, trace)


def _node(res: Resources, name: str, request: FlowJob) -> flows.Node:
    at = f"/jobs/{name}"
    _kind(res, request.kind, at)
    step = Step(name, request.kind, request.input, tuple(request.depends_on), request.on_failure)
    return flows.Node(step, _options(request, Options(), at))


def again(res: Resources, job: Job, trace: str | None) -> list[Submission]:
    """A new job that does what an ended one did, at once. Raises UnknownKind, InvalidInput."""
    kind = _kind(res, job.kind)
    own = not isinstance(kind, FlowKind)
    options = Options(
        tenant=job.tenant,
        queue=job.queue if own else None,
        priority=job.priority,
        timeout_s=job.timeout_s if own else None,
        max_attempts=job.max_attempts,
        on_failure=job.on_failure,
        tags=tuple(job.tags),
        metadata=job.metadata,
        trace=trace,
        retry_of=job.id,
        depends_on=tuple(job.depends_on) if job.bound else (),
        bound=job.bound,
    )
    return flows.submissions(res.kinds, kind, job.input if isinstance(job.input, dict) else {}, options)


def parsed(model: type[Model], value: Json) -> Model:
    """A body as a model. Raises InvalidInput."""
    with _faults(""):
        return model.model_validate(value)


def nothing(value: Json) -> None:
    """Refuse a body with fields where none are taken. Raises InvalidInput."""
    if value is not None:
        parsed(Empty, value)


async def _prepare_all(res: Resources, requests: Sequence[JobRequest], options: Options) -> list[list[Submission]]:
    made: list[list[Submission]] = []
    refused: list[Refused] = []
    for index, request in enumerate(requests):
        if index % _BREATH == _BREATH - 1:
            await asyncio.sleep(0)
        try:
            made.append(_prepared(res, request, options, at=f"/{index}"))
        except Refused as error:
            refused.append(error)
        if len(refused) >= SHOWN:
            break
    if refused:
        raise _together(refused)
    return made


def _prepared(res: Resources, request: JobRequest, options: Options, at: str = "") -> list[Submission]:
    kind = _kind(res, request.kind, at)
    own = _options(request, options, at)
    own.depends_on = tuple(request.depends_on)
    try:
        return flows.submissions(res.kinds, kind, request.input, own)
    except InvalidInput as error:
        error.errors = [{**item, "pointer": f"{at}/{error.param}{item['pointer']}"} for item in error.errors]
        raise


def _options(request: JobFields, shared: Options, at: str) -> Options:
    """What a request says about how its job runs, and what the caller says of all of them."""
    if request.delay_s is not None and request.run_at is not None:
        raise _fault(f"{at}/run_at", "Give delay_s or run_at, not both.")
    return Options(
        tenant=shared.tenant,
        trace=shared.trace,
        batch_id=shared.batch_id,
        queue=request.queue,
        priority=request.priority,
        delay_s=request.delay_s,
        run_at=request.run_at,
        deadline_at=request.deadline_at,
        timeout_s=request.timeout_s,
        max_attempts=request.max_attempts,
        on_failure=request.on_failure,
        tags=tuple(request.tags),
        metadata=request.metadata,
    )


def _kind(res: Resources, name: str, at: str = "") -> AnyKind:
    try:
        return res.kinds[name]
    except UnknownKind as error:
        error.errors = [{"pointer": f"{at}/kind", "message": error.message, "type": error.code}]
        raise


async def _check_parents(res: Resources, requests: Sequence[JobRequest], tenant: str, at: str) -> None:
    """Name every parent that does not exist; the insert, which locks them, has the last word."""
    wanted = {parent for request in requests for parent in request.depends_on}
    if not wanted:
        return
    lost = await ask(res, lambda conn: glances.unknown(conn, sorted(wanted), tenant))
    faults = [
        _fault(f"{at.format(index)}/depends_on/{place}", f"There is no job {parent}.", "depends_on")
        for index, request in enumerate(requests)
        for place, parent in enumerate(request.depends_on)
        if parent in lost
    ]
    if faults:
        raise _together(faults[:SHOWN])


def _fault(pointer: str, message: str, param: str | None = None) -> InvalidInput:
    errors = [{"pointer": pointer, "message": message, "type": "value_error"}]
    return InvalidInput(message, param=param or pointer.rpartition("/")[2], errors=errors)


def _together(refused: Sequence[Refused]) -> Refused:
    """The first refusal with the field errors of all."""
    first = refused[0]
    first.errors = [item for error in refused for item in error.errors][:SHOWN]
    return first


@contextmanager
def _faults(prefix: str) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_input=False), prefix=prefix) from error


def trace_of(header: str | None) -> str | None:
    """A `traceparent` (W3C Trace Context) that is well formed, to be kept with the job."""
    return header if header and len(header) == 55 and header.count("-") == 3 and header.isascii() else None
