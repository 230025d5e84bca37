"""From a flow to its submissions: names become ids, taken values become dependencies."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import Any
from uuid import UUID

from jobs.errors import InvalidInput
from jobs.ids import new_id
from jobs.kind import Flow, FlowKind, Step
from jobs.model import Json, Submission
from jobs.references import Reference, references, replaced
from jobs.registry import AnyKind, Registry
from jobs.submission import Options, prepare, validated

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Node:
    """A step of a flow with the options of its job."""

    step: Step
    options: Options = field(default_factory=Options)


def submissions(kinds: Registry, kind: AnyKind, input: Mapping[str, Any], options: Options) -> list[Submission]:
    """What submitting a kind stores, the job that the client gets first. Raises InvalidInput, UnknownKind."""
    if isinstance(kind, FlowKind):
        return _joined(kinds, kind, input, options)
    return [prepare(kind, input, options)]


def flow(kinds: Registry, nodes: Sequence[Node], tenant: str, trace: str | None) -> tuple[UUID, list[Submission]]:
    """The id of a new flow and its jobs. Raises InvalidInput for a cycle, an unknown name or a bad input."""
    flow_id = new_id()
    return flow_id, _stored(kinds, nodes, Options(tenant=tenant, trace=trace, flow_id=flow_id))


def _joined(
    kinds: Registry, kind: FlowKind[Any, Any], input: Mapping[str, Any], options: Options
) -> list[Submission]:
    """A flow kind as its joining job and its parts. The parts inherit when and how urgently they run."""
    if options.queue or options.timeout_s:
        raise InvalidInput(f"{kind.name} runs in the queues and times of its steps.", param="queue")
    made: Flow = kind.expand(validated(kind, input))
    join_id = new_id()
    shared = replace(options, flow_id=options.flow_id or join_id, part_of=join_id, retry_of=None, step=None)
    parts = _stored(kinds, [Node(step, shared) for step in made.steps], shared)
    ids = {part.step: part.id for part in parts if part.part_of == join_id}
    join = prepare(kind, input, replace(options, flow_id=shared.flow_id, delay_s=None, run_at=None))
    awaited = {ids[name] for name in (*_leaves(made.steps), *_sources(made.output))}
    return [replace(join, id=join_id, depends_on=tuple(sorted(awaited)), on_failure="run"), *parts]


def _stored(kinds: Registry, nodes: Sequence[Node], shared: Options) -> list[Submission]:
    ids = {node.step.name: new_id() for node in nodes}
    parents = {node.step.name: _parents(node.step, ids) for node in nodes}
    _check(nodes, parents)
    made: list[Submission] = []
    for node in nodes:
        after = tuple(ids[name] for name in sorted(parents[node.step.name]))
        made += _one(kinds, node, ids, after or shared.depends_on, shared)
    return made


def _one(
    kinds: Registry, node: Node, ids: Mapping[str, UUID], after: tuple[UUID, ...], shared: Options
) -> list[Submission]:
    """A step's job; several when its kind is a flow itself."""
    step, kind = node.step, kinds[node.step.kind]
    own = replace(
        node.options, depends_on=after, on_failure=step.on_failure, step=step.name,
        part_of=shared.part_of, flow_id=shared.flow_id, tenant=shared.tenant, trace=shared.trace,
    )  # fmt: skip
    by_id = replaced(step.input, partial(_with_id, ids))
    assert isinstance(by_id, dict)  # noqa: S101 (replaced() keeps the shape)
    if isinstance(kind, FlowKind) and any(references(by_id)):
        raise InvalidInput(
            f"{step.name}: {kind.name} is a flow itself and takes no values from others.", param="jobs"
        )
    first, *rest = submissions(kinds, kind, by_id, own)
    return [
        replace(first, id=ids[step.name], step=step.name),
        *(_rejoined(part, first.id, ids[step.name]) for part in rest),
    ]


def _rejoined(part: Submission, old: UUID, new: UUID) -> Submission:
    """A part of a nested flow, pointed at the id that its joining job has in the outer one."""
    return replace(part, part_of=new) if part.part_of == old else part


def _with_id(ids: Mapping[str, UUID], reference: Reference) -> Json:
    return {"$from": str(ids[reference.source]), "pointer": reference.pointer}


def _parents(step: Step, ids: Mapping[str, UUID]) -> set[str]:
    """The names a step waits for. Raises InvalidInput for one that the flow does not have."""
    names = {*step.after, *_sources(step.input)}
    for name in sorted(names):
        if name not in ids:
            raise InvalidInput(f"{step.name}: there is no job {name[:100]!r} in this flow.", param="jobs")
    return names


def _sources(value: Json) -> Iterable[str]:
    return (reference.source for reference in references(value))


def _leaves(steps: Sequence[Step]) -> set[str]:
    """Steps that no other waits for."""
    names = {step.name for step in steps}
    return names - {name for step in steps for name in (*step.after, *_sources(step.input))}


def _check(nodes: Sequence[Node], parents: Mapping[str, set[str]]) -> None:
    if len(nodes) > MOST:
        raise InvalidInput(f"A flow has at most {MOST} jobs, this one has {len(nodes)}.", param="jobs")
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        cycle = " -> ".join(str(name)[:50] for name in error.args[1][:10])
        raise InvalidInput(f"The jobs wait for each other in a circle: {cycle}.", param="jobs") from error
