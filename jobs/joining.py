"""What flows add to an attempt: values taken from parents' outputs, and the end of a joining job."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from jobs.errors import AttemptError, Permanent
from jobs.kind import FlowKind
from jobs.model import Json, Status
from jobs.references import Reference, point, references, replaced
from jobs.resources import Resources
from jobs.store import flows
from jobs.store.artifacts import OUTPUT
from jobs.store.database import until_back
from jobs.store.flows import Part


async def taken(res: Resources, input: Json) -> Json:
    """An input with every reference replaced by what its parent gave. Raises Permanent when that is not there."""
    ids = [UUID(reference.source) for reference in references(input)]

    async def read() -> dict[UUID, Part]:
        async with res.pool.acquire() as conn:
            return await flows.outputs(conn, ids)

    parts = await until_back(read, what="outputs of parents")
    outputs = {str(id): await _output(res, part) for id, part in parts.items()}
    return replaced(input, _from(outputs, {str(id): part.step for id, part in parts.items()}))


async def joined(res: Resources, join_id: UUID, kind: FlowKind[Any, Any], input: BaseModel) -> BaseModel:
    """The output of a flow kind whose parts have ended. Raises what its first failed part failed with."""

    async def read() -> list[Part]:
        async with res.pool.acquire() as conn:
            return await flows.parts(conn, join_id)

    parts = {part.step: part for part in await until_back(read, what="parts")}
    template = kind.expand(input).output
    wanted = {reference.source for reference in references(template)} or set(parts)
    if any(parts[name].status is not Status.SUCCEEDED for name in wanted):
        raise _cause(list(parts.values()))
    outputs = {name: await _output(res, parts[name]) for name in wanted}
    output: BaseModel = kind.output.model_validate(replaced(template, _from(outputs, {})))
    return output


def _cause(parts: list[Part]) -> AttemptError:
    """Why a flow did not come to its end: the first part that failed by itself."""
    for part in parts:
        if part.error and part.error["code"] != "dependency_failed":
            return Permanent(part.error["code"], part.error["message"])
    return Permanent("dependency_failed", "A part of this job was canceled.")


def _from(outputs: Mapping[str, Json], names: Mapping[str, str]) -> Callable[[Reference], Json]:
    def value(reference: Reference) -> Json:
        try:
            return point(outputs[reference.source], reference.pointer)
        except KeyError:
            name = names.get(reference.source, reference.source)
            raise Permanent(
                "invalid_input", f"The output of {name} has no {reference.pointer or 'value'}."
            ) from None

    return value


async def _output(res: Resources, part: Part) -> Json:
    if part.output is not None or part.status is not Status.SUCCEEDED:
        return part.output
    value: Json = json.loads(await res.objects.get(f"jobs/{part.id}/{part.attempt}/{OUTPUT}"))
    return value
